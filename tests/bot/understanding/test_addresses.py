"""Addresses within sentences, sentences without one, what points at one on record, and one put right in part."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Expected, Kind
from bot.records import Customer as Person
from bot.records import PostalAddress
from bot.understanding.addresses import decent, find_address
from tests.bot.understanding.conftest import CUSTOMER, Customer, replace_customer

ADDRESSES = [
    tuple(field.replace("\\n", "\n") for field in row)
    for row in list(csv.reader(Path(__file__).with_name("addresses.csv").read_text(encoding="utf-8").splitlines()))[1:]
]

NO_ADDRESSES = """
2. actually no leave it, change the adress instead to the other order's one the charlotte one
You have it already.
No. That is not an address!
no
yes please
my mother's house
the same as before
12
why do you need it?
Springfield
how long will it take?
I have 2 items, they went a wrong way
I waited 10 days and nothing came
order W7017301 please
it was 3 weeks ago, I am done waiting
can I still cancel one of the 2 items?
leave it as it is
forget it, keep the old one
what are my options
I want 2 lamps, not 3
call me at 415 555 0101
there were 4 people at the door, none took it
I'd rather return it, it's 20 dollars cheaper elsewhere
wait, what does it cost?
2 of them, the red and the blue
just 1 more question, please
I need it by 5 pm today
how much would 3 cost, with shipping?
the 1st one
1. Yes, please
nothing to add, thanks
it arrived 2 days late, on the way back
I ordered 12 mugs, 3 are broken
my phone number is 503-555-0100
I never lived on any street with trees
do you ship to Canada?
change the payment to my visa 4242, please
remove 1 item, keep the 2 others
the size is 42, the colour is black
por qué la necesitan?
no quiero cambiar nada
tengo 2 pedidos, uno llegó tarde
la talla 38, color negro
¿cuánto tarda?
déjalo como está
quiero devolver 3 cosas, no me gustan
pourquoi avez-vous besoin de ça ?
laissez tomber
j'ai commandé 2 articles, un seul est arrivé
combien de temps, 3 jours ?
je veux annuler
warum brauchen Sie das?
ich habe 2 Artikel bestellt, 1 kam an
lassen Sie es so
Ich warte seit 14 Tagen, nichts kam
kann ich 2 davon stornieren?
porque precisam disso?
tenho 2 pedidos, um chegou tarde
deixe como está
quero cancelar 1 item, só isso
perché vi serve?
ho ordinato 2 cose, ne è arrivata 1
lasciate stare
quanto ci vuole, 3 giorni?
waarom hebben jullie dat nodig?
ik heb 2 dingen besteld, 1 kwam aan
laat maar zitten
het duurt al 2 weken, ik wil mijn geld terug
🙂👍
我的地址
""".strip().splitlines()

HOME = PostalAddress(
    line1="546 Lakeview Drive", line2="Suite 491", city="Philadelphia", region="PA", postcode="19049", country="US"
)
ELM = PostalAddress(
    line1="322 Elm Street", line2="Suite 586", city="Columbus", region="OH", postcode="43133", country="US"
)
FIRST, SECOND = CUSTOMER.orders


@pytest.fixture
def known() -> Customer:
    owner = Person(id="c1", address=HOME)
    orders = (FIRST.model_copy(update={"shipping_address": HOME}), SECOND.model_copy(update={"shipping_address": ELM}))
    return replace_customer(Customer(orders=orders), owner)


def told(ear, text, known, *, given=None, early=False):
    expected = Expected(name="open", kind=Kind.ADDRESS, given=given or {}, early=early)
    return ear.reader.read(text, expected, known, None)


@pytest.mark.parametrize(("country", "text", "line1", "line2", "city", "region", "postcode"), ADDRESSES)
def test_an_address_is_found_in_its_sentence(country, text, line1, line2, city, region, postcode):
    found = find_address(text, country)
    assert found is not None
    at = found.address
    told = (at.line1, at.line2 or "", at.city, at.region or "", at.postcode)
    assert told == (line1, line2, city, region, postcode)


@pytest.mark.parametrize("country", ["US", "DE", "ES"])
@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_a_sentence_without_an_address_has_none(text, country):
    assert find_address(text, country) is None


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300), country=st.sampled_from(["US", "GB", "DE", "NL", "BR", "JP"]))
def test_no_text_breaks_it(text, country):
    found = find_address(text, country)
    assert found is None or found.address.line1 or found.address.postcode


WORDS = [word for word in " ".join(NO_ADDRESSES).split() if not any(letter.isdigit() for letter in word)]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(words=st.lists(st.sampled_from(WORDS), max_size=25), address=st.sampled_from(ADDRESSES))
def test_what_stands_before_an_address_is_no_part_of_it(words, address):
    country, text, line1 = address[:3]
    if text.startswith(line1):
        found = find_address(" ".join(words) + ". \n" + text, country)
        assert found is not None
        assert found.address.line1.endswith(line1)


@pytest.mark.parametrize(
    ("said", "decently"),
    [
        ("159 hickory lane", "159 Hickory Lane"),
        ("12 MAIN ST", "12 Main St"),
        ("McDonald Road", "McDonald Road"),
        ("1200 5TH AVENUE NW", "1200 5th Avenue NW"),
        ("東京都千代田区", "東京都千代田区"),
        ("улица ленина", "Улица Ленина"),
        ("rua da paz", "Rua da Paz"),
    ],
)
def test_capitals_are_made_decent(said, decently):
    assert decent(said) == decently


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("my home address", ["account"]),
        ("the one on my account! 546 Lakeview", ["account", "o-#W2611340"]),
        ("my address on file", ["account"]),
        ("mi dirección habitual... la dirección de mi casa", ["account"]),
        ("die hinterlegte Adresse bitte", ["account"]),
        ("l'adresse de mon compte", ["account"]),
        ("o endereço da minha conta", ["account"]),
        ("il mio solito indirizzo", ["account"]),
        ("mijn thuisadres graag", ["account"]),
        ("back to the old address", ["before"]),
        ("the address of my other order", ["o-#W2611340", "o-#W2618852"]),
        ("same address as order W2618852", ["o-#W2618852"]),
        ("You have it already. It is the one order W2618852 went to", ["o-#W2618852"]),
        ("the Columbus one", ["o-#W2618852"]),
        ("the Ohio address", ["o-#W2618852"]),
        ("Columbus", ["o-#W2618852"]),
        ("322 Elm Street in Columbus", ["o-#W2618852"]),
        ("where my lamp went", ["o-#W2618852"]),
    ],
)
def test_words_point_at_an_address_on_record(ear, known, text, names):
    assert told(ear, text, known).answer["on_file"] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("please ship it to my home address", ["account"]),
        ("send order W2611340 to the address of order W2618852", ["o-#W2618852"]),
        ("ship it to the Columbus one", ["o-#W2618852"]),
        ("send order W2611340 to the Columbus address", ["o-#W2618852"]),
    ],
)
def test_so_they_do_before_an_address_was_asked_for(ear, known, text, names):
    reading = told(ear, text, known, early=True)
    assert reading.answer["on_file"] == names


@pytest.mark.parametrize(
    "text", ["please change the address of my order", "I want to change my home address", "where is my other order?"]
)
def test_what_only_speaks_of_an_address_points_at_none(ear, known, text):
    assert not told(ear, text, known, early=True).answered


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("no, apt 5", {"line2": "Apt 5"}),
        ("Apt 5B please", {"line2": "Apt 5B"}),
        ("without the suite", {"line2": None}),
        ("sin la suite", {"line2": None}),
        ("the zip is 43130", {"postcode": "43130"}),
        ("zip 43130 not 43133", {"postcode": "43130"}),
        ("no the number is 17", {"line1": "17 Elm Street"}),
        ("it's 324, not 322", {"line1": "324 Elm Street"}),
        ("no, 322 Elm Street, Columbus, OH 43133", {"line2": None}),
        ("324 Elm Street", {"line1": "324 Elm Street"}),
        ("the city is Dublin", {"city": "Dublin"}),
    ],
)
def test_what_was_read_back_is_put_right_in_part(ear, known, text, changes):
    given = ELM.model_dump(mode="json")
    answer = told(ear, text, known, given=given).answer
    assert {slot: value for slot, value in answer.items() if value != given[slot]} == changes


def test_another_street_is_another_address(ear, known):
    answer = told(ear, "no, 5 Oak Street, Austin TX 78701", known, given=ELM.model_dump(mode="json")).answer
    assert (answer["line1"], answer["line2"], answer["city"], answer["region"]) == (
        "5 Oak Street",
        None,
        "Austin",
        "TX",
    )


@pytest.mark.parametrize("text", ["no", "yes", "no, leave it", "hmm", "that is wrong", "yes, Columbus is right"])
def test_what_changes_nothing_is_no_answer(ear, known, text):
    assert not told(ear, text, known, given=ELM.model_dump(mode="json")).answered


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("update my account address", True),
        ("please update address on my account and on all open orders", True),
        ("Not the order. My account/profile default address.", True),
        ("how do I change the address on my profile?", True),
        ("for all future orders please", True),
        ("cambiar la dirección de mi cuenta", True),
        ("changer l'adresse de mon compte", True),
        ("Bitte meine Kontoadresse ändern", False),
        ("bitte ändern: die Kontoadresse", True),
        ("mudar o endereço da minha conta", True),
        ("cambiare l'indirizzo del mio account", True),
        ("wijzig het adres van mijn account", True),
        ("send it to my account address", False),
        ("change the address of order W2611340 to my home address", False),
        ("use the address on my account", False),
    ],
)
def test_whose_address_shall_change(ear, known, text, account):
    assert ear(text, known=known).entities.for_account is account


def test_an_order_that_only_lends_its_address_is_not_what_changes(ear, known):
    named = ear("send order W2611340 to the address of order W2618852", known=known).entities
    assert (named.order_numbers, named.address_of) == (("#W2611340",), ("#W2618852",))
    assert ear("change the address of order W2611340", known=known).entities.address_of == ()
