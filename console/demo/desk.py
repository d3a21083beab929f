"""What the demo needs of the running shop, and its own two things: a clock that moves, a sender to the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from bot.desk import Case, Refused
from bot.merchant.shop import Shop
from bot.model import Channel, Outgoing, Rendered
from bot.records import Customer, Order


class MovableClock:
    """The real time plus what the page added; it never goes back."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._lock = Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move_to(self, moment: datetime) -> None:
        with self._lock:
            self._ahead = max(self._ahead, moment - datetime.now(UTC))


class PageSender:
    """Hands a message to the page, which reads the outbox: there is nothing more to send."""

    def send(self, outgoing: Outgoing) -> str:
        return f"demo:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        return f"demo:{outgoing.outbox_id}"


@dataclass(frozen=True, slots=True)
class Desk:
    """The running shop as the demo's page uses it.

    `messages`, `notices`, `handoffs` give the entries of the customer's timeline (by the shop's own customer id);
    `sent` counts what was sent to each of them on each channel; `ingest` takes records in the import format;
    `pass_once` fires what is due at the clock's moment and sends what waits; `shape` shows words as a channel would,
    `segments` counts those of an SMS; `mail_names` are the address to answer and the id of a mail of ours, by its
    outbox row and recipient. `base_url` is this server as its own providers reach it.
    """

    shop: Callable[[], Shop]
    clock: MovableClock
    people: Callable[[], Sequence[Customer]]
    orders: Callable[[str], Sequence[Order]]
    messages: Callable[[str], Sequence[Any]]
    notices: Callable[[str], Sequence[Any]]
    handoffs: Callable[[str], Sequence[Any]]
    sent: Callable[[], Mapping[str, Mapping[str, int]]]
    give_back: Callable[[int], Case | Refused]
    ingest: Callable[[dict[str, Any]], object]
    pass_once: Callable[[], object]
    shape: Callable[[Channel, Rendered], Any]
    segments: Callable[[str], int]
    mail_names: Callable[[int, str], tuple[str, str]]
    base_url: str
    twilio_token: str
    sms_number: str
    whatsapp_number: str
    email_secret: str
    email_address: str
    authserv_id: str
