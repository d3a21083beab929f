"""Where a return and its money are: each stage as it is on record, what comes next, and taking a return back."""

from typing import Any

from bot import identity, policy
from bot.actions import CancelReturn
from bot.facts import View, line_view, order_sources, order_view
from bot.flows.which import which_order
from bot.model import Choice, Kind, Status
from bot.paying import method_name, method_of
from bot.records import OPEN_RETURNS, Money, Order, OrderStatus, Refund, Return, ReturnStatus
from bot.story import Case, Ending, Question


def refund_status(case: Case) -> Ending:
    """The refunds and returns of an order, newest first; without any, what could be done."""
    order = _order(case)
    if not order.refunds and not order.returns and order.status is not OrderStatus.CANCELLED:
        return _nothing_yet(case, order)
    days = bank_days(case)
    for one in reversed(order.returns):
        case.say("refund.return", sources=order_sources(order), order=order_view(order), **return_facts(order, one))
    if order.refunds:
        refunds = [refund_view(case, order, one) for one in reversed(order.refunds)]
        case.say("refund.refunds", sources=order_sources(order), order=order_view(order), refunds=refunds, **days)
    elif order.status is OrderStatus.CANCELLED:
        return case.person("refund_status", order_id=order.id)
    elif policy.has_open_return(order):
        case.say("refund.after_arrival", order=order_view(order), handling_days=_handling(case), **days)
    return case.end()


def refund(case: Case) -> Ending:
    """ "Refund": something sent back, the money of an order not sent yet, or one that is on its way already?"""
    orders = case.world.orders
    offered = {
        "return": any(order.status is not OrderStatus.PENDING for order in orders) or not orders,
        "refund_status": any(order.refunds or order.returns for order in orders) or not orders,
        "cancel_order": any(order.status is OrderStatus.PENDING for order in orders),
    }
    question = Question(
        "meant",
        Kind.CHOICE,
        "refund.which",
        lambda answer: answer if answer in (*offered, "person") else None,
        choices=tuple(Choice(id=one, title="") for one in (*(one for one in offered if offered[one]), "person")),
        early=True,
    )
    return case.go(case.need(question), wish=case.answers.get("wish") or {}, heard=case.answers.get("heard") or {})


def cancel_return(case: Case) -> Ending:
    """The customer keeps it after all."""
    order = _order(case)
    found = next((one for one in reversed(order.returns) if one.status in OPEN_RETURNS), None)
    if found is None and "cancelled" not in case.answers:
        return _nothing_yet(case, order)
    return_id = str(case.answers.setdefault("cancelled", found.id if found else ""))
    asked = next(one for one in order.returns if one.id == return_id)
    facts: dict[str, Any] = {"order": order_view(order), "lines": lines_of(order, asked), "return_id": asked.id}
    if asked.status not in (ReturnStatus.REQUESTED, ReturnStatus.CANCELLED):
        return case.person("cancel_return", order_id=order.id, proposed="cancel_return")
    if not case.confirm("cancel_return", "return.cancel_summary", sources=order_sources(order), **facts):
        return case.end("return.stays", sources=order_sources(order), **facts)
    outcome = case.once(CancelReturn(order_id=order.id, return_id=asked.id))
    if outcome.status is not Status.DONE:
        return case.person("cancel_return", order_id=order.id, proposed="cancel_return")
    return case.end("return.cancelled", sources=order_sources(order), **facts)


def _order(case: Case) -> Order:
    order = which_order(case, lambda order: bool(order.refunds or order.returns))
    case.focus = order.id
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    return order


def _nothing_yet(case: Case, order: Order) -> Ending:
    """Nothing on record, and how long money takes, which is what is asked while something is being set up."""
    facts = {"order": order_view(order), "handling_days": _handling(case), **bank_days(case)}
    return case.end("refund.none", sources=order_sources(order), **facts)


def _handling(case: Case) -> int:
    return case.world.policies.returns.handling_days


def return_facts(order: Order, one: Return) -> dict[str, Any]:
    """`return_status lines return_id label`."""
    lines = lines_of(order, one)
    return {"return_status": one.status.value, "lines": lines, "return_id": one.id, "label": one.label}


def bank_days(case: Case) -> dict[str, Any]:
    least, most = case.world.policies.refunds.bank_days
    return {"bank_days_least": least, "bank_days_most": most}


def lines_of(order: Order, one: Return) -> list[View]:
    """What of the order goes back, each as line_view with the quantity that does."""
    views = []
    for part in one.lines:
        line = order.line(part.line_id)
        if line:
            views.append(line_view(line, order.currency) | {"quantity": part.quantity})
    return views


def refund_view(case: Case, order: Order, refund: Refund) -> View:
    """`amount method kind status at`."""
    method = method_of(case.world.customer, refund.method_id)
    return {
        "amount": Money(refund.amount, order.currency),
        "method": method_name(method),
        "kind": method.kind if method else None,
        "status": refund.status,
        "at": refund.at,
    }
