"""What another's model may be asked, and what its answer may change: the order of guesses we are unsure between.

It is asked only where we would ask the customer which was meant, and never about a stop, a person, an open question or
a confirmation. It sees the redacted text and the names of our own guesses; it can choose among these and point at words
that stand in the text, nothing else. What it answers beside that is thrown away.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import Expected, Reading
from bot.understanding.deciding import acted_on_after_asking
from bot.understanding.phrases import NOTHING
from bot.understanding.redaction import redacted

LONGEST = 1_000  # characters sent


@dataclass(frozen=True, slots=True)
class Question:
    """A redacted text, and the labels to choose from, likeliest first."""

    text: str
    labels: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """The labels chosen, best first, each with the words of the text that say so. Nothing chosen: none fits."""

    chosen: tuple[tuple[str, str], ...]


def question_of(reading: Reading, expected: Expected | None, names: Iterable[str] = ()) -> Question | None:
    """What to ask about a reading; None where it is sure, answers something, or is a command."""
    settled = reading.stop or reading.start or reading.help or reading.person or reading.never_mind or reading.answered
    if expected is not None or settled or reading.wishes or not reading.candidates:
        return None
    labels = tuple(wish.intent for wish in reading.candidates)
    return Question(redacted(reading.text, names)[:LONGEST], labels, reading.language)


def opinion_from(question: Question, answered: str) -> Opinion | None:
    """The answer checked against the question: `{"intents": [{"label": …, "span": …}]}`. None where it is not that.

    A label we did not offer, one given twice, or words that are not in the text make the whole answer worthless.
    """
    try:
        intents = json.loads(answered)["intents"]
        chosen = tuple((entry["label"], entry.get("span", "")) for entry in intents)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if [label for label, _ in chosen] == [NOTHING]:
        return Opinion(())
    if any(label not in question.labels or not _stands_in(question.text, span) for label, span in chosen):
        return None
    if len({label for label, _ in chosen}) != len(chosen):
        return None
    return Opinion(chosen)


def _stands_in(text: str, span: object) -> bool:
    return isinstance(span, str) and bool(span.strip()) and span in text


def reranked(reading: Reading, opinion: Opinion | None) -> Reading:
    """The reading with its guesses in the order of the opinion. One that only tells is then acted on; what changes
    something is still asked about, with the likeliest first."""
    if opinion is None or not opinion.chosen:
        return reading
    place = {label: number for number, (label, _) in enumerate(opinion.chosen)}
    guesses = sorted(reading.candidates, key=lambda wish: place.get(wish.intent, len(place)))
    first = guesses[0]
    if len(opinion.chosen) == 1 and first.intent in place and acted_on_after_asking(first.intent):
        return reading.model_copy(update={"wishes": (first,), "candidates": ()})
    return reading.model_copy(update={"candidates": tuple(guesses)})
