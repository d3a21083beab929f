"""What texts are told apart by: words, pairs of words, and runs of letters, which forgive endings and slips."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

GRAMS = (3, 4)
LONGEST_WORD = 24

PAIR, GRAM = "_", "^"  # what the name of a feature that is no whole word begins with

Words = tuple[str, ...]


def features_of(words: Words) -> Counter[str]:
    """How often each feature stands in the words. A word that is only a number is one word like any other."""
    plain = plain_words(words)
    found = [*plain, *pairs_in(plain)]
    for word in plain:
        found += grams_of(word)
    return Counter(found)


def plain_words(words: Words) -> list[str]:
    return ["0" if word.isdigit() else word for word in words]


def pairs_in(plain: Sequence[str]) -> list[str]:
    return [f"{PAIR}{first} {second}" for first, second in pairwise(("<", *plain, ">"))]


@lru_cache(maxsize=1024)
def grams_of(word: str) -> tuple[str, ...]:
    """The runs of letters of a word, its bounds among these."""
    if len(word) <= GRAMS[0]:
        return ()
    bounded = f"<{word[:LONGEST_WORD]}>"
    return tuple(
        [GRAM + bounded[place : place + length] for length in GRAMS for place in range(len(bounded) - length + 1)]
    )


def is_word(feature: str) -> bool:
    return feature[0] not in (PAIR, GRAM)
