"""The merchant's files, as texts, made into a Shop, or refused with every fault they have.

Pure: the texts are given, by their paths inside the shop's directory. What may be wrong but works is a warning.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel

from bot.errors import Fault, ShopFilesError
from bot.merchant.golden import Golden, read_golden
from bot.merchant.guides import FOLDER as GUIDES
from bot.merchant.guides import Guide, guide_faults, guide_warnings
from bot.merchant.phrases import Phrases, Placed, ambiguous, few_phrases, read_phrases
from bot.merchant.schema import CatalogEntry, FaqEntry, NoticesFile, Policies, ShopSettings
from bot.merchant.shop import Shop
from bot.merchant.validate import validated
from bot.merchant.yamltext import Document, Path, read_yaml
from bot.wording.check import Checker, Clean, Findings
from bot.wording.keys import KEYS
from bot.wording.load import Loader, missing_keys, untranslated
from bot.wording.paths import closest, fact_paths
from bot.wording.samples import FULL
from bot.wording.sandbox import make_environment
from bot.wording.words import Wording, Words, locale_of, shop_facts

M = TypeVar("M", bound=BaseModel)

SINGLE = ("shop.yaml", "policies.yaml", "notices.yaml", "golden.yaml")
FOLDERS = ("templates", "phrases", "catalog", GUIDES, "faq")
OTHERS = ("tests/",)  # read by others than the bot


@dataclass(frozen=True, slots=True)
class Loaded:
    """A shop without a fault, and what the merchant may want to look at all the same."""

    shop: Shop
    warnings: tuple[Fault, ...]


def load_shop(texts: Mapping[str, str], clean: Clean | None = None) -> Loaded:
    """Raises ShopFilesError with every Fault of every file. Of the words, what is in `clean` is not judged again; it is
    told of what is found to be clean now."""
    return _Loading(texts, clean).loaded()


def version_of(texts: Mapping[str, str]) -> str:
    """A digest of the files; equal texts have equal versions."""
    digest = hashlib.sha256()
    for path in sorted(texts):
        digest.update(f"{path}\0{len(texts[path].encode())}\0".encode())
        digest.update(texts[path].encode())
    return digest.hexdigest()


@dataclass(slots=True)
class _Loading:
    """One reading of all files, gathering what is wrong."""

    texts: Mapping[str, str]
    clean: Clean | None = None
    found: Findings = field(default_factory=Findings)

    def loaded(self) -> Loaded:
        documents = dict(self._documents())
        settings = self._single(documents, "shop.yaml", ShopSettings)
        policies = self._single(documents, "policies.yaml", Policies)
        notices = self._single(documents, "notices.yaml", NoticesFile)
        catalog = self._catalog(documents)
        faq = self._faq(documents)
        if settings is None or policies is None or notices is None:
            raise self._refused()
        self._whatsapp_templates(documents["shop.yaml"], settings)
        words = self._words(documents, settings, policies, faq)
        guides = self._guides(documents, settings.language)
        phrases = self._phrases(documents, faq, settings.language)
        golden = self._golden(documents, faq)
        if self.found.faults:
            raise self._refused()
        shop = Shop(
            settings=settings,
            policies=policies,
            notices=notices,
            words=words,
            faq=tuple(entry for entry, _, _ in faq),
            catalog=catalog,
            guides=guides,
            phrases=phrases,
            golden=golden,
            version=version_of(self.texts),
        )
        return Loaded(shop, tuple(sorted(self.found.warnings, key=_place)))

    def _refused(self) -> ShopFilesError:
        return ShopFilesError(sorted(self.found.faults, key=_place))

    def _documents(self) -> Iterator[tuple[str, Document]]:
        for path in sorted(self.texts):
            if path.startswith(OTHERS):
                continue
            folder = path.rpartition("/")[0]
            known = path in SINGLE or folder in FOLDERS
            if not known or not path.endswith(".yaml"):
                self.found.faults.append(Fault(path, 0, "", "not a file of the shop", _file_tip(path)))
                continue
            document, faults = read_yaml(path, self.texts[path])
            self.found.faults += faults
            yield path, document
        if "shop.yaml" not in self.texts:
            what = "the file is missing; it names the shop, its time zone and its currency"
            self.found.faults.append(Fault("shop.yaml", 0, "", what))

    def _single(self, documents: Mapping[str, Document], path: str, model: type[M]) -> M | None:
        document = documents.get(path)
        if document is None:
            return model() if path != "shop.yaml" else None
        if document.value is None and self._already(path):
            return None
        value = {} if document.value is None else document.value
        made, faults = validated(model, document, value)
        self.found.faults += faults
        return made

    def _already(self, path: str) -> bool:
        return any(fault.file == path for fault in self.found.faults)

    def _entries(self, document: Document, model: type[M]) -> Iterator[tuple[int, M]]:
        if document.value is None:
            return
        if not isinstance(document.value, list):
            self.found.faults.append(document.fault((), "the file has to be a list", "begin each entry with a dash"))
            return
        for index, value in enumerate(document.value):
            made, faults = validated(model, document, value, (index,))
            self.found.faults += faults
            if made is not None:
                yield index, made

    def _catalog(self, documents: Mapping[str, Document]) -> dict[str, CatalogEntry]:
        entries: dict[str, CatalogEntry] = {}
        for _, document in _folder(documents, "catalog"):
            for index, entry in self._entries(document, CatalogEntry):
                if entry.product in entries:
                    where = (index, "product")
                    self.found.faults.append(document.fault(where, f"{entry.product} has an entry already"))
                entries[entry.product] = entry
        return entries

    def _guides(self, documents: Mapping[str, Document], own: str) -> dict[str, Guide]:
        """Each guide by the name of its file."""
        languages = {own, *(language for language, _ in _folder(documents, "templates"))}
        guides: dict[str, Guide] = {}
        for name, document in _folder(documents, GUIDES):
            if document.value is None and self._already(document.file):
                continue
            guide, faults = validated(Guide, document, document.value)
            self.found.faults += faults
            if guide is not None:
                guides[name] = guide
                self.found.faults += guide_faults(guide, document, own, languages)
                self.found.warnings += guide_warnings(guide, document, own, languages)
        return guides

    def _faq(self, documents: Mapping[str, Document]) -> list[Placed]:
        entries: list[Placed] = []
        for _, document in _folder(documents, "faq"):
            for index, entry in self._entries(document, FaqEntry):
                if any(entry.id == other.id for other, _, _ in entries):
                    self.found.faults.append(document.fault((index, "id"), f"{entry.id} has an entry already"))
                entries.append((entry, document, index))
        return entries

    def _words(
        self,
        documents: Mapping[str, Document],
        settings: ShopSettings,
        policies: Policies,
        faq: list[Placed],
    ) -> Words:
        files = dict(_folder(documents, "templates"))
        if settings.language not in files:
            what = f"there is no templates file for the shop's language, {settings.language}"
            self.found.faults.append(Fault(f"templates/{settings.language}.yaml", 0, "", what, "add the file"))
        environment = make_environment()
        always = {"shop": shop_facts(settings), "policy": policies.model_dump()}
        languages: dict[str, dict[str, Wording]] = {}
        for language, document in files.items():
            self._known_language(document, language)
            checker = Checker(locale_of(language, settings.country), settings.currency, always)
            loader = Loader(environment, checker, self.clean)
            wordings, found = loader.templates(document)
            self.found.add(found)
            self._lacking(document, language, settings.language, wordings)
            for entry, where, index in faq:
                if language in entry.answer:
                    more = Findings()
                    path = (index, "answer", language)
                    wordings[f"faq.{entry.id}"] = loader.text(
                        where, f"faq.{entry.id}", path, entry.answer[language], more
                    )
                    self.found.add(more)
            languages[language] = wordings
        self._faq_languages(faq, settings.language, set(files))
        return Words(languages, settings, policies)

    def _lacking(self, document: Document, language: str, own: str, wordings: Mapping[str, Wording]) -> None:
        if document.value is None and self._already(document.file):
            return
        if language == own:
            self.found.faults += missing_keys(document, wordings)
        else:
            self.found.warnings += untranslated(document, wordings, own)

    def _whatsapp_templates(self, document: Document, settings: ShopSettings) -> None:
        """Approved templates stand for a key in a language, and are filled with facts of that key."""
        for key, languages in settings.whatsapp_templates.items():
            where: Path = ("whatsapp_templates", key)
            known = KEYS.get(key)
            if known is None:
                self.found.faults.append(document.fault(where, "no such key", closest(key, list(KEYS))))
                continue
            paths = sorted(path for name in known.facts for path in fact_paths(FULL[name], name))
            for language, template in languages.items():
                for index, variable in enumerate(template.variables):
                    if variable not in paths:
                        place = (*where, language, "variables", index)
                        tip = closest(variable, paths) or "facts: " + ", ".join(known.facts)
                        self.found.faults.append(document.fault(place, f"{variable} is not a fact of {key}", tip))

    def _faq_languages(self, faq: list[Placed], own: str, languages: set[str]) -> None:
        """Each question needs the shop's own language; one in no language of the shop is a slip of the pen."""
        for entry, document, index in faq:
            for name in ("title", "answer"):
                given = getattr(entry, name)
                if own not in given:
                    self.found.faults.append(document.fault((index, name), f"{own}, the shop's language, is missing"))
                for language in set(given) - languages:
                    tip = closest(language, sorted(languages)) or "languages: " + ", ".join(sorted(languages))
                    what = f"there are no templates in the language {language!r}"
                    self.found.faults.append(document.fault((index, name, language), what, tip))
                for language in sorted(languages - set(given) - {own}):
                    what = f"{language} is missing; {own} is said instead"
                    self.found.warnings.append(document.fault((index, name), what))

    def _known_language(self, document: Document, language: str) -> None:
        try:
            Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            what = f"{language!r} is not a language"
            self.found.faults.append(Fault(document.file, 0, "", what, "name the file by language, such as es.yaml"))

    def _phrases(self, documents: Mapping[str, Document], faq: list[Placed], own: str) -> dict[str, Phrases]:
        """Language → intent → the merchant's ways to say it."""
        read: list[tuple[Document, Phrases]] = []
        for language, document in _folder(documents, "phrases"):
            self._known_language(document, language)
            phrases, faults = read_phrases(document)
            self.found.faults += faults
            read.append((document, phrases))
        self.found.faults += ambiguous(read, faq)
        self.found.warnings += few_phrases(faq, own)
        return {_name(document.file): phrases for document, phrases in read}

    def _golden(self, documents: Mapping[str, Document], faq: list[Placed]) -> tuple[Golden, ...]:
        document = documents.get("golden.yaml")
        if document is None:
            return ()
        golden, faults = read_golden(document, [entry.id for entry, _, _ in faq])
        self.found.faults += faults
        return golden


def _folder(documents: Mapping[str, Document], folder: str) -> Iterator[tuple[str, Document]]:
    for path, document in documents.items():
        if path.rpartition("/")[0] == folder:
            yield _name(path), document


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".yaml")


def _place(fault: Fault) -> tuple[str, int, str]:
    return fault.file, fault.line, fault.key


def _file_tip(path: str) -> str:
    if path.endswith(".yml"):
        return f"name it {path.removesuffix('.yml')}.yaml"
    return closest(path, list(SINGLE)) or "the folders are " + ", ".join(f"{folder}/" for folder in FOLDERS)


__all__ = ["Loaded", "load_shop", "version_of"]
