"""A mail of the shop's people that answers one about a case: to the customer, or a command; why not, if it can't be.

Only a mail that its own signed address, its sender and DMARC prove does anything, and that once. What claims to come
from the desk and does not prove it is logged and left. What somebody else sends to such an address is an ordinary mail.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection, select

from bot.contact import email_key
from bot.desk import Case, GiveBack, Refused, Replied, Why, Words, read_mail, repeats
from bot.mailcap import HOUR, over_hourly_cap
from bot.merchant.shop import Shop
from bot.model import Channel, Message, Say
from bot.reply import draft, threading
from storage import handoffs
from storage.outbox import insert_draft
from storage.parties import TABLES, into

OUTBOX = TABLES["outbox"]
ACTIONS = TABLES["actions"]
MAIL = "AgentMail"  # the kind under which a mail that was dealt with is kept
QUOTED = 1000  # characters of a reply that are shown to who wrote it

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """The mail of ours that is answered, and its case."""

    outbox_id: int
    handoff_id: int
    party: int
    address_key: str
    body: str


def find_answered(connection: Connection, named: Sequence[int]) -> Answered | None:
    """The first of these mails that went to the shop's people about a case."""
    query = select(OUTBOX.c.id, OUTBOX.c.handoff_id, OUTBOX.c.customer_id, OUTBOX.c.address_key, OUTBOX.c.body)
    query = query.where(OUTBOX.c.id.in_(named), OUTBOX.c.audience == "shop", OUTBOX.c.handoff_id.is_not(None))
    rows = {row.id: row for row in connection.execute(query)}
    row = next((rows[outbox_id] for outbox_id in named if outbox_id in rows), None)
    return Answered(row.id, row.handoff_id, row.customer_id, row.address_key, row.body["text"]) if row else None


def is_from_desk(message: Message, answered: Answered) -> bool:
    """Whether it says that it comes from where our mail went."""
    if message.sender.key == answered.address_key:
        return True
    log.warning("desk_mail_not_from_desk", handoff=answered.handoff_id, provider_id=message.provider_id)
    return False


def take(
    connection: Connection,
    message: Message,
    answered: Answered,
    *,
    shop: Shop,
    channels: Collection[Channel],
    now: datetime,
) -> Replied | Case | Refused | None:
    """What became of it; None when it does nothing. A refusal has been mailed to who wrote it."""
    unfit = _unfit(message, answered, shop)
    if unfit is None and not _is_new(connection, message, answered, now):
        unfit = "again"
    if unfit is not None:
        log.warning("desk_mail_left", handoff=answered.handoff_id, provider_id=message.provider_id, why=unfit)
        return None
    if message.media:
        log.warning("desk_mail_attachments_left", handoff=answered.handoff_id, count=len(message.media))
    outcome = _do(connection, message, answered, shop, channels, now)
    if isinstance(outcome, Refused):
        log.warning("desk_mail_refused", handoff=answered.handoff_id, why=outcome.why.value)
        _tell(connection, message, answered, outcome.why, shop, now)
    return outcome


def _unfit(message: Message, answered: Answered, shop: Shop) -> str | None:
    """Why it does nothing: written by a machine, not proven, not signed for this mail, not the desk's address now."""
    if message.silent:
        return f"automatic:{message.silent}"
    if not message.verified:
        return "unproven"
    if message.thread != f"outbox:{answered.outbox_id}":
        return "unsigned"
    desk = shop.settings.handoff.email
    return None if desk and email_key(desk) == message.sender.key else "not_the_desk"


def _is_new(connection: Connection, message: Message, answered: Answered, now: datetime) -> bool:
    values = {
        "key": f"desk-mail/{message.provider_id}",
        "customer_id": answered.party,
        "kind": MAIL,
        "action": {"handoff_id": answered.handoff_id},
        "outcome": {"status": "done"},
        "at": now,
    }
    new = into(connection, ACTIONS).values(values).on_conflict_do_nothing().returning(ACTIONS.c.key)
    return connection.execute(new).first() is not None


def _do(
    connection: Connection,
    message: Message,
    answered: Answered,
    shop: Shop,
    channels: Collection[Channel],
    now: datetime,
) -> Replied | Case | Refused:
    agent, number = message.sender.key, answered.handoff_id
    text = "" if message.text == message.subject else message.text  # a subject stands in for an empty mail
    if repeats(text, answered.body):
        return Refused(Why.EMPTY)
    match read_mail(text):
        case Words(words):
            key = message.provider_id
            return handoffs.reply(connection, number, agent, words, key, shop=shop, channels=channels, now=now)
        case GiveBack(note):
            return handoffs.close(connection, number, now, shop, agent=agent, note=note)
        case Why() as why:
            return Refused(why)


def _tell(connection: Connection, message: Message, answered: Answered, why: Why, shop: Shop, now: datetime) -> None:
    settings = shop.settings
    if over_hourly_cap(_told_since(connection, message.sender.key, now - HOUR), settings.limits, now):
        log.warning("desk_mail_reply_capped", handoff=answered.handoff_id)
        return
    said = Say(key="handoff.undelivered", facts={"reason": why.value, "text": message.text[:QUOTED]})
    written = draft(
        [said],
        message.sender,
        shop,
        language=settings.language,
        zone=settings.time_zone,
        now=now,
        headers=threading(message),
    )
    if written:
        mail = replace(written, audience="shop", handoff_id=answered.handoff_id)
        insert_draft(connection, answered.party, mail, now)


def _told_since(connection: Connection, address_key: str, since: datetime) -> Sequence[datetime]:
    """When answers of this kind went there: a mailbox that answers by itself, and does not say so, stops."""
    query = select(OUTBOX.c.created_at).where(
        OUTBOX.c.address_key == address_key, OUTBOX.c.created_at > since, OUTBOX.c.key == "handoff.undelivered"
    )
    return connection.execute(query).scalars().all()
