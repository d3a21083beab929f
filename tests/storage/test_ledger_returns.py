"""Returns and exchanges on the ledger: asked for under the order's lock, kept on it, taken back while nothing came."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.actions import CancelReturn, CreateReturn, RefundLines
from bot.model import Status
from bot.records import ExchangeFor, OrderStatus, Remedy, ReturnLine, ReturnStatus
from storage.engine import make_engine, migrate
from tests.bot.stories import with_rules
from tests.storage.desk import MUG, PAID, Desk, an_order, arrived, variant
from tests.storage.floor import ago, event, export, take_in


def back(*lines: tuple[str, int], **more: Any) -> CreateReturn:
    known: dict[str, Any] = {
        "order_id": "o-1",
        "lines": tuple(ReturnLine(line_id=line, quantity=quantity) for line, quantity in lines),
        "reason": "changed_mind",
        "remedy": Remedy.REFUND,
        "refund_method_id": "visa",
    }
    return CreateReturn(**(known | more))


def swap(
    *lines: tuple[str, int, str], difference: str = "0.00", method: str | None = None, **more: Any
) -> CreateReturn:
    return back(
        *((line, quantity) for line, quantity, _ in lines),
        remedy=Remedy.EXCHANGE,
        refund_method_id=None,
        exchange_for=tuple(ExchangeFor(line_id=line, sku=sku) for line, _, sku in lines),
        price_difference=Decimal(difference),
        difference_method_id=method,
        **more,
    )


REFUND = back(("l-1", 1))
DEARER = swap(("l-1", 1, "MUG-RED"), difference="3.00", method="visa")
CHEAPER = swap(("l-1", 1, "MUG-GREEN"), difference="-3.00", method="visa")
TAKE_BACK = CancelReturn(order_id="o-1", return_id="o-1-RET1")


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def test_a_return_is_on_record_and_its_money_is_not_booked_before_it_is_back(desk: Desk) -> None:
    outcome = desk.has(arrived()).does(REFUND.model_copy(update={"words": "too blue"}))
    assert outcome.data == {"id": "o-1-RET1", "label": None, "new_number": None}
    (asked,) = desk.order().returns
    assert (asked.status, asked.remedy, asked.reason) == (ReturnStatus.REQUESTED, Remedy.REFUND, "changed_mind")
    assert (asked.refund_method_id, asked.lines) == ("visa", (ReturnLine(line_id="l-1", quantity=1),))
    assert (desk.refunds(), desk.stock("MUG-BLUE")) == ([], [3])
    assert desk.tasks() == [("return_requested", "o-1-RET1 · 1 × Mug · changed_mind · too blue · 18.00 USD Visa 4242")]


def test_above_the_limit_a_person_is_to_approve_it_and_no_label_goes_out(desk: Desk) -> None:
    desk.shop = with_rules(returns={"label_url": "https://labels.example/{return_id}"})
    desk.has(arrived()).does(REFUND.model_copy(update={"approved": False}))
    assert desk.order().returns[0].label is None
    assert [reason for reason, _ in desk.tasks()] == ["return_to_approve"]


def test_where_labels_are_is_the_shops_to_say(desk: Desk) -> None:
    desk.shop = with_rules(returns={"label_url": "https://labels.example/{return_id}"})
    outcome = desk.has(arrived()).does(REFUND)
    assert outcome.data["label"] == desk.order().returns[0].label == "https://labels.example/o-1-RET1"


def test_a_second_return_has_a_number_of_its_own(desk: Desk) -> None:
    desk.has(arrived()).does(REFUND)
    assert desk.does(REFUND).data["id"] == "o-1-RET2"
    assert desk.does(REFUND).code == "already_returned"


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (back(), "no_such_line"),
        (back(("l-9", 1)), "no_such_line"),
        (back(("l-1", 3)), "too_many"),
        (back(("l-1", 2), ("l-1", 1)), "too_many"),
        (back(("l-1", 1), refund_method_id="paypal"), "no_such_method"),
        (back(("l-1", 1), refund_method_id=None), "no_such_method"),
        (back(("l-1", 1), fee=Decimal("1.00")), "price_changed"),
        (swap(("l-1", 1, "MUG-PINK")), "gone"),
        (swap(("l-1", 1, "POT-1"), difference="22.00", method="visa"), "other_product"),
        (swap(("l-1", 1, "MUG-GOLD")), "out_of_stock"),
        (swap(("l-1", 2, "MUG-GREEN"), difference="-6.00", method="visa"), "out_of_stock"),
        (swap(("l-1", 1, "MUG-RED"), difference="2.00", method="visa"), "price_changed"),
        (swap(("l-1", 1, "MUG-RED"), difference="3.00"), "no_such_method"),
        (swap(("l-1", 1, "MUG-GREEN"), difference="-3.00", method="paypal"), "no_such_method"),
        (DEARER.model_copy(update={"exchange_for": ()}), "gone"),
    ],
)
def test_what_cannot_be_so_leaves_everything_as_it_was(desk: Desk, action: CreateReturn, code: str) -> None:
    before = desk.has(arrived()).order()
    outcome = desk.does(action)
    assert (outcome.status, outcome.code) == (Status.REFUSED, code)
    assert (desk.order(), desk.orders(), desk.tasks()) == (before, ["o-1"], [])
    assert desk.stock("MUG-RED", "MUG-GREEN") == [2, 1]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (an_order(), "not_delivered"),
        (an_order(status="cancelled"), "already_cancelled"),
        (arrived(24 * 31), "too_late"),
    ],
)
def test_policy_is_asked_again_under_the_lock(desk: Desk, order: dict, code: str) -> None:
    assert desk.has(order).does(REFUND).code == code


@pytest.mark.parametrize(
    ("rules", "action", "code"),
    [
        ({"remedies": ["refund"]}, DEARER, "remedy"),
        ({"reasons": ["damaged"]}, REFUND, "reason"),
        ({"refund_to": ["gift_card"]}, REFUND, "no_such_method"),
        ({"restocking_fee_percent": 10}, REFUND, "price_changed"),
    ],
)
def test_what_policy_does_not_grant_is_not_done(desk: Desk, rules: dict, action: CreateReturn, code: str) -> None:
    desk.shop = with_rules(returns=rules)
    assert desk.has(arrived()).does(action).code == code
    assert desk.order().returns == ()


def test_a_fee_is_the_policys_and_told_to_those_who_refund(desk: Desk) -> None:
    desk.shop = with_rules(returns={"restocking_fee_percent": 10})
    assert desk.has(arrived()).does(back(("l-1", 1), fee=Decimal("1.80"))).status is Status.DONE
    assert desk.tasks()[0][1].endswith("16.20 USD Visa 4242")


def test_another_products_variant_is_exchanged_for_where_policy_says_so(desk: Desk) -> None:
    desk.shop = with_rules(returns={"exchange_for": "product"})
    action = swap(("l-1", 1, "POT-1"), difference="22.00", method="visa")
    assert desk.has(arrived()).does(action).status is Status.DONE


def test_what_was_refunded_already_is_not_taken_back(desk: Desk) -> None:
    refund = RefundLines(order_id="o-1", line_ids=("l-1",), amount=Decimal("36.00"), reason="damaged")
    desk.has(arrived()).does(refund)
    assert desk.does(REFUND).code == "already_returned"


@pytest.mark.parametrize("action", [REFUND, DEARER])
def test_once_per_key(desk: Desk, action: CreateReturn) -> None:
    first = desk.has(arrived()).does(action, "key")
    assert desk.does(action, "key") == first
    assert len(desk.order().returns) == len(desk.tasks()) == 1


def test_of_two_at_once_for_the_same_pot_one_is_taken(desk: Desk) -> None:
    desk.has(arrived())
    outcomes = desk.at_once(back(("l-2", 1)), back(("l-2", 1)))
    assert sorted(outcome.code for outcome in outcomes) == ["", "already_returned"]
    assert len(desk.order().returns) == 1


def test_of_two_who_want_the_last_one_gets_it(desk: Desk) -> None:
    desk.has(arrived(), arrived(id="o-2", number="1002", shipments=[_parcel("s-2")]))
    outcomes = desk.at_once(CHEAPER, CHEAPER.model_copy(update={"order_id": "o-2"}))
    assert sorted(outcome.code for outcome in outcomes) == ["", "out_of_stock"]
    assert desk.stock("MUG-GREEN") == [0]


def _parcel(parcel_id: str) -> dict[str, Any]:
    return {"id": parcel_id, "tracking_number": parcel_id, "events": [event("delivered", 48)]}


# --- exchanges ---


def test_an_exchange_makes_a_pending_order_that_is_paid_and_counted(desk: Desk) -> None:
    outcome = desk.has(arrived()).does(DEARER)
    assert outcome.data["new_number"] == "1001-X1"
    new = desk.order("o-1-X1")
    assert (new.status, [(line.sku, line.quantity, str(line.price)) for line in new.lines]) == (
        OrderStatus.PENDING,
        [("MUG-RED", 1, "21.00")],
    )
    assert [(one.method_id, str(one.amount)) for one in new.payments] == [("visa", "3.00")]
    assert new.changes[0].after == {"order_id": "o-1", "ships": "on_arrival"}
    (asked,) = desk.order().returns
    assert (asked.exchange_for, str(asked.price_difference)) == ((ExchangeFor(line_id="l-1", sku="MUG-RED"),), "3.00")
    assert [str(one.amount) for one in desk.order().payments] == ["76.00"]
    assert desk.stock("MUG-RED", "MUG-BLUE") == [1, 3]


def test_a_cheaper_one_gives_nothing_back_before_the_first_is_here(desk: Desk) -> None:
    desk.has(arrived()).does(CHEAPER)
    assert (desk.refunds(), desk.order("o-1-X1").payments) == ([], ())
    assert (str(desk.order().returns[0].price_difference), desk.order().returns[0].difference_method_id) == (
        "-3.00",
        "visa",
    )
    assert desk.tasks()[0][1].endswith("3.00 USD Visa 4242")


def test_the_express_for_a_wrong_size_leaves_at_once(desk: Desk) -> None:
    desk.has(arrived()).does(DEARER.model_copy(update={"expedited": True}))
    assert desk.order("o-1-X1").changes[0].after["ships"] == "at_once"


def test_a_gift_card_must_cover_the_difference(desk: Desk) -> None:
    action = swap(("l-1", 2, "MUG-RED"), difference="6.00", method="gift")
    desk.has(arrived(), methods=[{"id": "gift", "kind": "gift_card", "balance": "5.99"}])
    assert desk.does(action).code == "card_too_low"
    assert (desk.orders(), desk.balance(), desk.stock("MUG-RED")) == (["o-1"], Decimal("5.99"), [2])


def test_a_gift_card_that_covers_it_is_charged_at_once(desk: Desk) -> None:
    desk.has(arrived()).does(DEARER.model_copy(update={"difference_method_id": "gift"}))
    assert desk.balance() == Decimal("17.00")


def test_a_price_that_rose_since_it_was_said_is_not_charged(desk: Desk) -> None:
    desk.has(arrived())
    take_in(desk.engine, {"products": [MUG | {"variants": [variant("MUG-RED", "25.00", 9)]}]})
    assert desk.does(DEARER).code == "price_changed"
    assert desk.orders() == ["o-1"]


# --- taken back ---


def test_a_return_taken_back_frees_its_items(desk: Desk) -> None:
    desk.has(arrived()).does(REFUND)
    assert desk.does(TAKE_BACK).data == {"id": "o-1-RET1"}
    assert desk.order().returns[0].status is ReturnStatus.CANCELLED
    assert desk.does(back(("l-1", 2))).data["id"] == "o-1-RET2"


def test_an_exchange_taken_back_gives_back_goods_and_difference(desk: Desk) -> None:
    desk.has(arrived()).does(DEARER.model_copy(update={"difference_method_id": "gift"}))
    desk.does(TAKE_BACK)
    new = desk.order("o-1-X1")
    assert (new.status, new.cancel_reason) == (OrderStatus.CANCELLED, "return_cancelled")
    assert (desk.stock("MUG-RED"), desk.balance()) == ([2], Decimal("20.00"))
    assert desk.refunds("o-1-X1") == [("gift", "3.00", "done")]


def test_an_exchange_whose_goods_have_left_stays(desk: Desk) -> None:
    desk.has(arrived()).does(DEARER)
    new = json.loads(desk.order("o-1-X1").model_dump_json())
    take_in(desk.engine, {"orders": [new | {"status": "shipped"}]})
    assert desk.does(TAKE_BACK).code == "on_its_way"
    assert (desk.order().returns[0].status, desk.stock("MUG-RED")) == (ReturnStatus.REQUESTED, [1])


@pytest.mark.parametrize("status", ["received", "inspected", "refunded", "closed", "cancelled"])
def test_a_return_that_went_further_is_not_taken_back(desk: Desk, status: str) -> None:
    asked = {"id": "o-1-RET1", "requested_at": ago(3), "status": status, "lines": [{"line_id": "l-1", "quantity": 1}]}
    desk.has(arrived(returns=[asked]))
    assert desk.does(TAKE_BACK).code == "on_its_way"


def test_a_return_there_is_not_cannot_be_taken_back(desk: Desk) -> None:
    assert desk.has(arrived()).does(TAKE_BACK).code == "no_such_return"
    assert desk.does(TAKE_BACK.model_copy(update={"order_id": "o-9"})).code == "no_such_return"


# --- kept ---


def test_returns_and_exchanges_survive_an_export_and_an_import(desk: Desk, other: Engine) -> None:
    desk.has(arrived(payments=[PAID]), arrived(id="o-2", number="1002", shipments=[_parcel("s-2")]))
    for action in (REFUND, DEARER, REFUND.model_copy(update={"order_id": "o-2", "words": "no"})):
        assert desk.does(action).status is Status.DONE
    assert desk.does(CancelReturn(order_id="o-2", return_id="o-2-RET1")).status is Status.DONE
    assert desk.does(RefundLines(order_id="o-2", line_ids=("l-2",), amount=Decimal("40.00"), reason="damaged"))
    text = export(desk.engine)
    first, exchange, second = json.loads(text)["orders"]
    assert [one["remedy"] for one in first["returns"]] == ["refund", "exchange"]
    assert exchange["number"] == "1001-X1"
    assert [one["status"] for one in second["returns"]] == ["cancelled"]
    assert second["refunds"][0]["amount"] == "40.00"
    take_in(other, json.loads(text))
    assert export(other) == text
    take_in(desk.engine, json.loads(text))
    assert export(desk.engine) == text
