"""Cases and tasks for the shop's people, what is added to them, and receipts: rows and mails."""

from sqlalchemy import insert

from bot.actions import OpenHandoff, PassOn, ResendReceipt
from bot.business_hours import answer_by
from bot.contact import email_key
from bot.facts import customer_view, masked, order_view
from bot.model import Address, Channel, Outcome
from storage.doing import Doing, done, refused
from storage.parties import contact_at, party_of
from storage.records import table
from storage.tables import HandoffRow
from storage.transcripts import transcript

HANDOFFS = table(HandoffRow)


def hand_over(doing: Doing, action: OpenHandoff) -> Outcome:
    expected_by = answer_by(doing.shop.settings, doing.now)
    values = {
        "customer_id": doing.party,
        "order_id": action.order_id,
        "reason": action.reason,
        "silences_bot": action.silences_bot,
        "case": action.model_dump(mode="json"),
        "opened_at": doing.now,
        "expected_by": expected_by,
    }
    key = doing.connection.execute(insert(HANDOFFS).values(values)).inserted_primary_key
    assert key is not None
    order = doing.records.order(action.order_id) if action.order_id else None
    doing.mail_shop(
        "handoff.email",
        {
            "reason": action.reason,
            "summary": action.summary or None,
            "customer": doing.writer_view(),
            "order": order_view(order) if order else None,
            "mood": action.mood,
            "proposed": action.proposed or None,
            "transcript": transcript(doing.connection, doing.party),
            "expected_by": expected_by if action.silences_bot else None,
        },
        key[0],
    )
    if not action.silences_bot:
        doing.happened("task_opened", handoff_id=key[0], reason=action.reason, order_id=action.order_id)
    return done(id=str(key[0]), expected_by=expected_by.isoformat() if expected_by else None)


def open_task(doing: Doing, reason: str, order_id: str | None, *details: str | None) -> str:
    """Something for a person at the shop to carry out; its id. The bot goes on."""
    summary = " · ".join(detail for detail in details if detail)
    outcome = hand_over(doing, OpenHandoff(reason=reason, order_id=order_id, summary=summary, silences_bot=False))
    return str(outcome.data["id"])


def pass_on(doing: Doing, action: PassOn) -> Outcome:
    said = "\n".join(part for part in (action.text, *action.media) if part)
    doing.mail_shop("handoff.more", {"text": said}, int(action.handoff_id))
    return done()


def resend_receipt(doing: Doing, action: ResendReceipt) -> Outcome:
    order = doing.records.order(action.order_id)
    customer = doing.records.customer(order.customer_id) if order else None
    party = party_of(doing.connection, customer.id) if customer else None
    if order is None or customer is None or party is None or not customer.email:
        return refused("no_email")
    to = Address(channel=Channel.EMAIL, raw=customer.email, key=email_key(customer.email))
    if contact_at(doing.connection, to.channel, to.key, to.raw).suppressed:
        return refused("no_email")
    written = doing.write(
        "order.receipt", {"order": order_view(order), "customer": customer_view(customer)}, to, customer
    )
    if written is None:
        return refused("no_email")
    doing.post(written, party)
    return done(masked=masked(customer.email))
