"""Exporting, and importing what was exported."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from bot.actions import OpenHandoff, RecordReview, RecordScore, RequestDelivery, SendCode, SetConsent
from bot.model import Address, Category, Channel, Message
from storage.engine import make_engine, migrate
from storage.ingest_messages import INBOX, OUTBOX
from storage.ledger import SqlLedger
from storage.parties import party_of
from storage.records import CUSTOMERS
from tests.storage.floor import MAYA, NOW, ago, export, order, records, sample_shop, take_in

MAIL = Address(channel=Channel.EMAIL, raw="maya@example.com", key="maya@example.com")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    """Another, empty database."""
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def live(engine: Engine) -> None:
    """A shop where things have happened, with strangers among its parties."""
    granted = {"channel": "email", "category": "marketing", "given_at": ago(900), "source": "checkout"}
    subscription = {
        "id": "sub-1",
        "customer_id": "c-1",
        "sku": "MUG-BLUE",
        "quantity": 1,
        "interval_days": 30,
        "next_charge_at": ago(-100),
        "price": "18.00",
        "status": "active",
    }
    registration = {"id": "reg-1", "customer_id": "c-1", "sku": "MUG-BLUE", "at": ago(5)}
    take_in(
        engine,
        records(
            customers=[MAYA | {"consents": [granted]}, {"id": "C-2", "first_name": "Zoë"}],
            orders=[order(), order(id="o-0", number="2", shipments=[])],
            subscriptions=[subscription],
            registrations=[registration],
        ),
    )
    with engine.begin() as connection:
        maya = party_of(connection, "c-1")
        assert maya is not None
        key = connection.execute(insert(CUSTOMERS).values(created_at=NOW)).inserted_primary_key
        assert key is not None
        for party in (maya, key[0]):
            ledger = SqlLedger(connection, party, MAIL, shop=sample_shop(), now=NOW, secret="s" * 32)
            ledger.perform(OpenHandoff(reason="asked", summary="Two mugs", order_id="o-1"), f"{party}/1")
            ledger.perform(OpenHandoff(reason="asked", summary="Two mugs", order_id="o-1"), f"{party}/2")
            _stop(ledger, f"{party}/3")
            connection.execute(insert(INBOX).values(_inbound(party)))
            connection.execute(insert(OUTBOX).values(_outbound(party)))
        ledger = SqlLedger(connection, maya, MAIL, shop=sample_shop(), now=NOW, secret="s" * 32)
        ledger.perform(RecordReview(order_id="o-1", rating=4, words="Lovely"), "4")
        ledger.perform(RecordScore(scale="nps", score=9, matter="4", words="Quick"), "7")
        ledger.perform(RequestDelivery(order_id="o-1", shipment_id="s-1", fix="pickup"), "5")
        ledger.perform(SendCode(customer_id="c-1"), "6")
        connection.execute(OUTBOX.update().where(OUTBOX.c.key == "identity.code").values(state="sent", sent_at=NOW))


def _stop(ledger: SqlLedger, key: str) -> None:
    wish = SetConsent(channel=Channel.EMAIL, categories=tuple(Category), given=False, source="customer", words="stop")
    ledger.perform(wish, key)


def _inbound(party: int) -> dict[str, Any]:
    message = Message(provider_id=f"email:{party}", sender=MAIL, text="Where is it? ☕", received_at=NOW)
    return {
        "provider_id": message.provider_id,
        "customer_id": party,
        "channel": "email",
        "message": message.model_dump(mode="json"),
        "state": "waiting",
        "tries": 0,
        "received_at": NOW,
    }


def _outbound(party: int) -> dict[str, Any]:
    return {
        "customer_id": party,
        "audience": "customer",
        "channel": "email",
        "address": MAIL.raw,
        "address_key": MAIL.key,
        "category": "transactional",
        "exempt": False,
        "key": "wismo.in_transit",
        "says": [],
        "body": {"text": "On its way", "choices": [], "subject": "Your order"},
        "headers": {},
        "state": "delivered",
        "due_at": NOW,
        "tries": 1,
        "created_at": NOW,
        "sent_at": NOW,
    }


@pytest.mark.parametrize("messages", [False, True])
def test_an_export_imported_into_an_empty_database_exports_the_same(
    engine: Engine, other: Engine, messages: bool
) -> None:
    live(engine)
    text = export(engine, messages=messages)
    take_in(other, json.loads(text))
    assert export(other, messages=messages) == text


@pytest.mark.parametrize("messages", [False, True])
def test_an_export_imported_where_it_came_from_changes_nothing(engine: Engine, messages: bool) -> None:
    live(engine)
    text = export(engine, messages=messages)
    report = take_in(engine, json.loads(text))
    assert (report.added, report.changed) == (0, 0)
    assert export(engine, messages=messages) == text


def test_the_export_of_nothing_is_a_document_that_can_be_imported(engine: Engine) -> None:
    assert take_in(engine, json.loads(export(engine, messages=True))).added == 0


def test_what_happened_here_stands_in_the_export(engine: Engine) -> None:
    live(engine)
    document = json.loads(export(engine, messages=True))
    assert [one["id"] for one in document["customers"]] == ["C-2", "c-1"]
    assert [change["what"] for change in document["orders"][1]["changes"]] == ["delivery"]
    assert document["reviews"][0]["rating"] == 4
    assert {one["customer_id"] for one in document["handoffs"]} == {None, "c-1"}
    assert len({one["id"] for one in document["handoffs"]}) == len(document["handoffs"]) == 5
    assert [one["given"] for one in document["consents"]] == [True, False, False, False, False]
    assert {one["customer_id"] for one in document["messages"]} == {None, "c-1"}


def test_a_code_is_never_exported(engine: Engine) -> None:
    live(engine)
    codes = [one for one in json.loads(export(engine, messages=True))["messages"] if one["key"] == "identity.code"]
    assert [one["text"] for one in codes] == [""]


def test_an_opt_out_holds_where_it_is_imported(engine: Engine, other: Engine) -> None:
    live(engine)
    take_in(other, json.loads(export(engine)))
    with other.connect() as connection:
        found = connection.exec_driver_sql("SELECT suppressed FROM addresses WHERE channel = 'email'").scalar()
    assert found == "opted_out"
