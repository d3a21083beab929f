"""A message cut where another wish may begin: at the ends of sentences, and at "and", "also", a comma within them."""

import re
from dataclasses import dataclass

from bot.understanding.lexicon import Lexicon
from bot.understanding.masking import MARK
from bot.understanding.normalise import PICTURES, Text, expanded, fold

SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)|\n+|[•·]")
COMMA = re.compile(rf"\s*[,:–—]\s+|\s+-+\s+|\s*{PICTURES}+\s*")
MOST_SENTENCES = 24
FEWEST_WORDS = 2
MOST_CUTS = 8
NUMBER = re.compile(r"#?\b(?:[a-z]{1,4}-?)?\d[\d.,:/-]*(?![^\W\d_])")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the message; `question` says that it ends in a question mark or begins with a question word."""

    said: str
    words: tuple[str, ...]
    question: bool

    @property
    def encoded(self) -> str:
        """As the encoder takes it: lower case, and every number the same, for which number it is says nothing."""
        return NUMBER.sub("1", self.said.lower().replace(MARK, ""))


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


def whole(text: Text, lexicon: Lexicon) -> Clause:
    """The message as one stretch."""
    said = text.clean.strip()
    return Clause(said, text.words, "?" in said or text.words[:1] in {(word,) for word in lexicon.question})


def units(sentence: Clause, lexicon: Lexicon) -> list[Clause]:
    """The sentence cut wherever another wish may begin; a piece of one word goes with the one behind it.

    One piece where there is nowhere to cut.
    """
    plain = fold(sentence.said)
    marks = [match.span() for match in COMMA.finditer(plain)]
    marks += [match.span() for pattern in lexicon.join for match in pattern.finditer(plain)]
    marks += [(match.start(), match.start()) for match in lexicon.asks_anew.finditer(plain)]
    found: list[Clause] = []
    start = 0
    for cut, after in [*sorted(set(marks))[:MOST_CUTS], (len(plain), len(plain))]:
        piece = _clause(plain[start:cut], sentence.question and cut == len(plain), lexicon) if cut > start else None
        if piece and len(piece.words) >= FEWEST_WORDS and not _only_begins(piece, lexicon):
            found.append(piece)
            start = after
        elif piece is None:
            start = max(start, after)
    return found if len(found) > 1 else [sentence]


def _only_begins(piece: Clause, lexicon: Lexicon) -> bool:
    """ "How much": a question that goes on behind the cut."""
    return len(piece.words) == FEWEST_WORDS and piece.words[0] in lexicon.question


def _clause(said: str, question: bool, lexicon: Lexicon) -> Clause | None:
    words = _WORD.findall(fold(said))
    if not words:
        return None
    return Clause(said.strip(), expanded(words, lexicon.expand), question or words[0] in lexicon.question)
