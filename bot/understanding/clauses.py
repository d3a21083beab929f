"""A message cut where another wish may begin: at the ends of sentences, and at "and", "also", a comma within them."""

import re
from dataclasses import dataclass

from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, expanded, fold

SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)|\n+|[•·]")
COMMA = re.compile(r"\s*[,:–—]\s+|\s+-+\s+")
MOST_SENTENCES = 24
FEWEST_WORDS = 2
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the message; `question` says that it ends in a question mark or begins with a question word."""

    said: str
    words: tuple[str, ...]
    question: bool


def sentences(text: Text, lexicon: Lexicon) -> list[Clause]:
    """The sentences that have words, in order."""
    found: list[Clause] = []
    start = 0
    for match in [*SENTENCE.finditer(text.clean), None]:
        end, mark = (match.start(), match.group()) if match else (len(text.clean), "")
        clause = _clause(text.clean[start:end], "?" in mark, lexicon)
        if clause:
            found.append(clause)
        start = match.end() if match else end
        if len(found) >= MOST_SENTENCES:
            break
    return found


def splits(clause: Clause, lexicon: Lexicon) -> list[tuple[Clause, Clause]]:
    """The ways to part a sentence in two, each part of two words or more."""
    plain = fold(clause.said)
    marks = [match.span() for match in COMMA.finditer(plain)]
    marks += [match.span() for pattern in lexicon.join for match in pattern.finditer(plain)]
    found: list[tuple[Clause, Clause]] = []
    for start, end in sorted(set(marks))[:6]:
        left = _clause(plain[:start], False, lexicon)
        right = _clause(plain[end:], clause.question, lexicon)
        if left and right and len(left.words) >= FEWEST_WORDS and len(right.words) >= FEWEST_WORDS:
            found.append((left, right))
    return found


def _clause(said: str, question: bool, lexicon: Lexicon) -> Clause | None:
    words = _WORD.findall(fold(said))
    if not words:
        return None
    return Clause(said.strip(), expanded(words, lexicon.expand), question or words[0] in lexicon.question)
