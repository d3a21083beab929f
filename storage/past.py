"""What was said and done, read for a replay: every turn with its answer and its actions. Writes nothing."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from bot.model import Channel, Message
from bot.past import Heard, moment
from storage.exporting import CODE_KEY, export_text
from storage.parties import TABLES, UNVERIFIED

INBOX, OUTBOX, ACTIONS, EVENTS = TABLES["inbox"], TABLES["outbox"], TABLES["actions"], TABLES["events"]
CUSTOMERS, ADDRESSES, HANDOFFS = TABLES["customers"], TABLES["addresses"], TABLES["handoffs"]
CODE = re.compile(r"\b\d{6}\b")
UNSTEADY = ("label",)  # what an action holds that is made of row ids


@dataclass(frozen=True, slots=True)
class Deed:
    """An action and what became of it."""

    kind: str
    action: str  # JSON, keys in order
    status: str

    def __str__(self) -> str:
        return f"{self.kind} {self.action}: {self.status}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said in a turn, as keys and text with its choices, and what was done."""

    keys: tuple[str, ...]
    text: str
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class PastTurn:
    """`message` is None where `lost` says why it cannot be played."""

    inbox_id: int
    party: int
    at: datetime
    channel: str
    text: str
    message: Message | None
    lost: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Closing:
    """A case that somebody closed; `sender` is an address of whose case it was."""

    at: datetime
    reason: str
    channel: str
    key: str


@dataclass(frozen=True, slots=True)
class Past:
    turns: tuple[PastTurn, ...]
    export: dict[str, list[dict[str, Any]]]
    heard: Heard
    closings: tuple[Closing, ...]
    notices: tuple[datetime, ...]  # when notices were put in the outbox
    seats: tuple[dict[str, Any], ...]  # addresses of web chats and the customers they belong to


def read_past(connection: Connection) -> Past:
    export = json.loads("".join(export_text(connection)))
    changes = {row.source_id: row.changes for row in connection.execute(select(CUSTOMERS)) if row.changes}
    for customer in export["customers"]:
        for change in reversed(changes.get(customer["id"], [])):
            customer[change["field"]] = change["before"]
    sent = select(OUTBOX.c.created_at).where(OUTBOX.c.notice_id.is_not(None)).distinct().order_by(OUTBOX.c.created_at)
    return Past(
        turns=tuple(_turns(connection)),
        export=export,
        heard=_heard(connection),
        closings=tuple(_closings(connection)),
        notices=tuple(connection.execute(sent).scalars()),
        seats=tuple(_seats(connection)),
    )


def answer_of(replies: Sequence[Any], deeds: Sequence[Any]) -> Answer:
    """What rows of the outbox and of the actions come to, with nothing that differs by row ids and chance."""
    texts = []
    for row in replies:
        titles = [f"[{choice['title']}]" for choice in row.body.get("choices") or ()]
        text = CODE.sub("••••••", row.body["text"]) if CODE_KEY in row.key.split() else row.body["text"]
        texts.append("\n".join((text, *titles)))
    return Answer(
        keys=tuple(key for row in replies for key in row.key.split()),
        text="\n\n".join(texts),
        deeds=tuple(_deed(row) for row in deeds),
    )


def latest_code(rows: Sequence[Any]) -> str | None:
    """The one-time code last sent; earlier ones were taken out when it was made."""
    found = [match[0] for row in rows if (match := CODE.search(row.body["text"]))]
    return found[-1] if found else None


def codes_of(connection: Connection) -> list[Any]:
    query = select(OUTBOX).where(OUTBOX.c.key.contains(CODE_KEY)).order_by(OUTBOX.c.id)
    return list(connection.execute(query))


def _turns(connection: Connection) -> Iterator[PastTurn]:
    replies: dict[int, list[Any]] = defaultdict(list)
    answers = select(OUTBOX).where(OUTBOX.c.inbox_id.is_not(None), OUTBOX.c.audience == "customer")
    for row in connection.execute(answers.order_by(OUTBOX.c.id)):
        replies[row.inbox_id].append(row)
    deeds: dict[tuple[int, datetime], list[Any]] = defaultdict(list)
    for row in connection.execute(select(ACTIONS)):
        deeds[row.customer_id, row.at].append(row)
    for row in connection.execute(select(INBOX).order_by(INBOX.c.id)):
        message, lost = _message(row)
        at = row.handled_at or row.received_at
        yield PastTurn(
            inbox_id=row.id,
            party=row.customer_id,
            at=at,
            channel=row.channel,
            text=str(row.message.get("text") or row.message.get("choice") or ""),
            message=message,
            lost=lost,
            answer=answer_of(replies[row.id], sorted(deeds[row.customer_id, at], key=lambda one: str(one.kind))),
        )


def _message(row: Any) -> tuple[Message | None, str]:
    """The message, or why it cannot be played."""
    if row.state != "done":
        return None, "not answered yet" if row.state == "waiting" else "set aside"
    try:
        message = Message.model_validate(row.message)
    except ValidationError:
        return None, "erased"
    return (message, "") if message.sender.key else (None, "imported without its sender")


def _deed(row: Any) -> Deed:
    kept = {name: value for name, value in row.action.items() if name not in UNSTEADY}
    status = " ".join(part for part in (row.outcome.get("status", ""), row.outcome.get("code", "")) if part)
    return Deed(row.kind, json.dumps(kept, sort_keys=True, ensure_ascii=False), status)


def _heard(connection: Connection) -> Heard:
    statuses: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    scans: dict[tuple[str, str, str], datetime] = {}
    kinds = ("order_added", "order_status", "tracking_event")
    for row in connection.execute(select(EVENTS).where(EVENTS.c.kind.in_(kinds)).order_by(EVENTS.c.id)):
        data = row.data
        if row.kind == "tracking_event":
            own = moment(data["at"]).astimezone(UTC).isoformat()
            scans.setdefault((data["shipment_id"], own, data["status"]), row.at)
        elif data.get("source") != "doorstep":  # nobody outside told of an order that was made here
            statuses[data["order_id"]].append((row.at, data["status"]))
    return Heard({order: tuple(told) for order, told in statuses.items()}, scans)


def _closings(connection: Connection) -> Iterator[Closing]:
    query = (
        select(HANDOFFS.c.id, HANDOFFS.c.closed_at, HANDOFFS.c.reason, ADDRESSES.c.channel, ADDRESSES.c.key)
        .join(ADDRESSES, ADDRESSES.c.customer_id == HANDOFFS.c.customer_id)
        .where(HANDOFFS.c.closed_at.is_not(None))
        .order_by(HANDOFFS.c.closed_at, HANDOFFS.c.id, ADDRESSES.c.id)
    )
    first = {row.id: row for row in reversed(connection.execute(query).all())}  # one address is enough
    for row in first.values():
        yield Closing(row.closed_at, row.reason, row.channel, row.key)


def _seats(connection: Connection) -> Iterator[dict[str, Any]]:
    query = select(ADDRESSES, CUSTOMERS.c.source_id).join(CUSTOMERS, CUSTOMERS.c.id == ADDRESSES.c.customer_id)
    query = query.where(ADDRESSES.c.channel == Channel.CHAT.value, CUSTOMERS.c.source_id.is_not(None))
    for row in connection.execute(query):
        if not row.key.startswith(UNVERIFIED):
            yield {"channel": row.channel, "key": row.key, "raw": row.raw, "customer": row.source_id}
