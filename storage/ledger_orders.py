"""What is done about an order and its parcels: kept on the order under its lock, and given to a person as a task.

Without a connector to a carrier or a bank, a person at the shop carries out what is recorded: such outcomes are
pending.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from bot.actions import OpenClaim, RefundLines, RequestDelivery
from bot.facts import address_text
from bot.model import Outcome
from bot.records import Change, Customer, Order, PaymentKind, Refund
from storage.doing import Doing, done, pending, refused
from storage.ledger_desk import open_task
from storage.records import ORDERS

MENDED = {"replacement": "already_replaced", "refund": "already_refunded"}


def request_delivery(doing: Doing, action: RequestDelivery) -> Outcome:
    order = lock_order(doing, action.order_id)
    parcel = order.shipment(action.shipment_id) if order else None
    if order is None or parcel is None:
        return refused("no_such_parcel")
    asked = action.model_dump(mode="json", exclude={"order_id"}, exclude_none=True)
    changed = with_change(order, doing, "delivery", None, asked)
    if action.fix == "address" and action.address is not None:
        old = order.shipping_address.model_dump(mode="json") if order.shipping_address else None
        changed = with_change(changed, doing, "address", old, action.address.model_dump(mode="json"))
        changed = changed.model_copy(update={"shipping_address": action.address})
    save_order(doing, changed)
    doing.happened("delivery_requested", order_id=order.id, shipment_id=parcel.id, fix=action.fix)
    if action.fix == "wait":
        return done()
    where = address_text(action.address)
    task = open_task(
        doing,
        f"delivery_{action.fix}",
        order.id,
        parcel.carrier,
        parcel.tracking_number,
        action.date,
        action.window,
        where,
    )
    return pending(task=task)


def open_claim(doing: Doing, action: OpenClaim) -> Outcome:
    order = lock_order(doing, action.order_id)
    parcel = order.shipment(action.shipment_id) if order else None
    if order is None or parcel is None:
        return refused("no_such_parcel")
    claim = action.model_dump(mode="json", exclude={"order_id"})
    save_order(doing, with_change(order, doing, "claim", None, claim))
    doing.happened("claim_opened", order_id=order.id, shipment_id=parcel.id, what=action.what)
    reason = f"claim_{action.what}"
    task = open_task(doing, reason, order.id, parcel.carrier, parcel.tracking_number, action.words, *action.photos)
    return done(task=task)


def refund_lines(doing: Doing, action: RefundLines) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None or any(order.line(line_id) is None for line_id in action.line_ids):
        return refused("no_such_line")
    mended = already_mended(order, action.line_ids)
    if mended:
        return refused(mended)
    lines = [line for line in order.lines if line.id in action.line_ids]
    back = sum((refund.amount for refund in order.refunds), Decimal(0))
    if action.amount > min(sum(line.price * line.quantity for line in lines), order.total - back):
        return refused("too_much")
    method = next((one.method_id for one in order.payments if one.kind is PaymentKind.PAYMENT and one.method_id), None)
    refund = Refund(amount=action.amount, method_id=method, at=doing.now)
    after = {"line_ids": list(action.line_ids), "amount": str(action.amount), "reason": action.reason}
    changed = with_change(order, doing, "refund", None, after)
    save_order(doing, changed.model_copy(update={"refunds": (*order.refunds, refund)}))
    doing.happened("refund_requested", order_id=order.id, amount=str(action.amount), currency=order.currency)
    name = _method_name(doing.records.customer(order.customer_id), method)
    titles = ", ".join(line.title for line in lines)
    open_task(doing, "refund", order.id, f"{action.amount} {order.currency}", name, titles, action.reason)
    return pending(amount=str(action.amount), currency=order.currency, method=name)


def lock_order(doing: Doing, order_id: str) -> Order | None:
    query = select(ORDERS.c.record).where(ORDERS.c.source_id == order_id).with_for_update()
    record = doing.connection.execute(query).scalar_one_or_none()
    return Order.model_validate(record) if record else None


def save_order(doing: Doing, order: Order) -> None:
    """Its record, and the status that is looked for."""
    values = {"record": order.model_dump(mode="json"), "status": order.status.value, "updated_at": doing.now}
    doing.connection.execute(update(ORDERS).where(ORDERS.c.source_id == order.id).values(values))


def already_mended(order: Order, line_ids: tuple[str, ...]) -> str:
    """The refusal where any of the lines was replaced or refunded before, or nothing."""
    for change in order.changes:
        if change.what in MENDED and set(change.after["line_ids"]) & set(line_ids):
            return MENDED[change.what]
    return ""


def note_change(doing: Doing, order: Order, what: str, after: Any) -> None:
    save_order(doing, with_change(order, doing, what, None, after))


def with_change(order: Order, doing: Doing, what: str, before: Any, after: Any) -> Order:
    change = Change(at=doing.now, what=what, before=before, after=after)
    return order.model_copy(update={"changes": (*order.changes, change)})


def _method_name(customer: Customer | None, method_id: str | None) -> str | None:
    """How the customer knows the payment method: its label and last digits."""
    methods = customer.payment_methods if customer else ()
    found = next((method for method in methods if method.id == method_id), None)
    return " ".join(part for part in (found.label, found.last4) if part) or None if found else None
