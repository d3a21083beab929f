"""Changes to an order that has not left: cancelled, other lines, another address, another payment.

Each asks policy again under the order's lock, so that an order that left meanwhile, or a rule that changed, refuses.
Without a connector to the shop system, a person at the shop is given each as a task.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot import policy
from bot.actions import CancelOrder, ChangeLines, ChangeOrderAddress, ChangePayment, LineWanted
from bot.facts import address_text
from bot.model import Outcome
from bot.paying import paid_by_method, refundable_to
from bot.records import Line, Order, OrderStatus, Product
from storage.doing import Doing, done, refused
from storage.ledger_desk import open_task
from storage.ledger_money import give_back, take_money, told_money
from storage.ledger_orders import lock_order, save_order, with_change
from storage.stock import counts, enough, locked_product, take, variant_of

ZERO = Decimal(0)
NEW = "new"  # the id of a line that has none yet


def cancel_order(doing: Doing, action: CancelOrder) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None:
        return refused("no_such_order")
    verdict = policy.cancellable(order, doing.shop.policies, doing.now)
    if not verdict.granted:
        return refused(verdict.code)
    if not policy.reason_accepted(action.reason, doing.shop.policies.cancel.reasons):
        return refused("reason")
    back = paid_by_method(order)
    take(doing, {sku: -count for sku, count in counts(order.lines).items()})
    cancelled = order.model_copy(update={"status": OrderStatus.CANCELLED, "cancel_reason": action.reason})
    save_order(doing, give_back(doing, cancelled, back))
    money = told_money(doing, order, back)
    doing.happened("order_cancelled", order_id=order.id, reason=action.reason)
    open_task(doing, "cancelled", order.id, action.reason, action.words, *map(_told, money))
    return done(refunds=money)


def change_lines(doing: Doing, action: ChangeLines) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None:
        return refused("no_such_order")
    verdict = policy.items_changeable(order, doing.shop.policies, doing.now)
    if not verdict.granted:
        return refused(verdict.code)
    lines = _lines_as_wanted(doing, order, action.lines)
    if isinstance(lines, str):
        return refused(lines)
    changed = order.model_copy(update={"lines": lines})
    if changed.total - order.total != action.difference:
        return refused("price_changed")
    more = _more(order.lines, lines)
    if not enough(doing, more):
        return refused("out_of_stock")
    paid = _settled(doing, changed, action.difference, action.method_id)
    if isinstance(paid, str):
        return refused(paid)
    take(doing, more)
    before, after = ([line.model_dump(mode="json") for line in each] for each in (order.lines, lines))
    save_order(doing, with_change(paid, doing, "lines", before, after))
    doing.happened("order_changed", order_id=order.id, what="lines")
    now = ", ".join(f"{line.quantity} × {line.title} ({line.sku})" for line in lines)
    open_task(doing, "order_lines", order.id, now, f"{action.difference} {order.currency}")
    return done(total=str(changed.total), currency=order.currency)


def change_order_address(doing: Doing, action: ChangeOrderAddress) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None:
        return refused("no_such_order")
    verdict = policy.address_changeable(order, doing.shop.policies, doing.now)
    if not verdict.granted:
        return refused(verdict.code)
    before = order.shipping_address.model_dump(mode="json") if order.shipping_address else None
    changed = order.model_copy(update={"shipping_address": action.address})
    save_order(doing, with_change(changed, doing, "address", before, action.address.model_dump(mode="json")))
    doing.happened("order_changed", order_id=order.id, what="address")
    open_task(doing, "order_address", order.id, address_text(action.address))
    return done()


def change_payment(doing: Doing, action: ChangePayment) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None:
        return refused("no_such_order")
    verdict = policy.payment_changeable(order, doing.shop.policies, doing.now)
    if not verdict.granted:
        return refused(verdict.code)
    held = paid_by_method(order)
    if set(held) == {action.method_id}:
        return refused("same_method")
    if sum(held.values(), ZERO) != action.amount:
        return refused("price_changed")
    paid = take_money(doing, order, action.method_id, action.amount)
    if isinstance(paid, str):
        return refused(paid)
    before = [{"method_id": method, "amount": str(amount)} for method, amount in held.items()]
    after = [{"method_id": action.method_id, "amount": str(action.amount)}]
    save_order(doing, with_change(give_back(doing, paid, held), doing, "payment", before, after))
    doing.happened("order_changed", order_id=order.id, what="payment")
    taken = told_money(doing, order, {action.method_id: action.amount})
    open_task(doing, "order_payment", order.id, *map(_told, taken))
    return done(refunds=told_money(doing, order, held))


def _settled(doing: Doing, order: Order, difference: Decimal, method_id: str | None) -> Order | str:
    """The order with the difference paid, or given back where that is allowed; why not otherwise."""
    if difference > 0:
        return take_money(doing, order, method_id, difference)
    if difference == 0:
        return order
    customer = doing.records.customer(order.customer_id)
    if method_id not in refundable_to(order, customer, doing.shop.policies.returns.refund_to):
        return "no_such_method"
    return give_back(doing, order, {method_id: -difference})


def _lines_as_wanted(doing: Doing, order: Order, wanted: Sequence[LineWanted]) -> tuple[Line, ...] | str:
    """The lines as they shall be, or why they cannot be so."""
    rules = doing.shop.policies.change
    kept = {one.line_id for one in wanted if one.line_id}
    if len(kept) < sum(one.line_id is not None for one in wanted):
        return "no_such_line"
    gone = [line for line in order.lines if line.id not in kept and line.quantity]
    if not wanted:
        return "no_lines"
    if (gone and not rules.remove) or (any(one.line_id is None for one in wanted) and not rules.add):
        return "not_offered"
    lines: list[Line] = []
    for one in wanted:
        made = _line_as_wanted(doing, order, one)
        if isinstance(made, str):
            return made
        lines.append(made)
    free = (f"{order.id}/{number}" for number in range(1_000) if order.line(f"{order.id}/{number}") is None)
    return tuple(line if line.id != NEW else line.model_copy(update={"id": next(free)}) for line in lines)


def _line_as_wanted(doing: Doing, order: Order, wanted: LineWanted) -> Line | str:
    rules = doing.shop.policies.change
    line = order.line(wanted.line_id) if wanted.line_id else None
    if wanted.line_id and line is None:
        return "no_such_line"
    if line and line.sku == wanted.sku and wanted.quantity <= line.quantity:
        return line.model_copy(update={"quantity": wanted.quantity})
    if wanted.quantity > max(rules.max_quantity, line.quantity if line else 0):
        return "too_many"
    product = locked_product(doing, wanted.sku)
    variant = variant_of(product, wanted.sku)
    if product is None or variant is None or variant.currency != order.currency:
        return "gone"
    if line and line.sku == wanted.sku:
        return line.model_copy(update={"quantity": wanted.quantity}) if line.price == variant.price else "price_changed"
    if line and rules.swap_for == "variant" and not _same_product(product, line):
        return "other_product"
    return Line(
        id=line.id if line else NEW,
        product_id=product.id,
        sku=variant.sku,
        title=product.title,
        options=variant.options,
        quantity=wanted.quantity,
        price=variant.price,
    )


def _same_product(product: Product, line: Line) -> bool:
    return product.id == line.product_id or variant_of(product, line.sku) is not None


def _more(before: Sequence[Line], after: Sequence[Line]) -> dict[str, int]:
    """SKU → how many more of it are wanted now; fewer are negative."""
    had, have = counts(before), counts(after)
    return {sku: have.get(sku, 0) - had.get(sku, 0) for sku in {**had, **have}}


def _told(money: dict[str, str | None]) -> str:
    return " ".join(part for part in (money["amount"], money["currency"], money["method"]) if part)
