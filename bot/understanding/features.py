"""What texts are told apart by: words, pairs of words, and runs of letters, which forgive endings and slips."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

GRAMS = (3, 4)
LONGEST_WORD = 24

PAIR, GRAM = "_", "^"  # what the name of a feature that is no whole word begins with

Words = tuple[str, ...]


def features_of(words: Words) -> Counter[str]:
    """How often each feature stands in the words. A word that is only a number is one word like any other."""
    plain = ["0" if word.isdigit() else word for word in words]
    counted: Counter[str] = Counter(plain)
    counted.update(f"{PAIR}{first} {second}" for first, second in pairwise(("<", *plain, ">")))
    for word in plain:
        if len(word) > GRAMS[0]:
            counted.update(_grams(f"<{word[:LONGEST_WORD]}>"))
    return counted


def is_word(feature: str) -> bool:
    return feature[0] not in (PAIR, GRAM)


def _grams(bounded: str) -> Iterable[str]:
    for length in GRAMS:
        for place in range(len(bounded) - length + 1):
            yield GRAM + bounded[place : place + length]
