"""Why something goes back, in the words that people have for it."""

import pytest

from bot.model import Choice, Kind
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import normalise
from bot.understanding.reasons import find_reasons

OFFERED = tuple(
    Choice(id=reason, title=title)
    for reason, title in [
        ("wrong_size", "It doesn't fit"),
        ("damaged", "It arrived damaged"),
        ("changed_mind", "Changed my mind"),
        ("other", "Something else"),
    ]
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("too small around the shoulders", "wrong_size"),
        ("didnt fit", "wrong_size"),
        ("i'm swimming in it", "wrong_size"),
        ("me queda pequeña", "wrong_size"),
        ("trop serré", "wrong_size"),
        ("passt nicht", "wrong_size"),
        ("ci nuoto dentro", "wrong_size"),
        ("ficou apertado", "wrong_size"),
        ("te krap", "wrong_size"),
        ("es ist kaputt angekommen", "damaged"),
        ("came smashed to bits", "damaged"),
        ("llegó roto", "damaged"),
        ("arrivé cassé", "damaged"),
        ("chegou quebrado", "damaged"),
        ("è arrivato rotto", "damaged"),
        ("geht nicht an", "defective"),
        ("it stopped working after a day", "defective"),
        ("no enciende", "defective"),
        ("doet het niet", "defective"),
        ("nothing like the picture", "not_as_described"),
        ("you sent the wrong colour, wrong item", "wrong_item"),
        ("found it cheaper elsewhere", "found_cheaper"),
        ("ordered two by accident", "ordered_by_mistake"),
        ("don't need it anymore", "no_longer_needed"),
        ("mudei de ideia", "changed_mind"),
        ("just not for me", "changed_mind"),
        ("it was a present", "gift"),
        ("it came after the party", "late"),
        ("really flimsy, feels cheap", "quality"),
    ],
)
def test_a_reason_is_heard(text, reason):
    words = lexicon()
    assert find_reasons(normalise(text, words.expand), words)[:1] == (reason,)


@pytest.mark.parametrize("text", ["hello", "i want to send it back", "where is my order", "quiero devolverlo"])
def test_where_no_reason_is_told_none_is_heard(text):
    words = lexicon()
    assert find_reasons(normalise(text, words.expand), words) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2", "damaged"),
        ("It doesn't fit", "wrong_size"),
        ("way too tight", "wrong_size"),
        ("the glass is cracked", "damaged"),
        ("don't like it tbh", "changed_mind"),
        ("my dog ate the manual", "other"),
    ],
)
def test_an_answer_is_one_of_the_reasons_offered_or_another(ear, text, reason):
    assert ear(text, Kind.REASON, OFFERED).answer == {"reason": reason, "words": text}


def test_a_question_gives_no_reason(ear):
    assert not ear("who pays for the postage?", Kind.REASON, OFFERED).answered
