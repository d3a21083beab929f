"""The phrases that intents are learnt from: our own, and the merchant's beside them.

An intent may carry a kind of problem after a dot (`delivery_problem.damaged`). `nothing` collects what asks for
nothing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.merchant.schema import FaqEntry
from bot.understanding.lexicon import LANGUAGES, read_sections

Phrases = Mapping[str, Mapping[str, Sequence[str]]]
Labelled = tuple[tuple[str, str], ...]

NOTHING = "nothing"


@lru_cache(maxsize=1)
def own_phrases() -> Phrases:
    """language → intent → phrases, as packaged."""
    return {language: read_sections("phrases", language) for language in LANGUAGES}


def labelled(phrases: Phrases, faq: Sequence[FaqEntry]) -> Labelled:
    """Every phrase with its intent, ours first; a store question is the intent `faq:<id>`."""
    found = [
        (phrase, intent)
        for source in (own_phrases(), phrases)
        for intents in source.values()
        for intent, lines in intents.items()
        for phrase in lines
    ]
    asked = [(phrase, f"faq:{entry.id}") for entry in faq for lines in entry.phrases.values() for phrase in lines]
    titles = [(title, f"faq:{entry.id}") for entry in faq for title in entry.title.values()]
    return tuple(dict.fromkeys(found + asked + titles))
