"""One wish about things of several orders, as a wish for each of these: a return, a change is of one order."""

from collections.abc import Sequence

from bot.model import Entities, Json, Wish
from bot.records import Order, OrderStatus, number_key

OF_ONE_ORDER = frozenset({"return", "refund", "exchange", "change_order", "cancel_order"})
NOT_LEFT = frozenset({"change_order", "cancel_order"})
OF_AN_ORDER = ("order_numbers", "order_items", "orders_left_out", "scope")


def by_order(wish: Wish, orders: Sequence[Order]) -> list[Wish]:
    """The wish, or one for each order that what it names is in, in the order named."""
    if wish.intent not in OF_ONE_ORDER or wish.named.get("everything"):
        return [wish]
    if wish.intent == "cancel_order" and wish.named.get("order_items"):
        return [_of_called(wish, orders)]
    mine = _fitting(wish, orders)
    placed: dict[str, list[Json]] = {}
    for item in wish.named.get("items") or []:
        theirs = [order for order in mine if any(line.id in item["ids"] for line in order.lines)]
        known = [order for order in theirs if order.id in placed]
        order = theirs[0] if len(theirs) == 1 else known[0] if known else None
        if order is None:
            return [wish]
        own = {line.id for line in order.lines}
        ids = [line_id for line_id in item["ids"] if line_id in own]
        narrowed = {**item, "id": ids[0], "ids": ids}
        if narrowed not in placed.setdefault(order.id, []):
            placed[order.id].append(narrowed)
    if len(placed) < 2:
        return [wish]
    return [of_order(wish, order, placed[order.id]) for order_id in placed for order in mine if order.id == order_id]


def of_order(wish: Wish, order: Order, items: Sequence[Json] | None = None) -> Wish:
    """The same wish about this order alone."""
    named = {name: value for name, value in wish.named.items() if name not in OF_AN_ORDER}
    own = {line.id for line in order.lines}
    if items is not None:
        named["items"] = list(items)
        named["products"] = [line_id for item in items for line_id in item["ids"]]
    elif "products" in named:
        named["products"] = [line_id for line_id in named["products"] if line_id in own]
    if named.get("quantity") == 2 and items is not None:  # "both", one of each order
        named.pop("quantity")
    return wish.model_copy(update={"named": {**named, "order_numbers": [order.number]}})


def several_of(offered: Sequence[Order], said: Entities) -> list[Order]:
    """Which of the orders offered are chosen together: those numbered, or all of them."""
    numbers = {number_key(number) for number in said.order_numbers}
    if numbers:
        return [order for order in offered if number_key(order.number) in numbers]
    every = said.everything or bool(said.scope) or said.quantity == len(offered)
    return list(offered) if every else []


def _of_called(wish: Wish, orders: Sequence[Order]) -> Wish:
    """Where several orders are called by what is in them, each of them by its number."""
    called = set(wish.named["order_items"])
    out = {number_key(str(number)) for number in wish.named.get("orders_left_out") or ()}
    meant = [
        order
        for order in _fitting(wish, orders)
        if any(line.id in called for line in order.lines) and number_key(order.number) not in out
    ]
    titles = {line.title for order in orders for line in order.lines if line.id in called}
    if len(meant) < 2 or len(meant) != len(titles) or wish.named.get("order_numbers"):
        return wish
    return wish.model_copy(update={"named": {**wish.named, "order_numbers": [order.number for order in meant]}})


def _fitting(wish: Wish, orders: Sequence[Order]) -> list[Order]:
    """The orders that the wish may be about: by number where all it names is there, else by what has left."""
    fits = [order for order in orders if (order.status is OrderStatus.PENDING) == (wish.intent in NOT_LEFT)]
    fits = [order for order in fits if order.status is not OrderStatus.CANCELLED]
    if wish.intent == "exchange":
        fits = [order for order in orders if order.status is not OrderStatus.CANCELLED]
    numbers = {number_key(str(number)) for number in wish.named.get("order_numbers") or ()}
    ids = [set(item["ids"]) for item in wish.named.get("items") or ()]
    numbered = [order for order in fits if number_key(order.number) in numbers]
    there = {line.id for order in numbered for line in order.lines}
    return numbered if numbered and all(one & there for one in ids) else fits
