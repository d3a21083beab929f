"""Ways to pay and be paid, in strangers' words, against the methods a customer has."""

import pytest

from bot.records import Customer
from tests.bot.understanding.conftest import CUSTOMER, replace_customer

MAYA = Customer.model_validate(
    {
        "id": "c1",
        "payment_methods": [
            {"id": "pp", "kind": "paypal"},
            {"id": "gc", "kind": "gift_card", "balance": "40.00"},
            {"id": "visa", "kind": "credit_card", "label": "visa", "last4": "4242"},
            {"id": "master", "kind": "credit_card", "label": "mastercard", "last4": "9513"},
        ],
    }
)
KNOWN = replace_customer(CUSTOMER, MAYA)


def named(ear, text):
    return [(method.kind, method.id) for method in ear(text, known=KNOWN).entities.methods]


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        ("refund it to my PayPal", [("paypal", "pp")]),
        ("put the money on the gift card please", [("gift_card", "gc")]),
        ("refund to the visa ending 4242", [("credit_card", "visa")]),
        ("use the card ending in 9513", [("credit_card", "master")]),
        ("my mastercard", [("credit_card", "master")]),
        ("on my credit card", [("credit_card", None)]),
        ("back to the original payment method", [("original", None)]),
        ("back to the card i paid with", [("original", None)]),
        ("store credit is fine", [("store_credit", None)]),
        ("not to the gift card, put it on paypal", [("paypal", "pp")]),
        ("store credit instead of a refund to paypal", [("store_credit", None)]),
        ("switch the payment from paypal to my visa", [("credit_card", "visa")]),
        ("auf meine Kreditkarte mit 4242", [("credit_card", "visa")]),
        ("statt PayPal lieber als Gutschein", [("store_credit", None)]),
        ("por favor a mi tarjeta de regalo", [("gift_card", "gc")]),
        ("con la misma tarjeta", [("original", None)]),
        ("sur ma carte cadeau", [("gift_card", "gc")]),
        ("no cartão de presente", [("gift_card", "gc")]),
        ("sulla carta regalo", [("gift_card", "gc")]),
        ("op mijn cadeaukaart", [("gift_card", "gc")]),
        ("i paid with paypal", []),
        ("it was a birthday card", []),
        ("where is my order", []),
    ],
)
def test_a_way_to_pay_is_heard(ear, text, methods):
    assert named(ear, text) == methods


def test_the_last_digits_of_a_card_are_no_order_number(ear):
    assert ear("refund to the visa ending 4242", known=KNOWN).entities.order_numbers == ()
    assert ear("my order ends in 1340", known=KNOWN).entities.order_numbers == ("#W2611340",)


def test_a_card_that_is_not_theirs_has_its_digits_and_no_id(ear):
    method = ear("put it on the visa ending 1111", known=KNOWN).entities.methods[0]
    assert (method.last4, method.id) == ("1111", None)
