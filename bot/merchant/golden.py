"""golden.yaml: messages that must go on being read as the merchant says, by language and intent.

New files that read any of them worse than the files served are refused, so that a phrase added for one thing cannot
quietly take another away.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from babel import Locale, UnknownLocaleError

from bot.errors import Fault
from bot.merchant.phrases import known_intents
from bot.merchant.yamltext import Document
from bot.model import Expected, Reading
from bot.understanding.phrases import NOTHING
from bot.wording.paths import closest

if TYPE_CHECKING:
    from bot.ports import Known
    from bot.records import Customer, Order, Product, Variant

FILE = "golden.yaml"
ALSO = ("stop", "person", "out_of_scope", NOTHING)  # what a message may be beside an intent that has phrases


@dataclass(frozen=True, slots=True)
class Golden:
    """A message and what it must be read as; `line` of the file, from 1."""

    text: str
    intent: str
    language: str
    line: int


class Reads(Protocol):
    def read(self, text: str, expected: Expected | None, known: "Known", language: str | None) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Nobody:
    """A sender without records, on a day like any other."""

    today: datetime = datetime(2026, 1, 5, 12, tzinfo=UTC)
    orders: "Sequence[Order]" = ()
    customer: "Customer | None" = None

    def variants(self) -> "Sequence[Variant]":
        return ()

    def products(self) -> "Sequence[Product]":
        return ()


def read_golden(document: Document, faq: Collection[str]) -> tuple[tuple[Golden, ...], list[Fault]]:
    """The messages as far as they are right, and what is wrong with the rest. `faq` are the ids of store questions."""
    if document.value is None:
        return (), []
    if not isinstance(document.value, dict):
        what = "the file has to be a mapping of languages to intents to lists of messages"
        return (), [document.fault((), what, "such as en: with intents below it")]
    known = sorted({*known_intents(), *ALSO, *(f"faq:{name}" for name in faq)})
    golden: list[Golden] = []
    faults: list[Fault] = []
    for language, intents in document.value.items():
        if not _is_language(language):
            what = f"{language!r} is not a language"
            faults.append(document.fault((language,), what, "write it as in the names of the templates, such as es"))
            continue
        if not isinstance(intents, dict):
            what = "write intents, each with a list of messages"
            faults.append(document.fault((language,), what, "such as where_is_my_order: with a list below it"))
            continue
        for intent, texts in intents.items():
            where = (language, intent)
            if intent not in known:
                faults.append(
                    document.fault(where, "no such intent", closest(intent, known) or "see `flask understand`")
                )
            elif not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
                faults.append(document.fault(where, "write a list of messages", "each in quotes, after a dash"))
            else:
                golden += [
                    Golden(text, intent, language, document.line((*where, place))) for place, text in enumerate(texts)
                ]
    return tuple(golden), faults


def misread(golden: Sequence[Golden], reader: Reads) -> dict[Golden, str]:
    """The messages that are read otherwise, each with what it is read as."""
    found = {}
    for each in golden:
        read = _read_as(reader.read(each.text, None, Nobody(), each.language))
        if each.intent not in read:
            found[each] = max(read, key=len)
    return found


def worse(golden: Sequence[Golden], coming: Reads, served: Reads) -> list[Fault]:
    """What keeps new files from being served: messages that the present ones read rightly."""
    now = misread(golden, coming)
    before = misread(golden, served) if now else {}
    return [told(each, read) for each, read in now.items() if each not in before]


def told(each: Golden, read: str) -> Fault:
    what = f"{each.text!r} would be read as {read}"
    return Fault(
        FILE, each.line, f"{each.language}.{each.intent}", what, "see `flask understand` for the words that say so"
    )


def _is_language(name: str) -> bool:
    try:
        Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _read_as(reading: Reading) -> set[str]:
    """Every name for what the message is first of all taken for."""
    if reading.stop or reading.person:
        return {"stop" if reading.stop else "person"}
    first = next(iter(reading.wishes), None)
    if first is None:
        return {NOTHING}
    return {first.intent, f"{first.intent}.{first.kind}"} if first.kind else {first.intent}
