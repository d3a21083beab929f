"""Which channels there are with these settings: their senders and their routes. The one registry of channels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Blueprint

from bot.merchant.schema import ShopSettings
from bot.model import Address, Category, Channel, DeliveryStatus, Message
from bot.ports import Clock, Sender
from channels.chat import ChatSender
from channels.email.settings import EmailSettings, Server
from channels.twilio.codes import Remedy, remedy_of
from channels.twilio.settings import TwilioSettings

Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What is set up: Twilio for SMS and WhatsApp, mail in (`email`), mail out (`smtp` too)."""

    twilio: TwilioSettings | None = None
    email: EmailSettings | None = None
    smtp: Server | None = None


class Books(Protocol):
    """What senders keep between two messages."""

    def taken(self, provider_id: str) -> bool: ...

    def seen(self, provider_id: str) -> bool: ...

    def began(self, prefix: str) -> datetime | None: ...

    def content_sid(self, shape: str) -> str | None: ...

    def keep_content(self, shape: str, sid: str) -> None: ...


class Inward(Protocol):
    """What the routes hand on to."""

    def receive(self, message: Message) -> bool: ...

    def record_delivery(
        self, provider_id: str, status: DeliveryStatus, error_code: str | None, outbox_id: int | None, at: datetime
    ) -> None: ...

    def suppress_recipient(self, outbox_id: int, why: str) -> None: ...

    def sent_bodies(self, address: Address) -> Iterable[str]: ...

    def take_for_desk(self, message: Message, named: Sequence[int]) -> bool: ...


def make_senders(
    settings: ChannelSettings, *, books: Books, shop: Callable[[], ShopSettings], words: Words, clock: Clock
) -> dict[Channel, Sender]:
    """A sender for each channel that is set up; chat always is."""
    senders: dict[Channel, Sender] = {Channel.CHAT: ChatSender()}
    if settings.twilio:
        from channels.twilio.outbound import TwilioSender

        twilio = TwilioSender(
            settings.twilio,
            get_content=books.content_sid,
            put_content=books.keep_content,
            taken=books.taken,
            clock=clock,
        )
        service = settings.twilio.messaging_service_sid
        senders |= {Channel.SMS: twilio} if settings.twilio.sms_from or service else {}
        senders |= {Channel.WHATSAPP: twilio} if settings.twilio.whatsapp_from or service else {}
    if settings.email and settings.smtp:
        from channels.email.compose import Composer
        from channels.email.outbound import EmailSender

        senders[Channel.EMAIL] = EmailSender(settings.smtp, Composer(settings.email, shop, words))
    return senders


def make_routes(
    settings: ChannelSettings,
    *,
    inward: Inward,
    unsubscribe: Callable[[Address, Category], object],
    shop: Callable[[], ShopSettings],
    words: Words,
    clock: Clock,
) -> list[Blueprint]:
    """The blueprints of the channels that are set up."""
    blueprints: list[Blueprint] = []
    if settings.twilio:
        from channels.web import twilio_webhooks

        blueprints.append(
            twilio_webhooks(
                settings.twilio, receive=inward.receive, record_delivery=inward.record_delivery, clock=clock
            )
        )
    if settings.email:
        from channels.email.unsubscribe import unsubscribe_blueprint
        from channels.email.web import Inlet, mime_blueprint

        inlet = Inlet(
            settings.email,
            inward.receive,
            inward.record_delivery,
            inward.suppress_recipient,
            inward.sent_bodies,
            clock,
            inward.take_for_desk,
        )
        blueprints += [mime_blueprint(inlet), unsubscribe_blueprint(settings.email, shop, words, unsubscribe)]
    return blueprints


def make_catch_up(
    settings: ChannelSettings, inward: Inward, books: Books, clock: Clock
) -> list[tuple[str, Callable[[], object], float]]:
    """What to run every so many seconds, so that nothing a provider took in for us is lost."""
    if settings.twilio is None:
        return []
    from channels.twilio.catchup import EVERY, Catchup
    from channels.twilio.inbound import PROVIDER

    catchup = Catchup(
        settings.twilio,
        began=lambda: books.began(PROVIDER),
        seen=books.seen,
        receive=inward.receive,
        clock=clock,
    )
    return [("twilio_catch_up", catchup.run, EVERY)]


def suppresses(code: str) -> bool:
    """Whether a delivery report with this code means that the address is to be left alone (CHANNELS.md 16)."""
    return remedy_of(code) in (Remedy.SUPPRESS, Remedy.BAD_ADDRESS)
