"""What was paid by which method, and where money may go to or come from."""

from decimal import Decimal

import pytest

from bot.paying import (
    can_pay,
    method_name,
    method_of,
    method_view,
    original_method,
    paid_by_method,
    refundable_to,
)
from bot.records import Customer, Order, PaymentMethod
from tests.bot.stories import NOW, customer, order

VISA = {"id": "visa", "kind": "credit_card", "label": "Visa", "last4": "4242"}
PAYPAL = {"id": "paypal", "kind": "paypal"}
CARD = {"id": "gift", "kind": "gift_card", "balance": "20.00"}
CREDIT = {"id": "credit", "kind": "store_credit", "balance": "0.00"}


def paid(*payments: tuple[str, str, str | None], refunds: tuple[tuple[str, str | None], ...] = ()) -> Order:
    return order(
        payments=[{"kind": kind, "amount": amount, "method_id": method} for kind, amount, method in payments],
        refunds=[{"amount": amount, "method_id": method, "at": NOW.isoformat()} for amount, method in refunds],
    )


def owner(*methods: dict) -> Customer:
    return customer(payment_methods=list(methods))


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (paid(), {}),
        (paid(("payment", "29.00", "visa")), {"visa": "29.00"}),
        (paid(("payment", "19.00", "visa"), ("payment", "10.00", "gift")), {"visa": "19.00", "gift": "10.00"}),
        (paid(("payment", "29.00", "visa"), ("refund", "9.00", "visa")), {"visa": "20.00"}),
        (paid(("payment", "29.00", "visa"), refunds=(("29.00", "visa"),)), {}),
        (paid(("payment", "29.00", "visa"), refunds=(("9.00", "gift"),)), {"visa": "29.00"}),
        (paid(("payment", "29.00", None)), {None: "29.00"}),
    ],
)
def test_what_the_shop_still_holds_by_method(one, held):
    assert {method: str(amount) for method, amount in paid_by_method(one).items()} == held


@pytest.mark.parametrize(
    ("one", "original"),
    [
        (paid(), None),
        (paid(("payment", "9.00", "gift"), ("payment", "20.00", "visa")), "visa"),
        (paid(("payment", "10.00", "gift"), ("payment", "10.00", "visa")), "gift"),
        (paid(("payment", "9.00", "gift"), refunds=(("9.00", "gift"),)), "gift"),
    ],
)
def test_the_original_method_holds_most_of_it(one, original):
    assert original_method(one) == original


@pytest.mark.parametrize(
    ("allowed", "methods"),
    [
        (["original"], ("visa",)),
        (["original", "gift_card"], ("visa", "gift")),
        (["gift_card"], ("gift",)),
        (["store_credit"], ("credit",)),
        (["original", "other"], ("visa", "paypal", "gift", "credit")),
        ([], ()),
    ],
)
def test_where_a_refund_may_go(allowed, methods):
    one = paid(("payment", "29.00", "visa"))
    assert refundable_to(one, owner(PAYPAL, VISA, CARD, CREDIT), allowed) == methods


def test_a_gift_card_that_paid_is_a_gift_card_too():
    assert refundable_to(paid(("payment", "9.00", "gift")), owner(VISA, CARD), ["gift_card"]) == ("gift",)


def test_what_was_paid_by_no_known_method_goes_back_the_way_it_came():
    assert refundable_to(paid(("payment", "29.00", None)), None, ["original", "gift_card"]) == (None,)


@pytest.mark.parametrize(
    ("balance", "amount", "able"),
    [("20.00", "20.00", True), ("20.00", "20.01", False), (None, "0.01", False)],
)
def test_a_gift_card_pays_what_it_covers_to_the_cent(balance, amount, able):
    method = PaymentMethod.model_validate(CARD | {"balance": balance})
    assert can_pay(method, Decimal(amount)) is able


def test_other_methods_are_asked_when_they_are_charged():
    assert can_pay(PaymentMethod.model_validate(VISA), Decimal("99999.00"))


@pytest.mark.parametrize(("method", "name"), [(VISA, "Visa 4242"), (PAYPAL, "paypal"), (CARD, "gift card")])
def test_a_method_is_called_what_its_owner_calls_it(method, name):
    found = method_of(owner(VISA, PAYPAL, CARD), method["id"])
    assert method_name(found) == name
    assert method_view(found) == {"name": name, "kind": method["kind"]}


def test_a_method_that_is_not_on_record_has_no_name():
    assert method_of(owner(), "visa") is None
    assert method_of(None, "visa") is None
    assert method_view(None) == {"name": None, "kind": None}
