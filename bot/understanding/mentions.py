"""Where a text names things that the customer bought, by title, part of it, a slip or a synonym."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from bot.records import Line
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import words_of
from bot.understanding.tokens import Token, followed_by, led_by

CLOSE = 86
SHORTEST_PART = 5  # of a title, said for the whole: "phone"
SHORTEST_HEAD = 4  # of a title, said within a longer word: "desklamp"
MOST_BACK = 6  # words before a thing that may describe it
COUNTED = frozenset({"piece", "pack", "x"})

Title = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing named by the tokens from `start` up to `end`; `head` is where the words that describe it begin."""

    start: int
    end: int
    head: int
    titles: frozenset[Title]


def titles_of(lines: Sequence[Line], lexicon: Lexicon) -> dict[Title, list[Line]]:
    """The lines by the words that name them."""
    found: dict[Title, list[Line]] = {}
    for line in lines:
        title = _title(line.title, lexicon.generic)
        if title:
            found.setdefault(title, []).append(line)
    return found


@lru_cache(maxsize=8192)
def _title(title: str, generic: frozenset[str]) -> Title:
    words = [word for word in words_of(title) if len(word) >= 3 and not word.isdigit()]
    return tuple(word for word in words if word not in generic) or tuple(words)


def find_mentions(tokens: Sequence[Token], titles: Mapping[Title, Sequence[Line]], lexicon: Lexicon) -> list[Mention]:
    """The things named, in order. Part of a title without its last word counts only where nothing is named better."""
    found: list[tuple[Mention, bool]] = []
    words = {word for title in titles for word in title}
    nothing = _telling_nothing(lexicon)
    place = 0
    while place < len(tokens):
        if tokens[place].said in nothing and tokens[place].said not in words:
            place += 1
            continue
        hits = _hits(tokens[place], titles, lexicon)
        end = place + 1
        while hits and end < len(tokens) and not tokens[end].parted:
            more = {
                title: hits[title] | parts
                for title, parts in _hits(tokens[end], titles, lexicon).items()
                if title in hits and not parts <= hits[title]
            }
            if not more:
                break
            hits, end = more, end + 1
        named = _named(hits)
        if named:
            titled, strong = named
            before = found[-1][0].end if found else 0
            mention = Mention(place, end, _head(tokens, place, before, lexicon), titled)
            found.append((mention, strong or _stands_alone(tokens, mention, lexicon)))
            place = end
        else:
            place += 1
    strong_ones = [mention for mention, strong in found if strong]
    return strong_ones or [mention for mention, _ in found]


def _stands_alone(tokens: Sequence[Token], mention: Mention, lexicon: Lexicon) -> bool:
    """Whether part of a title stands as a thing by itself: "the vacuum and", but not "the desk next to"."""
    article = mention.head > 0 and tokens[mention.head - 1].said in lexicon.articles
    joined = mention.head > 0 and tokens[mention.head - 1].said in lexicon.parting
    after = tokens[mention.end] if mention.end < len(tokens) else None
    return (article or joined) and (after is None or after.parted or after.said in _telling_nothing(lexicon))


@lru_cache(maxsize=4)
def _common(names: tuple[frozenset[str], ...]) -> frozenset[str]:
    return frozenset().union(*names)


def _telling_nothing(lexicon: Lexicon) -> frozenset[str]:
    return _common((*lexicon.common.values(), lexicon.filler, lexicon.into_strong, lexicon.into_weak, lexicon.parting))


def _named(hits: Mapping[Title, frozenset[int]]) -> tuple[frozenset[Title], bool] | None:
    """The titles named most, and whether by their last word or all but one."""
    if not hits:
        return None
    heads = {title: parts for title, parts in hits.items() if len(title) - 1 in parts}
    best = max(len(parts) for parts in (heads or hits).values())
    titles = frozenset(title for title, parts in (heads or hits).items() if len(parts) == best)
    if heads:
        return titles, True
    half = frozenset(title for title in titles if best * 2 >= len(title))
    return (half, best > 1) if half else None


def _hits(token: Token, titles: Mapping[Title, Sequence[Line]], lexicon: Lexicon) -> dict[Title, frozenset[int]]:
    said = token.said
    if len(said) < 3 or not said.isalpha():
        return {}
    word = lexicon.things.get(said)
    found = {}
    for title in titles:
        parts = _parts(said, title) or (_parts(word, title) if word else frozenset())
        if parts:
            found[title] = parts
    return found


@lru_cache(maxsize=65536)
def _parts(word: str, title: Title) -> frozenset[int]:
    """Which words of a title a word says: itself, a slip, the end of a compound, or several written as one."""
    if word == "".join(title) or word.rstrip("s") == "".join(title).rstrip("s"):
        return frozenset(range(len(title)))
    exact = frozenset(place for place, part in enumerate(title) if _same(word, part))
    if exact:
        return exact
    last = title[-1]
    short, long = sorted((word, last), key=len)
    fewest = SHORTEST_HEAD if short == last else SHORTEST_PART
    longer = 1 if len(short) >= SHORTEST_PART else 2
    ends = len(short) >= fewest and len(long) - len(short) >= longer and _ends(long, short)
    return frozenset({len(title) - 1}) if ends else frozenset()


def _same(word: str, part: str) -> bool:
    if word.rstrip("s") == part.rstrip("s") or word == f"{part}es":
        return True
    return len(word) >= 5 and len(part) >= 5 and word[0] == part[0] and fuzz.ratio(word, part) >= CLOSE


def _ends(long: str, short: str) -> bool:
    """`phone` of `smartphone`, and `phones`; not of `headphones`."""
    return long.endswith(short) or (short.endswith("s") and not long.endswith("s") and f"{long}s".endswith(short))


def _head(tokens: Sequence[Token], place: int, before: int, lexicon: Lexicon) -> int:
    """Where the words begin that describe the thing: behind the article, a mark, or what joins."""
    head = place
    while head > before and place - head < MOST_BACK and not tokens[head].parted:
        word = tokens[head - 1].said
        if word in lexicon.articles or word in lexicon.parting:
            break
        head -= 1
    return head


def quantity_of(tokens: Sequence[Token], mention: Mention, taken: frozenset[int], lexicon: Lexicon) -> int | None:
    """How many are said: "two mugs", "2 of the 3 mugs", "2x mug", "mugs x2"."""
    counted: list[tuple[int, int]] = []
    start = mention.head
    while start > 0 and mention.start - start < MOST_BACK and not tokens[start].parted:
        before = tokens[start - 1]
        if not (before.said in lexicon.articles or before.said == "of" or _count(before, lexicon)):
            break
        start -= 1
    for place in range(start, mention.start):
        number = None if place in taken else _count(tokens[place], lexicon)
        if number:
            counted.append((place, number))
    if counted:
        return counted[0][1]
    behind = tokens[mention.end : mention.end + 2]
    if behind and behind[0].said == "x" and len(behind) > 1 and behind[1].word.isdecimal():
        return int(behind[1].word)
    return _count(behind[0], lexicon) if behind and behind[0].word.endswith("_x") else None


def _count(token: Token, lexicon: Lexicon) -> int | None:
    word = token.word
    if word.isdecimal() and len(word) <= 2:
        return int(word) or None
    number, _, unit = word.partition("_")
    if unit in COUNTED and number.isdecimal() and len(number) <= 2:
        return int(number) or None
    if token.said in ("a", "an", "un", "una", "une", "ein", "eine", "um", "uma", "een", "uno"):
        return None
    return None if token.said in lexicon.ordinals else lexicon.dozen.get(token.said) or lexicon.numbers.get(token.said)


def is_left_out(tokens: Sequence[Token], mention: Mention, lexicon: Lexicon) -> bool:
    """Whether the thing is said not to be meant: "not the lamp", "except the lamp", "the lamp stays"."""
    behind = followed_by(tokens, mention.end, lexicon.except_behind)
    return behind or led_by(tokens, mention.head, lexicon.except_item)


def goes_on(tokens: Sequence[Token], before: Mention, mention: Mention, lexicon: Lexicon) -> bool:
    """Whether a thing is named in one breath with the one before: "the lamp and the rug", "the lamp, rug"."""
    between = {token.said for token in tokens[before.end : mention.head]} - lexicon.articles
    return between <= lexicon.listing and (bool(between) or tokens[mention.head].parted)


def names_order(tokens: Sequence[Token], mention: Mention, lexicon: Lexicon, *, swap: bool) -> bool:
    """Whether an order is called by the thing: "the lamp order", "the order with the lamp"."""
    if led_by(tokens, mention.head, lexicon.order_before):
        return True
    said = tokens[mention.end].said if mention.end < len(tokens) and not tokens[mention.end].parted else ""
    return said in lexicon.order_behind and not (swap and said in lexicon.one)
