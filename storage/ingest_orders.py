"""Taking in orders, parcels and tracking events: all of an order's news merged at once, under the lock of its row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.importing import ShipmentNews, TrackingNews
from bot.merging import merge_order, merge_shipments
from bot.records import Order, Shipment, TrackingEvent, number_key
from storage.records import CHUNK, CUSTOMERS, ORDER_SKUS, ORDERS, SHIPMENTS, rows_by
from storage.upsert import Intake, Stored, as_json, insert_all, row_ids, update_all


def store_orders(
    intake: Intake, orders: Sequence[Order], parcels: Sequence[ShipmentNews], tracking: Sequence[TrackingNews]
) -> list[Stored[Order]]:
    """Gives the orders that are new or changed."""
    wanted = {*(order.id for order in orders), *(parcel.order_id for parcel in parcels), *_homes(intake, tracking)}
    query = select(ORDERS.c.source_id, ORDERS.c.id, ORDERS.c.customer_id, ORDERS.c.record).order_by(ORDERS.c.id)
    rows = {
        row.source_id: row for row in rows_by(intake.connection, query.with_for_update(), ORDERS.c.source_id, wanted)
    }
    known = {order_id: Order.model_validate(row.record) for order_id, row in rows.items()}
    after = dict(known)
    for order in orders:
        after[order.id] = merge_order(after.get(order.id), order)
        intake.count("orders", _json(known.get(order.id)), _json(after[order.id]))
    for parcel in parcels:
        _hear_parcel(intake, after, parcel)
    _hear_tracking(intake, after, tracking)
    parties = row_ids(intake.connection, CUSTOMERS, (order.customer_id for order in after.values()))
    changed = [order for order_id, order in after.items() if _json(order) != _json(known.get(order_id))]
    _write(intake, changed, rows, parties)
    ids = row_ids(intake.connection, ORDERS, (order.id for order in changed))
    stored = [Stored(ids[order.id], known.get(order.id), order, parties[order.customer_id]) for order in changed]
    _write_parcels(intake, stored)
    write_skus(intake.connection, {item.row_id: item.after for item in stored})
    for item in stored:
        _note(intake, item)
    return stored


def order_columns(order: Order, party: int) -> dict[str, Any]:
    """What is searched for beside an order's record."""
    return {
        "number_key": number_key(order.number),
        "customer_id": party,
        "placed_at": order.placed_at,
        "status": order.status.value,
    }


def write_skus(connection: Connection, orders: Mapping[int, Order]) -> None:
    """What is in these orders, by row, in place of what was."""
    rows = list(orders)
    for start in range(0, len(rows), CHUNK):
        connection.execute(delete(ORDER_SKUS).where(ORDER_SKUS.c.order_id.in_(rows[start : start + CHUNK])))
    skus = {(row, line.sku) for row, order in orders.items() for line in order.lines if line.quantity}
    insert_all(connection, ORDER_SKUS, [{"order_id": row, "sku": sku} for row, sku in sorted(skus)])


def _json(order: Order | None) -> dict[str, Any] | None:
    return as_json(order) if order else None


def _homes(intake: Intake, tracking: Sequence[TrackingNews]) -> set[str]:
    """The orders in the database that tracking news may be about."""
    query = select(ORDERS.c.source_id).join(SHIPMENTS, SHIPMENTS.c.order_id == ORDERS.c.id)
    ids = [news.shipment_id for news in tracking if news.shipment_id]
    numbers = [number_key(news.tracking_number) for news in tracking if news.tracking_number and not news.shipment_id]
    found = [
        *rows_by(intake.connection, query, SHIPMENTS.c.source_id, ids),
        *rows_by(intake.connection, query, SHIPMENTS.c.tracking_key, numbers),
    ]
    return {row[0] for row in found}


def _hear_parcel(intake: Intake, after: dict[str, Order], news: ShipmentNews) -> None:
    order = after[news.order_id]
    given = {name: getattr(news, name) for name in news.model_fields_set - {"order_id"}}
    heard = Shipment.model_validate(given)
    merged = order.model_copy(update={"shipments": merge_shipments(order.shipments, [heard])})
    intake.count("shipments", order.shipment(news.id), merged.shipment(news.id))
    after[order.id] = merged


def _hear_tracking(intake: Intake, after: dict[str, Order], tracking: Sequence[TrackingNews]) -> None:
    if not tracking:
        return
    heard, by_id, by_number = _by_parcel(after.values())
    for news in tracking:
        homes = by_id[news.shipment_id] if news.shipment_id else by_number[number_key(news.tracking_number or "")]
        old = all(news.event in after[order_id].shipment(parcel_id).events for order_id, parcel_id in homes)  # type: ignore[union-attr]
        old = old or all(news.event in heard[home] for home in homes)
        intake.count("tracking_events", news if old else None, news)
        for home in homes:
            heard[home].append(news.event)
    for (order_id, parcel_id), events in heard.items():
        parcel = after[order_id].shipment(parcel_id)
        assert parcel is not None
        said = Shipment(id=parcel_id, tracking_number=parcel.tracking_number, events=tuple(events))
        after[order_id] = after[order_id].model_copy(
            update={"shipments": merge_shipments(after[order_id].shipments, [said])}
        )


Home = tuple[str, str]  # order id, parcel id


def _by_parcel(
    orders: Iterable[Order],
) -> tuple[dict[Home, list[TrackingEvent]], dict[str, list[Home]], dict[str, list[Home]]]:
    """An empty list of news for every parcel, and where parcels are by id and by tracking number."""
    by_id: dict[str, list[Home]] = defaultdict(list)
    by_number: dict[str, list[Home]] = defaultdict(list)
    for order in orders:
        for parcel in order.shipments:
            by_id[parcel.id].append((order.id, parcel.id))
            by_number[number_key(parcel.tracking_number)].append((order.id, parcel.id))
    return defaultdict(list), by_id, by_number


def _write(intake: Intake, changed: Sequence[Order], rows: dict[str, Any], parties: dict[str, int]) -> None:
    added, updated = [], []
    for order in changed:
        values = {
            "record": as_json(order),
            "updated_at": intake.now,
            **order_columns(order, parties[order.customer_id]),
        }
        if order.id in rows:
            updated.append({"row": rows[order.id].id, **values})
        else:
            added.append({"source_id": order.id, "first_seen_at": intake.now, **values})
    insert_all(intake.connection, ORDERS, added)
    update_all(intake.connection, ORDERS, updated)


def _write_parcels(intake: Intake, stored: Sequence[Stored[Order]]) -> None:
    query = select(SHIPMENTS.c.source_id, SHIPMENTS.c.id, SHIPMENTS.c.heard_at)
    ids = [parcel.id for item in stored for parcel in item.after.shipments]
    kept = {row.source_id: row for row in rows_by(intake.connection, query, SHIPMENTS.c.source_id, ids)}
    added, updated = [], []
    for item in stored:
        for parcel in item.after.shipments:
            heard = bool(_new_events(item, parcel))
            row = kept.get(parcel.id)
            values = {"order_id": item.row_id, "tracking_key": number_key(parcel.tracking_number)}
            if row is None:
                added.append({"source_id": parcel.id, "heard_at": intake.now if heard else None, **values})
            else:
                updated.append({"row": row.id, "heard_at": intake.now if heard else row.heard_at, **values})
    insert_all(intake.connection, SHIPMENTS, added)
    update_all(intake.connection, SHIPMENTS, updated)


def _new_events(item: Stored[Order], parcel: Shipment) -> list[TrackingEvent]:
    before = item.before.shipment(parcel.id) if item.before else None
    known = set(before.events) if before else set()
    return [event for event in parcel.events if event not in known]


def _note(intake: Intake, item: Stored[Order]) -> None:
    """What the measures count: orders that came or moved on, and what carriers said."""
    order = item.after
    if item.before is None:
        intake.happened("order_added", item.party, order_id=order.id, status=order.status, source=intake.source)
    elif item.before.status is not order.status:
        intake.happened("order_status", item.party, order_id=order.id, status=order.status, source=intake.source)
    for parcel in order.shipments:
        for event in _new_events(item, parcel):
            data = event.model_dump(mode="json", include={"at", "status", "reason"})
            intake.happened("tracking_event", item.party, order_id=order.id, shipment_id=parcel.id, **data)
