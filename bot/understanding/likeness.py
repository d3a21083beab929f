"""Which of the choices offered a text is likest to, by the encoder: "the rucksack" for a backpack.

Only where no rule tells; never for what cannot be taken back. What denies, asks or leaves it open is like none.
"""

from collections.abc import Sequence

from bot.model import Choice, Expected, Kind
from bot.understanding.choices import DENIALS, leaves_open
from bot.understanding.clauses import Clause, whole
from bot.understanding.encoder import Encoder
from bot.understanding.lexicon import Lexicon
from bot.understanding.meant import without_denied
from bot.understanding.normalise import Text

ALIKE = 0.4  # cosine of the text to the likest choice from which it may be meant
AHEAD = 0.11  # how much likelier than the next it has to be
LONGEST = 14  # words; more of them say more than which
MOST_CHOICES = 12
LIKENED = frozenset({Kind.CHOICE, Kind.ITEMS})
PERSON = "person"  # has rules of its own, and is nobody's because of a mere likeness


def likest(text: Text, expected: Expected, encoder: Encoder, lexicon: Lexicon) -> str | None:
    """The id of the choice, or None where none is clearly the likest."""
    if not _may_be_like_one(text, expected, lexicon):
        return None
    names = [name for choice in expected.choices for name in _names(choice)]
    vectors = encoder.encode([whole(text, lexicon).encoded, *names])
    nearness = iter((vectors[1:] @ vectors[0]).tolist())
    near = [(max(next(nearness) for _ in _names(choice)), choice.id) for choice in expected.choices]
    (best, chosen), (second, _) = sorted(near, reverse=True)[:2]
    return chosen if best >= ALIKE and best - second >= AHEAD and chosen != PERSON else None


def _may_be_like_one(text: Text, expected: Expected, lexicon: Lexicon) -> bool:
    if expected.kind not in LIKENED or expected.binding or not 2 <= len(expected.choices) <= MOST_CHOICES:
        return False
    words = text.bare.split()
    if expected.kind is Kind.ITEMS and ("," in text.plain or lexicon.parting & set(words)):
        return False  # several things, of which one alone may be like any
    if not words or len(words) > LONGEST or DENIALS & set(words) or without_denied(text.plain, lexicon) != text.plain:
        return False
    return not leaves_open(text, lexicon) and text.bare not in lexicon.yes | lexicon.no | lexicon.unsure


def _names(choice: Choice) -> Sequence[str]:
    """Its title and words as the encoder takes them, or else its id."""
    names = [name for name in dict.fromkeys((choice.title, *choice.words)) if name.strip()]
    return tuple(Clause(name, (), question=False).encoded for name in names or (choice.id,))
