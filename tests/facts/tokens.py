"""Everything in a text that looks like a fact, in the seven languages: links, contacts, money, shares, days, times,
numbers, words. Reads the letters only; who wrote them and why is not known here.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale

AROUND = 28
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")
LINK = re.compile(r"https?://[^\s<>()\"]*[^\s<>()\".,;:!?]")
MAIL = re.compile(r"[\w.+\-•*]+@[\w.\-•*]+[\w•*]")
PHONE = re.compile(r"\+\d[\d \-]{6,}\d|[•*]{2,} ?\d{2,4}\b")
SIGN = r"(?:US ?\$|\$ ?US|USD|\$|€|EUR|£)"
AMOUNT = r"-?\d(?:[\d.,']*\d)?"
MONEY = re.compile(rf"{SIGN}\s?(?P<after>{AMOUNT})|(?<![\d:.,])(?P<before>{AMOUNT})\s?{SIGN}(?!\w)")
SHARE = re.compile(r"(\d+(?:[.,]\d+)?) ?%")
CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})(?::|h)(\d{2})(?![\d:])(?: ?([ap])\. ?m\.?| ?([AP])M)?", re.IGNORECASE)
CODE = re.compile(r"(?<!\w)#?(?=[\w/\-]*\d)(?=[\w/\-]*[A-Za-z])[A-Za-z0-9][\w/\-]*\w(?!\w)")
NUMBER = re.compile(r"(?<![\w.,])\d(?:[\d.,]*\d)?(?!\w)")
WORD = re.compile(r"[^\W\d_]+")
#: Numbers as words, from one on, in the languages in turn.
SPELT = (
    "one two three four five six seven eight nine ten",
    "uno dos tres cuatro cinco seis siete ocho nueve diez",
    "un deux trois quatre cinq six sept huit neuf dix",
    "eins zwei drei vier fünf sechs sieben acht neun zehn",
    "um dois três quatro cinco seis sete oito nove dez",
    "uno due tre quattro cinque sei sette otto nove dieci",
    "een twee drie vier vijf zes zeven acht negen tien",
)
JOIN = r"(?:,? (?:at|a las|à|um|às|alle|om) |, | )"


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is what the kind holds: a Decimal, a Day, a time, or the text. `before` and `after` stand around it."""

    kind: str
    text: str
    value: Any
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it was said; what was not said is None. `weekday` counts from Monday as 0."""

    month: int
    day: int
    year: int | None = None
    weekday: int | None = None
    at: time | None = None


def fold(text: str) -> str:
    """Lower case, without accents: what a plain SMS may have been made of it."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return plain.replace("’", "'").replace("•", "*")


def tokens(text: str, language: str) -> Iterator[Token]:
    """Every fact-like piece, each character in one of them at most."""
    for kind, pattern, value in (
        ("link", LINK, lambda match: match[0]),
        ("mail", MAIL, lambda match: match[0]),
        ("phone", PHONE, lambda match: match[0]),
        ("money", MONEY, lambda match: amount(match["after"] or match["before"])),
        ("share", SHARE, lambda match: amount(match[1])),
        ("day", _day(language), lambda match: _day_of(match, language)),
        ("clock", CLOCK, clock),
        ("code", CODE, lambda match: match[0]),
        ("number", NUMBER, lambda match: amount(match[0])),
        ("word", WORD, lambda match: match[0]),
    ):
        kept = text
        for match in pattern.finditer(kept):
            around = kept[: match.start()][-AROUND:], kept[match.end() :][:AROUND]
            yield Token(kind, match[0], value(match), *around)
            text = text[: match.start()] + "\x00" * len(match[0]) + text[match.end() :]


def spelt_out(text: str) -> set[int]:
    """The numbers up to ten that stand as words in the text, in any of the languages."""
    words = {fold(word) for word in WORD.findall(text)}
    return {place for names in SPELT for place, name in enumerate(names.split(), 1) if fold(name) in words}


def amount(text: str) -> Decimal:
    """`1,234.50` and `1.234,50` alike; a last group of three digits is thousands."""
    parts = re.split(r"[.,']", text)
    if len(parts) > 1 and len(parts[-1]) != 3:
        return Decimal("".join(parts[:-1]) + "." + parts[-1])
    return Decimal("".join(parts))


def clock(match: re.Match[str]) -> time | None:
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or match[4] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


@cache
def _names(language: str, what: str) -> dict[str, int]:
    """Names of the months or days in every length, folded, without their stops."""
    locale = Locale.parse(language)
    every = getattr(locale, what)
    found: dict[str, int] = {}
    for context in every.values():
        for width in ("wide", "abbreviated", "short"):
            found |= {fold(name).rstrip("."): number for number, name in dict(context.get(width, {})).items()}
    return found


@cache
def _day(language: str) -> re.Pattern[str]:
    months = _spelt(_names(language, "months"))
    weekdays = _spelt(_names(language, "days"))
    year = r"(?:(?:,| de)? (?P<y>20\d\d))?"
    if language == "en":
        day = rf"(?P<m>{months})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b{year}"
    else:
        day = rf"(?P<d>\d{{1,2}})(?:\.|º|er)? (?:de )?(?P<m>{months})\.?{year}"
    at = rf"(?:{JOIN}(?P<at>\d{{1,2}}:\d\d(?: ?[ap]\.? ?m\b\.?)?))?"
    return re.compile(rf"(?:\b(?P<w>{weekdays})\.?,? )?(?<!\w){day}{at}", re.IGNORECASE)


def _spelt(names: dict[str, int]) -> str:
    """Each name with any letter accented or not, longest first."""
    spelt = sorted(names, key=len, reverse=True)
    return "|".join("".join(map(_letter, name)) for name in spelt)


def _letter(letter: str) -> str:
    accented = {"a": "áàâäã", "e": "éèêë", "i": "íìîï", "o": "óòôöõ", "u": "úùûü", "c": "ç"}
    return f"[{letter}{accented.get(letter, '')}]" if letter.isalpha() else re.escape(letter)


def _day_of(match: re.Match[str], language: str) -> Day:
    months, weekdays = _names(language, "months"), _names(language, "days")
    at = CLOCK.match(match["at"]) if match["at"] else None
    return Day(
        months[fold(match["m"])],
        int(match["d"]),
        int(match["y"]) if match["y"] else None,
        weekdays[fold(match["w"])] if match["w"] else None,
        clock(at) if at else None,
    )
