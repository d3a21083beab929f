"""Wishes: one, several, none, mood beside them, and what is taken back."""

import pytest

from bot.merchant.schema import FaqEntry
from bot.model import Mood
from bot.understanding.reader import Reader


def intents(reading):
    return [wish.intent for wish in reading.wishes]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("where is my order", "where_is_my_order"),
        ("wheres my pkg", "where_is_my_order"),
        ("whre is my oder", "where_is_my_order"),
        ("WHERE IS MY ORDER", "where_is_my_order"),
        ("heeeeello", "greeting"),
        ("where the f*** is my package", "where_is_my_order"),
        ("did my order go thru", "order_confirmation"),
        ("send me the invoice", "resend_receipt"),
        ("i want to leave a review", "review"),
        ("order the same again", "reorder"),
        ("cancel my order", "cancel_order"),
        ("i want to return the shoes", "return"),
        ("refund", "refund"),
        ("thank you so much", "thanks"),
        ("what's the weather like", "out_of_scope"),
    ],
)
def test_a_plain_wish(ear, text, wanted):
    assert intents(ear(text)) == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("where is my order and can you send me the invoice", ["where_is_my_order", "resend_receipt"]),
        ("I want to return the shirt. Also where is my lamp?", ["return", "where_is_my_order"]),
        ("cancel order 1001 and when does 1002 arrive?", ["cancel_order", "where_is_my_order"]),
        ("I need a receipt, and I want to change my address", ["resend_receipt", "change_address"]),
        ("how many points do i have and when will my order arrive", ["loyalty", "where_is_my_order"]),
        ("quiero devolver los zapatos y dónde está mi otro pedido", ["return", "where_is_my_order"]),
        ("pause my subscription and resend the invoice please", ["subscription", "resend_receipt"]),
    ],
)
def test_several_wishes_are_heard_in_order(ear, text, wanted):
    assert intents(ear(text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("whers my stuff and how many days do i have to send it back", ["where_is_my_order", "store_question"]),
        ("cancel 1001 please do you ship to norway", ["cancel_order", "store_question"]),
        ("dónde está mi paquete quién paga la devolución", ["where_is_my_order", "store_question"]),
        ("wo ist mein paket und wie lange kann ich es zurückgeben", ["where_is_my_order", "store_question"]),
        (
            "cancel order 1, where is order 2 and send me the invoice",
            ["cancel_order", "where_is_my_order", "resend_receipt"],
        ),
    ],
)
def test_wishes_joined_without_a_mark_are_all_heard(ear, text, wanted):
    assert intents(ear(text)) == wanted


@pytest.mark.parametrize("text", ["are you a bot? wheres my parcel", "ben jij een robot? waar is mijn pakket"])
def test_who_is_asked_is_answered_beside_another_wish(ear, text):
    assert intents(ear(text)) == ["identity", "where_is_my_order"]


def test_what_came_broken_is_why_it_goes_back_and_no_other_wish(ear):
    reading = ear("the lamp came broken and i want to return it")
    assert intents(reading) == ["return"]
    assert reading.entities.reason == "damaged"


@pytest.mark.parametrize(
    "text", ["Hi! where is my order", "hello, where is my order? thanks!", "Good morning. Where is my order? Bye"]
)
def test_courtesies_beside_a_wish_are_no_wishes(ear, text):
    assert intents(ear(text)) == ["where_is_my_order"]


def test_one_matter_told_at_length_is_one_wish(ear):
    reading = ear("My parcel was supposed to come on Monday. It says delivered but I have nothing here.")
    assert intents(reading) == ["delivery_problem"]
    assert reading.entities.problem == "not_received"


@pytest.mark.parametrize("text", ["asdf jkl", "zzzz", "the quick brown fox", "ok", "12 34", "...", ""])
def test_what_says_nothing_wants_nothing(ear, text):
    assert not ear(text).wishes


def test_an_unsure_reading_offers_candidates_instead(ear):
    reading = ear("about the size")
    assert not reading.wishes
    assert reading.candidates


@pytest.mark.parametrize(
    "text",
    ["never mind", "nvm", "forget it", "oh nevermind thanks", "don't worry about it", "olvídalo", "laisse tomber",
     "vergiss es", "deixa pra lá", "lascia stare", "laat maar"],
)  # fmt: skip
def test_never_mind_takes_it_back(ear, text):
    reading = ear(text)
    assert reading.never_mind
    assert not reading.wishes


@pytest.mark.parametrize(
    "text", ["no, the blue one", "actually friday", "i meant the lamp", "sorry wrong order", "no the other one",
             "no, el azul", "non, le bleu", "nein, die blaue"]
)  # fmt: skip
def test_a_correction_is_heard(ear, text):
    assert ear(text).correction


@pytest.mark.parametrize("text", ["no", "where is my order", "i want the blue one"])
def test_what_corrects_nothing_is_no_correction(ear, text):
    assert not ear(text).correction


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("where is my order", Mood.CALM),
        ("thanks!!!", Mood.CALM),
        ("tell me a joke", Mood.CALM),
        ("this is ridiculous", Mood.UPSET),
        ("third time i am asking", Mood.UPSET),
        ("very disappointed", Mood.UPSET),
        ("WHERE IS MY ORDER", Mood.UPSET),
        ("where the fuck is my order", Mood.ANGRY),
        ("this is ridiculous!!!", Mood.ANGRY),
        ("i will sue you", Mood.ANGRY),
        ("😡", Mood.ANGRY),
        ("es una vergüenza", Mood.UPSET),
        ("c'est une arnaque", Mood.ANGRY),
        ("so eine Frechheit", Mood.UPSET),
    ],
)
def test_mood(ear, text, mood):
    assert ear(text).mood is mood


def test_anger_counts_as_complaint_beside_the_wish(ear):
    reading = ear("this is bullshit, where is my order")
    assert intents(reading) == ["where_is_my_order"]
    assert reading.complaint >= 0.9


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my order", "en"),
        ("dónde está mi pedido", "es"),
        ("où est mon colis", "fr"),
        ("wo ist mein Paket", "de"),
        ("cadê minha encomenda", "pt"),
        ("dov'è il mio pacco", "it"),
        ("waar is mijn pakket", "nl"),
        ("1044", "en"),
    ],
)
def test_the_language_of_a_short_text(ear, text, language):
    assert ear(text).language == language


@pytest.mark.parametrize("text", ["ok", "1044", "no", "👍", "hotel", "super", "order 1044"])
def test_the_language_so_far_stays_without_clear_evidence(ear, text):
    assert ear(text, language="de").language == "de"


def test_a_clear_change_of_language_is_followed(ear):
    assert ear("where is my package please", language="de").language == "en"


def test_the_language_asked_for_is_taken(ear):
    assert ear("in English please", language="de").language == "en"


def test_a_merchants_phrases_and_store_questions_are_learnt():
    entry = FaqEntry(
        id="hours",
        title={"en": "Opening hours"},
        phrases={"en": ("when are you open", "what time do you close", "opening hours")},
        answer={"en": "9 to 5"},
    )
    reader = Reader({"en": {"reorder": ("more beans for the grinder",)}}, (entry,))
    from tests.bot.understanding.conftest import CUSTOMER

    assert intents(reader.read("when do you open", None, CUSTOMER, None)) == ["faq:hours"]
    assert intents(reader.read("more beans please", None, CUSTOMER, None)) == ["reorder"]


@pytest.mark.parametrize(
    "text",
    [
        "Could you tell me when my order will arrive?\n\nBest regards,\nEmma",
        "Where is my order?\n\nYours truly,\nNoah",
        "Wann kommt meine Bestellung?\n\nLiebe Grüße\nHans",
        "bonjour, où est ma commande svp ?\n\nCordialement,\nMarie",
        "¿Dónde está mi pedido?\n\nSaludos cordiales,\nAna",
        "I ordered it last week, when is it coming",
        "did my order arrive?",
    ],
)
def test_how_a_letter_begins_and_ends_is_no_wish_of_its_own(ear, text):
    assert intents(ear(text)) == ["where_is_my_order"]


@pytest.mark.parametrize("rest", ["everything else the same", "keep the rest the same please", "rest stays the same"])
def test_what_stays_as_it_is_is_not_ordered_again(ear, rest):
    assert "reorder" not in intents(ear(f"can you swap the lamp in order 1042 for a white one? {rest}"))


def test_a_mail_that_never_came_is_no_wish_to_hear_no_more(ear):
    for text in ("there was no email, did it go through", "no confirmation no email!!! did my order go through?"):
        assert not ear(text).stop, text
    assert ear("no more emails please").stop
