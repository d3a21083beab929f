"""Cancel: one order or several, with a reason, as long as nothing of it has left; after that, what is possible."""

from decimal import Decimal
from typing import Any

from bot import identity, policy
from bot.actions import CancelOrder
from bot.facts import order_sources, order_view
from bot.flows.which import named_lines, not_left_out, which_orders
from bot.model import Choice, Json, Kind, Outcome, Sort, Source, Status
from bot.paying import method_name, method_of, paid_by_method
from bot.policy import Verdict
from bot.records import Customer, Money, Order, OrderStatus
from bot.story import YES_NO, Case, Ending, Question

WHOLE, PART = "whole", "part"


def cancel_order(case: Case) -> Ending:
    """From "please cancel it" to the money on its way back, after a clear yes to exactly that."""
    orders = which_orders(case, lambda order: order.status is OrderStatus.PENDING and not policy.is_exchange(order))
    case.focus = orders[0].id
    if not not_left_out(case, orders):
        return case.end("cancel.kept", sources=_sources(list(orders)), order=order_view(orders[0]))
    if not all(identity.owns(case.world, order) for order in orders):
        identity.prove_by_code(case, orders[0].customer_id)
    if len(orders) == 1 and case.answers.get("scope") != WHOLE and _only_some(case, orders[0]):
        return case.go("change_items", order=orders[0].id, how="remove", heard=case.answers.get("heard") or {})
    done = [order for order in orders if f"CancelOrder-{order.id}" in case.state.outcomes]
    verdicts = {order.id: policy.cancellable(order, case.world.policies, case.now) for order in orders}
    open_ones = [order for order in orders if verdicts[order.id].granted or order in done]
    if not open_ones:
        return _refuse(case, orders[0], verdicts[orders[0].id])
    for order in orders:
        if order not in open_ones:
            case.say(f"cancel.refused_{verdicts[order.id].code}", **_refused_facts(order, verdicts[order.id]))
    return _cancel(case, open_ones)


def _cancel(case: Case, orders: list[Order]) -> Ending:
    customer, policies = case.world.customer, case.world.policies
    for order in orders:
        reason = policy.for_a_person(order, customer, policies)
        if reason:
            return case.person(reason, order_id=order.id, proposed="cancel_order")
    reason, words = _reason(case, orders[0])
    if not policy.reason_accepted(reason, policies.cancel.reasons):
        accepted = policies.cancel.reasons
        return case.refuse(
            "cancel.refused_reason", "policies.cancel.reasons", about=orders[0].id, accepted=list(accepted)
        )
    facts = _facts(case, orders, customer)
    if not case.confirm("cancel", "cancel.summary", sources=_sources(orders), **facts):
        return case.end("cancel.kept", sources=_sources(orders), order=order_view(orders[0]))
    outcomes = [case.once(CancelOrder(order_id=one.id, reason=reason, words=words)) for one in orders]
    return _told(case, orders, outcomes)


def _told(case: Case, orders: list[Order], outcomes: list[Outcome]) -> Ending:
    """What was cancelled and what comes back; what failed goes to a person."""
    done = [order for order, outcome in zip(orders, outcomes, strict=True) if outcome.status is Status.DONE]
    failed = next((order for order in orders if order not in done), None)
    if done:
        refunds = [money for outcome in outcomes for money in outcome.data.get("refunds", ())]
        facts = {"orders": [order_view(order) for order in done], "refunds": [_money(one) for one in refunds]}
        case.say("cancel.done", sources=_sources(done), **facts, **_bank_days(case))
    if failed is not None:
        return case.person("cancel_failed", order_id=failed.id, proposed="cancel_order")
    return case.end()


def _reason(case: Case, order: Order) -> tuple[str, str]:
    """Why, as one of policy's reasons and in the customer's words."""
    rules = case.world.policies.cancel
    if not rules.ask_reason:
        return "other", ""
    heard = case.answers.get("heard", {}).get("reason")
    offered = tuple(dict.fromkeys((*rules.reasons, "other")))
    question = Question(
        "reason",
        Kind.REASON,
        "cancel.reason",
        _reason_given,
        {"order": order_view(order)},
        tuple(Choice(id=reason, title="") for reason in offered),
        presumed={"reason": heard, "words": ""} if heard else None,
        unshown=("other",) if "other" not in rules.reasons else (),
        early=True,
    )
    return case.need(question)


def _reason_given(answer: Json) -> tuple[str, str] | None:
    return (str(answer["reason"]), str(answer.get("words") or "")) if isinstance(answer, dict) else None


def _only_some(case: Case, order: Order) -> bool:
    """Whether the customer, who named some of the order's items, means these alone; asked where both can be done."""
    if not policy.items_changeable(order, case.world.policies, case.now).granted:
        return False
    lines = [line for line in order.lines if line.quantity]
    some = [line for line in named_lines(case, order) if line.quantity]
    if case.answers.get("scope") == PART:
        return bool(some)
    called = set(case.heard("order_items"))
    heard = case.answers.get("heard", {})
    some = [line for line in some if line.id not in called]
    if not some or len(some) == len(lines):
        return False
    if len(some) > 1 or heard.get("removing") or heard.get("part") or case.heard("left_out"):
        return True  # nobody calls an order by two of its items
    if called:
        return False
    if not case.world.policies.change.remove:
        return False
    titles = [line.title for line in some]
    question = Question(
        "scope",
        Kind.CHOICE,
        "cancel.whole_or_part",
        lambda answer: str(answer) if answer in (WHOLE, PART) else None,
        {"order": order_view(order), "titles": titles},
        (Choice(id=WHOLE, title=""), Choice(id=PART, title="", words=tuple(titles))),
        sources=order_sources(order),
    )
    return case.need(question) == PART


def _refuse(case: Case, order: Order, verdict: Verdict) -> Ending:
    """Why not, by the rule, and what can be done instead."""
    facts = _refused_facts(order, verdict)
    if verdict.code == "exchange":
        return case.person("cancel_exchange", order_id=order.id, proposed="cancel_order")
    if verdict.code != "delivered" or not _may_go_back(case, order):
        sources = order_sources(order)
        return case.refuse(f"cancel.refused_{verdict.code}", verdict.rule, about=order.id, sources=sources, **facts)
    case.say("cancel.refused_delivered", sources=order_sources(order), **facts)
    offer = Question("return_instead", Kind.YES_NO, "cancel.return_instead", _truth, facts, YES_NO, sort=Sort.OFFER)
    if case.need(offer):
        return case.go("return", order=order.id, heard=case.answers.get("heard") or {})
    return case.end("cancel.kept", order=order_view(order))


def _may_go_back(case: Case, order: Order) -> bool:
    records = case.world.records
    for line in order.lines:
        product = records.product_of_sku(line.sku)
        if policy.returnable(order, line, product, case.world.policies, case.now).granted:
            return True
    return False


def _facts(case: Case, orders: list[Order], customer: Customer | None) -> dict[str, Any]:
    refunds = [
        {
            "amount": Money(amount, order.currency),
            "method": method_name(method_of(customer, method_id)),
            "kind": method.kind if (method := method_of(customer, method_id)) else None,
        }
        for order in orders
        for method_id, amount in paid_by_method(order).items()
    ]
    return {"orders": [order_view(order) for order in orders], "refunds": refunds, **_bank_days(case)}


def _bank_days(case: Case) -> dict[str, int]:
    least, most = case.world.policies.refunds.bank_days
    return {"bank_days_least": least, "bank_days_most": most}


def _money(told: dict[str, Any]) -> dict[str, Any]:
    amount = Money(Decimal(told["amount"]), told["currency"])
    return {"amount": amount, "method": told["method"], "kind": told["kind"]}


def _refused_facts(order: Order, verdict: Verdict) -> dict[str, Any]:
    return {"order": order_view(order), "until": verdict.until}


def _sources(orders: list[Order]) -> tuple[Source, ...]:
    return tuple(source for order in orders for source in order_sources(order))


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None
