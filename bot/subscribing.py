"""What may be done to a subscription now and by which rule, and what it is afterwards.

Asked by the stories before a customer is told anything, and by the ledger again under the subscription's lock. Pure.
What is changed after the cut-off leaves the next charge alone: pauses and cancellations take effect behind it, and what
it consists of can be changed again only once it is made.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.actions import ChangeSubscription
from bot.merchant.schema import Policies, SubscriptionPolicy
from bot.policy import Verdict, granted, refused
from bot.ports import Records
from bot.records import Change, Product, Subscription, SubscriptionStatus, Variant

#: What would change the next charge itself, and so has to come before the cut-off.
OF_THE_CHARGE = frozenset({"skip", "swap", "quantity", "address", "discount"})
CENT = Decimal("0.01")


def permitted(plan: Subscription, what: str, policies: Policies, now: datetime) -> Verdict:
    """codes: already_cancelled, already_paused, not_paused, not_offered, charging, too_late, had_discount.

    `until` is the moment of the cut-off. `charging` says that the charge on record is past and no later one known.
    """
    rules, standing = policies.subscriptions, plan.standing(now)
    if standing is SubscriptionStatus.CANCELLED:
        return refused("records.subscription.status", "already_cancelled")
    if standing is SubscriptionStatus.PAUSED and what in ("pause", "skip"):
        return refused("records.subscription.status", "already_paused")
    if standing is SubscriptionStatus.ACTIVE and what == "resume":
        return refused("records.subscription.status", "not_paused")
    rule = "discount_percent" if what == "discount" else what
    if not getattr(rules, rule):
        return refused(f"policies.subscriptions.{rule}", "not_offered")
    if what == "discount" and any(change.what == "discount" for change in plan.changes):
        return refused("records.subscription.changes", "had_discount")
    if what == "skip" and plan.next_charge_at <= now:
        return refused("records.subscription.next_charge_at", "charging")
    if what in OF_THE_CHARGE and is_closed(plan, rules, now):
        return refused("policies.subscriptions.cutoff_hours", "too_late", closes_at(plan, rules))
    return granted(f"policies.subscriptions.{rule}", closes_at(plan, rules))


def closes_at(plan: Subscription, rules: SubscriptionPolicy) -> datetime:
    return plan.next_charge_at - timedelta(hours=rules.cutoff_hours)


def is_closed(plan: Subscription, rules: SubscriptionPolicy, now: datetime) -> bool:
    """Whether the next charge goes through as it is, whatever is changed now."""
    active = plan.standing(now) is SubscriptionStatus.ACTIVE
    coming = plan.next_charge_at if active else still_charged(plan, now)
    return coming is not None and closes_at(plan, rules) <= now < coming


def unfit(plan: Subscription, action: ChangeSubscription, policies: Policies, now: datetime) -> str:
    """Why policy does not take what the action brings, or nothing.

    Codes: interval, too_many, day, nothing_due, price, gone, address."""
    rules = policies.subscriptions
    match action.what:
        case "pause" if action.until is None:
            return "" if rules.open_pause else "day"
        case "pause":
            assert action.until is not None
            if action.until <= plan.next_charge_at:
                return "nothing_due"
            return "" if now < action.until <= now + timedelta(days=rules.pause_days + 1) else "day"
        case "resume":
            return "" if action.until is not None and action.until > now else "day"
        case "frequency":
            return "" if action.interval_days in rules.intervals else "interval"
        case "quantity":
            return "" if action.quantity and 1 <= action.quantity <= rules.max_quantity else "too_many"
        case "discount":
            return "" if action.price == discounted(plan, rules) else "price"
        case "swap":
            return "" if action.sku and action.price is not None else "gone"
        case "address":
            return "" if action.address is not None else "address"
        case _:
            return ""


def changed(plan: Subscription, action: ChangeSubscription, policies: Policies, now: datetime) -> Subscription:
    """The subscription with the change made and noted."""
    after = _after(plan, action)
    closed = is_closed(plan, policies.subscriptions, now)
    if action.what == "pause" and action.until is not None and not closed:
        after["next_charge_at"] = action.until
    made = plan.model_copy(update=after)
    fields = set(after)
    before_told, after_told = (one.model_dump(mode="json", include=fields) for one in (plan, made))
    if closed and action.what in ("pause", "cancel"):
        after_told["charged_at"] = plan.next_charge_at.isoformat()
    change = Change(at=now, what=action.what, before=before_told, after=after_told)
    return made.model_copy(update={"changes": (*plan.changes, change)})


def _after(plan: Subscription, action: ChangeSubscription) -> dict[str, Any]:
    match action.what:
        case "skip":
            return {"next_charge_at": plan.next_charge_at + timedelta(days=plan.interval_days)}
        case "pause":
            return {"status": SubscriptionStatus.PAUSED, "paused_until": action.until}
        case "resume":
            return {"status": SubscriptionStatus.ACTIVE, "paused_until": None, "next_charge_at": action.until}
        case "frequency":
            return {"interval_days": action.interval_days}
        case "swap":
            return {"sku": action.sku, "price": action.price}
        case "quantity":
            return {"quantity": action.quantity}
        case "address":
            return {"address": action.address}
        case "discount":
            return {"price": action.price}
        case "cancel":
            return {"status": SubscriptionStatus.CANCELLED, "paused_until": None, "cancel_reason": action.reason}


def next_charge(plan: Subscription, now: datetime) -> datetime | None:
    """When it is charged next as far as the records say; None when it is not, or not known."""
    standing = plan.standing(now)
    if standing is SubscriptionStatus.ACTIVE:
        return plan.next_charge_at if plan.next_charge_at > now else None
    later = plan.paused_until if standing is SubscriptionStatus.PAUSED else None
    return still_charged(plan, now) or later


def still_charged(plan: Subscription, now: datetime) -> datetime | None:
    """The charge that was too near when it was paused or cancelled, while it is still to come."""
    last = next((change for change in reversed(plan.changes) if change.what in ("pause", "resume", "cancel")), None)
    told = last.after.get("charged_at") if last and isinstance(last.after, Mapping) else None
    at = datetime.fromisoformat(told) if told else None
    return at if at is not None and at > now else None


def discounted(plan: Subscription, rules: SubscriptionPolicy) -> Decimal:
    """The price of one with policy's discount, to the cent."""
    return (plan.price * (100 - rules.discount_percent) / 100).quantize(CENT, ROUND_HALF_UP)


def longer_interval(plan: Subscription, rules: SubscriptionPolicy) -> int | None:
    """The next longer interval that policy allows."""
    return min((days for days in rules.intervals if days > plan.interval_days), default=None)


def swappable(plan: Subscription, records: Records, rules: SubscriptionPolicy) -> tuple[tuple[Product, Variant], ...]:
    """What may come instead and is in stock, in the same currency; other versions of the same product first."""
    own = records.product_of_sku(plan.sku)
    if own is None:
        return ()
    products = [own]
    if rules.swap_for == "product":
        ids = dict.fromkeys(one for group in rules.swap_products if own.id in group for one in group if one != own.id)
        products += [found for one in ids if (found := records.product(one))]
    currency = next((variant.currency for variant in own.variants if variant.sku == plan.sku), None)
    return tuple(
        (product, variant)
        for product in products
        for variant in product.variants
        if variant.sku != plan.sku
        and variant.currency == currency
        and (variant.stock is None or variant.stock >= plan.quantity)
    )
