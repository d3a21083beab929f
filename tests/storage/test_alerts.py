"""What was asked to be told of a product: kept with its consent, planned when news of the product make it true."""

from typing import Any

from sqlalchemy import Engine, select

from bot.actions import CloseAlert, OpenWarrantyClaim, RegisterProduct, RequestAlert, SendGuide
from bot.model import Address, Channel, Outcome, Status
from bot.notices import judge
from storage.engine import reading
from storage.ingest_messages import OUTBOX
from storage.ingest_people import CONSENTS
from storage.ingest_rest import ALERTS
from storage.ledger import SqlLedger
from storage.notices import NOTICES, due_of, load_facts
from storage.parties import party_of
from storage.records import SqlRecords
from tests.storage.floor import MAYA, NOW, export, order, product, records, sample_shop, stored_order, take_in

SMS = Address(channel=Channel.SMS, raw="+15035550100", key="+15035550100")
NOON = NOW.replace(hour=20)  # a decent hour in every zone of the country
RED = RequestAlert(product_id="p-1", sku="MUG-RED", what="back_in_stock", words="tell me when the red one is back")


def does(engine: Engine, action: Any, key: str = "k") -> Outcome:
    with engine.begin() as connection:
        party = party_of(connection, "c-1")
        assert party is not None
        ledger = SqlLedger(connection, party, SMS, shop=sample_shop(), now=NOW, secret="k" * 32)
        return ledger.perform(action, key)


def restocked(red: int, **more: Any) -> dict[str, Any]:
    variants = [
        {"sku": "MUG-BLUE", "options": {"color": "blue"}, "price": "18.00", "currency": "USD", "stock": 3},
        {"sku": "MUG-RED", "options": {"color": "red"}, "price": "18.00", "currency": "USD", "stock": red, **more},
    ]
    return {"products": [product(variants=variants)]}


def planned(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        query = select(NOTICES).where(NOTICES.c.kind.in_(["back_in_stock", "price_drop"])).order_by(NOTICES.c.id)
        return list(connection.execute(query))


def judged(engine: Engine) -> Any:
    with engine.begin() as connection:
        party = party_of(connection, "c-1")
        assert party is not None
        notice = next(one for one in due_of(connection, party, NOON) if one.kind == "back_in_stock")
        return judge(notice, load_facts(connection, notice, sample_shop(), NOON), NOON)


def test_a_wish_keeps_its_words_as_the_consent_for_this_alone(engine: Engine) -> None:
    take_in(engine, records())
    assert does(engine, RED).data == {"already": False}
    with reading(engine) as connection:
        lines = connection.execute(select(CONSENTS)).all()
        assert [(one.channel, one.category, one.given, one.words) for one in lines] == [
            ("sms", "alert", True, "tell me when the red one is back")
        ]


def test_the_same_wish_twice_is_one(engine: Engine) -> None:
    take_in(engine, records())
    does(engine, RED, "one")
    assert does(engine, RED, "two").data == {"already": True}
    with reading(engine) as connection:
        assert len(connection.execute(select(ALERTS)).all()) == 1


def test_news_of_stock_plan_the_notice_and_it_goes_to_the_channel_of_the_wish(engine: Engine) -> None:
    take_in(engine, records())
    does(engine, RED)
    take_in(engine, restocked(0))
    assert planned(engine) == []
    take_in(engine, restocked(4))
    assert [row.kind for row in planned(engine)] == ["back_in_stock"]
    go = judged(engine)
    assert (go.flow, go.send.channel, go.answers["sku"]) == ("announce_back_in_stock", Channel.SMS, "MUG-RED")


def test_what_sold_out_again_or_was_bought_meanwhile_is_not_told(engine: Engine) -> None:
    take_in(engine, records())
    does(engine, RED)
    take_in(engine, restocked(4))
    bought = order(id="o-2", number="#1002", placed_at=NOW.replace(hour=18).isoformat(), shipments=[])
    late = [{"id": "l-9", "sku": "MUG-RED", "title": "Mug", "quantity": 1, "price": "18.00"}]
    take_in(engine, restocked(0))
    assert judged(engine).why == "superseded"
    take_in(engine, {**restocked(2), "orders": [{**bought, "lines": late}]})
    assert judged(engine).why == "bought_meanwhile"


def test_a_wish_told_is_closed_and_stands_in_the_export(engine: Engine) -> None:
    take_in(engine, records())
    does(engine, RED, "one")
    with reading(engine) as connection:
        alert_id = connection.execute(select(ALERTS.c.source_id)).scalar_one()
    does(engine, CloseAlert(alert_id=alert_id), "two")
    take_in(engine, restocked(4))
    assert planned(engine) == []
    assert '"closed_at": "2026-11-20T17:00:00+00:00"' in export(engine)


def test_what_is_there_already_is_no_wish(engine: Engine) -> None:
    take_in(engine, records())
    blue = RED.model_copy(update={"sku": "MUG-BLUE"})
    assert does(engine, blue).code == "true_already"


def test_a_line_is_registered_once_for_each_serial_number(engine: Engine) -> None:
    take_in(engine, records())
    wish = RegisterProduct(order_id="o-1", line_id="l-1", serial="S-1")
    assert does(engine, wish, "one").data == {"already": False}
    assert does(engine, wish, "two").data == {"already": True}
    with reading(engine) as connection:
        known = SqlRecords(connection).registrations_of("c-1")
    assert [(one.sku, one.serial, one.order_id) for one in known] == [("MUG-BLUE", "S-1", "o-1")]


def test_a_line_is_claimed_once_and_the_claim_stands_on_the_order(engine: Engine) -> None:
    take_in(engine, records())
    claim = OpenWarrantyClaim(order_id="o-1", line_id="l-1", words="handle came off", remedy="repair")
    assert does(engine, claim, "one").status is Status.PENDING
    assert does(engine, claim, "two").code == "already_claimed"
    assert [change.what for change in stored_order(engine).changes] == ["warranty_claim"]


def test_a_guide_is_mailed_to_the_address_on_file_only(engine: Engine) -> None:
    press = {"id": "p-press", "title": "Camp Coffee Press", "variants": []}
    take_in(engine, records(products=[product(), press]))
    sent = does(engine, SendGuide(customer_id="c-1", guide="press", product_id="p-press"))
    assert sent.status is Status.DONE
    with reading(engine) as connection:
        mail = connection.execute(select(OUTBOX)).one()
    assert mail.address.lower() == "maya@example.com"
    assert "4 heaped spoons" in mail.body["text"]
    take_in(engine, {"customers": [{**MAYA, "email": None}]})
    assert does(engine, SendGuide(customer_id="c-1", guide="press", product_id="p-press"), "again").code == "no_email"


def test_what_was_bought_together_is_counted_over_the_shops_own_orders(engine: Engine) -> None:
    pot = {"id": "p-2", "title": "Tea Pot", "variants": [{"sku": "POT", "price": "30.00", "currency": "USD"}]}
    lines = [
        {"id": "a", "sku": "MUG-BLUE", "title": "Mug", "quantity": 1, "price": "18.00"},
        {"id": "b", "sku": "POT", "title": "Tea Pot", "quantity": 1, "price": "30.00"},
    ]
    orders = [order(id=f"o-{n}", number=f"#{n}", lines=lines, shipments=[]) for n in range(3)]
    orders.append(order(id="o-9", number="#9", lines=lines, shipments=[], status="cancelled"))
    take_in(engine, records(products=[product(), pot], orders=orders))
    with reading(engine) as connection:
        known = SqlRecords(connection)
        assert known.bought_together("p-1") == (("p-2", 3),)
        assert [one.id for one in known.find_products("how much are the tea pots?")] == ["p-2"]
        assert known.find_products("where is it") == ()
