"""Taking in messages as an export has them: what was said is kept, and nothing is answered or sent again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from bot.model import Address, Category, Channel, Message, Rendered
from bot.records import MessageRecord
from storage.ingest_rest import made_ids, parties_of, stranger_for
from storage.records import CUSTOMERS, rows_by, table
from storage.tables import InboxRow, OutboxRow
from storage.upsert import Intake, insert_all

INBOX = table(InboxRow)
OUTBOX = table(OutboxRow)


def store_messages(intake: Intake, messages: Sequence[MessageRecord]) -> None:
    parties = parties_of(intake, messages)
    kept = _known(intake, [message.id for message in messages])
    fresh = [
        message for message in messages if intake.count("messages", message if message.id in kept else None, message)
    ]
    stranger = stranger_for(intake, fresh)
    inbox, outbox = [], []
    for message in fresh:
        party = parties[message.customer_id] if message.customer_id is not None else stranger
        if message.direction == "in":
            inbox.append(_inbound(message, party))
        else:
            outbox.append(_outbound(message, party))
    insert_all(intake.connection, INBOX, inbox)
    insert_all(intake.connection, OUTBOX, outbox)


def _inbound(message: MessageRecord, party: int) -> dict[str, Any]:
    channel = Channel(message.channel)
    heard = Message(
        provider_id=message.id,
        sender=Address(channel=channel, raw="", key=""),
        text=message.text,
        verified=False,
        received_at=message.at,
    )
    return {
        "provider_id": message.id,
        "customer_id": party,
        "channel": message.channel,
        "message": heard.model_dump(mode="json"),
        "state": "done",
        "tries": 0,
        "reading": None,
        "received_at": message.at,
        "handled_at": message.at,
    }


def _outbound(message: MessageRecord, party: int) -> dict[str, Any]:
    return {
        "customer_id": party,
        "audience": "customer",
        "channel": message.channel,
        "address": "",
        "address_key": "",
        "category": Category.TRANSACTIONAL.value,
        "exempt": False,
        "key": message.key or "",
        "says": [],
        "body": Rendered(text=message.text).model_dump(mode="json"),
        "headers": {},
        "state": message.status or "sent",
        "due_at": message.at,
        "tries": 0,
        "provider_id": message.id,
        "created_at": message.at,
        "sent_at": message.at,
    }


def ids_of_unsent(connection: Connection, only: str | None = None) -> dict[int, str]:
    """Row id → the id that a message is exported with which no provider ever named: it failed, or was held back."""
    query = select(OUTBOX.c.id, OUTBOX.c.created_at, OUTBOX.c.channel, OUTBOX.c.key, CUSTOMERS.c.source_id)
    query = query.join(CUSTOMERS, CUSTOMERS.c.id == OUTBOX.c.customer_id).where(OUTBOX.c.provider_id.is_(None))
    if only is not None:
        query = query.where(CUSTOMERS.c.source_id == only)
    rows = connection.execute(query.order_by(OUTBOX.c.id)).all()
    parts = [(row.source_id, row.created_at.isoformat(), row.channel, row.key) for row in rows]
    return {row.id: f"unsent-{made}" for row, made in zip(rows, made_ids(parts), strict=True)}


def _known(intake: Intake, ids: Sequence[str]) -> set[str]:
    found = {
        row[0]
        for of in (INBOX, OUTBOX)
        for row in rows_by(intake.connection, select(of.c.provider_id), of.c.provider_id, ids)
    }
    return found | set(ids_of_unsent(intake.connection).values()) if ids else found
