"""What a wish hangs on: "only cancel if it goes back to my card", "unless it has shipped". Found, never judged."""

import re

from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import fold

MOST_CHARACTERS = 1_000
END = re.compile(r"[.!?;](?=\s|$)|\n")
ONLY = re.compile(r"\b(?:only|nur|solo|solamente|seulement|uniquement|somente|apenas|soltanto|alleen)\b")
MOST_BEFORE = 80  # characters in which "see if", "how much if" and the like stand
FEWEST_WORDS = 2


def find_condition(said: str, lexicon: Lexicon) -> str:
    """The conditional clause with what hangs on it, up to the end of its sentence, as written; or empty.

    Several are parted by a blank. Manners ("if you can") and what is only asked ("see if it has shipped") are none.
    """
    found: list[str] = []
    start = 0
    said = said[:MOST_CHARACTERS]
    for match in [*END.finditer(said), None]:
        end = match.start() if match else len(said)
        sentence = said[start:end].strip()
        clause = _in_sentence(sentence, lexicon) if sentence else ""
        if clause:
            found.append(clause)
        start = match.end() if match else end
    return " ".join(found)


def is_mere_condition(said: str, lexicon: Lexicon) -> bool:
    """Whether a stretch only tells what another wish hangs on: "only if the refund goes to my card"."""
    return "," not in said and fold(find_condition(said, lexicon)) == fold(said).rstrip(" .!?;")


def _in_sentence(sentence: str, lexicon: Lexicon) -> str:
    plain = fold(sentence)
    places = sorted(match.start() for pattern in lexicon.wish_condition for match in pattern.finditer(plain))
    for place in places:
        before = plain[max(0, place - MOST_BEFORE) : place]
        clause = plain[place:].strip()
        if not any_of(lexicon.asking_if, before) and len(clause.split()) > FEWEST_WORDS:
            only = ONLY.search(plain, 0, place)
            return _as_written(sentence, plain, only.start() if only else place)
    return ""


def _as_written(sentence: str, plain: str, place: int) -> str:
    """The sentence's words from a place of its folded form on."""
    words = sentence.split()
    before = 0
    for count, word in enumerate(words):
        if before >= place:
            return " ".join(words[count:])
        before += len(fold(word)) + 1
    return plain[place:]
