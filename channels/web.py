"""The webhooks of SMS and WhatsApp: verify, parse, hand on, answer. Nothing else happens here.

A fault behind the hand-on (the database is away) becomes a 500 by Flask, and the provider sends again.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, request

from bot.errors import NotSigned, UnreadableMessage
from bot.model import DeliveryStatus, Message
from bot.ports import Clock
from channels.twilio.inbound import Fields, parse_message
from channels.twilio.settings import TwilioSettings
from channels.twilio.status import parse_status
from channels.twilio.verify import Signatures

LARGEST = 128 * 1024  # bytes; Twilio's own forms stay far below

Receive = Callable[[Message], bool]
RecordDelivery = Callable[[str, DeliveryStatus, str | None, int | None, datetime], object]

log = structlog.get_logger(__name__)


def twilio_webhooks(
    settings: TwilioSettings, *, receive: Receive, record_delivery: RecordDelivery, clock: Clock
) -> Blueprint:
    """`receive` commits the message and says whether it is new; `record_delivery` takes (provider id, status, code,
    outbox id, moment). Both routes are checked for Twilio's signature (CHANNELS.md 1)."""
    blueprint = Blueprint("twilio", __name__, url_prefix="/webhooks/twilio")
    signatures = Signatures(settings)

    @blueprint.before_request
    def verify() -> None:
        request.max_content_length = LARGEST
        request.get_data()
        signatures.check(request)

    @blueprint.post("")
    def inbound() -> Response:
        receive(parse_message(_fields(), clock.now()))
        return _taken()

    @blueprint.post("/status")
    def status() -> Response:
        callback = parse_status(_fields(), request.args)
        if callback.status is None:
            log.warning("unknown_delivery_status", provider_id=callback.provider_id, word=callback.word)
        else:
            record_delivery(callback.provider_id, callback.status, callback.error_code, callback.outbox_id, clock.now())
        return _taken()

    blueprint.register_error_handler(NotSigned, _not_signed)
    blueprint.register_error_handler(UnreadableMessage, _unreadable)
    return blueprint


def _fields() -> Fields:
    if not request.is_json:
        return request.form
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise UnreadableMessage("the JSON body is not an object")
    return {name: str(value) for name, value in body.items() if isinstance(value, str | int | float)}


def _taken() -> Response:
    """No words by TwiML: replies go out through the outbox (CHANNELS.md 5)."""
    return Response("<Response/>", mimetype="text/xml")


def _not_signed(error: Exception) -> Response:
    log.warning("webhook_not_signed", route=request.path, why=str(error))
    return Response(status=403)


def _unreadable(error: Exception) -> Response:
    log.warning("webhook_unreadable", route=request.path, why=str(error))
    return Response(status=400)
