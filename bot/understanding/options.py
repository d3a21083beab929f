"""Sizes, colours and other options in a customer's words, as far as the catalogue of what they bought knows them."""

import re
from collections.abc import Mapping, Sequence

from bot.ports import Known
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, words_of

SIZED = re.compile(
    r"\b(?:size|talla|taille|pointure|grosse|tamanho|numero|taglia|misura|maat|eu|us|uk) ?(\d{1,3}(?:[.,]5)?)\b"
)
MOST_WORDS = 60
ANSWERS = frozenset({"yes", "no", "none"})  # values of some options, and answers to anything


def find_options(text: Text, known: Known, lexicon: Lexicon) -> dict[str, str]:
    """Option → value as the catalogue writes it: what the lines bought have, and the variants of their products.

    The catalogue is looked at only for texts with a colour, a size or a word in it that an option of theirs has.
    """
    words = _without_faults(text.bare.split()[:MOST_WORDS], lexicon)
    if not words or not known.orders:
        return {}
    said = _said(words, text.plain, lexicon)
    found: dict[str, str] = {}
    for name, value in _values(known, wide=bool(said)):
        if name not in found and _names(value, said, words, lexicon):
            found[name] = value
    return found


def _without_faults(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """The words without sizes that tell what is wrong: "too small" is no size wanted."""
    return [
        word
        for place, word in enumerate(words)
        if not (place and words[place - 1] in lexicon.too and word in lexicon.sizes)
    ]


def _said(words: Sequence[str], plain: str, lexicon: Lexicon) -> frozenset[str]:
    """Colours and sizes said, by their one name."""
    meant: list[str] = []
    place = 0
    while place < len(words):  # "extra large" before "large"
        spans = ((length, " ".join(words[place : place + length])) for length in (3, 2, 1))
        length, said = next(((length, said) for length, said in spans if said in lexicon.sizes), (1, words[place]))
        meant += [names[said] for names in (lexicon.colours, lexicon.sizes) if said in names]
        place += length
    return frozenset([*meant, *(match[1].replace(",", ".") for match in SIZED.finditer(plain))])


def _values(known: Known, *, wide: bool) -> list[tuple[str, str]]:
    """Options of the lines bought; with `wide` those of every variant of the same products too."""
    values = [pair for order in known.orders for line in order.lines for pair in line.options.items()]
    if wide:
        values += [pair for variant in known.variants() for pair in variant.options.items()]
    return list(dict.fromkeys(values))


def _names(value: str, said: frozenset[str], words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the words name this value: by a colour or size of any language, or letter by letter."""
    own = words_of(value)
    if not own or own[0] in ANSWERS:
        return False
    if len(own) == 1 and _one_name(own[0], lexicon.colours, lexicon.sizes) in said:
        return True
    return all(len(word) >= 3 for word in own) and set(own) <= set(words)


def _one_name(word: str, colours: Mapping[str, str], sizes: Mapping[str, str]) -> str:
    return colours.get(word) or sizes.get(word) or word
