"""Cases with a person: which there are, and giving the conversation back to the bot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.conversation import give_back
from bot.hours import whereabouts_of
from bot.merchant.shop import Shop
from bot.notices import csat_after
from bot.records import Customer
from storage.notices import insert_planned
from storage.parties import CUSTOMERS, TABLES, conversation_from, party_from, party_row, save_conversation

HANDOFFS = TABLES["handoffs"]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case not closed yet; `customer` is None for a sender the shop does not know."""

    id: int
    reason: str
    order_id: str | None
    silences_bot: bool
    opened_at: datetime
    expected_by: datetime | None
    customer: Customer | None
    summary: str


def open_cases(connection: Connection) -> list[OpenCase]:
    """Those expected first come first."""
    query = (
        select(HANDOFFS, CUSTOMERS.c.record)
        .join_from(HANDOFFS, CUSTOMERS, CUSTOMERS.c.id == HANDOFFS.c.customer_id)
        .where(HANDOFFS.c.closed_at.is_(None))
        .order_by(HANDOFFS.c.expected_by, HANDOFFS.c.id)
    )
    return [_case(row) for row in connection.execute(query)]


def close_case(connection: Connection, handoff_id: int, now: datetime, shop: Shop) -> bool:
    """Closes it and lets the bot answer again, if it was this case that silenced it, whose customer may then be asked
    how it went. False when there is none open."""
    found = connection.execute(
        select(HANDOFFS.c.customer_id).where(HANDOFFS.c.id == handoff_id, HANDOFFS.c.closed_at.is_(None))
    ).scalar_one_or_none()
    if found is None:
        return False
    party = int(found)
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == party).with_for_update(key_share=True))
    connection.execute(update(HANDOFFS).where(HANDOFFS.c.id == handoff_id).values(closed_at=now))
    row = party_row(connection, party)
    conversation, customer = conversation_from(row), party_from(party, row).customer
    if conversation.handoff_id == str(handoff_id):
        save_conversation(connection, party, give_back(conversation), now)
        asked = csat_after(customer, whereabouts_of(customer, shop), shop, now) if customer else None
        insert_planned(connection, party, [asked] if asked else [], now)
    return True


def _case(row: Any) -> OpenCase:
    return OpenCase(
        id=row.id,
        reason=row.reason,
        order_id=row.order_id,
        silences_bot=row.silences_bot,
        opened_at=row.opened_at,
        expected_by=row.expected_by,
        customer=Customer.model_validate(row.record) if row.record else None,
        summary=str(row.case.get("summary", "")),
    )
