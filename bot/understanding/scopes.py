"""Whether several orders are meant ("all my pending orders"), all items of one, and how often something comes."""

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.understanding.lexicon import Lexicon, any_of, lexicon
from bot.understanding.normalise import Text

MOST_CHARACTERS = 600
NARROWEST_FIRST = ("pending", "delivered", "all")
LONGEST_CYCLE = 366  # days


def find_scope(text: Text, words: Lexicon) -> str:
    """`all`, `pending` (not shipped yet) or `delivered`, of the customer's orders; empty where none is said."""
    plain = text.plain[:MOST_CHARACTERS]
    said = {name for name, pattern in words.scopes if pattern.search(plain)}
    return next((name for name in NARROWEST_FIRST if name in said), "")


def names_everything(text: Text, words: Lexicon) -> bool:
    """Whether all items are meant, whatever is left out of them."""
    return any_of(words.everything, text.plain[:MOST_CHARACTERS])


def find_interval(text: Text, words: Lexicon) -> int | None:
    """Days between two times: "every 6 weeks", "alle zwei Wochen", "twice a month", "monthly"."""
    plain = text.plain[:MOST_CHARACTERS]
    every, per, often = _patterns()
    match = per.search(plain)
    if match:
        times = words.times.get(match[1]) or _number(match[1].split()[0], words)
        return max(1, words.cycle[match[2]] // times) if times else None
    match = every.search(plain)
    if match:
        said = match[1]
        count = 1 if said is None else 2 if said in words.every_other else _number(said, words)
        days = words.cycle[match[2]] * count if count else 0
        return days if 0 < days <= LONGEST_CYCLE else None
    match = often.search(plain)
    return words.often[match[1]] if match else None


def _number(word: str, words: Lexicon) -> int | None:
    return int(word) if word.isdecimal() and len(word) <= 3 else words.numbers.get(word)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = lexicon()
    lead, unit, per = (_any(names) for names in (words.every_lead, words.cycle, words.per))
    times = _any(words.times)
    return (
        re.compile(rf"\b(?:{lead}) (?:([\w]+) )?({unit})\b"),
        re.compile(rf"\b({times}|\d{{1,2}} (?:times|veces|fois|mal|vezes|volte|keer|x)) (?:{per}) ({unit})\b"),
        re.compile(rf"\b({_any(words.often)})\b"),
    )


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
