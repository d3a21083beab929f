"""What is to be done to which item, in strangers' words, over a catalogue of fifty products."""

import pytest

from bot.understanding.entities import find_entities
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import normalise
from tests.bot.understanding.catalogue import line, products
from tests.bot.understanding.conftest import Customer, order

WORDS = lexicon()
MINE = Customer(
    orders=(
        order(
            "#W1000001",
            line("keyboard", "Mechanical Keyboard", switch_type="linear", backlight="RGB", size="full size"),
            line("thermostat", "Smart Thermostat", compatibility="Apple HomeKit", color="black"),
            line("watch", "Smart Watch", color="gold", band_material="leather", display="LCD"),
            line("vacuum", "Vacuum Cleaner", type="robotic", features="cordless"),
        ),
        order(
            "#W1000002",
            line("blue-bottle", "Water Bottle", capacity="1000ml", color="blue", material="plastic"),
            line("black-bottle", "Water Bottle", capacity="500ml", color="black", material="glass"),
            line("mouse", "Gaming Mouse", color="white", sensor_type="laser", connectivity="wired"),
        ),
        order(
            "#W1000003",
            line("blue-shirt", "T-Shirt", color="blue", size="S", material="cotton", style="v-neck"),
            line("black-shirt", "T-Shirt", 3, color="black", size="XL", material="cotton", style="crew neck"),
            line("shoes", "Running Shoes", size="9", color="white", material="mesh", sole="rubber"),
        ),
    ),
    bought=tuple(products().values()),
)


def items(text: str) -> list[tuple[str, dict[str, str]]]:
    found = find_entities(normalise(text, WORDS.expand), None, MINE, WORDS, "US").items
    return [(" ".join(item.ids), item.options) for item in found]


def entities(text: str):
    return find_entities(normalise(text, WORDS.expand), None, MINE, WORDS, "US")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("exchange the keyboard for one with clicky switches", [("keyboard", {"switch type": "clicky"})]),
        ("I want clicky switches instead of linear on my keyboard", [("keyboard", {"switch type": "clicky"})]),
        ("the keybord with no backlight please", [("keyboard", {"backlight": "none"})]),
        ("change my keyboard to 80%", [("keyboard", {"size": "80%"})]),
        (
            "exchange the keyboard for a clicky one and the thermostat for a Google Home compatible one",
            [("keyboard", {"switch type": "clicky"}), ("thermostat", {"compatibility": "Google Assistant"})],
        ),
        ("swap the blue 1000ml bottle for the red one", [("blue-bottle", {"color": "red"})]),
        ("swap the blue 1000ml for the red one", [("blue-bottle", {"color": "red"})]),
        ("the black bottle in 750 ml instead", [("black-bottle", {"capacity": "750ml"})]),
        ("i'd like the bottle in stainless steel, the black one", [("black-bottle", {"material": "stainless steel"})]),
        ("swap the watch for silver with a metal band", [("watch", {"color": "silver", "band material": "metal"})]),
        ("I'd like the watch in silver rather than gold", [("watch", {"color": "silver"})]),
        (
            "exchange the blue shirt for a black polyester in M",
            [("blue-shirt", {"color": "black", "material": "polyester", "size": "M"})],
        ),
        ("change my tshirt from blue to red", [("blue-shirt", {"color": "red"})]),
        ("the blue tee a size up please", [("blue-shirt", {"size": "+1"})]),
        ("one size smaller in the black shirt", [("black-shirt", {"size": "-1"})]),
        ("swap my running shoes for a 10", [("shoes", {"size": "10"})]),
        ("shoes in size 8 and yellow please", [("shoes", {"size": "8", "color": "yellow"})]),
        ("both shirts in L", [("blue-shirt", {"size": "L"}), ("black-shirt", {"size": "L"})]),
        ("exchange the mouse for the cheapest one available", [("mouse", {"rank": "cheapest"})]),
        ("replace the mouse with the most expensive one", [("mouse", {"rank": "dearest"})]),
        ("the mouse but wireless", [("mouse", {"connectivity": "wireless"})]),
        ("die Watch lieber in Silber", [("watch", {"color": "silver"})]),
        ("cambia la botella... the blue bottle por una roja", [("blue-bottle", {"color": "red"})]),
        ("same thing but in black", [("", {"color": "black"})]),
        ("the cheapest available", [("", {"rank": "cheapest"})]),
    ],
)
def test_what_is_wanted_in_place_of_what(text, found):
    assert items(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("return the keyboard and the mouse", ["keyboard", "mouse"]),
        ("the vacuum and thermostat go back", ["vacuum", "thermostat"]),
        ("just the vacuum", ["vacuum"]),
        ("i want to return the black bottle", ["black-bottle"]),
        ("return the bottle", ["blue-bottle black-bottle"]),
        ("return the bottle from #W1000002", ["blue-bottle black-bottle"]),
        ("all the shirts", ["blue-shirt", "black-shirt"]),
        ("return the watch, not the keyboard", ["watch"]),
        ("i'll keep the watch but return the vacuum", ["vacuum"]),
        ("smartwatch", ["watch"]),
        ("where is my order", []),
        ("hello", []),
    ],
)
def test_which_things_are_named(text, found):
    assert [ids for ids, _ in items(text)] == found


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        *(
            ("2 of the 3 black shirts", 2),
            ("two black shirts", 2),
            ("2x the black shirt", 2),
            ("the black shirt", None),
        ),
        *(("one of the black shirts", 1), ("exchange the black shirt for a 2 XL one", None)),
    ],
)
def test_how_many_of_a_thing_are_meant(text, quantity):
    assert [item.quantity for item in entities(text).items] == [quantity]


def test_what_is_left_out_of_everything():
    found = entities("return everything except the watch")
    assert (found.everything, found.left_out) == (True, ("watch",))
    assert [item.id for item in found.items] == ["keyboard", "thermostat", "vacuum"]


def test_what_is_said_to_stay():
    text = "exchange the keyboard for a clicky one, same backlight and size"
    assert entities(text).items[0].keep == ("backlight", "size")
    assert entities("exchange the keyboard for a clicky one, everything else the same").items[0].keep == ("*",)


def test_another_product_in_its_place():
    assert entities("exchange the vacuum for a tent").items[0].other == "tent"
    assert entities("send me a lamp stand instead, i mean swap the watch for a desk lamp").items[0].other == "desk lamp"
    assert entities("return the vacuum for a refund").items[0].other is None
    assert entities("send me the mouse instead of the watch").items[0].model_dump(include={"id", "other"}) == {
        "id": "watch",
        "other": "Gaming Mouse",
    }


def test_too_small_is_no_size_wanted():
    assert items("the blue shirt is too small") == [("blue-shirt", {})]
    assert "size" not in entities("the blue shirt is too small").options


def test_each_wish_has_its_own_items(ear):
    text = "return the watch from #W1000001, and exchange the mouse for a black one"
    named = {wish.intent: wish.named["items"] for wish in ear(text, known=MINE).wishes}
    assert [item["id"] for item in named["return"]] == ["watch"]
    assert [(item["id"], item["options"]) for item in named["exchange"]] == [("mouse", {"color": "black"})]
