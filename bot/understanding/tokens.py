"""A text as words to compare with a catalogue: numbers with their units, colours and sizes by one name.

`17-inch`, `17 inches` and `17"` are one token, and so are `1000ml` and `1 litre`, `XL` and `extra large`, `gris` and
`grey`. Every step is linear in the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.normalise import Text, fold

MOST_TOKENS = 300
PIECE = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d+)?|[^\W\d_]+|[\"%]|[,.;:!?()\n]")
CAPITAL = re.compile(r"(?<![\w'’])([SML])(?![\w'’])")
CUT_SHORT = re.compile(r"\b([sml])['’]")
THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
MARKS = frozenset(",.;:!?()\n")
LETTERS = frozenset("sml")
_UNITS = {
    "l": "l liter liters litre litres litro litros litri ltr",
    "ml": "ml milliliter milliliters millilitre millilitres mililitros",
    "inch": 'inch inches " zoll pulgada pulgadas pouce pouces polegada polegadas pollice pollici duim',
    "gb": "gb gig gigs gigabyte gigabytes",
    "tb": "tb tera terabyte terabytes",
    "ft": "ft foot feet pies pieds",
    "lb": "lb lbs pound pounds libras",
    "kg": "kg kilo kilos kilogram kilograms",
    "g": "g gram grams gramm gramos",
    "mm": "mm",
    "cm": "cm",
    "mah": "mah",
    "mp": "mp megapixel megapixels mpx",
    "hour": "h hr hrs hour hours stunden stunde horas heures ore uur",
    "cup": "cup cups tasse tassen tasses taza tazas xicaras tazze kopjes",
    "w": "w watt watts",
    "x": "x",
    "bar": "bar bars",
    "degree": "degree degrees deg grad grados degres graus gradi graden",
    "piece": "piece pieces pc pcs teile teilig piezas pieces pecas pezzi stukjes delig",
    "p": "p",
    "k": "k",
    "%": "% percent prozent",
    "oz": "oz ounce ounces",
    "pack": "pack packs",
}
UNITS: Mapping[str, str] = {name: unit for unit, names in _UNITS.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Token:
    """`word` is what is compared; `said` is as written, folded; `parted` says that a mark or line end stands before."""

    word: str
    said: str
    parted: bool = False


def tokens_of(text: Text, words: Lexicon, *, choosing: bool = False) -> tuple[Token, ...]:
    """The text's tokens; a single `s`, `m` or `l` is a size where it is a capital or stands behind "size".

    With `choosing` it always is, unless it is an article cut short ("l'autre").
    """
    cut = frozenset(match[1] for match in CUT_SHORT.finditer(text.clean.lower()))
    if choosing:
        return _tokens(text.plain, words, LETTERS - cut, cut)
    capitals = () if text.clean.isupper() else CAPITAL.finditer(text.clean)
    return _tokens(text.plain, words, frozenset(match[1].lower() for match in capitals), cut)


@lru_cache(maxsize=8192)
def value_tokens(value: str) -> tuple[str, ...]:
    """The words of a value as the catalogue writes it."""
    return tuple(token.word for token in _tokens(fold(value), lexicon(), LETTERS))


def _tokens(
    plain: str, words: Lexicon, letters: frozenset[str], cut: frozenset[str] = frozenset()
) -> tuple[Token, ...]:
    pieces = list(_pieces(plain))
    found: list[Token] = []
    place = 0
    while place < len(pieces):
        length, word = _at(pieces, place, words, letters, cut)
        said = " ".join(piece for piece, _ in pieces[place : place + length])
        found.append(Token(word, said, pieces[place][1]))
        place += length
    return tuple(found)


def _pieces(plain: str) -> Iterator[tuple[str, bool]]:
    """Words, numbers and signs, each with whether a mark stands before it."""
    parted, count = False, 0
    for match in PIECE.finditer(plain):
        piece = match.group()
        if piece in MARKS:
            parted = True
            continue
        yield piece, parted
        parted, count = False, count + 1
        if count >= MOST_TOKENS:
            return


def _at(
    pieces: list[tuple[str, bool]], place: int, words: Lexicon, letters: frozenset[str], cut: frozenset[str]
) -> tuple[int, str]:
    """How many pieces the token that begins there takes, and its word."""
    piece = pieces[place][0]
    if piece[0].isdigit():
        unit = UNITS.get(pieces[place + 1][0]) if place + 1 < len(pieces) and not pieces[place + 1][1] else None
        number = _number(piece)
        return (2, measured(number, unit)) if unit else (1, number)
    for length in (3, 2):
        said = " ".join(word for word, _ in pieces[place : place + length])
        if said in words.sizes:
            return length, f"={words.sizes[said]}"
    if piece in LETTERS:
        before = pieces[place - 1][0] if place else ""
        return 1, f"={piece}" if piece in letters or (before in words.size_lead and piece not in cut) else piece
    return 1, one_name(piece, words)


def one_name(word: str, words: Lexicon) -> str:
    """A colour, a material or a size by its one name; sizes are marked, so that no letter is taken for one."""
    size = words.sizes.get(word)
    return f"={size}" if size else words.colours.get(word) or words.materials.get(word, word)


def _number(piece: str) -> str:
    if THOUSANDS.fullmatch(piece):
        return re.sub(r"[.,]", "", piece)
    return piece.replace(",", ".")


def measured(number: str, unit: str) -> str:
    """`500`, `ml` → `0.5_l`."""
    if unit == "ml":
        return f"{(Decimal(number) / 1000).normalize():f}_l"
    return f"{Decimal(number).normalize():f}_{unit}"


LONGEST_LEAD = 4


def followed_by(tokens: Sequence[Token], place: int, phrases: frozenset[str]) -> bool:
    """Whether one of the phrases stands right behind, from `place` on, with no mark between."""
    for length in range(1, LONGEST_LEAD + 1):
        behind = tokens[place : place + length]
        if len(behind) < length or any(token.parted for token in behind):
            return False
        if " ".join(token.said for token in behind) in phrases:
            return True
    return False


def led_by(tokens: Sequence[Token], place: int, phrases: frozenset[str]) -> bool:
    """Whether one of the phrases stands right before, articles left out: "instead of the" before "blue"."""
    articles, end = lexicon().articles, place
    while end and not tokens[end].parted and tokens[end - 1].said in articles and tokens[end - 1].said not in phrases:
        end -= 1
    if end < len(tokens) and tokens[end].parted:
        return False
    return any(
        " ".join(token.said for token in tokens[end - length : end]) in phrases
        for length in range(1, min(LONGEST_LEAD, end) + 1)
    )
