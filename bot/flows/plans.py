"""Whose subscriptions, which of them, and what would be changed: what every story about subscriptions begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from bot import identity, subscribing
from bot.actions import ChangeSubscription, PlanChange
from bot.facts import View, plan_sources, plan_view
from bot.merchant.schema import SubscriptionPolicy
from bot.model import Choice, Json, Kind, Source, Status
from bot.policy import Verdict
from bot.records import Product, Subscription
from bot.story import Case, Ending, Question

ALL = "all"
MOST = 8  # subscriptions offered in one question, beside all of them


@dataclass(frozen=True, slots=True)
class Plans:
    """Some of the customer's subscriptions, while their story is told."""

    case: Case
    all: tuple[Subscription, ...]

    @property
    def first(self) -> Subscription:
        return self.all[0]

    @property
    def rules(self) -> SubscriptionPolicy:
        return self.case.world.policies.subscriptions

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(source for plan in self.all for source in plan_sources(plan, self.product(plan)))

    @property
    def views(self) -> list[View]:
        return [self.view(plan) for plan in self.all]

    def product(self, plan: Subscription) -> Product | None:
        return self.case.world.records.product_of_sku(plan.sku)

    def view(self, plan: Subscription) -> View:
        world = self.case.world
        return plan_view(plan, self.product(plan), world.shop.settings.currency, world.now)

    def only(self, some: Sequence[Subscription]) -> "Plans":
        return Plans(self.case, tuple(some))

    def step(self, action: ChangeSubscription) -> View:
        """`before after charged_at`: it now and with the change, and the charge that goes through all the same."""
        now, policies = self.case.now, self.case.world.policies
        before = next(plan for plan in self.all if plan.id == action.subscription_id)
        after = subscribing.changed(before, action, policies, now)
        charged_at = subscribing.still_charged(after, now)
        return {"before": self.view(before), "after": self.view(after), "charged_at": charged_at}

    def agreed(self, key: str, actions: Sequence[ChangeSubscription], **facts: Any) -> bool:
        """A clear yes to these changes, with the dates and charges they come to."""
        steps = [self.step(action) for action in actions]
        return self.case.confirm("agreed", key, sources=self.sources, plan_steps=steps, **facts)

    def have_done(self, key: str, actions: Sequence[ChangeSubscription], **facts: Any) -> Ending:
        """Has them done and tells what is so now; what failed goes to a person."""
        steps = [self.step(action) for action in actions]
        outcomes = [self.case.once(action) for action in actions]
        told = [step for step, one in zip(steps, outcomes, strict=True) if one.status is Status.DONE]
        failed = next((one for one in outcomes if one.status is not Status.DONE), None)
        if told:
            self.case.say(key, sources=self.sources, plan_steps=told, **facts)
        if failed:
            return self.case.person("subscription_failed", proposed=failed.code)
        return self.case.end()

    def carry_out(self, summary: str, done: str, actions: Sequence[ChangeSubscription]) -> Ending:
        """Asks for a yes under the first key and tells what was done under the second."""
        if not self.agreed(summary, actions):
            return self.case.end("subscription.kept", sources=self.sources, plans=self.views)
        return self.have_done(done, actions)

    def action(self, plan: Subscription, what: PlanChange, **wanted: Any) -> ChangeSubscription:
        return ChangeSubscription(subscription_id=plan.id, what=what, seen=plan.next_charge_at, **wanted)

    def open_to(self, what: str) -> "Plans":
        """Those for which policy allows it now; of the others the customer is told. With none the story is left."""
        verdicts = [subscribing.permitted(one, what, self.case.world.policies, self.case.now) for one in self.all]
        able = [plan for plan, verdict in zip(self.all, verdicts, strict=True) if verdict.granted]
        if not able:
            self._refuse(self.first, verdicts[0])
        for plan, verdict in zip(self.all, verdicts, strict=True):
            if not verdict.granted:
                told = self.only((plan,))
                self.case.say(
                    f"subscription.refused_{verdict.code}",
                    sources=told.sources,
                    plan=self.view(plan),
                    until=verdict.until,
                )
        return self.only(able)

    def _refuse(self, plan: Subscription, verdict: Verdict) -> NoReturn:
        told = self.only((plan,))
        self.case.stop(
            self.case.refuse(
                f"subscription.refused_{verdict.code}",
                verdict.rule,
                about=plan.id,
                sources=told.sources,
                plan=self.view(plan),
                until=verdict.until,
            )
        )


def plans_of_sender(case: Case) -> Plans:
    """All that whoever writes has, cancelled ones too; a stranger shows a right to them first."""
    world = case.world
    known = world.customer.id if world.customer and world.level in identity.KNOWN_WELL else None
    customer_id = known or identity.prove_customer(case)
    return Plans(case, tuple(world.records.subscriptions_of(customer_id)))


def which_plans(plans: Plans, what: str) -> Plans:
    """Those meant, by what they are of; all of them where that is said. Those first for which it can be done."""
    case, now = plans.case, plans.case.now
    policies = case.world.policies
    named = _named(plans)
    able = tuple(one for one in plans.all if subscribing.permitted(one, what, policies, now).granted)
    pool = named or able or tuple(one for one in plans.all if one.standing(now) != "cancelled") or plans.all
    if case.answers.get("heard", {}).get("everything") and not named:
        return plans.only(pool)
    shown = pool[:MOST]
    by_id = {plan.id: plan for plan in plans.all}

    def read(answer: Json) -> Sequence[Subscription] | None:
        if answer == ALL:
            return pool
        return (by_id[answer],) if answer in by_id else None

    several = (Choice(id=ALL, title=""),) if len(shown) > 1 and what != "swap" else ()
    question = Question(
        "plan",
        Kind.CHOICE,
        "subscription.which",
        read,
        {"plans": [plans.view(plan) for plan in shown]},
        (*(_choice(plans, plan) for plan in shown), *several),
        presumed=shown[0].id if len(shown) == 1 else None,
        sources=plans.only(shown).sources,
        early=True,
    )
    return plans.only(case.need(question))


def _named(plans: Plans) -> tuple[Subscription, ...]:
    """Those of a thing that the customer's words name."""
    said = set(plans.case.heard("products"))
    lines = [line for order in plans.case.world.orders for line in order.lines if line.id in said]
    skus, ids = {line.sku for line in lines}, {line.product_id for line in lines} | said
    exact = tuple(plan for plan in plans.all if plan.sku in skus)
    return exact or tuple(plan for plan in plans.all if (of := plans.product(plan)) and of.id in ids)


def _choice(plans: Plans, plan: Subscription) -> Choice:
    view = plans.view(plan)
    return Choice(id=plan.id, title=str(view["name"]), words=(str(view["title"]), str(view["options"])))


def at_the_hour(day: str, plan: Subscription, zone: Any) -> datetime:
    """The moment on an ISO day, where the customer is, at the hour at which this subscription is charged."""
    hour = plan.next_charge_at.astimezone(zone).timetz()
    return datetime.combine(datetime.fromisoformat(day).date(), hour)
