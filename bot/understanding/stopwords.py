"""STOP, START and HELP, and plain wishes to hear no more (CHANNELS.md 20).

A stop word counts when it is all that is said, slips and fillers aside; a plain wish counts anywhere. What is to end
must be messages, contact or a place on a list: "stop by the store", "cancel my order" and "can you stop the delivery"
are none. CANCEL alone is a stop word that may have meant an order: it is marked.
"""

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.model import Choice, Expected
from bot.understanding.lexicon import Lexicon, Patterns, any_of
from bot.understanding.normalise import PICTURES, Text, expanded, fold, unstretched

CANCEL = "cancel"
YES = "yes"
#: Carriers act on these whatever was asked, so no open question can take them (CHANNELS.md 21).
CARRIER_WORDS = frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "stop all", "revoke", "optout", "opt out"})
REPEATABLE = frozenset({"stop", "unsubscribe", "unsub", "stopall", "optout"})
ONLY_ALONE = frozenset({"end", "quit", "revoke"})  # "end it" may be an order or a subscription
#: Slips of what is too short to be told by its letters: "step" and "shop" are other words.
SLIPS = frozenset({"stp", "st0p", "sotp", "stpo", "tsop", "sttop", "stopp", "stopit", "stopnow", "stops", "qiut"})
SHORTEST = 6  # from here on a slip is told by its letters
SAME_START = 3  # "anmelden" is no slip of "abmelden"
BREAK = "|"
SENTENCE = "| |"
ENDS = frozenset(".!?;…")
_PARTS = re.compile(rf"[^\W_]+|[.!?,;:()…\"]+|{PICTURES}+")


@dataclass(frozen=True, slots=True)
class Commands:
    stop: bool = False
    bare_cancel: bool = False
    start: bool = False
    help: bool = False


NONE = Commands()


def read_commands(text: Text, expected: Expected | None, lexicon: Lexicon) -> Commands:
    """What the text commands, given the open question. Bare YES opts in only when nothing has been asked."""
    bare = text.bare
    if not bare:
        return NONE
    if bare in CARRIER_WORDS or _insists(bare, lexicon):
        return Commands(stop=True)
    if _stops(bare, lexicon) and not _offered(bare, expected):
        return Commands(stop=True)
    if bare == CANCEL and not _offered(CANCEL, expected):
        return Commands(stop=True, bare_cancel=True)
    if bare in lexicon.start or (bare == YES and expected is None):
        return Commands(start=True)
    if bare in lexicon.help and not _offered(bare, expected):
        return Commands(help=True)
    if wishes_no_more(spoken(text, lexicon), lexicon):
        return Commands(stop=True)
    return NONE


def wishes_no_more(said: str, lexicon: Lexicon) -> bool:
    """Whether words as `spoken` gives them hold a plain wish to hear no more."""
    return any_of(lexicon.stop_wish, without(lexicon.stop_except, said))


def spoken(text: Text, lexicon: Lexicon) -> str:
    """The words as rules go by them, abbreviations written out; `|` where a clause may end, `| |` a sentence."""
    parts = _PARTS.findall(fold(text.clean.replace("\n", " ; ")))
    words = (_heard(part, lexicon) for part in parts)
    return f"{SENTENCE} {' '.join(words)} {SENTENCE}"


def _heard(part: str, lexicon: Lexicon) -> str:
    if part[0].isalnum():
        return " ".join(expanded([unstretched(part)], lexicon.expand))
    return SENTENCE if set(part) & ENDS else BREAK


def without(patterns: Patterns, said: str) -> str:
    """What is left to go by once what only sounds like a wish is taken out."""
    for pattern in patterns:
        said = pattern.sub(" # ", said)
    return said


def _insists(bare: str, lexicon: Lexicon) -> bool:
    """`stop please`, `please stop it now`, `STOP STOP`: a stop word and nothing beside it but fillers."""
    words = [unstretched(word) for word in bare.split()]
    meant = [word for word in words if _repeatable(word)]
    return bool(meant) and all(word in lexicon.stop_filler or _repeatable(word) for word in words)


def _repeatable(word: str) -> bool:
    return word in REPEATABLE or word in SLIPS or _nearly(word, REPEATABLE)


def _stops(bare: str, lexicon: Lexicon) -> bool:
    """Whether all that is said is a stop word of some language, written together, apart or with a slip."""
    word = "".join(bare.split()) if len(bare) < 40 else bare
    short = unstretched(word)
    if bare in lexicon.stop or {word, short} & (lexicon.stop | SLIPS | CARRIER_WORDS):
        return True
    words = bare.split()
    meant = lexicon.stop - ONLY_ALONE
    if any(word in meant for word in words) and all(word in meant or word in lexicon.stop_filler for word in words):
        return True
    return _nearly(short, CARRIER_WORDS | lexicon.stop)


def _nearly(word: str, meant: frozenset[str]) -> bool:
    """One letter wrong, missing, doubled or swapped; two in a long word."""
    if len(word) < SHORTEST - 1 or word in meant:
        return word in meant
    return any(
        word[:SAME_START] == stop[:SAME_START] and OSA.distance(word, stop) <= (2 if len(stop) > 9 else 1)
        for stop in meant
        if len(stop) >= SHORTEST and " " not in stop
    )


def _offered(word: str, expected: Expected | None) -> bool:
    """Whether the open question offers this very word as an answer, or part of one."""
    return expected is not None and any(_has(choice, word) for choice in expected.choices)


def _has(choice: Choice, word: str) -> bool:
    said = " ".join((choice.id.replace("_", " "), choice.title, *choice.words))
    return f" {word} " in f" {fold(said)} "
