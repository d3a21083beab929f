"""Answers to the open question, by kind; and questions that are no answers."""

import pytest

from bot.model import Choice, Kind

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
