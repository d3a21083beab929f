"""What may be done to an order: every answer with the rule that gave it, every limit to the second."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.merchant.schema import Policies
from bot.policy import (
    address_changeable,
    cancellable,
    delivered_at,
    for_a_person,
    has_left,
    is_vip,
    items_changeable,
    payment_changeable,
    postage_paid_by,
    quantity_left,
    reason_accepted,
    restocking_fee,
    returnable,
)
from bot.records import Order, Product
from tests.bot.stories import NOW, customer, order, parcel

SECOND = timedelta(seconds=1)
PLACED = NOW - timedelta(days=4)
QUESTIONS = {
    "cancel": cancellable,
    "items": items_changeable,
    "address": address_changeable,
    "payment": payment_changeable,
}
DELIVERED = ("delivered", None, 24)


def policies(**sections) -> Policies:
    return Policies.model_validate(sections)


def changed(*whats: str, after=None) -> Order:
    return order(changes=[{"at": PLACED.isoformat(), "what": what, "after": after} for what in whats])


def product(**fields) -> Product:
    return Product.model_validate({"id": "p-1", "title": "Bottle", "category": "kitchen"} | fields)


def asked(one: Order, goods: Product | None = None, now: datetime = NOW, **rules):
    return returnable(one, one.lines[0], goods, policies(returns=rules), now)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("one", "code"),
    [
        (order(status="cancelled"), "already_cancelled"),
        (order(status="shipped"), "shipped"),
        (order(status="delivered"), "delivered"),
        (order("FF-1001", ("in_transit", None, 3), status="pending"), "shipped"),
    ],
)
def test_nothing_of_what_is_gone_is_changed(question, one, code):
    verdict = QUESTIONS[question](one, Policies(), NOW)
    assert (verdict.granted, verdict.rule, verdict.code) == (False, "records.order.status", code)


def test_a_label_alone_has_not_left():
    labelled = order("FF-1001", ("pre_transit", None, 3), status="pending")
    assert not has_left(labelled)
    assert cancellable(labelled, Policies(), NOW).granted


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_a_limit_it_is_the_order_that_decides(question):
    verdict = QUESTIONS[question](order(), Policies(), NOW)
    assert (verdict.granted, verdict.rule, verdict.until) == (True, "records.order.status", None)


@pytest.mark.parametrize(
    ("question", "section", "switch"),
    [
        ("cancel", "cancel", "allowed"),
        ("items", "change", "items"),
        ("address", "change", "address"),
        ("payment", "change", "payment"),
    ],
)
def test_what_is_not_offered_is_refused_by_its_switch(question, section, switch):
    verdict = QUESTIONS[question](order(), policies(**{section: {switch: False}}), NOW)
    assert (verdict.granted, verdict.rule, verdict.code) == (False, f"policies.{section}.{switch}", "not_offered")


@pytest.mark.parametrize(
    ("question", "section", "rule"),
    [
        ("cancel", "cancel", "within_hours"),
        ("items", "change", "items_within_hours"),
        ("address", "change", "address_within_hours"),
        ("payment", "change", "payment_within_hours"),
    ],
)
def test_the_hours_after_an_order_end_to_the_second(question, section, rule):
    rules = policies(**{section: {rule: 2}})
    until = PLACED + timedelta(hours=2)
    last, late = (QUESTIONS[question](order(), rules, moment) for moment in (until, until + SECOND))
    assert (last.granted, last.rule, last.until) == (True, f"policies.{section}.{rule}", until)
    assert (late.granted, late.code, late.rule, late.until) == (
        False,
        "too_late",
        f"policies.{section}.{rule}",
        until,
    )


def test_no_hours_at_all_are_over_with_the_order():
    rules = policies(cancel={"within_hours": 0})
    assert cancellable(order(), rules, PLACED).granted
    assert not cancellable(order(), rules, PLACED + SECOND).granted


@pytest.mark.parametrize(
    ("times", "before", "may"), [(None, 5, True), (1, 0, True), (1, 1, False), (2, 1, True), (2, 2, False)]
)
def test_items_are_changed_as_often_as_policy_lets_them(times, before, may):
    verdict = items_changeable(changed(*["lines"] * before), policies(change={"items_times": times}), NOW)
    assert verdict.granted is may
    assert may or (verdict.rule, verdict.code) == ("policies.change.items_times", "items_changed")


def test_other_changes_do_not_count_as_changed_items():
    rules = policies(change={"items_times": 1}, cancel={"after_item_change": False})
    assert items_changeable(changed("address", "payment"), rules, NOW).granted
    assert cancellable(changed("address", "payment"), rules, NOW).granted


def test_an_order_whose_items_were_changed_is_not_cancelled_where_policy_says_so():
    assert cancellable(changed("lines"), Policies(), NOW).granted
    verdict = cancellable(changed("lines"), policies(cancel={"after_item_change": False}), NOW)
    assert (verdict.granted, verdict.rule, verdict.code) == (
        False,
        "policies.cancel.after_item_change",
        "items_changed",
    )


def test_an_exchange_order_is_undone_by_a_person_whatever_policy_says():
    one = changed("exchange_of", after={"order_id": "o-1"})
    verdict = cancellable(one, policies(cancel={"allowed": False}), NOW)
    assert (verdict.granted, verdict.rule, verdict.code) == (False, "records.order.exchange", "exchange")


@pytest.mark.parametrize(
    ("reason", "accepted", "may"),
    [
        ("late", (), True),
        ("late", ("late",), True),
        ("late", ("gift",), False),
        ("late", ("gift", "other"), True),
        ("other", ("gift",), False),
    ],
)
def test_which_reasons_will_do(reason, accepted, may):
    assert reason_accepted(reason, accepted) is may


# --- returns ---


@pytest.mark.parametrize(
    ("one", "goods", "rules", "rule", "code"),
    [
        (order(status="cancelled"), None, {}, "records.order.status", "already_cancelled"),
        (order(), None, {}, "records.order.status", "not_delivered"),
        (order("FF-1001", ("in_transit", None, 5)), None, {}, "records.order.status", "not_delivered"),
        (
            order("FF-1001", ("delivered", None, 9), ("in_transit", None, 5)),
            None,
            {},
            "records.order.status",
            "not_delivered",
        ),
        (order("FF-1001", DELIVERED), product(returnable=False), {}, "records.product.returnable", "not_returnable"),
        (order("FF-1001", DELIVERED), product(final_sale=True), {}, "policies.returns.final_sale", "final_sale"),
        (
            order("FF-1001", DELIVERED),
            product(),
            {"window_by_category": {"kitchen": 0}},
            "policies.returns.window_by_category.kitchen",
            "not_returnable",
        ),
        (order("FF-1001", DELIVERED), None, {"window_days": 0}, "policies.returns.window_days", "too_late"),
    ],
)
def test_what_does_not_go_back_and_by_which_rule(one, goods, rules, rule, code):
    verdict = asked(one, goods, **rules)
    assert (verdict.granted, verdict.rule, verdict.code) == (False, rule, code)


def test_final_sale_goes_back_where_policy_lets_it():
    assert asked(order("FF-1001", DELIVERED), product(final_sale=True), final_sale=True).granted


@pytest.mark.parametrize(
    ("goods", "rules", "days", "rule"),
    [
        (None, {}, 30, "policies.returns.window_days"),
        (product(), {"window_days": 14}, 14, "policies.returns.window_days"),
        (product(), {"window_by_category": {"kitchen": 60}}, 60, "policies.returns.window_by_category.kitchen"),
        (product(), {"window_by_category": {"home": 60}}, 30, "policies.returns.window_days"),
        (product(category=None), {"window_by_category": {"kitchen": 60}}, 30, "policies.returns.window_days"),
    ],
)
def test_the_window_ends_to_the_second_after_delivery(goods, rules, days, rule):
    one = order("FF-1001", DELIVERED)
    until = NOW - timedelta(hours=24) + timedelta(days=days)
    last, late = (asked(one, goods, moment, **rules) for moment in (until, until + SECOND))
    assert (last.granted, last.rule, last.until) == (True, rule, until)
    assert (late.granted, late.rule, late.code, late.until) == (False, rule, "too_late", until)


def test_without_the_carriers_word_the_window_counts_from_the_order():
    assert asked(order(status="delivered")).until == PLACED + timedelta(days=30)


def test_each_line_counts_from_its_own_parcel():
    lines = [
        {"id": "l-1", "sku": "A", "title": "A", "quantity": 1, "price": "1.00"},
        {"id": "l-2", "sku": "B", "title": "B", "quantity": 1, "price": "1.00"},
    ]
    parcels = [
        parcel("1", ("delivered", None, 48), lines=["l-1"]),
        parcel("2", ("in_transit", None, 4), lines=["l-2"]) | {"id": "s-2"},
    ]
    one = order(status="shipped", lines=lines, shipments=parcels)
    assert [delivered_at(one, line) for line in one.lines] == [NOW - timedelta(hours=48), None]
    assert [returnable(one, line, None, Policies(), NOW).granted for line in one.lines] == [True, False]


@pytest.mark.parametrize(
    ("happened", "left"),
    [
        ({}, 3),
        ({"returns": [("requested", 1)]}, 2),
        ({"returns": [("refunded", 1), ("requested", 2)]}, 0),
        ({"returns": [("cancelled", 3), ("refused", 3)]}, 3),
        ({"changes": [("replacement", "l-1")]}, 0),
        ({"changes": [("refund", "l-2")]}, 3),
    ],
)
def test_what_is_back_or_made_good_is_not_returned_twice(happened, left):
    returns = [
        {
            "id": f"r-{number}",
            "requested_at": NOW.isoformat(),
            "status": status,
            "lines": [{"line_id": "l-1", "quantity": quantity}],
        }
        for number, (status, quantity) in enumerate(happened.get("returns", ()))
    ]
    changes = [
        {"at": NOW.isoformat(), "what": what, "after": {"line_ids": [line]}}
        for what, line in happened.get("changes", ())
    ]
    lines = [{"id": "l-1", "sku": "A", "title": "A", "quantity": 3, "price": "1.00"}]
    one = order("FF-1001", DELIVERED, lines=lines, returns=returns, changes=changes)
    assert quantity_left(one, one.lines[0]) == left
    verdict = asked(one)
    assert verdict.granted is bool(left)
    assert left or (verdict.rule, verdict.code) == ("records.returns", "already_returned")


@pytest.mark.parametrize(
    ("value", "reason", "percent", "fee"),
    [
        ("29.00", "changed_mind", 0, "0.00"),
        ("29.00", "changed_mind", 15, "4.35"),
        ("0.10", "changed_mind", 15, "0.02"),  # half a cent goes up
        ("29.00", "damaged", 15, "0.00"),
    ],
)
def test_the_restocking_fee_to_the_cent(value, reason, percent, fee):
    rules = policies(returns={"restocking_fee_percent": percent})
    assert str(restocking_fee(Decimal(value), reason, rules)) == fee


def test_who_pays_for_the_way_back():
    rules = policies(returns={"postage": "customer"})
    assert postage_paid_by("changed_mind", rules) == "customer"
    assert postage_paid_by("wrong_item", rules) == "shop"


@pytest.mark.parametrize(
    ("tags", "limit", "reason"),
    [
        ([], None, ""),
        (["fraud"], None, "fraud_suspected"),
        ([], "29.01", ""),
        ([], "29.00", "high_value"),
        (["fraud"], "1.00", "fraud_suspected"),
    ],
)
def test_what_a_person_decides(tags, limit, reason):
    rules = policies(care={"high_value": limit and Decimal(limit)})
    assert for_a_person(order(), customer(tags=tags), rules) == reason


def test_nobody_known_is_nobody_special():
    assert for_a_person(order(), None, Policies()) == ""
    assert not is_vip(None, Policies())
    assert is_vip(customer(tags=["vip"]), Policies())
