"""Importing: everything or nothing, once, and without losing what happened here."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from bot.errors import ImportRefused
from bot.importing_text import SourceFile
from bot.records import Change
from storage.engine import reading
from storage.ingest import EVENTS
from storage.notices import NOTICES
from storage.records import CUSTOMERS, ORDERS, SHIPMENTS, VARIANTS, SqlRecords
from storage.upsert import update_all
from tests.storage.floor import (
    MAYA,
    NOW,
    event,
    export,
    order,
    orders_in,
    product,
    records,
    stored_order,
    take_in,
    take_in_files,
)

SHARED = Path(__file__).resolve().parents[3] / "shared"


def faults(engine: Engine, document: Any) -> list[str]:
    with pytest.raises(ImportRefused) as refusal:
        take_in(engine, document)
    return [str(fault) for fault in refusal.value.faults]


def test_a_second_import_changes_nothing(engine: Engine) -> None:
    first, second = take_in(engine, records()), take_in(engine, records())
    assert (first.added, first.changed, first.same) == (3, 0, 0)
    assert (second.added, second.changed, second.same) == (0, 0, 3)


def test_the_mind_reads_what_was_imported(engine: Engine) -> None:
    take_in(engine, records())
    with reading(engine) as connection:
        books = SqlRecords(connection)
        assert [order.id for order in books.orders_by_number("# 10-01")] == ["o-1"]
        assert [order.id for order in books.orders_of_contact(email="MAYA@example.com")] == ["o-1"]
        assert [order.id for order in books.orders_of_contact(phone="+1 503 555 0100")] == ["o-1"]
        assert books.orders_of_contact() == ()
        assert books.orders_by_number(" # ") == ()
        found = books.product_of_sku("MUG-RED")
        assert found is not None
        assert found == books.product("p-1")
        assert books.customer("nobody") is None


def test_one_fault_anywhere_stores_nothing_anywhere(engine: Engine) -> None:
    files = [
        SourceFile("good.json", json.dumps(records()).encode()),
        SourceFile("bad.jsonl", b'{"kind": "customers", "id": 7}'),
    ]
    with pytest.raises(ImportRefused):
        take_in_files(engine, files)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(CUSTOMERS)).scalar() == 0


def test_an_order_of_nobody_is_told_with_its_line(engine: Engine) -> None:
    document = records(orders=[order(customer_id="c-9")])
    [told] = faults(engine, document)
    assert told == "shop.json:1: orders[0].customer_id: there is no customer with the id c-9"


def test_an_order_of_a_customer_who_is_faulty_is_no_further_fault(engine: Engine) -> None:
    told = faults(engine, records(customers=[MAYA | {"phone": "12"}]))
    assert len(told) == 1
    assert "phone" in told[0]


def test_an_order_may_follow_its_customer_in_a_later_import(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA]})
    assert take_in(engine, {"orders": [order()]}).added == 1


def test_tracking_news_finds_its_parcel_by_id_or_number(engine: Engine) -> None:
    take_in(engine, records())
    by_id = {"kind": "tracking_events", "shipment_id": "s-1", **event("out_for_delivery", 3)}
    by_number = {"kind": "tracking_events", "tracking_number": "1z999", **event("delivered", 1)}
    report = take_in(engine, {"events": [by_number, by_id]})
    assert report.added == 2
    assert [one.status for one in stored_order(engine).shipments[0].events] == [
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    again = take_in(engine, {"events": [by_id, by_number]})
    assert (again.added, again.changed, again.same) == (0, 0, 2)


def test_tracking_news_may_come_with_the_order_it_is_of(engine: Engine) -> None:
    news = {"shipment_id": "s-1", **event("delivered", 1)}
    take_in(engine, records(tracking_events=[news]))
    assert stored_order(engine).shipments[0].delivered_at is not None


def test_tracking_news_of_no_known_parcel_is_refused(engine: Engine) -> None:
    take_in(engine, records())
    [told] = faults(engine, {"tracking_events": [{"tracking_number": "2Z", **event("delivered", 1)}]})
    assert told == "shop.json:1: tracking_events[0].tracking_number: no parcel has this tracking number"


def test_parcels_and_loyalty_may_come_by_themselves(engine: Engine) -> None:
    take_in(engine, records())
    parcel = {"order_id": "o-1", "id": "s-2", "tracking_number": "2Z"}
    loyalty = {"customer_id": "c-1", "tier": "gold", "points": 120}
    report = take_in(engine, {"shipments": [parcel], "loyalty": [loyalty]})
    assert (report.added, report.changed) == (1, 1)
    assert [shipment.id for shipment in stored_order(engine).shipments] == ["s-1", "s-2"]
    assert take_in(engine, {"shipments": [parcel], "loyalty": [loyalty]}).same == 2
    with reading(engine) as connection:
        maya = SqlRecords(connection).customer("c-1")
    assert maya is not None
    assert maya.loyalty is not None
    assert maya.loyalty.points == 120


def test_an_older_file_never_moves_a_parcel_back(engine: Engine) -> None:
    take_in(engine, records())
    late = order(status="delivered")
    late["shipments"] = [late["shipments"][0] | {"events": [event("delivered", 1)]}]
    take_in(engine, {"orders": [late]})
    assert take_in(engine, {"orders": [order()]}).changed == 0
    stored = stored_order(engine)
    assert stored.status == "delivered"
    assert [one.status for one in stored.shipments[0].events] == ["in_transit", "delivered"]


def test_what_happened_here_is_not_lost_to_a_later_import(engine: Engine) -> None:
    take_in(engine, records())
    changed = stored_order(engine).model_copy(update={"changes": (Change(at=NOW, what="claim"),)})
    with engine.begin() as connection:
        row = connection.execute(select(ORDERS.c.id)).scalar_one()
        update_all(connection, ORDERS, [{"row": row, "record": changed.model_dump(mode="json")}])
    take_in(engine, {"orders": [order(status="delivered")]})
    assert [change.what for change in stored_order(engine).changes] == ["claim"]


def test_news_is_planned_for_and_counted_once(engine: Engine) -> None:
    take_in(engine, records())
    news = {"tracking_events": [{"shipment_id": "s-1", **event("out_for_delivery", 0.5)}]}
    for _ in range(2):
        take_in(engine, news)
    with reading(engine) as connection:
        kinds = connection.execute(select(NOTICES.c.kind).where(NOTICES.c.due_at <= NOW)).scalars().all()
        happened = connection.execute(select(EVENTS.c.kind).order_by(EVENTS.c.id)).scalars().all()
        heard = connection.execute(select(SHIPMENTS.c.heard_at)).scalar_one()
    assert kinds == ["out_for_delivery"]
    assert happened == ["order_added", "tracking_event", "tracking_event"]
    assert heard == NOW


def test_a_sku_that_leaves_a_product_leads_nowhere(engine: Engine) -> None:
    take_in(engine, records())
    take_in(engine, {"products": [product(variants=[])]})
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(VARIANTS)).scalar() == 0


def test_a_changed_contact_is_dated_but_not_a_first_one(engine: Engine) -> None:
    later = NOW + timedelta(days=1)
    take_in(engine, {"customers": [MAYA]})
    take_in(engine, {"customers": [MAYA | {"email": "new@example.com"}]}, later)
    with reading(engine) as connection:
        row = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.source_id == "c-1")).one()
    assert (row.email_changed_at, row.phone_changed_at) == (later, None)


def test_imports_at_once_come_to_the_same_as_one_after_the_other(engine: Engine) -> None:
    take_in(engine, records())
    news = [{"tracking_events": [{"shipment_id": "s-1", **event("in_transit", hours)}]} for hours in range(1, 9)]
    threads = [Thread(target=take_in, args=(engine, document)) for document in [*news, records(), records()]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored_order(engine).shipments[0].events) == 9
    with reading(engine) as connection:
        assert orders_in(connection) == 1


@pytest.mark.shared
def test_a_shop_of_500_customers_and_1000_orders_comes_in_once(engine: Engine) -> None:
    tool = SHARED / "tools" / "retail_import.py"
    made = subprocess.run([sys.executable, str(tool), "--now", NOW.isoformat()], capture_output=True, check=True)
    files = [SourceFile("retail.json", made.stdout)]
    first = take_in_files(engine, files)
    assert (first.kinds["customers"].added, first.kinds["orders"].added) == (500, 1000)
    second = take_in_files(engine, files)
    assert (second.added, second.changed) == (0, 0)
    assert json.loads(export(engine))["orders"][0]["id"].startswith("#W")
