"""Sizes and colours, as far as the catalogue knows them."""

from decimal import Decimal

import pytest

from bot.records import Variant
from tests.bot.understanding.conftest import CUSTOMER, Customer


def variant(name, **options):
    return Variant(sku=name, options=options, price=Decimal("10.00"), currency="USD")


WIDE = Customer(
    orders=CUSTOMER.orders,
    catalogue=(
        variant("black-42", color="black", size="42"),
        variant("blue-l", color="blue", size="L"),
        variant("blue-xl", color="blue", size="XL"),
    ),
)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("size 42 in black pls", {"size": "42", "color": "black"}),
        ("talla 42 en negro", {"size": "42", "color": "black"}),
        ("Größe 42, schwarz", {"size": "42", "color": "black"}),
        ("taille 42 noire", {"size": "42", "color": "black"}),
        ("the black one", {"color": "black"}),
        ("can i get it in large", {"size": "L"}),
        ("extra large please", {"size": "XL"}),
        ("xl", {"size": "XL"}),
    ],
)
def test_an_option_is_named_as_the_catalogue_writes_it(ear, text, options):
    assert ear(text, known=WIDE).entities.options == options


@pytest.mark.parametrize("text", ["size 50", "in turquoise", "where is my order", "42 days ago"])
def test_what_the_catalogue_does_not_have_is_no_option(ear, text):
    assert ear(text, known=WIDE).entities.options == {}


def test_a_stranger_has_no_options(ear, stranger):
    assert ear("size 42 in black", known=stranger).entities.options == {}
