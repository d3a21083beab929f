"""What waits in the tables and for how long, over what is open only: cost follows the backlog, not the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlmodel import UTCDateTime

# The states are written out, not bound: only then do both databases use the partial indexes on them.
INBOX = text("SELECT count(*) AS waiting, min(received_at) AS oldest FROM inbox WHERE state = 'waiting'").columns(
    oldest=UTCDateTime()
)
OUTBOX = text(
    "SELECT state, count(*) AS number, min(due_at) AS oldest FROM outbox"
    " WHERE state IN ('waiting', 'sending', 'unknown') GROUP BY state"
).columns(oldest=UTCDateTime())
NOTICES = text("SELECT count(*) FROM notices WHERE state = 'planned' AND due_at <= :now").bindparams(
    bindparam("now", type_=UTCDateTime())
)
HANDOFFS = text("SELECT count(*) FROM handoffs WHERE closed_at IS NULL")


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts of what is open; ages in seconds of the oldest waiting message and of the oldest due reply."""

    inbox_waiting: int = 0
    inbox_oldest_seconds: float = 0.0
    outbox: Mapping[str, int] = field(default_factory=dict)
    outbox_oldest_seconds: float = 0.0
    notices_due: int = 0
    handoffs_open: int = 0


def read_backlog(connection: Connection, now: datetime) -> Backlog:
    """Everything that is open as of `now`."""
    inbox = connection.execute(INBOX).one()
    outbox = connection.execute(OUTBOX).all()
    since = min((row.oldest for row in outbox), default=None)
    return Backlog(
        inbox_waiting=inbox.waiting,
        inbox_oldest_seconds=_age(inbox.oldest, now),
        outbox={row.state: row.number for row in outbox},
        outbox_oldest_seconds=_age(since, now),
        notices_due=connection.execute(NOTICES, {"now": now}).scalar_one(),
        handoffs_open=connection.execute(HANDOFFS).scalar_one(),
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
