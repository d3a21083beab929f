"""Choices picked in words that are not theirs: by what they are like, how old they are, which hour is meant."""

import pytest

from bot.model import Choice, Expected, Kind
from tests.bot.understanding.conftest import CUSTOMER, Ear

WARES = ("Running shoes", "Rain jacket", "Backpack")
REMEDIES = ("Refund", "Replacement", "Repair")
ORDERS = ("Order 2207 (kettle)", "Order 2101 (toaster)")
HOURS = ("Morning (8-12)", "Afternoon (12-17)", "Evening (17-21)")


def chosen(ear: Ear, text: str, *titles: str, binding: tuple[str, ...] = ()) -> object:
    choices = tuple(Choice(id=title, title=title) for title in titles)
    expected = Expected(name="open", kind=Kind.CHOICE, choices=choices, binding=binding)
    return ear.reader.read(text, expected, CUSTOMER, None).answer


@pytest.mark.parametrize(
    ("text", "meant"), [("the coat", "Rain jacket"), ("sneakers", "Running shoes"), ("my rucksack", "Backpack")]
)
def test_another_word_for_a_choice_is_that_choice(ear: Ear, text: str, meant: str) -> None:
    assert chosen(ear, text, *WARES) == meant


@pytest.mark.parametrize("text", ["not the coat", "whatever", "hello", "the sofa"])
def test_what_is_like_none_or_denied_is_asked_again(ear: Ear, text: str) -> None:
    assert chosen(ear, text, *WARES) is None


def test_what_cannot_be_taken_back_is_not_taken_for_its_likeness(ear: Ear) -> None:
    assert chosen(ear, "the coat", *WARES, binding=("Rain jacket",)) is None


def test_words_alone_ask_again_where_the_encoder_would_tell(bare_ear: Ear) -> None:
    assert chosen(bare_ear, "sneakers", *WARES) is None


@pytest.mark.parametrize(
    ("text", "meant"), [("the newer one", "Order 2207 (kettle)"), ("the older one", "Order 2101 (toaster)")]
)
def test_the_newer_order_has_the_greater_number_wherever_it_stands(ear: Ear, text: str, meant: str) -> None:
    assert chosen(ear, text, *ORDERS) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("around 3pm", "Afternoon (12-17)"), ("9ish", "Morning (8-12)"), ("um 18 Uhr", "Evening (17-21)")],
)
def test_an_hour_picks_the_stretch_of_the_day_it_lies_in(ear: Ear, text: str, meant: str) -> None:
    assert chosen(ear, text, *HOURS) == meant


@pytest.mark.parametrize("text", ["could you repair it?", "can someone fix it for me?", "könnt ihr das reparieren?"])
def test_a_request_for_one_of_the_choices_is_its_choice(ear: Ear, text: str) -> None:
    assert chosen(ear, text, *REMEDIES) == "Repair"
    assert chosen(ear, text, *REMEDIES, binding=("Repair",)) is None


@pytest.mark.parametrize("text", ["is a refund free?", "how long does a repair take?"])
def test_a_question_about_a_choice_is_none(ear: Ear, text: str) -> None:
    assert chosen(ear, text, *REMEDIES) is None


THINGS = tuple(
    Choice(id=title, title=title, words=words)
    for title, words in (
        ("Sunglasses", ("brown", "polarized")),
        ("Smart Watch", ("silver", "leather")),
        ("Desk Lamp", ("black", "USB")),
        ("Backpack", ("green",)),
    )
)


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("las gafas de sol", "Sunglasses"),
        ("die sonnenbrille", "Sunglasses"),
        ("o relógio", "Smart Watch"),
        ("la lampada", "Desk Lamp"),
        ("de rugzak", "Backpack"),
        ("den rucksack bitte", "Backpack"),
        ("no sé", None),
        ("gib mir mein geld", None),
    ],
)
def test_a_thing_is_found_by_what_it_is_called_in_another_language(ear: Ear, said: str, title: str | None) -> None:
    asked = Expected(name="lines", kind=Kind.ITEMS, asks="return.which", choices=THINGS)
    answer = ear.reader.read(said, asked, CUSTOMER, None).answer
    assert answer == ([{"id": title, "quantity": None}] if title else None)
