"""CHANNELS.md 14, 15 and 18: what a message may hold, and how words that hold more are shaped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Channel, Choice, Rendered
from channels.limits import (
    INTERACTIVE_BODY,
    MESSAGE,
    Encoding,
    Form,
    Segments,
    len16,
    numbered,
    segments,
    shape,
    split,
)

HINT = "Reply with a number."
GSM = "abc XYZ 0123 @£¥èéùìòÇØøÅåÄÖÑÜ§¿äöñüà"


def words(text: str = "Which one?", *titles: str, button: str = "Show") -> Rendered:
    choices = tuple(Choice(id=f"c{number}", title=title) for number, title in enumerate(titles, 1))
    return Rendered(text=text, choices=choices, menu_hint=HINT, menu_button=button)


# --- segments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", Encoding.GSM7, 0, 0),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("€" * 80 + "a", Encoding.GSM7, 161, 2),
        ("я" * 70, Encoding.UCS2, 70, 1),
        ("я" * 71, Encoding.UCS2, 71, 2),
        ("я" * 134, Encoding.UCS2, 134, 2),
        ("я" * 135, Encoding.UCS2, 135, 3),
        ("😀" * 35, Encoding.UCS2, 70, 1),
        ("😀" * 36, Encoding.UCS2, 72, 2),
        ("it’s", Encoding.UCS2, 4, 1),
    ],
)
def test_segments_are_counted_as_carriers_bill_them(text: str, encoding: Encoding, units: int, count: int) -> None:
    assert segments(text) == Segments(encoding, units, count)


def test_an_escape_and_its_character_are_never_in_two_segments() -> None:
    assert segments("a" * 152 + "€" + "a" * 152).count == 3
    assert segments("a" * 151 + "€" + "a" * 153).count == 2


def test_an_emoji_is_never_in_two_segments() -> None:
    assert segments("я" * 66 + "😀" + "я" * 66).count == 3
    assert segments("я" * 65 + "😀" + "я" * 67).count == 2


@given(st.text(alphabet=GSM + "€{}", max_size=400))
def test_gsm_text_takes_as_few_segments_as_its_septets_allow(text: str) -> None:
    counted = segments(text)
    assert counted.encoding is Encoding.GSM7
    assert counted.units == len(text) + sum(text.count(character) for character in "€{}")
    if counted.units > 160:
        assert -(-counted.units // 153) <= counted.count <= -(-counted.units // 152)


@given(st.text(max_size=300), st.text(max_size=50))
def test_more_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert segments(text + more).count >= segments(text).count


# --- splitting ----------------------------------------------------------------------------------------------------


def test_a_long_text_is_split_at_a_sentence() -> None:
    sentence = "The parcel left the depot this morning and is on its way. "
    parts = split(sentence * 40)
    assert len(parts) == 2
    assert all(part.endswith("on its way.") for part in parts)


def test_a_paragraph_is_a_better_place_to_split_than_a_sentence() -> None:
    first, second = "One. Two. " * 100, "Three. Four. " * 100
    assert split(first + "\n\n" + second) == (first.strip(), second.strip())


def test_a_link_is_not_torn_apart() -> None:
    link = "https://track.example.com/" + "x" * 60
    parts = split("a" * 1550 + " " + link)
    assert parts[1] == link


def test_text_of_exactly_the_limit_stays_one() -> None:
    assert len(split("a" * MESSAGE)) == 1
    assert len(split("a" * (MESSAGE + 1))) == 2


@given(st.text(max_size=500), st.integers(min_value=2, max_value=80))
def test_every_part_fits_and_nothing_but_blanks_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(part and len16(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)


# --- shapes -------------------------------------------------------------------------------------------------------


def test_sms_choices_become_a_numbered_menu_with_the_merchants_closing_words() -> None:
    shaped = shape(Channel.SMS, words("Which order?", "Kettle", "Tent"))
    assert shaped.form is Form.TEXT
    assert shaped.parts == ("Which order?\n1. Kettle\n2. Tent\nReply with a number.",)


def test_a_question_without_choices_gets_no_closing_words() -> None:
    assert shape(Channel.SMS, words("Which order?")).parts == ("Which order?",)


def test_up_to_three_short_titles_are_quick_replies_on_whatsapp() -> None:
    shaped = shape(Channel.WHATSAPP, words("Did it help?", "Yes", "No", "x" * 20))
    assert shaped.form is Form.REPLIES
    assert [item.id for item in shaped.items] == ["c1", "c2", "c3"]


@pytest.mark.parametrize("titles", [("Yes", "No", "x" * 21), tuple("abcd"), tuple("abcdefghij")])
def test_more_or_longer_choices_are_a_list_on_whatsapp(titles: tuple[str, ...]) -> None:
    shaped = shape(Channel.WHATSAPP, words("Which?", *titles))
    assert (shaped.form, shaped.button) == (Form.LIST, "Show")


def test_a_long_title_is_shortened_in_the_list_and_whole_below() -> None:
    item = shape(Channel.WHATSAPP, words("Which?", "Merino sweater, navy blue, size M", "Tent")).items[0]
    assert item.title == "Merino sweater, navy…"
    assert item.description == "Merino sweater, navy blue, size M"


@pytest.mark.parametrize(
    "rendered",
    [
        words("Which?", *"abcdefghijk"),
        words("Which?", "Same", "same ", "other", "more"),
        words("Which?", "x" * 73, "b", "c", "d"),
        words("x" * (INTERACTIVE_BODY + 1), "Yes", "No"),
        words("Which?", *"abcd", button=""),
        words("Which?", *"abcd", button="x" * 21),
    ],
    ids=["eleven", "not unique", "too long", "long text", "no button", "long button"],
)
def test_what_fits_neither_buttons_nor_a_list_is_a_numbered_menu(rendered: Rendered) -> None:
    shaped = shape(Channel.WHATSAPP, rendered)
    assert shaped.form is Form.TEXT
    assert shaped.parts[-1].endswith(HINT)


def test_outside_the_session_there_are_no_buttons() -> None:
    assert shape(Channel.WHATSAPP, words("Which?", "Yes", "No"), in_session=False).form is Form.TEXT


def test_web_chat_shows_every_choice_as_a_button_and_mail_takes_any_length() -> None:
    assert len(shape(Channel.CHAT, words("Which?", *"abcdefghijkl")).items) == 12
    assert len(shape(Channel.EMAIL, words("x " * 3000, "Yes", "No")).parts) == 1


def test_a_menu_stays_whole_under_the_last_part() -> None:
    shaped = numbered(Channel.SMS, words("The parcel is late. " * 79 + "Why?", "Wait", "Refund"))
    assert len(shaped.parts) == 2
    assert shaped.parts[1].endswith("1. Wait\n2. Refund\nReply with a number.")


@given(
    st.text(max_size=2500),
    st.lists(st.text(min_size=1, max_size=90), max_size=14),
    st.sampled_from([Channel.SMS, Channel.WHATSAPP]),
)
def test_whatever_is_said_every_message_keeps_the_channels_limits(
    text: str, titles: list[str], channel: Channel
) -> None:
    shaped = shape(channel, words(text, *titles))
    assert all(len16(part) <= MESSAGE for part in shaped.parts)
    if shaped.form is Form.REPLIES:
        assert len(shaped.items) <= 3
        assert all(len16(item.title) <= 20 for item in shaped.items)
    if shaped.form is Form.LIST:
        assert len(shaped.items) <= 10
        assert all(len16(item.title) <= 24 and len16(item.description) <= 72 for item in shaped.items)
    if shaped.form is not Form.TEXT:
        assert len({item.title.casefold() for item in shaped.items}) == len(titles)
        assert len(shaped.parts) == 1
        assert len16(shaped.parts[0]) <= INTERACTIVE_BODY
