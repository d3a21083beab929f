"""Misspelt words put right against the words of our phrases, and nothing else: an unknown word stays as it is."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from bot.understanding.normalise import unstretched

SHORTEST = 5  # below, one letter makes another word
TWO_EDITS_FROM = 8
MOST_UNKNOWN = 24  # words looked up in one message; a longer text has enough that are known


class Speller:
    """Knows the words of the phrases, in buckets by first letter and length."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._words = frozenset(vocabulary)
        self._buckets: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._words):
            if len(word) >= SHORTEST - 1 and word.isalpha():
                self._buckets[word[0], len(word)].append(word)
        self._known: dict[str, str] = {}

    def fixed(self, words: Iterable[str]) -> tuple[str, ...]:
        """Each word, or the one it was most likely meant to be."""
        left = MOST_UNKNOWN
        found: list[str] = []
        for word in words:
            if word in self._words or left <= 0:
                found.append(word)
                continue
            left -= 1
            found.append(self._fix(word))
        return tuple(found)

    def _fix(self, word: str) -> str:
        short = unstretched(word)
        if short in self._words:
            return short
        if not SHORTEST <= len(short) <= 20 or not short.isalpha():
            return short
        if short not in self._known:
            if len(self._known) > 20_000:
                self._known.clear()
            self._known[short] = self._nearest(short)
        return self._known[short]

    def _nearest(self, word: str) -> str:
        most = 2 if len(word) >= TWO_EDITS_FROM else 1
        best, least = word, most + 1
        for length in (len(word), len(word) + 1, len(word) - 1):
            for known in self._buckets.get((word[0], length), ()):
                edits = OSA.distance(word, known, score_cutoff=least)
                if edits < least:
                    best, least = known, edits
        return best
