"""What the shop's warranty covers, from the records and policies.yaml; every answer names the rule that gave it."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.merchant.schema import WarrantyPolicy
from bot.records import Line, Order, OrderStatus, Product, on

CLAIM = "warranty_claim"  # a change of an order


@dataclass(frozen=True, slots=True)
class Cover:
    """How long a line is covered. `starts_on` and `ends_on` are None while it has not come yet; the last day counts."""

    months: int
    starts_on: date | None = None
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        return self.ends_on is None or day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a claim within the time gets by itself: `remedies`, or nothing, and the rule that says so."""

    rule: str
    remedies: tuple[str, ...] = ()


def cover_of(order: Order, line: Line, product: Product | None, policy: WarrantyPolicy, zone: str) -> Cover | None:
    """The cover of what was bought, by calendar days where the customer is; None where there is none on record."""
    months = (product.warranty_months if product else None) or policy.default_months
    if not months:
        return None
    starts = _starts(order, line, policy)
    if starts is None:
        return Cover(months)
    first = on(starts, zone)
    return Cover(months, first, months_after(first, months))


def claim_verdict(order: Order, line: Line, policy: WarrantyPolicy) -> Verdict:
    """For a claim within the time."""
    worth = line.price * line.quantity
    if claimed_before(order, line.id):
        return Verdict("claimed_before")
    if not policy.remedies:
        return Verdict("person_decides")
    if worth <= Decimal(0):
        return Verdict("free_of_charge")
    if worth > policy.auto_limit:
        return Verdict("auto_limit")
    return Verdict("remedies", policy.remedies)


def claimed_before(order: Order, line_id: str) -> bool:
    """Whether this line was claimed, replaced or refunded before."""
    for change in order.changes:
        if change.what == CLAIM and change.after["line_id"] == line_id:
            return True
        if change.what in ("replacement", "refund") and line_id in change.after["line_ids"]:
            return True
    return False


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last there is."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _starts(order: Order, line: Line, policy: WarrantyPolicy) -> datetime | None:
    if policy.starts == "placed" or not order.shipments:
        return None if order.status is OrderStatus.PENDING and policy.starts != "placed" else order.placed_at
    carrying = [parcel for parcel in order.shipments if line.id in parcel.line_ids] or order.shipments
    moments = [parcel.delivered_at for parcel in carrying]
    return None if None in moments else max(moment for moment in moments if moment)
