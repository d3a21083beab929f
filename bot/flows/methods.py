"""Which of the customer's payment methods money comes from or goes back to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.model import Choice, Json, Kind, Source
from bot.paying import can_pay, method_name, method_of, original_method, refundable_to
from bot.records import Customer, Money, Order, PaymentMethod
from bot.story import Case, Question

UNMISTAKABLE = frozenset({"paypal", "gift_card"})  # kinds whose names mean nothing else


def named_method(case: Case, methods: Sequence[PaymentMethod]) -> PaymentMethod | None:
    """The one method that the customer's words name by its kind, label or last digits; None where none or several."""
    for said in case.heard("methods"):
        found = [method for method in methods if _is_named(method, said)]
        if len(found) == 1:
            return found[0]
    return None


def tell_unknown_methods(case: Case) -> None:
    """Says which of the ways named the customer has none of on record."""
    own = {method.kind for method in case.world.customer.payment_methods} if case.world.customer else set()
    for said in case.heard("methods"):
        kind = str(said.get("kind"))
        if not said.get("id") and kind in UNMISTAKABLE and kind not in own:
            case.say("method.not_on_record", way=kind)


def difference_method(case: Case, order: Order, difference: Decimal) -> str | None:
    """What pays the difference, or where it goes back to; None where there is none, or nothing on record can."""
    customer = case.world.customer
    if difference == 0 or customer is None:
        return None
    if difference > 0:
        method = paying_method(case, order, customer, difference)
        return method.id if method else None
    allowed = refundable_to(order, customer, case.world.policies.returns.refund_to)
    return refund_method(case, order, customer, allowed)


def paying_method(case: Case, order: Order, customer: Customer, amount: Decimal) -> PaymentMethod | None:
    """What this much more is paid with: the method named, else the one the order was paid by, else asked for.

    None where the customer has none on record that can pay it. A card that does not cover it is never taken.
    """
    tell_unknown_methods(case)
    able = [method for method in customer.payment_methods if can_pay(method, amount)]
    named = named_method(case, customer.payment_methods)
    if named and named not in able:
        case.say("method.does_not_cover", method=method_name(named), amount=Money(amount, order.currency))
    original = method_of(customer, original_method(order))
    presumed = named if named in able else (original if original in able and named is None else None)
    return _asked(case, order, able, "pay_by", "method.pay_by", amount, presumed)


def refund_method(case: Case, order: Order, customer: Customer | None, allowed: Sequence[str | None]) -> str | None:
    """Where money goes back to: the allowed method that is named, else the first allowed, which is the original."""
    tell_unknown_methods(case)
    methods = [method for method_id in allowed if (method := method_of(customer, method_id))]
    named = named_method(case, customer.payment_methods) if customer else None
    if named is None or named in methods:
        return named.id if named else next(iter(allowed), None)
    case.say("method.not_allowed", method=method_name(named))
    found = _asked(
        case, order, methods, "refund_to", "method.refund_to", None, methods[0] if len(methods) == 1 else None
    )
    return found.id if found else next(iter(allowed), None)


def _asked(
    case: Case,
    order: Order,
    methods: Sequence[PaymentMethod],
    name: str,
    key: str,
    amount: Decimal | None,
    presumed: PaymentMethod | None,
) -> PaymentMethod | None:
    if not methods:
        return None
    ids = {method.id: method for method in methods}
    only = methods[0] if len(methods) == 1 else None
    first = presumed or only
    question = Question(
        name,
        Kind.CHOICE,
        key,
        lambda answer: ids.get(str(answer)),
        {"amount": Money(amount, order.currency) if amount is not None else None},
        tuple(_choice(method) for method in methods),
        presumed=first.id if first else None,
        sources=(Source(record=f"customers/{order.customer_id}"),),
        early=True,
    )
    return case.need(question)


def _choice(method: PaymentMethod) -> Choice:
    words = tuple(word for word in (method.kind.replace("_", " "), method.label, method.last4) if word)
    return Choice(id=method.id, title=method_name(method) or method.kind, words=words)


def _is_named(method: PaymentMethod, said: Mapping[str, Json]) -> bool:
    if said.get("id") or said.get("last4"):
        return method.id == said.get("id") or (method.last4 is not None and method.last4 == said.get("last4"))
    return said.get("kind") == method.kind
