"""Change an order that has not left: which of its items, its address and its payment; and the latter two."""

from decimal import Decimal
from typing import Any

from bot import identity, policy
from bot.actions import ChangeOrderAddress, ChangePayment
from bot.facts import address_text, order_sources, order_view
from bot.flows.addresses import ask_again, is_same_place, need_address, read_address
from bot.flows.methods import named_method
from bot.flows.where_is_my_order import is_awaited
from bot.flows.which import which_order, which_orders
from bot.model import Choice, Kind, Sort, Status
from bot.paying import can_pay, method_name, method_of, paid_by_method
from bot.policy import Verdict
from bot.records import Money, Order, OrderStatus, PaymentMethod
from bot.story import Case, Ending, Question

KINDS = {"items": "change_items", "payment": "change_payment"}
OFFERED = ("items", "address", "payment", "cancel")
FLOW_OF = {**KINDS, "address": "change_address", "cancel": "cancel_order"}


def change_order(case: Case) -> Ending:
    """Something about an order shall be otherwise: what."""
    wish = case.answers.get("wish") or {}
    known = KINDS.get(str(wish.get("kind", "")))
    carried = {"wish": wish, "heard": case.answers.get("heard") or {}}
    if wish.get("kind") == "timing" and any(item["options"] for item in case.heard("items")):
        known = KINDS["items"]
    elif wish.get("kind") == "timing":
        return case.person("change_timing", order_id=case.focus)
    if known:
        return case.go(known, **carried)
    question = Question(
        "what",
        Kind.CHOICE,
        "change.what",
        lambda answer: FLOW_OF.get(str(answer)),
        choices=tuple(Choice(id=one, title="") for one in OFFERED),
        early=True,
    )
    return case.go(case.need(question), **carried)


def change_address(case: Case) -> Ending:
    """Another address: on the order while it is here, by the carrier while it is under way, else what is possible."""
    if case.world.orders and not case.heard("order_numbers") and not any(map(is_awaited, case.world.orders)):
        return case.go("change_home_address", **_known(case))  # nothing is to come: it is for later orders
    if (case.answers.get("heard") or {}).get("for_account"):
        given = {"home": case.answers["address"]} if "address" in case.answers else {}
        return case.go("change_home_address", **_known(case), **given)
    orders = which_orders(case, lambda order: order.status is OrderStatus.PENDING or is_awaited(order))
    case.focus = orders[0].id
    if not all(identity.owns(case.world, order) for order in orders):
        identity.prove_by_code(case, orders[0].customer_id)
    if len(orders) == 1 and is_awaited(orders[0]) and policy.has_left(orders[0]) and orders[0].shipments:
        return case.go("delivery_problem", order=orders[0].id, problem="wrong_address")
    done = [order for order in orders if f"ChangeOrderAddress-{order.id}" in case.state.outcomes]
    verdicts = {order.id: policy.address_changeable(order, case.world.policies, case.now) for order in orders}
    open_ones = [order for order in orders if verdicts[order.id].granted or order in done]
    if not open_ones:
        return refuse_change(case, orders[0], verdicts[orders[0].id])
    if not identity.trusted(case.world):
        identity.prove_by_code(case, orders[0].customer_id)
    facts: dict[str, Any] = {"orders": [order_view(order) for order in open_ones]}
    sources = tuple(source for order in open_ones for source in order_sources(order))
    question = Question("address", Kind.ADDRESS, "address.ask", read_address, facts, sources=sources, early=True)
    address = need_address(case, question, open_ones)
    facts["new_address"] = address_text(address)
    going = [order for order in open_ones if order in done or not is_same_place(order.shipping_address, address)]
    if not going:
        return case.end("address.same", sources=sources, **facts)
    facts["orders"] = [order_view(order) for order in going]
    sources = tuple(source for order in going for source in order_sources(order))
    if not case.confirm("address_right", "address.summary", sort=Sort.IDENTITY, sources=sources, **facts):
        ask_again(case, question, address)
    outcomes = [case.once(ChangeOrderAddress(order_id=order.id, address=address)) for order in going]
    failed = [one.id for one, what in zip(going, outcomes, strict=True) if what.status is not Status.DONE]
    if failed:
        return case.person("change_address", order_id=failed[0], proposed="change_address")
    return case.end("address.done", sources=sources, **facts)


def _known(case: Case) -> dict[str, Any]:
    return {name: case.answers[name] for name in ("wish", "heard") if name in case.answers}


def change_payment(case: Case) -> Ending:
    """Paid by another of the customer's methods; the money taken before goes back to where it came from."""
    order = which_order(case, lambda order: order.status is OrderStatus.PENDING)
    case.focus = order.id
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    if "ChangePayment" not in case.state.outcomes:
        verdict = policy.payment_changeable(order, case.world.policies, case.now)
        if not verdict.granted:
            return refuse_change(case, order, verdict)
    if not identity.trusted(case.world):
        identity.prove_by_code(case, order.customer_id)
    reason = policy.for_a_person(order, case.world.customer, case.world.policies)
    if reason:
        return case.person(reason, order_id=order.id, proposed="change_payment")
    held = case.answers.setdefault("held", {str(key): str(amount) for key, amount in paid_by_method(order).items()})
    amount = sum((Decimal(one) for one in held.values()), Decimal(0))
    if not amount:
        return case.person("change_payment", order_id=order.id, proposed="change_payment")
    method = _other_method(case, order, set(held), amount)
    if method is None:
        return case.end("payment.none", sources=order_sources(order))
    facts: dict[str, Any] = {
        "order": order_view(order),
        "method": method_name(method),
        "old_method": _names(case, held),
        "total": Money(amount, order.currency),
    }
    if not case.confirm("payment", "payment.summary", sources=order_sources(order), **facts):
        return case.end("payment.kept", sources=order_sources(order), **facts)
    outcome = case.once(ChangePayment(order_id=order.id, method_id=method.id, amount=amount))
    if outcome.status is not Status.DONE:
        return case.person("change_payment", order_id=order.id, proposed="change_payment")
    least, most = case.world.policies.refunds.bank_days
    days = {"bank_days_least": least, "bank_days_most": most, "old_kind": _kind(case, held)}
    return case.end("payment.done", sources=order_sources(order), **facts, **days)


def refuse_change(case: Case, order: Order, verdict: Verdict) -> Ending:
    """Why nothing of it is changed any more, by the rule."""
    facts: dict[str, Any] = {"order": order_view(order), "until": verdict.until}
    sources = order_sources(order)
    return case.refuse(f"change.refused_{verdict.code}", verdict.rule, about=order.id, sources=sources, **facts)


def _other_method(case: Case, order: Order, held: set[str], amount: Decimal) -> PaymentMethod | None:
    """One of the customer's methods that does not hold the money already and can pay all of it."""
    methods = case.world.customer.payment_methods if case.world.customer else ()
    able = [method for method in methods if {method.id} != held and can_pay(method, amount)]
    named = named_method(case, methods)
    if named and named not in able:
        case.say(
            "payment.same" if {named.id} == held else "method.does_not_cover",
            method=method_name(named),
            amount=Money(amount, order.currency),
        )
    if not able:
        return None
    ids = {method.id: method for method in able}
    first = named if named in able else None
    question = Question(
        "method",
        Kind.CHOICE,
        "payment.which",
        lambda answer: ids.get(str(answer)),
        {"order": order_view(order)},
        tuple(
            Choice(id=one.id, title=method_name(one) or one.kind, words=(one.kind.replace("_", " "), one.last4 or ""))
            for one in able
        ),
        presumed=first.id if first else None,
        sources=order_sources(order),
        early=True,
    )
    return case.need(question)


def _kind(case: Case, held: dict[str, str]) -> str | None:
    """What all of the money was paid by, where that is of one kind."""
    methods = [method_of(case.world.customer, method_id) for method_id in held]
    kinds = {method.kind if method else None for method in methods}
    return kinds.pop() if len(kinds) == 1 else None


def _names(case: Case, held: dict[str, str]) -> str | None:
    names = [method_name(method_of(case.world.customer, method_id)) for method_id in held]
    return ", ".join(name for name in names if name) or None
