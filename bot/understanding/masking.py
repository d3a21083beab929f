"""What a customer has bought, put out of sight: "return the tablet" wants what "return the item" wants.

Phrases cannot know every shop's goods, and a laptop, a grill or a pet bed in a message speaks of anything but the wish.
Where a message does not tell, it is judged again with each name replaced; what is kept of the wish has them back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from bot.understanding.normalise import Text, expanded, fold, words_of

MARK = "\ue000"  # behind each stand-in: no word, and in no customer's text once this is put in
STAND_IN = "item"
SHORTEST = 3
FEWEST_WORDS = 4  # of a text that says more than which thing it is about
MOST_WORDS = 200
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Masked:
    """The text to judge, and the names that were taken out of it, in order."""

    text: Text
    names: tuple[str, ...]

    def restored(self, said: str) -> str:
        """A stretch of the masked text as it was written."""
        start = self.text.clean.find(said)
        if not self.names or start < 0:
            return said.replace(MARK, "")
        pieces = said.split(STAND_IN + MARK)
        before = self.text.clean[:start].count(MARK)
        back = self.names[before : before + len(pieces) - 1]
        return "".join(piece + name for piece, name in zip(pieces, (*back, ""), strict=True))


def names_of(titles: Iterable[str], common: Set[str]) -> frozenset[str]:
    """The words by which things with these titles are called, but for words that mean other things as well."""
    words = {word for title in titles for word in words_of(title)}
    return frozenset(word for word in words if len(word) >= SHORTEST and word not in common and not word.isdigit())


def masked(text: Text, names: Set[str], expand: Mapping[str, str]) -> Masked:
    """The text with each run of these words replaced by one stand-in; the same text where there is none."""
    said = text.bare.split()[:MOST_WORDS]
    if len(said) < FEWEST_WORDS or not names & _stems(said):
        return Masked(text, ())
    found: list[tuple[int, int]] = []
    for match in WORD.finditer(text.clean):
        if not names & _stems([fold(match.group())]):
            continue
        if found and text.clean[found[-1][1] : match.start()].strip() == "":
            found[-1] = (found[-1][0], match.end())
        else:
            found.append((match.start(), match.end()))
    return Masked(_replaced(text, found, expand), tuple(text.clean[start:end] for start, end in found))


def _replaced(text: Text, found: Sequence[tuple[int, int]], expand: Mapping[str, str]) -> Text:
    pieces, end = [], 0
    for start, stop in found:
        pieces += [text.clean[end:start], STAND_IN, MARK]
        end = stop
    clean = "".join([*pieces, text.clean[end:]])
    plain = fold(clean)
    words = words_of(plain)
    return replace(text, clean=clean, plain=plain, bare=" ".join(words), words=expanded(words, expand))


def _stems(words: Sequence[str]) -> set[str]:
    """Each word, and it without the ending of a plural."""
    return {form for word in words for form in (word, word.rstrip("s"), f"{word}s")}
