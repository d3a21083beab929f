"""Lines that are pieces of a mail of ours, however the customer's program wrapped or marked them.

Word sequences of the bodies we sent are looked up in sets, so the cost follows the two texts, not their product.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

GRAM = 4
SHORTEST_FRAGMENT = 60  # characters, or two lines (CHANNELS.md 26)
MAX_BODIES = 20
MAX_BODY = 8_000

_WORDS = re.compile(r"\w+")


class SentBodies:
    """The bodies we sent, as a set of what can be recognised."""

    def __init__(self, bodies: Iterable[str]) -> None:
        self._grams: set[tuple[str, ...]] = set()
        self._lines: set[tuple[str, ...]] = set()
        for body in islice(bodies, MAX_BODIES):
            words = _words(body[:MAX_BODY])
            self._grams.update(_grams(words))
            self._lines.update(tuple(_words(line)) for line in body[:MAX_BODY].splitlines())

    def pieces(self, lines: Sequence[str]) -> set[int]:
        """The numbers of the lines that belong to runs of ours: of two lines and more, or long enough alone."""
        found: set[int] = set()
        run: list[int] = []
        before: list[str] = []
        for number, line in enumerate([*lines, "\0end"]):
            words = _words(line)
            if number < len(lines) and words and self._is_ours(words, before):
                run.append(number)
                before = (before + words)[-GRAM:]
            elif words or number == len(lines):
                if len(run) > 1 or sum(len(lines[index].strip()) for index in run) >= SHORTEST_FRAGMENT:
                    found.update(run)
                run, before = [], []
        return found

    def _is_ours(self, words: list[str], before: list[str]) -> bool:
        """`before`: the last words of the run; a short line is ours when it goes on with them, or is a whole line."""
        if len(words) >= GRAM:
            return self._grams.issuperset(_grams(words))
        return tuple(words) in self._lines or tuple((before + words)[-GRAM:]) in self._grams


def _grams(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[offset:] for offset in range(GRAM)), strict=False)


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
