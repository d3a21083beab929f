"""The token that other systems show at `/api/…`, compared in constant time. Without one set, nobody is let in."""

import hmac

from flask import request


def has_token(token: str | None) -> bool:
    """Whether the request under way shows this token as `Authorization: Bearer …`."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), (token or "").encode())
    return bool(token) and scheme.lower() == "bearer" and same
