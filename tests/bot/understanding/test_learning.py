"""What phrases teach: kept on the shelf, learnt anew when it is spoilt, current in the package."""

from pathlib import Path

import numpy as np
import pytest

from bot.understanding.encoder import packaged_encoder
from bot.understanding.learning import directions_of, learn
from bot.understanding.lessons import lessons
from bot.understanding.phrases import example, own_examples, yes_no_examples
from bot.understanding.scorer import Scorer, topics_of
from bot.understanding.tellings import LABELS
from storage.shelf import FolderShelf

OURS = [
    example("where is my order", "where_is_my_order"),
    example("track my parcel", "where_is_my_order"),
    example("talk to a person", "person"),
    example("a real person please", "person"),
]
ASKED = [(("where", "is", "the", "parcel"), "where is the parcel")]


class Letters:
    """A stand-in encoder: how often each letter stands in the text."""

    name = "letters-1"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        counts = [[text.count(letter) for letter in "aeinorst"] for text in texts]
        rows = np.array(counts, np.float32).reshape(len(texts), 8)
        lengths = np.sqrt((rows**2).sum(axis=1, keepdims=True))
        return rows / np.maximum(lengths, 1)


def ranked(taught, encoder):
    return Scorer(taught.learnt, encoder, taught.topics).rank(ASKED)


THEIRS = (("more beans please", "reorder"),)


def taught_by(shelf, theirs=THEIRS):
    lessons.cache_clear()
    return lessons(theirs, (), shelf, None)


def test_what_is_taken_from_the_shelf_reads_exactly_as_what_was_learnt(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    first = taught_by(shelf)
    again = taught_by(shelf)
    assert again.phrases == first.phrases
    assert again.topics == first.topics
    assert again.tongues == first.tongues
    assert ranked(again, None) == ranked(first, None)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 16, b"PK\x03\x04" + b"\xff" * 400])
def test_what_is_spoilt_on_the_shelf_is_learnt_anew(tmp_path: Path, content: bytes) -> None:
    shelf = FolderShelf(tmp_path)
    first = taught_by(shelf)
    for kept in tmp_path.iterdir():
        kept.write_bytes(content)
    assert ranked(taught_by(shelf), None) == ranked(first, None)


def test_other_phrases_are_not_taken_for_these(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    taught_by(shelf)
    other = taught_by(shelf, (("more beans please", "return"),))
    assert other.phrases["more beans please"] == "return"


def test_a_folder_that_cannot_be_used_keeps_nothing_and_harms_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert ranked(taught_by(FolderShelf(blocked)), None) == ranked(taught_by(None), None)


def test_directions_that_are_not_packaged_are_learnt_once(tmp_path: Path) -> None:
    shelf, encoder = FolderShelf(tmp_path), Letters()
    learnt = learn(OURS, [], encoder, shelf)
    encoder.encoded = 0
    again = learn(OURS, [example("more beans", "reorder")], encoder, shelf)
    assert encoder.encoded == 1
    assert (again.directions[:, :2] == learnt.directions).all()


def test_the_packaged_directions_are_of_the_phrases_as_they_are() -> None:
    """Mend with `python -m bot.understanding.learning` after a change of phrases."""
    encoder = Packaged()
    assert directions_of(own_examples(), encoder).weights.shape[0] == 513
    assert set(directions_of(yes_no_examples(), encoder).labels) == LABELS


class Packaged:
    """The packaged encoder by name, which must not have to encode anything."""

    @property
    def name(self) -> str:
        found = packaged_encoder()
        assert found is not None
        return found.name

    def encode(self, texts):
        raise AssertionError("the packaged directions are not of these phrases")


def test_a_text_near_a_merchants_phrase_means_what_it_stands_for() -> None:
    encoder = packaged_encoder()
    theirs = [example("do you roast the beans yourselves", "faq:roasting")]
    scorer = Scorer(learn(own_examples(), theirs, encoder, None), encoder)
    ranked = scorer.rank([(("are", "the", "beans", "roasted", "by", "you"), "are the beans roasted by you")])[0].ranked
    assert ranked[0][0] == "faq:roasting"


def test_an_entry_that_asks_what_any_shop_is_asked_is_known_by_our_phrases() -> None:
    theirs = [example(asked, "faq:hours") for asked in ("when are you open", "opening hours", "what time do you close")]
    learnt = learn(own_examples(), theirs, None, None)
    assert topics_of(theirs, learnt) == {"opening_hours": "hours"}


def test_an_entry_of_the_same_name_is_known_by_our_phrases_without_any_of_its_own_alike() -> None:
    theirs = [example("postage", "faq:shipping_cost")]
    assert topics_of(theirs, learn(own_examples(), theirs, None, None)) == {"shipping_cost": "shipping_cost"}
