"""No text of any kind raises, stalls or reads differently twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Kind
from tests.stalls import no_stall

NASTY = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\u200b\u200d\u202e\u202d\ufeff\x00\x07\x1b\r\n\t🙂👍🏽⭐️#@'\"<>{}%;-/\\$€0123456789"),
    ),
    max_size=400,
)
LONG = [
    "a" * 10_000,
    "stop " * 2_000,
    "i want to " * 1_000,
    "#1001 " * 1_600,
    "1" * 10_000,
    "1 " * 5_000,
    "a@" * 5_000,
    "a@a." * 2_500,
    "(" * 10_000,
    "and " * 2_500,
    "?" * 10_000,
    "\u202e" * 10_000,
    "👍🏽" * 5_000,
    "é̂" * 5_000,
    "x\n" * 5_000,
    "no, " * 2_500,
    "speak to a " * 900,
    "dont text me before " * 500,
    "qwertz" + "uiopasdf " * 1_100,
    "1Z" * 5_000,
    "+1 415 " * 1_400,
    "November 3 " * 900,
]
CODE = [
    "'; DROP TABLE customers; --",
    "<script>alert(1)</script>",
    "{{ config.SECRET_KEY }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}",
    "%s%n%x",
    "${jndi:ldap://x}",
    "\x00\x01\x02",
    "\ud800",
    "٣٤٥٦ مرحبا أين طلبي",
    "我的订单在哪里",
    "где мой заказ",
    "ＳＴＯＰ",
    "𝗪𝗵𝗲𝗿𝗲 𝗶𝘀 𝗺𝘆 𝗼𝗿𝗱𝗲𝗿",
    "١٢٣٤",
    "²³⁴ ①②③",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=NASTY, kind=st.sampled_from([None, *Kind]))
def test_any_text_is_read_and_reads_the_same_twice(ear, text, kind):
    first = ear(text, kind)
    assert first == ear(text, kind)
    assert first.text == text
    first.model_dump()


@pytest.mark.parametrize("kind", [None, *Kind])
@pytest.mark.parametrize("text", CODE)
def test_code_and_foreign_scripts_are_only_text(ear, text, kind):
    assert ear(text, kind).text == text


@pytest.mark.parametrize("text", LONG, ids=lambda text: repr(text[:8]))
def test_ten_thousand_characters_stall_nothing(ear, text):
    ear("warm", Kind.TEXT)
    with no_stall():
        for kind in (None, Kind.ADDRESS, Kind.CHOICE):
            ear(text, kind)


def test_letters_of_other_shapes_read_as_letters(ear):
    assert ear("ＳＴＯＰ").stop
    assert [wish.intent for wish in ear("𝗪𝗵𝗲𝗿𝗲 𝗶𝘀 𝗺𝘆 𝗼𝗿𝗱𝗲𝗿").wishes] == ["where_is_my_order"]
    assert ear("S\u200bTOP").stop
