"""The phrases that intents are learnt from: our own, and the merchant's beside them.

An intent may carry a kind after a dot (`delivery_problem.damaged`). `nothing` collects what asks for nothing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.merchant.schema import FaqEntry
from bot.understanding.clauses import whole
from bot.understanding.learning import Example
from bot.understanding.lexicon import LANGUAGES, lexicon, read_sections
from bot.understanding.normalise import fold, normalise

Phrases = Mapping[str, Mapping[str, Sequence[str]]]
Labelled = tuple[tuple[str, str], ...]

NOTHING = "nothing"
FAQ = "faq:"
STORE_QUESTION = "store_question"  # its kinds are the ids of questions that any shop is asked


@lru_cache(maxsize=1)
def own_phrases() -> Phrases:
    """language → intent → phrases, as packaged."""
    return {language: read_sections("phrases", language) for language in LANGUAGES}


def own_labelled() -> Labelled:
    """Every phrase of ours with its label."""
    return tuple(
        (line, label) for intents in own_phrases().values() for label, lines in intents.items() for line in lines
    )


def own_languages() -> tuple[str, ...]:
    """The language of each of `own_labelled`."""
    return tuple(language for language, intents in own_phrases().items() for lines in intents.values() for _ in lines)


def their_labelled(phrases: Phrases, faq: Sequence[FaqEntry]) -> Labelled:
    """What the merchant says of a phrase: their own phrases, and before these their store questions (`faq:<id>`)."""
    found = {
        fold(line): (line, label) for intents in phrases.values() for label, lines in intents.items() for line in lines
    }
    for entry in faq:
        lines = [line for asked in entry.phrases.values() for line in asked] + list(entry.title.values())
        found.update((fold(line), (line, f"{FAQ}{entry.id}")) for line in lines)
    return tuple(found.values())


def their_languages(phrases: Phrases, faq: Sequence[FaqEntry]) -> Labelled:
    """Every phrase of the merchant's with its language."""
    lines = [(line, language) for language, by in phrases.items() for said in by.values() for line in said]
    asked = [(line, language) for entry in faq for language, said in entry.phrases.items() for line in said]
    return (*lines, *asked)


def example(phrase: str, label: str) -> Example:
    clause = whole(normalise(phrase, lexicon().expand), lexicon())
    return clause.words, clause.encoded, label


@lru_cache(maxsize=1)
def own_examples() -> tuple[Example, ...]:
    return tuple(example(phrase, label) for phrase, label in own_labelled())


EVERY = 8  # of our phrases stands among what answers neither yes nor no
MANNERS = frozenset({NOTHING, "thanks", "goodbye", "greeting"})


def yes_no_labelled() -> Labelled:
    """Every answer of ours to a yes-or-no question, with what it tells."""
    answers = (read_sections("yes_no_phrases", language) for language in LANGUAGES)
    return tuple((line, label) for by_label in answers for label, lines in by_label.items() for line in lines)


@lru_cache(maxsize=1)
def yes_no_examples() -> tuple[Example, ...]:
    """Answers with what they tell (see tellings.py), and some of what people want, which is `neither`."""
    others = [(phrase, "neither") for phrase, label in own_labelled()[::EVERY] if label not in MANNERS]
    return tuple(example(phrase, label) for phrase, label in (*yes_no_labelled(), *others))
