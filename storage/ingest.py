"""Takes records in, wherever they come from: the one way in which imports, the events API and connectors change tables.

Everything happens in the caller's transaction: all of it or nothing. Records are merged (`bot/merging.py`), contacts
are settled on their owners, and each order that is new or changed is handed to the planner of notices.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, text

from bot.errors import Fault, ImportRefused
from bot.forgetting import not_forgotten
from bot.importing import KINDS, LoyaltyNews, Reference, ShipmentNews, TrackingNews, kind_of, provides, references
from bot.merchant.shop import Shop
from bot.notices import Planned
from bot.records import (
    Alert,
    ConsentRecord,
    Customer,
    Handoff,
    MessageRecord,
    Order,
    Product,
    Record,
    Registration,
    Review,
    Score,
    Subscription,
    number_key,
)
from storage.alerts import fulfil_alerts
from storage.ingest_messages import store_messages
from storage.ingest_orders import store_orders
from storage.ingest_people import store_consents, store_customers
from storage.ingest_rest import (
    store_alerts,
    store_handoffs,
    store_products,
    store_registrations,
    store_reviews,
    store_scores,
    store_subscriptions,
)
from storage.notices import insert_planned
from storage.records import (
    CUSTOMERS,
    ORDERS,
    PRODUCTS,
    SHIPMENTS,
    VARIANTS,
    known_ids,
    rows_by,
    table,
    with_catalog,
)
from storage.tables import EventRow
from storage.upsert import Intake, Stored, Tally

Plan = Callable[
    [Order | None, Order, Customer, Sequence[Order], Mapping[str, Product], Shop, datetime], Sequence[Planned]
]
R = TypeVar("R", bound=Record)
Progress = Callable[[int], None]
"""Told, as the work goes on, how many records more are stored."""

TURNSTILE = 0x646F6F72  # the advisory lock by which PostgreSQL takes in one set of records at a time
AT_ONCE = 200  # customers whose histories are read together
EVENTS = table(EventRow)
TARGETS: Mapping[str, tuple[Any, Callable[[str], str]]] = {
    "customers": (CUSTOMERS.c.source_id, str),
    "orders": (ORDERS.c.source_id, str),
    "shipments": (SHIPMENTS.c.source_id, str),
    "tracking": (SHIPMENTS.c.tracking_key, number_key),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What taking in came to, by kind."""

    kinds: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def added(self) -> int:
        return sum(tally.added for tally in self.kinds.values())

    @property
    def changed(self) -> int:
        return sum(tally.changed for tally in self.kinds.values())

    @property
    def same(self) -> int:
        return sum(tally.same for tally in self.kinds.values())

    def as_json(self) -> dict[str, Any]:
        kinds = {
            kind: {"added": tally.added, "changed": tally.changed, "same": tally.same}
            for kind, tally in self.kinds.items()
        }
        return {"added": self.added, "changed": self.changed, "same": self.same, "kinds": kinds}


def ingest(
    connection: Connection,
    records: Sequence[Record],
    *,
    shop: Shop,
    now: datetime,
    source: str,
    plan: Plan,
    progress: Progress = lambda _: None,
) -> Report:
    """Stores records of any kinds, in any order. Raises ImportRefused for one that refers to what nobody knows."""
    _one_at_a_time(connection)
    records = _not_forgotten(connection, records)
    unknown = list(missing_references(connection, records))
    if unknown:
        raise ImportRefused([reference_fault(source, records[item.index], item) for item in unknown])
    intake = Intake(connection, now, source, progress)
    counted = Counter(kind_of(record) for record in records)
    intake.report |= {kind: Tally() for kind in KINDS if counted[kind]}
    customers = _all(records, Customer)
    store_customers(intake, customers, _all(records, LoyaltyNews))
    products = store_products(intake, _all(records, Product))
    news = _all(records, ShipmentNews), _all(records, TrackingNews)
    orders = store_orders(intake, _all(records, Order), *news)
    store_subscriptions(intake, _all(records, Subscription))
    store_consents(intake, customers, _all(records, ConsentRecord))
    store_reviews(intake, _all(records, Review))
    store_scores(intake, _all(records, Score))
    store_registrations(intake, _all(records, Registration))
    store_alerts(intake, _all(records, Alert))
    store_handoffs(intake, _all(records, Handoff))
    store_messages(intake, _all(records, MessageRecord))
    if intake.events:
        connection.execute(insert(EVENTS), intake.events)
    _plan(connection, orders, shop, now, plan)
    fulfil_alerts(connection, {item.after.id: (item.before, item.after) for item in products}, shop, now)
    return Report(intake.report)


def _not_forgotten(connection: Connection, records: Sequence[Record]) -> Sequence[Record]:
    """Without what is told anew of customers whose data was deleted."""
    owners = {record.id if isinstance(record, Customer) else getattr(record, "customer_id", None) for record in records}
    query = select(CUSTOMERS.c.id, CUSTOMERS.c.source_id, CUSTOMERS.c.erased_at)
    query = query.where(CUSTOMERS.c.erased_at.is_not(None))
    rows = list(rows_by(connection, query, CUSTOMERS.c.source_id, (owner for owner in owners if owner is not None)))
    if not rows:
        return records
    erased = {row.source_id: row.erased_at for row in rows}
    names = {row.id: row.source_id for row in rows}
    bought = select(ORDERS.c.customer_id, ORDERS.c.placed_at)
    dates = [
        (names[row.customer_id], row.placed_at) for row in rows_by(connection, bought, ORDERS.c.customer_id, names)
    ]
    dates += [(order.customer_id, order.placed_at) for order in _all(records, Order)]
    returned = {owner for owner, at in dates if owner in erased and at > erased[owner]}
    return not_forgotten(records, erased, returned)


def missing_references(connection: Connection, records: Sequence[Record]) -> Iterator[Reference]:
    """References to what is neither among the records nor in the database."""
    given = {(kind, _key(kind, name)) for record in records for kind, name in provides(record)}
    asked = [item for item in references(records) if (item.kind, _key(item.kind, item.id)) not in given]
    known = {
        (kind, name)
        for kind, (column, key) in TARGETS.items()
        for name in known_ids(connection, column, (key(item.id) for item in asked if item.kind == kind))
    }
    return (item for item in asked if (item.kind, _key(item.kind, item.id)) not in known)


def reference_fault(file: str, record: Record, item: Reference) -> Fault:
    """The fault of a record whose place in a file is not known."""
    return Fault(file, 0, f"{kind_of(record)}.{item.field}", unknown_text(item))


def unknown_text(item: Reference) -> str:
    return {"tracking": "no parcel has this tracking number"}.get(
        item.kind, f"there is no {item.kind.removesuffix('s')} with the id {item.id}"
    )


def _all(records: Sequence[Record], of: type[R]) -> list[R]:
    return [record for record in records if type(record) is of]


def _key(kind: str, name: str) -> str:
    return TARGETS[kind][1](name)


def _one_at_a_time(connection: Connection) -> None:
    """SQLite's writing transaction is alone already; on PostgreSQL two sets that overlap would cross their locks."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turnstile)"), {"turnstile": TURNSTILE})


def _plan(connection: Connection, orders: Sequence[Stored[Order]], shop: Shop, now: datetime, plan: Plan) -> None:
    """Plans for every order touched, its customer's whole history in view."""
    by_party: dict[int, list[Stored[Order]]] = {}
    for stored in orders:
        by_party.setdefault(stored.party, []).append(stored)
    parties = list(by_party)
    for start in range(0, len(parties), AT_ONCE):
        some = parties[start : start + AT_ONCE]
        customers = _customers(connection, some)
        histories = _histories(connection, some)
        products = _products(connection, [order for history in histories.values() for order in history], shop)
        for party in some:
            planned: list[Planned] = []
            for stored in by_party[party]:
                history = histories[party]
                planned += plan(stored.before, stored.after, customers[party], history, products, shop, now)
            if planned:
                insert_planned(connection, party, planned, now)


def _customers(connection: Connection, parties: Sequence[int]) -> dict[int, Customer]:
    rows = rows_by(connection, select(CUSTOMERS.c.id, CUSTOMERS.c.record), CUSTOMERS.c.id, parties)
    return {row.id: Customer.model_validate(row.record) for row in rows}


def _histories(connection: Connection, parties: Sequence[int]) -> dict[int, list[Order]]:
    query = select(ORDERS.c.customer_id, ORDERS.c.record).order_by(ORDERS.c.placed_at.desc(), ORDERS.c.id.desc())
    histories: dict[int, list[Order]] = {party: [] for party in parties}
    for row in rows_by(connection, query, ORDERS.c.customer_id, parties):
        histories[row.customer_id].append(Order.model_validate(row.record))
    return histories


def _products(connection: Connection, orders: Sequence[Order], shop: Shop) -> dict[str, Product]:
    """The products of these orders' lines, by their ids or else their SKUs."""
    lines = [line for order in orders for line in order.lines]
    query = select(PRODUCTS.c.record)
    records = [
        *rows_by(connection, query, PRODUCTS.c.source_id, (line.product_id for line in lines if line.product_id)),
        *rows_by(
            connection,
            query.join(VARIANTS, VARIANTS.c.product_id == PRODUCTS.c.id),
            VARIANTS.c.sku,
            (line.sku for line in lines if not line.product_id),
        ),
    ]
    found = (with_catalog(Product.model_validate(row.record), shop.catalog) for row in records)
    return {product.id: product for product in found}
