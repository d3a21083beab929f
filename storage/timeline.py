"""A customer's timeline: what was said both ways over all channels, what was planned, what people hold. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.model import Channel, Message, Rendered
from bot.records import Customer, Order
from storage.tables import AddressRow, CustomerRow, HandoffRow, InboxRow, NoticeRow, OrderRow, OutboxRow

WENT = ("sent", "delivered", "read")
MOST = 200  # the latest messages each way; a timeline longer than that is read in the export

inbox, outbox, notices = InboxRow.__table__, OutboxRow.__table__, NoticeRow.__table__  # type: ignore[attr-defined]
customers, addresses = CustomerRow.__table__, AddressRow.__table__  # type: ignore[attr-defined]
handoffs, orders = HandoffRow.__table__, OrderRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. What they sent has `text` and the types of its `media`; what we sent has `rendered`, its `state`,
    and why if it was held back."""

    at: datetime
    channel: Channel
    inbound: bool
    text: str
    subject: str | None = None
    rendered: Rendered | None = None
    state: str = ""
    reason: str | None = None
    keys: str = ""
    outbox_id: int | None = None
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """A notice as it stands: `at` is when it was decided, or is due."""

    kind: str
    state: str
    at: datetime
    reason: str | None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class HandoffEntry:
    id: int
    reason: str
    summary: str
    silences_bot: bool
    opened_at: datetime


def party_of(connection: Connection, customer_id: str) -> int | None:
    """The row of a customer of the shop, by the shop's own id."""
    return connection.execute(select(customers.c.id).where(customers.c.source_id == customer_id)).scalar()


def people(connection: Connection) -> list[Customer]:
    """The shop's customers, in the order of its own ids."""
    rows = connection.execute(
        select(customers.c.record).where(customers.c.source_id.is_not(None)).order_by(customers.c.source_id)
    )
    return [Customer.model_validate(record) for (record,) in rows]


def messages(connection: Connection, party: int) -> list[Entry]:
    """The latest messages both ways, oldest first."""
    heard = connection.execute(
        select(inbox.c.message).where(inbox.c.customer_id == party).order_by(inbox.c.id.desc()).limit(MOST)
    )
    said = connection.execute(
        select(outbox)
        .where(outbox.c.customer_id == party, outbox.c.audience == "customer")
        .order_by(outbox.c.id.desc())
        .limit(MOST)
    )
    entries = [_heard(Message.model_validate(message)) for (message,) in heard]
    entries += [_said(row) for row in said.mappings()]
    return sorted(entries, key=lambda entry: (entry.at, not entry.inbound))


def sent_counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How many messages went to each customer of the shop on each channel, by the shop's own customer id."""
    went = (outbox.c.audience == "customer", outbox.c.state.in_(WENT), customers.c.source_id.is_not(None))
    rows = connection.execute(
        select(customers.c.source_id, outbox.c.channel, func.count())
        .join_from(outbox, customers, customers.c.id == outbox.c.customer_id)
        .where(*went)
        .group_by(customers.c.source_id, outbox.c.channel)
    )
    counts: dict[str, dict[str, int]] = {}
    for customer_id, channel, count in rows:
        counts.setdefault(customer_id, {})[channel] = count
    return counts


def notices_of(connection: Connection, party: int) -> list[NoticeEntry]:
    """Planned, sent and dropped, the next and the newest first."""
    rows = connection.execute(select(notices).where(notices.c.customer_id == party)).mappings()
    found = [
        NoticeEntry(row["kind"], row["state"], row["decided_at"] or row["due_at"], row["reason"], row["order_id"])
        for row in rows
    ]
    return sorted(found, key=lambda notice: notice.at, reverse=True)


def open_handoffs(connection: Connection, party: int) -> list[HandoffEntry]:
    rows = connection.execute(
        select(handoffs).where(handoffs.c.customer_id == party, handoffs.c.closed_at.is_(None)).order_by(handoffs.c.id)
    ).mappings()
    return [
        HandoffEntry(row["id"], row["reason"], row["case"].get("summary", ""), row["silences_bot"], row["opened_at"])
        for row in rows
    ]


def orders_of(connection: Connection, party: int) -> list[Order]:
    """Newest first."""
    rows = connection.execute(
        select(orders.c.record).where(orders.c.customer_id == party).order_by(orders.c.placed_at.desc())
    )
    return [Order.model_validate(record) for (record,) in rows]


def _heard(message: Message) -> Entry:
    media = tuple(item.content_type for item in message.media)
    return Entry(message.received_at, message.sender.channel, True, message.text, subject=message.subject, media=media)


def _said(row: Any) -> Entry:
    rendered = Rendered.model_validate(row["body"])
    return Entry(
        at=row["sent_at"] or row["created_at"],
        channel=Channel(row["channel"]),
        inbound=False,
        text=rendered.text,
        subject=_subject(row["headers"].get("Subject"), rendered),
        rendered=rendered,
        state=row["state"],
        reason=row["reason"],
        keys=row["key"],
        outbox_id=row["id"],
    )


def _subject(answered: str | None, rendered: Rendered) -> str | None:
    """As it was sent: an answer keeps the subject it answers."""
    if not answered:
        return rendered.subject
    return answered if answered.lower().startswith("re:") else f"Re: {answered}"
