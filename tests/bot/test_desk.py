"""What a mail of the shop's people asks for."""

import pytest

from bot.consent import Drop
from bot.desk import TOLD, GiveBack, Why, Words, read_mail, refusal_of, repeats

CASE = "A customer needs a person.\n\nWhy: asked for person\nMood: angry\nPhone: +15035550100"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Hello", Words("Hello")),
        ("  Hello\n\nAnna ", Words("Hello\n\nAnna")),
        ("a / b", Words("a / b")),
        ("/close", GiveBack("")),
        ("/Close.", GiveBack("")),
        ("/give back", GiveBack("")),
        ("/give_back\nby phone\ntoday", GiveBack("by phone\ntoday")),
        ("/closed", Why.UNKNOWN_COMMAND),
        ("/", Why.UNKNOWN_COMMAND),
        (" \n", Why.EMPTY),
        ("-- \nAnna", Why.EMPTY),
        ("x" * 4000, Words("x" * 4000)),
        ("x" * 4001, Why.TOO_LONG),
    ],
)
def test_a_mail_is_words_or_a_command(text: str, asks: object) -> None:
    assert read_mail(text) == asks


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("On it.", False),
        ("You asked for this:\nWhy: asked for person", False),
        (f"On it.\n{CASE}", True),
        ("On it.\n| Why: asked for person\n| Mood: angry", True),
    ],
)
def test_a_quote_of_our_own_mail_is_known_again(text: str, yes: bool) -> None:
    assert repeats(text, CASE) is yes


@pytest.mark.parametrize(
    ("dropped", "why"),
    [
        ("opted_out", Why.OPTED_OUT),
        ("suppressed:opted_out", Why.OPTED_OUT),
        ("suppressed:bounced", Why.UNREACHABLE),
        ("whatsapp_session_over", Why.WHATSAPP_WINDOW),
    ],
)
def test_every_reason_not_to_send_is_told(dropped: str, why: Why) -> None:
    assert refusal_of(Drop(dropped)) is why


def test_every_refusal_has_words_and_a_next_step() -> None:
    assert set(TOLD) == set(Why)
