"""A conversation as the shop's people read it: both ways over all channels, oldest first, without one-time codes."""

from typing import Any

from sqlalchemy import Connection, select

from bot.model import Message
from storage.parties import TABLES

INBOX = TABLES["inbox"]
OUTBOX = TABLES["outbox"]
CODE_KEY = "identity.code"  # the words that carry a one-time code
REPLY_KEY = "handoff.reply"  # the words of a person at the shop
TRANSCRIPT = 20  # messages that a mail shows
MOST = 200  # and the most that is ever shown

Entry = dict[str, Any]


def transcript(connection: Connection, party: int, most: int = TRANSCRIPT) -> list[Entry]:
    """The latest messages: `at who channel text`, and `agent state reason` of what we sent.

    `who` is customer, bot or agent, a person at the shop, whose name is not known of what was imported.
    """
    heard = select(INBOX.c.id, INBOX.c.message).where(INBOX.c.customer_id == party)
    said = select(OUTBOX).where(OUTBOX.c.customer_id == party, OUTBOX.c.audience == "customer")
    entries = [_heard(Message.model_validate(row.message)) for row in _latest(connection, heard, INBOX, most)]
    entries += [_said(row) for row in _latest(connection, said, OUTBOX, most) if CODE_KEY not in row.key.split()]
    return sorted(entries, key=lambda entry: (entry["at"], entry["who"] != "customer"))[-most:]


def _latest(connection: Connection, query: Any, table: Any, most: int) -> Any:
    return connection.execute(query.order_by(table.c.id.desc()).limit(most)).all()[::-1]


def _heard(message: Message) -> Entry:
    text = " ".join(part for part in (message.text, *(f"[{item.content_type}]" for item in message.media)) if part)
    channel = message.sender.channel.value
    return {"at": message.received_at, "who": "customer", "channel": channel, "text": text}


def _said(row: Any) -> Entry:
    return {
        "at": row.created_at,
        "who": "agent" if REPLY_KEY in row.key.split() else "bot",
        "agent": row.written_by,
        "channel": row.channel,
        "text": row.body["text"],
        "state": row.state,
        "reason": row.reason,
    }
