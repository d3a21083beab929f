"""Whose a phone number or mail address is, kept as one row per channel so that an inbound message asks once.

A contact belongs to the one customer of the shop who has it. One that two customers share, and one that no customer has
any more, belongs to neither: it stays with a stranger, who must show a right to an order. What a stranger wrote before
the shop told who they are moves with the address. Decides nothing about consent; a suppressed address stays suppressed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.contact import email_key, phone_key
from bot.model import Channel
from bot.records import Customer
from storage.opted_out import recall
from storage.records import CUSTOMERS, rows_by, table
from storage.tables import AddressRow, ConsentRow, ConversationRow, EventRow, HandoffRow, InboxRow, OutboxRow

ADDRESSES = table(AddressRow)
CONVERSATIONS = table(ConversationRow)
#: What goes with a stranger who turns out to be a customer.
FOLLOWING = tuple(table(row) for row in (InboxRow, OutboxRow, ConsentRow, HandoffRow, EventRow))
#: The channels of each kind of contact, and how each writes it.
PHONE_CHANNELS = {Channel.SMS: "{}", Channel.WHATSAPP: "whatsapp:{}"}

Contact = tuple[str, str]  # ("email" | "phone", key)


def contact_keys(customer: Customer) -> tuple[str | None, str | None]:
    """(email_key, phone_key) of a customer's record."""
    email = email_key(customer.email) if customer.email else None
    phone = (phone_key(customer.phone) or customer.phone) if customer.phone else None
    return email, phone


def contacts_of(customer: Customer) -> list[Contact]:
    email, phone = contact_keys(customer)
    return [contact for contact in (("email", email), ("phone", phone)) if contact[1]]  # type: ignore[misc]


def settle_contacts(connection: Connection, contacts: Iterable[Contact], now: datetime) -> None:
    """Gives every address of these contacts to the one customer who has it, and takes it from anybody else.

    Asked after the rows of `customers` were written: they carry the keys.
    """
    wanted = set(contacts)
    for kind, column, channels in (
        ("email", CUSTOMERS.c.email_key, {Channel.EMAIL: "{}"}),
        ("phone", CUSTOMERS.c.phone_key, PHONE_CHANNELS),
    ):
        keys = sorted(key for of, key in wanted if of == kind)
        owners = _owners(connection, column, keys, kind)
        _add_missing(connection, owners, channels)
        _give(connection, keys, owners, channels, now)


def _owners(connection: Connection, column: Any, keys: Sequence[str], kind: str) -> dict[str, tuple[int, str]]:
    """key → (row id, contact as written) of the keys that exactly one customer has."""
    query: Select[Any] = select(
        column.label("key"), func.min(CUSTOMERS.c.id).label("owner"), func.count().label("sharing")
    )
    query = query.where(CUSTOMERS.c.source_id.is_not(None))
    rows = rows_by(connection, query.group_by(column), column, keys)
    alone: dict[str, int] = {row.key: row.owner for row in rows if row.sharing == 1}
    records = rows_by(connection, select(CUSTOMERS.c.id, CUSTOMERS.c.record), CUSTOMERS.c.id, alone.values())
    written = {row.id: str(row.record[kind]) for row in records}
    return {key: (row_id, written[row_id]) for key, row_id in alone.items()}


def _add_missing(connection: Connection, owners: dict[str, tuple[int, str]], channels: dict[Channel, str]) -> None:
    rows = [
        {"channel": channel, "key": key, "raw": form.format(written), "customer_id": row_id}
        for key, (row_id, written) in owners.items()
        for channel, form in channels.items()
    ]
    if rows:
        new = insert_new(connection, ADDRESSES).returning(ADDRESSES.c.channel, ADDRESSES.c.key)
        recall(connection, map(dict, connection.execute(new, rows).mappings().all()))


def _give(
    connection: Connection,
    keys: Sequence[str],
    owners: dict[str, tuple[int, str]],
    channels: dict[Channel, str],
    now: datetime,
) -> None:
    query = select(ADDRESSES.c.id, ADDRESSES.c.channel, ADDRESSES.c.key, ADDRESSES.c.customer_id, CUSTOMERS.c.source_id)
    query = query.join(CUSTOMERS, CUSTOMERS.c.id == ADDRESSES.c.customer_id).where(ADDRESSES.c.channel.in_(channels))
    for row in list(rows_by(connection, query, ADDRESSES.c.key, keys)):
        owner = owners.get(row.key)
        if owner and row.customer_id != owner[0]:
            _move(connection, row.id, row.customer_id, owner[0], stranger=row.source_id is None)
        elif not owner and row.source_id is not None:
            nobody = insert_row(connection, CUSTOMERS, created_at=now)
            connection.execute(update(ADDRESSES).where(ADDRESSES.c.id == row.id).values(customer_id=nobody))


def _move(connection: Connection, address_id: int, holder: int, owner: int, *, stranger: bool) -> None:
    """The address changes hands; a stranger left without any is merged into the customer they turn out to be."""
    for party in sorted((holder, owner)):  # the lock that a worker takes for a turn
        connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == party).with_for_update(key_share=True))
    connection.execute(update(ADDRESSES).where(ADDRESSES.c.id == address_id).values(customer_id=owner))
    left = connection.execute(select(func.count()).where(ADDRESSES.c.customer_id == holder)).scalar_one()
    if not stranger or left:
        return
    for follower in FOLLOWING:
        connection.execute(update(follower).where(follower.c.customer_id == holder).values(customer_id=owner))
    taken = select(CONVERSATIONS.c.customer_id).where(CONVERSATIONS.c.customer_id == owner)
    if connection.execute(taken).first() is None:
        connection.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.customer_id == holder).values(customer_id=owner))


def insert_new(connection: Connection, into: Any) -> Any:
    """An insert that passes over rows already there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(into).on_conflict_do_nothing()


def insert_row(connection: Connection, into: Any, **values: Any) -> int:
    """Inserts one row and gives its id."""
    key = connection.execute(insert(into).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
