"""Everything personal of a customer taken away: what goes, what stays and names nobody, what never comes back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text, update

from bot.actions import EraseCustomer, OpenHandoff, RecordReview, RecordScore, RequestDelivery, SetConsent
from bot.model import Address, Category, Channel, Message
from bot.records import PostalAddress
from storage.erasing import erase_customer, erase_due
from storage.ingest_messages import INBOX, OUTBOX
from storage.ledger import SqlLedger
from storage.parties import party_of
from storage.records import CUSTOMERS
from storage.store import SqlStore
from tests.storage.floor import MAYA, NOW, ago, event, export, order, product, sample_shop, take_in

SMS = Address(channel=Channel.SMS, raw="+15035550100", key="+15035550100")
HOME = {"line1": "12 Alder Street", "city": "Portland", "postcode": "97205", "country": "US"}
PERSONAL = ("Maya", "Okafor", "maya@example.com", "5035550100", "Alder", "shy of dogs", "Pine Lane", "porch")
YEAR = 365.3 * 24


@pytest.fixture
def lived(engine: Engine) -> Engine:
    """A customer of whom there is something in every table."""
    delivered = {"id": "s-1", "tracking_number": "1Z 999", "events": [event("delivered", 300, place="porch of Maya")]}
    maya = MAYA | {"last_name": "Okafor", "address": HOME}
    registration = {"id": "reg-1", "customer_id": "c-1", "sku": "MUG-BLUE", "serial": "Maya's mug", "at": ago(5)}
    take_in(
        engine,
        {
            "customers": [maya, {"id": "c-2", "first_name": "Ben", "phone": "+15035550121"}],
            "products": [product()],
            "orders": [
                order(status="delivered", shipments=[delivered], shipping_address=HOME, customer_id="c-1"),
                order(id="o-old", number="9", status="delivered", shipments=[], placed_at=ago(8 * YEAR), lines=[]),
                order(id="o-ben", number="77", status="delivered", shipments=[], customer_id="c-2", lines=[]),
            ],
            "registrations": [registration],
        },
    )
    says(engine, "where is it? I am shy of dogs", SMS)
    says(
        engine,
        "it is Maya Okafor here",
        Address(channel=Channel.EMAIL, raw="maya@example.com", key="maya@example.com"),
        verified=False,
    )
    pine = PostalAddress(line1="3 Pine Lane", city="Portland", postcode="97205")
    for action in (
        RecordReview(order_id="o-1", rating=4, words="shy of dogs"),
        RecordScore(scale="nps", score=9, matter="1", words="shy of dogs"),
        OpenHandoff(reason="payment", order_id="o-1", summary="Maya says"),
        RequestDelivery(order_id="o-1", shipment_id="s-1", fix="address", address=pine),
        SetConsent(
            channel=Channel.SMS, categories=tuple(Category), given=False, source="customer", words="STOP, says Maya"
        ),
    ):
        does(engine, action)
    with engine.begin() as connection:
        connection.execute(update(INBOX).values(state="done"))
        connection.execute(update(OUTBOX).values(state="sent"))
    return engine


def says(engine: Engine, words: str, sender: Address, **fields: Any) -> None:
    message = Message(provider_id=f"m:{len(words)}", sender=sender, text=words, received_at=NOW, **fields)
    SqlStore(engine, lambda *_: None).receive(message, NOW)  # type: ignore[arg-type,return-value]


def does(engine: Engine, action: Any) -> Any:
    with engine.begin() as connection:
        maya = party_of(connection, "c-1")
        assert maya is not None
        ledger = SqlLedger(connection, maya, SMS, shop=sample_shop(), now=NOW, secret="k" * 32)
        return ledger.perform(action, f"key-{action.name}")


def erased(engine: Engine, now: Any = NOW) -> bool:
    with engine.begin() as connection:
        return erase_customer(connection, "c-1", sample_shop(), now)


def everything(engine: Engine) -> str:
    """Every cell of every table."""
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        return "\n".join(str(tuple(row)) for name in names for row in connection.execute(text(f"SELECT * FROM {name}")))


def test_nothing_personal_is_left_in_any_table(lived: Engine) -> None:
    assert all(word in everything(lived) for word in PERSONAL)
    assert erased(lived)
    left = everything(lived)
    assert [word for word in PERSONAL if word in left] == []


def test_others_keep_what_is_theirs(lived: Engine) -> None:
    erased(lived)
    held = json.loads(export(lived))
    assert [customer["first_name"] for customer in held["customers"]] == [None, "Ben"]
    assert "o-ben" in {one["id"] for one in held["orders"]}


def test_orders_of_the_last_years_stay_for_the_books_and_older_ones_go(lived: Engine) -> None:
    erased(lived)
    held = {one["id"]: one for one in json.loads(export(lived))["orders"]}
    assert set(held) == {"o-1", "o-ben"}
    assert (held["o-1"]["number"], held["o-1"]["shipping_address"]) == ("#1001", None)
    assert [payment["amount"] for payment in held["o-1"]["payments"]] == ["54.00"]
    assert [line["price"] for line in held["o-1"]["lines"]] == ["18.00", "18.00"]


def test_ratings_stay_without_their_words(lived: Engine) -> None:
    erased(lived)
    held = json.loads(export(lived))
    assert [(review["rating"], review["words"]) for review in held["reviews"]] == [(4, None)]
    assert [(score["score"], score["words"]) for score in held["scores"]] == [(9, None)]


def test_an_opt_out_outlives_the_address(lived: Engine) -> None:
    erased(lived)
    says(lived, "hello again", SMS)
    with lived.begin() as connection:
        row = connection.execute(
            text("SELECT suppressed FROM addresses WHERE key = '+15035550100' AND channel = 'sms'")
        ).one()
    assert row.suppressed == "opted_out"


def test_an_opt_out_outlives_it_in_the_shop_s_next_import_too(lived: Engine) -> None:
    erased(lived)
    take_in(lived, {"customers": [{"id": "c-9", "phone": "+15035550100"}]})
    with lived.begin() as connection:
        row = connection.execute(
            text("SELECT suppressed FROM addresses WHERE key = '+15035550100' AND channel = 'sms'")
        ).one()
    assert row.suppressed == "opted_out"


def test_the_shop_s_next_import_does_not_bring_it_back(lived: Engine) -> None:
    erased(lived)
    take_in(lived, {"customers": [MAYA], "orders": [order(shipping_address=HOME)]})
    left = everything(lived)
    assert [word for word in PERSONAL if word in left] == []


def test_who_buys_again_is_a_customer_again(lived: Engine) -> None:
    erased(lived)
    later = (NOW + timedelta(days=3)).isoformat()
    take_in(
        lived,
        {"customers": [MAYA], "orders": [order(id="o-new", number="55", placed_at=later, shipments=[])]},
        NOW + timedelta(days=4),
    )
    held = json.loads(export(lived))
    assert held["customers"][0]["first_name"] == "Maya"
    assert {one["id"]: bool(one["shipping_address"]) for one in held["orders"]}["o-new"]


def test_erased_twice_is_erased_once(lived: Engine) -> None:
    erased(lived)
    before = json.loads(export(lived))
    erased(lived)
    assert json.loads(export(lived)) == before


def test_nobody_of_that_id_is_nobody_erased(lived: Engine) -> None:
    with lived.begin() as connection:
        assert not erase_customer(connection, "c-404", sample_shop(), NOW)


def test_asked_for_in_a_conversation_it_waits_for_the_last_word(lived: Engine) -> None:
    with lived.begin() as connection:
        connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.source_id == "c-1").values(erase_at=NOW))
    says(lived, "and thanks", SMS)
    assert erase_due(lived, sample_shop(), NOW) == 0
    with lived.begin() as connection:
        connection.execute(update(INBOX).values(state="done"))
    assert erase_due(lived, sample_shop(), NOW) == 1
    assert erase_due(lived, sample_shop(), NOW) == 0
    assert "Okafor" not in everything(lived)


def test_the_action_only_asks_for_it(lived: Engine) -> None:
    assert does(lived, EraseCustomer(customer_id="c-1")).code == ""
    assert "Okafor" in everything(lived)
