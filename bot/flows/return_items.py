"""Return and exchange: from "I want to send it back" to a return on record with its label and what happens next.

The remedy is asked for unless it was said; an exchange is a return whose remedy is another variant. Nothing is recorded
before a clear yes to exactly which items, for what, and where the money goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from bot import identity, policy
from bot.actions import CreateReturn
from bot.facts import line_view, order_sources, order_view
from bot.flows.lines import Picked, heard_options, in_place_of, product_of, wanted_product, which_lines, which_variant
from bot.flows.methods import difference_method, refund_method
from bot.flows.which import named_lines, which_order
from bot.merchant.schema import Reason
from bot.model import Choice, Json, Kind, Outcome, Sort, Status
from bot.paying import method_name, method_of, original_method, refundable_to
from bot.policy import Verdict
from bot.records import ExchangeFor, Line, Money, Order, OrderStatus, Remedy, ReturnLine
from bot.story import YES_NO, Case, Ending, Question

NOTHING = Decimal("0.00")
KEPT = frozenset({"wrong_size"})
USUAL = ("wrong_size", "changed_mind", "damaged", "defective", "wrong_item", "not_as_described", "other")


@dataclass(frozen=True, slots=True)
class Sending:
    """What goes back and why. `reason` is one of policy's, `words` the customer's own."""

    order: Order
    picked: tuple[Picked, ...]
    reason: str
    words: str = ""
    photos: tuple[str, ...] = ()

    @property
    def value(self) -> Decimal:
        return sum((one.line.price * one.quantity for one in self.picked), NOTHING)

    @property
    def lines(self) -> tuple[ReturnLine, ...]:
        return tuple(ReturnLine(line_id=one.line.id, quantity=one.quantity) for one in self.picked)


def return_items(case: Case) -> Ending:
    """Some of an order goes back, for a refund, an exchange or store credit."""
    kind = str((case.answers.get("wish") or {}).get("kind", ""))
    if kind in ("status", "cancel"):
        return case.go("return_" + kind, wish=case.answers["wish"], heard=case.answers.get("heard") or {})
    if _asks_about_it(case):
        return case.go("return_status", wish=case.answers["wish"], heard=case.answers.get("heard") or {})
    sending = _what(case)
    if isinstance(sending, Verdict):
        return _refuse(case, sending)
    if _offered_another_size(case, sending):
        return exchange_of(case, sending)
    remedy = _remedy(case, sending)
    return exchange_of(case, sending) if remedy is Remedy.EXCHANGE else _money_back(case, sending, remedy)


def _asks_about_it(case: Case) -> bool:
    """Whether a return of the order spoken of is open and nothing else is named: "where do I send it?" """
    order = case.world.order(case.focus) if case.focus else None
    named = case.heard("products") or case.heard("items") or case.heard("order_numbers")
    return order is not None and policy.has_open_return(order) and not named and not case.state.outcomes


def exchange(case: Case) -> Ending:
    """Some of an order for another size, colour or model; money after all is a return."""
    if (case.answers.get("wish") or {}).get("intent") in ("return", "refund"):
        known = {
            name: case.answers[name] for name in ("order", "lines", "reason", "wish", "heard") if name in case.answers
        }
        return case.go("return", **known)
    sending = _what(case, ask_reason=False)
    if isinstance(sending, Verdict):
        return _refuse(case, sending)
    if Remedy.EXCHANGE.value not in case.world.policies.returns.remedies:
        order = sending.order
        return case.refuse("exchange.not_offered", "policies.returns.remedies", about=order.id, order=order_view(order))
    return exchange_of(case, sending)


def exchange_of(case: Case, sending: Sending) -> Ending:
    """What for, at what difference, and a clear yes."""
    order, currency = sending.order, sending.order.currency
    swaps = [(one, _instead(case, sending, one)) for one in sending.picked]
    difference = sum((new.price * one.quantity for one, new in swaps), NOTHING) - sending.value
    method_id = difference_method(case, order, difference)
    if difference and method_id is None:
        return case.person("exchange", order_id=order.id, proposed="exchange")
    expedited = bool(case.answers.get("another_size"))
    ships = "at_once" if expedited else case.world.policies.returns.exchange_ships
    facts = {
        **_facts(case, sending),
        "swaps": [{"before": line_view(one.line, currency), "after": line_view(new, currency)} for one, new in swaps],
        "to_pay": Money(difference, currency) if difference > 0 else None,
        "back": Money(-difference, currency) if difference < 0 else None,
        "method": method_name(method_of(case.world.customer, method_id)),
        "ships": ships,
    }
    if not case.confirm("exchange", "exchange.summary", sources=order_sources(order), **facts):
        return case.end("return.kept", sources=order_sources(order), order=order_view(order))
    outcome = case.once(
        CreateReturn(
            order_id=order.id,
            lines=sending.lines,
            reason=sending.reason,
            words=sending.words,
            photos=sending.photos,
            remedy=Remedy.EXCHANGE,
            exchange_for=tuple(ExchangeFor(line_id=one.line.id, sku=new.sku) for one, new in swaps),
            price_difference=difference,
            difference_method_id=method_id,
            approved=_within_limit(case, sending),
            expedited=expedited,
        )
    )
    return _told(case, sending, outcome, "exchange.done", facts | {"new_number": outcome.data.get("new_number")})


def _money_back(case: Case, sending: Sending, remedy: Remedy) -> Ending:
    order, currency, policies = sending.order, sending.order.currency, case.world.policies
    method_id: str | None = None
    if remedy is Remedy.REFUND:
        allowed = refundable_to(order, case.world.customer, policies.returns.refund_to)
        if not allowed:
            return case.person("return", order_id=order.id, proposed="refund_method")
        method_id = refund_method(case, order, case.world.customer, allowed)
        if method_id != original_method(order) and not identity.trusted(case.world):
            identity.prove_by_code(case, order.customer_id)
    fee = policy.restocking_fee(sending.value, sending.reason, policies)
    facts = {
        **_facts(case, sending),
        "amount": Money(sending.value - fee, currency),
        "fee": Money(fee, currency) if fee else None,
        "method": method_name(method_of(case.world.customer, method_id)),
    }
    key = "return.summary" if remedy is Remedy.REFUND else "return.summary_credit"
    if not case.confirm("return", key, sources=order_sources(order), **facts):
        return case.end("return.kept", sources=order_sources(order), order=order_view(order))
    outcome = case.once(
        CreateReturn(
            order_id=order.id,
            lines=sending.lines,
            reason=sending.reason,
            words=sending.words,
            photos=sending.photos,
            remedy=remedy,
            refund_method_id=method_id,
            fee=fee,
            approved=_within_limit(case, sending),
        )
    )
    return _told(case, sending, outcome, "return.done", facts)


def _told(case: Case, sending: Sending, outcome: Outcome, key: str, facts: dict[str, Any]) -> Ending:
    """That it is on record and what to do now; above policy's limit, that a person looks at it first."""
    if outcome.status is not Status.DONE:
        return case.person("return_" + outcome.code, order_id=sending.order.id, proposed="return")
    if not _within_limit(case, sending):
        key = "return.to_approve"
    rules = case.world.policies.returns
    more = {
        "return_id": outcome.data["id"],
        "label": outcome.data.get("label"),
        "drop_off": rules.drop_off,
        "send_days": rules.send_within_days,
        "handling_days": rules.handling_days,
        "bank_days_least": case.world.policies.refunds.bank_days[0],
        "bank_days_most": case.world.policies.refunds.bank_days[1],
    }
    return case.end(key, sources=order_sources(sending.order), **facts, **more)


# -- what goes back ----------------------------------------------------------------------------------------------------


def _what(case: Case, *, ask_reason: bool = True) -> Sending | Verdict:
    """The order, the items and why, as far as policy lets them go back; else the verdict that refuses all of them."""
    order = which_order(case, lambda order: order.status is OrderStatus.DELIVERED or policy.has_left(order))
    case.focus = order.id
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    case.answers["order"] = order.id
    if order.status is OrderStatus.PENDING and not policy.has_left(order):
        _before_it_leaves(case, order)
    reason = policy.for_a_person(order, case.world.customer, case.world.policies)
    if reason:
        case.leave_to_person(reason, order_id=order.id, proposed="return")
    lines = [line for line in order.lines if line.quantity]
    verdicts = {line.id: _verdict(case, order, line) for line in lines}
    able = [line for line in lines if verdicts[line.id].granted]
    done = any(name.startswith("CreateReturn") for name in case.state.outcomes)
    if not able and not done:
        return verdicts[_meant(case, order).id]
    named = _named(case, order)
    refused = [line for line in named if not verdicts[line.id].granted]
    if refused and len(refused) == len(named) and not done:
        return verdicts[refused[0].id]
    for line in refused:
        verdict = verdicts[line.id]
        facts = {"order": order_view(order), "line": line_view(line, order.currency), "until": verdict.until}
        case.say(f"return.line_{verdict.code}", sources=order_sources(order), **facts)
    picked = which_lines(case, order, able or lines, "return.which", lambda line: policy.quantity_left(order, line))
    why, words = _reason(case, order, ask=ask_reason)
    rules = case.world.policies.returns
    if not policy.reason_accepted(why, rules.reasons):
        return policy.refused("policies.returns.reasons", "reason")
    if rules.ask_condition and why not in rules.condition_free_reasons and not _as_it_came(case, order):
        why = str(case.answers.get("heard", {}).get("reason"))
        if why not in rules.condition_free_reasons:
            return policy.refused("policies.returns.ask_condition", "used")
    photos = _photos(case, order) if why in rules.photo_reasons else ()
    return Sending(order, tuple(picked), why, words, photos)


def _before_it_leaves(case: Case, order: Order) -> None:
    """What has not left is changed or cancelled instead of sent back."""
    carried = {"wish": case.answers.get("wish") or {}, "heard": case.answers.get("heard") or {}}
    if (case.answers.get("wish") or {}).get("intent") == "exchange":
        case.turn_to("change_items", order=order.id, how="swap", **carried)
    offer = Question(
        "cancel_instead", Kind.YES_NO, "return.cancel_instead", _truth, {"order": order_view(order)}, YES_NO
    )
    if case.need(offer):
        case.turn_to("cancel_order", order=order.id, **carried)
    case.leave("return.kept", order=order_view(order))


def _verdict(case: Case, order: Order, line: Line) -> Verdict:
    return policy.returnable(order, line, product_of(case, line), case.world.policies, case.now)


def _named(case: Case, order: Order) -> list[Line]:
    return [line for line in named_lines(case, order) if line.quantity]


def _meant(case: Case, order: Order) -> Line:
    """The line that a refusal is about: one that was named, else the first."""
    return next(iter(_named(case, order)), order.lines[0])


def _reason(case: Case, order: Order, *, ask: bool) -> tuple[str, str]:
    """Why, as one of policy's reasons and in the customer's words; not asked for where another variant says enough."""
    rules = case.world.policies.returns
    heard = case.answers.get("heard", {}).get("reason")
    if not rules.ask_reason or (not ask and not rules.reasons):
        return heard or "other", ""
    offered = rules.reasons or USUAL
    taken = dict.fromkeys((*offered, "other", *(() if rules.reasons else get_args(Reason))))
    question = Question(
        "reason",
        Kind.REASON,
        "return.reason",
        _given,
        {"order": order_view(order)},
        tuple(Choice(id=reason, title="") for reason in taken),
        presumed={"reason": heard, "words": ""} if heard else None,
        unshown=tuple(reason for reason in taken if reason not in (*offered, "other")),
        early=True,
    )
    return case.need(question)


def _given(answer: Json) -> tuple[str, str] | None:
    return (str(answer["reason"]), str(answer.get("words") or "")) if isinstance(answer, dict) else None


def _as_it_came(case: Case, order: Order) -> bool:
    facts = {"order": order_view(order)}
    return case.need(Question("as_it_came", Kind.YES_NO, "return.condition", _truth, facts, YES_NO, sort=Sort.INTACT))


def _photos(case: Case, order: Order) -> tuple[str, ...]:
    sent = {"photos": case.heard("photos")} if case.heard("photos") else None
    facts = {"order": order_view(order)}
    question = Question("photo", Kind.PHOTO, "return.photo", _sent, facts, presumed=sent)
    return case.need(question)


def _sent(answer: Json) -> tuple[str, ...] | None:
    return tuple(answer.get("photos", ())) if isinstance(answer, dict) else None


# -- for what ----------------------------------------------------------------------------------------------------------


def _offered_another_size(case: Case, sending: Sending) -> bool:
    """For a wrong size the right one by express is offered before anything else."""
    rules = case.world.policies.returns
    if sending.reason not in KEPT or not rules.expedite_wrong_size or Remedy.EXCHANGE.value not in rules.remedies:
        return False
    if not all(_others(case, one.line) for one in sending.picked):
        return False
    facts = {"order": order_view(sending.order), "lines": _line_views(sending)}
    return case.need(
        Question("another_size", Kind.YES_NO, "return.another_size", _truth, facts, YES_NO, sort=Sort.OFFER)
    )


def _remedy(case: Case, sending: Sending) -> Remedy:
    rules = case.world.policies.returns
    offered = [Remedy(one) for one in rules.remedies]
    if Remedy.EXCHANGE in offered and not any(_others(case, one.line) for one in sending.picked):
        offered.remove(Remedy.EXCHANGE)
    if not offered:
        case.leave_to_person("return", order_id=sending.order.id, proposed="remedy")
    if rules.exchange_first and Remedy.EXCHANGE in offered:
        offered.sort(key=lambda one: one is not Remedy.EXCHANGE)
    question = Question(
        "remedy",
        Kind.CHOICE,
        "return.remedy",
        lambda answer: Remedy(answer) if answer in {one.value for one in offered} else None,
        {"order": order_view(sending.order), "lines": _line_views(sending)},
        tuple(Choice(id=one.value, title="") for one in offered),
        presumed=offered[0].value if len(offered) == 1 else _wished_remedy(case, offered),
        sources=order_sources(sending.order),
        early=True,
    )
    return case.need(question)


def _wished_remedy(case: Case, offered: Sequence[Remedy]) -> str | None:
    wished = (case.answers.get("wish") or {}).get("intent")
    return wished if wished in {Remedy.REFUND.value, Remedy.EXCHANGE.value} and Remedy(wished) in offered else None


def _others(case: Case, line: Line) -> bool:
    """Whether another variant of it is in stock."""
    product = product_of(case, line)
    return product is not None and any(one.sku != line.sku and one.stock != 0 for one in product.variants)


def _instead(case: Case, sending: Sending, one: Picked) -> Line:
    """The line as it shall be sent in place of this one."""
    wanted = heard_options(case, one.line, alone=len(sending.picked) == 1)
    product = wanted_product(case, one.line, sending.order, case.world.policies.returns.exchange_for)
    variant = which_variant(case, sending.order, one.line, product, wanted) if product else None
    if product is None or variant is None:
        case.say("items.no_other", line=line_view(one.line, sending.order.currency))
        case.leave_to_person("exchange", order_id=sending.order.id, proposed="exchange")
    return in_place_of(one.line, product, variant, one.line.quantity)


# -- what is told ------------------------------------------------------------------------------------------------------


def _refuse(case: Case, verdict: Verdict) -> Ending:
    order = case.world.order(str(case.answers["order"]))
    assert order is not None
    line = _meant(case, order)
    if verdict.code in ("reason", "used"):
        facts: dict[str, Any] = {"order": order_view(order), "accepted": list(case.world.policies.returns.reasons)}
    else:
        facts = {"order": order_view(order), "line": line_view(line, order.currency), "until": verdict.until}
    facts["sources"] = order_sources(order)
    return case.refuse(f"return.refused_{verdict.code}", verdict.rule, about=order.id, proposed="return", **facts)


def _facts(case: Case, sending: Sending) -> dict[str, Any]:
    return {
        "order": order_view(sending.order),
        "lines": _line_views(sending),
        "reason": sending.reason,
        "postage": policy.postage_paid_by(sending.reason, case.world.policies),
    }


def _line_views(sending: Sending) -> list[dict[str, Any]]:
    return [line_view(one.line, sending.order.currency) | {"quantity": one.quantity} for one in sending.picked]


def _within_limit(case: Case, sending: Sending) -> bool:
    return sending.value <= case.world.policies.returns.auto_limit


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None
