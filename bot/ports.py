"""The Protocols that the mind needs filled. Everything behind them is somebody else's room."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol

from bot.actions import Action
from bot.model import Expected, Outcome, Outgoing, Reading
from bot.records import Customer, Order, Product, Registration, Subscription, Variant

if TYPE_CHECKING:
    from bot.understanding.opinion import Opinion, Question


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class Records(Protocol):
    """Reads of the shop's records, inside the turn's transaction. None of them knows who is asking: the stories do."""

    def orders_by_number(self, number: str) -> Sequence[Order]:
        """Orders whose number is this one, compared in upper case without `#`, blanks and dashes."""
        ...

    def orders_of_contact(self, *, email: str | None = None, phone: str | None = None) -> Sequence[Order]:
        """The newest 50 orders of the customers with this email (any case) or E.164 phone, newest first."""
        ...

    def customer(self, customer_id: str) -> Customer | None: ...

    def subscriptions_of(self, customer_id: str) -> Sequence[Subscription]:
        """All of a customer's, cancelled ones too, by the day of their next charge."""
        ...

    def product(self, product_id: str) -> Product | None: ...

    def product_of_sku(self, sku: str) -> Product | None: ...

    def find_products(self, text: str) -> Sequence[Product]:
        """The products of the catalogue that the text's words name best, by titles and options; at most nine that are
        named equally well, in the order of their titles. None of them has to be anybody's."""
        ...

    def bought_together(self, product_id: str) -> Sequence[tuple[str, int]]:
        """Products that were in one order with this one, and in how many orders; most first, then by id."""
        ...

    def registrations_of(self, customer_id: str) -> Sequence[Registration]:
        """What this customer has in the shop's register."""
        ...

    def open_handoffs(self, customer_id: str) -> int:
        """How many cases and tasks about this customer wait for a person."""
        ...

    def failed_lookups(
        self,
        *,
        sender: str | None = None,
        order_number: str | None = None,
        contact: str | None = None,
        since: datetime,
    ) -> int:
        """How many look-ups by this sender key, for this order number, or with this contact found nothing since."""
        ...


class Actions(Protocol):
    def perform(self, action: Action, key: str) -> Outcome:
        """Does it once: a key already used returns the first outcome and changes nothing."""
        ...


class Known(Protocol):
    """What understanding may compare a text with: this customer's own records, and the day where they are."""

    @property
    def today(self) -> datetime:
        """The present moment in the customer's own zone."""
        ...

    @property
    def orders(self) -> Sequence[Order]: ...

    @property
    def customer(self) -> Customer | None:
        """Whose orders these are, where that is one person whom the shop knows."""
        ...

    def variants(self) -> Sequence[Variant]:
        """Every variant of the products in these orders, and of the one whose variants are asked about."""
        ...

    def products(self) -> Sequence[Product]:
        """The products in these orders."""
        ...


class Reader(Protocol):
    def read(self, text: str, expected: Expected | None, known: Known, language: str | None) -> Reading:
        """What the text means. Pure and deterministic; never raises, whatever the text."""
        ...


class Advisor(Protocol):
    """Another's opinion on what a message means, where ours is unsure."""

    def recall(self, question: "Question") -> "tuple[bool, Opinion | None]":
        """Whether this was asked before, and what was answered."""
        ...

    def ask(self, question: "Question") -> None:
        """Asks and remembers what is answered. Never raises; may take seconds, so never inside a transaction."""
        ...


class Shelf(Protocol):
    """Keeps what was worked out once and can be worked out again."""

    def take(self, name: str) -> bytes | None:
        """What was put there under this name, whole; None when there is nothing (any more)."""
        ...

    def open(self, name: str) -> BinaryIO | None:
        """The same, to be read piece by piece; it stays readable when it is cleared away."""
        ...

    def put(self, name: str, content: bytes | memoryview) -> None: ...

    def __hash__(self) -> int: ...


class Sender(Protocol):
    """A channel's mouth. `send` shapes the words for the channel's limits and hands them to the provider."""

    def send(self, outgoing: Outgoing) -> str:
        """The provider's id of the message. Raises SendRefused, SendLater or SendUnknown (bot/errors.py)."""
        ...

    def find(self, outgoing: Outgoing) -> str | None:
        """After an unknown outcome: the provider's id if the message did leave, None if it surely did not.

        Raises SendLater while that cannot be told.
        """
        ...
