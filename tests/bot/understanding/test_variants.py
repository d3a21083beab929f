"""Which variant fits what was asked for, and which one an answer picks: never one that contradicts a value said."""

import random
from decimal import Decimal

import pytest

from bot.model import Choice, Expected, Kind
from bot.records import Line, Product, Variant
from bot.understanding.lexicon import lexicon
from bot.understanding.variants import fitting, read_variant
from tests.bot.understanding.catalogue import products
from tests.bot.understanding.conftest import CUSTOMER, Customer

WORDS = lexicon()


def variant(name: str, price: str = "10.00", stock: int | None = 5, **options: str) -> Variant:
    return Variant(sku=name, options=options, price=Decimal(price), currency="USD", stock=stock)


SHIRT = Product(
    id="shirt",
    title="T-Shirt",
    variants=(
        variant("blue-s", color="blue", size="S"),
        variant("blue-m", color="blue", size="M"),
        variant("blue-l", "14.00", color="blue", size="L"),
        variant("blue-xl", "9.00", stock=0, color="blue", size="XL"),
        variant("red-s", color="red", size="S"),
        variant("red-m", "12.00", color="red", size="M"),
        variant("black-l", color="black", size="L"),
    ),
)
MINE = Line(
    id="l",
    product_id="shirt",
    sku="blue-m",
    title="T-Shirt",
    options={"color": "blue", "size": "M"},
    quantity=1,
    price=Decimal("9.00"),
)


def skus(wanted: dict[str, str], line: Line | None = MINE, keep: tuple[str, ...] = ()) -> str:
    return " ".join(found.sku for found in fitting(SHIRT, line, wanted, keep))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"color": "red"}, "red-m"),  # the size stays: that one alone
        ({"color": "black"}, "black-l"),  # not to be had in M: what there is
        ({"color": "red", "size": "S"}, "red-s"),
        ({"color": "green"}, ""),
        ({"size": "+1"}, "blue-l"),
        ({"size": "-1"}, "blue-s"),
        ({"size": "+2"}, "blue-xl"),
        ({"size": "+3"}, ""),
        ({"size": "+"}, "blue-l blue-xl"),  # the next one first
        ({"rank": "cheapest"}, "blue-s blue-m red-s black-l"),  # of those in stock
        ({"rank": "cheapest", "color": "red"}, "red-s"),
        ({"rank": "dearest"}, "blue-l"),
        ({"size": "extra large"}, "blue-xl"),
        ({}, "blue-m"),
    ],
)
def test_the_variants_that_have_what_is_wanted(wanted, found):
    if wanted == {"rank": "cheapest"}:
        assert set(skus(wanted, None).split()) == set(found.split())
    else:
        assert skus(wanted) == found


def test_what_is_said_to_stay_stays():
    assert skus({"color": "black"}, keep=("size",)) == ""
    assert skus({"color": "red"}, keep=("*",)) == "red-m"


def test_without_a_line_all_that_fit_are_given():
    assert skus({"color": "red"}, None) == "red-s red-m"
    assert skus({"size": "+1"}, None) == ""


OFFERED = SHIRT.variants[:5]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(("the red one", "red-s"), ("rot bitte", "red-s"), ("roja", "red-s"), ("in blue, L", "blue-l")),
        *(("blue extra large", "blue-xl"), ("s in blau", "blue-s"), ("blue medium", "blue-m"), ("blau M", "blue-m")),
        *(("2", "blue-m"), ("the second one", "blue-m"), ("number 5", "red-s"), ("the last one", "red-s")),
        *(("not blue", "red-s"), ("the cheapest blue one", None), ("the dearest", "blue-l")),
        *(("the blue one", None), ("red, L", None), ("green", None), ("hm", None), ("6", None)),
    ],
)
def test_an_answer_picks_one_of_those_offered(text, found):
    picked = read_variant(text, OFFERED, WORDS)
    assert (picked and picked.sku) == found


SHORT_NAMED = ("low", "medium", "high", "half", "full", "none", "light", "dark", "fixed", "no", "yes")
FRAMES = ("the {} one", "{} please", "I'd like {}", "{}", "give me {}", "can i have {}?")


def said(name: str, value: str, dice: random.Random) -> str:
    """A value as somebody may write it; words that mean anything with the option's name."""
    plain = value.lower()
    if plain in ("yes", "no", "none"):
        return {"yes": name, "no": f"not {name}", "none": f"no {name}"}[plain]
    if plain in SHORT_NAMED or "color" in name or plain.isdigit():
        return f"{value} {name}"
    return dice.choice([value, plain, value.replace("-", " "), f"{name} {value}", f"{value} {name}"])


def fits(picked: Variant, options: dict[str, str]) -> bool:
    return options.items() <= picked.options.items()


@pytest.mark.parametrize("title", sorted(products()))
def test_of_two_to_six_variants_the_one_described_is_picked(title):
    dice = random.Random(title)
    for _ in range(20):
        offered = dice.sample(products()[title].variants, min(dice.randint(2, 6), len(products()[title].variants)))
        meant = dice.choice(offered)
        parts = [said(name, value, dice) for name, value in meant.options.items() if "/" not in name]
        dice.shuffle(parts)
        text = dice.choice(FRAMES).format(dice.choice([", ", " ", " and "]).join(parts))
        picked = read_variant(text, offered, WORDS)
        alike = [one for one in offered if fits(one, {k: v for k, v in meant.options.items() if "/" not in k})]
        assert picked == meant or (picked is None and len(alike) > 1), text


@pytest.mark.parametrize("title", sorted(products()))
def test_no_pick_contradicts_a_value_said(title):
    dice = random.Random(f"{title}!")
    for _ in range(20):
        offered = dice.sample(products()[title].variants, min(4, len(products()[title].variants)))
        name, value = dice.choice([pair for one in products()[title].variants for pair in one.options.items()])
        if "/" in name:
            continue
        picked = read_variant(dice.choice(FRAMES).format(said(name, value, dice)), offered, WORDS)
        assert picked is None or picked.options[name] == value


def test_an_open_question_for_a_variant_takes_its_values(ear):
    choices = tuple(Choice(id=one.sku, title=" ".join(one.options.values())) for one in OFFERED)
    known = Customer(orders=CUSTOMER.orders, bought=(SHIRT,))
    asked = Expected(name="variant", kind=Kind.VARIANT, choices=(*choices, Choice(id="none", title="None of these")))
    for text, answer in [
        ("the red one please", "red-s"),
        ("blue-l", "blue-l"),
        ("L", "blue-l"),
        ("3", "blue-l"),
        ("no wait, the red", "red-s"),
        ("none of these", "none"),
        ("the green one", None),
        ("is the red one washable?", None),
    ]:
        assert ear.reader.read(text, asked, known, "en").answer == answer, text
