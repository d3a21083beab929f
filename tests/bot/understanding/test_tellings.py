"""What an answer means that says neither yes nor no, by what was asked."""

import numpy as np
import pytest

from bot.model import Choice, Expected, Json, Kind, Sort
from bot.understanding.encoder import WIDTH
from bot.understanding.phrases import yes_no_labelled
from bot.understanding.remembered import Remembered
from bot.understanding.tellings import LABELS, MEANT, answer_told
from tests.bot.understanding.conftest import CUSTOMER, Ear


def answer(ear: Ear, text: str, sort: Sort | None, *binding: str) -> Json:
    expected = Expected(name="open", kind=Kind.YES_NO, sort=sort, binding=binding)
    return ear.reader.read(text, expected, CUSTOMER, None).answer


@pytest.mark.parametrize(
    ("text", "sort", "meant"),
    [
        ("all good", Sort.DONE, True),
        ("all good", Sort.MORE, False),
        ("that's all", Sort.MORE, False),
        ("still waiting", Sort.DONE, False),
        ("I opened it, sorry", Sort.INTACT, False),
        ("tags still on", Sort.INTACT, True),
        ("not a scratch", Sort.FAULT, False),
        ("not a scratch", Sort.INTACT, True),
        ("two screws missing", Sort.MISSING, True),
        ("knocked on every door in the building", Sort.CHECKED, True),
        ("they're all on holiday", Sort.CHECKED, False),
        ("threw the box in the recycling", Sort.HAVING, False),
        ("it's still in my garage", Sort.HAVING, True),
        ("we don't live at that address any more", Sort.IDENTITY, False),
        ("leave everything as it is", Sort.CONFIRM, False),
        ("get rid of it please", Sort.CONFIRM, True),
        ("ich hab's schon ausgepackt", Sort.INTACT, False),
        ("todavía sigo esperando", Sort.DONE, False),
        ("je l'ai jeté, désolé", Sort.HAVING, False),
        ("ho chiesto a tutti i vicini", Sort.CHECKED, True),
        ("já me mudei dessa rua", Sort.IDENTITY, False),
        ("laat het zo, dank je", Sort.CONFIRM, False),
    ],
)
def test_what_is_told_answers_what_was_asked(ear: Ear, text: str, sort: Sort, meant: bool) -> None:
    assert answer(ear, text, sort) is meant


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("I opened it", Sort.CONFIRM),
        ("it arrived this morning", Sort.CONFIRM),
        ("asked next door already", Sort.INTACT),
        ("do it, no, leave it", Sort.CONFIRM),
        ("yes, I opened it", Sort.INTACT),
        ("works on the phone but not on the laptop", Sort.DONE),
        ("get rid of it if it's free", Sort.CONFIRM),
        ("is it still sealed?", Sort.INTACT),
    ],
)
def test_what_answers_another_question_or_is_torn_answers_none(ear: Ear, text: str, sort: Sort) -> None:
    assert answer(ear, text, sort) is None


@pytest.mark.parametrize(
    "text", ["I'd like that but how much", "don't hold back", "not sure that suits me", "opened it"]
)
def test_a_yes_that_cannot_be_taken_back_is_never_read_out_of_hints(ear: Ear, text: str) -> None:
    assert answer(ear, text, Sort.CONFIRM, "yes") is not True


def test_buttons_for_yes_and_no_take_what_is_told_too(ear: Ear) -> None:
    choices = (Choice(id="yes", title="It's here"), Choice(id="no", title="Not here"))
    expected = Expected(name="there", kind=Kind.CHOICE, choices=choices, sort=Sort.DONE)
    assert ear.reader.read("nothing on the doorstep", expected, CUSTOMER, None).answer == "no"
    assert ear.reader.read("found it behind the shed", expected, CUSTOMER, None).answer == "yes"


def test_every_sort_of_question_is_known_and_every_label_has_phrases() -> None:
    assert set(MEANT) == {*Sort, None}
    assert {label for _, label in yes_no_labelled()} == LABELS


def test_nothing_ranked_is_no_answer() -> None:
    assert answer_told((), Sort.DONE) == (None, 0.0)


class Counting:
    """A stand-in encoder that tells how many texts it was given."""

    name = "counting-1"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        return np.full((len(texts), WIDTH), 0.5, np.float32)


def test_a_text_is_encoded_once_however_often_it_is_looked_at() -> None:
    counting = Counting()
    remembered = Remembered(counting)
    assert remembered.encode(["a", "b", "a"]).shape == (3, WIDTH)
    remembered.encode(["b"])
    assert remembered.encode([]).shape == (0, WIDTH)
    assert counting.encoded == 2
