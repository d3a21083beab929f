"""Takes in what Twilio received for us while nobody answered its webhook: our own downtime must not lose it.

Twilio tries an unanswered webhook again for seconds only. So the recent inbound messages are listed now and then, and
handed on like any other: those that came by webhook are known by their id and change nothing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.errors import SendFault, UnreadableMessage
from bot.model import Message
from bot.ports import Clock
from channels.address import WHATSAPP, bare_of
from channels.twilio.inbound import PROVIDER, parse_message
from channels.twilio.settings import TwilioSettings
from channels.twilio.wire import client_of

BACK = timedelta(hours=24)  # how far is looked back
SETTLE = timedelta(minutes=2)  # a webhook may still be on its way
EVERY = 300.0  # seconds
LISTED = 1000  # newest messages to one of our numbers

log = structlog.get_logger(__name__)


class Catchup:
    """`began` gives the moment of the first Twilio message ever taken in, or None: what came before it was another's.

    `seen` tells whether a provider's id is in the inbox; `receive` keeps a message, once.
    """

    def __init__(
        self,
        settings: TwilioSettings,
        *,
        began: Callable[[], datetime | None],
        seen: Callable[[str], bool],
        receive: Callable[[Message], bool],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._client = client_of(settings)
        self._began = began
        self._seen = seen
        self._receive = receive
        self._clock = clock

    def run(self) -> int:
        """How many messages had been missed; they are in the inbox now, in the order they were sent."""
        began, now = self._began(), self._clock.now()
        if began is None:
            return 0
        try:
            missed = sorted(
                self._missed(max(began, now - BACK), now - SETTLE), key=lambda message: message.date_created
            )
        except SendFault as fault:
            log.warning("twilio_cannot_be_listed", code=fault.code)
            return 0
        taken = sum(self._take(message, now) for message in missed)
        if taken:
            log.warning("messages_caught_up", count=taken)
        return taken

    def _missed(self, since: datetime, until: datetime) -> Iterator[Any]:
        for number in self._numbers():
            for message in self._client.messages.list(to=number, date_sent_after=since, limit=LISTED):
                at = message.date_created
                inbound = str(message.direction) == "inbound" and at is not None and since <= at <= until
                if inbound and not self._seen(f"{PROVIDER}{message.sid}"):
                    yield message

    def _numbers(self) -> Iterator[str]:
        if self._settings.sms_from:
            yield self._settings.sms_from
        if self._settings.whatsapp_from:
            yield WHATSAPP + bare_of(self._settings.whatsapp_from)

    def _take(self, message: Any, now: datetime) -> bool:
        fields = {"MessageSid": message.sid, "From": message.from_, "To": message.to, "Body": message.body or ""}
        try:
            return self._receive(parse_message(fields | self._photos(message), now))
        except UnreadableMessage as fault:
            log.warning("message_unreadable", sid=message.sid, fault=str(fault))
            return False

    def _photos(self, message: Any) -> dict[str, str]:
        if int(message.num_media or 0) == 0:
            return {}
        found = self._client.messages(message.sid).media.list(limit=10)
        addresses = {
            f"MediaUrl{place}": f"https://api.twilio.com{item.uri.removesuffix('.json')}"
            for place, item in enumerate(found)
        }
        kinds = {f"MediaContentType{place}": item.content_type for place, item in enumerate(found)}
        return addresses | kinds
