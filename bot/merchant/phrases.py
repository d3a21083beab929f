"""phrases/<language>.yaml and the phrases of faq/: which intents they are for, and that no phrase means two things."""

from collections.abc import Iterator, Mapping, Sequence

from bot.errors import Fault
from bot.merchant.schema import FaqEntry
from bot.merchant.yamltext import Document
from bot.understanding.normalise import fold
from bot.understanding.phrases import own_phrases
from bot.wording.paths import closest

FEWEST = 3  # ways to ask a question that are needed to know it again

Phrases = Mapping[str, tuple[str, ...]]
Placed = tuple[FaqEntry, Document, int]


def read_phrases(document: Document) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """Intent → phrases, as far as they are right, and what is wrong with the rest."""
    if document.value is None:
        return {}, []
    if not isinstance(document.value, dict):
        return {}, [document.fault((), "the file has to be a mapping of intents to lists of phrases")]
    known = known_intents()
    phrases: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for intent, value in document.value.items():
        if intent not in known:
            tip = closest(intent, known) or "intents: " + ", ".join(known)
            faults.append(document.fault((intent,), "no such intent", tip))
        elif not isinstance(value, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in value):
            faults.append(document.fault((intent,), "write a list of phrases", "each in quotes, after a dash"))
        else:
            phrases[intent] = tuple(value)
    return phrases, faults


def known_intents() -> list[str]:
    """Every intent with its kinds, and those kinds' intents alone."""
    labels = {label for intents in own_phrases().values() for label in intents}
    return sorted(labels | {label.partition(".")[0] for label in labels})


def ambiguous(files: Sequence[tuple[Document, Phrases]], faq: Sequence[Placed]) -> Iterator[Fault]:
    """A phrase that is written for two things would be read as either."""
    seen: dict[str, str] = {}
    for document, phrases in files:
        for intent, lines in phrases.items():
            for index, line in enumerate(lines):
                other = seen.setdefault(fold(line), intent)
                if other != intent:
                    yield document.fault(
                        (intent, index), f"the phrase stands for {other} already", "keep it in one place"
                    )
    for entry, document, place in faq:
        for language, asked in entry.phrases.items():
            for index, line in enumerate(asked):
                other = seen.setdefault(fold(line), entry.id)
                if other != entry.id:
                    where = (place, "phrases", language, index)
                    yield document.fault(where, f"the phrase stands for {other} already", "keep it in one place")


def few_phrases(faq: Sequence[Placed], language: str) -> Iterator[Fault]:
    """Warnings: questions that will hardly be known again in the shop's language."""
    for entry, document, place in faq:
        count = len(entry.phrases.get(language, ()))
        if count < FEWEST:
            what = f"{count} phrases in {language}; give at least {FEWEST} genuinely different ones"
            yield document.fault((place, "phrases"), what)
