"""One round of notices as if it were a given moment: planned from the records, judged, and written or only rehearsed.

Planning and judging are functions of the moment, so that a round over records with old dates tells what would have been
sent then. A rehearsal does everything a real round does, party by party, and takes it back.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, select, union

from bot.merchant.shop import Shop
from bot.notices import Planned, as_of, plan
from bot.outreach import Fired, fire
from bot.records import Product
from storage.dealings import MakeActions, SqlOutreach
from storage.notices import NOTICES, PLANNED, insert_planned
from storage.parties import CUSTOMERS, party_row
from storage.records import ORDERS, PRODUCTS, with_catalog


def hold_round(engine: Engine, actions: MakeActions, shop: Shop, now: datetime, *, send: bool) -> Iterator[Fired]:
    """Everything due at this moment and what becomes of it. With `send` it is stored, else nothing is changed."""
    with engine.begin() as connection:
        parties = _parties(connection, now)
        products = _products(connection, shop)
    for party in parties:
        with engine.connect() as connection, connection.begin() as transaction:
            fired = _reach(connection, party, actions, shop, products, now)
            if not send:
                transaction.rollback()
        yield from fired


def _reach(
    connection: Connection,
    party: int,
    actions: MakeActions,
    shop: Shop,
    products: Mapping[str, Product],
    now: datetime,
) -> list[Fired]:
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == party).with_for_update(key_share=True))
    dealing = SqlOutreach(connection, party, party_row(connection, party), actions)
    insert_planned(connection, party, _planned(dealing, shop, products, now), now)
    return [fire(dealing, notice, shop, now) for notice in dealing.due(now)]


def _planned(dealing: SqlOutreach, shop: Shop, products: Mapping[str, Product], now: datetime) -> Iterator[Planned]:
    """What the orders call for as if they were first heard of now; what was planned before keeps its key."""
    customer = dealing.party.customer
    if customer is None:
        return
    known = [order for order in dealing.books(shop).orders_of(dealing.party.id) if order.placed_at <= now]
    orders = [as_of(order, now) for order in known]
    for order in orders:
        yield from plan(None, order, customer, orders, products, shop, now)


def _parties(connection: Connection, now: datetime) -> list[int]:
    due = select(NOTICES.c.customer_id).where(PLANNED, NOTICES.c.due_at <= now)
    return sorted(connection.execute(union(select(ORDERS.c.customer_id), due)).scalars())


def _products(connection: Connection, shop: Shop) -> dict[str, Product]:
    records = connection.execute(select(PRODUCTS.c.record)).scalars()
    products = (with_catalog(Product.model_validate(record), shop.catalog) for record in records)
    return {product.id: product for product in products}
