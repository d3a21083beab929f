"""A shop's records for the tests of storage: a customer, a product, an order under way, the ways in and out."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from bot.importing_text import SourceFile
from bot.merchant.shop import Shop
from bot.notices import plan
from bot.records import Order
from storage.engine import reading
from storage.exporting import export_text
from storage.importing import import_files
from storage.ingest import Report
from storage.merchant import load_files
from storage.records import ORDERS, SqlRecords
from storage.shelf import FolderShelf

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SHOP_DIR = Path(__file__).resolve().parents[2] / "shop"
MAYA: dict[str, Any] = {"id": "c-1", "first_name": "Maya", "email": "Maya@example.com", "phone": "+15035550100"}


@cache
def sample_shop() -> Shop:
    return load_files(SHOP_DIR, FolderShelf()).shop


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


def event(status: str, hours: float, **more: Any) -> dict[str, Any]:
    return {"at": ago(hours), "status": status, **more}


def product(**more: Any) -> dict[str, Any]:
    variants = [
        {"sku": "MUG-BLUE", "options": {"color": "blue"}, "price": "18.00", "currency": "USD", "stock": 3},
        {"sku": "MUG-RED", "options": {"color": "red"}, "price": "18.00", "currency": "USD", "stock": 0},
    ]
    return {"id": "p-1", "title": "Mug", "variants": variants, **more}


def order(**more: Any) -> dict[str, Any]:
    parcel = {"id": "s-1", "carrier": "UPS", "tracking_number": "1Z 999", "events": [event("in_transit", 30)]}
    lines = [
        {"id": "l-1", "product_id": "p-1", "sku": "MUG-BLUE", "title": "Mug", "quantity": 2, "price": "18.00"},
        {"id": "l-2", "product_id": "p-1", "sku": "MUG-RED", "title": "Mug", "quantity": 1, "price": "18.00"},
    ]
    known = {
        "id": "o-1",
        "number": "#1001",
        "customer_id": "c-1",
        "placed_at": ago(72),
        "status": "shipped",
        "currency": "USD",
        "shipping_address": {"line1": "1 Elm St", "city": "Portland", "postcode": "97205", "country": "US"},
        "lines": lines,
        "payments": [{"kind": "payment", "amount": "54.00", "method_id": "m-1", "at": ago(72)}],
        "shipments": [parcel],
    }
    return known | more


def records(**kinds: Any) -> dict[str, Any]:
    return {"customers": [MAYA], "products": [product()], "orders": [order()]} | kinds


def take_in(engine: Engine, document: Any, now: datetime = NOW) -> Report:
    return take_in_files(engine, [SourceFile("shop.json", json.dumps(document).encode())], now)


def take_in_files(engine: Engine, files: list[SourceFile], now: datetime = NOW) -> Report:
    return import_files(engine, files, shop=sample_shop(), now=now, plan=plan)


def export(engine: Engine, *, messages: bool = False) -> str:
    with reading(engine) as connection:
        return "".join(export_text(connection, messages=messages))


def stored_order(engine: Engine, order_id: str = "o-1") -> Order:
    with reading(engine) as connection:
        found = SqlRecords(connection).order(order_id)
    assert found is not None
    return found


def orders_in(connection: Connection) -> int:
    return len(connection.execute(select(ORDERS.c.id)).all())
