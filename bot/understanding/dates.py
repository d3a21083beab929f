"""Days and hours in a customer's words, from the day where they are.

Only words that are surely a date count: "may I" is no month, "4/5" no day unless a day was asked for. A weekday is
the next one after today; "next Friday" is Friday of next week. A day without a year is the nearest such day, or the
next one when a day to come was asked for.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text

ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
NUMERIC = re.compile(r"(?<![\d/.$€£])(\d{1,2})([/.])(\d{1,2})(?:\2(\d{4}|\d{2})?)?(?![\d/%])")
ORDINAL = re.compile(r"^(\d{1,2})(?:st|nd|rd|th|er|eme|e|o|a)?$")
SUFFIXED = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)$")
GREETINGS = frozenset({"guten", "goede", "buenas", "jeden"})
PART_OF_DAY = frozenset({"la", "de"})  # "por la mañana" is a morning
BETWEEN = frozenset({"of", "de", "the"})
MONTH_FIRST = frozenset({"US", "PH", "CA"})
AMBIGUOUS = frozenset(
    {
        "sun",
        "sat",
        "mon",
        "mar",
        "may",
        "mai",
        "mei",
        "march",
        "marco",
        "marzo",
        "segunda",
        "quarta",
        "quinta",
        "sexta",
        "terca",
        "dec",
    }
)
RECENT = timedelta(days=120)
MOST_WORDS = 300


def find_dates(
    text: Text, today: date, lexicon: Lexicon, *, asked: bool = False, country: str = "US"
) -> tuple[str, ...]:
    """ISO days in the order written."""
    words = text.bare.split()[:MOST_WORDS]
    found = [
        *_numeric(text.plain, today, asked, country),
        *_named(words, today, lexicon, asked),
        *_relative(words, today, lexicon),
        *(_lone_days(words, today) if asked else _on_the(words, today)),
    ]
    return tuple(dict.fromkeys(day.isoformat() for day in found))


def find_window(text: Text, lexicon: Lexicon) -> str | None:
    """The hours asked for, in the customer's own (folded) words: "after 5pm"."""
    for pattern in lexicon.window:
        match = pattern.search(text.plain)
        if match:
            return match.group().strip()
    return None


def _numeric(plain: str, today: date, asked: bool, country: str) -> Iterator[date]:
    for match in ISO.finditer(plain):
        yield from _day(int(match[1]), int(match[2]), int(match[3]))
    for match in NUMERIC.finditer(plain):
        first, second, year = int(match[1]), int(match[3]), match[4]
        dotted = match[2] == "." and not match.group().endswith(".") and not year
        if not year and (dotted or not (asked or max(first, second) > 10)):
            continue
        month_first = (country in MONTH_FIRST and match[2] == "/" and first <= 12) or second > 12
        month, day = (first, second) if month_first else (second, first)
        if year:
            yield from _day(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        else:
            yield from _without_year(month, day, today, asked)


def _named(words: list[str], today: date, lexicon: Lexicon, asked: bool) -> Iterator[date]:
    """`27 Nov`, `November 27th`, `27 de noviembre`, each with a year or without."""
    for place, word in enumerate(words):
        month = lexicon.months.get(word)
        if month is None:
            continue
        before = [other for other in words[max(0, place - 3) : place] if other not in BETWEEN]
        day = _number(before[-1]) if before else None
        rest = words[place + 1 : place + 3]
        if day is None and rest:
            day, rest = _number(rest[0]), rest[1:]
        if day is None:
            continue
        if rest and re.fullmatch(r"20\d\d", rest[0]):
            yield from _day(int(rest[0]), month, day)
        else:
            yield from _without_year(month, day, today, asked)


def _number(word: str) -> int | None:
    match = ORDINAL.match(word)
    return int(match[1]) if match else None


def _relative(words: list[str], today: date, lexicon: Lexicon) -> Iterator[date]:
    taken = -1
    for place, word in enumerate(words):
        if place <= taken:
            continue
        for length in (4, 3, 2, 1):
            span = words[place : place + length]
            shift = lexicon.days.get(" ".join(span)) if len(span) == length else None
            if shift is not None:
                taken = place + length - 1
                if not _is_greeting(words, place):
                    yield today + timedelta(days=shift)
                break
        else:
            yield from _weekday(words, place, today, lexicon)
            if word in lexicon.into or word == "de":
                yield from _in_so_long(words[place + 1 : place + 4], today, lexicon)


def _is_greeting(words: list[str], place: int) -> bool:
    before = words[place - 1] if place else ""
    return before in GREETINGS or (words[place] in ("manana", "morgen") and before in PART_OF_DAY)


def _weekday(words: list[str], place: int, today: date, lexicon: Lexicon) -> Iterator[date]:
    wanted = lexicon.weekdays.get(words[place])
    if wanted is None or (words[place] in AMBIGUOUS and not _date_like(words, place)):
        return
    around = words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    if lexicon.next & set(around):
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        yield monday + timedelta(days=wanted)
    else:
        yield today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _date_like(words: list[str], place: int) -> bool:
    """Whether a word that is not only a weekday stands where a weekday would."""
    before = words[place - 1] if place else ""
    return len(words) <= 2 or before in {
        "on",
        "next",
        "this",
        "by",
        "until",
        "na",
        "a",
        "or",
        "and",
        "every",
        "proxima",
    }


def _in_so_long(rest: list[str], today: date, lexicon: Lexicon) -> Iterator[date]:
    for number, unit in pairwise(rest):
        count = int(number) if number.isdecimal() and len(number) <= 2 else lexicon.numbers.get(number)
        if count is not None and unit in lexicon.spans:
            yield today + timedelta(days=count * lexicon.spans[unit])
            return


def _on_the(words: list[str], today: date) -> Iterator[date]:
    """`on the 3rd`, `by the 21st`."""
    for place in range(2, len(words)):
        match = SUFFIXED.match(words[place])
        if match and words[place - 1] == "the" and words[place - 2] in ("on", "by", "until", "before", "after"):
            yield from _day_of_month(int(match[1]), today)


def _lone_days(words: list[str], today: date) -> Iterator[date]:
    """`the 3rd`, `3rd`, where a day was asked for."""
    for place, word in enumerate(words):
        match = SUFFIXED.match(word)
        following = words[place + 1] if place + 1 < len(words) else ""
        if match and not calendar_word(following) and not calendar_word(words[place - 1] if place else ""):
            yield from _day_of_month(int(match[1]), today)


def calendar_word(word: str) -> bool:
    """Whether the word makes a day before or after it more than a lone one."""
    return word in {"time", "floor", "one", "of"} or word[:3] in {
        name[:3].lower() for name in calendar.month_name if name
    }


def _day_of_month(day: int, today: date) -> Iterator[date]:
    for ahead in range(3):
        month = (today.month - 1 + ahead) % 12 + 1
        year = today.year + (today.month - 1 + ahead) // 12
        for found in _day(year, month, day):
            if found >= today:
                yield found
                return


def _without_year(month: int, day: int, today: date, to_come: bool) -> Iterator[date]:
    for year in (today.year, today.year + 1) if to_come else (today.year, today.year - 1, today.year + 1):
        for found in _day(year, month, day):
            if found >= today or (not to_come and today - found <= RECENT):
                yield found
                return


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
