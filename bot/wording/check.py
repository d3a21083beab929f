"""Templates tried before a customer sees them: with everything known, and with each fact missing that may be so."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from jinja2 import nodes

from bot.errors import Fault, WordingError
from bot.merchant.yamltext import Document, Path, TextPlace
from bot.model import Channel
from bot.wording import gsm
from bot.wording.filters import READER, Reader
from bot.wording.keys import facts_of
from bot.wording.paths import Walk, walk
from bot.wording.samples import FULL, NOW, OPTIONAL, SPARSE, ZONE, facts_for, without
from bot.wording.sandbox import Wrong
from bot.wording.words import Said, written

#: Words that Twilio takes as opt-out, opt-in or help on SMS (CHANNELS.md 21).
CARRIER_WORDS = ("CANCEL", "END", "QUIT", "STOP", "YES", "START", "HELP", "INFO")
ASKING = re.compile(
    r"\b(?:[Rr]eply|[Tt]ext|[Ss]end|[Aa]nswer|[Tt]ype|[Ww]rite|[Rr]espond[ae]?|[Ee]nv[ií]a|[Ee]scriba?e?|[Cc]ontesta)\b"
    r"[^.!?\n]{0,30}?[\s\"“'](" + "|".join(CARRIER_WORDS) + r")\b"
)
LONGEST = {Channel.SMS: 1600, Channel.WHATSAPP: 1600, Channel.EMAIL: 15_000, Channel.CHAT: 4000}
LONGEST_WITH_BUTTONS = 1024  # WhatsApp, interactive (CHANNELS.md 14)
LONGEST_SUBJECT = 150
MOST_SEGMENTS = 2


@dataclass(slots=True)
class Findings:
    """What a check found. Faults refuse the files; warnings are told and nothing else."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not self.faults and not self.warnings

    def add(self, more: "Findings") -> None:
        self.faults += more.faults
        self.warnings += more.warnings


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a key: for every channel (`text`), for one, or the subject. `own_sms`: another part is the SMS."""

    document: Document
    path: Path
    key: str
    name: str
    text: str
    place: TextPlace
    own_sms: bool

    def fault(self, wrong: Wrong) -> Fault:
        line = self.place.line_of(wrong.line)
        return Fault(self.document.file, line, ".".join(map(str, self.path)), wrong.what, wrong.suggestion)

    @property
    def on_sms(self) -> bool:
        return self.name == "sms" or (self.name == "text" and not self.own_sms)


class Clean(Protocol):
    """Digests of the parts in which this very code found nothing to fault or to warn of."""

    def __contains__(self, digest: str, /) -> bool: ...

    def add(self, digest: str, /) -> None:
        """Told of each clean part at each load, also of one that was known."""
        ...


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks templates of one language. `always` are the facts known everywhere: the shop, its policies."""

    locale: Locale
    currency: str
    always: Mapping[str, Any]

    def digest(self, part: Part, has_choices: bool) -> str:
        """Changes with all that the findings on a part rest on; the values of a fact known everywhere are among it
        where the text has the fact's name, since nothing else can show them."""
        always = {name: value for name, value in self.always.items() if name in part.text}
        around = (part.key, part.name, part.own_sms, has_choices, str(self.locale), self.currency, always)
        return hashlib.sha256(repr((part.text, around)).encode()).hexdigest()

    def named_facts(self, part: Part, tree: nodes.Template, found: Findings) -> Walk | None:
        """The facts the template names; None, with the faults, when some of them are not given to this key."""
        walked = walk(tree, self._facts(part.key, FULL))
        found.faults += [part.fault(each) for each in walked.wrong]
        return None if walked.wrong else walked

    def try_out(self, part: Part, template: Said, walked: Walk, has_choices: bool, found: Findings) -> None:
        """Renders with full and with sparse samples."""
        reader = Reader(self.locale, ZoneInfo(ZONE), self.currency, NOW)
        full = {**self._facts(part.key, FULL), READER: reader}
        try:
            text = written(template, full, part.key)
        except WordingError as error:
            found.faults.append(part.document.fault(part.path, f"cannot be rendered: {_bare(error, part)}"))
            return
        self._try_missing(part, template, walked, full, found)
        faults, warnings = self._shape(part, text, has_choices)
        found.faults += faults
        found.warnings += warnings

    def carrier_word(self, title: str) -> str:
        """The word a phone company would take for itself if the customer typed this title, or nothing."""
        bare = re.sub(r"[^\w]+", " ", title).strip().upper()
        return bare if bare in CARRIER_WORDS else ""

    def _facts(self, key: str, samples: Mapping[str, Any]) -> dict[str, Any]:
        known = facts_of(key)
        names = known.facts if known else ()
        always = {name: value for name, value in self.always.items() if name == "shop" or name in names}
        return {**facts_for(tuple(name for name in names if name not in always), samples), **always}

    def _try_missing(self, part: Part, template: Said, walked: Walk, full: Mapping[str, Any], found: Findings) -> None:
        known = facts_of(part.key)
        optional = OPTIONAL.union(known.may_lack if known else ())
        for path in (path for path in walked.named if path in optional):
            try:
                written(template, without(full, path), part.key)
            except WordingError:
                wrong = Wrong(
                    walked.named[path],
                    f"{path} is not always known",
                    f'ask first: {{% if {path} %}} … {{% endif %}}, or give {{{{ {path}|default("…") }}}}',
                )
                found.faults.append(part.fault(wrong))
                return
        try:
            written(template, {**full, **self._facts(part.key, SPARSE)}, part.key)
        except WordingError as error:
            what = f"cannot be rendered when little is known: {_bare(error, part)}"
            found.faults.append(part.document.fault(part.path, what))

    def _shape(self, part: Part, text: str, has_choices: bool) -> tuple[list[Fault], list[Fault]]:
        known = facts_of(part.key)
        if known and known.inward:
            return [], []
        faults = [part.document.fault(part.path, what, tip) for what, tip in _too_long(part, text, has_choices)]
        if part.on_sms:
            faults += [part.document.fault(part.path, *told) for told in self._asks_carrier_words(part, text)]
            return faults, [part.document.fault(part.path, *told) for told in _costs(text)]
        return faults, []

    def _asks_carrier_words(self, part: Part, text: str) -> Iterator[tuple[str, str]]:
        known = facts_of(part.key)
        allowed = set(known.sms_words if known else ()) | ({"STOP"} if known and known.promotional else set())
        for match in ASKING.finditer(text):
            word = match.group(1)
            if word not in allowed:
                yield (
                    f"an SMS must not ask for the reply {word}: phone companies take it for themselves",
                    "ask for a number or another word",
                )


def _channels(part: Part) -> tuple[Channel, ...]:
    if part.name == "text":
        return tuple(channel for channel in Channel if channel is not Channel.SMS or part.on_sms)
    return (Channel(part.name),)


def _too_long(part: Part, text: str, has_choices: bool) -> Iterator[tuple[str, str]]:
    if part.name == "subject":
        if len(text) > LONGEST_SUBJECT:
            yield f"the subject has {len(text)} characters with sample data; {LONGEST_SUBJECT} at most", "shorten it"
        return
    known = facts_of(part.key)
    if known and known.most and len(text) > known.most:
        yield f"the text has {len(text)} characters; there is room for {known.most}", "shorten it"
    for channel in _channels(part):
        most = LONGEST_WITH_BUTTONS if has_choices and channel is Channel.WHATSAPP else LONGEST[channel]
        if len(text) > most:
            tip = "shorten it" if part.name != "text" else f"shorten it, or give {channel.value} a text of its own"
            yield f"{len(text)} characters with sample data are too long for {channel.value} ({most})", tip


def _costs(text: str) -> Iterator[tuple[str, str]]:
    signs = gsm.costly(text)
    if signs:
        shown = " ".join(signs)
        yield f"{shown} makes an SMS cost more than twice as much", "leave it out, or give sms a text of its own"
    count = gsm.segments(gsm.plain(text))
    if count > MOST_SEGMENTS:
        yield f"the SMS takes {count} segments with sample data", "give sms a shorter text of its own"


def _bare(error: WordingError, part: Part) -> str:
    return str(error).removeprefix(f"{part.key}: ")
