"""The phrases that intents are learnt from: our own, and the merchant's beside them.

An intent may carry a kind of problem after a dot (`delivery_problem.damaged`). `nothing` collects what asks for
nothing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.merchant.schema import FaqEntry
from bot.understanding.lexicon import LANGUAGES, read_sections
from bot.understanding.normalise import fold

Phrases = Mapping[str, Mapping[str, Sequence[str]]]
Labelled = tuple[tuple[str, str], ...]

NOTHING = "nothing"


@lru_cache(maxsize=1)
def own_phrases() -> Phrases:
    """language → intent → phrases, as packaged."""
    return {language: read_sections("phrases", language) for language in LANGUAGES}


def labelled(phrases: Phrases, faq: Sequence[FaqEntry]) -> Labelled:
    """Every phrase with its intent. What the merchant says of a phrase goes before what we say: a store question (the
    intent `faq:<id>`), then their own phrases, then ours."""
    found: dict[str, tuple[str, str]] = {}
    for source in (own_phrases(), phrases):
        for intents in source.values():
            for intent, lines in intents.items():
                found.update((fold(line), (line, intent)) for line in lines)
    for entry in faq:
        lines = [line for asked in entry.phrases.values() for line in asked] + list(entry.title.values())
        found.update((fold(line), (line, f"faq:{entry.id}")) for line in lines)
    return tuple(found.values())
