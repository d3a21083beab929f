"""Questions about money and one's orders as a whole: answered from the records, never a step towards doing anything.

What would come back is told by rehearsing the very story that would bring it back (bot/flows/rehearsal.py). Amounts are
told only to who has shown a right to everything of the customer's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot import identity
from bot.facts import View, order_sources, order_view
from bot.flows.sums import changed_lately, lately_back, order_totals, paid_parts, ranked, refunded_parts, totals
from bot.flows.what_if import about_open_matter, difference, keeping_only, own_only, variants_offered, what_comes_back
from bot.flows.which import which_order
from bot.model import Level, Source
from bot.paying import STORED, method_name
from bot.records import Customer, Line, Money, Order, OrderStatus
from bot.story import Case, Ending

RANKS = ("dearest", "cheapest", "newest", "oldest")
MOST_LISTED = 20


def money(case: Case) -> Ending:
    """Answers the one question about money that was asked."""
    kind, _, how = str((case.answers.get("wish") or {}).get("kind", "")).partition(".")
    customer, orders = _theirs(case)
    if kind == "balance":
        return _balance(case, customer)
    if kind == "methods":
        return _methods(case, customer)
    if not orders:
        return case.end("money.no_orders")
    if kind in RANKS:
        return _extreme(case, orders, kind)
    if kind == "list":
        return _list(case, orders, how)
    if kind in STORIES:
        return STORIES[kind](case, orders)
    if kind == "back":
        return what_comes_back(case, orders, how) or _lately(case, orders)
    if kind == "difference":
        return difference(case, orders)
    if kind == "variants":
        return variants_offered(case, orders)
    if kind == "only":
        return keeping_only(case, orders)
    return _total(case, orders, how)


def _theirs(case: Case) -> tuple[Customer | None, tuple[Order, ...]]:
    """Who asks, and the orders that everything may be told of; a stranger shows a right to them first."""
    world = case.world
    if world.level in identity.KNOWN_WELL and world.customer:
        return world.customer, tuple(order for order in world.orders if identity.owns(world, order))
    customer = world.records.customer(identity.prove_customer(case))
    contacts: dict[str, str] = {}
    if customer and customer.email:
        contacts["email"] = customer.email
    elif customer and customer.phone:
        contacts["phone"] = customer.phone
    found = tuple(world.records.orders_of_contact(email=contacts.get("email"), phone=contacts.get("phone")))
    orders = tuple(order for order in found if customer and order.customer_id == customer.id)
    case.world = replace(world, customer=customer, level=Level.CODE, orders=orders, status_only=frozenset())
    return customer, orders


# -- what is on record -------------------------------------------------------------------------------------------------


def _total(case: Case, orders: Sequence[Order], how: str) -> Ending:
    """What the things named cost, else the orders named; beside an open matter what that comes to."""
    lines = _named_lines(case, orders)
    named = bool(lines or case.heard("order_numbers") or case.answers.get("heard", {}).get("scope"))
    if not named and not how and (ending := about_open_matter(case)):
        return ending
    if lines:
        views = [_bought(order, line) for order, line in lines]
        sums = totals(Money(line.price * line.quantity, order.currency) for order, line in lines)
        return case.end("money.items", sources=_sources([one for one, _ in lines]), bought=views, totals=sums)
    chosen = _chosen(case, orders, how)
    if len(chosen) == 1 and not how and "code_shown" not in case.answers:
        return case.go("order_confirmation", order=chosen[0].id)
    return case.end("money.total", sources=_sources(chosen), orders=_views(chosen), totals=order_totals(chosen))


def _bought(order: Order, line: Line) -> View:
    """`name quantity price cost number`."""
    options = ", ".join(line.options.values())
    return {
        "name": f"{line.title} ({options})" if options else line.title,
        "quantity": line.quantity,
        "price": Money(line.price, order.currency),
        "cost": Money(line.price * line.quantity, order.currency),
        "number": order.number,
    }


def _chosen(case: Case, orders: Sequence[Order], how: str) -> list[Order]:
    """The orders meant: those named, those of the state named, all of them, or the one spoken of."""
    numbers = [str(number) for number in case.heard("order_numbers")]
    if numbers:
        found = [order for number in numbers for order in identity.matching(orders, number)[:1]]
        chosen = list({order.id: order for order in found}.values()) or [*own_only(case, [which_order(case)])]
    elif case.answers.get("heard", {}).get("scope") or how:
        chosen = _of_state(orders, str(case.answers.get("heard", {}).get("scope") or "all"), how)
    else:
        focused = case.world.order(case.world.focus) if case.world.focus else None
        chosen = [focused] if focused in orders and focused else [*own_only(case, [which_order(case)])]
    if len(chosen) == 1:
        case.focus = chosen[0].id
    return chosen[:MOST_LISTED] or list(orders)


def _of_state(orders: Sequence[Order], scope: str, how: str) -> list[Order]:
    """Those of this state that are not cancelled; where a number is said, the ones that are so many."""
    kept = [order for order in orders if order.status is not OrderStatus.CANCELLED]
    chosen = [order for order in kept if scope in ("all", order.status.value)] or kept
    if not how.isdigit() or len(chosen) == int(how):
        return chosen
    groups = ([order for order in orders if order.status is status] for status in OrderStatus)
    return next((group for group in (*groups, list(orders)) if len(group) == int(how)), chosen)


def _named_lines(case: Case, orders: Sequence[Order]) -> list[tuple[Order, Line]]:
    """The lines that the words name, in the orders named where any is."""
    numbers = [str(number) for number in case.heard("order_numbers")]
    within = [order for number in numbers for order in identity.matching(orders, number)[:1]] or list(orders)
    ids = {*(line_id for item in case.heard("items") for line_id in item["ids"])} or {*case.heard("products")}
    return [(order, line) for order in within for line in order.lines if line.id in ids and line.quantity]


def _extreme(case: Case, orders: Sequence[Order], rank: str) -> Ending:
    kept = [order for order in orders if order.status is not OrderStatus.CANCELLED] or list(orders)
    scope = case.answers.get("heard", {}).get("scope")
    found = ranked([order for order in kept if order.status.value == scope] or kept, rank)
    case.focus = found[0].id
    return case.end("money.extreme", sources=_sources(found), rank=rank, orders=_views(found))


def _list(case: Case, orders: Sequence[Order], how: str) -> Ending:
    scope = str(case.answers.get("heard", {}).get("scope") or "all")
    shown = [order for order in orders if scope in ("all", order.status.value)][:MOST_LISTED]
    if not shown:
        return case.end("money.no_orders")
    if how == "sorted":
        shown.sort(key=lambda order: (order.currency, -order.total))
    return case.end("money.list", sources=_sources(shown), orders=_views(shown))


def _count(case: Case, orders: Sequence[Order]) -> Ending:
    chosen = _chosen(case, orders, "")
    return case.end("money.count", sources=_sources(chosen), orders=_views(chosen))


def _paid(case: Case, orders: Sequence[Order]) -> Ending:
    """By what was paid: of the order meant, or which orders by the method named."""
    customer = case.world.customer
    kinds = {str(said.get("kind")) for said in case.heard("methods")}
    parts = [(order, one) for order in orders for one in paid_parts(order, customer)]
    if kinds and not case.heard("order_numbers"):
        parts = [(order, one) for order, one in parts if one["kind"] in kinds]
        if not parts:
            return case.end("money.none_paid_so")
    else:
        named = [order for order, _ in _named_lines(case, orders)]
        chosen = named or _chosen(case, orders, "")
        parts = [(order, one) for order, one in parts if order in chosen]
        if not parts:
            return case.end("money.no_payment", sources=_sources(chosen), order=order_view(chosen[0]))
    told = [one for _, one in parts][:MOST_LISTED]
    return case.end("money.paid", sources=_sources([order for order, _ in parts]), parts=told)


def _charged(case: Case, orders: Sequence[Order]) -> Ending:
    """Every charge and refund that is on record for the order spoken of."""
    customer = case.world.customer
    named = [order for order, _ in _named_lines(case, orders)]
    lately = [] if case.heard("order_numbers") else [order for order in orders if changed_lately(order, case.now)]
    chosen = named or lately or _chosen(case, orders, "")
    paid = [one for order in chosen for one in paid_parts(order, customer)]
    back = [one for order in chosen for one in refunded_parts(order, customer)]
    if not paid:
        return case.go("order_confirmation", order=chosen[0].id)
    return case.end("money.charged", sources=_sources(chosen), parts=paid, refunded=back)


STORIES: Mapping[str, Callable[[Case, Sequence[Order]], Ending]] = {
    "count": _count,
    "paid": _paid,
    "charged": _charged,
}


def _balance(case: Case, customer: Customer | None) -> Ending:
    """What is left on gift cards and as store credit, as far as it is on record."""
    currency = case.world.shop.settings.currency
    stored = [method for method in (customer.payment_methods if customer else ()) if method.kind in STORED]
    if not stored or customer is None:
        return case.end("money.no_balance")
    found = [
        {"name": method_name(one), "amount": Money(one.balance, currency) if one.balance is not None else None}
        for one in stored
    ]
    return case.end("money.balance", sources=_of_customer(customer), balances=found)


def _methods(case: Case, customer: Customer | None) -> Ending:
    if customer is None or not customer.payment_methods:
        return case.end("money.no_methods")
    names = [method_name(method) for method in customer.payment_methods]
    return case.end("money.methods", sources=_of_customer(customer), names=names)


def _lately(case: Case, orders: Sequence[Order]) -> Ending:
    """What comes back by what was done within a day; without anything, where the money of a return is."""
    customer, policies = case.world.customer, case.world.policies
    parts = [one for order in orders for one in lately_back(order, customer, policies, case.now)]
    if not parts:
        known = {name: case.answers[name] for name in ("wish", "heard") if name in case.answers}
        return case.go("refund_status", **known)
    numbers = {one["number"] for one in parts}
    sums = totals(one["amount"] for one in parts)
    sources = _sources([order for order in orders if order.number in numbers])
    return case.end("money.lately", sources=sources, parts=parts, totals=sums)


def _views(orders: Sequence[Order]) -> list[View]:
    return [order_view(order, private=False) for order in orders]


def _sources(orders: Sequence[Order]) -> tuple[Source, ...]:
    return tuple(order_sources(order)[0] for order in {one.id: one for one in orders}.values())


def _of_customer(customer: Customer) -> tuple[Source, ...]:
    return (Source(record=f"customers/{customer.id}"),)
