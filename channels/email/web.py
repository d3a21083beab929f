"""POST /webhooks/email/mime: a raw RFC 5322 mail in, committed before it is answered.

The envelope travels beside the mail, in X-Envelope-From and X-Envelope-To or in the query (`mail_from`, `rcpt_to`): a
mail server writes no Return-Path for a null sender. Present and empty means the null sender; absent means not known.
"""

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.errors import NotSigned, UnreadableMessage
from bot.model import Address, DeliveryStatus, Message
from bot.ports import Clock
from channels.email.bounces import read_bounce
from channels.email.inbound import (
    Envelope,
    author_address,
    is_surely_new,
    named_rows,
    read_envelope,
    read_message,
    recipients_of,
)
from channels.email.loops import is_absence
from channels.email.settings import EmailSettings
from channels.email.tokens import Tokens, provider_id_of

MAX_BYTES = 30 * 1024 * 1024


TakeForDesk = Callable[[Message, Sequence[int]], bool]
RecordDelivery = Callable[[str, DeliveryStatus, str | None, int | None, datetime], object]


@dataclass(frozen=True, slots=True)
class Inlet:
    """What the route hands on to. `receive` commits before it returns; `sent_bodies` are the texts lately sent to an
    address; `suppress` stops what goes to the address of an outbox row, for good, with the reason; `take_for_desk`
    says whether a mail was one of the shop's own people, given the rows that it says it answers."""

    settings: EmailSettings
    receive: Callable[[Message], bool]
    record_delivery: RecordDelivery
    suppress: Callable[[int, str], object]
    sent_bodies: Callable[[Address], Iterable[str]]
    clock: Clock
    take_for_desk: TakeForDesk = lambda message, named: False


def mime_blueprint(inlet: Inlet) -> Blueprint:
    blueprint = Blueprint("email", __name__)
    tokens = Tokens(inlet.settings)

    @blueprint.post("/webhooks/email/mime")
    def take_mime() -> Response:
        try:
            check_bearer(request.headers.get("Authorization", ""), inlet.settings.webhook_secret)
            envelope = read_envelope(
                _raw_mail(),
                _beside("X-Envelope-From", "mail_from"),
                _beside("X-Envelope-To", "rcpt_to"),
                inlet.settings.authserv_id,
            )
        except NotSigned as error:
            return _refused(error)
        except UnreadableMessage:
            return Response(status=400)
        except RequestEntityTooLarge:
            return Response(status=413)
        _hand_on(envelope, inlet, tokens)
        return Response(status=204)

    return blueprint


def check_bearer(header: str, secret: str) -> None:
    """In constant time; an empty secret refuses everybody. Raises NotSigned, with "missing" when nothing was shown."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSigned("missing")
    if not secret or not hmac.compare_digest(token.strip().encode(), secret.encode()):
        raise NotSigned("wrong")


def _refused(error: NotSigned) -> Response:
    if str(error) == "missing":
        return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
    return Response(status=403)


def _hand_on(envelope: Envelope, inlet: Inlet, tokens: Tokens) -> None:
    """A report on a mail of ours updates its delivery; everything else is a message, answered or not."""
    now = inlet.clock.now()
    bounce = read_bounce(envelope.mail, recipients_of(envelope), tokens)
    if bounce is None:
        bodies = tuple(inlet.sent_bodies(author_address(envelope)))
        message = read_message(envelope, tokens, bodies, now)
        if not _is_for_desk(envelope, message, bodies, inlet, tokens):
            inlet.receive(message)
        return
    if bounce.suppress:
        inlet.suppress(bounce.outbox_id, bounce.suppress)
    sent = provider_id_of(bounce.outbox_id)
    inlet.record_delivery(sent, bounce.status, bounce.code or None, bounce.outbox_id, now)


def _is_for_desk(envelope: Envelope, message: Message, bodies: Sequence[str], inlet: Inlet, tokens: Tokens) -> bool:
    """Hands a mail that answers one to the shop's people on to the desk: only with words that are surely new, and an
    absence, even without the headers that say so, as the machine's mail that it is."""
    named = named_rows(envelope, tokens)
    if not named:
        return False
    read: dict[str, str] = {}
    if not message.silent and is_absence(message.subject or ""):
        read["silent"] = "absence"
    if not is_surely_new(envelope, bodies):
        read["text"] = ""
    return inlet.take_for_desk(message.model_copy(update=read), named)


def _raw_mail() -> bytes:
    """The body, or the form's field `message`, whatever the content type says; RequestEntityTooLarge over the cap."""
    request.max_content_length = MAX_BYTES
    request.max_form_memory_size = MAX_BYTES
    if request.mimetype != "multipart/form-data":
        return request.get_data(cache=False, parse_form_data=False)
    upload = request.files.get("message")
    return upload.read() if upload else request.form.get("message", "").encode("utf-8", "surrogateescape")


def _beside(header: str, parameter: str) -> str | None:
    value = request.headers.get(header)
    return value if value is not None else request.args.get(parameter)
