"""Import files as raw records: JSON, JSON Lines and CSV taken apart, each value with the line it stands on.

Knows how files are written, not what a record must hold: that is bot/importing.py.
"""

import csv
import io
import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from bot.errors import Fault

Path = tuple[str | int, ...]
_BLANK = re.compile(r"[ \t\r\n]*")
_UNSTORABLE = re.compile(r"\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|\x00")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An import file as it was read: its name, for the faults, and its bytes. `kind` is for a CSV named otherwise."""

    name: str
    content: bytes
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """One record before validation. `locate` gives the line of a path inside it; `key` names it in faults."""

    kind: str
    value: Any
    key: str
    locate: Callable[[Path], int]


class Unreadable(Exception):
    """The text cannot be taken apart from `line` on."""

    def __init__(self, line: int, what: str, suggestion: str = "") -> None:
        self.line, self.what, self.suggestion = line, what, suggestion
        super().__init__(what)


def decode(content: bytes) -> str:
    """UTF-8, with or without a byte order mark."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(1, "is UTF-16", "save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(content.count(b"\n", 0, error.start) + 1, "is not UTF-8", "save it as UTF-8") from error


def read_json(text: str, kinds: Mapping[str, object]) -> Iterator[Raw | Fault]:
    """An object of kinds, an object with `events`, one record or a list of records with a `kind` each."""
    document = _parse(text)
    lines = _Lines(text)
    if isinstance(document, dict) and "kind" not in document:
        for key, value in document.items():
            if key == "as_of":
                continue
            if key != "events" and key not in kinds:
                yield Fault("", lines.of((key,)), key, "unknown kind of record", close(key, (*kinds, "events")))
            elif not isinstance(value, list):
                yield Fault("", lines.of((key,)), key, "must be a list of records")
            else:
                yield from _listed(key, value, (key,), lines, kinds)
    else:
        records = document if isinstance(document, list) else [document]
        yield from _listed("events", records, () if isinstance(document, list) else None, lines, kinds)


def _listed(
    key: str, records: list[Any], path: Path | None, lines: "_Lines", kinds: Mapping[str, object]
) -> Iterator[Raw | Fault]:
    for index, value in enumerate(records):
        at: Path = () if path is None else (*path, index)
        name = f"{key}[{index}]"
        kind = key if key != "events" else None
        yield _raw(kind, value, name, lambda inner, at=at: lines.of((*at, *inner)), kinds)  # type: ignore[misc]


def _raw(
    kind: str | None, value: Any, key: str, locate: Callable[[Path], int], kinds: Mapping[str, object]
) -> Raw | Fault:
    if not isinstance(value, dict):
        return Fault("", locate(()), key, "must be an object")
    if kind is None:
        value = dict(value)
        named = value.pop("kind", None)
        if named not in kinds:
            hint = close(str(named), kinds) if named else f"one of {', '.join(kinds)}"
            return Fault("", locate(("kind",)), f"{key}.kind", "unknown kind" if named else "is required", hint)
        kind = str(named)
    return Raw(kind, value, key, locate)


def read_json_lines(text: str, kinds: Mapping[str, object]) -> Iterator[Raw | Fault]:
    """One object with a `kind` per line; blank lines are passed over, a broken line does not hide the next ones."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _parse(line)
        except Unreadable as error:
            yield Fault("", number, "", error.what, error.suggestion)
            continue
        yield _raw(None, value, "record", lambda _, number=number: number, kinds)  # type: ignore[misc]


def read_csv(text: str, kind: str, fields: Mapping[str, bool]) -> Iterator[Raw | Fault]:
    """One record per row. `fields` says of each field whether it is structured: JSON, or columns `field.part`.

    An empty cell is a field not given. A list of words may also be written `one; two`.
    """
    if "\x00" in text:
        raise Unreadable(text.count("\n", 0, text.index("\x00")) + 1, "holds a NUL character")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        header = [name.strip() for name in next(rows, [])]
        yield from _header_faults(header, kind, fields)
        line = rows.line_num + 1
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield _row(header, cells, kind, fields, line)
            line = rows.line_num + 1
    except csv.Error as error:
        raise Unreadable(line, f"is not readable as CSV: {error}", "is the file whole?") from error


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _header_faults(header: list[str], kind: str, fields: Mapping[str, bool]) -> Iterator[Fault]:
    if not header:
        yield Fault("", 1, "", "is empty", "the first row names the fields")
    for index, name in enumerate(header):
        top = name.partition(".")[0]
        if top not in fields:
            yield Fault("", 1, f"{kind}.{name}", "unknown field", close(top, fields))
        elif name in header[:index]:
            yield Fault("", 1, f"{kind}.{name}", "stands twice")


def _row(header: list[str], cells: list[str], kind: str, fields: Mapping[str, bool], line: int) -> Raw | Fault:
    if len(cells) > len(header):
        return Fault("", line, kind, f"has {len(cells)} cells where the first row names {len(header)}")
    value: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        parts = name.split(".")
        if not cell.strip() or parts[0] not in fields:
            continue
        try:
            _put(value, parts, _cell(cell, structured=fields[parts[0]] and len(parts) == 1))
        except Unreadable as error:
            return Fault("", line, f"{kind}.{name}", error.what, error.suggestion)
    return Raw(kind, value, kind, lambda _: line)


def _cell(cell: str, *, structured: bool) -> Any:
    if not structured:
        return cell.strip()
    if cell.lstrip()[:1] in ("[", "{"):
        return _parse(cell)
    return [part.strip() for part in cell.split(";") if part.strip()]


def _put(value: dict[str, Any], parts: list[str], cell: Any) -> None:
    for part in parts[:-1]:
        value = value.setdefault(part, {})
        if not isinstance(value, dict):
            raise Unreadable(0, "is written both whole and in parts")
    value[parts[-1]] = cell


def close(name: str, names: Mapping[str, object] | tuple[str, ...] | list[str]) -> str:
    """`did you mean …?`, or nothing when no name is near."""
    near = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_constant(digits)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _parse(text: str) -> Any:
    """Raises Unreadable, with its line, for what is not JSON or cannot be stored as text."""
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        whole = error.pos < len(text.rstrip())
        raise Unreadable(error.lineno, f"is not JSON: {error.msg}", "" if whole else "is the file whole?") from error
    except RecursionError as error:
        raise Unreadable(1, "is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(1, f"is not JSON: {error}") from error
    found = _UNSTORABLE.search(text)
    if found and _unstorable(document):
        raise Unreadable(text.count("\n", 0, found.start()) + 1, "holds a character that is not text")
    return document


def _unstorable(value: Any) -> bool:
    """Whether a text in it holds NUL or half a surrogate pair, which no database takes."""
    if isinstance(value, str):
        return any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(_unstorable(key) or _unstorable(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_unstorable, value))


class _Lines:
    """Finds the line of a path in a JSON text that is known to be well-formed; works only when it is asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._children: dict[int, dict[str | int, int]] = {}
        self._newlines: list[int] | None = None

    def of(self, path: Path) -> int:
        """The line of the deepest part of the path that exists."""
        position = self._skip(0)
        for part in path:
            inner = self._inside(position).get(part)
            if inner is None:
                break
            position = inner
        return self._line(position)

    def _line(self, position: int) -> int:
        if self._newlines is None:
            self._newlines = [match.start() for match in re.finditer("\n", self._text)]
        return bisect_right(self._newlines, position) + 1

    def _skip(self, position: int) -> int:
        match = _BLANK.match(self._text, position)
        return match.end() if match else position

    def _inside(self, position: int) -> dict[str | int, int]:
        if position not in self._children:
            opening = self._text[position : position + 1]
            self._children[position] = self._scan(position, opening == "{") if opening in ("{", "[") else {}
        return self._children[position]

    def _scan(self, position: int, is_object: bool) -> dict[str | int, int]:
        found: dict[str | int, int] = {}
        position = self._skip(position + 1)
        while self._text[position] not in "]}":
            name: str | int = len(found)
            if is_object:
                name, position = _DECODER.raw_decode(self._text, position)
                position = self._skip(self._skip(position) + 1)
            found[name] = position
            _, position = _DECODER.raw_decode(self._text, position)
            position = self._skip(position)
            if self._text[position] == ",":
                position = self._skip(position + 1)
        return found
