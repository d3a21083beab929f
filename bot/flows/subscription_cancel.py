"""Cancel a subscription: why, exactly one offer to stay as policy has it, then what was wanted, after a clear yes."""

from bot import subscribing
from bot.actions import ChangeSubscription
from bot.flows.plans import Plans
from bot.model import Choice, Json, Kind
from bot.story import Ending, Question

ACCEPT, LEAVE = "accept", "leave"
OFFERS = (Choice(id=ACCEPT, title=""), Choice(id=LEAVE, title=""))
DONE = {
    "skip": "subscription.skip_done",
    "pause": "subscription.pause_done",
    "frequency": "subscription.frequency_done",
    "discount": "subscription.discount_done",
}


def cancel(plans: Plans) -> Ending:
    """From "cancel my subscription" to no more charges, or to what was taken up instead."""
    plans = plans.open_to("cancel")
    reason, words = _reason(plans)
    offer, instead = _offer(plans, reason)
    if instead and _stays(plans, offer, instead):
        return plans.have_done(DONE[offer], instead)
    actions = [plans.action(plan, "cancel", reason=reason, words=words) for plan in plans.all]
    return plans.carry_out("subscription.cancel_summary", "subscription.cancel_done", actions)


def _reason(plans: Plans) -> tuple[str, str]:
    """Why, as one of policy's reasons and in the customer's words."""
    rules, case = plans.rules, plans.case
    if not rules.ask_reason:
        return "other", ""
    heard = case.answers.get("heard", {}).get("reason")
    offered = tuple(dict.fromkeys((*rules.reasons, "other")))
    question = Question(
        "reason",
        Kind.REASON,
        "subscription.reason",
        _reason_given,
        {"plans": plans.views},
        tuple(Choice(id=reason, title="") for reason in offered),
        presumed={"reason": heard, "words": ""} if heard in offered else None,
        sources=plans.sources,
        early=True,
    )
    return case.need(question)


def _reason_given(answer: Json) -> tuple[str, str] | None:
    return (str(answer["reason"]), str(answer.get("words") or "")) if isinstance(answer, dict) else None


def _offer(plans: Plans, reason: str) -> tuple[str, list[ChangeSubscription]]:
    """The one offer, made in the same words each time the story is told: what policy has first that is possible."""
    made = plans.case.answers.get("offer")
    first = plans.rules.offer_for.get(reason)  # type: ignore[call-overload]
    wanted = (made,) if made is not None else tuple(dict.fromkeys((*((first,) if first else ()), *plans.rules.offers)))
    for offer in wanted:
        actions = _instead(plans, offer)
        if actions:
            plans.case.answers["offer"] = offer
            return offer, actions
    plans.case.answers["offer"] = ""
    return "", []


def _instead(plans: Plans, offer: str) -> list[ChangeSubscription]:
    """What taking up the offer would do; nothing where it is not possible for every one of them."""
    policies, now = plans.case.world.policies, plans.case.now
    if offer not in DONE or not all(subscribing.permitted(one, offer, policies, now).granted for one in plans.all):
        return []
    if offer == "skip":
        return [plans.action(plan, "skip") for plan in plans.all]
    if offer == "pause":
        return [plans.action(plan, "pause") for plan in plans.all] if plans.rules.open_pause else []
    if offer == "discount":
        return [plans.action(one, "discount", price=subscribing.discounted(one, plans.rules)) for one in plans.all]
    longer = [(plan, subscribing.longer_interval(plan, plans.rules)) for plan in plans.all]
    if any(days is None for _, days in longer):
        return []
    return [plans.action(plan, "frequency", interval_days=days) for plan, days in longer]


def _stays(plans: Plans, offer: str, instead: list[ChangeSubscription]) -> bool:
    """Whether the offer is taken up, with the dates and charges it comes to before the customer's eyes."""
    question = Question(
        "stay",
        Kind.CHOICE,
        f"subscription.offer_{offer}",
        lambda answer: answer if answer in (ACCEPT, LEAVE) else None,
        {"plan_steps": [plans.step(action) for action in instead], "percent": plans.rules.discount_percent},
        OFFERS,
        sources=plans.sources,
        binding=(ACCEPT,),
    )
    return bool(plans.case.need(question) == ACCEPT)
