"""Subscriptions: what there is, and the way to whatever shall be otherwise about it.

What is changed is told by the wish's kind, or asked for after what there is has been shown.
"""

from bot.flows.plans import Plans, plans_of_sender, which_plans
from bot.flows.subscription_cancel import cancel
from bot.flows.subscription_changes import STORIES
from bot.model import Choice, Kind
from bot.records import SubscriptionStatus
from bot.story import YES_NO, Case, Ending, Question

SHOW, PAYMENT, START, CANCEL = "show", "payment", "start", "cancel"
KNOWN = frozenset({SHOW, PAYMENT, START, CANCEL, "person", *STORIES})


def subscription(case: Case) -> Ending:
    """From "about my subscription" to what was wanted, done and told."""
    if _kind(case) == START:
        return case.person("subscription_start")
    plans = plans_of_sender(case)
    if not plans.all:
        return _none(case)
    what = _what(case, plans)
    if what == SHOW:
        return case.end("subscription.show", sources=plans.sources, plans=plans.views)
    if what == PAYMENT:
        return _payment(plans)
    if what not in STORIES and what != CANCEL:
        return case.person("subscription")
    chosen = which_plans(plans, what)
    return cancel(chosen) if what == CANCEL else STORIES[what](chosen)


def _kind(case: Case) -> str:
    """What is wanted of it, as far as the words said it; how often it shall come says so too."""
    kind = str((case.answers.get("wish") or {}).get("kind") or "")
    if not kind and case.answers.get("heard", {}).get("every_days"):
        return "frequency"
    return kind if kind in KNOWN else ""


def _what(case: Case, plans: Plans) -> str:
    """What is wanted; of a menu with what can be done as things stand."""
    standing = {plan.standing(case.now) for plan in plans.all}
    if standing == {SubscriptionStatus.CANCELLED}:
        return _kind(case) or SHOW
    rules = plans.rules
    active = SubscriptionStatus.ACTIVE in standing
    offered = [one for one in ("skip", "pause") if active and getattr(rules, one)]
    offered += ["resume"] if SubscriptionStatus.PAUSED in standing and rules.resume else []
    offered += [one for one in ("frequency", "swap", "quantity", "address") if getattr(rules, one)]
    offered += [PAYMENT, *([CANCEL] if rules.cancel else [])]
    question = Question(
        "what",
        Kind.CHOICE,
        "subscription.menu",
        lambda answer: str(answer) if answer in KNOWN else None,
        {"plans": plans.views},
        tuple(Choice(id=one, title="") for one in offered),
        presumed=_kind(case) or None,
        sources=plans.sources,
    )
    return case.need(question)


def _payment(plans: Plans) -> Ending:
    """The shop's own page for it: card data is never taken here."""
    url = plans.rules.payment_url
    if url is None:
        return plans.case.person("subscription_payment")
    return plans.case.end("subscription.payment_link", payment_url=url)


def _none(case: Case) -> Ending:
    case.say("subscription.none")
    offer = Question("person_instead", Kind.YES_NO, "policy.person_offer", _truth, choices=YES_NO)
    return case.person("subscription") if case.need(offer) else case.end()


def _truth(answer: object) -> bool | None:
    return answer if isinstance(answer, bool) else None
