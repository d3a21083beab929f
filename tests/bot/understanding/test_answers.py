"""Answers to the open question, by kind; and questions that are no answers."""

import pytest

from bot.model import Choice, Expected, Kind
from tests.bot.understanding.conftest import CUSTOMER

FIXES = (
    Choice(id="redeliver", title="Deliver again"),
    Choice(id="pickup", title="Pick it up", words=("depot", "collect")),
    Choice(id="wait", title="Wait a few days"),
)
ORDERS = (
    Choice(id="o1", title="W2611340 Cotton Shirt", words=("#W2611340", "Cotton Shirt")),
    Choice(id="o2", title="W2618852 Oak Desk Lamp", words=("#W2618852", "Oak Desk Lamp", "Stoneware Mug")),
)

YES = (
    "yes|Yes!|yep|yeah|yup|sure|ok|okay|y|of course|yes please|sounds good|👍|👍🏽|✅|go ahead|that's right|correct|"
    "yes it did|sí|claro|oui|d'accord|ja|genau|sim|com certeza|certo|va bene|ja graag|yes i want that|"
    "yeah do it|absolutely"
)
NO = (
    "no|No.|nope|nah|no thanks|not yet|not really|👎|❌|n|"
    "no thank you|i don't think so|never|no gracias|non merci|nein|"
    "noch nicht|não|non ancora|nee|nee bedankt|no it's still broken|no i didn't|absolutely not|that's wrong"
)


@pytest.mark.parametrize("text", YES.split("|"))
def test_yes_in_all_its_wordings(ear, text):
    assert ear(text, Kind.YES_NO).answer is True


@pytest.mark.parametrize("text", NO.split("|"))
def test_no_in_all_its_wordings(ear, text):
    reading = ear(text, Kind.YES_NO)
    assert reading.answered
    assert reading.answer is False


@pytest.mark.parametrize(
    "text", ["not sure", "no idea", "where is my other order?", "what do you mean", "👍👎", "maybe"]
)
def test_neither_yes_nor_no_is_no_answer(ear, text):
    assert not ear(text, Kind.YES_NO).answered


@pytest.mark.parametrize(
    "text", ["2", "2.", "#2", "2)", "option 2", "option two", "number two", "the second one", "second", "2nd", "pickup"]
)
def test_a_choice_by_its_number_or_place(ear, text):
    assert ear(text, Kind.CHOICE, FIXES).answer == "pickup"


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("Deliver again", "redeliver"),
        ("deliver agian", "redeliver"),
        ("the depot please", "pickup"),
        ("i'd rather collect it", "pickup"),
        ("the last one", "wait"),
        ("i'll wait", "wait"),
        ("redeliver", "redeliver"),
        ("la segunda", "pickup"),
        ("le deuxième", "pickup"),
        ("die dritte", "wait"),
    ],
)
def test_a_choice_by_its_words(ear, text, chosen):
    assert ear(text, Kind.CHOICE, FIXES).answer == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("the lamp", "o2"),
        ("1340", "o1"),
        ("W2618852", "o2"),
        ("the one with the mug", "o2"),
        ("shirts", "o1"),
        ("1", "o1"),
    ],
)
def test_an_order_is_chosen_by_number_ending_or_what_is_in_it(ear, text, chosen):
    assert ear(text, Kind.CHOICE, ORDERS).answer == chosen


@pytest.mark.parametrize(
    "text", ["where is my other order?", "4", "banana", "not that one", "when will it be delivered?"]
)
def test_what_picks_no_choice_is_no_answer(ear, text):
    assert not ear(text, Kind.CHOICE, FIXES).answered


def test_a_question_instead_of_a_choice_is_a_wish(ear):
    reading = ear("where is my other order?", Kind.CHOICE, FIXES)
    assert [wish.intent for wish in reading.wishes] == ["where_is_my_order"]


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("4", 4),
        ("four stars", 4),
        ("4/5", 4),
        ("4 out of 5", 4),
        ("⭐⭐⭐⭐", 4),
        ("★★★★☆", 4),
        ("a solid 4", 4),
        ("5!!", 5),
        ("5 love it", 5),
        ("I'd give it a 3", 3),
        ("2 because it came late", 2),
        ("10/10", 5),
        ("five", 5),
        ("cinco estrellas", 5),
        ("quatre étoiles", 4),
        ("1 star, terrible", 1),
        ("4️⃣", 4),
    ],
)
def test_a_rating(ear, text, stars):
    assert ear(text, Kind.RATING).answer == stars


@pytest.mark.parametrize(
    "text", ["4 items were missing", "6", "0", "where is my order", "i ordered 2 weeks ago", "11/10"]
)
def test_a_count_is_no_rating(ear, text):
    assert not ear(text, Kind.RATING).answered


@pytest.mark.parametrize(
    ("text", "day", "window"),
    [
        ("Friday", "2026-11-27", None),
        ("next friday", "2026-12-04", None),
        ("tomorrow", "2026-11-24", None),
        ("tomorrow morning", "2026-11-24", "morning"),
        ("27 Nov", "2026-11-27", None),
        ("November 27th", "2026-11-27", None),
        ("the 3rd", "2026-12-03", None),
        ("Friday after 5", "2026-11-27", "after 5"),
        ("on thursday between 2 and 4pm", "2026-11-26", "between 2 and 4pm"),
        ("in 3 days", "2026-11-26", None),
        ("2026-12-01", "2026-12-01", None),
        ("12/1", "2026-12-01", None),
        ("mañana", "2026-11-24", None),
        ("el viernes por la tarde", "2026-11-27", "por la tarde"),
        ("vendredi", "2026-11-27", None),
        ("am Freitag", "2026-11-27", None),
        ("morgen", "2026-11-24", None),
        ("sexta-feira", "2026-11-27", None),
        ("venerdì", "2026-11-27", None),
        ("vrijdag", "2026-11-27", None),
        ("may 3", "2027-05-03", None),
    ],
)
def test_a_day(ear, text, day, window):
    assert ear(text, Kind.DATE).answer == {"date": day, "window": window}


@pytest.mark.parametrize("text", ["may I pick it up", "sun is shining here", "whenever", "after 5", "the 3rd time now"])
def test_no_day_is_no_answer(ear, text):
    assert not ear(text, Kind.DATE).answered


def test_a_day_may_be_one_of_the_choices(ear):
    days = (Choice(id="2026-11-25", title="Wed 25 Nov"), Choice(id="2026-11-26", title="Thu 26 Nov"))
    assert ear("2", Kind.DATE, days).answer == {"date": "2026-11-26", "window": None}


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("Jane@Example.com", {"email": "jane@example.com"}),
        ("it's jane@example.com thanks", {"email": "jane@example.com"}),
        ("(415) 555-0132", {"phone": "+14155550132"}),
        ("+44 20 7946 0958", {"phone": "+442079460958"}),
        ("my zip is 94110", {"postcode": "94110"}),
        ("94110", {"postcode": "94110"}),
        ("SW1A 1AA", {"postcode": "SW1A 1AA"}),
    ],
)
def test_a_contact(ear, text, contact):
    assert ear(text, Kind.CONTACT).answer == contact


@pytest.mark.parametrize("text", ["123456", "my code is 123 456", "123-456", "Code: 123456."])
def test_a_code(ear, text):
    assert ear(text, Kind.CODE).answer == "123456"


@pytest.mark.parametrize("text", ["i got no code", "12", "123456789", "where is it"])
def test_no_code_is_no_answer(ear, text):
    assert not ear(text, Kind.CODE).answered


@pytest.mark.parametrize(
    ("text", "line1", "city", "postcode"),
    [
        ("12 Oak Street, Springfield, IL 62704", "12 Oak Street", "Springfield", "62704"),
        ("my new address is 12 Oak Street, Springfield IL 62704", "12 Oak Street", "Springfield", "62704"),
        ("12 Oak Street\nSpringfield\n62704", "12 Oak Street", "Springfield", "62704"),
        ("Hauptstr. 5, 10115 Berlin", "Hauptstr. 5", "Berlin", "10115"),
        ("221B Baker Street, London NW1 6XE", "221B Baker Street", "London", "NW1 6XE"),
        ("Calle Mayor 3, 28013 Madrid", "Calle Mayor 3", "Madrid", "28013"),
    ],
)
def test_an_address(ear, text, line1, city, postcode):
    answer = ear(text, Kind.ADDRESS).answer
    assert (answer["line1"], answer["city"], answer["postcode"]) == (line1, city, postcode)


def test_an_address_keeps_its_flat(ear):
    answer = ear("12 Oak St, Apt 4B, Austin, TX 78701", Kind.ADDRESS).answer
    assert answer["line2"] == "Apt 4B"
    assert answer["region"] == "TX"


@pytest.mark.parametrize(
    "text", ["my mother's house", "the same as before", "12", "why do you need it?", "Springfield"]
)
def test_no_address_is_no_answer(ear, text):
    assert not ear(text, Kind.ADDRESS).answered


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("#W2611340", "#W2611340"),
        ("my order is W2611340", "#W2611340"),
        ("1340", "#W2611340"),
        ("W2611341", "#W2611340"),
        ("ends in 8852", "#W2618852"),
        ("1001", "1001"),
        ("A-1001", "A-1001"),
        ("my latest order", "#W2611340"),
    ],
)
def test_an_order_number_is_the_customers_own_first(ear, text, number):
    reading = ear(text, Kind.ORDER_NUMBER)
    assert reading.answer == number
    assert not reading.wishes


@pytest.mark.parametrize(
    "text", ["no photo", "i don't have one", "no", "don't have a picture", "no tengo foto", "skip"]
)
def test_no_photo_is_an_answer(ear, text):
    assert ear(text, Kind.PHOTO).answer == {"photos": []}


def test_words_are_taken_as_they_are(ear):
    reading = ear("  the box was damaged and late ", Kind.TEXT)
    assert reading.answer == "the box was damaged and late"
    assert not reading.wishes


def test_a_question_is_not_taken_for_the_words_asked_for(ear):
    reading = ear("where is my other order?", Kind.TEXT)
    assert not reading.answered
    assert reading.wishes


def test_optional_words_may_be_declined(ear):
    reading = ear("no thanks", Kind.TEXT, optional=True)
    assert reading.answered
    assert reading.answer == ""


def test_an_answer_and_a_wish_are_both_heard(ear):
    reading = ear("yes, and where is my other order?", Kind.YES_NO)
    assert reading.answer is True
    assert [wish.intent for wish in reading.wishes] == ["where_is_my_order"]


# --- what people say around an answer, in all languages -----------------------------------------------------------

SAID_YES = (
    "go on then|be my guest|hell yeah|sure why not|no problem|it did yeah|I did, twice|ok do it|yes, no rush|yesss|"
    "yes if you can please|fine by me|that would be great|sí, claro|dale|por qué no|sin problema|avec plaisir|mais oui|"
    "ok pour moi|klar, mach|gerne, danke|hab ich schon|pode sim|quero sim|claro que sim|volentieri|come no|"
    "l'ho già fatto|doe maar|ja hoor|heb ik al gedaan"
)
SAID_NO = (
    "nah ur alright|not a chance|hard pass|i'm good thanks|haven't tried it yet|nothing yet|please don't|"
    "that'll be all|no that's fine thanks|yes not|para nada|todavía no lo he probado|no hace falta|surtout pas|"
    "je n'ai rien reçu|ça ira merci|bloß nicht|hab ich noch nicht|auf gar keinen Fall|nem pensar|"
    "ainda não recebi|deixa como está|macché|non ancora|nemmeno per sogno|niet doen|nog niet gedaan|liever niet"
)
SAID_NEITHER = (
    "as long as it's free|sure, as long as it's free|yes if it's free|only if it costs nothing|how much is it?|yes?|"
    "ok i'll think about it|never worn|yes no|jein|boh|depende|ça dépend|kommt drauf an|oui si c'est gratuit|"
    "ja wenn es kostenlos ist|als het gratis is|send it to my work|great, now it's broken|let me check|who pays?"
)


@pytest.mark.parametrize("text", SAID_YES.split("|"))
def test_a_yes_is_heard_in_the_way_people_put_it(ear, text):
    assert ear(text, Kind.YES_NO).answer is True


@pytest.mark.parametrize("text", SAID_NO.split("|"))
def test_a_no_is_heard_in_the_way_people_put_it(ear, text):
    assert ear(text, Kind.YES_NO).answer is False


@pytest.mark.parametrize("text", SAID_NEITHER.split("|"))
def test_what_doubts_asks_or_conditions_is_neither(ear, text):
    assert not ear(text, Kind.YES_NO).answered


REMEDIES = (
    Choice(id="refund", title="Refund"),
    Choice(id="exchange", title="Exchange"),
    Choice(id="credit", title="Store credit"),
)
ROOMS = (
    Choice(id="hose", title="Gartenschlauch 20 m"),
    Choice(id="shears", title="Heckenschere HS 450"),
)
PACKS = (Choice(id="two", title="2 pack"), Choice(id="four", title="4 pack"))


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("my money back please", "refund"),
        ("quiero mi dinero", "refund"),
        ("mon argent", "refund"),
        ("das Geld zurück", "refund"),
        ("swap it", "exchange"),
        ("umtauschen bitte", "exchange"),
        ("a voucher is fine", "credit"),
        ("the first no wait the second", "exchange"),
        ("not the refund, the exchange", "exchange"),
        ("la 2da", "exchange"),
        ("doe die tweede maar", "exchange"),
        ("a última opção", "credit"),
        ("le premier", "refund"),
    ],
)
def test_a_choice_is_heard_in_other_words(ear, text, chosen):
    assert ear(text, Kind.CHOICE, REMEDIES).answer == chosen


@pytest.mark.parametrize(
    "text", ["either", "i don't mind", "refund or exchange", "how long does the credit last?", "not the refund"]
)
def test_what_leaves_the_choice_open_is_no_answer(ear, text):
    assert not ear(text, Kind.CHOICE, REMEDIES).answered


def test_a_part_of_a_long_word_tells_which(ear):
    assert ear("der Schlauch", Kind.CHOICE, ROOMS).answer == "hose"


def test_a_number_in_a_title_is_not_taken_for_a_place(ear):
    assert not ear("2", Kind.CHOICE, PACKS).answered
    assert ear("2 pack", Kind.CHOICE, PACKS).answer == "two"


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        *(("un 3 stiracchiato", 3), ("bof trois", 3), ("ne glatte 5", 5), ("je mettrais 4", 4), ("een dikke 5", 5)),
        *(("dou 2 porque demorou", 2), ("cinco estrellas ⭐", 5), ("was gonna say 5 but 4", 4), ("full marks", 5)),
        *(("2 at best", 2), ("5 of course!!", 5), ("3 no wait 4", 4), ("um 4", 4)),
    ],
)
def test_a_rating_in_the_way_people_put_it(ear, text, stars):
    assert ear(text, Kind.RATING).answer == stars


@pytest.mark.parametrize("text", ["3 or 4", "3-4", "5 for the lamp, 2 for delivery", "order 4", "i bought 2", "4.5"])
def test_two_numbers_or_none_are_no_rating(ear, text):
    assert not ear(text, Kind.RATING).answered


@pytest.mark.parametrize(
    ("text", "score"),
    [
        *(("a solid 9", 9), ("9/10 would recommend", 9), ("zero", 0), ("0", 0), ("10!", 10), ("ten", 10), ("🔟", None)),
        *(("un 8", 8), ("acht", 8), ("8 sur 10", 8), ("7 because it was late", 7), ("nota 10", 10), ("full marks", 10)),
        *(("8 or 9", None), ("7.5", None), ("11", None), ("11/10", None), ("the one thing i hate is the box", None)),
        *(("i ordered 2 weeks ago", None), ("where is my order?", None)),
    ],
)
def test_a_score_of_ten(ear, text, score):
    expected = Expected(name="open", kind=Kind.RATING, most=10)
    assert ear.reader.read(text, expected, CUSTOMER, None).answer == score


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *(("yesterday", "2026-11-22"), ("3 days ago", "2026-11-20"), ("hace una semana", "2026-11-16")),
        *(("vor zwei Wochen", "2026-11-09"), ("il y a 2 jours", "2026-11-21"), ("eergisteren", "2026-11-21")),
        *(("last friday", "2026-11-20"), ("letzten Montag", "2026-11-16"), ("viernes pasado", "2026-11-20")),
        *(("8 maggio di quest'anno", "2026-05-08"), ("the third of december", "2026-12-03")),
        *(("friday no wait saturday", "2026-11-28"), ("not friday, saturday", "2026-11-28")),
        *(("lunes 30", "2026-11-30"), ("Freitag morgen", "2026-11-27"), ("vrijdagochtend", "2026-11-27")),
        *(("quinta de manhã", "2026-11-26"), ("xmas eve", "2026-12-24"), ("4.12.", "2026-12-04")),
    ],
)
def test_a_day_in_the_way_people_put_it(ear, text, day):
    assert ear(text, Kind.DATE).answer["date"] == day


@pytest.mark.parametrize("text", ["friday or saturday", "any day", "any day but monday", "not friday", "after the 3rd"])
def test_a_day_left_open_is_no_answer(ear, text):
    assert not ear(text, Kind.DATE).answered


GIVEN = {"line1": "12 Oak Street", "line2": None, "city": "", "region": None, "postcode": "", "country": None}


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("62704", {"postcode": "62704"}),
        ("SW1A 1AA", {"postcode": "SW1A 1AA"}),
        ("it's Springfield, 62704", {"city": "Springfield", "postcode": "62704"}),
        ("Springfield", {"city": "Springfield"}),
        ("it's flat 4b", {"line2": "Flat 4B"}),
    ],
)
def test_an_address_is_filled_where_it_was_open(ear, text, slots):
    expected = Expected(name="open", kind=Kind.ADDRESS, given=GIVEN)
    assert ear.reader.read(text, expected, CUSTOMER, None).answer == {**GIVEN, **slots}


@pytest.mark.parametrize("text", ["why do you need it?", "i don't know", "the same as before"])
def test_what_adds_nothing_to_an_address_is_no_answer(ear, text):
    expected = Expected(name="open", kind=Kind.ADDRESS, given=GIVEN)
    assert not ear.reader.read(text, expected, CUSTOMER, None).answered
