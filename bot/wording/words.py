"""A shop's words: template keys rendered for a channel, a language and a zone.

Everything was tried at load or before; here facts are put in, nothing is decided. A key or fact that is not there
raises WordingError, which names the key and never a value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from jinja2 import Template
from jinja2.exceptions import TemplateRuntimeError

from bot.errors import WordingError
from bot.facts import shop_view
from bot.merchant.schema import Policies, ShopSettings
from bot.model import Channel, Choice, Rendered, Say
from bot.wording import gsm
from bot.wording.filters import READER, Reader
from bot.wording.keys import WAYS_TO_PAY
from bot.wording.sandbox import MOST_OUTPUT, LazyTemplate, NotKnownError

METHODS = frozenset({"method", "old_method"})  # facts that say how money is paid
COMMON = "common"  # the key whose choices are the titles of what every question may offer: yes, no
FAULTS = (TemplateRuntimeError, NotKnownError, WordingError, TypeError, ValueError, ArithmeticError, LookupError)

Said = Template | LazyTemplate


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """The title of a choice, and further words of the customer that mean it."""

    title: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """One key in one language. `texts` has the words for every channel under None, beside overrides."""

    texts: Mapping[Channel | None, Said] = field(default_factory=dict)
    subject: Said | None = None
    choices: Mapping[str, ChoiceWords] = field(default_factory=dict)


class Words:
    """Templates of all languages. A key that a language lacks is taken from the shop's own language."""

    def __init__(
        self, languages: Mapping[str, Mapping[str, Wording]], settings: ShopSettings, policies: Policies
    ) -> None:
        self._languages = {name.lower(): wordings for name, wordings in languages.items()}
        self._settings = settings
        self._always = {"shop": shop_facts(settings), "policy": policies.model_dump()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are templates for."""
        return tuple(self._languages)

    def titled(self, say: Say, language: str) -> tuple[Choice, ...]:
        """The choices with the merchant's titles where the story gave none, and the merchant's words beside its own."""
        if not say.choices:
            return ()
        named = self._choices(say.key, language)
        return tuple(_named(choice, named.get(choice.id), say.key) for choice in say.choices)

    def words_for(self, key: str, choice: str, language: str) -> tuple[str, ...]:
        """What else means a choice of this key, in the language or the shop's own."""
        found = self._choices(key, language).get(choice)
        return found.words if found else ()

    def render(
        self, says: Sequence[Say], *, channel: Channel, language: str, zone: str, now: datetime | None = None
    ) -> Rendered:
        """The says as one message, a blank line between them; the last choices and the last subject count."""
        texts: list[str] = []
        subject: str | None = None
        choices: tuple[Choice, ...] = ()
        for say in says:
            found, wording = self._find(say.key, language)
            facts = self._facts(self._in_words(say.facts, language), self._reader(found, language, zone, now))
            template = wording.texts.get(channel) or wording.texts.get(None)
            if template is None:
                raise WordingError(f"{say.key}: there is no text")
            texts.append(written(template, facts, say.key))
            if wording.subject is not None:
                subject = " ".join(written(wording.subject, facts, say.key).split())
            choices = self.titled(say, language) or choices
        text = "\n\n".join(text for text in texts if text)
        return Rendered(
            text=gsm.plain(text) if channel is Channel.SMS else text,
            choices=choices,
            subject=subject,
            menu_hint=self._menu_text("menu.hint", channel, language, zone) if choices else "",
            menu_button=self._menu_text("menu.button", channel, language, zone) if choices else "",
        )

    def _in_words(self, facts: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The facts, with a way to pay that has no label called as the language calls it."""
        common = self._choices(COMMON, language)
        names = {kind.replace("_", " "): common[kind].title for kind in WAYS_TO_PAY if kind in common}

        def said(value: Any, name: str) -> Any:
            if isinstance(value, list):
                return [said(one, "") for one in value]
            if isinstance(value, dict):
                return {key: said(one, key) for key, one in value.items()}
            return _called(value, names) if name in METHODS and isinstance(value, str) else value

        return {name: said(value, name) for name, value in facts.items()}

    def _menu_text(self, key: str, channel: Channel, language: str, zone: str) -> str:
        found, wording = self._find(key, language)
        template = wording.texts.get(channel) or wording.texts[None]
        return written(template, self._facts({}, self._reader(found, language, zone, None)), key)

    def _facts(self, facts: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
        return {**self._always, **facts, READER: reader}

    def _find(self, key: str, language: str) -> tuple[str, Wording]:
        for name in self._line_of_languages(language):
            wording = self._languages.get(name, {}).get(key)
            if wording is not None:
                return name, wording
        raise WordingError(f"{key}: no template in {self._settings.language}")

    def _choices(self, key: str, language: str) -> dict[str, ChoiceWords]:
        found: dict[str, ChoiceWords] = {}
        for name in reversed(self._line_of_languages(language)):
            for each in (COMMON, key):
                wording = self._languages.get(name, {}).get(each)
                found |= wording.choices if wording else {}
        return found

    def _line_of_languages(self, language: str) -> tuple[str, ...]:
        exact = language.replace("_", "-").lower()
        return tuple(dict.fromkeys((exact, exact.split("-", maxsplit=1)[0], self._settings.language.lower())))

    def _reader(self, found: str, language: str, zone: str, now: datetime | None) -> Reader:
        wanted = language if language.lower().startswith(found) else found
        locale = locale_of(wanted, self._settings.country)
        return Reader(locale, ZoneInfo(zone), self._settings.currency, now)


def _called(method: str, names: Mapping[str, str]) -> str:
    """`gift card 4242` as the language calls a gift card; a label of one's own stays."""
    kind = next((name for name in names if method == name or method.startswith(f"{name} ")), None)
    return names[kind] + method[len(kind) :] if kind else method


def shop_facts(settings: ShopSettings) -> dict[str, Any]:
    """What every template may say of the shop, as `shop`."""
    return {**shop_view(settings), "hours": dict(settings.business_hours)}


def written(template: Said, facts: Mapping[str, Any], key: str) -> str:
    """The template's text with these facts, without blanks at line ends or more than one empty line in a row."""
    try:
        pieces: list[str] = []
        length = 0
        for piece in template.generate(facts):
            pieces.append(piece)
            length += len(piece)
            if length > MOST_OUTPUT:
                raise WordingError(f"the text grows longer than {MOST_OUTPUT} characters")
    except FAULTS as error:
        reason = "a fact is said that is not known" if isinstance(error, NotKnownError) else str(error)
        raise WordingError(f"{key}: {reason}") from error
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    lines: list[str] = []
    for line in text.strip().splitlines():
        bare = line.rstrip()
        if bare or (lines and lines[-1]):
            lines.append(bare)
    return "\n".join(lines)


def _named(choice: Choice, found: ChoiceWords | None, key: str) -> Choice:
    if found is None:
        if not choice.title:
            raise WordingError(f"{key}: the choice {choice.id} has no title")
        return choice
    words = tuple(dict.fromkeys((*choice.words, *found.words)))
    return choice.model_copy(update={"title": choice.title or found.title, "words": words})


@lru_cache(maxsize=64)
def locale_of(language: str, country: str) -> Locale:
    """The language as it is written in the shop's country, if there is such a locale; English when all is unknown."""
    for name in (language, f"{language}-{country}") if "-" in language else (f"{language}-{country}", language):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")
