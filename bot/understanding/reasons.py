"""Why something goes back or is cancelled, in a customer's words, as one of the reasons that policies know."""

from collections.abc import Set

from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, fold, words_of

MOST_CHARACTERS = 600


MOST_BESIDE = 0.4  # the share of a stretch that may stand beside the reason it tells


def find_reasons(text: Text, lexicon: Lexicon) -> tuple[str, ...]:
    """Reasons told, the one told first first; of two that begin alike the one told in more words."""
    plain = text.plain[:MOST_CHARACTERS]
    matches = [(name, match) for name, pattern in lexicon.reasons if (match := pattern.search(plain))]
    told = sorted((match.start(), match.start() - match.end(), name) for name, match in matches)
    return tuple(dict.fromkeys(name for _, _, name in told))


def tells_reason(plain: str, lexicon: Lexicon) -> bool:
    """Whether a folded stretch of text tells one."""
    return any(pattern.search(plain) for _, pattern in lexicon.reasons)


def only_tells_reason(said: str, lexicon: Lexicon, common: Set[str]) -> bool:
    """Whether a stretch of text tells a reason and nothing but words that mean little beside it."""
    plain = fold(said)[:MOST_CHARACTERS]
    told = [match.span() for _, pattern in lexicon.reasons for match in pattern.finditer(plain)]
    rest = "".join(" " if any(start <= place < end for start, end in told) else one for place, one in enumerate(plain))
    if len(rest.replace(" ", "")) < MOST_BESIDE * len(plain.replace(" ", "")):
        return True
    return bool(told) and not {word for word in words_of(rest) if len(word) > 2} - common
