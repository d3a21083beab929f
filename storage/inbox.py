"""Inbound messages as rows: kept once by the provider's id, claimed in order by whoever holds the party's lock.

A retry's delay sits on the party, so that order survives it. Decides only that too many waiting messages are too many.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, literal_column, select, text, true, update

from bot.model import Message, Reading
from bot.store import Inbound, Receipt
from storage.parties import ADDRESSES, CUSTOMERS, HERE, PARTY_COLUMNS, TABLES, alone, dialect_insert, key_of, with_party

INBOX = TABLES["inbox"]
MOST_WAITING = 200  # of one party; a claim looks past each of them while their party is dealt with elsewhere
WAITING = text("inbox.state = 'waiting'")  # written out, so that the partial indexes answer for it


def _at(name: str) -> Any:
    return bindparam(name, type_=INBOX.c.received_at.type)


def keep(connection: Connection, message: Message, now: datetime) -> Receipt | None:
    """Keeps a message of a known address; one of too many is set aside. None: not known, or it is here already.

    One statement, because it is all that a webhook waits for. On PostgreSQL the address can't change hands meanwhile,
    and a party's messages are let in one after the other, so that the order of their ids is the order of commits.
    """
    values = {
        "provider_id": message.provider_id,
        "at_channel": message.sender.channel.value,
        "at_key": key_of(message),
        "heard": message.model_dump(mode="json", exclude_defaults=True),
        "at": now,
    }
    row = connection.execute(_keeping(connection.dialect.name), values).first()
    return Receipt(new=True, aside=row.state == "aside") if row else None


@cache
def _keeping(dialect: str) -> Any:
    found: list[Any] = [ADDRESSES.c.customer_id]
    if dialect == "postgresql":
        found.append(func.pg_advisory_xact_lock(ADDRESSES.c.customer_id))
    sender = select(*found).where(*HERE).with_for_update(read=True).subquery("sender")
    flooded = text(
        "CASE WHEN EXISTS (SELECT 1 FROM inbox AS w WHERE w.customer_id = sender.customer_id AND w.state = 'waiting'"
        " ORDER BY w.id LIMIT 1 OFFSET :most) THEN 'aside' ELSE 'waiting' END"
    ).bindparams(most=MOST_WAITING - 1)
    fields = {
        "provider_id": bindparam("provider_id", type_=INBOX.c.provider_id.type),
        "customer_id": sender.c.customer_id,
        "channel": bindparam("at_channel", type_=INBOX.c.channel.type),
        "message": bindparam("heard", type_=INBOX.c.message.type),
        "received_at": _at("at"),
        "tries": literal_column("0"),
        "state": flooded,
    }
    new = dialect_insert(dialect, INBOX).from_select(
        list(fields), select(*fields.values()).select_from(sender).where(true())
    )
    return new.on_conflict_do_nothing(index_elements=["provider_id"]).returning(INBOX.c.id, INBOX.c.state)


def is_here(connection: Connection, message: Message) -> bool:
    query = select(INBOX.c.id).where(INBOX.c.provider_id == message.provider_id)
    return connection.execute(query).first() is not None


def oldest_party(connection: Connection, now: datetime) -> int | None:
    """Locks the party of the oldest waiting message whose party nobody deals with."""
    found = connection.execute(_CLAIM, {"now": now}).first()
    return int(found[0]) if found else None


_CLAIM = alone(
    select(CUSTOMERS.c.id)
    .join_from(INBOX, CUSTOMERS, CUSTOMERS.c.id == INBOX.c.customer_id)
    .where(
        WAITING,
        CUSTOMERS.c.retry_at.is_(None) | (CUSTOMERS.c.retry_at <= _at("now")),
    )
    .order_by(INBOX.c.id)
    .limit(1)
)


def oldest_message(connection: Connection, party: int) -> Row[Any] | None:
    """The party's oldest waiting message, with the party; asked in a statement of its own, after the lock."""
    return connection.execute(_OLDEST, {"party": party}).first()


_OLDEST = (
    with_party(
        select(INBOX.c.id, INBOX.c.message, INBOX.c.tries, INBOX.c.received_at, *PARTY_COLUMNS).join_from(
            INBOX, CUSTOMERS, CUSTOMERS.c.id == INBOX.c.customer_id
        )
    )
    .where(WAITING, INBOX.c.customer_id == bindparam("party"))
    .order_by(INBOX.c.id)
    .limit(1)
)


def inbound_from(party: int, row: Row[Any]) -> Inbound:
    return Inbound(row.id, party, Message.model_validate(row.message), row.tries)


def finish(connection: Connection, inbound: Inbound, reading: Reading | None, now: datetime) -> None:
    kept = reading.model_dump(mode="json", exclude_defaults=True) if reading else None
    connection.execute(_FINISH, {"finished": inbound.id, "kept": kept, "at": now})


_FINISH = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("finished"))
    .values(state="done", reading=bindparam("kept", type_=INBOX.c.reading.type), handled_at=_at("at"))
)


def set_back(connection: Connection, inbound: Inbound, fault: str, retry_at: datetime) -> None:
    _change(connection, inbound.id, tries=inbound.tries + 1, error=fault)
    wait(connection, inbound.party, retry_at)


def set_aside(connection: Connection, inbound: Inbound, fault: str, now: datetime) -> None:
    _change(connection, inbound.id, state="aside", tries=inbound.tries + 1, error=fault, handled_at=now)
    wait(connection, inbound.party, None)


def wait(connection: Connection, party: int, until: datetime | None) -> None:
    """Nothing of this party is claimed from the inbox before then."""
    connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == party).values(retry_at=until))


def _change(connection: Connection, inbox_id: int, **values: Any) -> None:
    connection.execute(update(INBOX).where(INBOX.c.id == inbox_id).values(**values))
