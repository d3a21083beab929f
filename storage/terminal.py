"""A seat in a terminal: whose address it writes from, and which replies came for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from bot.contact import email_key, phone_key
from bot.model import Address, Channel, Rendered
from storage.parties import ADDRESSES, CUSTOMERS, TABLES, into

INBOX = TABLES["inbox"]
OUTBOX = TABLES["outbox"]
PREFIX = "terminal:"


@dataclass(frozen=True, slots=True)
class Reply:
    """One message for the seat; `state` and `reason` tell when it was held back instead of sent."""

    id: int
    body: Rendered
    state: str
    reason: str | None


def seat_of_customer(connection: Connection, contact: str) -> Address | None:
    """A chat address that belongs to the one customer with this phone or mail address; None without exactly one."""
    same = or_(CUSTOMERS.c.email_key == email_key(contact), CUSTOMERS.c.phone_key == (phone_key(contact) or contact))
    found = connection.execute(
        select(CUSTOMERS.c.id, CUSTOMERS.c.source_id).where(same, CUSTOMERS.c.source_id.is_not(None)).limit(2)
    ).all()
    if len(found) != 1:
        return None
    name = f"{PREFIX}{found[0].source_id}"
    row = {"channel": Channel.CHAT.value, "key": name, "raw": name, "customer_id": found[0].id}
    connection.execute(into(connection, ADDRESSES).values(row).on_conflict_do_nothing())
    return Address(channel=Channel.CHAT, raw=name, key=name)


def newest(connection: Connection) -> int:
    """The id of the newest message in the outbox."""
    return int(connection.execute(select(func.max(OUTBOX.c.id))).scalar() or 0)


def replies_to(connection: Connection, address: Address, after: int) -> Sequence[Reply]:
    """What was written to this address after that id, sent or held back, oldest first."""
    query = (
        select(OUTBOX.c.id, OUTBOX.c.body, OUTBOX.c.state, OUTBOX.c.reason)
        .where(OUTBOX.c.channel == address.channel.value, OUTBOX.c.address_key == address.key)
        .where(OUTBOX.c.id > after, OUTBOX.c.audience == "customer")
        .where(OUTBOX.c.state.not_in(("waiting", "sending", "unknown")))
        .order_by(OUTBOX.c.id)
    )
    return [
        Reply(row.id, Rendered.model_validate(row.body), row.state, row.reason) for row in connection.execute(query)
    ]


def is_settled(connection: Connection, provider_id: str) -> bool:
    """Whether this message was dealt with and what was answered to it has left, or will not."""
    row = connection.execute(select(INBOX.c.id, INBOX.c.state).where(INBOX.c.provider_id == provider_id)).first()
    if row is None or row.state == "waiting":
        return False
    open_ones = select(OUTBOX.c.id).where(
        OUTBOX.c.inbox_id == row.id, OUTBOX.c.audience == "customer", OUTBOX.c.state.in_(("waiting", "sending"))
    )
    return connection.execute(open_ones).first() is None
