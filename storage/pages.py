"""The merchant's files as they were read before, by their content, on a shelf: reading YAML takes most of a second.

Losing them costs that second. Only what was read without fault is kept, and what is spoilt is read anew.
"""

import hashlib
import json
from typing import Any

from bot.errors import Fault
from bot.merchant.yamltext import Document, Path, TextPlace, read_yaml
from bot.ports import Shelf
from storage.shelf import Sources, name_by_code

MOST = 40  # files kept, those of the last load before others
CODE: Sources = {"bot.merchant": ("yamltext",), "storage": ("pages",)}
Packed = list[Any]


class Pages:
    """Reads as `read_yaml` does."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        self._kept = _unwrapped(shelf.take(_name())) if shelf else {}
        self._met: dict[str, Packed] = {}
        self._news = False

    def read(self, file: str, text: str) -> tuple[Document, tuple[Fault, ...]]:
        if self._shelf is None:
            return read_yaml(file, text)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        known = self._kept.get(digest)
        if known is not None:
            self._met[digest] = known
            return unpacked(file, known), ()
        document, faults = read_yaml(file, text)
        if not faults and _is_plain(document.value):
            self._met[digest], self._news = packed(document), True
        return document, faults

    def keep(self) -> None:
        """After a load: remembers what was read anew."""
        if self._news and self._shelf:
            self._kept = dict(list({**self._met, **self._kept}.items())[:MOST])
            self._shelf.put(_name(), _wrapped(self._kept))
        self._met, self._news = {}, False


def packed(document: Document) -> Packed:
    """As JSON can hold it. Not for a value with fractions."""
    places = [[path, place.line, place.follows] for path, place in document.texts.items()]
    return [document.value, list(document.lines.items()), places]


def unpacked(file: str, content: Packed) -> Document:
    value, lines, places = content
    texts: dict[Path, TextPlace] = {tuple(path): TextPlace(line, follows) for path, line, follows in places}
    return Document(file, value, {tuple(path): line for path, line in lines}, texts)


def _is_plain(value: Any) -> bool:
    """Whether JSON gives it back as it was; a Decimal it would not."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int)


def _wrapped(kept: dict[str, Packed]) -> bytes:
    content = json.dumps(kept, separators=(",", ":")).encode()
    return hashlib.sha256(content).digest() + content


def _unwrapped(content: bytes | None) -> dict[str, Packed]:
    """What was wrapped; nothing where it is cut short or something else."""
    if not content or hashlib.sha256(content[32:]).digest() != content[:32]:
        return {}
    kept: dict[str, Packed] = json.loads(content[32:])
    return kept


def _name() -> str:
    return name_by_code("pages", CODE, ("ruamel.yaml",))
