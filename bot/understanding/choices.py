"""An answer that picks one of the choices offered: its id, title, number, place in the list, or words of its own."""

import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.model import Choice
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, fold, words_of

NUMBERED = re.compile(
    r"^(?:#|no\.?|nr\.?|number|option|choice|opcion|numero|nummer|optie|the|op[cz]ion[ei]?|scelta|choix)?"
    r" ?#? ?(\d{1,2})"
    r" ?[.):]*(?: (?:please|pls|plz|por favor|svp|bitte|graag|thanks))?[ .!]*$"
)
CLOSE = 86
NO_IDS = frozenset({"no", "not_now", "none", "neither"})
DENIALS = frozenset({"not", "nicht", "pas", "niet", "isnt", "wasnt"})
DISTINCT = 0.99
MOST_WORDS = 60


def choose(text: Text, choices: Sequence[Choice], lexicon: Lexicon, *, question: bool) -> str | None:
    """The id of the choice meant, or None. With `question`, only what is surely a choice counts."""
    if not choices:
        return None
    found = _exactly(text, choices) or _by_number(text, choices) or _by_place(text, choices, lexicon)
    if found is None:
        found = _by_yes_or_no(text, choices, lexicon)
    if found is None and not question:
        found = _by_words(text.bare.split()[:MOST_WORDS], choices, lexicon)
    return found.id if found else None


def _exactly(text: Text, choices: Sequence[Choice]) -> Choice | None:
    said = text.raw.strip()
    for choice in choices:
        if said == choice.id:
            return choice
    plain = text.bare
    for choice in choices:
        if plain and plain in {
            " ".join(words_of(name)) for name in (choice.title, choice.id.replace("_", " "), *choice.words)
        }:
            return choice
    return None


def _by_number(text: Text, choices: Sequence[Choice]) -> Choice | None:
    match = NUMBERED.match(text.plain)
    place = int(match[1]) if match else 0
    return choices[place - 1] if 1 <= place <= len(choices) else None


def _by_place(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """`the second one`, `option two`, `the last`: nothing else may be said."""
    words = text.bare.split()
    rest = [word for word in words if word not in lexicon.filler]
    if len(rest) == 1 and rest[0] in lexicon.last and len(words) > 1:
        return choices[-1]
    if len(rest) == 1 and (place := lexicon.numbers.get(rest[0])):
        return choices[place - 1] if place <= len(choices) else None
    if len(rest) == 1 and (match := re.fullmatch(r"(\d)(?:st|nd|rd|th)", rest[0])):
        return choices[int(match[1]) - 1] if 1 <= int(match[1]) <= len(choices) else None
    bare = not rest and len(words) <= 2 and words and words[-1] in ("one", "uno", "une", "eins")
    return choices[0] if bare and "the" not in words else None


def _by_yes_or_no(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """A plain yes or no, where one choice's own words begin so or mean it."""
    for answers, ids in ((lexicon.yes, frozenset({"yes"})), (lexicon.no, NO_IDS)):
        if text.bare not in answers:
            continue
        fitting = [
            choice
            for choice in choices
            if choice.id in ids
            or (words_of(choice.title)[:1] and words_of(choice.title)[0] in answers - lexicon.weak)
            or (text.bare not in lexicon.weak and any(fold(word) in answers - lexicon.weak for word in choice.words))
        ]
        return fitting[0] if len(fitting) == 1 else None
    return None


def _by_words(words: Sequence[str], choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """The one choice whose own words are said most; words that several share tell little."""
    common = frozenset().union(*lexicon.common.values()) | lexicon.filler
    own = [own_words(choice, common) for choice in choices]
    spread = Counter(word for theirs in own for word in theirs)
    said = [word for word in words if word not in common]
    if not said or DENIALS & set(words):
        return None
    scores = [sum(1 / spread[word] for word in theirs if _is_said(word, said)) for theirs in own]
    best = max(scores)
    winners = [choice for choice, score in zip(choices, scores, strict=True) if score == best]
    return winners[0] if best >= DISTINCT and len(winners) == 1 else None


def own_words(choice: Choice, common: frozenset[str]) -> frozenset[str]:
    """The words of its title, id and synonyms that are not among the common ones."""
    theirs = {word for name in (choice.title, choice.id.replace("_", " "), *choice.words) for word in words_of(name)}
    return frozenset(word for word in theirs if word not in common and (len(word) > 1 or word in fold(choice.title)))


def _is_said(word: str, said: Sequence[str]) -> bool:
    if word in said:
        return True
    if word.isdigit():
        return len(word) >= 4 and any(other.isdigit() and len(other) >= 4 and word.endswith(other) for other in said)
    if any(character.isdigit() for character in word):
        return any(len(other) >= 4 and word.endswith(other) for other in said)
    return len(word) >= 4 and any(_alike(word, other) for other in said)


def _alike(word: str, other: str) -> bool:
    if len(other) < 4:
        return False
    return word.rstrip("s") == other.rstrip("s") or (len(word) >= 5 and fuzz.ratio(word, other) >= CLOSE)
