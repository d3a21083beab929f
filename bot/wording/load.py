"""templates/<language>.yaml and the answers of faq/ made into wordings, with every fault at once.

A part that was found clean before, in the same circumstances, is neither parsed nor tried: it is compiled when it is
first said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import Fault
from bot.merchant.yamltext import Document, Path, TextPlace
from bot.model import Channel
from bot.wording.check import Checker, Clean, Findings, Part
from bot.wording.keys import KEYS, facts_of
from bot.wording.paths import closest
from bot.wording.sandbox import LazyTemplate, compile_text, parse
from bot.wording.words import COMMON, ChoiceWords, Said, Wording

PARTS = ("text", "sms", "whatsapp", "email", "chat", "subject", "choices")
MOST_TITLE = 20


@dataclass(frozen=True, slots=True)
class Loader:
    """Reads one language's words. Without `clean` every part is judged."""

    environment: ImmutableSandboxedEnvironment
    checker: Checker
    clean: Clean | None = None

    def templates(self, document: Document) -> tuple[dict[str, Wording], Findings]:
        """Every wording of a templates file that is without fault, and what was found."""
        found = Findings()
        wordings: dict[str, Wording] = {}
        if not isinstance(document.value, dict):
            found.faults.append(document.fault((), "the file has to be a mapping of keys to texts"))
            return wordings, found
        for key, value in document.value.items():
            if key not in KEYS:
                found.faults.append(document.fault((key,), "no such key", closest(key, list(KEYS))))
                continue
            wordings[key] = self._entry(document, key, value, found)
        self._titles_complete(document, wordings, found)
        return wordings, found

    def text(self, document: Document, key: str, path: Path, value: Any, found: Findings) -> Wording:
        """One text of its own, such as an answer of faq/."""
        part = self._part(document, key, path, "text", value, found)
        template = self._compiled(part, found) if part else None
        return Wording(texts={None: template} if template else {})

    def _entry(self, document: Document, key: str, value: Any, found: Findings) -> Wording:
        if isinstance(value, str):
            return self.text(document, key, (key,), value, found)
        if not isinstance(value, dict):
            found.faults.append(document.fault((key,), "write a text, or a mapping with text", "put it in quotes"))
            return Wording()
        for name in value:
            if name not in PARTS:
                found.faults.append(document.fault((key, name), "no such part", closest(name, list(PARTS))))
        choices = self._choices(document, key, value.get("choices", {}), found)
        parts = list(self._parts(document, key, value, found))
        if "text" not in value and key != COMMON:
            found.faults.append(document.fault((key,), "text is missing", "text serves every channel without its own"))
        compiled = {part.name: template for part in parts if (template := self._compiled(part, found, bool(choices)))}
        subject = compiled.pop("subject", None)
        texts = {Channel(name) if name != "text" else None: template for name, template in compiled.items()}
        return Wording(texts=texts, subject=subject, choices=choices)

    def _parts(self, document: Document, key: str, value: Mapping[str, Any], found: Findings) -> Iterator[Part]:
        for name in PARTS[:-1]:
            if name in value:
                part = self._part(document, key, (key, name), name, value[name], found, own_sms="sms" in value)
                if part:
                    yield part

    def _part(
        self, document: Document, key: str, path: Path, name: str, value: Any, found: Findings, *, own_sms: bool = False
    ) -> Part | None:
        if not isinstance(value, str):
            found.faults.append(document.fault(path, "this has to be text", "put it in quotes"))
            return None
        place = document.texts.get(path) or TextPlace(document.line(path), follows=False)
        return Part(document, path, key, name, value, place, own_sms)

    def _compiled(self, part: Part, found: Findings, has_choices: bool = False) -> Said | None:
        if self.clean is None:
            return self._judged(part, found, has_choices)
        digest = self.checker.digest(part, has_choices)
        here = Findings()
        known = digest in self.clean
        made = LazyTemplate(self.environment, part.text) if known else self._judged(part, here, has_choices)
        if here.nothing:
            self.clean.add(digest)
        found.add(here)
        return made

    def _judged(self, part: Part, found: Findings, has_choices: bool) -> Said | None:
        tree, wrong = parse(self.environment, part.text)
        found.faults += [part.fault(each) for each in wrong]
        if tree is None or wrong:
            return None
        walked = self.checker.named_facts(part, tree, found)
        if walked is None:
            return None
        try:
            template = compile_text(self.environment, tree)
        except TemplateSyntaxError as error:
            found.faults.append(part.document.fault(part.path, f"template: {error.message}"))
            return None
        self.checker.try_out(part, template, walked, has_choices, found)
        return template

    def _choices(self, document: Document, key: str, value: Any, found: Findings) -> dict[str, ChoiceWords]:
        path = (key, "choices")
        if not isinstance(value, dict):
            found.faults.append(document.fault(path, "write the choices as id: title"))
            return {}
        known = facts_of(key)
        ids = known.choices if known else ()
        choices: dict[str, ChoiceWords] = {}
        for name, entry in value.items():
            if name not in ids:
                found.faults.append(document.fault((*path, name), "this question has no such choice", _near(name, ids)))
                continue
            choice = _choice(document, (*path, name), entry, found)
            if choice:
                choices[name] = choice
        found.faults += _titles(document, path, choices, self.checker)
        return choices

    def _titles_complete(self, document: Document, wordings: Mapping[str, Wording], found: Findings) -> None:
        common = wordings.get(COMMON, Wording()).choices
        for key, wording in wordings.items():
            for name in KEYS[key].choices:
                if name not in wording.choices and name not in common:
                    what = f"the title of the choice {name!r} is missing"
                    found.faults.append(document.fault((key, "choices"), what, f"add {name}: … under choices"))


def missing_keys(document: Document, wordings: Mapping[str, Wording]) -> list[Fault]:
    """Keys that stories say and the file of the shop's own language lacks."""
    lacking = (key for key in KEYS if key not in wordings)
    return [Fault(document.file, 0, key, "there are no words for it", _model_tip(key)) for key in lacking]


def untranslated(document: Document, wordings: Mapping[str, Wording], instead: str) -> list[Fault]:
    """One warning for all that is said in the shop's own language for want of words."""
    lacking = [key for key, known in KEYS.items() if key not in wordings and not known.inward]
    if not lacking:
        return []
    what = f"{len(lacking)} of {len(KEYS)} keys have no words and are said in {instead}: {', '.join(lacking[:5])}"
    return [Fault(document.file, 0, "", what + (", …" if len(lacking) > 5 else ""))]


def _model_tip(key: str) -> str:
    known = KEYS[key]
    facts = ", ".join((*known.facts, "shop"))
    choices = f"; choices: {', '.join(known.choices)}" if known.choices else ""
    return f"add the key; facts: {facts}{choices}"


def _choice(document: Document, path: Path, entry: Any, found: Findings) -> ChoiceWords | None:
    if isinstance(entry, str):
        return ChoiceWords(entry.strip())
    if isinstance(entry, dict) and isinstance(entry.get("title"), str) and set(entry) <= {"title", "words"}:
        words = entry.get("words") or []
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return ChoiceWords(entry["title"].strip(), tuple(words))
    found.faults.append(document.fault(path, "write a title, or a mapping with title and words"))
    return None


def _titles(document: Document, path: Path, choices: Mapping[str, ChoiceWords], checker: Checker) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, choice in choices.items():
        where = (*path, name)
        title = choice.title
        if not title:
            yield document.fault(where, "the title is empty")
        if len(title) > MOST_TITLE:
            yield document.fault(
                where, f"the title has {len(title)} characters; a button takes {MOST_TITLE}", "shorten it"
            )
        if title.lower() in seen and title:
            yield document.fault(where, f"the title is the same as that of {seen[title.lower()]}", "titles must differ")
        seen.setdefault(title.lower(), name)
        word = checker.carrier_word(title)
        if word:
            tip = f"write more than the bare word, such as “{title}, please”"
            yield document.fault(where, f"phone companies take the bare reply {word} for themselves", tip)


def _near(name: str, ids: tuple[str, ...]) -> str:
    return closest(name, list(ids)) or ("choices: " + ", ".join(ids) if ids else "it offers none")
