"""Of several wishes in one message each has what its own part names, and what is said once for all."""

import pytest


def told(ear, text, name="order_numbers"):
    return [(wish.intent, wish.named.get(name)) for wish in ear(text).wishes]


A, B = "#W2611340", "#W2618852"


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (f"cancel order {A} and return the lamp from {B}", [("cancel_order", [A]), ("return", [B])]),
        (
            f"cancel {A}. Return the lamp from {B}. Where is my other order?",
            [("cancel_order", [A]), ("return", [B]), ("where_is_my_order", None)],
        ),
        (f"order {A}: where is it and can I get the receipt?", [("where_is_my_order", [A]), ("resend_receipt", [A])]),
        (f"cancel order {A}. And where is my other order?", [("cancel_order", [A]), ("where_is_my_order", None)]),
        (
            f"Return the lamp. My other order {A} is still pending. Please cancel it.",
            [("return", None), ("cancel_order", [A])],
        ),
        (f"Cancela el pedido {A} y quiero devolver el {B}", [("cancel_order", [A]), ("return", [B])]),
    ],
)
def test_each_wish_has_its_own_order(ear, text, wishes):
    assert told(ear, text) == wishes


def test_each_wish_has_its_own_things(ear):
    text = "I want to return the lamp, it is too big, and cancel the shirt order"
    assert told(ear, text, "products") == [("return", ["lamp"]), ("cancel_order", ["shirt-blue", "shirt-red"])]
    assert told(ear, text, "reason") == [("return", "wrong_size"), ("cancel_order", None)]


def test_a_wish_told_twice_is_about_both(ear):
    text = f"cancel {A}. Return the lamp from {B}. Also cancel W9999999."
    assert told(ear, text) == [("cancel_order", [A, "W9999999"]), ("return", [B])]


def test_what_is_said_for_all_is_everyones(ear):
    text = f"where is {A} and please send the receipt to maya@example.com"
    assert [found for _, found in told(ear, text, "emails")] == [["maya@example.com"]] * 2


def test_one_wish_has_what_the_message_names(ear):
    wish = ear(f"hi, i got {A} yesterday. the blue shirt is too small. i want to return it").wishes[0]
    assert wish.named["order_numbers"] == [A]
    assert wish.named["products"] == ["shirt-blue"]


def test_what_another_wish_hangs_on_is_no_wish(ear):
    reading = ear("I want to return the lamp and the mug. Only if the refund goes to the credit card ending 9513.")
    assert [wish.intent for wish in reading.wishes] == ["return"]
    assert reading.wishes[0].condition == "Only if the refund goes to the credit card ending 9513"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        (f"cancel {A} and refund it to the gift card", "cancel_order"),
        (f"Please cancel {A} because I no longer need it and refund to my gift card.", "cancel_order"),
        ("I want to return the lamp. Put the refund on a gift card.", "return"),
    ],
)
def test_where_the_money_goes_belongs_to_what_pays_it_back(ear, text, intent):
    wishes = ear(text).wishes
    assert [wish.intent for wish in wishes] == [intent]
    assert [method["kind"] for method in wishes[0].named["methods"]] == ["gift_card"]
