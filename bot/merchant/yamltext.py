"""A YAML text read into plain values that remember their lines. It runs no tags; its faults are in a merchant's words.

Numbers with a fraction become Decimal, dates stay text: the schema decides what they are. Keys are always text.
Duplicate keys, anchors and tags of one's own are refused: each has misled a shop's owner before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.resolver import implicit_resolvers
from yaml.resolver import BaseResolver

from bot.errors import Fault

Path = tuple[str | int, ...]
MOST_CHARACTERS = 1_000_000
DEEPEST = 50
TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where a text's first line stands. `follows` says that its further lines are the file's further lines."""

    line: int
    follows: bool

    def line_of(self, number: int) -> int:
        """The file's line of the text's own 1-based line."""
        return self.line + number - 1 if self.follows else self.line


@dataclass(frozen=True, slots=True)
class Document:
    """A file's value, the line of each path in it (a mapping's entry: the line of its key), and where texts stand."""

    file: str
    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, TextPlace] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the path, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: Path, what: str, suggestion: str = "") -> Fault:
        return Fault(self.file, self.line(path), dotted(path), what, suggestion)


def dotted(path: Path) -> str:
    """`phrases.en[2]`: a path as it is told to the merchant."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@lru_cache(maxsize=32)
def read_yaml(file: str, text: str) -> tuple[Document, tuple[Fault, ...]]:
    """The document and its faults; a fault of syntax leaves its value None. Remembered: a reload reads what changed."""
    if len(text) > MOST_CHARACTERS:
        return Document(file, None), (Fault(file, 0, "", f"the file is longer than {MOST_CHARACTERS} characters"),)
    try:
        node = _composed(text)
    except MarkedYAMLError as error:
        return Document(file, None), (_syntax_fault(file, text, error),)
    except (YAMLError, ValueError, RecursionError) as error:
        return Document(file, None), (Fault(file, 0, "", f"the file cannot be read as YAML: {error}"),)
    reading = _Reading(Document(file, None))
    value = reading.value(node, ()) if node is not None else None
    found = reading.document
    return Document(file, value, found.lines, found.texts), tuple(reading.faults)


def _composed(text: str) -> Any:
    """The text's tree; None for an empty text. By libyaml, ten times as fast, where it is there and has nothing to say
    against the text; else by ruamel.yaml, which says what is wrong in words that the tips know."""
    if yaml.__with_libyaml__:
        try:
            _refuse_depth(yaml.parse(text, Loader=_core_loader()))
            return yaml.compose(text, Loader=_core_loader())
        except (yaml.YAMLError, ValueError):
            pass
    return YAML(typ="safe", pure=True).compose(text)


def _refuse_depth(events: Iterator[Any]) -> None:
    """libyaml's own tree is made by recursion in C, which ends the process where Python would raise."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise RecursionError(f"it is nested more than {DEEPEST} deep")


@cache
def _core_loader() -> Any:
    """libyaml's parser, with the scalars of YAML 1.2: `no` and `on` are text."""

    class CoreLoader(yaml.cyaml.CParser, BaseResolver):  # type: ignore[misc]
        def __init__(self, stream: str) -> None:
            yaml.cyaml.CParser.__init__(self, stream)
            BaseResolver.__init__(self)

    for versions, tag, pattern, first in implicit_resolvers:
        if (1, 2) in versions:
            CoreLoader.add_implicit_resolver(tag, pattern, first)
    return CoreLoader


def _syntax_fault(file: str, text: str, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    lines = text.splitlines()
    around = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in around[: len(around) - len(around.lstrip())]:
        return Fault(file, line, "", "a tab is used to indent", "indent with spaces")
    tips = {
        "mapping values are not allowed": "put the text in quotes when it contains a colon and a blank",
        "could not find expected ':'": "write `key: value`; is a colon or an indent missing?",
        "found character": "put the text in quotes",
        "expected <block end>": "is the indent the same as on the lines around it?",
        "found unexpected end of stream": "a quote is not closed",
        "while scanning a quoted scalar": "a quote is not closed",
    }
    told = f"{error.context or ''} {error.problem or ''}".strip()
    tip = next((tip for sign, tip in tips.items() if sign in told), "")
    return Fault(file, line, "", f"not valid YAML: {told}", tip)


class _Reading:
    """One document while it is read."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def value(self, node: Any, path: Path) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._fault(path, "anchors and aliases (& and *) are not used here", "write it out")
            return None
        self._seen.add(id(node))
        if node.id == "mapping":
            return dict(self._entries(node, path))
        if node.id == "sequence":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _entries(self, node: Any, path: Path) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.id != "scalar":
                self.faults.append(Fault(self.document.file, line, dotted(path), "a key must be plain text"))
                continue
            key = str(key_node.value)
            where = (*path, key)
            if key in first:
                what = f"the key stands here a second time; the first is on line {first[key]}"
                self.faults.append(Fault(self.document.file, line, dotted(where), what, "remove or rename one of them"))
                continue
            first[key] = line
            self.document.lines[where] = line
            yield key, self.value(value_node, where)

    def _scalar(self, node: Any, path: Path) -> Any:
        text = str(node.value)
        block = node.style in ("|", ">")
        start = node.start_mark.line + (2 if block else 1)
        follows = node.style == "|" or node.start_mark.line == node.end_mark.line
        self.document.texts[path] = TextPlace(start, follows)
        kind = str(node.tag).removeprefix(TAG)
        match kind:
            case "str" | "timestamp":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return self._number(text, path)
            case "float":
                return self._fraction(text, path)
            case _:
                self._fault(path, f"the tag {node.tag} is not used here", "remove it")
                return None

    def _number(self, text: str, path: Path) -> Any:
        try:
            return int(text.replace("_", ""), 0) if text[:2].lower() in ("0x", "0o") else int(text)
        except ValueError:
            self._fault(path, f"{text!r} is not a whole number")
            return None

    def _fraction(self, text: str, path: Path) -> Any:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
        self._fault(path, f"{text!r} is not a number")
        return None

    def _fault(self, path: Path, what: str, suggestion: str = "") -> None:
        self.faults.append(self.document.fault(path, what, suggestion))
