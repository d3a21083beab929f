"""What would come back, or cost more, if: told by a rehearsal that writes nothing, and then offered to be done.

Beside an open matter the answer is about what that matter proposes, and the matter goes on; else the story that would
do it is offered, which asks for its own clear yes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import identity
from bot.facts import View, order_sources, variant_view
from bot.flows.rehearsal import Rehearsed, question_of, rehearse
from bot.flows.sums import totals
from bot.flows.which import which_orders
from bot.model import Json, Kind, Sort, Source
from bot.paying import method_name
from bot.records import Line, Money, Order, OrderStatus
from bot.story import YES_NO, Case, Ending, Question

CANCEL, RETURN, REMOVE = "cancel", "return", "remove"
#: The matters whose proposal an amount can be asked of.
WITH_MONEY = frozenset({"cancel_order", "return", "exchange", "change_items"})
DECIDING = ("variant-", "amount-", "items-", "exchange-", "how", "another_size")  # answers that another wish changes
ITEMS = ("items", "options", "products")


def what_comes_back(case: Case, orders: Sequence[Order], how: str) -> Ending | None:
    """What a cancellation or return, said or open, would give back; None where neither is spoken of."""
    beside = _open_matter(case)
    named = _lines_named(case, orders)
    if not how and beside and not named and not case.heard("order_numbers"):
        return about_open_matter(case)
    if not how and not (beside and named):
        return None
    if how == REMOVE:
        out = set(case.heard("left_out"))  # "without the lamp" leaves it out
        left = [(order, line) for order in orders for line in order.lines if line.id in out and line.quantity]
        return _without(case, left or named)
    if not how:
        how = CANCEL if beside.get("flow") == "cancel_order" else RETURN
    if how == CANCEL:
        if beside.get("flow") == "cancel_order" and not case.heard("order_numbers") and not _scope(case):
            return about_open_matter(case)
        chosen = own_only(case, which_orders(case, lambda order: order.status is OrderStatus.PENDING))
        return _told_back(case, [(order, rehearse(case, "cancel_order", _cancelling(order))) for order in chosen], how)
    return _told_back(case, [(order, rehearse(case, "return", told)) for order, told in _going_back(case, orders)], how)


def about_open_matter(case: Case) -> Ending | None:
    """What the matter that is open would come to; None where none with money is."""
    beside = _open_matter(case)
    if not beside:
        return None
    if beside["flow"] == "return" and "order" not in beside["answers"]:
        back = _going_back(case, [order for order in case.world.orders if identity.owns(case.world, order)])
        return _told_back(case, [(order, rehearse(case, "return", told)) for order, told in back], RETURN)
    told = rehearse(case, beside["flow"], beside["answers"], beside["outcomes"])
    if told.key == "cancel.summary":
        numbers = {order["number"] for order in told.facts["orders"]}
        some = [order for order in case.world.orders if order.number in numbers]
        return _told_back(case, [(order, rehearse(case, "cancel_order", _cancelling(order))) for order in some], CANCEL)
    if told.key.startswith("return.summary"):
        order = _order_of(case, told)
        return _told_back(case, [(order, told)] if order else [], RETURN)
    return _told_difference(case, told)


def difference(case: Case, orders: Sequence[Order]) -> Ending:
    """What another version of a thing bought would cost more or less, of the open change or of a change like it."""
    beside = _open_matter(case)
    heard = case.answers.get("heard") or {}
    other = any(item["options"] for item in case.heard("items")) or heard.get("options")
    if (ending := _variants_offered(case)) and not other:
        return ending
    named = _lines_named(case, orders)
    if beside and beside["flow"] in ("change_items", "exchange") and not _elsewhere(beside, named):
        answers = _otherwise(beside["answers"], heard) if other else beside["answers"]
        if ending := _told_difference(case, rehearse(case, beside["flow"], answers, beside["outcomes"])):
            return ending
    elif beside and not other and (ending := about_open_matter(case)):
        return ending
    if named and other:
        order = next((one for one, _ in named if one.status is OrderStatus.PENDING), named[0][0])
        line_ids = [line.id for one, line in named if one is order]
        flow = "change_items" if order.status is OrderStatus.PENDING else "exchange"
        answers = {"order": order.id, "lines": [_whole(one) for one in line_ids], "heard": dict(heard), "how": "swap"}
        told = rehearse(case, flow, answers)
        offered = None if beside else (flow, answers)
        if ending := _told_difference(case, told, offered):
            return ending
    return case.go("product_question", **_known(case))


def keeping_only(case: Case, orders: Sequence[Order]) -> Ending:
    """What an order would come to with only the things named left in it."""
    named = _lines_named(case, orders)
    beside = _open_matter(case)
    if not named:
        return (about_open_matter(case) if beside else None) or case.go("order_confirmation", **_known(case))
    order = _first_pending(named)
    kept = {line.id for one, line in named if one is order}
    rest = [line for line in order.lines if line.quantity and line.id not in kept]
    return _taking_out(case, order, rest)


# -- which orders and things -------------------------------------------------------------------------------------------


def _open_matter(case: Case) -> dict[str, Any]:
    beside = case.answers.get("beside") or {}
    return beside if beside.get("flow") in WITH_MONEY else {}


def _elsewhere(beside: Mapping[str, Any], named: Sequence[tuple[Order, Line]]) -> bool:
    """Whether what is named is in none of the order that the open matter is about."""
    order_id = beside["answers"].get("order")
    return bool(named) and bool(order_id) and all(order.id != order_id for order, _ in named)


def _scope(case: Case) -> str:
    return str((case.answers.get("heard") or {}).get("scope") or "")


def _lines_named(case: Case, orders: Sequence[Order]) -> list[tuple[Order, Line]]:
    numbers = [str(number) for number in case.heard("order_numbers")]
    within = [order for number in numbers for order in identity.matching(orders, number)[:1]] or list(orders)
    ids = {*(line_id for item in case.heard("items") for line_id in item["ids"])} or {*case.heard("products")}
    return [(order, line) for order in within for line in order.lines if line.id in ids and line.quantity]


def own_only(case: Case, orders: Sequence[Order]) -> Sequence[Order]:
    """The orders, if everything may be told of each; else of the first only what its number and a contact show."""
    other = next((order for order in orders if not identity.owns(case.world, order)), None)
    if other is not None:
        case.turn_to("order_confirmation", order=other.id)
    return orders


def _first_pending(named: Sequence[tuple[Order, Line]]) -> Order:
    return next((order for order, _ in named if order.status is OrderStatus.PENDING), named[0][0])


def _cancelling(order: Order) -> dict[str, Json]:
    return {"order": order.id, "scope": "whole"}


def _whole(line_id: str) -> dict[str, Json]:
    return {"id": line_id, "quantity": None}


def _going_back(case: Case, orders: Sequence[Order]) -> list[tuple[Order, dict[str, Json]]]:
    """Of each order with things named these; of the open return its own too; else the whole of the orders named."""
    found: dict[str, list[Json]] = {}
    quantities = {line_id: item["quantity"] for item in case.heard("items") for line_id in item["ids"]}
    named = _lines_named(case, orders) or _lines_spoken_of(case, orders)
    there = [one for one in named if one[0].status is not OrderStatus.PENDING] or named
    for order, line in there:
        found.setdefault(order.id, []).append({"id": line.id, "quantity": quantities.get(line.id)})
    beside = _open_matter(case)
    if beside.get("flow") == "return" and (order_id := beside["answers"].get("order")):
        mine = found.setdefault(order_id, [])
        mine += [one for one in beside["answers"].get("lines") or [] if all(one["id"] != two["id"] for two in mine)]
    if not any(found.values()):
        several = own_only(case, which_orders(case, lambda order: order.status is OrderStatus.DELIVERED))
        found = {order.id: [_whole(line.id) for line in order.lines if line.quantity] for order in several}
    methods = {"methods": case.heard("methods")} if case.heard("methods") else {}
    meant = [order for order in orders if found.get(order.id)]
    return [(order, _returning(order, found[order.id], methods)) for order in meant]


def _returning(order: Order, lines: list[Any], heard: Mapping[str, Json]) -> dict[str, Json]:
    return {"order": order.id, "lines": lines, "heard": {**heard, "products": [one["id"] for one in lines]}}


def _lines_spoken_of(case: Case, orders: Sequence[Order]) -> list[tuple[Order, Line]]:
    """What the open matter names, whose order is not known yet."""
    known = (_open_matter(case).get("answers") or {}).get("heard") or {}
    ids = {line_id for item in known.get("items") or () for line_id in item["ids"]} or {*(known.get("products") or ())}
    return [(order, line) for order in orders for line in order.lines if line.id in ids and line.quantity]


def _without(case: Case, named: Sequence[tuple[Order, Line]]) -> Ending | None:
    if not named:
        return None
    order = _first_pending(named)
    return _taking_out(case, order, [line for one, line in named if one is order])


def _taking_out(case: Case, order: Order, lines: Sequence[Line]) -> Ending:
    """What the order would come to without these; of one that is with the customer, what sending them back gives."""
    if not lines:
        return case.go("order_confirmation", order=order.id)
    ids: list[Json] = [_whole(line.id) for line in lines]
    if order.status is not OrderStatus.PENDING:
        return _told_back(case, [(order, rehearse(case, "return", _returning(order, ids, {})))], RETURN)
    answers = {"order": order.id, "lines": ids, "how": "remove", "heard": {}}
    told = rehearse(case, "change_items", answers)
    ending = _told_difference(case, told, None if _open_matter(case) else ("change_items", answers))
    return ending or case.end()


def _otherwise(answers: Mapping[str, Json], heard: Mapping[str, Json]) -> dict[str, Json]:
    """What the open change knows, with another version wished for in place of the one before."""
    kept = {name: value for name, value in answers.items() if not name.startswith(DECIDING)}
    before = {name: value for name, value in (answers.get("heard") or {}).items() if name not in ITEMS}
    lines = [one["id"] for one in answers.get("lines") or []]
    told = [
        {**item, "ids": [one for one in item["ids"] if one in lines]} if lines else item
        for item in heard.get("items") or []
        if item["options"]
    ]
    wished = {"items": told} if told else {"options": heard.get("options") or {}}
    return {**kept, "heard": {**before, **wished}, **({"how": "swap"} if "how" in answers else {})}


# -- what is said ------------------------------------------------------------------------------------------------------


def _told_back(case: Case, told: Sequence[tuple[Order, Rehearsed]], how: str) -> Ending:
    """The parts and their sum; what cannot be done, with the rule's own words."""
    parts: list[View] = []
    for order, one in told:
        if one.person:
            case.say("money.decided", sources=order_sources(order), number=order.number)
        elif not one.key:
            for say in one.says:
                case.say(say.key, sources=say.sources, **say.facts)
        parts += _parts(case, order, one)
    if not parts:
        return case.end()
    able = [order for order, one in told if one.key]
    least, most = case.world.policies.refunds.bank_days
    case.say(
        "money.back",
        sources=tuple(source for order in able for source in order_sources(order)),
        parts=parts,
        totals=totals(part["amount"] for part in parts),
        how=how,
        bank_days_least=least,
        bank_days_most=most,
    )
    if len(able) == 1:
        case.focus = able[0].id
    heard: dict[str, Json] = {"order_numbers": [order.number for order in able]}
    if how == CANCEL and (len(able) > 1 or not _open_matter(case)):
        first = {"order": able[0].id} if len(able) == 1 else {}
        return _offer(case, "cancel_order", {**first, "heard": heard})
    if len(able) == 1 and how == RETURN:
        answers = next(one.answers for _, one in told if one.key)
        return _offer(case, "return", {name: answers[name] for name in ("order", "lines") if name in answers})
    return case.end()


def _parts(case: Case, order: Order, told: Rehearsed) -> list[View]:
    """`number contents amount fee method kind` of each sum that would go back."""
    facts = told.facts
    if told.key == "cancel.summary":
        return [{"number": order.number, "contents": None, "fee": None, **one} for one in facts["refunds"]]
    if told.key.startswith("return.summary"):
        methods = case.world.customer.payment_methods if case.world.customer else ()
        kinds = {method_name(method): method.kind for method in methods}
        kind = "store_credit" if told.key.endswith("credit") else kinds.get(facts["method"])
        contents = ", ".join(
            f"{line['quantity']} × {line['title']}" if line["quantity"] != 1 else line["title"]
            for line in facts["lines"]
        )
        kept = {name: facts[name] for name in ("amount", "fee", "method")}
        return [{"number": order.number, "contents": contents, "kind": kind, **kept}]
    return []


def _told_difference(case: Case, told: Rehearsed, offered: tuple[str, dict[str, Json]] | None = None) -> Ending | None:
    """What another version would come to; None where the rehearsal comes to nothing."""
    if told.person:
        order = case.world.order(case.focus) if case.focus else None
        return case.end("money.decided", number=order.number) if order else None
    facts = told.facts
    for say in told.says:
        case.say(say.key, sources=say.sources, **say.facts)
    if told.among and (ending := _priced(case, told.among)):
        return ending
    if told.key not in ("items.summary", "exchange.summary"):
        return case.end() if told.says else None
    order = _order_of(case, told)
    sources = order_sources(order) if order else ()
    if order:
        case.focus = order.id
    shown = {name: facts[name] for name in ("order", "to_pay", "back", "method")}
    if told.key == "items.summary":
        case.say("money.change", sources=sources, **shown, steps=facts["steps"], new_total=facts["new_total"])
    else:
        case.say("money.exchange", sources=sources, **shown, swaps=facts["swaps"])
    return _offer(case, *offered) if offered else case.end()


def _variants_offered(case: Case) -> Ending | None:
    """What each of the versions costs that are offered in the open question."""
    beside = _open_matter(case)
    asked = beside.get("asked") or {}
    if asked.get("kind") != Kind.VARIANT.value:
        return None
    question = question_of(case, beside["flow"], beside["answers"], beside["outcomes"])
    return _priced(case, question) if question else None


def _priced(case: Case, question: Question[Any]) -> Ending | None:
    """What each of the versions offered costs, and how much more or less than the one bought."""
    shown = [choice.id for choice in question.choices if choice.id not in question.unshown]
    product = case.world.records.product_of_sku(shown[0]) if shown else None
    if product is None:
        return None
    line = next((line for order in case.world.orders for line in order.lines if question.name.endswith(line.id)), None)
    priced = []
    for variant in (one for one in product.variants if one.sku in shown):
        more = variant.price - line.price if line else None
        priced.append(
            {
                **variant_view(product, variant),
                "more": Money(more, variant.currency) if more and more > 0 else None,
                "less": Money(-more, variant.currency) if more and more < 0 else None,
            }
        )
    return case.end("money.variants", sources=(Source(record=f"products/{product.id}"),), priced=priced)


def variants_offered(case: Case, orders: Sequence[Order]) -> Ending:
    return _variants_offered(case) or difference(case, orders)


def _order_of(case: Case, told: Rehearsed) -> Order | None:
    number = (told.facts.get("order") or {}).get("number")
    return next((order for order in case.world.orders if order.number == number), None)


def _offer(case: Case, flow: str, answers: Mapping[str, Json]) -> Ending:
    """Offers to do it, where nothing else is under way or wanted: the story asks for its own yes."""
    if case.answers.get("beside") or case.answers.get("followed"):
        return case.end()
    question = Question("do_it", Kind.YES_NO, "money.offer", _truth, choices=YES_NO, sort=Sort.OFFER)
    if not case.need(question):
        return case.end("acknowledged")
    return case.go(flow, **answers)


def _known(case: Case) -> dict[str, Json]:
    return {name: case.answers[name] for name in ("wish", "heard") if name in case.answers}


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None
