"""A dealing as one database transaction: what the mind may read and leave behind while it holds a party's lock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.consent import Consents, Contact
from bot.merchant.shop import Shop
from bot.model import Address, Conversation, Event, Outgoing, Reading
from bot.notices import Notice, NoticeFacts, Planned
from bot.ports import Actions
from bot.records import Customer
from bot.reply import Draft
from bot.store import Inbound, Party
from storage import inbox, notices, outbox, parties
from storage.records import SqlRecords

MakeActions = Callable[[Connection, int, Address, Shop, datetime], Actions]
EVENTS = parties.TABLES["events"]
ADD_EVENTS = insert(EVENTS)
NOTICES = parties.TABLES["notices"]
OUTBOX = outbox.OUTBOX
MOVED = "moved"  # why nothing goes to an address that is no longer the party's


class SqlDealing:
    """Fills `bot.store.Dealing`."""

    def __init__(self, connection: Connection, party: int, row: Row[Any], actions: MakeActions) -> None:
        self._connection = connection
        self._actions = actions
        self.party: Party = parties.party_from(party, row)
        self.conversation: Conversation = parties.conversation_from(row)

    def books(self, shop: Shop) -> SqlRecords:
        return SqlRecords(self._connection, shop.catalog)

    def actions(self, sender: Address, shop: Shop, now: datetime) -> Actions:
        return self._actions(self._connection, self.party.id, sender, shop, now)

    def party_of(self, customer_id: str) -> int | None:
        return parties.party_of(self._connection, customer_id)

    def contacts(self) -> tuple[Contact, ...]:
        return parties.contacts_of(self._connection, self.party.id)

    def written_since(self, address: Address, since: datetime) -> Sequence[datetime]:
        query = select(OUTBOX.c.created_at).where(
            OUTBOX.c.address_key == address.key,
            OUTBOX.c.created_at > since,
            OUTBOX.c.channel == address.channel.value,
            OUTBOX.c.audience == "customer",
        )
        return self._connection.execute(query).scalars().all()

    def save(self, conversation: Conversation, now: datetime) -> None:
        parties.save_conversation(self._connection, self.party.id, conversation, now)

    def note(self, events: Sequence[Event], now: datetime) -> None:
        rows = [{"customer_id": self.party.id, "at": now, "kind": event.kind, "data": event.data} for event in events]
        if rows:
            self._connection.execute(ADD_EVENTS, rows)

    def plan(self, planned: Sequence[Planned], now: datetime) -> None:
        notices.insert_planned(self._connection, self.party.id, planned, now)

    def post(self, draft: Draft, now: datetime) -> int:
        return outbox.insert_draft(self._connection, self.party.id, draft, now)


class SqlTurn(SqlDealing):
    """Fills `bot.store.Turn`."""

    def __init__(self, connection: Connection, party: int, row: Row[Any], actions: MakeActions) -> None:
        super().__init__(connection, party, row, actions)
        self.inbound: Inbound = inbox.inbound_from(party, row)
        self._received_at: datetime = row.received_at
        self._delayed = row.retry_at is not None

    def done(self, reading: Reading | None, now: datetime) -> None:
        inbox.finish(self._connection, self.inbound, reading, now)
        if self._delayed:
            inbox.wait(self._connection, self.party.id, None)
        parties.heard_from(self._connection, self.inbound.message, self._received_at)

    def set_back(self, fault: str, retry_at: datetime) -> None:
        inbox.set_back(self._connection, self.inbound, fault, retry_at)

    def set_aside(self, fault: str, now: datetime) -> None:
        inbox.set_aside(self._connection, self.inbound, fault, now)
        parties.heard_from(self._connection, self.inbound.message, self._received_at)


class SqlOutreach(SqlDealing):
    """Fills `bot.store.Outreach`."""

    def due(self, now: datetime) -> tuple[Notice, ...]:
        return notices.due_of(self._connection, self.party.id, now)

    def facts_of(self, notice: Notice, shop: Shop, now: datetime) -> NoticeFacts:
        return notices.load_facts(self._connection, notice, shop, now)

    def decide(self, notice: Notice, state: str, reason: str | None, now: datetime) -> None:
        notices.decide(self._connection, notice.id, state, reason, now)

    def hold(self, notice: Notice, until: datetime, why: str) -> None:
        notices.hold(self._connection, notice.id, until, why)

    def put_off(self, now: datetime, until: datetime, why: str) -> None:
        due = (NOTICES.c.customer_id == self.party.id) & (NOTICES.c.state == "planned") & (NOTICES.c.due_at <= now)
        self._connection.execute(update(NOTICES).where(due).values(due_at=until, reason=why))


@dataclass(frozen=True, slots=True)
class SqlReady:
    """Fills `bot.store.Ready`."""

    connection: Connection
    outgoing: Outgoing
    unknown: bool
    exempt: bool
    contact: Contact
    customer: Customer | None
    consents: Consents

    def lease(self, until: datetime) -> None:
        """An unknown outcome stays unknown while it is looked for: only its next look is put off."""
        attempt = self.outgoing.attempt
        if self.unknown:
            outbox.change(self.connection, self.outgoing.outbox_id, tries=attempt, due_at=until)
        else:
            outbox.lease(self.connection, self.outgoing.outbox_id, attempt, until)

    def hold(self, until: datetime, why: str) -> None:
        """Counts from the first try again, so that what is only held until later holds up nothing."""
        outbox.change(self.connection, self.outgoing.outbox_id, due_at=until, reason=why, tries=0)

    def drop(self, why: str) -> None:
        outbox.change(self.connection, self.outgoing.outbox_id, state="dropped", reason=why)


def ready_from(connection: Connection, party: int, row: Row[Any]) -> SqlReady:
    to_customer = row.audience == "customer"
    contact = parties.contact_at(connection, row.channel, row.address_key, row.address)
    if row.notice_id is not None and not parties.has_address(connection, party, row.channel, row.address_key):
        contact = replace(contact, suppressed=MOVED)  # since it was written, the contact went to somebody else
    return SqlReady(
        connection=connection,
        outgoing=outbox.outgoing_from(row),
        unknown=row.state == "unknown",
        exempt=row.exempt,
        contact=contact,
        customer=parties.party_from(party, row).customer if to_customer else None,
        consents=notices.newest_consents(connection, party) if to_customer else {},
    )
