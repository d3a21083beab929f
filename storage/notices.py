"""Notices as rows: planned once by key, found by the index of what is due, decided once; and what to judge them by.

Nothing but due rows is ever scanned: a million planned cost nothing until their time comes. Decides nothing itself.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.merchant.shop import Shop
from bot.model import Category, Channel
from bot.notices import OPINIONS, Notice, NoticeFacts, NoticeKind, Planned, Told, as_of, category_of
from bot.records import Alert, Handoff, Order, Product, Subscription
from storage.parties import contacts_of, conversation_from, party_from, party_row
from storage.records import SqlRecords, table
from storage.tables import (
    AlertRow,
    ConsentRow,
    HandoffRow,
    NoticeRow,
    OutboxRow,
    ReviewRow,
    SubscriptionRow,
)

NOTICES = table(NoticeRow)
ALERTS = table(AlertRow)
CONSENTS = table(ConsentRow)
HANDOFFS = table(HandoffRow)
OUTBOX = table(OutboxRow)
REVIEWS = table(ReviewRow)
SUBSCRIPTIONS = table(SubscriptionRow)

PLANNED = text("state = 'planned'")  # written out, so that the partial index answers for it
OF_PARTY: BindParameter[int] = bindparam("party")

# Built once: building a statement costs more than running it.
DUE_OF = (
    select(NOTICES)
    .where(PLANNED, NOTICES.c.customer_id == OF_PARTY, NOTICES.c.due_at <= bindparam("now"))
    .order_by(NOTICES.c.due_at, NOTICES.c.id)
)
DECIDE = (
    update(NOTICES)
    .where(NOTICES.c.id == bindparam("notice"))
    .values(state=bindparam("state"), reason=bindparam("reason"), decided_at=bindparam("decided_at"))
)
HOLD = (
    update(NOTICES)
    .where(NOTICES.c.id == bindparam("notice"))
    .values(due_at=bindparam("due_at"), reason=bindparam("reason"))
)
TOLD = select(NOTICES.c.kind, NOTICES.c.subject).where(
    NOTICES.c.customer_id == OF_PARTY, NOTICES.c.order_id == bindparam("order"), NOTICES.c.state == "sent"
)
OPEN_HANDOFFS = select(HANDOFFS).where(HANDOFFS.c.customer_id == OF_PARTY, HANDOFFS.c.closed_at.is_(None))
NEWEST_CONSENTS = select(CONSENTS.c.channel, CONSENTS.c.category, CONSENTS.c.given).where(
    CONSENTS.c.id.in_(
        select(func.max(CONSENTS.c.id))
        .where(CONSENTS.c.customer_id == OF_PARTY)
        .group_by(CONSENTS.c.channel, CONSENTS.c.category)
    )
)


def insert_planned(connection: Connection, party: int, planned: Iterable[Planned], now: datetime) -> int:
    """Stores what is planned for a row of `customers`; a key that is there already, in any state, stays as it is.

    Returns how many were new.
    """
    rows = [
        {
            "key": one.key,
            "kind": one.kind.value,
            "customer_id": party,
            "order_id": one.order_id or None,
            "subject": one.subject,
            "due_at": one.due_at,
            "expires_at": one.expires_at,
            "state": "planned",
            "planned_at": now,
        }
        for one in planned
    ]
    if not rows:
        return 0
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(NOTICES).values(rows).on_conflict_do_nothing(index_elements=["key"])
    return connection.execute(insert).rowcount


def due(connection: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(notice, party) of what is due, longest due first. Not claimed: take the party's lock, then `due_of`."""
    query = select(NOTICES.c.id, NOTICES.c.customer_id).where(PLANNED, NOTICES.c.due_at <= now)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(NOTICES.c.due_at).limit(limit))]


def due_of(connection: Connection, party: int, now: datetime) -> tuple[Notice, ...]:
    """A party's due notices, longest due first; asked after the party's lock was taken."""
    return tuple(_notice(row) for row in connection.execute(DUE_OF, {"party": party, "now": now}))


def decide(connection: Connection, notice_id: int, state: str, reason: str | None, now: datetime) -> None:
    """Ends it: `sent`, or `dropped` with the reason."""
    connection.execute(DECIDE, {"notice": notice_id, "state": state, "reason": reason, "decided_at": now})


def hold(connection: Connection, notice_id: int, until: datetime, why: str) -> None:
    """Puts it off; it stays planned, and the reason is kept until it is decided."""
    connection.execute(HOLD, {"notice": notice_id, "due_at": until, "reason": why})


def load_facts(connection: Connection, notice: Notice, shop: Shop, now: datetime) -> NoticeFacts:
    """Everything `judge` looks at, as it stood at this moment as far as the records tell."""
    records = SqlRecords(connection, shop.catalog)
    row = party_row(connection, notice.party)
    orders = tuple(as_of(order, now) for order in records.orders_of(notice.party) if order.placed_at <= now)
    order = next((order for order in orders if order.id == notice.order_id), None)
    ask = category_of(notice.kind) is not Category.TRANSACTIONAL
    reminder = notice.kind is NoticeKind.REPLENISHMENT
    alert = _alert(connection, notice)
    wished = records.product(alert.product_id) if alert else None
    products = {wished.id: wished} if wished else _products(records, order) if reminder else {}
    return NoticeFacts(
        shop=shop,
        customer=party_from(notice.party, row).customer,
        orders=orders,
        products=products,
        subscriptions=_subscriptions(connection, notice.party) if reminder else (),
        reviewed=_reviewed(connection, notice, now) if notice.kind is NoticeKind.REVIEW else frozenset(),
        handoffs=_open_handoffs(connection, notice.party),
        conversation=conversation_from(row),
        told=_told(connection, notice),
        contacts=contacts_of(connection, notice.party),
        consents=newest_consents(connection, notice.party),
        asked=_opinions_asked(connection, notice.party, now) if notice.kind in OPINIONS else {},
        asked_at=_asked_at(connection, notice.party, now - timedelta(days=shop.notices.frequency_cap.per_days))
        if ask
        else (),
        alert=alert,
    )


def newest_consents(connection: Connection, party: int) -> dict[tuple[Channel, Category], bool]:
    """The line of the ledger that holds for each channel and category."""
    lines = connection.execute(NEWEST_CONSENTS, {"party": party})
    return {(Channel(channel), Category(category)): given for channel, category, given in lines}


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        key=row.key,
        kind=NoticeKind(row.kind),
        party=row.customer_id,
        order_id=row.order_id or "",
        subject=row.subject,
        due_at=row.due_at,
        expires_at=row.expires_at,
    )


def _products(records: SqlRecords, order: Order | None) -> dict[str, Product]:
    found = (
        (records.product(line.product_id) if line.product_id else None) or records.product_of_sku(line.sku)
        for line in (order.lines if order else ())
    )
    return {product.id: product for product in found if product}


def _alert(connection: Connection, notice: Notice) -> Alert | None:
    """The wish that the notice fulfils, if it is of that kind."""
    query = select(ALERTS.c.record).where(ALERTS.c.source_id == notice.subject.get("alert"))
    record = connection.execute(query).scalar_one_or_none() if "alert" in notice.subject else None
    return Alert.model_validate(record) if record else None


def _subscriptions(connection: Connection, party: int) -> tuple[Subscription, ...]:
    query = select(SUBSCRIPTIONS.c.record).where(SUBSCRIPTIONS.c.customer_id == party)
    return tuple(Subscription.model_validate(record) for record in connection.execute(query).scalars())


def _reviewed(connection: Connection, notice: Notice, now: datetime) -> frozenset[str]:
    query = select(REVIEWS.c.order_id).where(REVIEWS.c.customer_id == notice.party, REVIEWS.c.at <= now)
    return frozenset(connection.execute(query).scalars())


def _open_handoffs(connection: Connection, party: int) -> tuple[Handoff, ...]:
    return tuple(
        Handoff(
            id=str(row.id),
            order_id=row.order_id,
            reason=row.reason,
            silences_bot=row.silences_bot,
            opened_at=row.opened_at,
        )
        for row in connection.execute(OPEN_HANDOFFS, {"party": party})
    )


def _told(connection: Connection, notice: Notice) -> tuple[Told, ...]:
    sent = connection.execute(TOLD, {"party": notice.party, "order": notice.order_id})
    return tuple(Told(NoticeKind(kind), subject) for kind, subject in sent)


def _opinions_asked(connection: Connection, party: int, now: datetime) -> dict[NoticeKind, datetime]:
    """When each kind of opinion was last asked for."""
    query = select(NOTICES.c.kind, func.max(NOTICES.c.decided_at)).where(
        NOTICES.c.customer_id == party,
        NOTICES.c.state == "sent",
        NOTICES.c.kind.in_([kind.value for kind in OPINIONS]),
        NOTICES.c.decided_at <= now,
    )
    return {NoticeKind(kind): at for kind, at in connection.execute(query.group_by(NOTICES.c.kind))}


def _asked_at(connection: Connection, party: int, since: datetime) -> tuple[datetime, ...]:
    """When review and marketing messages of ours went to them, in the order of writing."""
    query = select(OUTBOX.c.created_at).where(
        OUTBOX.c.customer_id == party,
        OUTBOX.c.notice_id.is_not(None),
        OUTBOX.c.category != Category.TRANSACTIONAL.value,
        OUTBOX.c.state.not_in(("dropped", "failed")),
        OUTBOX.c.created_at > since,
    )
    return tuple(connection.execute(query.order_by(OUTBOX.c.created_at)).scalars())
