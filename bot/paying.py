"""What has been paid for an order by which method, and which methods money may go to or come from.

Pure arithmetic over the record, in the order's currency. `payments` are the shop's own book; `refunds` are what
Doorstep had sent back. A method is known by its id in the shop system; None is a payment without one.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot.facts import View
from bot.merchant.schema import RefundTo
from bot.records import Customer, Order, PaymentKind, PaymentMethod

GIFT_CARD = "gift_card"
STORED = frozenset({GIFT_CARD, "store_credit"})  # the shop's own money, which a policy may name
ZERO = Decimal("0.00")


def paid_by_method(order: Order) -> dict[str | None, Decimal]:
    """Method id → what of its money the shop still holds; methods with nothing left are not in it."""
    held: dict[str | None, Decimal] = {}
    for payment in order.payments:
        sign = 1 if payment.kind is PaymentKind.PAYMENT else -1
        held[payment.method_id] = held.get(payment.method_id, ZERO) + sign * payment.amount
    for refund in order.refunds:
        held[refund.method_id] = held.get(refund.method_id, ZERO) - refund.amount
    return {method: amount for method, amount in held.items() if amount > 0}


def original_method(order: Order) -> str | None:
    """The method that holds most of what was paid, the earliest of equals; where none does, the first ever used."""
    held = paid_by_method(order)
    if held:
        return max(held, key=lambda method: held[method])
    return next((one.method_id for one in order.payments if one.kind is PaymentKind.PAYMENT), None)


def method_of(customer: Customer | None, method_id: str | None) -> PaymentMethod | None:
    methods = customer.payment_methods if customer else ()
    return next((method for method in methods if method.id == method_id), None)


def method_name(method: PaymentMethod | None) -> str | None:
    """How its owner knows it: the label and last digits on record; None where nothing is."""
    if method is None:
        return None
    return " ".join(part for part in ((method.label or method.kind).replace("_", " "), method.last4) if part)


def method_view(method: PaymentMethod | None) -> View:
    """`name kind`; both None for a method that is not on record."""
    return {"name": method_name(method), "kind": method.kind if method else None}


def refundable_to(order: Order, customer: Customer | None, allowed: Sequence[RefundTo]) -> tuple[str | None, ...]:
    """Ids of the methods that a refund of this order may go to, the original first."""
    original = original_method(order)
    methods = customer.payment_methods if customer else ()
    found = [
        method.id for method in methods if "other" in allowed or (method.kind in STORED and method.kind in allowed)
    ]
    if "original" in allowed or original in found:
        return (original, *(method_id for method_id in found if method_id != original))
    return tuple(found)


def can_pay(method: PaymentMethod, amount: Decimal) -> bool:
    """Whether it covers this much: a gift card by its balance, which must be known; others are asked when charged."""
    return method.kind != GIFT_CARD or (method.balance is not None and method.balance >= amount)
