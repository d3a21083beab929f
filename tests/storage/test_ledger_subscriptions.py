"""Changes to subscriptions: made once, asked of policy again, exported and not undone by an old file."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bot.actions import ChangeSubscription
from bot.model import Address, Channel, Outcome, Status
from bot.records import PostalAddress
from storage.engine import reading
from storage.ingest_rest import HANDOFFS
from storage.ledger import SqlLedger
from storage.parties import party_of
from storage.records import SqlRecords
from tests.storage.floor import NOW, export, records, sample_shop, take_in

SMS = Address(channel=Channel.SMS, raw="+15035550100", key="+15035550100")
NEXT = NOW + timedelta(days=9)
PLAN: dict[str, Any] = {
    "id": "sub-1",
    "customer_id": "c-1",
    "sku": "MUG-BLUE",
    "quantity": 1,
    "interval_days": 30,
    "next_charge_at": NEXT.isoformat(),
    "price": "18.00",
    "status": "active",
}


@pytest.fixture
def shop(engine: Engine) -> Engine:
    take_in(engine, records(subscriptions=[PLAN]))
    return engine


def does(engine: Engine, what: str, key: str = "key", now: datetime = NOW, **wanted: Any) -> Outcome:
    action = ChangeSubscription.model_validate({"subscription_id": "sub-1", "what": what, "seen": NEXT, **wanted})
    with engine.begin() as connection:
        party = party_of(connection, "c-1")
        assert party is not None
        return SqlLedger(connection, party, SMS, shop=sample_shop(), now=now, secret="k" * 32).perform(action, key)


def stored(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export(engine))["subscriptions"][0]
    return found


@pytest.mark.parametrize(
    ("what", "wanted", "after"),
    [
        ("skip", {}, {"next_charge_at": (NEXT + timedelta(days=30)).isoformat()}),
        ("pause", {}, {"status": "paused", "paused_until": None}),
        (
            "pause",
            {"until": NEXT + timedelta(days=20)},
            {"status": "paused", "next_charge_at": (NEXT + timedelta(days=20)).isoformat()},
        ),
        ("frequency", {"interval_days": 60}, {"interval_days": 60}),
        ("quantity", {"quantity": 3}, {"quantity": 3}),
        ("address", {"address": PostalAddress(line1="2 Oak St", city="Portland")}, {}),
        ("discount", {"price": Decimal("16.20")}, {"price": "16.20"}),
        ("cancel", {"reason": "quality"}, {"status": "cancelled", "cancel_reason": "quality"}),
    ],
)
def test_a_change_is_on_record_and_exported_with_a_task_for_the_shop(shop: Engine, what, wanted, after) -> None:
    assert does(shop, what, **wanted).status is Status.DONE
    found = stored(shop)
    assert {name: found[name] for name in after} == after
    assert [change["what"] for change in found["changes"]] == [what]
    with reading(shop) as connection:
        assert [row.reason for row in connection.execute(select(HANDOFFS))] == [f"subscription_{what}"]


def test_the_same_request_again_changes_nothing_more(shop: Engine) -> None:
    first = does(shop, "skip")
    assert does(shop, "skip") == first
    assert len(stored(shop)["changes"]) == 1


@pytest.mark.parametrize(
    ("what", "wanted", "code"),
    [
        ("skip", {"seen": NEXT + timedelta(days=1)}, "moved"),
        ("skip", {"subscription_id": "nobody"}, "no_such_subscription"),
        ("resume", {"until": NEXT}, "not_paused"),
        ("pause", {"until": NEXT - timedelta(days=2)}, "nothing_due"),
        ("pause", {"until": NOW + timedelta(days=300)}, "day"),
        ("frequency", {"interval_days": 1}, "interval"),
        ("quantity", {"quantity": 7}, "too_many"),
        ("discount", {"price": Decimal("1.00")}, "price"),
        ("swap", {"sku": "MUG-RED", "price": Decimal("18.00")}, "gone"),  # out of stock
    ],
)
def test_what_policy_does_not_grant_is_refused_whatever_was_agreed(shop: Engine, what, wanted, code) -> None:
    before = stored(shop)
    assert does(shop, what, **wanted).code == code
    assert stored(shop) == before


def test_after_the_cut_off_nothing_of_the_charge_is_changed(shop: Engine) -> None:
    late = NEXT - timedelta(hours=48)
    assert does(shop, "skip", now=late).code == "too_late"
    assert does(shop, "cancel", "other", now=late).status is Status.DONE
    assert stored(shop)["changes"][0]["after"]["charged_at"] == NEXT.isoformat()


def test_a_file_that_repeats_how_it_stood_undoes_nothing_and_news_counts(shop: Engine) -> None:
    does(shop, "skip")
    does(shop, "pause", "second", seen=NEXT + timedelta(days=30))
    take_in(shop, {"subscriptions": [PLAN]})
    assert stored(shop)["status"] == "paused"
    later = (NEXT + timedelta(days=60)).isoformat()
    take_in(shop, {"subscriptions": [PLAN | {"next_charge_at": later}]})
    assert (stored(shop)["status"], stored(shop)["next_charge_at"]) == ("active", later)


def test_an_export_of_a_changed_one_imports_as_it_is(shop: Engine) -> None:
    does(shop, "pause", until=NEXT + timedelta(days=20))
    before = export(shop)
    take_in(shop, json.loads(before))
    assert export(shop) == before


def test_a_customers_subscriptions_are_found_by_the_customer(shop: Engine) -> None:
    with reading(shop) as connection:
        books = SqlRecords(connection)
        assert [plan.id for plan in books.subscriptions_of("c-1")] == ["sub-1"]
        assert books.subscriptions_of("c-2") == ()
