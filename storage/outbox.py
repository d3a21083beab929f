"""Outbound messages as rows: there before they are sent, leased while they are, moved on by what the provider reports.

A later message to an address waits for an earlier one that is being sent, looked for or sent again; one merely planned
for later, or held until a decent hour, holds up nothing. Decides nothing about consent.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, insert, select, text, update

from bot.model import Address, Category, Channel, DeliveryStatus, Outgoing, Rendered
from bot.reply import Draft
from storage.parties import CUSTOMERS, PARTY_COLUMNS, TABLES, alone, into, with_party

OUTBOX = TABLES["outbox"]
DELIVERIES = TABLES["deliveries"]
QUOTABLE = 20  # messages that a reply may quote
OPEN = ("waiting", "sending", "unknown")

#: Written out rather than bound, so that the partial indexes answer for them.
DUE = text("outbox.state IN ('waiting', 'sending', 'unknown') AND outbox.state <> 'sending'")
IN_TURN = text(
    "NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.customer_id = outbox.customer_id"
    " AND earlier.id < outbox.id AND earlier.state IN ('waiting', 'sending', 'unknown')"
    " AND earlier.channel = outbox.channel AND earlier.address_key = outbox.address_key"
    " AND (earlier.state <> 'waiting' OR earlier.tries > 0 OR earlier.due_at <= :now"
    # due when written, by the clock of a turn that then waited for its lock: an answer, whatever the time is here
    " OR earlier.due_at = earlier.created_at))"
).bindparams(bindparam("now", type_=OUTBOX.c.due_at.type))

#: How far a message has come by what the provider says of it; the ends are final.
REACHED = {
    DeliveryStatus.QUEUED: "sent",
    DeliveryStatus.SENDING: "sent",
    DeliveryStatus.SENT: "sent",
    DeliveryStatus.DELIVERED: "delivered",
    DeliveryStatus.READ: "read",
    DeliveryStatus.FAILED: "failed",
    DeliveryStatus.UNDELIVERED: "failed",
}
#: The states that each may follow: never backwards.
BEFORE = {
    "sent": ("waiting", "sending", "unknown"),
    "delivered": ("waiting", "sending", "unknown", "sent"),
    "read": ("waiting", "sending", "unknown", "sent", "delivered"),
    "failed": ("waiting", "sending", "unknown", "sent"),
}


def insert_draft(connection: Connection, party: int, draft: Draft, now: datetime) -> int:
    """Puts a message in the outbox; its id."""
    key = connection.execute(_POST, _values(party, draft, now)).inserted_primary_key
    assert key is not None
    return int(key[0])


_POST = insert(OUTBOX)


def _values(party: int, draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": party,
        "audience": draft.audience,
        "channel": draft.channel.value,
        "address": draft.address.raw,
        "address_key": draft.address.key,
        "category": draft.category.value,
        "exempt": draft.exempt,
        "inbox_id": draft.inbox_id,
        "notice_id": draft.notice_id,
        "handoff_id": draft.handoff_id,
        "written_by": draft.written_by,
        "key": draft.key,
        "says": draft.says,
        "body": draft.body.model_dump(mode="json"),
        "headers": draft.headers,
        "language": draft.language,
        "template": draft.template,
        "state": "waiting",
        "tries": 0,
        "due_at": draft.due_at,
        "created_at": now,
    }


def due_party(connection: Connection, now: datetime) -> int | None:
    """Locks the party of the longest due message that is in turn, of those whose party nobody deals with."""
    found = connection.execute(_DUE_PARTY, {"now": now}).first()
    return int(found[0]) if found else None


def due_row(connection: Connection, party: int, now: datetime) -> Row[Any] | None:
    """The party's first message in turn, with the party; asked in a statement of its own, after the lock."""
    return connection.execute(_DUE_ROW, {"party": party, "now": now}).first()


def _due(query: Select[Any]) -> Select[Any]:
    query = query.join_from(OUTBOX, CUSTOMERS, CUSTOMERS.c.id == OUTBOX.c.customer_id)
    return query.where(DUE, OUTBOX.c.due_at <= bindparam("now", type_=OUTBOX.c.due_at.type), IN_TURN).limit(1)


_DUE_PARTY = alone(_due(select(CUSTOMERS.c.id)).order_by(OUTBOX.c.due_at, OUTBOX.c.id))
_DUE_ROW = (
    with_party(_due(select(OUTBOX, *PARTY_COLUMNS)))
    .where(OUTBOX.c.customer_id == bindparam("party"))
    .order_by(OUTBOX.c.id)
)


def outgoing_from(row: Row[Any]) -> Outgoing:
    template = row.template or {}
    return Outgoing(
        outbox_id=row.id,
        channel=Channel(row.channel),
        to=row.address,
        body=Rendered.model_validate(row.body),
        category=Category(row.category),
        audience=row.audience,
        template_sid=template.get("sid"),
        template_variables=tuple(template.get("variables", ())),
        headers=row.headers,
        attempt=row.tries + 1,
        created_at=row.created_at,
    )


def change(connection: Connection, outbox_id: int, *, only: tuple[str, ...] = OPEN, **values: Any) -> bool:
    """Changes a message that is in one of these states; whether it was."""
    here = update(OUTBOX).where(OUTBOX.c.id == outbox_id, OUTBOX.c.state.in_(only)).values(**values)
    return connection.execute(here).rowcount == 1


def lease(connection: Connection, outbox_id: int, attempt: int, until: datetime) -> None:
    connection.execute(_LEASE, {"row": outbox_id, "attempt": attempt, "until": until})


_LEASE = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"))
    .values(
        state="sending",
        tries=bindparam("attempt"),
        lease_until=bindparam("until", type_=OUTBOX.c.lease_until.type),
    )
)


def mark_sent(connection: Connection, outbox_id: int, provider_id: str, now: datetime) -> None:
    """Notes the provider's id, whatever was reported before it was known, and catches up on those reports."""
    _alone_with(connection, provider_id)
    connection.execute(_SENT, {"row": outbox_id, "theirs": provider_id, "at": now})
    for status, code in connection.execute(_REPORTS, {"theirs": provider_id}).all():
        _move(connection, outbox_id, DeliveryStatus(status), code)


def _alone_with(connection: Connection, provider_id: str) -> None:
    """Keeps the report of an id and the noting of that id apart, so that one of them sees what the other left."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"theirs": provider_id})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:theirs))")
_SENT = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"))
    .values(
        provider_id=bindparam("theirs"),
        sent_at=bindparam("at", type_=OUTBOX.c.sent_at.type),
        lease_until=None,
        state=case((OUTBOX.c.state.in_(OPEN), "sent"), else_=OUTBOX.c.state),
        reason=case((OUTBOX.c.state.in_(OPEN), None), else_=OUTBOX.c.reason),
        error_code=case((OUTBOX.c.state.in_(OPEN), None), else_=OUTBOX.c.error_code),
    )
)
_REPORTS = (
    select(DELIVERIES.c.status, DELIVERIES.c.error_code)
    .where(DELIVERIES.c.provider_id == bindparam("theirs"))
    .order_by(DELIVERIES.c.id)
)


def record(
    connection: Connection,
    provider_id: str,
    status: DeliveryStatus,
    code: str | None,
    outbox_id: int | None,
    at: datetime,
) -> Address | None:
    """Keeps a report, once per provider id and status, and moves its message on; the address, when both are known."""
    _alone_with(connection, provider_id)
    found = _reported(connection, provider_id, outbox_id)
    values = {
        "provider_id": provider_id,
        "status": status.value,
        "error_code": code,
        "outbox_id": found.id if found else None,
        "at": at,
    }
    new = into(connection, DELIVERIES).values(values).on_conflict_do_nothing(index_elements=["provider_id", "status"])
    if connection.execute(new.returning(DELIVERIES.c.id)).first() is None or found is None:
        return None
    if found.provider_id is None:
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == found.id).values(provider_id=provider_id, sent_at=at))
    _move(connection, found.id, status, code)
    return Address(channel=Channel(found.channel), raw=found.address, key=found.address_key)


def recipient(connection: Connection, outbox_id: int) -> Address | None:
    query = select(OUTBOX.c.channel, OUTBOX.c.address, OUTBOX.c.address_key).where(OUTBOX.c.id == outbox_id)
    row = connection.execute(query).first()
    return Address(channel=Channel(row.channel), raw=row.address, key=row.address_key) if row else None


def bodies_sent(connection: Connection, address: Address) -> tuple[str, ...]:
    """The texts of the latest messages to this address, newest first."""
    here = (OUTBOX.c.address_key == address.key) & (OUTBOX.c.channel == address.channel.value)
    query = select(OUTBOX.c.body).where(here).order_by(OUTBOX.c.created_at.desc()).limit(QUOTABLE)
    return tuple(body["text"] for body in connection.execute(query).scalars())


def _reported(connection: Connection, provider_id: str, outbox_id: int | None) -> Any:
    """The message by the provider's id; by ours, which rode in the callback's address, while no other id is known."""
    query = select(OUTBOX.c.id, OUTBOX.c.provider_id, OUTBOX.c.channel, OUTBOX.c.address, OUTBOX.c.address_key)
    found = connection.execute(query.where(OUTBOX.c.provider_id == provider_id)).first()
    if found is None and outbox_id is not None:
        found = connection.execute(query.where(OUTBOX.c.id == outbox_id, OUTBOX.c.provider_id.is_(None))).first()
    return found


def _move(connection: Connection, outbox_id: int, status: DeliveryStatus, code: str | None) -> None:
    state = REACHED[status]
    values: dict[str, Any] = {"state": state, "lease_until": None}
    if state == "failed":
        values |= {"reason": status.value, "error_code": code}
    change(connection, outbox_id, only=BEFORE[state], **values)


def expire_leases(connection: Connection, now: datetime) -> int:
    """A lease that ran out means that nobody knows whether the message left."""
    ran_out = text("outbox.state IN ('waiting', 'sending', 'unknown') AND outbox.state = 'sending'")
    query = update(OUTBOX).where(ran_out, OUTBOX.c.lease_until < now)
    return connection.execute(
        query.values(state="unknown", due_at=now, lease_until=None, reason="lease_ran_out")
    ).rowcount
