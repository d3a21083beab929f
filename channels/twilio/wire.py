"""Requests to Twilio: where they go, how long they may take, and what an answer or its absence means (CHANNELS.md 11).

A fault never quotes the address or the body of a request: they hold numbers and words of customers.
"""

import json
import logging
import math
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests import exceptions
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from bot.errors import SendFault, SendLater, SendUnknown
from channels.twilio.codes import fault_of
from channels.twilio.settings import TwilioSettings

_QUIET = logging.Logger("twilio", logging.CRITICAL)  # the client's own lines hold full numbers
_NEVER_LEFT = (exceptions.ConnectTimeout, exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema)


def client_of(settings: TwilioSettings) -> Client:
    """A client whose every request is explicit about time and place, whatever TWILIO_EDGE and TWILIO_REGION say."""
    return Client(settings.account_sid, settings.auth_token, http_client=Wire(settings))


class Wire(TwilioHttpClient):  # type: ignore[misc]  # the client ships no types
    """Turns every answer but a sound 2xx into one of our faults. May be shared between threads."""

    def __init__(self, settings: TwilioSettings) -> None:
        super().__init__(logger=_QUIET)
        self.timeout = settings.timeout  # the client's constructor takes no pair
        self._base = settings.api_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        try:
            response = super().request(method, rerouted(url, self._base), *args, **options)
        except requests.RequestException as error:
            raise fault_of_silence(error) from None
        fault = fault_of_answer(response.status_code, response.text, response.headers.get("Retry-After"))
        if fault:
            raise fault
        return response


def rerouted(url: str, base: str) -> str:
    """The same path and query below another base, whichever host of Twilio's it was meant for."""
    if not base:
        return url
    parts, to = urlsplit(url), urlsplit(base)
    return urlunsplit((to.scheme, to.netloc, to.path + parts.path, parts.query, ""))


def fault_of_silence(error: requests.RequestException) -> SendFault:
    """No answer: passing when the request surely never left, else unknown, because a POST is not idempotent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, _NEVER_LEFT) or isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return SendLater(f"not reached: {type(error).__name__}")
    return SendUnknown(f"no answer: {type(error).__name__}")


def fault_of_answer(status: int, text: str, retry_after: str | None = None) -> SendFault | None:
    """The fault an answer means, or None for a 2xx that can be read. `retry_after` counts only in seconds."""
    document = _document(text)
    if 200 <= status < 300:
        return None if document is not None or status == 204 else SendUnknown(f"answered {status}, unreadable")
    code = str((document or {}).get("code") or "")
    if status == 429:
        return SendLater("too many requests", code or "20429", _seconds(retry_after))
    if status >= 500:
        return SendUnknown(f"answered {status}", code)
    if status in (401, 403) and not code:
        code = "20003"
    if status < 400:
        return SendLater(f"answered {status}: not the API")
    return fault_of(f"answered {status}", code, _seconds(retry_after))


def _document(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
