"""Which option values of a product a stretch of words says: "the 17 inch", "clicky", "no backlight", "black lenses".

A value is said by all of its words, or by one that no other value of the same option has ("google" of "Google
Assistant"). Words that mean something everywhere ("full", "back", "8") need the option's name beside them, or that a
value is what was asked for (`choosing`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import words_of
from bot.understanding.tokens import UNITS, Token, led_by, value_tokens

CLOSE = 88
SHORTEST_MISSPELT = 5
SAME_BEGINNING = 5
MOST_KEPT = 2_000
LETTERS_OF_A_SIZE = 4
NEAR = 3  # words between a value and its option's name
YES_NO = frozenset({"yes", "no"})
NONE = frozenset({"none", "no"})

Values = tuple[tuple[str, tuple[str, ...]], ...]
"""The options of a product, each with its values, in the catalogue's order."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value said by the tokens from `start` up to `end`; the value is empty where the option has none like it."""

    start: int
    end: int
    option: str
    value: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a product's values are called."""

    values: Values
    words: Mapping[tuple[str, str], tuple[str, ...]]
    telling: Mapping[str, tuple[tuple[str, str], ...]]  # a word that one value of its option has alone
    leading: Mapping[str, tuple[tuple[str, str], ...]]  # the first word of a value
    named: Mapping[str, frozenset[str]]  # option → the words of its name
    kept: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    def names(self, word: str) -> frozenset[str]:
        """The options that a word names."""
        found = self.kept.get(word)
        if found is None:
            if len(self.kept) > MOST_KEPT:
                self.kept.clear()
            found = frozenset(name for name, own in self.named.items() if any(_same_name(word, one) for one in own))
            self.kept[word] = found
        return found


def values_of(options: Iterable[Mapping[str, str]]) -> Values:
    """The options that some variants have, with their values."""
    found: dict[str, dict[str, None]] = {}
    for variant in options:
        for name, value in variant.items():
            found.setdefault(name, {})[value] = None
    return tuple((name, tuple(values)) for name, values in found.items())


@lru_cache(maxsize=1024)
def vocabulary(values: Values) -> Vocabulary:
    words: dict[tuple[str, str], tuple[str, ...]] = {}
    telling: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    leading: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    every_name = {word for name, _ in values for word in words_of(name)}
    for name, own in values:
        spelt = {value: value_tokens(value) for value in own}
        for value, tokens in spelt.items():
            if not tokens:
                continue
            words[name, value] = tokens
            leading[tokens[0]].append((name, value))
            others = {token for other, theirs in spelt.items() if other != value for token in theirs}
            for token in dict.fromkeys(tokens):
                numbered = token.isalpha() and any(other.isdigit() for other in tokens)  # IPX7 is not IPX4
                tells = not numbered and _tells(token, alone=len(tokens) == 1)
                if tells and token not in others and token not in every_name:
                    telling[token].append((name, value))
            for alias in _aliases(name, tokens):
                telling[alias].append((name, value))
    named = {name: _words_of_name(name) for name, _ in values}
    return Vocabulary(values, words, _frozen(telling), _frozen(leading), named)


def _words_of_name(name: str) -> frozenset[str]:
    own = frozenset(word for word in words_of(name) if len(word) >= 3)
    return own - lexicon().nameless_options or own


def _frozen(lists: Mapping[str, list[tuple[str, str]]]) -> dict[str, tuple[tuple[str, str], ...]]:
    return {word: tuple(pairs) for word, pairs in lists.items()}


def _tells(token: str, *, alone: bool) -> bool:
    if token in lexicon().tells_no_value or (token.isdigit() and not alone):
        return False
    return alone or (len(token) > 1 and token not in lexicon().said_of_anything)


def _aliases(name: str, tokens: Sequence[str]) -> list[str]:
    """`overear` of "over-ear", `500_piece` of the 500 of "pieces"."""
    found = ["".join(tokens)] if len(tokens) > 1 and all(token.isalpha() for token in tokens) else []
    if len(tokens) == 1 and tokens[0].isdigit():
        found += [f"{tokens[0]}_{UNITS[word]}" for word in words_of(name) if word in UNITS]
    return found


def find_values(
    tokens: Sequence[Token], known: Vocabulary, *, choosing: bool = False, trusted: frozenset[int] = frozenset()
) -> tuple[Said, ...]:
    """The values said, in order. `trusted` are places beside the thing's own name, where weak words tell too."""
    names = [known.names(token.word) for token in tokens]
    found: list[Said] = []
    place = 0
    while place < len(tokens):
        length, fitting = _longest(tokens, place, known)
        fitting = [pair for pair in fitting if choosing or _is_meant(pair, tokens, place, length, names, trusted)]
        chosen = _one_option(fitting, tokens, names, place, length)
        elsewhere = chosen and _named_otherwise(chosen[0], tokens, names, place, length)
        if elsewhere:
            chosen = (elsewhere, "")
        if chosen:
            found.append(Said(place, place + length, *chosen))
            place += length
        else:
            place += 1
    return (*found, *_yes_or_no(tokens, known, names, {said.option for said in found}))


def _longest(tokens: Sequence[Token], place: int, known: Vocabulary) -> tuple[int, list[tuple[str, str]]]:
    """The values that most words from there on say."""
    word = _known_word(tokens[place].word, known)
    best, fitting = 0, list[tuple[str, str]]()
    for pair in known.leading.get(word, ()):
        own = known.words[pair]
        whole = len(own) > 1 and [token.word for token in tokens[place : place + len(own)]] == list(own)
        length = len(own) if whole or len(own) == 1 else 0
        if length > best:
            best, fitting = length, []
        if length and length == best and pair not in fitting:
            fitting.append(pair)
    for pair in known.telling.get(word, ()):
        length = _run(tokens, place, frozenset(known.words[pair]))
        if length > best:
            best, fitting = length, []
        if length == best and pair not in fitting:
            fitting.append(pair)
    return max(best, 1), fitting


def _run(tokens: Sequence[Token], place: int, own: frozenset[str]) -> int:
    """How many of the next tokens are the value's own."""
    length = 1
    while place + length < len(tokens) and tokens[place + length].word in own:
        length += 1
    return length


def _known_word(word: str, known: Vocabulary) -> str:
    """The word, or the one of the product's that it is a slip of."""
    if word in known.telling or word in known.leading:
        return word
    if len(word) < SHORTEST_MISSPELT or not word.isalpha():
        return word
    return next((other for other in known.telling if _alike(word, other)), word)


@lru_cache(maxsize=32768)
def _alike(word: str, other: str) -> bool:
    if word.rstrip("s") == other.rstrip("s"):
        return True
    return (
        len(other) >= SHORTEST_MISSPELT
        and other.isalpha()
        and word[0] == other[0]
        and abs(len(word) - len(other)) <= 2
        and fuzz.ratio(word, other) >= CLOSE
    )


@lru_cache(maxsize=32768)
def _same_name(word: str, other: str) -> bool:
    if word == other or word.rstrip("s") == other.rstrip("s") or lexicon().option_names.get(word) == other:
        return True
    return len(word) > SAME_BEGINNING and word[:SAME_BEGINNING] == other[:SAME_BEGINNING]


def _is_meant(
    pair: tuple[str, str],
    tokens: Sequence[Token],
    place: int,
    length: int,
    names: Sequence[frozenset[str]],
    trusted: frozenset[int],
) -> bool:
    """Whether a word that may mean anything stands where it means the value."""
    word = tokens[place].word
    before = tokens[place - 1].word if place else ""
    if word.startswith("=") and len(tokens[place].said) > 2:
        return before not in lexicon().too
    small = word.isdigit() and len(word) <= 2
    if length > 1 or not (small or word in lexicon().said_of_anything):
        return True
    near = range(max(0, place - NEAR), min(len(tokens), place + length + NEAR))
    if any(pair[0] in names[other] for other in near if other != place):
        return True
    if small:
        return _is_a_size(pair[0], tokens, place)
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if place in trusted or (after and after.said in lexicon().one):
        return True
    led = led_by(tokens, place, lexicon().into_strong | lexicon().into_weak | lexicon().parting | lexicon().wanting)
    ends = after is None or after.parted or after.said in lexicon().after_size
    return led and ends and word not in lexicon().only_named


def _is_a_size(option: str, tokens: Sequence[Token], place: int) -> bool:
    """Whether a bare number is one: "a 9 instead", "in 8", but not "in 8 days"."""
    before = tokens[place - 1].word if place else ""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    ends = after is None or after.parted or after.word in lexicon().after_size
    return "size" in option and before in lexicon().before_size and ends


def _one_option(
    fitting: Sequence[tuple[str, str]],
    tokens: Sequence[Token],
    names: Sequence[frozenset[str]],
    place: int,
    length: int,
) -> tuple[str, str] | None:
    """The one of several options that a word may be a value of; by the name beside it, else by what such words mean."""
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    if len({option for option, _ in fitting}) < len(fitting):
        return None
    written = [pair for pair in fitting if pair[1].casefold() == tokens[place].said]
    if len(written) == 1 and len(tokens[place].said) <= LETTERS_OF_A_SIZE:
        return written[0]
    order = [*range(place + length, place + length + NEAR), *range(place - 1, place - 1 - NEAR, -1)]
    for other in order:
        beside = names[other] if 0 <= other < len(names) else frozenset()
        by_name = [pair for pair in fitting if pair[0] in beside]
        if len(by_name) == 1:
            return by_name[0]
    plain = [pair for pair in fitting if pair[0].casefold() in ("size", "color", "colour", "material")]
    return plain[0] if len(plain) == 1 else None


def _named_otherwise(
    option: str, tokens: Sequence[Token], names: Sequence[frozenset[str]], place: int, length: int
) -> str | None:
    """The other option of the kind that the words right beside a value name: "black lenses" of a frame in black."""
    behind, after = names_run(tokens, names, place + length, 1), names_run(tokens, names, place - 1, -1)
    beside = behind or after
    others = sorted(name for name in beside if words_of(name)[-1:] == words_of(option)[-1:])
    return others[0] if others and option not in beside and beside == {*others} else None


def names_run(tokens: Sequence[Token], names: Sequence[frozenset[str]], place: int, step: int) -> frozenset[str]:
    """The options that a run of words names together: `lens color`."""
    found = frozenset[str]()
    while 0 <= place < len(names) and names[place]:
        if tokens[place if step > 0 else place + 1].parted:
            break
        both = found & names[place] if found else names[place]
        if not both:
            break
        found, place = both, place + step
    return found


def _yes_or_no(
    tokens: Sequence[Token], known: Vocabulary, names: Sequence[frozenset[str]], done: set[str]
) -> list[Said]:
    """`waterproof` and `not waterproof`, `without a backlight`: values that say whether there is any."""
    found = []
    for name, values in known.values:
        folded = {value.casefold(): value for value in values}
        whether, none = folded.keys() >= YES_NO, next((folded[word] for word in NONE if word in folded), None)
        if name in done or none is None:
            continue
        last = words_of(name)[-1:]
        for place, token in enumerate(tokens):
            if name not in names[place] or not (last and _same_name(token.word, last[0])):
                continue
            denied = bool(lexicon().negating & {other.word for other in tokens[max(0, place - 2) : place]})
            if denied or whether:
                found.append(Said(place, place + 1, name, none if denied else folded["yes"]))
                break
    return found
