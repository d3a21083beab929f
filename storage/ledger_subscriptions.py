"""Changes to a subscription, each asked of policy again under its lock, and given to a person as a task.

Without a connector to the shop's billing, a person at the shop enters there what is recorded here.
"""

from sqlalchemy import select, update

from bot import subscribing
from bot.actions import ChangeSubscription
from bot.facts import address_text
from bot.model import Outcome
from bot.records import Subscription
from storage.doing import Doing, done, refused
from storage.ingest_rest import subscription_columns
from storage.ledger_desk import open_task
from storage.records import SUBSCRIPTIONS


def change_subscription(doing: Doing, action: ChangeSubscription) -> Outcome:
    plan = _lock(doing, action.subscription_id)
    if plan is None:
        return refused("no_such_subscription")
    code = _refusal(doing, plan, action)
    if code:
        return refused(code)
    changed = subscribing.changed(plan, action, doing.shop.policies, doing.now)
    values = {"record": changed.model_dump(mode="json"), **subscription_columns(changed)}
    doing.connection.execute(update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.source_id == plan.id).values(values))
    doing.happened("subscription_changed", subscription_id=plan.id, what=action.what, reason=action.reason)
    open_task(doing, f"subscription_{action.what}", None, plan.id, *_details(changed, action))
    return done()


def _refusal(doing: Doing, plan: Subscription, action: ChangeSubscription) -> str:
    policies = doing.shop.policies
    verdict = subscribing.permitted(plan, action.what, policies, doing.now)
    if not verdict.granted:
        return verdict.code
    if plan.next_charge_at != action.seen:
        return "moved"
    return subscribing.unfit(plan, action, policies, doing.now) or _goods(doing, plan, action)


def _goods(doing: Doing, plan: Subscription, action: ChangeSubscription) -> str:
    """Why what is wanted instead cannot be had, or nothing."""
    if action.what != "swap" or action.sku is None:
        return ""
    offered = subscribing.swappable(plan, doing.records, doing.shop.policies.subscriptions)
    variant = next((variant for _, variant in offered if variant.sku == action.sku), None)
    if variant is None:
        return "gone"
    return "" if variant.price == action.price else "price_changed"


def _details(plan: Subscription, action: ChangeSubscription) -> tuple[str | None, ...]:
    """What the shop's people are told: what it is now, and why."""
    what = f"{plan.quantity} × {plan.sku} at {plan.price}, every {plan.interval_days} days"
    until = f"until {plan.paused_until:%Y-%m-%d}" if plan.paused_until else None
    charge = f"next charge {plan.next_charge_at:%Y-%m-%d}"
    return what, charge, until, address_text(action.address), action.reason, action.words


def _lock(doing: Doing, subscription_id: str) -> Subscription | None:
    query = select(SUBSCRIPTIONS.c.record).where(SUBSCRIPTIONS.c.source_id == subscription_id).with_for_update()
    record = doing.connection.execute(query).scalar_one_or_none()
    return Subscription.model_validate(record) if record else None
