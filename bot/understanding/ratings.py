"""Stars in a customer's words: 1 to 5, where the number stands as a rating and not as a count of something."""

import re

from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text

STARS = re.compile(r"[⭐★🌟]")
HOLLOW = re.compile(r"[☆]")
OUT_OF = re.compile(r"(?<![\d/.])(\d{1,2})(?:[.,]\d)? ?(?:/|out of|von|sur|de|su|van) ?(5|10)(?![\d/])")
KEYCAP = re.compile(r"(?<!\d)([1-5])\ufe0f?\u20e3")
MOST = 5
MOST_WORDS = 40


def find_ratings(text: Text, lexicon: Lexicon) -> tuple[int, ...]:
    """Ratings that name themselves: "four stars", "4/5", ⭐⭐⭐⭐."""
    found = [*_signs(text), *_out_of(text.plain)]
    words = text.bare.split()[:MOST_WORDS]
    for place, word in enumerate(words[1:], start=1):
        if word in lexicon.star and (number := _number(words[place - 1], lexicon)):
            found.append(number)
    return tuple(dict.fromkeys(found))


def read_rating(text: Text, lexicon: Lexicon) -> int | None:
    """The rating, where one was asked for: also a bare number or one that leads in ("4 because it is late")."""
    found = find_ratings(text, lexicon)
    if found:
        return found[0] if len(found) == 1 else None
    words = text.bare.split()[:MOST_WORDS]
    for place, word in enumerate(words):
        number = _number(word, lexicon)
        if number is None:
            continue
        lead, follow = " ".join(words[:place]), words[place + 1 :]
        if (not lead or lead in lexicon.rating_lead) and (not follow or _follows(word, follow[0], text, lexicon)):
            return number
        if any(lead.endswith(" " + known) for known in lexicon.rating_lead if " " in known) and not follow:
            return number
    return None


def _follows(word: str, following: str, text: Text, lexicon: Lexicon) -> bool:
    """Whether what follows the number talks on about it, or is parted from it."""
    parted = re.search(rf"(?<!\w){re.escape(word)} ?[.,!:;)\-–—\n]", text.plain)
    return following in lexicon.rating_follow or bool(parted)


def _signs(text: Text) -> list[int]:
    full = len(STARS.findall(text.raw[:200]))
    keycap = KEYCAP.search(text.raw[:200])
    if keycap:
        return [int(keycap[1])]
    return [full] if 1 <= full <= MOST else []


def _out_of(plain: str) -> list[int]:
    found = []
    for match in OUT_OF.finditer(plain):
        given, most = int(match[1]), int(match[2])
        if 1 <= given <= most:
            found.append(given if most == MOST else max(1, (given + 1) // 2))
    return found


def _number(word: str, lexicon: Lexicon) -> int | None:
    if word.isdecimal() and len(word) == 1:
        return int(word) if 1 <= int(word) <= MOST else None
    number = lexicon.numbers.get(word)
    return number if number is not None and number <= MOST and not word[0].isdigit() else None
