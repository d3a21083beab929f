"""The ways to mend a delivery, one story a problem: reschedule, correct, claim, replace, refund, or a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot import identity
from bot.actions import OpenClaim, RefundLines, Replace, RequestDelivery
from bot.facts import address_text, line_view, order_sources, order_view, shipment_view
from bot.flows.addresses import ask_again, need_address, read_address
from bot.model import Choice, Json, Kind, Outcome, Sort, Source, Status
from bot.records import Line, Money, Order, Shipment, on
from bot.story import Case, Ending, Question
from bot.tracking import Progress, State, progress_of

ALL = "all"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A parcel in trouble, while its story is told. `problem` is a key of delivery_problem.STORIES."""

    case: Case
    order: Order
    shipment: Shipment
    problem: str

    @property
    def progress(self) -> Progress:
        return progress_of(self.shipment, self.case.now, self.case.world.policies.tracking)

    @property
    def state(self) -> State:
        return self.progress.state

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "order": order_view(self.order),
            "shipment": shipment_view(self.order, self.shipment, self.progress),
        }

    @property
    def sources(self) -> tuple[Source, ...]:
        return order_sources(self.order)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is in the parcel; the whole order when the record does not say."""
        inside = tuple(line for line in self.order.lines if line.id in self.shipment.line_ids and line.quantity)
        return inside or tuple(line for line in self.order.lines if line.quantity)

    def say(self, key: str, **more: Any) -> None:
        self.case.say(key, sources=self.sources, **self.facts, **more)

    def end(self, key: str, **more: Any) -> Ending:
        return self.case.end(key, sources=self.sources, **self.facts, **more)

    def person(self, proposed: str = "") -> Ending:
        return self.case.person("delivery_" + self.problem, order_id=self.order.id, proposed=proposed)

    def choose(self, name: str, key: str, *choices: str, binding: tuple[str, ...] = (), **more: Any) -> str:
        """One of the choices; `binding` are those that are acted on at once."""
        question = Question(
            name,
            Kind.CHOICE,
            key,
            _one_of(choices),
            {**self.facts, **more},
            tuple(Choice(id=choice, title="") for choice in choices),
            sources=self.sources,
            binding=binding,
        )
        return self.case.need(question)


def attempt_failed(trouble: Trouble) -> Ending:
    """Nobody was there, as the carrier or the customer alone says: another day, a pick-up point, another address."""
    case = trouble.case
    if case.heard("dates") and "fix" not in case.answers:
        case.answers["fix"] = "redeliver"
    offered = ("redeliver", "pickup", "address", "person")
    told = trouble.state is State.ATTEMPT_FAILED or case.answers.get("told_by") == "carrier"
    key = "problem.attempt_failed" if told else "problem.attempt_said"
    fix = trouble.choose("fix", key, *offered, binding=("pickup",))
    if fix == "redeliver":
        return redeliver(trouble)
    if fix == "pickup":
        outcome = case.once(RequestDelivery(order_id=trouble.order.id, shipment_id=trouble.shipment.id, fix="pickup"))
        return _told(trouble, outcome, "mend.pickup")
    return wrong_address(trouble) if fix == "address" else trouble.person()


def redeliver(trouble: Trouble) -> Ending:
    """Another delivery on a day the customer names, from tomorrow on and within the policy's days."""
    case = trouble.case
    first = on(case.now, case.world.zone) + timedelta(days=1)
    last = first + timedelta(days=case.world.policies.delivery.redeliver_within_days - 1)
    heard = case.heard("dates")
    question = Question(
        "day",
        Kind.DATE,
        "mend.which_day",
        lambda answer: _day(answer, first, last),
        {**trouble.facts, "first_day": first, "last_day": last},
        presumed={"date": heard[0], "window": None} if heard else None,
        refused="mend.day_not_possible",
    )
    day, window = case.need(question)
    outcome = case.once(
        RequestDelivery(
            order_id=trouble.order.id,
            shipment_id=trouble.shipment.id,
            fix="redeliver",
            date=day.isoformat(),
            window=window,
        )
    )
    return _told(trouble, outcome, "mend.redeliver", day=day, window=window)


def wrong_address(trouble: Trouble) -> Ending:
    """The corrected address, read back before it is passed on; sensitive, so a code where the contact is fresh."""
    case = trouble.case
    if not identity.trusted(case.world):
        identity.prove_by_code(case, trouble.order.customer_id)
    if trouble.state is State.WRONG_ADDRESS and "address" not in case.answers:
        trouble.say("problem.wrong_address")
    question = Question("address", Kind.ADDRESS, "mend.ask_address", read_address, trouble.facts)
    address = need_address(case, question, (trouble.order,))
    written = address_text(address)
    right = case.confirm(
        "address_right", "mend.address_summary", sort=Sort.IDENTITY, new_address=written, **trouble.facts
    )
    if not right:
        ask_again(case, question, address)
    outcome = case.once(
        RequestDelivery(order_id=trouble.order.id, shipment_id=trouble.shipment.id, fix="address", address=address)
    )
    return _told(trouble, outcome, "mend.address", new_address=written)


def damaged(trouble: Trouble) -> Ending:
    """A photo, then what the policy grants for the damaged item; a person where it grants nothing by itself."""
    case, policy = trouble.case, trouble.case.world.policies.delivery
    delivered = trouble.shipment.delivered_at
    if case.answers.get("told_by") == "carrier" and delivered is None:
        trouble.say("problem.damaged_by_carrier")
        return remedy(trouble, trouble.lines)
    if delivered and case.now - delivered > timedelta(days=policy.damage_report_days):
        trouble.say("problem.damage_reported_late", days=policy.damage_report_days)
        return trouble.person()
    if delivered is None:
        return trouble.person("look_not_delivered")
    lines = _which_lines(trouble)
    photos: list[str] = []
    if policy.damage_photo:
        sent = {"photos": case.heard("photos")} if case.heard("photos") else None
        question = Question("photo", Kind.PHOTO, "problem.damaged_photo", _photos, trouble.facts, presumed=sent)
        photos = case.need(question)
        if not photos:
            return trouble.person("look_without_photo")
    case.once(
        OpenClaim(order_id=trouble.order.id, shipment_id=trouble.shipment.id, what="damaged", photos=tuple(photos))
    )
    return remedy(trouble, lines)


def lost(trouble: Trouble) -> Ending:
    """No movement for the policy's days: a claim and a remedy. Before: what is known, and when it counts as lost."""
    case, policy = trouble.case, trouble.case.world.policies
    progress = progress_of(trouble.shipment, case.now, policy.tracking)
    if progress.state is not State.LOST and not case.state.outcomes:
        if progress.state is State.DELIVERED:
            return not_received(trouble)
        lost_on = progress.event.at + timedelta(days=policy.tracking.lost_after_days) if progress.event else None
        trouble.say(f"wismo.{progress.state}")
        return trouble.end("problem.not_lost_yet", lost_on=lost_on)
    trouble.say("problem.lost", days=policy.tracking.lost_after_days)
    case.once(OpenClaim(order_id=trouble.order.id, shipment_id=trouble.shipment.id, what="lost"))
    return remedy(trouble, trouble.lines)


def not_received(trouble: Trouble) -> Ending:
    """The carrier says delivered: look around, wait the policy's days, then a trace with the refund on hold."""
    case, policy = trouble.case, trouble.case.world.policies.delivery
    delivered = trouble.shipment.delivered_at
    if delivered is None:
        return lost(trouble)
    looked = trouble.choose("looked", "problem.not_received", "found", "still_missing")
    if looked == "found":
        return trouble.end("problem.found")
    if trouble.order.total >= policy.high_value:
        return trouble.person("trace_high_value")
    wait_until = delivered + timedelta(days=policy.wait_days)
    if case.now < wait_until and "OpenClaim" not in case.state.outcomes:
        case.once(
            RequestDelivery(
                order_id=trouble.order.id,
                shipment_id=trouble.shipment.id,
                fix="wait",
                date=on(wait_until, case.world.zone).isoformat(),
            )
        )
        return trouble.end("problem.wait", wait_until=wait_until)
    case.once(OpenClaim(order_id=trouble.order.id, shipment_id=trouble.shipment.id, what="not_received"))
    return trouble.end("problem.trace")


def for_a_person(trouble: Trouble) -> Ending:
    """What is known, and a person for the rest."""
    if trouble.case.answers.get("told_by") == "carrier":
        trouble.say(f"problem.{trouble.problem}")
    else:
        trouble.say("problem.sorry")
    return trouble.person()


def remedy(trouble: Trouble, lines: tuple[Line, ...]) -> Ending:
    """A replacement or a refund as far as the policy goes; above its limit a person decides.

    The limit is the order's: what was replaced or refunded of it before counts. What was free of charge, as a
    replacement is, has no price to hold against the limit: a person decides there too.
    """
    case, policy = trouble.case, trouble.case.world.policies.delivery
    amount = sum((line.price * line.quantity for line in lines), start=lines[0].price * 0)
    given = _given_before(trouble.order)
    beyond = amount + given > policy.auto_limit or trouble.order.total >= policy.high_value
    if beyond or amount <= 0 or not policy.remedies:
        return trouble.person("decide_remedy")
    money = Money(amount, trouble.order.currency)
    views = [line_view(line, trouble.order.currency) for line in lines]
    offered = (*policy.remedies, "person")
    chosen = trouble.choose("remedy", "problem.remedy", *offered, binding=policy.remedies, amount=money, damaged=views)
    ids = tuple(line.id for line in lines)
    if chosen == "replacement":
        outcome = case.once(Replace(order_id=trouble.order.id, line_ids=ids, reason=trouble.problem))
        if outcome.status is Status.DONE:
            return trouble.end("mend.replacement", new_number=outcome.data["number"], damaged=views)
        if "refund" not in policy.remedies or outcome.code != "out_of_stock":
            return trouble.person("decide_remedy")
        facts = {"amount": money, "damaged": views, **trouble.facts}
        if not case.confirm("refund_instead", "mend.refund_instead", sort=Sort.OFFER, **facts):
            return trouble.person("decide_remedy")
        chosen = "refund"
    if chosen == "refund":
        return _refund(trouble, ids, money)
    return trouble.person("decide_remedy")


def _given_before(order: Order) -> Decimal:
    """What replacements and refunds granted here came to, at the order's own prices."""
    mended = [change.after["line_ids"] for change in order.changes if change.what in ("replacement", "refund")]
    lines = [line for ids in mended for line in order.lines if line.id in ids]
    return sum((line.price * line.quantity for line in lines), Decimal(0))


def _refund(trouble: Trouble, line_ids: tuple[str, ...], money: Money) -> Ending:
    outcome = trouble.case.once(
        RefundLines(order_id=trouble.order.id, line_ids=line_ids, amount=money.amount, reason=trouble.problem)
    )
    if outcome.status not in (Status.DONE, Status.PENDING):
        return trouble.person("decide_remedy")
    least, most = trouble.case.world.policies.refunds.bank_days
    method = outcome.data.get("method")
    return trouble.end("mend.refund", amount=money, method=method, bank_days_least=least, bank_days_most=most)


def _told(trouble: Trouble, outcome: Outcome, key: str, **more: Any) -> Ending:
    """Says that it is done, or that it is passed on and not yet confirmed; a person has what could not be done."""
    if outcome.status is Status.DONE:
        return trouble.end(key + "_done", **more)
    if outcome.status is Status.PENDING:
        return trouble.end(key + "_pending", **more)
    return trouble.person(outcome.code)


def _which_lines(trouble: Trouble) -> tuple[Line, ...]:
    lines = trouble.lines
    if len(lines) == 1:
        return lines
    heard = set(trouble.case.heard("products"))
    named = tuple(line for line in lines if line.id in heard)
    choices = (*(Choice(id=line.id, title=line.title, words=tuple(line.options.values())) for line in lines[:8]),)
    question = Question(
        "line",
        Kind.CHOICE,
        "problem.which_item",
        lambda answer: answer if answer == ALL or trouble.order.line(str(answer)) else None,
        trouble.facts,
        (*choices, Choice(id=ALL, title="")),
        presumed=named[0].id if len(named) == 1 else None,
    )
    chosen = trouble.case.need(question)
    return lines if chosen == ALL else tuple(line for line in lines if line.id == chosen)


def _one_of(choices: tuple[str, ...]) -> Callable[[Json], str | None]:
    return lambda answer: answer if answer in choices else None


def _day(answer: Json, first: date, last: date) -> tuple[date, str | None] | None:
    if not isinstance(answer, dict) or not answer.get("date"):
        return None
    day = date.fromisoformat(str(answer["date"]))
    return (day, answer.get("window")) if first <= day <= last else None


def _photos(answer: Json) -> list[str] | None:
    return list(answer.get("photos", [])) if isinstance(answer, dict) else None
