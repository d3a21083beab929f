"""Cases with a person: read whole, claimed, answered, given back to the bot. One way for the API, the mail and the CLI.

Every change takes the customer's lock first, so that of two at once one is first, and a turn of the bot is before or
after it. The lock is waited for. Decides nothing of what may be sent: bot/consent.py does.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.consent import Drop, may_send
from bot.conversation import give_back
from bot.desk import PAGE, Case, CaseState, Refused, Replied, Why, refusal_of
from bot.facts import masked, order_view
from bot.hours import whereabouts_of
from bot.merchant.shop import Shop
from bot.model import Address, Category, Channel, Message, Say
from bot.notices import csat_after
from bot.records import Customer
from bot.reply import draft, threading
from storage.notices import insert_planned, newest_consents
from storage.outbox import insert_draft
from storage.parties import (
    CUSTOMERS,
    TABLES,
    contact_at,
    contacts_of,
    conversation_from,
    party_from,
    party_row,
    save_conversation,
)
from storage.records import SqlRecords
from storage.transcripts import MOST, REPLY_KEY, transcript

HANDOFFS = TABLES["handoffs"]
ACTIONS = TABLES["actions"]
EVENTS = TABLES["events"]
INBOX = TABLES["inbox"]
REPLY = "AgentReply"  # the kind under which a reply's key is kept beside the bot's own actions
UNTOLD = frozenset({REPLY, "AgentMail", "OpenHandoff", "PassOn", "SendCode", "CheckCode", "SendContactCode"})
UNTOLD_ANSWERS = ("wish", "heard", "early", "contact", "code")  # their beginnings
TRIED_DAYS = 30  # before the case
LOOKED_BACK = 50  # messages, for one that a person wrote

STATES: dict[CaseState, Any] = {
    "open": HANDOFFS.c.closed_at.is_(None),
    "unclaimed": HANDOFFS.c.closed_at.is_(None) & HANDOFFS.c.claimed_by.is_(None),
    "claimed": HANDOFFS.c.closed_at.is_(None) & HANDOFFS.c.claimed_by.is_not(None),
    "closed": HANDOFFS.c.closed_at.is_not(None),
}
CASES = select(HANDOFFS, CUSTOMERS.c.record).join_from(HANDOFFS, CUSTOMERS, CUSTOMERS.c.id == HANDOFFS.c.customer_id)


def open_cases(connection: Connection) -> list[Case]:
    """Those expected first come first."""
    query = CASES.where(STATES["open"]).order_by(HANDOFFS.c.expected_by, HANDOFFS.c.id)
    return [_case(row) for row in connection.execute(query)]


def page_of_cases(
    connection: Connection, state: CaseState = "open", after: int = 0, limit: int = PAGE
) -> tuple[list[Case], int | None]:
    """So many cases after this id, the longest open first; and the id to go on after, if there are more."""
    query = CASES.where(HANDOFFS.c.id > after).order_by(HANDOFFS.c.id).limit(limit + 1)
    query = query if state == "all" else query.where(STATES[state])
    cases = [_case(row) for row in connection.execute(query)]
    return cases[:limit], cases[limit - 1].id if len(cases) > limit else None


def whole_case(connection: Connection, handoff_id: int, shop: Shop) -> dict[str, Any] | None:
    """Everything a person needs to go on: facts, Money and moments in it as bot.facts gives them.

    Of contacts only where a reply would go, masked: what else is on the record is read there.
    """
    row = connection.execute(CASES.where(HANDOFFS.c.id == handoff_id)).first()
    if row is None:
        return None
    case, party = row.case, row.customer_id
    order = SqlRecords(connection, shop.catalog).order(row.order_id) if row.order_id else None
    to, _ = _where_to(connection, party)
    answers = {name: value for name, value in case.get("answers", {}).items() if not name.startswith(UNTOLD_ANSWERS)}
    return {
        **_case(row).as_json(),
        "reply_goes_to": {"channel": to.channel.value, "address": masked(to.key)} if to else None,
        "order": order_view(order, private=False) if order else None,
        "facts": {"answers": answers, "parcels": _parcels(order) if order else []},
        "tried": _tried(connection, party, row.opened_at),
        "proposed": case.get("proposed") or None,
        "note": row.note,
        "transcript": transcript(connection, party, MOST),
    }


def claim(connection: Connection, handoff_id: int, agent: str, now: datetime) -> Case | Refused:
    """Gives the case to one of the shop's people; the same again changes nothing."""
    row = _locked(connection, handoff_id)
    refused = _refusal(row, agent)
    if row is None or refused:
        return refused or Refused(Why.NO_SUCH_CASE)
    if row.claimed_by is None:
        _change(connection, handoff_id, claimed_by=agent, claimed_at=now)
        _note(connection, row.customer_id, "handoff_claimed", now, handoff_id=handoff_id, agent=agent)
        if row.silences_bot:
            _hold(connection, row.customer_id, handoff_id, now)
    return _reread(connection, handoff_id)


def release(connection: Connection, handoff_id: int, agent: str, now: datetime) -> Case | Refused:
    """Takes the claim back: the case waits for anybody. The bot stays silent."""
    row = _locked(connection, handoff_id)
    refused = _refusal(row, agent)
    if row is None or refused:
        return refused or Refused(Why.NO_SUCH_CASE)
    if row.claimed_by is not None:
        _change(connection, handoff_id, claimed_by=None, claimed_at=None)
        _note(connection, row.customer_id, "handoff_released", now, handoff_id=handoff_id, agent=agent)
    return _reread(connection, handoff_id)


def reply(
    connection: Connection,
    handoff_id: int,
    agent: str,
    text: str,
    key: str,
    *,
    shop: Shop,
    channels: Collection[Channel],
    now: datetime,
) -> Replied | Refused:
    """Writes to the customer where they last wrote; claims the case for who writes and holds the conversation anew.

    One effect per case and key; the key of a refused reply may be used again. `channels` are those that can send.
    """
    row = _locked(connection, handoff_id)
    if row is None:
        return Refused(Why.NO_SUCH_CASE)
    kept = f"handoff/{handoff_id}/reply/{key}"
    before = connection.execute(select(ACTIONS).where(ACTIONS.c.key == kept)).first()
    if before is not None:
        return _again(before, handoff_id, agent, text)
    refused = _refusal(row, agent)
    if refused:
        return refused
    posted = _post(connection, row, agent, text, shop, channels, now)
    if isinstance(posted, Refused):
        return posted
    values = {"text": text, "agent": agent}
    outcome = {"status": "done", "data": {"message_id": posted.message_id, "channel": posted.channel.value}}
    new = {"key": kept, "customer_id": row.customer_id, "kind": REPLY, "action": values, "outcome": outcome, "at": now}
    connection.execute(insert(ACTIONS).values(new))
    if row.claimed_by is None:
        _change(connection, handoff_id, claimed_by=agent, claimed_at=now)
    _hold(connection, row.customer_id, handoff_id, now, held_quietly=False)
    _note(connection, row.customer_id, "handoff_replied", now, handoff_id=handoff_id, outbox_id=posted.message_id)
    return posted


def close(
    connection: Connection, handoff_id: int, now: datetime, shop: Shop, *, agent: str | None = None, note: str = ""
) -> Case | Refused:
    """Closes it and lets the bot answer again, if it was this case that silenced it, whose customer may then be asked
    how it went. Without an agent it is closed whoever has it."""
    row = _locked(connection, handoff_id)
    refused = _refusal(row, agent)
    if row is None or refused:
        return refused or Refused(Why.NO_SUCH_CASE)
    party = row.customer_id
    _change(connection, handoff_id, closed_at=now, note=note or row.note)
    _note(connection, party, "handoff_closed", now, handoff_id=handoff_id, agent=agent)
    known = party_row(connection, party)
    conversation, customer = conversation_from(known), party_from(party, known).customer
    if conversation.handoff_id == str(handoff_id):
        save_conversation(connection, party, give_back(conversation), now)
        asked = csat_after(customer, whereabouts_of(customer, shop), shop, now) if customer else None
        insert_planned(connection, party, [asked] if asked else [], now)
    return _reread(connection, handoff_id)


# -- what they are made of ---------------------------------------------------------------------------------------------


def _locked(connection: Connection, handoff_id: int) -> Row[Any] | None:
    """The case as it is once its customer's lock is held."""
    party = connection.execute(select(HANDOFFS.c.customer_id).where(HANDOFFS.c.id == handoff_id)).scalar_one_or_none()
    if party is None:
        return None
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == party).with_for_update(key_share=True))
    return connection.execute(select(HANDOFFS).where(HANDOFFS.c.id == handoff_id)).one()


def _refusal(row: Row[Any] | None, agent: str | None) -> Refused | None:
    if row is None:
        return Refused(Why.NO_SUCH_CASE)
    if row.closed_at is not None:
        return Refused(Why.CLOSED)
    if agent is not None and row.claimed_by not in (None, agent):
        return Refused(Why.CLAIMED, claimed_by=row.claimed_by)
    return None


def _again(before: Row[Any], handoff_id: int, agent: str, text: str) -> Replied | Refused:
    if before.action != {"text": text, "agent": agent}:
        return Refused(Why.KEY_REUSED)
    data = before.outcome["data"]
    return Replied(handoff_id, data["message_id"], Channel(data["channel"]), again=True)


def _post(
    connection: Connection,
    row: Row[Any],
    agent: str,
    text: str,
    shop: Shop,
    channels: Collection[Channel],
    now: datetime,
) -> Replied | Refused:
    """Into the outbox, or why not."""
    party = row.customer_id
    to, headers = _where_to(connection, party)
    if to is None:
        return Refused(Why.NO_ADDRESS)
    if to.channel not in channels:
        return Refused(Why.NO_CHANNEL, channel=to.channel)
    known = party_row(connection, party)
    conversation, customer = conversation_from(known), party_from(party, known).customer
    said = Say(key=REPLY_KEY, facts={"text": text, "agent": agent})
    own = (customer.language, customer.time_zone) if customer else (None, None)
    written = draft(
        [said],
        to,
        shop,
        language=conversation.language or own[0] or shop.settings.language,
        zone=own[1] or shop.settings.time_zone,
        now=now,
        headers=headers,
    )
    if written is None:
        return Refused(Why.EMPTY, channel=to.channel)
    judged = may_send(
        contact_at(connection, to.channel.value, to.key, to.raw),
        Category.TRANSACTIONAL,
        now,
        consents=newest_consents(connection, party),
        place=whereabouts_of(customer, shop),
        has_template=written.template is not None,
    )
    if isinstance(judged, Drop):
        return Refused(refusal_of(judged), channel=to.channel)
    message_id = insert_draft(connection, party, replace(written, handoff_id=row.id, written_by=agent), now)
    return Replied(row.id, message_id, to.channel)


def _where_to(connection: Connection, party: int) -> tuple[Address | None, dict[str, str]]:
    """Where the customer last wrote themselves, with a mail's threading; else the contact last heard from."""
    query = select(INBOX.c.message).where(INBOX.c.customer_id == party).order_by(INBOX.c.id.desc()).limit(LOOKED_BACK)
    for found in connection.execute(query).scalars():
        message = Message.model_validate(found)
        if not message.silent and message.sender.key:
            return message.sender, threading(message)
    heard = [contact for contact in contacts_of(connection, party) if contact.last_inbound_at]
    latest = max(heard, key=lambda contact: str(contact.last_inbound_at), default=None)
    return (latest.address if latest else None), {}


def _hold(connection: Connection, party: int, handoff_id: int, now: datetime, **more: bool) -> None:
    """A person has the conversation from now on; a case that holds it already keeps it."""
    conversation = conversation_from(party_row(connection, party))
    held = conversation.handoff_id if conversation.held_since else None
    changed = {"held_since": now, "handoff_id": held or str(handoff_id), **more}
    save_conversation(connection, party, conversation.model_copy(update=changed), now)


def _change(connection: Connection, handoff_id: int, **values: Any) -> None:
    connection.execute(update(HANDOFFS).where(HANDOFFS.c.id == handoff_id).values(values))


def _note(connection: Connection, party: int, kind: str, now: datetime, **data: Any) -> None:
    connection.execute(insert(EVENTS).values(customer_id=party, at=now, kind=kind, data=data))


def _reread(connection: Connection, handoff_id: int) -> Case:
    return _case(connection.execute(CASES.where(HANDOFFS.c.id == handoff_id)).one())


def _parcels(order: Any) -> list[dict[str, Any]]:
    return [
        {
            "carrier": parcel.carrier,
            "tracking_number": parcel.tracking_number,
            "promised_at": parcel.promised_at,
            "latest": parcel.latest.model_dump(mode="json", exclude_none=True) if parcel.latest else None,
        }
        for parcel in order.shipments
    ]


def _tried(connection: Connection, party: int, opened_at: datetime) -> list[dict[str, Any]]:
    """What the bot had done for this customer lately, with what became of it, oldest first."""
    query = select(ACTIONS.c.at, ACTIONS.c.kind, ACTIONS.c.outcome).where(
        ACTIONS.c.customer_id == party,
        ACTIONS.c.at >= opened_at - timedelta(days=TRIED_DAYS),
        ACTIONS.c.kind.not_in(UNTOLD),
    )
    return [
        {"at": row.at, "what": row.kind, "outcome": row.outcome.get("status"), "why": row.outcome.get("code") or None}
        for row in connection.execute(query.order_by(ACTIONS.c.at))
    ]


def _case(row: Row[Any]) -> Case:
    customer = Customer.model_validate(row.record) if row.record else None
    name = " ".join(part for part in (customer.first_name, customer.last_name) if part) if customer else ""
    return Case(
        id=row.id,
        reason=row.reason,
        flow=str(row.case.get("flow", "")),
        summary=str(row.case.get("summary", "")),
        silences_bot=row.silences_bot,
        customer=customer.id if customer else None,
        name=name or None,
        order_id=row.order_id,
        mood=str(row.case.get("mood", "calm")),
        opened_at=row.opened_at,
        expected_by=row.expected_by,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        closed_at=row.closed_at,
    )
