"""What may be otherwise about a subscription: the next delivery, a pause, how often, of what, how many, where to.

Each states the dates and charges it comes to and does nothing without a clear yes to exactly these.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot import identity, subscribing
from bot.actions import ChangeSubscription
from bot.facts import address_text
from bot.flows.addresses import ask_again, need_address, read_address
from bot.flows.plans import Plans, at_the_hour
from bot.model import Choice, Json, Kind
from bot.records import Subscription, on
from bot.story import Case, Ending, Question

OPEN = "open"  # a pause without an end


def skip(plans: Plans) -> Ending:
    """The next delivery is left out; the one after it comes as it would have."""
    plans = plans.open_to("skip")
    actions = [plans.action(plan, "skip") for plan in plans.all]
    return plans.carry_out("subscription.skip_summary", "subscription.skip_done", actions)


def pause(plans: Plans) -> Ending:
    """Nothing more till a day, or till the customer says so."""
    plans = plans.open_to("pause")
    case = plans.case
    today = on(case.now, case.world.zone)
    coming = max(on(plan.next_charge_at, case.world.zone) for plan in plans.all)
    last = today + timedelta(days=plans.rules.pause_days)
    first = min(max(today, coming) + timedelta(days=1), last)
    until = case.need(_pause_question(plans, first, last))
    zone = ZoneInfo(case.world.zone)
    actions = [plans.action(plan, "pause", until=_moment(until, plan, zone)) for plan in plans.all]
    return plans.carry_out("subscription.pause_summary", "subscription.pause_done", actions)


def _pause_question(plans: Plans, first: date, last: date) -> Question[str]:
    open_ended = (Choice(id=OPEN, title=""),) if plans.rules.open_pause else ()
    heard = plans.case.heard("dates")

    def read(answer: Json) -> str | None:
        said = answer.get("date") if isinstance(answer, dict) else None
        if said == OPEN:
            return OPEN if open_ended else None
        return said if said and first <= date.fromisoformat(said) <= last else None

    return Question(
        "until",
        Kind.DATE,
        "subscription.pause_until",
        read,
        {"plans": plans.views, "first_day": first, "last_day": last},
        open_ended,
        presumed={"date": heard[-1], "window": None} if heard else None,
        sources=plans.sources,
        refused="subscription.day_not_possible",
    )


def _moment(until: str, plan: Subscription, zone: ZoneInfo) -> datetime | None:
    return None if until == OPEN else at_the_hour(until, plan, zone)


def resume(plans: Plans) -> Ending:
    """It goes on: from the day said, else as soon as policy has it; never before a charge that is under way."""
    plans = plans.open_to("resume")
    actions = [plans.action(plan, "resume", until=_restart(plans.case, plan)) for plan in plans.all]
    return plans.carry_out("subscription.resume_summary", "subscription.resume_done", actions)


def _restart(case: Case, plan: Subscription) -> datetime:
    coming = subscribing.still_charged(plan, case.now)
    if coming:
        return coming
    heard, zone = case.heard("dates"), ZoneInfo(case.world.zone)
    if heard and at_the_hour(heard[0], plan, zone) > case.now:
        return at_the_hour(heard[0], plan, zone)
    soonest = on(case.now, case.world.zone) + timedelta(days=case.world.policies.subscriptions.resume_days)
    at = at_the_hour(soonest.isoformat(), plan, zone)
    at = at if at > case.now else at + timedelta(days=1)
    planned = plan.next_charge_at if plan.paused_until is None else at
    return max(at, planned)


def frequency(plans: Plans) -> Ending:
    """It comes more or less often; the next delivery stays where it is."""
    plans = plans.open_to("frequency")
    days = _interval(plans)
    different = plans.only([plan for plan in plans.all if plan.interval_days != days])
    if not different.all:
        return plans.case.end("subscription.same_interval", sources=plans.sources, plans=plans.views)
    actions = [different.action(plan, "frequency", interval_days=days) for plan in different.all]
    return different.carry_out("subscription.frequency_summary", "subscription.frequency_done", actions)


def _interval(plans: Plans) -> int:
    """How often: one of the intervals that policy has; another one that was said is told to be none of these."""
    allowed = sorted(plans.rules.intervals)
    heard = plans.case.answers.get("heard", {}).get("every_days")
    if heard and heard not in allowed and "interval" not in plans.case.answers:
        plans.case.say("subscription.interval_not_offered", interval_days=heard)
    question = Question(
        "interval",
        Kind.CHOICE,
        "subscription.which_interval",
        lambda answer: int(answer) if str(answer).isdigit() and int(answer) in allowed else None,
        {"plans": plans.views},
        tuple(Choice(id=str(days), title="") for days in allowed),
        presumed=str(heard) if heard in allowed else None,
        sources=plans.sources,
    )
    return plans.case.need(question)


def swap(plans: Plans) -> Ending:
    """Another version of the product, or another product that the shop lets it be swapped for, at today's price."""
    plans = plans.open_to("swap").only(plans.all[:1])
    plan = plans.first
    offered = subscribing.swappable(plan, plans.case.world.records, plans.rules)
    if not offered:
        return plans.case.end("subscription.nothing_else", sources=plans.sources, plan=plans.view(plan))
    titles = {
        variant.sku: ", ".join(variant.options.values())
        if product.id == offered[0][0].id and variant.options
        else product.title
        for product, variant in offered
    }
    variants = {variant.sku: variant for _, variant in offered}
    question = Question(
        "sku",
        Kind.CHOICE,
        "subscription.which_instead",
        lambda answer: variants.get(str(answer)),
        {"plan": plans.view(plan)},
        tuple(
            Choice(id=variant.sku, title=titles[variant.sku], words=(*variant.options.values(), product.title))
            for product, variant in offered
        )[:9],
        presumed=offered[0][1].sku if len(offered) == 1 else None,
        sources=plans.sources,
        early=True,
    )
    variant = plans.case.need(question)
    action = plans.action(plan, "swap", sku=variant.sku, price=variant.price)
    return plans.carry_out("subscription.swap_summary", "subscription.swap_done", [action])


def quantity(plans: Plans) -> Ending:
    """More or fewer of it in each delivery."""
    plans = plans.open_to("quantity")
    case, most = plans.case, plans.rules.max_quantity
    heard = case.answers.get("heard", {}).get("quantity")
    question = Question(
        "quantity",
        Kind.NUMBER,
        "subscription.how_many",
        lambda answer: answer if isinstance(answer, int) and 1 <= answer <= most else None,
        {"plans": plans.views, "most": most},
        presumed=heard,
        sources=plans.sources,
        refused="subscription.too_many",
        most=most,
    )
    number = case.need(question)
    different = plans.only([plan for plan in plans.all if plan.quantity != number])
    if not different.all:
        return case.end("subscription.same_quantity", sources=plans.sources, plans=plans.views)
    actions = [different.action(plan, "quantity", quantity=number) for plan in different.all]
    return different.carry_out("subscription.quantity_summary", "subscription.quantity_done", actions)


def address(plans: Plans) -> Ending:
    """Where it goes from now on, read back; sensitive, so a code where the contact is fresh."""
    plans = plans.open_to("address")
    case = plans.case
    if not identity.trusted(case.world):
        identity.prove_by_code(case, plans.first.customer_id)
    question = Question(
        "address",
        Kind.ADDRESS,
        "subscription.ask_address",
        read_address,
        {"plans": plans.views},
        sources=plans.sources,
        early=True,
    )
    where = need_address(case, question)
    facts: Mapping[str, Any] = {"new_address": address_text(where)}
    actions: list[ChangeSubscription] = [plans.action(plan, "address", address=where) for plan in plans.all]
    if not plans.agreed("subscription.address_summary", actions, **facts):
        case.forget(*[name for name in case.answers if name.startswith("agreed-")])  # the same one may come again
        ask_again(case, question, where)
    return plans.have_done("subscription.address_done", actions, **facts)


STORIES: Mapping[str, Callable[[Plans], Ending]] = {
    "skip": skip,
    "pause": pause,
    "resume": resume,
    "frequency": frequency,
    "swap": swap,
    "quantity": quantity,
    "address": address,
}
