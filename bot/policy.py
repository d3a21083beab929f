"""policies.yaml turned into answers: what may be done to an order now, and the rule that says so.

Asked by the stories before a customer is told anything, and by the ledger again under the order's lock before anything
is done, so that what a conversation believed can never be more than what policy grants. Never words anything: `code`
names why not, and the template that says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bot.merchant.schema import Policies
from bot.records import (
    OPEN_RETURNS,
    Customer,
    Line,
    Order,
    OrderStatus,
    Product,
    ReturnStatus,
    TrackingStatus,
)

NOT_MOVED = frozenset({TrackingStatus.PRE_TRANSIT, TrackingStatus.UNKNOWN})
GIVEN_UP = frozenset({ReturnStatus.CANCELLED, ReturnStatus.REFUSED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rule` is what decided: a path in policies.yaml, or the record that leaves no choice.

    `until` is when it ends or ended."""

    granted: bool
    rule: str
    code: str = ""
    until: datetime | None = None


def granted(rule: str, until: datetime | None = None) -> Verdict:
    return Verdict(True, rule, until=until)


def refused(rule: str, code: str, until: datetime | None = None) -> Verdict:
    return Verdict(False, rule, code, until)


def has_left(order: Order) -> bool:
    """Whether anything of it is on its way: a label alone has not moved."""
    if order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        return True
    return any(event.status not in NOT_MOVED for parcel in order.shipments for event in parcel.events)


def is_exchange(order: Order) -> bool:
    """Whether it was made here for goods that come back."""
    return any(change.what == "exchange_of" for change in order.changes)


def cancellable(order: Order, policies: Policies, now: datetime) -> Verdict:
    """codes: already_cancelled, shipped, delivered, not_offered, too_late, items_changed, exchange.

    What an exchange order was paid with is on its way back to the shop: a person undoes both."""
    policy = policies.cancel
    gone = _gone(order)
    if gone:
        return refused("records.order.status", gone)
    if is_exchange(order):
        return refused("records.order.exchange", "exchange")
    if not policy.allowed:
        return refused("policies.cancel.allowed", "not_offered")
    if not policy.after_item_change and _times_changed(order):
        return refused("policies.cancel.after_item_change", "items_changed")
    return _in_time(order, policy.within_hours, "policies.cancel.within_hours", now)


def is_open(order: Order) -> bool:
    """Whether something of it is still to happen: it has not arrived, a return is under way, a refund not paid yet."""
    if order.status is OrderStatus.CANCELLED:
        arrived = True
    elif order.shipments:
        arrived = all(parcel.delivered_at for parcel in order.shipments)
    else:
        arrived = order.status is OrderStatus.DELIVERED
    returning = any(back.status in OPEN_RETURNS for back in order.returns)
    return not arrived or returning or any(refund.status == "pending" for refund in order.refunds)


def erasable(orders: Sequence[Order], policies: Policies, *, subscribed: bool = False) -> Verdict:
    """Whether a customer's data may be deleted without a person. codes: open_matters."""
    if policies.privacy.erase_with_open_orders or not (subscribed or any(map(is_open, orders))):
        return granted("policies.privacy.erase_with_open_orders")
    return refused("policies.privacy.erase_with_open_orders", "open_matters")


def reason_accepted(reason: str, accepted: Sequence[str]) -> bool:
    """Whether this reason will do; none named means any, and so does `other` among them."""
    return not accepted or "other" in accepted or reason in accepted


def items_changeable(order: Order, policies: Policies, now: datetime) -> Verdict:
    """codes: already_cancelled, shipped, delivered, not_offered, too_late, items_changed (as often as may be)."""
    policy = policies.change
    gone = _gone(order)
    if gone:
        return refused("records.order.status", gone)
    if not policy.items:
        return refused("policies.change.items", "not_offered")
    if policy.items_times is not None and _times_changed(order) >= policy.items_times:
        return refused("policies.change.items_times", "items_changed")
    return _in_time(order, policy.items_within_hours, "policies.change.items_within_hours", now)


def address_changeable(order: Order, policies: Policies, now: datetime) -> Verdict:
    """codes: already_cancelled, shipped, delivered, not_offered, too_late."""
    policy = policies.change
    gone = _gone(order)
    if gone:
        return refused("records.order.status", gone)
    if not policy.address:
        return refused("policies.change.address", "not_offered")
    return _in_time(order, policy.address_within_hours, "policies.change.address_within_hours", now)


def payment_changeable(order: Order, policies: Policies, now: datetime) -> Verdict:
    """codes: already_cancelled, shipped, delivered, not_offered, too_late."""
    policy = policies.change
    gone = _gone(order)
    if gone:
        return refused("records.order.status", gone)
    if not policy.payment:
        return refused("policies.change.payment", "not_offered")
    return _in_time(order, policy.payment_within_hours, "policies.change.payment_within_hours", now)


def delivered_at(order: Order, line: Line) -> datetime | None:
    """When the parcel with this line was delivered; of an order without such news, when the last of it was."""
    parcels = [parcel for parcel in order.shipments if line.id in parcel.line_ids] or list(order.shipments)
    moments = [parcel.delivered_at for parcel in parcels]
    return max((moment for moment in moments if moment), default=None) if all(moments) else None


def returnable(order: Order, line: Line, product: Product | None, policies: Policies, now: datetime) -> Verdict:
    """Whether some of the line may go back. codes: already_cancelled, not_delivered, already_returned, not_returnable,
    final_sale, too_late. A delivered order without the carrier's word counts from when it was placed."""
    policy = policies.returns
    if order.status is OrderStatus.CANCELLED:
        return refused("records.order.status", "already_cancelled")
    arrived = delivered_at(order, line)
    if arrived is None and order.status is not OrderStatus.DELIVERED:
        return refused("records.order.status", "not_delivered")
    if quantity_left(order, line) < 1:
        return refused("records.returns", "already_returned")
    if product and not product.returnable:
        return refused("records.product.returnable", "not_returnable")
    if product and product.final_sale and not policy.final_sale:
        return refused("policies.returns.final_sale", "final_sale")
    category = product.category if product else None
    by_category = category is not None and category in policy.window_by_category
    days = policy.window_by_category[category] if by_category and category else policy.window_days
    rule = f"policies.returns.window_by_category.{category}" if by_category else "policies.returns.window_days"
    if by_category and days == 0:
        return refused(rule, "not_returnable")
    until = (arrived or order.placed_at) + timedelta(days=days)
    return granted(rule, until) if now <= until else refused(rule, "too_late", until)


def quantity_left(order: Order, line: Line) -> int:
    """How many of the line are not under a return, replaced or refunded already."""
    back = sum(
        part.quantity
        for one in order.returns
        if one.status not in GIVEN_UP
        for part in one.lines
        if part.line_id == line.id
    )
    mended = any(
        change.what in ("replacement", "refund") and line.id in change.after.get("line_ids", ())
        for change in order.changes
    )
    return 0 if mended else line.quantity - back


def has_open_return(order: Order) -> bool:
    return any(one.status in OPEN_RETURNS for one in order.returns)


def restocking_fee(value: Decimal, reason: str, policies: Policies) -> Decimal:
    """What is kept back of this much, in the order's currency, to the cent."""
    policy = policies.returns
    if reason in policy.fee_free_reasons or not policy.restocking_fee_percent:
        return Decimal("0.00")
    return (value * policy.restocking_fee_percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def postage_paid_by(reason: str, policies: Policies) -> str:
    """shop or customer."""
    return "shop" if reason in policies.returns.shop_pays_reasons else policies.returns.postage


def for_a_person(order: Order, customer: Customer | None, policies: Policies) -> str:
    """Why a person decides whatever has value in this order: fraud_suspected, high_value; or nothing."""
    care = policies.care
    if customer and set(customer.tags) & set(care.fraud_tags):
        return "fraud_suspected"
    return "high_value" if care.high_value is not None and order.total >= care.high_value else ""


def is_vip(customer: Customer | None, policies: Policies) -> bool:
    return customer is not None and bool(set(customer.tags) & set(policies.care.vip_tags))


def _gone(order: Order) -> str:
    """Why nothing of it can be changed any more, or nothing."""
    if order.status is OrderStatus.CANCELLED:
        return "already_cancelled"
    if order.status is OrderStatus.DELIVERED:
        return "delivered"
    return "shipped" if has_left(order) else ""


def _times_changed(order: Order) -> int:
    return sum(change.what == "lines" for change in order.changes)


def _in_time(order: Order, hours: int | None, rule: str, now: datetime) -> Verdict:
    if hours is None:
        return granted("records.order.status")
    until = order.placed_at + timedelta(hours=hours)
    return granted(rule, until) if now <= until else refused(rule, "too_late", until)
