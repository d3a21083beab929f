"""Orders that have not left: cancelled and changed under their lock, with stock, money and the shop's tasks."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.actions import CancelOrder, ChangeLines, ChangeOrderAddress, ChangePayment, LineWanted
from bot.model import Status
from bot.records import OrderStatus, PostalAddress
from storage.engine import make_engine, migrate
from tests.bot.stories import with_rules
from tests.storage.desk import GIFT, MUG, PAID, VISA, Desk, an_order, arrived, left, variant
from tests.storage.floor import export, take_in

OAK = PostalAddress(line1="2 Oak St", city="Portland", postcode="97205", country="US")
CANCEL = CancelOrder(order_id="o-1", reason="no_longer_needed", words="we moved")
ADDRESS = ChangeOrderAddress(order_id="o-1", address=OAK)
PAYMENT = ChangePayment(order_id="o-1", method_id="paypal", amount=Decimal("76.00"))


def lines(*wanted: tuple[str | None, str, int], difference: str = "0.00", method: str | None = None) -> ChangeLines:
    return ChangeLines(
        order_id="o-1",
        lines=tuple(LineWanted(line_id=line, sku=sku, quantity=quantity) for line, sku, quantity in wanted),
        difference=Decimal(difference),
        method_id=method,
    )


POT_STAYS = ("l-2", "POT-1", 1)
DEARER = lines(("l-1", "MUG-RED", 2), POT_STAYS, difference="6.00", method="visa")
CHEAPER = lines(("l-1", "MUG-BLUE", 1), POT_STAYS, difference="-18.00", method="visa")
ACTIONS = {"cancel": CANCEL, "lines": CHEAPER, "address": ADDRESS, "payment": PAYMENT}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


# --- cancelled ---


def test_a_cancelled_order_gives_back_its_money_and_its_goods(desk: Desk) -> None:
    outcome = desk.has(an_order()).does(CANCEL)
    assert outcome.data["refunds"] == [
        {"amount": "76.00", "currency": "USD", "method": "Visa 4242", "kind": "credit_card"}
    ]
    assert (desk.order().status, desk.order().cancel_reason) == (OrderStatus.CANCELLED, "no_longer_needed")
    assert desk.refunds() == [("visa", "76.00", "pending")]
    assert desk.stock("MUG-BLUE", "POT-1") == [5, None]
    assert desk.tasks() == [("cancelled", "no_longer_needed · we moved · 76.00 USD Visa 4242")]


def test_each_method_gets_back_what_it_paid_and_a_gift_card_at_once(desk: Desk) -> None:
    split = [PAID | {"amount": "66.00"}, PAID | {"amount": "10.00", "method_id": "gift"}]
    desk.has(an_order(payments=split)).does(CANCEL)
    assert desk.refunds() == [("visa", "66.00", "pending"), ("gift", "10.00", "done")]
    assert desk.balance() == Decimal("30.00")


def test_a_gift_card_whose_balance_is_not_known_is_credited_by_the_shop(desk: Desk) -> None:
    unknown = {key: value for key, value in GIFT.items() if key != "balance"}
    desk.has(an_order(payments=[PAID | {"method_id": "gift"}]), methods=[unknown]).does(CANCEL)
    assert desk.refunds() == [("gift", "76.00", "pending")]
    assert desk.balance() is None


def test_what_was_given_back_before_is_not_given_back_again(desk: Desk) -> None:
    desk.has(an_order(payments=[PAID, PAID | {"kind": "refund", "amount": "70.00"}])).does(CANCEL)
    assert desk.refunds() == [("visa", "6.00", "pending")]


def test_an_order_that_was_not_paid_gives_nothing_back(desk: Desk) -> None:
    assert desk.has(an_order(payments=[])).does(CANCEL).data == {"refunds": []}
    assert desk.refunds() == []


def test_goods_that_were_oversold_are_counted_back(desk: Desk) -> None:
    desk.has(an_order())
    oversold = MUG | {"variants": [variant("MUG-BLUE", "18.00", -4)]}
    take_in(desk.engine, {"products": [oversold]})
    desk.does(CANCEL)
    assert desk.stock("MUG-BLUE") == [-2]


def test_a_reason_that_policy_does_not_take_cancels_nothing(desk: Desk) -> None:
    desk.shop = with_rules(cancel={"reasons": ["ordered_by_mistake"]})
    outcome = desk.has(an_order()).does(CANCEL)
    assert (outcome.status, outcome.code) == (Status.REFUSED, "reason")
    assert (desk.order().status, desk.refunds(), desk.tasks()) == (OrderStatus.PENDING, [], [])


# --- what holds for all of them ---


@pytest.mark.parametrize("what", ACTIONS)
@pytest.mark.parametrize(("now", "code"), [(left(), "shipped"), (arrived(), "delivered")])
def test_what_left_meanwhile_stays_as_it_is(desk: Desk, what: str, now: dict, code: str) -> None:
    desk.has(an_order())
    take_in(desk.engine, {"orders": [now]})
    before = desk.order()
    outcome = desk.does(ACTIONS[what])
    assert (outcome.status, outcome.code) == (Status.REFUSED, code)
    assert desk.order() == before
    assert (desk.stock("MUG-BLUE"), desk.balance(), desk.tasks()) == ([3], Decimal("20.00"), [])


@pytest.mark.parametrize("what", ACTIONS)
def test_once_per_key(desk: Desk, what: str) -> None:
    desk.has(an_order())
    first = desk.does(ACTIONS[what], "key")
    after = desk.order()
    assert first.status is Status.DONE
    assert desk.does(ACTIONS[what], "key") == first
    assert (desk.order(), len(desk.tasks())) == (after, 1)


@pytest.mark.parametrize("what", ACTIONS)
def test_of_an_order_there_is_not_nothing_is_changed(desk: Desk, what: str) -> None:
    assert desk.has().does(ACTIONS[what]).code == "no_such_order"


def test_of_two_cancellations_at_once_one_gives_the_money_back(desk: Desk) -> None:
    desk.has(an_order())
    outcomes = desk.at_once(CANCEL, CANCEL)
    assert sorted(outcome.code for outcome in outcomes) == ["", "already_cancelled"]
    assert desk.refunds() == [("visa", "76.00", "pending")]
    assert desk.stock("MUG-BLUE") == [5]


def test_of_a_change_and_a_cancellation_at_once_the_books_agree(desk: Desk) -> None:
    desk.has(an_order())
    desk.at_once(CANCEL, CHEAPER)
    assert sum(Decimal(amount) for _, amount, _ in desk.refunds()) == Decimal("76.00")
    assert desk.stock("MUG-BLUE") == [5]


# --- its lines ---


def test_a_dearer_variant_is_paid_for_and_taken_from_stock(desk: Desk) -> None:
    outcome = desk.has(an_order()).does(DEARER)
    assert outcome.data == {"total": "82.00", "currency": "USD"}
    order = desk.order()
    assert [(line.id, line.sku, line.quantity, str(line.price)) for line in order.lines] == [
        ("l-1", "MUG-RED", 2, "21.00"),
        ("l-2", "POT-1", 1, "40.00"),
    ]
    assert [(one.method_id, str(one.amount)) for one in order.payments] == [("visa", "76.00"), ("visa", "6.00")]
    assert desk.stock("MUG-BLUE", "MUG-RED") == [5, 0]
    assert [change.what for change in order.changes] == ["lines"]
    assert order.changes[0].before[0]["sku"] == "MUG-BLUE"
    assert desk.tasks() == [("order_lines", "2 × Mug (MUG-RED), 1 × Pot (POT-1) · 6.00 USD")]


def test_fewer_of_it_gives_money_and_goods_back(desk: Desk) -> None:
    desk.has(an_order()).does(CHEAPER)
    assert str(desk.order().total) == "58.00"
    assert desk.refunds() == [("visa", "18.00", "pending")]
    assert desk.stock("MUG-BLUE") == [4]


def test_a_line_is_taken_out(desk: Desk) -> None:
    desk.has(an_order()).does(lines(POT_STAYS, difference="-36.00", method="visa"))
    assert [line.id for line in desk.order().lines] == ["l-2"]
    assert desk.stock("MUG-BLUE") == [5]


def test_a_part_of_a_line_becomes_another_variant(desk: Desk) -> None:
    desk.has(an_order()).does(
        lines(("l-1", "MUG-BLUE", 1), (None, "MUG-RED", 1), POT_STAYS, difference="3.00", method="visa")
    )
    order = desk.order()
    assert [(line.sku, line.quantity) for line in order.lines] == [("MUG-BLUE", 1), ("MUG-RED", 1), ("POT-1", 1)]
    assert len({line.id for line in order.lines}) == 3
    assert desk.stock("MUG-BLUE", "MUG-RED") == [4, 1]


def test_a_gift_card_pays_the_difference_from_its_balance(desk: Desk) -> None:
    desk.has(an_order()).does(DEARER.model_copy(update={"method_id": "gift"}))
    assert desk.balance() == Decimal("14.00")


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lines(difference="-76.00"), "no_lines"),
        (lines(("l-9", "MUG-BLUE", 1)), "no_such_line"),
        (lines(("l-1", "MUG-BLUE", 1), ("l-1", "MUG-BLUE", 1), POT_STAYS), "no_such_line"),
        (lines(("l-1", "MUG-PINK", 2), POT_STAYS), "gone"),
        (lines(("l-1", "POT-1", 2), POT_STAYS, difference="44.00", method="visa"), "other_product"),
        (lines(("l-1", "MUG-GOLD", 2), POT_STAYS), "out_of_stock"),
        (lines(("l-1", "MUG-GREEN", 2), POT_STAYS, difference="-6.00", method="visa"), "out_of_stock"),
        (lines(("l-1", "MUG-BLUE", 11), POT_STAYS, difference="162.00", method="visa"), "too_many"),
        (lines(("l-1", "MUG-RED", 2), POT_STAYS, difference="5.00", method="visa"), "price_changed"),
        (lines(("l-1", "MUG-RED", 2), POT_STAYS, difference="6.00"), "no_such_method"),
        (lines(("l-1", "MUG-RED", 2), POT_STAYS, difference="6.00", method="nobody's"), "no_such_method"),
        (lines(("l-1", "MUG-BLUE", 1), POT_STAYS, difference="-18.00", method="paypal"), "no_such_method"),
    ],
)
def test_lines_that_cannot_be_so_leave_everything_as_it_was(desk: Desk, action: ChangeLines, code: str) -> None:
    before = desk.has(an_order()).order()
    outcome = desk.does(action)
    assert (outcome.status, outcome.code) == (Status.REFUSED, code)
    assert desk.order() == before
    assert (desk.stock("MUG-BLUE", "MUG-RED"), desk.balance(), desk.tasks()) == ([3, 2], Decimal("20.00"), [])


@pytest.mark.parametrize(
    ("rules", "action"),
    [
        ({"remove": False}, lines(POT_STAYS, difference="-36.00", method="visa")),
        (
            {"add": False},
            lines(("l-1", "MUG-BLUE", 2), POT_STAYS, (None, "MUG-RED", 1), difference="21.00", method="visa"),
        ),
        ({"items": False}, CHEAPER),
    ],
)
def test_what_policy_does_not_offer_is_not_done(desk: Desk, rules: dict, action: ChangeLines) -> None:
    desk.shop = with_rules(change=rules)
    assert desk.has(an_order()).does(action).code == "not_offered"


def test_a_price_that_rose_since_it_was_said_is_not_charged(desk: Desk) -> None:
    desk.has(an_order())
    take_in(desk.engine, {"products": [MUG | {"variants": [variant("MUG-RED", "25.00", 9)]}]})
    assert desk.does(DEARER).code == "price_changed"
    assert [str(one.amount) for one in desk.order().payments] == ["76.00"]


def test_a_gift_card_that_was_spent_meanwhile_takes_nothing(desk: Desk) -> None:
    desk.has(an_order(), methods=[VISA, GIFT | {"balance": "5.99"}])
    assert desk.does(DEARER.model_copy(update={"method_id": "gift"})).code == "card_too_low"
    assert (desk.balance(), desk.stock("MUG-RED")) == (Decimal("5.99"), [2])


def test_of_two_who_want_the_last_one_gets_it(desk: Desk) -> None:
    second = an_order(id="o-2", number="1002")
    last = lines(("l-1", "MUG-RED", 2), POT_STAYS, difference="6.00", method="visa")
    desk.has(an_order(), second)
    outcomes = desk.at_once(last, last.model_copy(update={"order_id": "o-2"}))
    assert sorted(outcome.code for outcome in outcomes) == ["", "out_of_stock"]
    assert desk.stock("MUG-RED") == [0]


# --- address and payment ---


def test_a_new_address_stands_on_the_order_with_the_old_one_kept(desk: Desk) -> None:
    desk.has(an_order(shipping_address={"line1": "1 Elm St"})).does(ADDRESS)
    order = desk.order()
    assert order.shipping_address == OAK
    assert (order.changes[0].what, order.changes[0].before["line1"]) == ("address", "1 Elm St")
    assert desk.tasks() == [("order_address", "2 Oak St, Portland, 97205, US")]


def test_another_method_pays_and_the_first_gets_its_money_back(desk: Desk) -> None:
    outcome = desk.has(an_order()).does(PAYMENT)
    assert [money["method"] for money in outcome.data["refunds"]] == ["Visa 4242"]
    order = desk.order()
    assert [(one.method_id, str(one.amount)) for one in order.payments] == [("visa", "76.00"), ("paypal", "76.00")]
    assert desk.refunds() == [("visa", "76.00", "pending")]
    assert order.changes[0].after == [{"method_id": "paypal", "amount": "76.00"}]


@pytest.mark.parametrize(
    ("method", "amount", "code"),
    [
        ("visa", "76.00", "same_method"),
        ("gift", "76.00", "card_too_low"),
        ("paypal", "75.00", "price_changed"),
        ("nobody's", "76.00", "no_such_method"),
    ],
)
def test_a_payment_that_cannot_be_so_changes_nothing(desk: Desk, method: str, amount: str, code: str) -> None:
    before = desk.has(an_order()).order()
    outcome = desk.does(ChangePayment(order_id="o-1", method_id=method, amount=Decimal(amount)))
    assert (outcome.code, desk.order()) == (code, before)
    assert desk.balance() == Decimal("20.00")


# --- kept ---


def test_what_was_changed_survives_an_export_and_an_import(desk: Desk, other: Engine) -> None:
    desk.has(an_order(), an_order(id="o-2", number="1002"))
    for action in (DEARER, ADDRESS, PAYMENT.model_copy(update={"amount": Decimal("82.00")})):
        assert desk.does(action).status is Status.DONE
    assert desk.does(CANCEL.model_copy(update={"order_id": "o-2"})).status is Status.DONE
    text = export(desk.engine)
    first, second = json.loads(text)["orders"]
    assert [change["what"] for change in first["changes"]] == ["lines", "address", "payment"]
    assert (second["status"], second["cancel_reason"]) == ("cancelled", "no_longer_needed")
    take_in(other, json.loads(text))
    assert export(other) == text
    take_in(desk.engine, json.loads(text))
    assert export(desk.engine) == text
