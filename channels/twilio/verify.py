"""Whether a request comes from Twilio: its signature over the public address and the unmodified form (CHANNELS.md 1–4).

A signature holds no time: a replay verifies. Taking each message once is the inbox's part.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Request
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from bot.errors import NotSigned
from channels.twilio.settings import TwilioSettings

_FORM = "application/x-www-form-urlencoded"


class Signatures:
    """Checks requests of one account."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._base = settings.public_base_url.rstrip("/")
        self._validator = RequestValidator(settings.auth_token)

    def check(self, request: Request) -> None:
        """Raises NotSigned for a missing or wrong signature, and for whatever the validator itself cannot read."""
        signature = request.headers.get(SIGNATURE_HEADER)
        if not signature:
            raise NotSigned("no signature")
        algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER))
        signed = _signed_part(request)
        try:
            valid = self._validator.validate(self._base + raw_target(request.environ), signed, signature, algorithm)
        except Exception as error:
            raise NotSigned(f"the validator failed: {type(error).__name__}") from error
        if not valid:
            raise NotSigned("wrong signature")


def raw_target(environ: Mapping[str, Any]) -> str:
    """The path and query as they came over the wire: Twilio signs the escapes it sent, not what they decode to."""
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or _rebuilt(environ)
    target = str(raw).encode("latin-1", "replace").decode("utf-8", "replace")
    if target.startswith("/"):
        return target
    return "/" + target.split("://", 1)[-1].partition("/")[2]


def _rebuilt(environ: Mapping[str, Any]) -> str:
    """For servers that keep no raw address (waitress): the query is raw in WSGI, and our paths need no escapes."""
    path = quote((environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]).encode("latin-1"))
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _signed_part(request: Request) -> Any:
    """The form with blanks and repeats; a JSON body as text, only with the hash of it in the signed address."""
    if request.is_json:
        if "bodySHA256" not in request.args:
            raise NotSigned("a JSON body without bodySHA256")
        try:
            return request.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotSigned("the JSON body is not UTF-8") from error
    if request.mimetype not in (_FORM, ""):
        raise NotSigned(f"unsigned content type {request.mimetype}")
    return request.form
