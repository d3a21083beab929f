"""Inbound messages as rows: kept once by the provider's id, claimed in order by whoever holds the party's lock.

A retry's delay sits on the party, so that order survives it. Decides only that too many waiting messages are too many.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, literal, select, text, update

from bot.model import Message, Reading
from bot.store import Inbound, Receipt
from storage.parties import CUSTOMERS, PARTY_COLUMNS, TABLES, alone, dialect_insert, with_party

INBOX = TABLES["inbox"]
MOST_WAITING = 200  # of one party; a claim looks past each of them while their party is dealt with elsewhere
WAITING = text("inbox.state = 'waiting'")  # written out, so that the partial indexes answer for it


def _at(name: str) -> Any:
    return bindparam(name, type_=INBOX.c.received_at.type)


def keep(connection: Connection, party: int, message: Message, now: datetime) -> Receipt:
    """Inserts a message that is not there yet; one of too many is kept, but set aside."""
    values = {
        "provider_id": message.provider_id,
        "party": party,
        "channel": message.sender.channel.value,
        "message": message.model_dump(mode="json", exclude_defaults=True),
        "received_at": now,
    }
    row = connection.execute(_keeping(connection.dialect.name), values).first()
    return Receipt(new=row is not None, aside=row is not None and row.state == "aside")


@cache
def _keeping(dialect: str) -> Any:
    flooded = text(
        "CASE WHEN EXISTS (SELECT 1 FROM inbox AS w WHERE w.customer_id = :party AND w.state = 'waiting'"
        " ORDER BY w.id LIMIT 1 OFFSET :most) THEN 'aside' ELSE 'waiting' END"
    ).bindparams(most=MOST_WAITING - 1)
    fields: dict[str, Any] = {
        name: bindparam(name, type_=INBOX.c[name].type) for name in ("provider_id", "channel", "message", "received_at")
    }
    fields |= {
        "customer_id": bindparam("party", type_=INBOX.c.customer_id.type),
        "state": flooded,
        "tries": literal(0, literal_execute=True),
    }
    new = dialect_insert(dialect, INBOX).values(fields).on_conflict_do_nothing(index_elements=["provider_id"])
    return new.returning(INBOX.c.id, INBOX.c.state)


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
