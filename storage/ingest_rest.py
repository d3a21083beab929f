"""Taking in products and subscriptions, and what an export says happened: reviews, registrations, hand-offs.

Nothing of what happened is acted upon: no case is mailed again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select

from bot.actions import OpenHandoff
from bot.merging import merge_subscription
from bot.records import Alert, Handoff, Product, Registration, Review, Score, Subscription
from storage.contacts import insert_new, insert_row
from storage.records import CUSTOMERS, PRODUCTS, SUBSCRIPTIONS, VARIANTS, rows_by, table
from storage.tables import AlertRow, HandoffRow, RegistrationRow, ReviewRow, ScoreRow
from storage.upsert import Intake, Stored, insert_all, row_ids, update_all, upsert

ALERTS = table(AlertRow)
REGISTRATIONS = table(RegistrationRow)
REVIEWS = table(ReviewRow)
HANDOFFS = table(HandoffRow)
SCORES = table(ScoreRow)


def store_products(intake: Intake, products: Sequence[Product]) -> list[Stored[Product]]:
    """Gives the products that are new or changed."""
    stored = upsert(intake, "products", PRODUCTS, products, lambda after, _: {"title": after.title})
    gone = [item.row_id for item in stored if item.before]
    for start in range(0, len(gone), 500):
        intake.connection.execute(delete(VARIANTS).where(VARIANTS.c.product_id.in_(gone[start : start + 500])))
    rows = [{"sku": variant.sku, "product_id": item.row_id} for item in stored for variant in item.after.variants]
    if rows:  # a SKU that two products claim stays with the first
        intake.connection.execute(insert_new(intake.connection, VARIANTS), rows)
    return stored


def store_subscriptions(intake: Intake, subscriptions: Sequence[Subscription]) -> None:
    parties = parties_of(intake, subscriptions)

    def columns(after: Subscription, _: Subscription | None) -> dict[str, Any]:
        return {"customer_id": parties[after.customer_id], **subscription_columns(after)}

    upsert(intake, "subscriptions", SUBSCRIPTIONS, subscriptions, columns, merged=merge_subscription)


def subscription_columns(subscription: Subscription) -> dict[str, Any]:
    """What is looked for beside the record."""
    return {
        "sku": subscription.sku,
        "status": subscription.status.value,
        "next_charge_at": subscription.next_charge_at,
    }


def store_registrations(intake: Intake, registrations: Sequence[Registration]) -> None:
    parties = parties_of(intake, registrations)

    def columns(after: Registration, _: Registration | None) -> dict[str, Any]:
        return {"customer_id": parties[after.customer_id]}

    upsert(intake, "registrations", REGISTRATIONS, registrations, columns)


def store_alerts(intake: Intake, alerts: Sequence[Alert]) -> None:
    parties = parties_of(intake, alerts)
    stranger = stranger_for(intake, alerts)

    def columns(after: Alert, _: Alert | None) -> dict[str, Any]:
        party = parties[after.customer_id] if after.customer_id is not None else stranger
        return {"customer_id": party, "product_id": after.product_id, "closed_at": after.closed_at}

    upsert(intake, "alerts", ALERTS, alerts, columns)


def made_ids(things: Iterable[tuple[Any, ...]]) -> list[str]:
    """An id for each of these things, the same in every database: made of what it consists of."""
    ids, seen = [], Counter[str]()
    for parts in things:
        digest = hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:16]
        seen[digest] += 1
        ids.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return ids


def parties_of(intake: Intake, records: Iterable[Any]) -> dict[str, int]:
    wanted = {record.customer_id for record in records if record.customer_id is not None}
    return row_ids(intake.connection, CUSTOMERS, wanted)


def stranger_for(intake: Intake, records: Iterable[Any]) -> int:
    """Whoever wrote what has no customer; made only when there is something to keep."""
    if all(record.customer_id is not None for record in records):
        return 0
    return insert_row(intake.connection, CUSTOMERS, created_at=intake.now)


def store_reviews(intake: Intake, reviews: Sequence[Review]) -> None:
    parties = parties_of(intake, reviews)
    kept = {
        (row.customer_id, row.order_id): row
        for row in rows_by(intake.connection, select(REVIEWS), REVIEWS.c.customer_id, parties.values())
    }
    added, changed = [], []
    for review in reviews:
        party = parties[review.customer_id]
        row = kept.get((party, review.order_id))
        values = {"rating": review.rating, "words": review.words, "at": review.at}
        known = {name: getattr(row, name) for name in values} if row else None
        if intake.count("reviews", known, values):
            if row:
                changed.append({"row": row.id, **values})
            else:
                added.append({"customer_id": party, "order_id": review.order_id, **values})
    insert_all(intake.connection, REVIEWS, added)
    update_all(intake.connection, REVIEWS, changed)


def store_scores(intake: Intake, scores: Sequence[Score]) -> None:
    parties = parties_of(intake, scores)
    kept = {
        (row.customer_id, row.scale, row.at): row
        for row in rows_by(intake.connection, select(SCORES), SCORES.c.customer_id, parties.values())
    }
    added, changed = [], []
    for one in scores:
        party = parties[one.customer_id]
        row = kept.get((party, one.scale, one.at))
        values = {"score": one.score, "words": one.words}
        if intake.count("scores", {name: getattr(row, name) for name in values} if row else None, values):
            if row:
                changed.append({"row": row.id, **values})
            else:
                added.append({"customer_id": party, "scale": one.scale, "at": one.at, "matter": "", **values})
    insert_all(intake.connection, SCORES, added)
    update_all(intake.connection, SCORES, changed)


def store_handoffs(intake: Intake, handoffs: Sequence[Handoff]) -> None:
    parties = parties_of(intake, handoffs)
    kept = known_handoffs(intake.connection) if handoffs else {}
    fresh = [one for one in handoffs if one.id not in kept]
    stranger = stranger_for(intake, fresh)
    added, changed = [], []
    for one in handoffs:
        row = kept.get(one.id)
        closed = (row.closed_at or one.closed_at) if row else one.closed_at
        if not intake.count("handoffs", {"closed_at": row.closed_at} if row else None, {"closed_at": closed}):
            continue
        if row:
            changed.append({"row": row.id, "closed_at": closed})
            continue
        case = OpenHandoff(
            reason=one.reason, order_id=one.order_id, summary=one.summary or "", silences_bot=one.silences_bot
        )
        added.append(
            {
                "customer_id": parties[one.customer_id] if one.customer_id is not None else stranger,
                "order_id": one.order_id,
                "reason": one.reason,
                "silences_bot": one.silences_bot,
                "case": case.model_dump(mode="json"),
                "opened_at": one.opened_at,
                "expected_by": None,
                "closed_at": closed,
            }
        )
    insert_all(intake.connection, HANDOFFS, added)
    update_all(intake.connection, HANDOFFS, changed)


def known_handoffs(connection: Any, only: str | None = None) -> dict[str, Any]:
    """Every hand-off, or one customer's, by the id it is exported with, in the order of the export."""
    query = select(HANDOFFS, CUSTOMERS.c.source_id).join(CUSTOMERS, CUSTOMERS.c.id == HANDOFFS.c.customer_id)
    if only is not None:
        query = query.where(CUSTOMERS.c.source_id == only)
    rows = sorted(connection.execute(query), key=lambda row: (row.opened_at, row.source_id or "", row.reason, row.id))
    parts = [(row.source_id, row.order_id, row.reason, row.opened_at.isoformat(), row.silences_bot) for row in rows]
    return dict(zip(made_ids(parts), rows, strict=True))
