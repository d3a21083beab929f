"""The shelf keeps a few files, the newest."""

from pathlib import Path

from storage.shelf import MOST, FolderShelf


def test_the_oldest_make_room(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    for number in range(MOST + 3):
        shelf.put(f"weights-{number}", b"content")
    assert len(list(tmp_path.iterdir())) == MOST


def test_what_was_put_is_taken_whole(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    shelf.put("name", b"content")
    assert shelf.take("name") == b"content"
    assert shelf.take("other") is None


def test_one_kind_does_not_make_room_for_another(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    shelf.put("words-1", b"content")
    for number in range(MOST + 3):
        shelf.put(f"weights-{number}", b"content")
    assert shelf.take("words-1") == b"content"


def test_what_is_opened_is_read_on_although_it_was_cleared_away(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    shelf.put("name", memoryview(b"content"))
    file = shelf.open("name")
    assert file is not None
    (tmp_path / "name").unlink()
    with file:
        assert file.read() == b"content"
    assert shelf.open("name") is None
