"""What the service needs of storage, as Protocols: transactions over one party at a time, and the rows that wait.

A *dealing* is one transaction with one party's row locked; what is done in it is stored whole or not at all. Nothing is
sent, called or waited for inside one.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.consent import Consents, Contact
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Conversation, DeliveryStatus, Event, Message, Outgoing, Reading
from bot.notices import Notice, NoticeFacts, Planned
from bot.ports import Actions, Records
from bot.records import Customer, Order
from bot.reply import Draft


@dataclass(frozen=True, slots=True)
class Party:
    """Whoever a conversation is with: a customer of the shop, or a sender it does not know (`customer` None)."""

    id: int
    customer: Customer | None = None
    email_changed_at: datetime | None = None
    phone_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an inbound message. `new` False: it was here before. `aside`: too many of theirs wait already."""

    new: bool
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """A claimed message; `tries` counts the failed turns before this one."""

    id: int
    party: int
    message: Message
    tries: int


class Books(Records, Protocol):
    """The shop's records, and whose they are."""

    def orders_of(self, party: int) -> Sequence[Order]:
        """The newest 50 orders of a party, newest first."""
        ...

    def order(self, order_id: str) -> Order | None: ...


class Dealing(Protocol):
    """One transaction with one party."""

    @property
    def party(self) -> Party: ...

    @property
    def conversation(self) -> Conversation:
        """As it was when the dealing began."""
        ...

    def books(self, shop: Shop) -> Books: ...

    def actions(self, sender: Address, shop: Shop, now: datetime) -> Actions: ...

    def party_of(self, customer_id: str) -> int | None:
        """The party that a customer of the shop is, by the source's id."""
        ...

    def contacts(self) -> Sequence[Contact]:
        """Every address of the party that stands for a proven sender."""
        ...

    def written_since(self, address: Address, since: datetime) -> Sequence[datetime]:
        """When messages for this address were written since then."""
        ...

    def save(self, conversation: Conversation, now: datetime) -> None: ...

    def note(self, events: Sequence[Event], now: datetime) -> None: ...

    def plan(self, planned: Sequence[Planned], now: datetime) -> None:
        """Keeps notices to come; one whose key is there already stays as it is."""
        ...

    def post(self, draft: Draft, now: datetime) -> int:
        """Puts a message in the outbox; its id."""
        ...


class Turn(Dealing, Protocol):
    """A dealing about the party's oldest waiting message."""

    @property
    def inbound(self) -> Inbound: ...

    def done(self, reading: Reading | None, now: datetime) -> None: ...

    def set_back(self, fault: str, retry_at: datetime) -> None:
        """Counts a failed try; nothing of this party is claimed before `retry_at`."""
        ...

    def set_aside(self, fault: str, now: datetime) -> None:
        """Gives the message up; the party goes on with the next."""
        ...


class Outreach(Dealing, Protocol):
    """A dealing about the party's due notices."""

    def due(self, now: datetime) -> Sequence[Notice]:
        """Those still to be decided now, longest due first."""
        ...

    def facts_of(self, notice: Notice, shop: Shop, now: datetime) -> NoticeFacts: ...

    def decide(self, notice: Notice, state: str, reason: str | None, now: datetime) -> None:
        """Ends it: `sent`, or `dropped` with the reason."""
        ...

    def hold(self, notice: Notice, until: datetime, why: str) -> None: ...

    def put_off(self, now: datetime, until: datetime, why: str) -> None:
        """Holds all of the party's due notices, unread."""
        ...


class Ready(Protocol):
    """An outbox row whose time has come, claimed with its party's lock. `unknown`: an earlier try may have sent it.

    `template_sid` and `in_session` of the outgoing are what was written; the judgement may change them.
    """

    @property
    def outgoing(self) -> Outgoing: ...

    @property
    def unknown(self) -> bool: ...

    @property
    def exempt(self) -> bool: ...

    @property
    def contact(self) -> Contact: ...

    @property
    def customer(self) -> Customer | None: ...

    @property
    def consents(self) -> Consents: ...

    def lease(self, until: datetime) -> None:
        """Marks it as being sent; a lease that ran out is an unknown outcome."""
        ...

    def hold(self, until: datetime, why: str) -> None: ...

    def drop(self, why: str) -> None: ...


class Store(Protocol):
    def receive(self, message: Message, now: datetime) -> Receipt:
        """Keeps a message, once per provider id; it is durable when this returns."""
        ...

    def next_turn(self, now: datetime) -> AbstractContextManager[Turn | None]:
        """Claims the oldest waiting message of a party nobody deals with; None when there is none."""
        ...

    def again(self, inbound: Inbound) -> AbstractContextManager[Turn | None]:
        """The same message once more, to write down a failure; None when it is no longer waiting."""
        ...

    def next_outgoing(self, now: datetime) -> AbstractContextManager[Ready | None]:
        """Claims the longest due message that no earlier one to the same address holds up."""
        ...

    def sent(self, outbox_id: int, provider_id: str, now: datetime) -> None:
        """The provider has it; what it already reported of it counts from here."""
        ...

    def failed(self, outbox_id: int, reason: str, code: str) -> None: ...

    def later(self, outbox_id: int, due_at: datetime, reason: str, code: str) -> None:
        """Surely not sent: again at `due_at`."""
        ...

    def unknown(self, outbox_id: int, due_at: datetime, code: str) -> None:
        """Perhaps sent: to be looked for at `due_at`."""
        ...

    def suppress(self, channel: Channel, key: str, why: str) -> None:
        """Nothing goes to this address any more; an earlier reason stays."""
        ...

    def suppress_recipient(self, outbox_id: int, why: str) -> None: ...

    def bodies_sent(self, address: Address) -> Sequence[str]:
        """The texts of the latest messages to this address, newest first."""
        ...

    def record_delivery(
        self,
        provider_id: str,
        status: DeliveryStatus,
        error_code: str | None,
        outbox_id: int | None,
        at: datetime,
    ) -> Address | None:
        """Keeps what a provider reports. The address it was sent to, when that is known and this report is new."""
        ...

    def expire_leases(self, now: datetime) -> int:
        """Turns leases that ran out into unknown outcomes; how many."""
        ...

    def due_parties(self, now: datetime, limit: int) -> Sequence[int]:
        """Parties with due notices, longest due first, each once."""
        ...

    def reach_out(
        self,
        these: Sequence[int],
        now: datetime,
        deal: Callable[[Outreach, Notice], object],
        faulted: Callable[[Outreach, Notice | None, Exception], None],
    ) -> int:
        """One transaction over those of the parties that nobody deals with; how many they were.

        Where `deal` raises, what it did for that notice is undone, and `faulted` may write down why; without a notice
        it is told of a party whose notices cannot even be read.
        """
        ...
