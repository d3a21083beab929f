"""Which order, which parcel, which item: the questions that nearly every story begins with."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import identity
from bot.facts import order_view
from bot.model import Choice, Json, Kind
from bot.records import Line, Order, Shipment
from bot.story import Case, Question

Fits = Callable[[Order], bool]
MOST = 9  # orders offered in one question


def named_orders(case: Case, orders: Sequence[Order]) -> tuple[Order, ...]:
    """The orders that the customer's words name: by number, by tracking number, by what is in them."""
    for number in case.heard("order_numbers"):
        found = identity.matching(orders, str(number))
        if found:
            return found
    parcels = set(case.heard("tracking_numbers"))
    found = tuple(order for order in orders if any(parcel.tracking_number in parcels for parcel in order.shipments))
    if found:
        return found
    called = set(case.heard("order_items"))
    found = tuple(order for order in orders if any(line.id in called for line in order.lines))
    if found:
        return found
    kept = set(case.heard("left_out")) if case.answers.get("heard", {}).get("everything") else set()
    counts = {
        order.id: len({line.product_id or line.sku for line in order.lines if line.id in kept or _is_named(case, line)})
        for order in orders
    }
    most = max(counts.values(), default=0)
    return tuple(order for order in orders if most and counts[order.id] == most)


def named_lines(case: Case, order: Order) -> tuple[Line, ...]:
    """The lines of the order that the customer's words name."""
    return tuple(line for line in order.lines if _is_named(case, line))


def _is_named(case: Case, line: Line) -> bool:
    ids = {*case.heard("products"), *(line_id for item in case.heard("items") for line_id in item["ids"])}
    return line.id in ids or line.product_id in ids


def not_left_out(case: Case, orders: Sequence[Order]) -> tuple[Order, ...]:
    """Without the orders said not to be meant."""
    out = {order.id for number in case.heard("orders_left_out") for order in identity.matching(orders, str(number))}
    return tuple(order for order in orders if order.id not in out)


def called(line: Line, lines: Sequence[Line]) -> str:
    """The line's title, with what sets it apart where others of these have the same."""
    alike = [other for other in lines if other.title == line.title and other.id != line.id]
    if not alike:
        return line.title
    differing = [value for name, value in line.options.items() if any(one.options.get(name) != value for one in alike)]
    return " ".join((line.title, ", ".join(differing))).strip()


def line_choices(lines: Sequence[Line]) -> tuple[Choice, ...]:
    return tuple(
        Choice(id=line.id, title=called(line, lines), words=tuple(line.options.values())) for line in lines[:MOST]
    )


def which_order(case: Case, fits: Fits = lambda order: True) -> Order:
    """One order of the sender's. A stranger shows a right to it first; a number that is not theirs is not found."""
    world = case.world
    if not world.orders:
        return identity.prove(case)
    known = case.answers.get("order")
    if known is None and case.heard("order_numbers") and not named_orders(case, world.orders):
        return _unknown_number(case, fits)
    orders = not_left_out(case, world.orders) or world.orders
    named = named_orders(case, orders)
    named = tuple(order for order in named if fits(order)) or named or _refused_last(case)
    candidates = named or tuple(order for order in orders if fits(order)) or orders
    focused = world.order(world.focus) if world.focus and not named else None
    if len(candidates) > 1 and focused in candidates and known is None:
        candidates = (focused,) if focused else candidates
    return case.need(_order_question(case, candidates, "which.order"))


def _refused_last(case: Case) -> tuple[Order, ...]:
    """The order that the same was refused for just now: no other one is meant unless it is named."""
    world = case.world
    focused = world.order(world.focus) if world.focus else None
    refused = focused and any(label.startswith(f"{case.state.flow}:{focused.id}:") for label in world.refusals)
    other = case.answers.get("heard", {}).get("scope") or "order" in case.answers
    return (focused,) if focused and refused and not other else ()


def which_orders(case: Case, fits: Fits = lambda order: True) -> tuple[Order, ...]:
    """Some of the sender's orders: all that are named, all that fit where they say so, else the one they choose.

    Several at once are only ever the sender's own: an order shown by its number alone is dealt with by itself, so that
    a code for one customer opens nothing of another's.
    """
    world = case.world
    numbers = [str(number) for number in case.heard("order_numbers")]
    named = [order for number in numbers for order in identity.matching(world.orders, number)[:1]]
    several: tuple[Order, ...] = ()
    if "order" not in case.answers and case.answers.get("heard", {}).get("scope"):
        several = tuple(order for order in not_left_out(case, world.orders) if fits(order))
    elif len(named) > 1 and len(named) == len(numbers):
        several = not_left_out(case, tuple({order.id: order for order in named}.values()))
    own = tuple(order for order in several if identity.owns(world, order))
    spared = {*case.answers.get("spared", ()), *(one.id for one in _kept(case, world.orders))}
    own = tuple(order for order in own if order.id not in spared) or own
    orders = own or (which_order(case, fits),)
    case.answers["orders"] = [order.id for order in orders]
    return orders


def _kept(case: Case, orders: Sequence[Order]) -> tuple[Order, ...]:
    """The orders that the words name to stay as they are."""
    return tuple(order for order in orders if order.number in case.heard("kept_orders"))


def _unknown_number(case: Case, fits: Fits) -> Order:
    """A number that fits none of the sender's own orders: their own are offered, or a look-up by another contact."""
    world = case.world
    number = str(case.heard("order_numbers")[0])
    elsewhere = case.heard("emails") or case.heard("phones") or case.heard("postcodes") or "tried" in case.answers
    if elsewhere or world.level not in identity.KNOWN_WELL:
        return identity.prove(case)
    candidates = tuple(order for order in world.orders if fits(order)) or world.orders
    question = _order_question(case, candidates, "which.order_not_found", presume=False)
    return case.need(replace(question, facts={**question.facts, "asked_number": number}))


def _order_question(case: Case, candidates: Sequence[Order], key: str, *, presume: bool = True) -> Question[Order]:
    shown = tuple(candidates[:MOST])

    def read(answer: Json) -> Order | None:
        return case.world.order(str(answer))

    return Question(
        name="order",
        kind=Kind.CHOICE,
        key=key,
        read=read,
        facts={"orders": [order_view(order, private=False) for order in shown]},
        choices=tuple(_order_choice(case, order) for order in shown),
        presumed=shown[0].id if presume and len(shown) == 1 else None,
    )


def _order_choice(case: Case, order: Order) -> Choice:
    """By its number and what of it was named, else its first item."""
    titles = tuple(line.title for line in order.lines)
    named = next((line.title for line in named_lines(case, order)), titles[0] if titles else "")
    first = f"{order.number} {named}".strip()
    return Choice(id=order.id, title=first, words=(order.number, *titles))


def which_shipment(case: Case, order: Order, fits: Callable[[Shipment], bool] = lambda parcel: True) -> Shipment:
    """One parcel of an order that has at least one."""
    parcels = tuple(parcel for parcel in order.shipments if fits(parcel)) or order.shipments
    named = tuple(parcel for parcel in parcels if parcel.tracking_number in case.heard("tracking_numbers"))
    named = named or tuple(parcel for parcel in parcels if set(parcel.line_ids) & set(case.heard("products")))
    shown = (named or parcels)[:MOST]
    question = Question(
        name="shipment",
        kind=Kind.CHOICE,
        key="which.shipment",
        read=lambda answer: order.shipment(str(answer)),
        facts={"order": order_view(order, private=False)},
        choices=tuple(
            Choice(id=parcel.id, title=_contents(order, parcel), words=(parcel.tracking_number,)) for parcel in shown
        ),
        presumed=shown[0].id if len(shown) == 1 else None,
    )
    return case.need(question)


def which_line(case: Case, order: Order, key: str, lines: Sequence[Line]) -> Line:
    """One of these lines of the order."""
    wanted = set(case.heard("products"))
    named = tuple(line for line in lines if line.id in wanted)
    shown = (named or tuple(lines))[:MOST]
    question = Question(
        name="line",
        kind=Kind.CHOICE,
        key=key,
        read=lambda answer: order.line(str(answer)),
        facts={"order": order_view(order, private=False)},
        choices=tuple(
            Choice(id=line.id, title=called(line, shown), words=tuple(line.options.values())) for line in shown
        ),
        presumed=shown[0].id if len(shown) == 1 else None,
    )
    return case.need(question)


def _contents(order: Order, parcel: Shipment) -> str:
    titles = [line.title for line in order.lines if line.id in parcel.line_ids]
    return ", ".join(titles) or parcel.tracking_number
