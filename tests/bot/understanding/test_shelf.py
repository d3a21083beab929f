"""What was learnt once is taken from the shelf, read the same from there, and learnt anew when it is spoilt."""

from pathlib import Path

import pytest

from bot.understanding.scorer import Scorer
from storage.shelf import MOST, FolderShelf

EXAMPLES = [
    (("where", "is", "my", "order"), "where_is_my_order"),
    (("track", "my", "parcel"), "where_is_my_order"),
    (("talk", "to", "a", "person"), "person"),
    (("a", "real", "person", "please"), "person"),
]
ASKED = ("where", "is", "the", "parcel")


def test_weights_from_the_shelf_read_exactly_as_those_learnt(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    learnt = Scorer(EXAMPLES, shelf).rank(ASKED)
    assert len(list(tmp_path.iterdir())) == 1
    assert Scorer(EXAMPLES, shelf).rank(ASKED) == learnt == Scorer(EXAMPLES).rank(ASKED)


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 16, b"\xff" * 400])
def test_what_is_spoilt_on_the_shelf_is_learnt_anew(tmp_path: Path, content: bytes) -> None:
    shelf = FolderShelf(tmp_path)
    learnt = Scorer(EXAMPLES, shelf).rank(ASKED)
    next(tmp_path.iterdir()).write_bytes(content)
    assert Scorer(EXAMPLES, shelf).rank(ASKED) == learnt


def test_other_examples_are_not_taken_for_these(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    Scorer(EXAMPLES, shelf)
    swapped = [(words, "person" if label != "person" else "where_is_my_order") for words, label in EXAMPLES]
    assert Scorer(swapped, shelf).rank(ASKED).ranked[0][0] == "person"


def test_a_folder_that_cannot_be_used_keeps_nothing_and_harms_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert Scorer(EXAMPLES, FolderShelf(blocked)).rank(ASKED) == Scorer(EXAMPLES).rank(ASKED)


def test_the_oldest_make_room(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    for number in range(MOST + 3):
        shelf.put(f"weights-{number}", b"content")
    assert len(list(tmp_path.iterdir())) == MOST
