"""Wishes to be told of a product, found by the product that came in; each that came true is planned as a notice."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from bot.merchant.shop import Shop
from bot.notices import Planned, plan_alerts
from bot.records import Alert, Product
from storage.ingest_rest import ALERTS
from storage.notices import insert_planned
from storage.records import rows_by


def fulfil_alerts(
    connection: Connection, changed: Mapping[str, tuple[Product | None, Product]], shop: Shop, now: datetime
) -> None:
    """Plans for the open wishes about these products, each by id with what was known before and what is known now."""
    query = select(ALERTS.c.customer_id, ALERTS.c.product_id, ALERTS.c.record).where(ALERTS.c.closed_at.is_(None))
    by_party: dict[int, list[Planned]] = {}
    for row in rows_by(connection, query.order_by(ALERTS.c.id), ALERTS.c.product_id, changed):
        before, after = changed[row.product_id]
        alert = Alert.model_validate(row.record)
        by_party.setdefault(row.customer_id, []).extend(plan_alerts([alert], before, after, shop, now))
    for party, planned in by_party.items():
        insert_planned(connection, party, planned, now)
