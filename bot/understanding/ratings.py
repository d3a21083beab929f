"""Stars in a customer's words: 1 to 5, where the number stands as a rating and not as a count of something."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.understanding.lexicon import Lexicon
from bot.understanding.meant import after_all
from bot.understanding.normalise import Text, words_of

STARS = re.compile(r"[⭐★🌟]")
OUT_OF = re.compile(
    r"(?<![\d/.,])(\d{1,2})(?:[.,]\d)? ?(?:/|out of|von|sur|sobre|de|em|su|van(?: de)?|auf) ?(5|10)(?![\d/])"
)
KEYCAP = re.compile(r"(?<!\d)(10|\d)\ufe0f?\u20e3")
PART = re.compile(r"[,.](?!\d)|[;:!?()\n–—…]+|\s-\s|\b(?:but|pero|mais|aber|mas|ma|maar)\b")
DECIMAL = re.compile(r"\d[.,]\d")
RANGE = re.compile(r"\d ?(?:-|–|/|to|or|o|ou|oder|of|bis|a|tot) ?\d")
COUNTED = frozenset(
    [
        "order",
        "size",
        "number",
        "option",
        "no",
        "nr",
        "after",
        "before",
        "at",
        "in",
        "on",
        "by",
        "for",
        "of",
        "page",
        "line",
        "floor",
        "apt",
        "flat",
        "unit",
        "room",
        "other",
        "last",
        "first",
        "past",
        "ordered",
        "bought",
        "received",
        "got",
        "have",
        "had",
        "has",
        "sent",
        "need",
        "want",
        "called",
        "waited",
        "took",
        "since",
        "from",
        "until",
        "till",
        "to",
        "pedi",
        "compre",
        "talla",
        "pedido",
        "commande",
        "taille",
        "bestellung",
        "grosse",
        "tamanho",
        "taglia",
        "maat",
        "bestelling",
        "a",
        "uhr",
        "um",
        "gegen",
        "vor",
        "nach",
        "seit",
    ]
) - {"a"}
UNMEANT = re.compile(
    r"\b(?:gonna say|going to say|about to say|would have|would ve|wouldve|if i could|could have been|almost|nearly|"
    r"normally|usually|iba a (?:dar|poner|decir)\w*|j aurais|j allais|hatte|wollte|ia dar|avrei|"
    r"stavo per|wilde|zou eerst)\b"
)
ARTICLES = frozenset(["a", "an", "un", "une", "una", "uno", "ein", "eine", "einen", "ne", "n", "um", "uma", "een"])
ONES = frozenset(["one", "un", "une", "una", "uno", "ein", "eine", "um", "uma", "een"])
MOST = 5
SCALE_OF_TEN = 10
MOST_WORDS = 40
MOST_BEFORE = 8  # words of a part before a number that ends it


def find_ratings(text: Text, lexicon: Lexicon) -> tuple[int, ...]:
    """Ratings that name themselves: "four stars", "4/5", ⭐⭐⭐⭐."""
    found = [*_out_of(text.plain), *_counted_stars(text, lexicon)]
    signs = _signs(text)
    if not found or signs != [1]:
        found = [*signs, *found]  # one star beside words is only an ornament
    return tuple(dict.fromkeys(found))


def read_rating(text: Text, lexicon: Lexicon) -> int | None:
    """The rating, where one was asked for: also a bare number or one that leads in ("4 because it is late")."""
    meant = after_all(text, lexicon)
    found = find_ratings(meant, lexicon)
    if found:
        return found[0] if len(found) == 1 else None
    return _one_number(meant, lexicon, 1, MOST)


def read_score(text: Text, lexicon: Lexicon) -> int | None:
    """0 to 10, where such a score was asked for: the one number said, in digits or in words ("a solid 9", "9/10")."""
    meant = after_all(text, lexicon)
    out_of = {int(match[1]) for match in OUT_OF.finditer(meant.plain) if match[2] == "10" and int(match[1]) <= 10}
    if out_of:
        return out_of.pop() if len(out_of) == 1 else None
    keycap = KEYCAP.search(text.raw[:200])
    return int(keycap[1]) if keycap else _one_number(meant, lexicon, 0, SCALE_OF_TEN)


def _one_number(text: Text, lexicon: Lexicon, least: int, most: int) -> int | None:
    """The one number that stands as a rating; words for the top and the bottom of the scale where none does."""
    if DECIMAL.search(text.plain) or RANGE.search(text.plain):
        return None
    parts = [words_of(part)[:MOST_WORDS] for part in PART.split(text.plain)]
    found = {number for part in parts for number in _rated(part, lexicon, most) if least <= number <= most}
    if found:
        return found.pop() if len(found) == 1 else None
    named = {most for part in parts if " ".join(part) in lexicon.rating_most}
    named |= {least for part in parts if " ".join(part) in lexicon.rating_least}
    return named.pop() if len(named) == 1 else None


def _rated(words: Sequence[str], lexicon: Lexicon, most: int) -> Iterator[int]:
    for place, word in enumerate(words):
        number = _number(word, lexicon, most)
        before, after = words[:place], words[place + 1 :]
        if number is None or UNMEANT.search(" ".join(before)):
            continue
        if word in ONES and _number(" ".join(after[:1]), lexicon, most) is not None:
            continue  # the article of the number behind it
        if _stands_as_rating(word, before, after, lexicon):
            yield number


def _stands_as_rating(word: str, before: Sequence[str], after: Sequence[str], lexicon: Lexicon) -> bool:
    led = not before or _leads(before, lexicon)
    if word in ONES:
        return led and not (before and before[-1] in ARTICLES and before[-1] == word) and _is_over(after, lexicon)
    if before and before[-1] in ARTICLES:
        return not after or after[0] not in ("of", "de", "items")
    if led and (_is_over(after, lexicon) or after[0] in lexicon.rating_follow or list(after[:2]) == ["of", "course"]):
        return True
    return _is_over(after, lexicon) and len(before) <= MOST_BEFORE and before[-1] not in COUNTED


def _leads(before: Sequence[str], lexicon: Lexicon) -> bool:
    line = " ".join(before)
    if all(word in lexicon.courtesy for word in before):
        return True
    return any(line == lead or line.endswith(" " + lead) for lead in lexicon.rating_lead)


def _is_over(after: Sequence[str], lexicon: Lexicon) -> bool:
    return all(word in lexicon.courtesy or word in lexicon.star for word in after)


def _counted_stars(text: Text, lexicon: Lexicon) -> list[int]:
    words = text.bare.split()[:MOST_WORDS]
    pairs = pairwise(words)
    numbers = (_number(word, lexicon, MOST) for word, following in pairs if following in lexicon.star)
    return [number for number in numbers if number]


def _signs(text: Text) -> list[int]:
    full = len(STARS.findall(text.raw[:200]))
    keycap = KEYCAP.search(text.raw[:200])
    if keycap and 1 <= int(keycap[1]) <= MOST:
        return [int(keycap[1])]
    return [full] if 1 <= full <= MOST else []


def _out_of(plain: str) -> list[int]:
    found = []
    for match in OUT_OF.finditer(plain):
        given, most = int(match[1]), int(match[2])
        if 1 <= given <= most:
            found.append(given if most == MOST else max(1, (given + 1) // 2))
    return found


def _number(word: str, lexicon: Lexicon, most: int) -> int | None:
    if word.isdecimal() and len(word) <= 2:
        return int(word)
    if word in lexicon.zero:
        return 0
    number = None if word in lexicon.ordinals else lexicon.numbers.get(word)
    return number if number is not None and number <= most and not word[0].isdigit() else None
