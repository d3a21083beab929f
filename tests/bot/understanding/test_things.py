"""What is said of one's own things tells the wish; what things are called does not hide one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.model import Choice, Expected, Kind
from bot.records import Customer as Person
from bot.records import PaymentMethod, Product, Variant
from bot.understanding.masking import masked, names_of
from bot.understanding.normalise import normalise
from tests.bot.understanding.conftest import Customer, line, order

GRILL = Product(
    id="grill",
    title="Grill",
    variants=tuple(
        Variant(sku=f"grill-{size}", options={"type": "charcoal", "size": size}, price=Decimal("90.00"), currency="USD")
        for size in ("small", "large")
    ),
)
BOUGHT = line("grill-small", "Grill", type="charcoal", size="small").model_copy(update={"product_id": "grill"})
OWNER = Customer(
    today=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    orders=(order("#W7003000", BOUGHT, line("pet-bed", "Pet Bed", color="grey")),),
    bought=(GRILL,),
    customer=Person(id="c1", payment_methods=(PaymentMethod(id="pp", kind="paypal", label="PayPal"),)),
)


def heard(ear, text):
    return [(wish.intent, wish.kind) for wish in ear(text, known=OWNER).wishes]


@pytest.mark.parametrize(
    "text",
    [
        "please change the grill in my order #W7003000: size large instead",
        "can you swap the grill for a large one? everything else the same",
        "switch my grill to the large size",
    ],
)
def test_what_is_wanted_in_a_things_place_is_an_exchange(ear, text):
    assert {intent for intent, _ in heard(ear, text)} <= {"exchange", "change_order"} != set()


@pytest.mark.parametrize("text", ["pay #W7003000 with my paypal", "pay #W7003000 with a gift card"])
def test_a_way_to_pay_for_an_order_changes_its_payment(ear, text):
    assert heard(ear, text) == [("change_order", "payment")]


def test_a_second_part_that_only_names_things_is_no_wish_of_its_own(ear):
    assert [intent for intent, _ in heard(ear, "i want to return the grill and pet bed from order #W7003000")] == [
        "return"
    ]


def test_a_question_about_a_thing_beside_a_wish_is_one(ear):
    told = heard(ear, "I want to return the grill. Also where is my pet bed?")
    assert [intent for intent, _ in told] == ["return", "where_is_my_order"]


def test_why_something_goes_back_is_no_second_wish(ear):
    assert [intent for intent, _ in heard(ear, "can i return the grill? changed my mind")] == ["return"]


def test_names_are_put_back_where_they_stood():
    text = normalise("return the pet bed, and the Grill too please", {})
    hidden = masked(text, names_of(["Pet Bed", "Grill"], frozenset()), {})
    assert hidden.names == ("pet bed", "Grill")
    assert "grill" not in hidden.text.bare
    assert hidden.restored(hidden.text.clean) == "return the pet bed, and the Grill too please"
    assert hidden.restored(hidden.text.clean.split(", ")[1]) == "and the Grill too please"


def test_a_text_without_names_stays_as_it_is():
    text = normalise("where is my order", {})
    assert masked(text, names_of(["Grill"], frozenset()), {}).text is text


WHY = Expected(
    name="reason",
    kind=Kind.REASON,
    choices=tuple(Choice(id=one, title=one) for one in ("no_longer_needed", "late", "other")),
)


@pytest.mark.parametrize("text", ["return the grill", "where is my other order", "talk to a human"])
def test_another_wish_is_no_reason(ear, text):
    reading = ear.reader.read(text, WHY, OWNER, None)
    assert not reading.answered
    assert reading.wishes


@pytest.mark.parametrize("text", ["it clashes with my kitchen", "money is tight", "moving abroad next month"])
def test_any_other_words_are_another_reason(ear, text):
    assert ear.reader.read(text, WHY, OWNER, None).answer == {"reason": "other", "words": text}
