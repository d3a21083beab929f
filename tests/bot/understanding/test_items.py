"""Which items are meant, and how many of each; what names no item that is offered is never guessed."""

import pytest

from bot.model import Choice, Expected, Kind
from tests.bot.understanding.conftest import CUSTOMER

SHIRT = Choice(id="shirt", title="Cotton Shirt, blue")
RED = Choice(id="red", title="Cotton Shirt, red")
LAMP = Choice(id="lamp", title="Oak Desk Lamp")
MUG = Choice(id="mug", title="Stoneware Mug")
THREE = (SHIRT, LAMP, MUG)
TWO = (SHIRT, LAMP)
SHIRTS = (SHIRT, RED, LAMP)
GERMAN = (
    Choice(id="blau", title="Tasse blau"),
    Choice(id="rot", title="Tasse rot"),
    Choice(id="lampe", title="Schreibtischlampe"),
)


def picked(ear, text, offered):
    answer = ear(text, Kind.ITEMS, offered).answer
    return answer and " ".join(
        item["id"] if item["quantity"] is None else f"{item['quantity']} {item['id']}" for item in answer
    )


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("the lamp", "lamp"),
        ("the lamp and the mug", "lamp mug"),
        ("lamp + mug pls", "lamp mug"),
        ("the lamp n two mugs", "lamp 2 mug"),
        ("2x lamp", "2 lamp"),
        ("lamp x2", "2 lamp"),
        ("2 mugs, 1 lamp", "1 lamp 2 mug"),
        ("one mug", "1 mug"),
        ("just the blue one", "shirt"),
        ("la azul", "shirt"),
        ("lampp", "lamp"),
        ("the stonewear one", "mug"),
    ],
)
def test_items_are_picked_by_what_they_are_called(ear, text, items):
    assert picked(ear, text, THREE) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1 and 3", "shirt mug"),
        ("1,3", "shirt mug"),
        ("number 2 please", "lamp"),
        ("the third one", "mug"),
        ("the second and the third", "lamp mug"),
        ("the last one", "mug"),
        ("the last two", "lamp mug"),
        ("the first two", "shirt lamp"),
    ],
)
def test_items_are_picked_by_their_place(ear, text, items):
    assert picked(ear, text, THREE) == items


@pytest.mark.parametrize(
    "text", ["everything", "all of them", "all three", "the lot", "todo", "tout", "alles", "tudo", "tutto", "allemaal"]
)
def test_everything_is_all_that_is_offered(ear, text):
    assert picked(ear, text, THREE) == "shirt lamp mug"


@pytest.mark.parametrize(
    "text", ["both", "both of them", "los dos", "les deux", "beide", "os dois", "tutti e due", "allebei"]
)
def test_both_are_two_and_no_others(ear, text):
    assert picked(ear, text, TWO) == "shirt lamp"
    assert picked(ear, text, THREE) is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("all but the shirt", "lamp mug"),
        ("everything except 2", "shirt mug"),
        ("all except 1 and 2", "mug"),
        ("tout sauf la lampe", None),  # the title offered is English: it cannot be told
        ("not the shirt just the mug", "mug"),
        ("just the mug not the shirt", "mug"),
    ],
)
def test_what_is_excepted_is_left_out(ear, text, items):
    assert picked(ear, text, THREE) == items


def test_several_of_a_kind_are_taken_together(ear):
    assert picked(ear, "both shirts", SHIRTS) == "shirt red"
    assert picked(ear, "die beiden Tassen", GERMAN) == "blau rot"
    assert picked(ear, "alles außer der Schreibtischlampe", GERMAN) == "blau rot"
    assert picked(ear, "nur die rote", GERMAN) == "rot"


def test_why_it_goes_back_is_no_item(ear):
    assert picked(ear, "the lamp, it arrived broken", THREE) == "lamp"


@pytest.mark.parametrize(
    "text",
    [
        *("neither", "none of them", "nothing", "no", "ninguno", "keine davon", "aucun"),
        *("the lamp and the toaster", "everything but the toaster", "toaster", "everything but", "4", "1-3"),
        *("two of them", "not all of them", "i dont want the shirt", "which ones can i return?", "hi"),
    ],
)
def test_an_item_that_cannot_be_told_makes_no_answer(ear, text):
    assert picked(ear, text, THREE) is None


def test_one_of_several_alike_is_not_guessed(ear):
    assert picked(ear, "the shirt", SHIRTS) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("2", 2), ("two please", 2), ("make it 3", 3), ("2 no wait 3", 3), ("3 instead of 2", 3), ("just one", 1)),
        *(("a couple", 2), ("una docena", 12), ("both", 2), ("all of them", 4), ("eight, we have 4 dogs", 8)),
        *(("tres", 3), ("deux", 2), ("vier Stück", 4), ("#7731", 7731)),
        *(("2 or 3", None), ("the second", None), ("how many are there?", None), ("a few maybe?", None)),
    ],
)
def test_how_many(ear, text, number):
    expected = Expected(name="open", kind=Kind.NUMBER, most=4)
    assert ear.reader.read(text, expected, CUSTOMER, None).answer == number


NINE = tuple(
    Choice(id=name, title=title, words=(words,))
    for name, title, words in [
        ("kb", "Mechanical Keyboard", "linear RGB full size"),
        ("hp", "Headphones", "over-ear wireless blue"),
        ("vac", "Vacuum Cleaner", "robotic bagged cordless"),
        ("th", "Smart Thermostat", "Apple HomeKit black"),
        ("w", "Smart Watch", "gold leather LCD"),
        ("b1", "Water Bottle", "500ml glass black"),
        ("b2", "Water Bottle", "1000ml steel red"),
        ("lamp", "Desk Lamp", "silver low USB"),
        ("shirt", "T-Shirt", "blue S cotton v-neck"),
    ]
)
OF_NINE = {
    "the keyboard": "kb",
    "keyboard and headphones": "kb hp",
    "1, 3 and 5": "kb vac w",
    "1 3 5": "kb vac w",
    "1 & 2": "kb hp",
    "the vacuum": "vac",
    "robot vacuum please": "vac",
    "both bottles": "b1 b2",
    "the red bottle": "b2",
    "the black water bottle and the lamp": "b1 lamp",
    "all": "kb hp vac th w b1 b2 lamp shirt",
    "everything except the watch": "kb hp vac th b1 b2 lamp shirt",
    "all but 2 and 4": "kb vac w b1 b2 lamp shirt",
    "everything but the bottles": "kb hp vac th w lamp shirt",
    "just the lamp": "lamp",
    "only the tshirt": "shirt",
    "the t-shirt, the lamp, and also the thermostat": "th lamp shirt",
    "I want to return the headphones": "hp",
    "headphones, they are broken": "hp",
    "the first three": "kb hp vac",
    "the last two": "lamp shirt",
    "2x lamp": "2 lamp",
    "two lamps and the watch": "w 2 lamp",
    "smartwatch": "w",
    "the thermostate": "th",
    "number 7": "b2",
    "#7": "b2",
    "no 4 and no 8": "th lamp",
    "the 1000ml bottle": "b2",
    "1000 ml one": "b2",
    "the glass one": "b1",
    "the blue headphones not the keyboard": "hp",
    "keyboard, headphones & vacuum cleaner": "kb hp vac",
    "the bottle": None,
    "the smart one": None,
    "the desk thing": "lamp",
    "keybord": "kb",
    "head phones": "hp",
    "the headset": "hp",
    "return the watch and keep the rest": "w",
    "all of them": "kb hp vac th w b1 b2 lamp shirt",
    "everything please": "kb hp vac th w b1 b2 lamp shirt",
    "the keyboard, watch": "kb w",
    "i'd like to send back the lamp and the shirt please": "lamp shirt",
    "the shirt is too small": "shirt",
    "lamp. and the shirt.": "lamp shirt",
    "just 8": "lamp",
    "items 8 and 9": "lamp shirt",
    "8+9": "lamp shirt",
    "the 3rd and the 4th": "vac th",
    "not the keyboard": None,
    "everything": "kb hp vac th w b1 b2 lamp shirt",
    "all except for the keyboard and the lamp": "hp vac th w b1 b2 shirt",
    "the silver lamp": "lamp",
    "my new headphones": "hp",
    "the water bottles": None,
    "one of the bottles": None,
    "the lamp that came yesterday": "lamp",
    "die blaue": None,
    "the usb lamp pls": "lamp",
    "bottle red": "b2",
    "the two bottles": "b1 b2",
    "all the bottles": "b1 b2",
    "water bottle (the red one)": "b2",
    "a lamp": "lamp",
    "the gold watch thanks": "w",
    "lamp only": "lamp",
    "lamp and shirt, nothing else": "lamp shirt",
    "thermostat only please": "th",
    "the thermostat because it doesn't work": "th",
    "1 and the lamp": "kb lamp",
    "everything apart from the smart watch please": "kb hp vac th b1 b2 lamp shirt",
    "the keyboard plus both water bottles": "kb b1 b2",
}


@pytest.mark.parametrize(("text", "items"), OF_NINE.items())
def test_items_are_picked_among_nine(ear, text, items):
    assert picked(ear, text, NINE) == items
