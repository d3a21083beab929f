"""Which products a text names: by the words of their titles, and by their options where titles leave it open.

Pure and deterministic. The words are the customer's, with their slips; what is not named is not guessed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from bot.records import Product, Variant

CLOSE = 82  # of 100, how alike two longer words have to be
LONG = 5  # letters of a word in which a slip is forgiven
SHORT = 4  # letters below which only the last word of a title, which names the thing, counts
NEARLY_ALL = 0.8
MOST_WORDS = 80
MOST = 9


def words_in(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))[:MOST_WORDS]


def naming_score(title: str, said: Iterable[str]) -> float:
    """From 0 to 1: the share of the title's words that are said, its last word counting twice."""
    words = _title_words(title)
    if not words:
        return 0.0
    heard = frozenset(said)
    hits = [_said(word, heard, last=place == len(words) - 1) for place, word in enumerate(words)]
    return (sum(hits) + hits[-1]) / (len(words) + 1)


def best_named(titles: Mapping[str, str], text: str) -> tuple[str, ...]:
    """The ids whose titles are named best, by title; several when the words fit them equally well."""
    said = words_in(text)
    scores = {product: naming_score(title, said) for product, title in titles.items()}
    best = max(scores.values(), default=0.0)
    if not best:
        return ()
    found = [product for product, score in scores.items() if score == best]
    return tuple(sorted(found, key=lambda product: (titles[product], product))[:MOST])


def without_title(text: str, title: str) -> str:
    """The text with what names this title taken out: what is left may name another."""
    words = _title_words(title)
    return " ".join(said for said in words_in(text) if not any(_alike(word, said) for word in words))


def narrowed(products: Sequence[Product], text: str) -> tuple[Product, ...]:
    """Of products named equally well, those with an option that is said too; all of them where that tells nothing."""
    having = tuple(product for product in products if any(options_said(one, text) for one in product.variants))
    return having or tuple(products)


def variants_said(product: Product, text: str) -> tuple[Variant, ...]:
    """The variants whose options are said most; all of them when none is."""
    counts = [options_said(variant, text) for variant in product.variants]
    most = max(counts, default=0)
    return tuple(one for one, count in zip(product.variants, counts, strict=True) if count == most)


def options_said(variant: Variant, text: str) -> int:
    """How many of the variant's options the text has as words of their own."""
    said = f" {' '.join(words_in(text))} "
    return sum(f" {' '.join(words_in(value))} " in said for value in variant.options.values() if words_in(value))


def is_said(text: str, phrases: Iterable[str]) -> bool:
    """Whether the text has nearly all the words of one of these phrases, whatever else stands around them."""
    said = words_in(text)
    return any(_share(words_in(phrase), said) >= NEARLY_ALL for phrase in phrases)


def _share(words: Sequence[str], said: Sequence[str]) -> float:
    return sum(any(_alike(word, other) for other in said) for word in words) / len(words) if words else 0.0


@lru_cache(maxsize=8192)
def _title_words(title: str) -> tuple[str, ...]:
    return tuple(word for word in words_in(title) if len(word) >= 3 and not word.isdigit())


def _said(word: str, said: frozenset[str], *, last: bool) -> bool:
    return (last or len(word) >= SHORT) and any(_alike(word, other) for other in said)


@lru_cache(maxsize=65536)
def _alike(word: str, other: str) -> bool:
    if word == other or word.rstrip("s") == other.rstrip("s"):
        return True
    long = len(word) >= LONG and len(other) >= LONG and abs(len(word) - len(other)) <= 1
    return long and word[0] == other[0] and fuzz.ratio(word, other) >= CLOSE
