"""Sums over orders, payments and refunds on record: exact, by currency, never one currency turned into another."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot import policy
from bot.facts import View, summary
from bot.merchant.schema import Policies
from bot.paying import method_name, method_of
from bot.records import OPEN_RETURNS, Customer, Money, Order, Remedy, Return

LATELY = timedelta(hours=24)
ZERO = Decimal("0.00")


def totals(amounts: Iterable[Money]) -> list[Money]:
    """What they come to together, one sum for each currency, in the order the currencies were met."""
    found: dict[str, Decimal] = {}
    for money in amounts:
        found[money.currency] = found.get(money.currency, ZERO) + money.amount
    return [Money(amount, currency) for currency, amount in found.items()]


def order_totals(orders: Sequence[Order]) -> list[Money]:
    return totals(Money(order.total, order.currency) for order in orders)


def ranked(orders: Sequence[Order], rank: str) -> list[Order]:
    """The orders that are dearest, cheapest, newest or oldest; by price one of each currency, several of the same."""
    if rank in ("newest", "oldest"):
        pick = max if rank == "newest" else min
        return [pick(orders, key=lambda order: order.placed_at)] if orders else []
    best = max if rank == "dearest" else min
    found: list[Order] = []
    for currency in dict.fromkeys(order.currency for order in orders):
        alike = [order for order in orders if order.currency == currency]
        most = best(order.total for order in alike)
        found += [order for order in alike if order.total == most]
    return found


def part(order: Order, contents: str, amount: Decimal, customer: Customer | None, method_id: str | None) -> View:
    """`number contents amount fee method kind`: money of one order, and where it goes."""
    method = method_of(customer, method_id)
    return {
        "number": order.number,
        "contents": contents,
        "amount": Money(amount, order.currency),
        "fee": None,
        "method": method_name(method),
        "kind": method.kind if method else None,
    }


def paid_parts(order: Order, customer: Customer | None) -> list[View]:
    """Every payment of the order on record, refunds of the shop's own book left out."""
    return [
        part(order, summary(order.lines), one.amount, customer, one.method_id)
        for one in order.payments
        if one.kind == "payment"
    ]


def refunded_parts(order: Order, customer: Customer | None) -> list[View]:
    back = [(one.amount, one.method_id) for one in order.payments if one.kind == "refund"]
    back += [(one.amount, one.method_id) for one in order.refunds]
    return [part(order, summary(order.lines), amount, customer, method_id) for amount, method_id in back]


def changed_lately(order: Order, now: datetime) -> bool:
    """Whether it was changed, or money of it sent back, within a day."""
    moments = [*(change.at for change in order.changes), *(one.at for one in order.refunds if one.at)]
    return any(moment >= now - LATELY for moment in moments)


def lately_back(order: Order, customer: Customer | None, policies: Policies, now: datetime) -> list[View]:
    """What comes back by what was done within a day: refunds on record, and returns that have yet to arrive."""
    since = now - LATELY
    found = [
        part(order, summary(order.lines), one.amount, customer, one.method_id)
        for one in order.refunds
        if one.at and one.at >= since
    ]
    for one in order.returns:
        if one.requested_at >= since and one.status in OPEN_RETURNS:
            found += _expected(order, one, customer, policies)
    return found


def _expected(order: Order, one: Return, customer: Customer | None, policies: Policies) -> list[View]:
    lines = [(line, back.quantity) for back in one.lines if (line := order.line(back.line_id))]
    contents = ", ".join(line.title for line, _ in lines)
    if one.remedy is Remedy.EXCHANGE:
        difference = one.price_difference or ZERO
        if difference >= 0:
            return []
        return [part(order, contents, -difference, customer, one.difference_method_id)]
    value = sum((line.price * quantity for line, quantity in lines), ZERO)
    fee = policy.restocking_fee(value, one.reason or "other", policies)
    method: dict[str, Any] = {} if one.remedy is Remedy.REFUND else {"method": None, "kind": Remedy.STORE_CREDIT.value}
    told = part(order, contents, value - fee, customer, one.refund_method_id)
    return [{**told, **method, "fee": Money(fee, order.currency) if fee else None}]
