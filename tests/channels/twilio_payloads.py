"""Payloads of tests/payloads/twilio, encoded and signed as Twilio's security page tells it.

The signature is worked out here from that page, not by the library that checks it.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

FOLDER = Path(__file__).parent.parent / "payloads" / "twilio"
TOKEN = "12345678901234567890123456789012"
ACCOUNT = "AC00000000000000000000000000000001"
BASE = "https://shop.example"

Form = Sequence[tuple[str, str]]


def payload(name: str, **changed: str) -> list[tuple[str, str]]:
    """The payload's parameters in order, with some changed or added; blanks at their ends are kept."""
    rows = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    fields = dict(row.split("=", 1) for row in rows if row)
    return list((fields | changed).items())


def encoded(form: Form) -> bytes:
    return urlencode(form).encode()


def signature(url: str, form: Form = (), token: str = TOKEN, algorithm: str = "sha1") -> str:
    """https://www.twilio.com/docs/usage/security: the address, then each different name and value, sorted."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(token.encode(), signed.encode(), getattr(hashlib, algorithm)).digest()
    return base64.b64encode(digest).decode()
