"""What a text names, against the customer's own records first."""

import pytest


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("where is #W2611340", ("#W2611340",)),
        ("where is w2611340?", ("#W2611340",)),
        ("where is order 1340", ("#W2611340",)),
        ("where is W261134O and W2618852", ("#W2618852", "#W2611340")),
        ("status of order 99001", ("99001",)),
        ("order no. 4711 please", ("4711",)),
        ("where is A-1001", ("A-1001",)),
        ("5521", ("5521",)),
    ],
)
def test_order_numbers(ear, text, numbers):
    assert ear(text).entities.order_numbers == numbers


@pytest.mark.parametrize(
    "text",
    [
        "call me at 415-555-0132",
        "my number is (415) 555-0132",
        "tracking 1Z999AA10123456784",
        "i paid $1200 for it",
        "i paid 1200 dollars",
        "it has 500ml and needs 220v",
        "i ordered on 2026-11-02",
        "write to agent4711@example.com",
        "https://example.com/orders/12345 does not open",
        "since 2019 i buy from you",
        "in 10 days",
    ],
)
def test_what_is_no_order_number(ear, text):
    assert ear(text).entities.order_numbers == ()


def test_tracking_numbers_are_compared_with_the_customers_parcels(ear):
    assert ear("what about 1z 999 aa1 0123456784").entities.tracking_numbers == ("1Z999AA10123456784",)
    assert ear("9400 1000 0000 0000 0000 00 is stuck").entities.tracking_numbers == ("9400100000000000000000",)


def test_phones_are_valid_numbers_in_e164(ear):
    assert ear("ring me on (415) 555-0132").entities.phones == ("+14155550132",)
    assert ear("order 2611340").entities.phones == ()


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("the lamp is broken", ("lamp",)),
        ("the stonewear thing is broken", ("mug",)),
        ("the shirts do not fit", ("shirt-blue", "shirt-red")),
        ("the blue shirt does not fit", ("shirt-blue",)),
        ("no, the red one", ("shirt-red",)),
        ("my mugs came in pieces", ("mug",)),
        ("where is my order", ()),
    ],
)
def test_products_are_lines_of_the_customers_orders(ear, text, products):
    assert ear(text).entities.products == products


def test_days_are_told_from_verbs_and_greetings(ear):
    assert ear("can it come on friday").entities.dates == ("2026-11-27",)
    assert ear("may I ask where it is").entities.dates == ()
    assert ear("guten morgen").entities.dates == ()
    assert ear("I bought it on 3 November").entities.dates == ("2026-11-03",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("my package arrived broken", "damaged"),
        ("it says delivered but i don't have it", "not_received"),
        ("one item is missing", "missing_item"),
        ("you sent me the wrong item", "wrong_item"),
        ("the package is stuck at customs", "customs"),
        ("i missed the delivery", "attempt_failed"),
        ("the parcel got lost", "lost"),
        ("it was shipped to the wrong address", "wrong_address"),
        ("my package is being returned to sender", "returned"),
        ("el paquete llegó roto", "damaged"),
        ("where is my order", ""),
    ],
)
def test_the_kind_of_delivery_problem_is_heard(ear, text, problem):
    assert ear(text).entities.problem == problem


def test_a_stranger_has_no_orders_to_compare_with(ear, stranger):
    reading = ear("where is 1340 my lamp", known=stranger)
    assert reading.entities.products == ()


def test_a_year_is_no_order_number(ear):
    assert ear("i bought it in 2019").entities.order_numbers == ()


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("it was $39.99", ("39.99",)),
        ("39,99 €", ("39.99 EUR",)),
        ("1.299,00 EUR", ("1299.00 EUR",)),
        ("i paid £1,299.50", ("1299.50 GBP",)),
        ("you charged me 20 dollars twice, 20 dollars", ("20 USD",)),
        ("20 bucks", ("20 USD",)),
        ("it costs 1.299 €", ("1299 EUR",)),
        ("$5.5", ("5.50",)),
        ("order 39 is late", ()),
        ("2 mugs", ()),
    ],
)
def test_amounts_of_money(ear, text, amounts):
    assert ear(text).entities.amounts == amounts


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        *(("2x the lamp", 2), ("lamp x3", 3), ("two of them", 2), ("both are broken", 2), ("5 pieces", 5)),
        *(("3 Stück", 3), ("2 unidades", 2), ("order 2", None), ("i ordered 2 weeks ago", None)),
        *(("1920x1080", None), ("the second of them", None), ("one of them is missing", 1)),
    ],
)
def test_how_many_of_a_thing(ear, text, quantity):
    assert ear(text).entities.quantity == quantity
