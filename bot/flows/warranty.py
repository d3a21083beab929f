"""Warranty: until when what was bought is covered, its registration, and a claim within policy or with a person."""

import re
from typing import Any

from bot import identity
from bot.actions import OpenWarrantyClaim, RefundLines, RegisterProduct, Replace
from bot.facts import has_stock, line_view, order_sources, order_view
from bot.flows.products import kind_of, product_of, source_of, words_of
from bot.flows.which import Fits, which_line, which_order
from bot.model import Choice, Json, Kind, Outcome, Sort, Source, Status
from bot.records import Line, Money, Order, OrderStatus, Product, on
from bot.story import YES_NO, Case, Ended, Ending, Question
from bot.warranty import Cover, claim_verdict, cover_of

WORDS_OF_A_SYMPTOM = 4  # in the wish itself, that need not be asked for again
SERIAL = re.compile(r"(?=\S*\d)[\w./-]{4,100}")
OVER = (Choice(id="again", title=""), Choice(id="person", title=""), Choice(id="fine", title=""))


def warranty(case: Case) -> Ending:
    """What is covered and until when; then what was wanted of it: to register, to claim, or only to know."""
    owned = Owned.of(case)
    match kind_of(case):
        case "register":
            return register(owned)
        case "claim":
            return claim(owned)
        case _:
            return cover(owned)


def register_it(case: Case) -> Ending:
    """Shall it be registered, now that its cover has been told?"""
    owned = Owned.of(case)
    facts = {"line": owned.view}
    if case.need(Question("wanted", Kind.CHOICE, "warranty.offer_register", _text, facts, YES_NO)) != "yes":
        return case.end("acknowledged")
    return register(owned)


class Owned:
    """A line of one of the sender's orders, and the cover that it has."""

    def __init__(self, case: Case, order: Order, line: Line) -> None:
        self.case, self.order, self.line = case, order, line
        self.product: Product | None = product_of(case, line)
        policy = case.world.policies.warranty
        self.cover: Cover | None = cover_of(order, line, self.product, policy, case.world.zone)
        self.view = line_view(line, order.currency)
        self.sources: tuple[Source, ...] = (
            *order_sources(order),
            *(source_of(self.product) if self.product else ()),
        )

    @classmethod
    def of(cls, case: Case) -> "Owned":
        order = which_order(case, not_cancelled)
        case.focus = order.id
        return cls(case, order, which_line(case, order, "warranty.which", order.lines))

    @property
    def facts(self) -> dict[str, Any]:
        cover = self.cover
        assert cover is not None
        told = {"months": cover.months, "starts_on": cover.starts_on, "ends_on": cover.ends_on}
        return {"order": order_view(self.order, private=False), "line": self.view, **told}

    @property
    def holds(self) -> bool:
        return self.cover is not None and self.cover.holds(on(self.case.now, self.case.world.zone))

    def prove(self) -> None:
        """What changes something needs a right to the whole order."""
        if not identity.owns(self.case.world, self.order):
            identity.prove_by_code(self.case, self.order.customer_id)

    def person(self, rule: str, proposed: str = "") -> Ending:
        return self.case.person(f"warranty_{rule}", order_id=self.order.id, proposed=proposed)

    def uncovered(self) -> Ending:
        """No warranty on record: said so, and a person if that is not the end of it."""
        if self.case.confirm("ask_person", "warranty.none", sort=Sort.OFFER, sources=self.sources, line=self.view):
            return self.person("not_on_record", "look_up_warranty")
        return self.case.end("acknowledged")


not_cancelled: Fits = lambda order: order.status is not OrderStatus.CANCELLED  # noqa: E731


def cover(owned: Owned) -> Ending:
    case = owned.case
    if owned.cover is None:
        return owned.uncovered()
    if not owned.holds:
        return over(owned)
    key = "warranty.covered" if owned.cover.ends_on else "warranty.not_begun"
    case.say(key, sources=owned.sources, **owned.facts)
    if not case.world.policies.warranty.registration or owned.cover.ends_on is None:
        return Ended()
    if _is_registered(owned):
        return Ended()
    return case.go("register_it", order=owned.order.id, line=owned.line.id)


def register(owned: Owned) -> Ending:
    """Into the register, with the serial number where there is one, after a clear yes."""
    case, policy = owned.case, owned.case.world.policies.warranty
    owned.prove()
    if not policy.registration:
        return case.end("warranty.no_registration", sources=owned.sources, line=owned.view)
    serial = _serial(owned) if policy.ask_serial else None
    if not case.confirm("register", "warranty.register_confirm", line=owned.view, serial=serial):
        return case.end("acknowledged")
    outcome = case.once(RegisterProduct(order_id=owned.order.id, line_id=owned.line.id, serial=serial))
    if outcome.status is not Status.DONE:
        return owned.person(outcome.code or "not_registered", "register")
    key = "warranty.registered_before" if outcome.data.get("already") else "warranty.registered"
    ends_on = owned.cover.ends_on if owned.cover else None
    return case.end(key, sources=owned.sources, line=owned.view, serial=serial, ends_on=ends_on)


def claim(owned: Owned) -> Ending:
    """What is wrong, a photo where the policy wants one, then what it grants; a person where it grants nothing."""
    case, policy = owned.case, owned.case.world.policies.warranty
    owned.prove()
    if owned.cover is None:
        return owned.uncovered()
    if not owned.holds:
        return over(owned)
    if owned.cover.ends_on is None:
        return owned.person("not_delivered", "look_at_claim")
    symptom = _symptom(owned)
    photos = _photos(owned) if policy.claim_photo else []
    verdict = claim_verdict(owned.order, owned.line, policy)
    if not verdict.remedies and not _claimed_here(case):
        case.say("warranty.person_decides", sources=owned.sources, **owned.facts)
        return owned.person(verdict.rule, "decide_claim")
    return _remedy(owned, verdict.remedies or policy.remedies, symptom, tuple(photos))


def over(owned: Owned) -> Ending:
    """Out of warranty: said kindly with the day it ended; bought again, or a person for who insists."""
    case = owned.case
    again = bool(owned.product and any(v.sku == owned.line.sku and has_stock(v) for v in owned.product.variants))
    choices = OVER if again else OVER[1:]
    question = Question(
        "after", Kind.CHOICE, "warranty.over", _one_of(OVER), owned.facts, choices, sources=owned.sources
    )
    match case.need(question):
        case "again":
            return case.go("reorder", order=owned.order.id, line=owned.line.id)
        case "person":
            return owned.person("over", "decide_goodwill")
        case _:
            return case.end("acknowledged")


def _remedy(owned: Owned, remedies: tuple[str, ...], symptom: str, photos: tuple[str, ...]) -> Ending:
    case = owned.case
    offered = tuple(Choice(id=remedy, title="") for remedy in (*remedies, "person"))
    facts = {**owned.facts, "symptom": symptom}
    question = Question(
        "remedy",
        Kind.CHOICE,
        "warranty.remedy",
        _one_of(offered),
        facts,
        offered,
        sources=owned.sources,
        binding=remedies,
    )
    remedy = case.need(question)
    if remedy == "person":
        return owned.person("person_wanted", "decide_claim")
    opened = case.once(_claim_of(owned, remedy, symptom, photos))
    if opened.status is Status.PENDING and remedy == "repair":
        return case.end("warranty.repair", sources=owned.sources, **owned.facts)
    if opened.status is not Status.DONE:
        return owned.person(opened.code or "not_recorded", "decide_claim")
    if remedy == "replacement":
        action = Replace(order_id=owned.order.id, line_ids=(owned.line.id,), reason="warranty")
        return _replaced(owned, case.once(action))
    return _refunded(owned)


def _claim_of(owned: Owned, remedy: str, symptom: str, photos: tuple[str, ...]) -> OpenWarrantyClaim:
    made = {"order_id": owned.order.id, "line_id": owned.line.id, "words": symptom, "photos": photos, "remedy": remedy}
    return OpenWarrantyClaim.model_validate(made)


def _replaced(owned: Owned, outcome: Outcome) -> Ending:
    if outcome.status is not Status.DONE:
        return owned.person(outcome.code or "not_replaced", "decide_claim")
    number = outcome.data["number"]
    return owned.case.end("warranty.replacement", sources=owned.sources, new_number=number, **owned.facts)


def _refunded(owned: Owned) -> Ending:
    case, line = owned.case, owned.line
    amount = line.price * line.quantity
    outcome = case.once(RefundLines(order_id=owned.order.id, line_ids=(line.id,), amount=amount, reason="warranty"))
    if outcome.status not in (Status.DONE, Status.PENDING):
        return owned.person(outcome.code or "not_refunded", "decide_claim")
    least, most = case.world.policies.refunds.bank_days
    return case.end(
        "warranty.refund",
        sources=owned.sources,
        amount=Money(amount, owned.order.currency),
        method=outcome.data.get("method"),
        bank_days_least=least,
        bank_days_most=most,
        **owned.facts,
    )


def _claimed_here(case: Case) -> bool:
    """Whether the claim that the order has now is this matter's own."""
    return any(name.startswith("OpenWarrantyClaim") for name in case.state.outcomes)


def _symptom(owned: Owned) -> str:
    said = words_of(owned.case) if kind_of(owned.case) == "claim" else ""
    told = said if len(said.split()) >= WORDS_OF_A_SYMPTOM else None
    question = Question(
        "symptom", Kind.TEXT, "warranty.symptom", _text, owned.facts, presumed=told, sources=owned.sources
    )
    return owned.case.need(question)


def _photos(owned: Owned) -> list[str]:
    sent = {"photos": owned.case.heard("photos")} if owned.case.heard("photos") else None
    question = Question("photo", Kind.PHOTO, "warranty.photo", _urls, owned.facts, presumed=sent)
    photos = owned.case.need(question)
    if not photos:
        owned.case.leave_to_person("warranty_without_photo", order_id=owned.order.id, proposed="decide_claim")
    return photos


def _is_registered(owned: Owned) -> bool:
    known = owned.case.world.records.registrations_of(owned.order.customer_id)
    return any((one.order_id, one.sku) == (owned.order.id, owned.line.sku) for one in known)


def _serial(owned: Owned) -> str | None:
    """The number itself out of what was said; a register entry does without one too."""
    question = Question("serial", Kind.TEXT, "warranty.serial", _text, {"line": owned.view}, optional=True)
    found = SERIAL.search(owned.case.need(question))
    return found.group() if found else None


def _text(answer: Json) -> str | None:
    return answer if isinstance(answer, str) else None


def _urls(answer: Json) -> list[str] | None:
    return list(answer.get("photos", [])) if isinstance(answer, dict) else None


def _one_of(choices: tuple[Choice, ...]) -> Any:
    ids = {choice.id for choice in choices}
    return lambda answer: answer if answer in ids else None
