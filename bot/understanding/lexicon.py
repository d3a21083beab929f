"""The words that rules go by, read once from `lexicon/<language>.yaml` and joined over all languages.

Customers mix languages, so the tables are joined; the same word stands in two languages only with one meaning.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")

Patterns = tuple[re.Pattern[str], ...]
Sections = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded words and compiled patterns; see the files for what each section is."""

    yes: frozenset[str]
    no: frozenset[str]
    weak: frozenset[str]
    unsure: frozenset[str]
    skip: frozenset[str]
    stop: frozenset[str]
    stop_filler: frozenset[str]
    start: frozenset[str]
    help: frozenset[str]
    stop_wish: Patterns
    stop_except: Patterns
    person: Patterns
    person_except: Patterns
    never_mind: Patterns
    correction: Patterns
    upset: Patterns
    angry: Patterns
    photo_none: Patterns
    intents: tuple[tuple[str, re.Pattern[str]], ...]
    join: Patterns
    window: Patterns
    question: frozenset[str]
    expand: Mapping[str, str]
    common: Mapping[str, frozenset[str]]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    days: Mapping[str, int]
    spans: Mapping[str, int]
    next: frozenset[str]
    into: frozenset[str]
    numbers: Mapping[str, int]
    last: frozenset[str]
    star: frozenset[str]
    rating_lead: frozenset[str]
    rating_follow: frozenset[str]
    filler: frozenset[str]  # said around a choice
    generic: frozenset[str]  # words of titles that name no product by themselves


def read_sections(folder: str, language: str) -> Sections:
    """A packaged file of block texts, one entry a line, by section."""
    text = (files("bot.understanding") / folder / f"{language}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, str] = YAML(typ="safe", pure=True).load(text)
    return {str(name): tuple(block.splitlines()) for name, block in loaded.items()}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """All languages' lexicons as one; read from the package on first use."""
    by_language = {language: read_sections("lexicon", language) for language in LANGUAGES}
    every = tuple(by_language.values())

    def joined(name: str) -> tuple[str, ...]:
        return tuple(line for sections in every for line in sections.get(name, ()))

    return Lexicon(
        yes=frozenset(joined("yes")),
        no=frozenset(joined("no")),
        weak=frozenset(joined("weak")),
        unsure=frozenset(joined("unsure")),
        skip=frozenset(joined("skip")),
        stop=frozenset(joined("stop")),
        stop_filler=frozenset(joined("stop_filler")),
        start=frozenset(joined("start")),
        help=frozenset(joined("help")),
        stop_wish=_patterns(joined("stop_pattern")),
        stop_except=_patterns(joined("stop_except_pattern")),
        person=_patterns(joined("person_pattern")),
        person_except=_patterns(joined("person_except_pattern")),
        never_mind=_patterns(joined("never_mind_pattern")),
        correction=_patterns(joined("correction_pattern")),
        upset=_patterns(joined("upset_pattern")),
        angry=_patterns(joined("angry_pattern")),
        photo_none=_patterns(joined("photo_none_pattern")),
        intents=_ruled(joined("intent_pattern")),
        join=_patterns(joined("join_pattern")),
        window=_patterns(joined("window_pattern")),
        question=frozenset(joined("question")),
        expand=_pairs(joined("expand")),
        common={name: frozenset(" ".join(part.get("common", ())).split()) for name, part in by_language.items()},
        months=_counted(every, "months"),
        weekdays=_counted(every, "weekdays", start=0),
        days=_numbers(joined("days")),
        spans=_numbers(joined("spans")),
        next=frozenset(joined("next")),
        into=frozenset(joined("in")),
        numbers=_counted(every, "numbers"),
        last=frozenset(joined("last")),
        star=frozenset(joined("star")),
        rating_lead=frozenset(joined("rating_lead")),
        rating_follow=frozenset(" ".join(joined("rating_follow")).split()),
        filler=frozenset(" ".join(joined("filler")).split()),
        generic=frozenset(" ".join(joined("generic")).split()),
    )


def any_of(patterns: Patterns, text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _patterns(lines: Iterable[str]) -> Patterns:
    return tuple(re.compile(line) for line in lines)


def _ruled(lines: Iterable[str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """`intent = pattern`, over the words of a clause with abbreviations written out."""
    return tuple((intent, re.compile(pattern)) for intent, _, pattern in (line.partition(" = ") for line in lines))


def _pairs(lines: Iterable[str]) -> dict[str, str]:
    """The first meaning given stands: English comes first."""
    found: dict[str, str] = {}
    for line in lines:
        short, _, long = line.partition(" = ")
        found.setdefault(short, long)
    return found


def _numbers(lines: Iterable[str]) -> dict[str, int]:
    return {words: int(number) for words, number in _pairs(lines).items()}


def _counted(every: Iterable[Sections], name: str, start: int = 1) -> dict[str, int]:
    """Each line's place, from `start`, under every word of the line."""
    return {
        word: place
        for sections in every
        for place, line in enumerate(sections.get(name, ()), start)
        for word in line.split()
    }
