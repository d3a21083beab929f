"""What leaves the shop tells nobody who wrote it, and still what they want."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.normalise import LONGEST
from bot.understanding.redaction import redacted
from tests.stalls import no_stall

NASTY = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\u200b\u202e\ufeff\x00\n\t＠４@.,-+()/#$£0123456789 abcXYZé")),
    max_size=300,
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
RUN = re.compile(r"\d{7}")
HOSTILE = [
    "a-" * 2_000,
    "1 " * 2_000,
    "1" * 4_000,
    "a" * 4_000,
    "a1" * 2_000,
    "a." * 2_000,
    "a@" * 2_000,
    "a@a." * 1_000,
    "( " * 2_000,
    "\n" * 4_000,
    "A\n" * 2_000,
    "12 a " * 800,
    "12 " + "a " * 2_000,
    "a " * 1_990 + "straße",
    "via a " * 650,
    "calle " * 660,
    "my name is " * 360,
    "regards\n" * 500,
    "+(1" * 1_333,
    "$1" * 2_000,
    "www." * 1_000,
    "#" * 4_000,
    "\ufdfa" * 4_000,  # one letter that is eighteen in plain form
]


@pytest.mark.parametrize(
    "address",
    [
        "maya@example.com",
        "Maya.Okafor+shop@mail.example.co.uk",
        "MAYA_O'NEIL@EXAMPLE.ORG",
        "maya＠example.com",
        "ma\u200bya@example.com",
    ],
)
def test_a_mail_address_goes(address: str) -> None:
    assert redacted(f"write to {address} please") == "write to [email] please"


@pytest.mark.parametrize(
    "phone",
    [
        "+1 (503) 555-0100",
        "(503) 555-0100",
        "503.555.0100",
        "503 - 555 - 0100",
        "+44 (0)20 7946 0958",
        "020 7946 0958",
        "06 12 34 56 78",
        "06 - 12 - 34 - 56 - 78",
        "0171/23 45 67",
        "+49 30 / 12 34 56 78",
        "612 34 56 78",
        "+55 11 91234-5678",
        "5\u200b0\u200b3\u200b5\u200b5\u200b5\u200b0100",
        "５０３５５５０１００",
    ],
)
def test_a_phone_goes_in_whatever_form(phone: str) -> None:
    assert redacted(f"call {phone} please") == "call [number] please"


@pytest.mark.parametrize(
    "number",
    [
        "#W2611340",
        "FF-1001",
        "1042",
        "#104",
        "A1B2C3D4",
        "1Z999AA10123456784",
        "RA123456785US",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "é1234567",
        "abcdefghij1234567",
        "__1234567",
        "1_234_5678901",
    ],
)
def test_the_number_of_an_order_a_parcel_or_a_card_goes(number: str) -> None:
    assert redacted(f"about {number} again") == "about [number] again"


@pytest.mark.parametrize(
    "link",
    [
        "https://shop.example/orders?mail=maya",
        "HTTPS://SHOP.EXAMPLE/MAYA",
        "www.example.com/maya",
        "track.example/p/maya",
        "https://x.example/" + "a" * 900,
    ],
)
def test_a_link_goes_whole(link: str) -> None:
    assert redacted(f"see {link} there") == "see [link] there"


@pytest.mark.parametrize(
    "street",
    [
        "12 Oak Street",
        "12 main st",
        "221b Baker Street",
        "9 elm way",
        "Calle Mayor 3",
        "Avenida de la Constitución 12",
        "12, rue de la Paix",
        "via Roma 12",
        "Rua Augusta 100",
        "Hauptstr. 5",
        "Musterstraße 5a",
        "Lindenweg 12",
        "Kerkstraat 10",
    ],
)
def test_a_street_with_its_number_goes(street: str) -> None:
    assert redacted(f"{street}, please") == "[address], please"


def test_the_words_around_a_street_stay() -> None:
    told = redacted("please send the lamp to 12 Oak Street, Portland, OR 97205 instead")
    assert told == "please send the lamp to [address], Portland, OR [number] instead"


@pytest.mark.parametrize("postcode", ["SW1A 2AA", "M1 1AE", "K1A 0B1", "1012 AB"])
def test_a_postcode_goes(postcode: str) -> None:
    assert redacted(f"it goes to {postcode} now") == "it goes to [address] now"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("My name is Maya Okafor and I wait", "My name is [name] and I wait"),
        ("my name is maya okafor, where is it", "my name is [name], where is it"),
        ("This is Élodie, where is it", "This is [name], where is it"),
        ("I'm O'Brien", "I'm [name]"),
        ("I’m Sinéad O’Brien", "I'm [name]"),
        ("me llamo josé garcía", "me llamo [name]"),
        ("ich heiße Jürgen Groß", "ich heiße [name]"),
        ("je m'appelle Zoë", "je m'appelle [name]"),
        ("Where is it?\nRegards,\nMaya Okafor", "Where is it?\nRegards,\n[name]"),
        ("Where is it? Thanks, Maya", "Where is it? Thanks, [name]"),
        ("Where is it?\n\n- Maya", "Where is it?\n[name]"),
        ("Wo ist es?\nViele Grüße\nJürgen", "Wo ist es?\nViele Grüße\n[name]"),
    ],
)
def test_a_name_that_is_announced_or_signed_goes(text: str, left: str) -> None:
    assert [line for line in redacted(text).split("\n") if line] == left.split("\n")


@pytest.mark.parametrize("text", ["this is broken", "i am so angry", "thanks, bye", "hello\nwhere is it", "Thanks"])
def test_what_is_no_name_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("written", ["José", "JOSÉ", "jose", "josé", "Jose", "Jose\u0301"])
def test_the_customers_own_names_go_in_any_case_and_with_or_without_accents(written: str) -> None:
    assert redacted(f"parcel for {written}, please", ["José", "García"]) == "parcel for [name], please"


def test_each_part_of_a_long_name_goes_and_the_words_that_hold_it_stay() -> None:
    told = redacted("Is Anne here? anne-marie's anniversary, Marienplatz", ["Anne-Marie"])
    assert told == "Is [name] here? [name]'s anniversary, Marienplatz"


def test_a_name_of_one_letter_or_none_hides_nothing() -> None:
    assert redacted("a b c", ["a", "", "  "]) == "a b c"


@pytest.mark.parametrize("name", [".*", "(", "\\", "a|b", "[x]", "+49"])
def test_a_name_is_no_pattern(name: str) -> None:
    assert redacted("where is it", [name]) == "where is it"


@pytest.mark.parametrize(
    "text",
    [
        "2 mugs and a size 42, or 42-44, or XL2",
        "in 2026, on the 3rd, at 5pm, 24/7",
        "500 ml or 500ml, 12 oz, 1.5 kg, 120 cm",
        "it cost £39, $1,299.50 or 39,90 € or 129 euros, 20% off",
        "just 2 mugs arrived last week, 3 are always on the way",
        "i waited 3 weeks and 10 days for 2x the same",
        "the 2 orders came via UPS, in a different place",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert redacted(text) == text


def test_no_more_than_the_beginning_of_a_long_text_is_given() -> None:
    assert len(redacted("word " * 10_000)) == LONGEST


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:8]))
def test_a_hostile_text_stalls_nothing(text: str) -> None:
    with no_stall():
        redacted(text, ["Maya", "Okafor"])


@given(NASTY, st.lists(st.text(max_size=12), max_size=3))
@settings(max_examples=300, deadline=None)
def test_nothing_raises_and_no_address_or_long_number_is_left(text: str, names: list[str]) -> None:
    told = redacted(text, names)
    assert not MAIL.search(told)
    assert not RUN.search(told)


@given(NASTY, st.emails(), st.integers(10**6, 10**16), NASTY)
@settings(max_examples=200, deadline=None)
def test_no_address_or_long_number_is_left_whatever_stands_around_it(
    before: str, address: str, number: int, after: str
) -> None:
    told = redacted(f"{before}{address} {number}{after}")
    assert not MAIL.search(told)
    assert not RUN.search(told)
