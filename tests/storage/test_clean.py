"""What was judged before is kept over a restart, and whatever happens to it does no harm."""

from pathlib import Path

import pytest

from bot.merchant.load import load_shop
from storage import clean
from storage.clean import CleanParts
from storage.merchant import Loading
from storage.shelf import FolderShelf, name_by_code
from tests.bot.merchant.sample import english_texts, faults, with_template

FAULTY = with_template("goodbye", "goodbye: 'Bye {{ first_nmae }}'")


@pytest.fixture
def shelf(tmp_path: Path) -> FolderShelf:
    return FolderShelf(tmp_path)


def digests(texts: dict[str, str]) -> set[str]:
    found: set[str] = set()
    load_shop(texts, found)
    return found


def test_what_was_found_clean_is_known_after_a_restart(shelf: FolderShelf) -> None:
    Loading(shelf).load(english_texts())
    known = CleanParts(shelf)
    assert all(digest in known for digest in digests(english_texts()))


def test_what_was_clean_is_kept_although_something_else_is_at_fault(shelf: FolderShelf) -> None:
    loading = Loading(shelf)
    with pytest.raises(Exception, match="first_nmae"):
        loading.load(FAULTY)
    known = CleanParts(shelf)
    assert sum(digest not in known for digest in digests(english_texts())) == 1


def test_without_a_shelf_it_is_known_while_the_process_lasts() -> None:
    known = CleanParts()
    known.add("a")
    assert "a" not in known
    known.keep()
    assert "a" in known
    assert "a" not in CleanParts()


def test_the_latest_are_kept_when_there_are_too_many(shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean, "MOST", 3)
    known = CleanParts(shelf)
    for digest in "abcd":
        known.add(digest)
        known.keep()
    again = CleanParts(shelf)
    assert [digest for digest in "abcd" if digest in again] == ["b", "c", "d"]


@pytest.mark.parametrize("spoil", [lambda kept: b"", lambda kept: kept[:1000], lambda kept: b"\xff\0" + kept[40:]])
def test_a_spoilt_shelf_costs_only_time(shelf: FolderShelf, tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    texts = english_texts()
    expected = Loading(shelf).load(texts)
    for path in tmp_path.iterdir():
        path.write_bytes(spoil(path.read_bytes()))
    again = Loading(shelf).load(texts)
    assert again.warnings == expected.warnings
    assert again.shop.faq == expected.shop.faq
    assert all(digest in CleanParts(shelf) for digest in digests(texts))


def test_faults_are_told_the_same_with_a_shelf(shelf: FolderShelf) -> None:
    for _ in range(3):
        with pytest.raises(Exception, match="first_nmae") as told:
            Loading(shelf).load(FAULTY)
        assert [str(fault) for fault in told.value.faults] == faults(FAULTY)  # type: ignore[attr-defined]


def test_another_version_of_the_code_or_of_a_library_has_a_name_of_its_own() -> None:
    name = name_by_code("clean", {"bot.wording": ("check",)}, ("jinja2",))
    assert name == name_by_code("clean", {"bot.wording": ("check",)}, ("jinja2",))
    assert name != name_by_code("clean", {"bot.wording": ("load",)}, ("jinja2",))
    assert name != name_by_code("clean", {"bot.wording": ("check",)}, ("babel",))


def test_every_module_that_judges_words_is_in_the_name() -> None:
    names = {path.stem for path in (Path(__file__).resolve().parents[2] / "bot" / "wording").glob("[!_]*.py")}
    assert names == set(clean.CODE["bot.wording"])


def test_without_sources_nothing_is_found_again() -> None:
    name = name_by_code("clean", {"bot.wording": ("no_such_module",)}, ())
    assert name.startswith("clean-")
    assert name != name_by_code("clean", {"bot.wording": ("nor_such_a_one",)}, ())
