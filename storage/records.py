"""The shop's records as the mind reads them: rows made values, inside the caller's transaction. Writes nothing."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select
from sqlmodel import SQLModel

from bot.contact import email_key, phone_key
from bot.merchant.schema import CatalogEntry
from bot.naming import best_named, narrowed, words_in
from bot.records import Customer, Order, OrderStatus, Product, Registration, Subscription, number_key
from storage import tables

NEWEST = 50  # orders of a customer that a conversation looks at
BEGIN = 4  # letters of a word by which titles are looked for
MANY = 5_000  # titles that are looked through for a name with a slip in its beginning
CHUNK = 500  # values of one IN list; SQLite takes 32,766 in a statement, PostgreSQL 65,535


def table(row_class: type[SQLModel]) -> Any:
    """The Core table of a row class."""
    return SQLModel.metadata.tables[str(row_class.__tablename__)]


CUSTOMERS = table(tables.CustomerRow)
PRODUCTS = table(tables.ProductRow)
VARIANTS = table(tables.VariantRow)
ORDERS = table(tables.OrderRow)
SHIPMENTS = table(tables.ShipmentRow)
ORDER_SKUS = table(tables.OrderSkuRow)
HANDOFFS = table(tables.HandoffRow)
REGISTRATIONS = table(tables.RegistrationRow)
SUBSCRIPTIONS = table(tables.SubscriptionRow)
LOOKUPS = table(tables.LookupRow)
#: Asked in every turn, so built once.
ORDERS_OF = (
    select(ORDERS.c.record)
    .where(ORDERS.c.customer_id == bindparam("party"))
    .order_by(ORDERS.c.placed_at.desc(), ORDERS.c.id.desc())
    .limit(NEWEST)
)


class SqlRecords:
    """Fills `bot.ports.Records`. Products are given with what the merchant's catalog adds to them."""

    def __init__(self, connection: Connection, catalog: Mapping[str, CatalogEntry] | None = None) -> None:
        self._connection = connection
        self._catalog = catalog or {}

    def orders_by_number(self, number: str) -> Sequence[Order]:
        wanted = number_key(number)
        query = select(ORDERS.c.record).where(ORDERS.c.number_key == wanted).order_by(ORDERS.c.placed_at.desc())
        return self._orders(query.limit(NEWEST)) if wanted else ()

    def orders_of_contact(self, *, email: str | None = None, phone: str | None = None) -> Sequence[Order]:
        wanted = []
        if email:
            wanted.append(CUSTOMERS.c.email_key == email_key(email))
        if phone:
            wanted.append(CUSTOMERS.c.phone_key == (phone_key(phone) or phone))
        if not wanted:
            return ()
        query = select(ORDERS.c.record).join(CUSTOMERS, CUSTOMERS.c.id == ORDERS.c.customer_id).where(or_(*wanted))
        return self._orders(query.order_by(ORDERS.c.placed_at.desc(), ORDERS.c.id.desc()).limit(NEWEST))

    def orders_of(self, party: int) -> Sequence[Order]:
        """The newest orders of a row of `customers`, newest first."""
        return tuple(map(Order.model_validate, self._connection.execute(ORDERS_OF, {"party": party}).scalars()))

    def order(self, order_id: str) -> Order | None:
        record = self._one(select(ORDERS.c.record).where(ORDERS.c.source_id == order_id))
        return Order.model_validate(record) if record else None

    def customer(self, customer_id: str) -> Customer | None:
        record = self._one(select(CUSTOMERS.c.record).where(CUSTOMERS.c.source_id == customer_id))
        return Customer.model_validate(record) if record else None

    def customer_of(self, party: int) -> Customer | None:
        """The customer that a row of `customers` stands for; None for a stranger."""
        record = self._one(select(CUSTOMERS.c.record).where(CUSTOMERS.c.id == party))
        return Customer.model_validate(record) if record else None

    def subscriptions_of(self, customer_id: str) -> Sequence[Subscription]:
        query = select(SUBSCRIPTIONS.c.record).join(CUSTOMERS, CUSTOMERS.c.id == SUBSCRIPTIONS.c.customer_id)
        mine = query.where(CUSTOMERS.c.source_id == customer_id)
        found = self._connection.execute(mine.order_by(SUBSCRIPTIONS.c.next_charge_at, SUBSCRIPTIONS.c.id)).scalars()
        return tuple(map(Subscription.model_validate, found))

    def product(self, product_id: str) -> Product | None:
        return self._product(select(PRODUCTS.c.record).where(PRODUCTS.c.source_id == product_id))

    def product_of_sku(self, sku: str) -> Product | None:
        query = select(PRODUCTS.c.record).join(VARIANTS, VARIANTS.c.product_id == PRODUCTS.c.id)
        return self._product(query.where(VARIANTS.c.sku == sku))

    def find_products(self, text: str) -> Sequence[Product]:
        found = best_named(self._titles(text), text)
        return narrowed([product for product in map(self.product, found) if product], text)

    def bought_together(self, product_id: str) -> Sequence[tuple[str, int]]:
        this, other = ORDER_SKUS.alias(), ORDER_SKUS.alias()
        ours, theirs, product, beside = VARIANTS.alias(), VARIANTS.alias(), PRODUCTS.alias(), PRODUCTS.alias()
        times = func.count(this.c.order_id.distinct())
        query = (
            select(beside.c.source_id, times)
            .select_from(product)
            .join(ours, ours.c.product_id == product.c.id)
            .join(this, this.c.sku == ours.c.sku)
            .join(ORDERS, ORDERS.c.id == this.c.order_id)
            .join(other, other.c.order_id == this.c.order_id)
            .join(theirs, theirs.c.sku == other.c.sku)
            .join(beside, beside.c.id == theirs.c.product_id)
            .where(product.c.source_id == product_id, beside.c.id != product.c.id)
            .where(ORDERS.c.status != OrderStatus.CANCELLED.value)
            .group_by(beside.c.source_id)
        )
        counted = [(row[0], int(row[1])) for row in self._connection.execute(query)]
        return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))

    def registrations_of(self, customer_id: str) -> Sequence[Registration]:
        query = select(REGISTRATIONS.c.record).join(CUSTOMERS, CUSTOMERS.c.id == REGISTRATIONS.c.customer_id)
        query = query.where(CUSTOMERS.c.source_id == customer_id).order_by(REGISTRATIONS.c.id)
        return tuple(Registration.model_validate(record) for record in self._connection.execute(query).scalars())

    def open_handoffs(self, customer_id: str) -> int:
        query = select(func.count()).select_from(HANDOFFS).join(CUSTOMERS, CUSTOMERS.c.id == HANDOFFS.c.customer_id)
        waiting = query.where(CUSTOMERS.c.source_id == customer_id, HANDOFFS.c.closed_at.is_(None))
        return int(self._connection.execute(waiting).scalar_one())

    def failed_lookups(
        self,
        *,
        sender: str | None = None,
        order_number: str | None = None,
        contact: str | None = None,
        since: datetime,
    ) -> int:
        query = select(func.count()).select_from(LOOKUPS).where(LOOKUPS.c.at > since)
        if sender is not None:
            query = query.where(LOOKUPS.c.sender == sender)
        if order_number is not None:
            query = query.where(LOOKUPS.c.number_key == number_key(order_number)[:200])
        if contact is not None:
            query = query.where(LOOKUPS.c.number_key == tried_contact(contact))
        return int(self._connection.execute(query).scalar_one())

    def _titles(self, text: str) -> dict[str, str]:
        """Product id → title, of those with a word that begins like one of the text's; else of as many as can be."""
        query = select(PRODUCTS.c.source_id, PRODUCTS.c.title)
        begins = sorted({word[:BEGIN] for word in words_in(text) if len(word) >= 3})
        alike = or_(*(func.lower(PRODUCTS.c.title).contains(begin, autoescape=True) for begin in begins))
        rows = self._connection.execute(query.where(alike)).all() if begins else ()
        if begins and not best_named({row[0]: row[1] for row in rows}, text):
            rows = self._connection.execute(query.order_by(PRODUCTS.c.id).limit(MANY)).all()
        return {row[0]: row[1] for row in rows}

    def _orders(self, query: Select[Any]) -> tuple[Order, ...]:
        return tuple(Order.model_validate(record) for record in self._connection.execute(query).scalars())

    def _product(self, query: Select[Any]) -> Product | None:
        record = self._one(query)
        return with_catalog(Product.model_validate(record), self._catalog) if record else None

    def _one(self, query: Select[Any]) -> Any:
        return self._connection.execute(query).scalar_one_or_none()


def tried_contact(contact: str) -> str:
    """How a contact tried in a look-up is counted: as a digest, in lower case as no order number is."""
    return "contact/" + hashlib.sha256(contact.encode()).hexdigest()


def with_catalog(product: Product, catalog: Mapping[str, CatalogEntry]) -> Product:
    """The product with what the merchant's own files say of it; they win over the shop system."""
    entry = catalog.get(product.id)
    if entry is None:
        return product
    added = {name: getattr(entry, name) for name in ("usage_days", "warranty_months", "accessories")}
    return product.model_copy(update={name: value for name, value in added.items() if value})


def rows_by(connection: Connection, query: Select[Any], column: Any, values: Iterable[Any]) -> Iterator[Row[Any]]:
    """The query's rows whose column has one of these values, asked for in chunks."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        yield from connection.execute(query.where(column.in_(wanted[start : start + CHUNK])))


def known_ids(connection: Connection, column: Any, values: Iterable[str]) -> set[str]:
    """Those of the values that stand in the column."""
    return {row[0] for row in rows_by(connection, select(column), column, values)}
