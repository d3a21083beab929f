"""catalog/guides/<id>.yaml: how a product is set up and used, and what is wrong with one that cannot be told.

A guide is what the shop knows: problems by name, each beginning at a step, and steps that lead on, by "did that work?"
or one after another, to another step, to `done` or to a `person`. Nothing else is ever told about using a product.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from bot.errors import Fault
from bot.merchant.schema import Section
from bot.merchant.yamltext import Document, Path
from bot.wording.load import MOST_TITLE
from bot.wording.paths import closest

FOLDER = "catalog/guides"
DONE, PERSON = "done", "person"
ENDS = (DONE, PERSON)
MOST_PROBLEMS = 7  # beside "the whole guide" and "something else" in one list of WhatsApp's
SHORT = 300  # characters of a step that still go out as one short message

Texts = Annotated[dict[str, str], Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


class GuideStep(Section):
    """One thing to do or look at. Leads on by `next`, or by `yes` and `no` to its question."""

    text: Texts = Field(description="by language; short enough for one SMS")
    ask: dict[str, str] = Field(default_factory=dict, description="by language; `did that work?` if there is none")
    next: str | None = None
    yes: str | None = None
    no: str | None = None

    @property
    def targets(self) -> Mapping[str, str]:
        named = {"next": self.next, "yes": self.yes, "no": self.no}
        return {name: target for name, target in named.items() if target is not None}


class GuideProblem(Section):
    """What a customer may want of the guide: how to begin, or what goes wrong."""

    id: Name
    title: Texts = Field(description="by language; at most 20 characters, as it is offered")
    phrases: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="by language: how customers say it")
    start: str = Field(description="the step it begins with")


class Guide(Section):
    """One guide. `products` are the ids of those it is for, beside those whose record names it as their `guide`."""

    title: Texts
    products: tuple[str, ...] = ()
    manual_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    problems: Annotated[tuple[GuideProblem, ...], Field(min_length=1, max_length=MOST_PROBLEMS)]
    steps: Annotated[dict[Name, GuideStep], Field(min_length=1)]

    def path(self, start: str) -> tuple[GuideStep, ...]:
        """The steps from here on, each once, the way of `no` after that of `yes`: as one reads them."""
        found: dict[str, None] = {}
        waiting = [start]
        while waiting:
            name = waiting.pop(0)
            if name in self.steps and name not in found:
                found[name] = None
                waiting = [*self.steps[name].targets.values(), *waiting]
        return tuple(self.steps[name] for name in found)


def spoken(texts: Mapping[str, str], language: str, own: str) -> str:
    """The text in the language, else in the shop's own, else in the first there is; empty where there is none."""
    exact = language.replace("_", "-").lower()
    for name in (exact, exact.partition("-")[0], own):
        if name in texts:
            return texts[name]
    return next(iter(texts.values()), "")


def guide_faults(guide: Guide, document: Document, own: str, languages: Collection[str]) -> Iterator[Fault]:
    """What a shape cannot say: steps that lead nowhere or in a circle, languages nobody can be spoken to in."""
    yield from _leads(guide, document)
    if any(_circles(guide, problem.start) for problem in guide.problems):
        yield document.fault(("steps",), "the steps lead in a circle", f"end with {DONE} or {PERSON}")
    for path, texts in _texts(guide):
        if own not in texts:
            yield document.fault(path, f"{own}, the shop's language, is missing")
        for language in sorted(set(texts) - set(languages)):
            what = f"there are no templates in the language {language!r}"
            yield document.fault((*path, language), what, closest(language, sorted(languages)))
    for index, problem in enumerate(guide.problems):
        if any(problem.id == other.id for other in guide.problems[:index]):
            yield document.fault(("problems", index, "id"), f"{problem.id} stands twice")
        for language, title in problem.title.items():
            if len(title) > MOST_TITLE:
                what = f"the title has {len(title)} characters; a button takes {MOST_TITLE}"
                yield document.fault(("problems", index, "title", language), what, "shorten it")


def guide_warnings(guide: Guide, document: Document, own: str, languages: Collection[str]) -> Iterator[Fault]:
    """Long steps, steps no problem leads to, languages in which the shop's own is said instead."""
    reached = {id(step) for problem in guide.problems for step in guide.path(problem.start)}
    for name, step in guide.steps.items():
        if id(step) not in reached:
            yield document.fault(("steps", name), "no problem leads to this step")
        for language, text in step.text.items():
            if len(text) > SHORT:
                what = f"{len(text)} characters are several SMS; make two steps of it"
                yield document.fault(("steps", name, "text", language), what)
    missing = {language for _, texts in _texts(guide) for language in set(languages) - set(texts) - {own}}
    for language in sorted(missing):
        yield document.fault((), f"{language} is missing in places; {own} is said instead")


def _leads(guide: Guide, document: Document) -> Iterator[Fault]:
    known = [*guide.steps, *ENDS]
    for index, problem in enumerate(guide.problems):
        if problem.start not in guide.steps:
            tip = closest(problem.start, list(guide.steps))
            yield document.fault(("problems", index, "start"), f"there is no step {problem.start}", tip)
    for name, step in guide.steps.items():
        if set(step.targets) not in ({"next"}, {"yes", "no"}):
            yield document.fault(("steps", name), "leads nowhere", "give it `next`, or both `yes` and `no`")
        if name in ENDS:
            yield document.fault(("steps", name), f"{name} is how a guide ends, not a step", "name it otherwise")
        for how, target in step.targets.items():
            if target not in known:
                yield document.fault(("steps", name, how), f"there is no step {target}", closest(target, known))


def _circles(guide: Guide, name: str, before: tuple[str, ...] = ()) -> bool:
    if name in before:
        return True
    step = guide.steps.get(name)
    return step is not None and any(_circles(guide, target, (*before, name)) for target in step.targets.values())


def _texts(guide: Guide) -> Iterator[tuple[Path, Mapping[str, str]]]:
    yield ("title",), guide.title
    for index, problem in enumerate(guide.problems):
        yield ("problems", index, "title"), problem.title
    for name, step in guide.steps.items():
        yield ("steps", name, "text"), step.text
        if step.ask:
            yield ("steps", name, "ask"), step.ask
