"""STOP, START and HELP, and plain wishes to hear no more (CHANNELS.md 20).

A stop word counts when it is all that is said; a plain wish counts anywhere. "Stop by the store", "cancel my order" and
"can you stop the delivery" are none. CANCEL alone is a stop word that may have meant an order: it is marked.
"""

from dataclasses import dataclass

from bot.model import Choice, Expected
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import Text, fold

CANCEL = "cancel"
YES = "yes"
#: Carriers act on these whatever was asked, so no open question can take them (CHANNELS.md 21).
CARRIER_WORDS = frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "stop all", "revoke", "optout", "opt out"})
REPEATABLE = frozenset({"stop", "unsubscribe", "stopall", "optout"})


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
    if bare in lexicon.stop and not _offered(bare, expected):
        return Commands(stop=True)
    if bare == CANCEL and not _offered(CANCEL, expected):
        return Commands(stop=True, bare_cancel=True)
    if bare in lexicon.start or (bare == YES and expected is None):
        return Commands(start=True)
    if bare in lexicon.help and not _offered(bare, expected):
        return Commands(help=True)
    plain = text.plain.replace("-", " ")
    if any_of(lexicon.stop_wish, plain) and not any_of(lexicon.stop_except, plain):
        return Commands(stop=True)
    return NONE


def _insists(bare: str, lexicon: Lexicon) -> bool:
    """`stop please`, `please stop it now`, `STOP STOP`: a stop word and nothing beside it but fillers."""
    words = bare.split()
    meant = [word for word in words if word in REPEATABLE]
    return bool(meant) and all(word in REPEATABLE or word in lexicon.stop_filler for word in words)


def _offered(word: str, expected: Expected | None) -> bool:
    """Whether the open question offers this very word as an answer, or part of one."""
    return expected is not None and any(_has(choice, word) for choice in expected.choices)


def _has(choice: Choice, word: str) -> bool:
    said = " ".join((choice.id.replace("_", " "), choice.title, *choice.words))
    return f" {word} " in f" {fold(said)} "
