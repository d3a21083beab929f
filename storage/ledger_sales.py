"""New orders made here: a replacement free of charge, and the same line again at today's price.

They are pending orders in Doorstep's own table, numbered after the order they come from, and a task for the shop. Stock
is taken where it is known; a variant without a count is taken to be there.
"""

from decimal import Decimal

from sqlalchemy import insert, select

from bot.actions import Reorder, Replace
from bot.model import Outcome
from bot.records import Line, Order, OrderStatus
from storage.doing import Doing, done, refused
from storage.ingest_orders import order_columns, write_skus
from storage.ledger_desk import open_task
from storage.ledger_orders import already_mended, lock_order, note_change
from storage.parties import party_of
from storage.records import ORDERS
from storage.stock import counts, locked_product, take, variant_of

REPLACEMENT, REPEAT = "R", "N"


def replace(doing: Doing, action: Replace) -> Outcome:
    order = lock_order(doing, action.order_id)
    if order is None or not action.line_ids or any(order.line(line_id) is None for line_id in action.line_ids):
        return refused("no_such_line")
    mended = already_mended(order, action.line_ids)
    if mended:
        return refused(mended)
    lines = [line for line in order.lines if line.id in action.line_ids]
    if not take(doing, counts(lines)):
        return refused("out_of_stock")
    new = make_order(doing, order, REPLACEMENT, [line.model_copy(update={"price": Decimal("0.00")}) for line in lines])
    after = {"line_ids": list(action.line_ids), "number": new.number, "reason": action.reason}
    note_change(doing, order, "replacement", after)
    open_task(doing, "replacement", order.id, new.number, *(_named(line) for line in lines), action.reason)
    return done(number=new.number)


def reorder(doing: Doing, action: Reorder) -> Outcome:
    order = lock_order(doing, action.order_id)
    line = order.line(action.line_id) if order else None
    variant = variant_of(locked_product(doing, line.sku), line.sku) if line else None
    if order is None or line is None or variant is None:
        return refused("gone")
    if variant.price != action.price:
        return refused("price_changed")
    again = line.model_copy(update={"quantity": action.quantity, "price": variant.price})
    if not take(doing, counts([again])):
        return refused("out_of_stock")
    new = make_order(doing, order, REPEAT, [again], variant.currency)
    amount = f"{new.total}"
    open_task(doing, "reorder", new.id, new.number, _named(again), f"{amount} {new.currency}")
    return done(number=new.number, amount=amount, currency=new.currency)


def _named(line: Line) -> str:
    return f"{line.quantity} × {line.title} ({line.sku})"


def make_order(doing: Doing, order: Order, mark: str, lines: list[Line], currency: str | None = None) -> Order:
    """A new pending order of the same customer, to the same address, numbered `<number>-R1`, `-R2`, … or `-N1`, …"""
    suffix = _free_suffix(doing, order, mark)
    new_id = order.id + suffix
    new = Order(
        id=new_id,
        number=order.number + suffix,
        customer_id=order.customer_id,
        placed_at=doing.now,
        status=OrderStatus.PENDING,
        currency=currency or order.currency,
        shipping_address=order.shipping_address,
        lines=tuple(line.model_copy(update={"id": f"{new_id}/{index}"}) for index, line in enumerate(lines)),
    )
    party = party_of(doing.connection, order.customer_id)
    assert party is not None
    values = {
        "source_id": new.id,
        "record": new.model_dump(mode="json"),
        "first_seen_at": doing.now,
        "updated_at": doing.now,
        **order_columns(new, party),
    }
    made = doing.connection.execute(insert(ORDERS).values(values)).inserted_primary_key
    assert made is not None
    write_skus(doing.connection, {made[0]: new})
    doing.happened("order_added", order_id=new.id, status=new.status.value, source="doorstep")
    return new


def _free_suffix(doing: Doing, order: Order, mark: str) -> str:
    """The first that is free; the original's lock keeps others from taking it meanwhile."""
    count = 1
    query = select(ORDERS.c.id)
    while doing.connection.execute(query.where(ORDERS.c.source_id == f"{order.id}-{mark}{count}")).first():
        count += 1
    return f"-{mark}{count}"
