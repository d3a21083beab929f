"""Parties and their addresses as rows: whom a message is from, and everything a dealing with them begins with.

A message that is not verified never joins a customer's party: it belongs to a stranger under a key of its own. A
contact that two customers share is nobody's, since an ambiguous match must ask.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - fills the metadata
from bot.consent import Contact
from bot.model import Address, Channel, Conversation, Message
from bot.records import Customer
from bot.store import Party

TABLES = SQLModel.metadata.tables
CUSTOMERS = TABLES["customers"]
ADDRESSES = TABLES["addresses"]
CONVERSATIONS = TABLES["conversations"]
UNVERIFIED = "unverified:"
HERE = (ADDRESSES.c.channel == bindparam("at_channel"), ADDRESSES.c.key == bindparam("at_key"))
AT = select(ADDRESSES).where(*HERE)
PARTY_COLUMNS = (
    CUSTOMERS.c.record,
    CUSTOMERS.c.email_changed_at,
    CUSTOMERS.c.phone_changed_at,
    CUSTOMERS.c.retry_at,
    CONVERSATIONS.c.state.label("conversation"),
)


def key_of(message: Message) -> str:
    """The address key that the sender's party is found by."""
    return message.sender.key if message.verified else UNVERIFIED + message.sender.key


def heard_from(connection: Connection, message: Message, at: datetime) -> None:
    """Notes when and from which spelling of its address a sender was last heard; a later moment stays."""
    values = {
        "at_channel": message.sender.channel.value,
        "at_key": key_of(message),
        "seen_raw": message.sender.raw,
        "seen_at": at,
    }
    connection.execute(_HEARD, values)


_SEEN_AT = bindparam("seen_at", type_=ADDRESSES.c.last_inbound_at.type)
_HEARD = (
    update(ADDRESSES)
    .where(*HERE, ADDRESSES.c.last_inbound_at.is_(None) | (ADDRESSES.c.last_inbound_at < _SEEN_AT))
    .values(last_inbound_at=_SEEN_AT, raw=bindparam("seen_raw"))
)


def meet(connection: Connection, message: Message, now: datetime) -> bool:
    """Keeps a new address, of the one customer whose contact it is or of a stranger.

    False when another process was quicker: nothing may be kept of this transaction then.
    """
    party = _owner(connection, message)
    if party is None:
        key = connection.execute(insert(CUSTOMERS).values(created_at=now)).inserted_primary_key
        assert key is not None
        party = key[0]
    row = {
        "channel": message.sender.channel,
        "key": key_of(message),
        "raw": message.sender.raw,
        "customer_id": party,
    }
    new = into(connection, ADDRESSES).values(row).on_conflict_do_nothing().returning(ADDRESSES.c.id)
    return connection.execute(new).first() is not None


def _owner(connection: Connection, message: Message) -> int | None:
    if not message.verified:
        return None
    column = {
        Channel.EMAIL: CUSTOMERS.c.email_key,
        Channel.SMS: CUSTOMERS.c.phone_key,
        Channel.WHATSAPP: CUSTOMERS.c.phone_key,
    }.get(message.sender.channel)
    if column is None:
        return None
    found = connection.execute(select(CUSTOMERS.c.id).where(column == message.sender.key).limit(2)).all()
    return int(found[0][0]) if len(found) == 1 else None


def lock(connection: Connection, parties: Sequence[int]) -> list[int]:
    """Takes the rows of those parties that nobody deals with; none is waited for."""
    query = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.in_(parties)).order_by(CUSTOMERS.c.id)
    return [int(row[0]) for row in connection.execute(alone(query))]


def alone(query: Select[Any]) -> Select[Any]:
    """The claim's lock clause: the webhook's inserts are not held up by it, and SQLite leaves it away."""
    return query.with_for_update(of=CUSTOMERS, key_share=True, skip_locked=True)


def with_party(query: Select[Any]) -> Select[Any]:
    """Adds what a dealing begins with to a query over a table that has a `customer_id`."""
    return query.outerjoin(CONVERSATIONS, CONVERSATIONS.c.customer_id == CUSTOMERS.c.id)


def party_row(connection: Connection, party: int) -> Row[Any]:
    query = with_party(select(*PARTY_COLUMNS).select_from(CUSTOMERS)).where(CUSTOMERS.c.id == party)
    return connection.execute(query).one()


def party_from(party: int, row: Row[Any]) -> Party:
    customer = Customer.model_validate(row.record) if row.record else None
    return Party(party, customer, row.email_changed_at, row.phone_changed_at)


def conversation_from(row: Row[Any]) -> Conversation:
    return Conversation.model_validate(row.conversation) if row.conversation else Conversation()


def save_conversation(connection: Connection, party: int, conversation: Conversation, now: datetime) -> None:
    values = {"party": party, "kept": conversation.model_dump(mode="json", exclude_defaults=True), "at": now}
    connection.execute(_saving(connection.dialect.name), values)


@cache
def _saving(dialect: str) -> Any:
    kept = bindparam("kept", type_=CONVERSATIONS.c.state.type)
    at = bindparam("at", type_=CONVERSATIONS.c.updated_at.type)
    new = dialect_insert(dialect, CONVERSATIONS).values(customer_id=bindparam("party"), state=kept, updated_at=at)
    return new.on_conflict_do_update(
        index_elements=["customer_id"], set_={"state": new.excluded.state, "updated_at": new.excluded.updated_at}
    )


def contacts_of(connection: Connection, party: int) -> tuple[Contact, ...]:
    """Every address of a party that stands for a proven sender."""
    query = select(ADDRESSES).where(ADDRESSES.c.customer_id == party).order_by(ADDRESSES.c.id)
    return tuple(contact_from(row) for row in connection.execute(query) if not row.key.startswith(UNVERIFIED))


def contact_at(connection: Connection, channel: str, key: str, raw: str) -> Contact:
    """What is known of an address; one never heard of is free."""
    row = connection.execute(AT, {"at_channel": channel, "at_key": key}).first()
    return contact_from(row) if row else Contact(Address(channel=Channel(channel), raw=raw, key=key))


def has_address(connection: Connection, party: int, channel: str, key: str) -> bool:
    query = select(ADDRESSES.c.id).where(*HERE, ADDRESSES.c.customer_id == party)
    return connection.execute(query, {"at_channel": channel, "at_key": key}).first() is not None


def contact_from(row: Row[Any]) -> Contact:
    address = Address(channel=Channel(row.channel), raw=row.raw, key=row.key)
    return Contact(address, row.suppressed, row.last_inbound_at)


def suppress(connection: Connection, channel: str, key: str, why: str) -> None:
    """An earlier reason stays."""
    here = (ADDRESSES.c.channel == channel) & (ADDRESSES.c.key == key) & ADDRESSES.c.suppressed.is_(None)
    connection.execute(update(ADDRESSES).where(here).values(suppressed=why))


def party_of(connection: Connection, customer_id: str) -> int | None:
    found = connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.source_id == customer_id)).scalar_one_or_none()
    return None if found is None else int(found)


def into(connection: Connection, table: Table) -> Any:
    """An insert of the dialect's own, which knows ON CONFLICT."""
    return dialect_insert(connection.dialect.name, table)


def dialect_insert(dialect: str, table: Table) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
