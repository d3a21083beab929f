"""Set-up and use, from the product's own guide: step by step, by "did that work?"; what it does not say, a person does.

Nothing is invented: where there is no guide, or it ends without success, a person has it with all that was tried.
"""

from typing import Any

from bot.actions import SendGuide
from bot.facts import View
from bot.flows.products import source_of, which_product, words_of
from bot.flows.which import which_order
from bot.merchant.guides import DONE, PERSON, Guide, GuideStep, spoken
from bot.model import Channel, Choice, Json, Kind, Source, Status
from bot.naming import is_said
from bot.records import Product
from bot.story import YES_NO, Case, Ending, Question

FULL, ELSE = "full_guide", "something_else"
NEXT = (Choice(id="next", title=""), Choice(id=FULL, title=""), Choice(id="person", title=""))


def setup_help(case: Case) -> Ending:
    """From "how do I …" or "it won't …" to something that works, or to a person who knows what was tried."""
    shop = case.world.shop
    product = which_product(case, "setup.which", fits=lambda one: shop.guide_of(one) is not None)
    found = shop.guide_of(product) if product else None
    if product is None or found is None:
        return _without_guide(case, product)
    guided = Guided(case, product, *found)
    problem = case.need(guided.problem())
    if problem == FULL:
        return guided.send()
    if problem == ELSE:
        return case.person("setup_help", proposed="answer_beyond_the_guide")
    return guided.walk(next(one.start for one in guided.guide.problems if one.id == problem))


class Guided:
    """A product's guide while it is gone through with one customer, in their language."""

    def __init__(self, case: Case, product: Product, name: str, guide: Guide) -> None:
        self.case, self.product, self.name, self.guide = case, product, name, guide
        self.sources = (Source(record=f"guides/{name}"), *source_of(product))
        self.about: dict[str, Any] = {"title": product.title, "manual_url": manual_of(case, product, guide)}

    def problem(self) -> Question[str]:
        """What of the guide is wanted: what the words say, else one of its problems, all of it, or something else."""
        problems = self.guide.problems
        said = [one.id for one in problems if self._says(one.phrases)]
        choices = tuple(Choice(id=one.id, title=self.told(one.title)) for one in problems)
        known = [*(one.id for one in problems), FULL, ELSE]
        return Question(
            "problem",
            Kind.CHOICE,
            "setup.problem",
            lambda answer: answer if answer in known else None,
            self.about,
            (*choices, Choice(id=FULL, title=""), Choice(id=ELSE, title="")),
            presumed=said[0] if len(said) == 1 else self._whole(),
            sources=self.sources,
        )

    def walk(self, at: str) -> Ending:
        """Step after step, till it works or the guide has no more to say. The guide has no circles."""
        while at not in (DONE, PERSON):
            step = self.guide.steps[at]
            at = self._after_next(at, step) if step.next is not None else self._after_question(at, step)
            if at == FULL:
                return self.send()
        if at == DONE:
            return self.case.end("setup.done", sources=self.sources, **self.about)
        self.case.say("setup.beyond_guide", sources=self.sources, **self.about)
        return self.case.person("setup_help", proposed="answer_beyond_the_guide")

    def send(self) -> Ending:
        """The whole guide to the address on file; without one, or for somebody unknown, the manual's address."""
        case = self.case
        customer = case.world.customer
        customer_id = customer.id if customer else which_order(case).customer_id
        action = SendGuide(customer_id=customer_id, guide=self.name, product_id=self.product.id)
        outcome = case.once(action)
        if outcome.status is Status.DONE:
            sent_to = outcome.data["masked"] if customer else None
            return case.end("setup.sent", sources=self.sources, sent_to=sent_to, **self.about)
        case.say("setup.no_email", sources=self.sources, **self.about)
        return case.person("setup_help", proposed="send_the_guide")

    def told(self, texts: dict[str, str]) -> str:
        return spoken(texts, self.case.world.language, self.case.world.shop.settings.language)

    def _says(self, phrases: dict[str, tuple[str, ...]]) -> bool:
        return is_said(words_of(self.case), [phrase for each in phrases.values() for phrase in each])

    def _whole(self) -> str | None:
        """Whether the wish is for the guide itself, in the words by which the shop's own choice is known."""
        words = self.case.world.shop.words.words_for("setup.problem", FULL, self.case.world.language)
        return FULL if is_said(words_of(self.case), words) else None

    def _after_next(self, name: str, step: GuideStep) -> str:
        """One step at a time where messages are short; in a mail the next is told in the same breath."""
        assert step.next is not None
        view = self._view(step)
        if step.next in (DONE, PERSON) or self.case.world.channel is Channel.EMAIL:
            self.case.say("setup.step", sources=self.sources, step=view, **self.about)
            return step.next
        question = Question(
            f"step-{name}", Kind.CHOICE, "setup.step_next", _one_of_next, self._with(view), NEXT, sources=self.sources
        )
        chosen = self.case.need(question)
        return step.next if chosen == "next" else chosen

    def _after_question(self, name: str, step: GuideStep) -> str:
        assert step.yes is not None
        assert step.no is not None
        facts = self._with(self._view(step))
        question = Question(
            f"step-{name}", Kind.YES_NO, "setup.did_it_work", _truth, facts, YES_NO, sources=self.sources
        )
        return step.yes if self.case.need(question) else step.no

    def _with(self, step: View) -> dict[str, Any]:
        return {**self.about, "step": step}

    def _view(self, step: GuideStep) -> View:
        return {"text": self.told(step.text), "ask": self.told(step.ask) or None}


def guide_view(guide: Guide, language: str, own: str) -> View:
    """`title parts[] {title, steps[]}`: the whole guide as it is read one after another."""
    parts = [
        {
            "title": spoken(problem.title, language, own),
            "steps": [spoken(step.text, language, own) for step in guide.path(problem.start)],
        }
        for problem in guide.problems
    ]
    return {"title": spoken(guide.title, language, own), "parts": parts}


def manual_of(case: Case, product: Product, guide: Guide | None = None) -> str | None:
    entry = case.world.shop.catalog.get(product.id)
    return (guide.manual_url if guide else None) or (entry.manual_url if entry else None)


def _without_guide(case: Case, product: Product | None) -> Ending:
    """The manual where there is one, and a person: nothing is made up."""
    manual = manual_of(case, product) if product else None
    if product is None or manual is None:
        case.say("setup.no_guide", title=product.title if product else None)
        return case.person("setup_help", proposed="answer_beyond_the_guide")
    case.say("setup.manual", sources=source_of(product), title=product.title, link=manual)
    if case.confirm("enough", "setup.manual_enough", title=product.title):
        return case.end("setup.done", title=product.title, manual_url=manual)
    return case.person("setup_help", proposed="answer_beyond_the_guide")


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None


def _one_of_next(answer: Json) -> str | None:
    return answer if answer in {choice.id for choice in NEXT} else None
