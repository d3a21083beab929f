"""Lines that are pieces of a mail of ours, however the customer's program wrapped or marked them.

Word sequences of the bodies we sent are looked up in sets, so the cost follows the two texts, not their product.
"""

import re
from collections.abc import Iterable, Sequence
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
            self._grams.update(zip(*(words[offset:] for offset in range(GRAM)), strict=False))
            self._lines.update(tuple(_words(line)) for line in body[:MAX_BODY].splitlines())

    def pieces(self, lines: Sequence[str]) -> set[int]:
        """The numbers of the lines that belong to runs of ours: of two lines and more, or long enough alone."""
        found: set[int] = set()
        run: list[int] = []
        for number, line in enumerate([*lines, "\0end"]):
            if number < len(lines) and self._is_ours(line):
                run.append(number)
            elif line.strip(" \t>") or number == len(lines):
                if len(run) > 1 or sum(len(lines[index].strip()) for index in run) >= SHORTEST_FRAGMENT:
                    found.update(run)
                run = []
        return found

    def _is_ours(self, line: str) -> bool:
        words = _words(line)
        if len(words) < GRAM:
            return bool(words) and tuple(words) in self._lines
        return all(gram in self._grams for gram in zip(*(words[offset:] for offset in range(GRAM)), strict=False))


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
