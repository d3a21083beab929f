"""A desk where actions are done for Maya on the real ledger, one by one or two at once, under rules of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import Engine, select

from bot.actions import Action
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Outcome
from bot.records import Customer, Order
from storage.engine import reading
from storage.ingest_rest import HANDOFFS
from storage.ledger import SqlLedger
from storage.parties import party_of
from storage.records import ORDERS, SqlRecords
from tests.storage.floor import MAYA, NOW, ago, event, sample_shop, stored_order, take_in

SMS = Address(channel=Channel.SMS, raw="+15035550100", key="+15035550100")
VISA = {"id": "visa", "kind": "credit_card", "label": "Visa", "last4": "4242"}
PAYPAL = {"id": "paypal", "kind": "paypal"}
GIFT = {"id": "gift", "kind": "gift_card", "balance": "20.00"}


def variant(sku: str, price: str, stock: int | None, **options: str) -> dict[str, Any]:
    return {"sku": sku, "price": price, "currency": "USD", "stock": stock, "options": options}


MUG = {
    "id": "p-mug",
    "title": "Mug",
    "variants": [
        variant("MUG-BLUE", "18.00", 3, colour="blue"),
        variant("MUG-RED", "21.00", 2, colour="red"),
        variant("MUG-GREEN", "15.00", 1, colour="green"),
        variant("MUG-GOLD", "18.00", 0, colour="gold"),
    ],
}
POT = {"id": "p-pot", "title": "Pot", "variants": [variant("POT-1", "40.00", None)]}
PAID = {"kind": "payment", "amount": "76.00", "method_id": "visa", "at": ago(5)}


def an_order(**more: Any) -> dict[str, Any]:
    """Two blue mugs and a pot, not shipped, paid by card."""
    known = {
        "id": "o-1",
        "number": "1001",
        "customer_id": "c-1",
        "placed_at": ago(5),
        "status": "pending",
        "currency": "USD",
        "lines": [
            {"id": "l-1", "product_id": "p-mug", "sku": "MUG-BLUE", "title": "Mug", "quantity": 2, "price": "18.00"},
            {"id": "l-2", "product_id": "p-pot", "sku": "POT-1", "title": "Pot", "quantity": 1, "price": "40.00"},
        ],
        "payments": [PAID],
    }
    return known | more


def arrived(hours: float = 48, **more: Any) -> dict[str, Any]:
    parcel = {"id": "s-1", "tracking_number": "1Z1", "events": [event("delivered", hours)]}
    return an_order(**({"status": "delivered", "placed_at": ago(hours + 72), "shipments": [parcel]} | more))


def left() -> dict[str, Any]:
    parcel = {"id": "s-1", "tracking_number": "1Z1", "events": [event("in_transit", 1)]}
    return an_order(status="shipped", shipments=[parcel])


@dataclass
class Desk:
    engine: Engine
    shop: Shop = field(default_factory=sample_shop)
    now: datetime = NOW
    count: int = 0

    def has(self, *orders: dict[str, Any], methods: Sequence[dict[str, Any]] = (VISA, PAYPAL, GIFT)) -> "Desk":
        maya = MAYA | {"payment_methods": list(methods)}
        take_in(self.engine, {"customers": [maya], "products": [MUG, POT], "orders": list(orders)})
        return self

    def does(self, action: Action, key: str = "") -> Outcome:
        self.count += 1
        with self.engine.begin() as connection:
            party = party_of(connection, "c-1")
            assert party is not None
            ledger = SqlLedger(connection, party, SMS, shop=self.shop, now=self.now, secret="k" * 32)
            return ledger.perform(action, key or f"key-{self.count}")

    def at_once(self, *actions: Action) -> list[Outcome]:
        barrier, outcomes = Barrier(len(actions)), []

        def perform(number: int, action: Action) -> None:
            barrier.wait()
            outcomes.append(self.does(action, f"at-once-{number}"))

        threads = [Thread(target=perform, args=pair) for pair in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def order(self, order_id: str = "o-1") -> Order:
        return stored_order(self.engine, order_id)

    def orders(self) -> list[str]:
        with reading(self.engine) as connection:
            return sorted(connection.execute(select(ORDERS.c.source_id)).scalars())

    def stock(self, *skus: str) -> list[int | None]:
        with reading(self.engine) as connection:
            records = SqlRecords(connection)
            found = {one.sku: one for sku in skus for one in (records.product_of_sku(sku) or _none()).variants}
        return [found[sku].stock for sku in skus]

    def balance(self) -> Decimal | None:
        return next(one.balance for one in self.customer().payment_methods if one.id == "gift")

    def customer(self) -> Customer:
        with reading(self.engine) as connection:
            found = SqlRecords(connection).customer("c-1")
        assert found is not None
        return found

    def tasks(self) -> list[tuple[str, str]]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(HANDOFFS).order_by(HANDOFFS.c.id)).all()
        return [(row.reason, row.case["summary"]) for row in rows]

    def refunds(self, order_id: str = "o-1") -> list[tuple[str | None, str, str]]:
        return [(one.method_id, str(one.amount), one.status) for one in self.order(order_id).refunds]


def _none() -> Any:
    raise AssertionError("no such product")
