"""Returns and exchanges: asked for, kept on the order, and taken back while nothing has arrived.

Policy is asked again under the order's lock. What is exchanged for is taken from stock and becomes a pending order of
its own, numbered after the one it comes from. A refund is booked when the goods are back, not before.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot import policy
from bot.actions import CancelReturn, CreateReturn
from bot.model import Outcome
from bot.paying import method_name, method_of, refundable_to
from bot.records import (
    Line,
    Order,
    OrderStatus,
    Product,
    Remedy,
    Return,
    ReturnStatus,
)
from storage.doing import Doing, done, refused
from storage.ledger_desk import open_task
from storage.ledger_money import give_back, take_money
from storage.ledger_orders import lock_order, save_order, with_change
from storage.ledger_sales import make_order
from storage.stock import counts, enough, locked_product, take, variant_of

EXCHANGE = "X"
ZERO = Decimal(0)


def create_return(doing: Doing, action: CreateReturn) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None:
        return refused("no_such_order")
    why_not = _refusal(doing, order, action)
    if why_not:
        return refused(why_not)
    wanted = _exchanged(doing, order, action)
    if isinstance(wanted, str):
        return refused(wanted)
    asked = _asked(doing, order, action)
    new = _exchange_order(doing, order, action, wanted) if wanted and action.approved else None
    if isinstance(new, str):
        return refused(new)
    if new:
        after = {"return_id": asked.id, "order_id": new.id, "number": new.number}
        order = with_change(order, doing, "exchange", None, after)
    save_order(doing, order.model_copy(update={"returns": (*order.returns, asked)}))
    doing.happened("return_requested", order_id=order.id, return_id=asked.id, remedy=asked.remedy.value)
    titles = ", ".join(f"{part.quantity} × {_title(order, part.line_id)}" for part in asked.lines)
    reason = "return_requested" if action.approved else "return_to_approve"
    number = new.number if new else None
    money = _to_give_back(doing, order, action)
    open_task(doing, reason, order.id, asked.id, titles, action.reason, action.words, number, money, *action.photos)
    return done(id=asked.id, label=asked.label, new_number=number)


def cancel_return(doing: Doing, action: CancelReturn) -> Outcome:
    order = lock_order(doing, action.order_id)
    found = next((one for one in order.returns if one.id == action.return_id), None) if order else None
    if order is None or found is None:
        return refused("no_such_return")
    if found.status is not ReturnStatus.REQUESTED:
        return refused("on_its_way")
    if not _undo_exchange(doing, order, found):
        return refused("on_its_way")
    taken_back = found.model_copy(update={"status": ReturnStatus.CANCELLED})
    returns = tuple(taken_back if one.id == found.id else one for one in order.returns)
    save_order(doing, order.model_copy(update={"returns": returns}))
    doing.happened("return_cancelled", order_id=order.id, return_id=found.id)
    open_task(doing, "return_cancelled", order.id, found.id)
    return done(id=found.id)


def _refusal(doing: Doing, order: Order, action: CreateReturn) -> str:
    """Why policy does not grant it, or nothing."""
    rules, policies = doing.shop.policies.returns, doing.shop.policies
    if not action.lines:
        return "no_such_line"
    if len({part.line_id for part in action.lines}) < len(action.lines):
        return "too_many"
    for part in action.lines:
        line = order.line(part.line_id)
        if line is None:
            return "no_such_line"
        verdict = policy.returnable(order, line, _product(doing, line), policies, doing.now)
        if not verdict.granted:
            return verdict.code
        if part.quantity > policy.quantity_left(order, line):
            return "too_many"
    if action.remedy.value not in rules.remedies:
        return "remedy"
    if not policy.reason_accepted(action.reason, rules.reasons):
        return "reason"
    customer = doing.records.customer(order.customer_id)
    if action.remedy is Remedy.REFUND and action.refund_method_id not in refundable_to(
        order, customer, rules.refund_to
    ):
        return "no_such_method"
    if action.remedy is not Remedy.EXCHANGE and action.fee != policy.restocking_fee(
        _returned_value(order, action), action.reason, policies
    ):
        return "price_changed"
    return ""


def _exchanged(doing: Doing, order: Order, action: CreateReturn) -> list[Line] | str:
    """The lines of the exchange order; none where it is no exchange, or why they cannot be had."""
    if action.remedy is not Remedy.EXCHANGE:
        return []
    wanted: list[Line] = []
    for swap in action.exchange_for:
        part = next((one for one in action.lines if one.line_id == swap.line_id), None)
        line, product = order.line(swap.line_id), locked_product(doing, swap.sku)
        variant = variant_of(product, swap.sku)
        if part is None or line is None or product is None or variant is None or variant.currency != order.currency:
            return "gone"
        same = product.id == line.product_id or variant_of(product, line.sku) is not None
        if not same and doing.shop.policies.returns.exchange_for == "variant":
            return "other_product"
        wanted.append(
            Line(
                id=swap.line_id,
                product_id=product.id,
                sku=variant.sku,
                title=product.title,
                options=variant.options,
                quantity=part.quantity,
                price=variant.price,
            )
        )
    if {line.id for line in wanted} != {part.line_id for part in action.lines}:
        return "gone"
    if _value(wanted) - _returned_value(order, action) != action.price_difference:
        return "price_changed"
    return wanted if enough(doing, counts(wanted)) else "out_of_stock"


def _exchange_order(doing: Doing, order: Order, action: CreateReturn, wanted: list[Line]) -> Order | str:
    """The new order, its goods taken from stock and its difference paid, or why not: no_such_method, card_too_low."""
    difference = action.price_difference or ZERO
    customer = doing.records.customer(order.customer_id)
    if difference and method_of(customer, action.difference_method_id) is None:
        return "no_such_method"
    allowed = refundable_to(order, customer, doing.shop.policies.returns.refund_to)
    if difference < 0 and action.difference_method_id not in allowed:
        return "no_such_method"
    paid = take_money(doing, order, action.difference_method_id, difference) if difference > 0 else order
    if isinstance(paid, str):
        return paid
    take(doing, counts(wanted))
    new = make_order(doing, order, EXCHANGE, wanted)
    ships = "at_once" if action.expedited else doing.shop.policies.returns.exchange_ships
    payments = paid.payments[len(order.payments) :]
    new = with_change(new, doing, "exchange_of", None, {"order_id": order.id, "ships": ships})
    new = new.model_copy(update={"payments": payments})
    save_order(doing, new)
    return new


def _undo_exchange(doing: Doing, order: Order, found: Return) -> bool:
    """Takes back what was to be exchanged for; whether it had not left yet."""
    made = [change.after for change in order.changes if change.what == "exchange"]
    new_id = next((after["order_id"] for after in made if after["return_id"] == found.id), None)
    if new_id is None:
        return True
    new = lock_order(doing, new_id)
    if new is None or policy.has_left(new):
        return False
    take(doing, {sku: -count for sku, count in counts(new.lines).items()})
    paid = {one.method_id: one.amount for one in new.payments}
    cancelled = new.model_copy(update={"status": OrderStatus.CANCELLED, "cancel_reason": "return_cancelled"})
    save_order(doing, give_back(doing, cancelled, paid))
    return True


def _asked(doing: Doing, order: Order, action: CreateReturn) -> Return:
    number = len(order.returns) + 1
    return_id = f"{order.id}-RET{number}"
    url = doing.shop.policies.returns.label_url
    return Return(
        id=return_id,
        requested_at=doing.now,
        remedy=action.remedy,
        reason=action.reason,
        refund_method_id=action.refund_method_id,
        lines=action.lines,
        exchange_for=action.exchange_for,
        price_difference=action.price_difference,
        difference_method_id=action.difference_method_id,
        label=url.replace("{return_id}", return_id.replace("#", "")) if url and action.approved else None,
    )


def _to_give_back(doing: Doing, order: Order, action: CreateReturn) -> str | None:
    """What the customer was promised for when the goods are back, for those who give it: `25.00 USD Visa 4242`."""
    amount, method_id = _returned_value(order, action) - action.fee, action.refund_method_id
    if action.remedy is Remedy.EXCHANGE:
        amount, method_id = -(action.price_difference or ZERO), action.difference_method_id
    if amount <= 0:
        return None
    to = method_name(method_of(doing.records.customer(order.customer_id), method_id))
    to = action.remedy.value if action.remedy is Remedy.STORE_CREDIT else to
    return " ".join(part for part in (str(amount), order.currency, to) if part)


def _product(doing: Doing, line: Line) -> Product | None:
    records = doing.records
    return (records.product(line.product_id) if line.product_id else None) or records.product_of_sku(line.sku)


def _title(order: Order, line_id: str) -> str:
    line = order.line(line_id)
    return line.title if line else line_id


def _value(lines: Sequence[Line]) -> Decimal:
    return sum((line.price * line.quantity for line in lines), ZERO)


def _returned_value(order: Order, action: CreateReturn) -> Decimal:
    prices = {line.id: line.price for line in order.lines}
    return sum((prices[part.line_id] * part.quantity for part in action.lines), ZERO)
