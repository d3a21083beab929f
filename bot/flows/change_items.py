"""Change the items of an order that has not left: another variant, fewer or more, one less, one added.

Everything wished for is put together first and read back once, with what it costs or gives back: a policy may let an
order's items be changed a single time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot import identity, policy
from bot.actions import ChangeLines, LineWanted
from bot.facts import line_view, order_sources, order_view
from bot.flows.adding import is_on_top, new_lines, so_many_more, wished_for
from bot.flows.change_order import refuse_change
from bot.flows.lines import (
    Picked,
    Wanted,
    heard_options,
    in_place_of,
    product_of,
    wanted_product,
    which_lines,
    which_variant,
)
from bot.flows.methods import difference_method
from bot.flows.which import which_order
from bot.model import Choice, Json, Kind, Status
from bot.paying import method_name, method_of
from bot.records import Line, Money, Order, OrderStatus
from bot.story import Case, Ending, Question

SWAP, REMOVE, AMOUNT = "swap", "remove", "amount"
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a line: `after` None where it goes, `before` None where it is new."""

    before: Line | None
    after: Line | None


def change_items(case: Case) -> Ending:
    """From "make it the blue one" to the order's lines as they shall be, the difference settled."""
    order = which_order(case, lambda order: order.status is OrderStatus.PENDING)
    case.focus = order.id
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    if "ChangeLines" not in case.state.outcomes:
        verdict = policy.items_changeable(order, case.world.policies, case.now)
        if verdict.code == "delivered":
            return case.go("exchange", order=order.id, wish=case.answers.get("wish") or {}, heard=_heard(case))
        if not verdict.granted:
            return refuse_change(case, order, verdict)
    reason = policy.for_a_person(order, case.world.customer, case.world.policies)
    if reason:
        return case.person(reason, order_id=order.id, proposed="change_items")
    steps = _steps(case, order)
    lines = _lines(order, steps)
    if not lines:
        return case.go("cancel_order", order=order.id, scope="whole")
    if lines == tuple(line for line in order.lines if line.quantity):
        return case.end("items.kept", order=order_view(order))
    return _change(case, order, steps, lines)


def _heard(case: Case) -> dict[str, Json]:
    return dict(case.answers.get("heard") or {})


def _change(case: Case, order: Order, steps: list[Step], lines: tuple[Line, ...]) -> Ending:
    difference = sum((line.price * line.quantity for line in lines), NOTHING) - order.total
    method_id = difference_method(case, order, difference)
    if difference and method_id is None:
        return case.person("change_items", order_id=order.id, proposed="change_items")
    facts = _facts(case, order, steps, lines, difference, method_id)
    if not case.confirm("items", "items.summary", sources=order_sources(order), **facts):
        return case.end("items.kept", sources=order_sources(order), order=order_view(order))
    known = {line.id for line in order.lines}
    wanted = tuple(
        LineWanted(line_id=line.id if line.id in known else None, sku=line.sku, quantity=line.quantity)
        for line in lines
    )
    outcome = case.once(ChangeLines(order_id=order.id, lines=wanted, difference=difference, method_id=method_id))
    if outcome.status is not Status.DONE:
        return case.person("change_items_" + outcome.code, order_id=order.id, proposed="change_items")
    return case.end("items.done", sources=order_sources(order), **facts)


def _steps(case: Case, order: Order) -> list[Step]:
    """What becomes of each line that was picked, or what comes on top of them."""
    products = wished_for(case, order)
    if products:
        if not case.world.policies.change.add:
            case.stop(_refuse_adding(case, order))
        return [Step(None, line) for line in new_lines(case, order, products)]
    lines = [line for line in order.lines if line.quantity]
    picked = which_lines(case, order, lines, "items.which", lambda line: line.quantity)
    wanted = {one.line.id: heard_options(case, one.line, alone=len(picked) == 1) for one in picked}
    swapped = {one.line.id for one in picked if wanted[one.line.id].options or f"variant-{one.line.id}" in case.answers}
    swapped |= {line_id for item in case.heard("items") if item.get("other") for line_id in item["ids"]}
    rest = [one for one in picked if one.line.id not in swapped]
    if rest and _shall_go(case) and not case.world.policies.change.remove:
        case.stop(_refuse_removing(case, order))
    how = _how(case, order, rest) if rest else SWAP
    steps: list[Step] = []
    for one in picked:
        if one.line.id in swapped or how == SWAP:
            steps += _swapped(case, order, one, wanted[one.line.id])
        elif how == REMOVE:
            left = one.line.quantity - one.quantity
            steps.append(Step(one.line, one.line.model_copy(update={"quantity": left}) if left else None))
        else:
            steps.append(_amount(case, order, one.line, more=so_many_more(case, one.line)))
    return steps


def _refuse_adding(case: Case, order: Order) -> Ending:
    sources, view = order_sources(order), order_view(order)
    rule = "policies.change.add"
    return case.refuse("items.not_added", rule, about=order.id, sources=sources, proposed="change_items", order=view)


def _refuse_removing(case: Case, order: Order) -> Ending:
    sources, view = order_sources(order), order_view(order)
    rule = "policies.change.remove"
    return case.refuse("items.not_removed", rule, about=order.id, sources=sources, proposed="change_items", order=view)


def _shall_go(case: Case) -> bool:
    """Whether it was said that these shall go out of the order."""
    heard = case.answers.get("heard", {})
    said = heard.get("removing") or heard.get("part")
    return case.answers.get("how") == REMOVE or bool(said and not is_on_top(case))


def _how(case: Case, order: Order, picked: Sequence[Picked]) -> str:
    """What shall be done with these: another variant, another number, or out they go."""
    rules = case.world.policies.change
    offered = (SWAP, AMOUNT, *((REMOVE,) if rules.remove else ()))
    heard = AMOUNT if is_on_top(case) else REMOVE if _shall_go(case) else None
    question = Question(
        "how",
        Kind.CHOICE,
        "items.how",
        lambda answer: str(answer) if answer in offered else None,
        {"order": order_view(order), "titles": [one.line.title for one in picked]},
        tuple(Choice(id=one, title="") for one in offered),
        presumed=heard,
        sources=order_sources(order),
        early=True,
    )
    return case.need(question)


def _swapped(case: Case, order: Order, one: Picked, wanted: Wanted) -> list[Step]:
    product = wanted_product(case, one.line, order, case.world.policies.change.swap_for)
    variant = which_variant(case, order, one.line, product, wanted) if product else None
    if product is None or variant is None:
        case.say("items.no_other", line=line_view(one.line, order.currency))
        case.leave_to_person("change_items", order_id=order.id, proposed="change_items")
    new = in_place_of(one.line, product, variant, one.quantity)
    stays = one.line.quantity - one.quantity
    if not stays:
        return [Step(one.line, new)]
    kept = one.line.model_copy(update={"quantity": stays})
    return [Step(one.line, kept), Step(one.line, new.model_copy(update={"id": f"{one.line.id}+"}))]


def _amount(case: Case, order: Order, line: Line, *, more: int = 0) -> Step:
    """Another number of the same, or so many more; more than before only at the price it was bought for."""
    most = max(case.world.policies.change.max_quantity, line.quantity)
    product = product_of(case, line)
    variant = next((one for one in product.variants if one.sku == line.sku), None) if product else None
    if variant is None or variant.price != line.price:
        most = line.quantity
    elif variant.stock is not None:
        most = min(most, line.quantity + variant.stock)
    question = Question(
        f"amount-{line.id}",
        Kind.NUMBER,
        "items.how_many",
        lambda answer: answer if isinstance(answer, int) and 0 <= answer <= most else None,
        {"line": line_view(line, order.currency), "most": most},
        presumed=line.quantity + more if more else case.answers.get("heard", {}).get("quantity"),
        refused="items.too_many",
        sources=order_sources(order),
        most=most,
    )
    number = case.need(question)
    return Step(line, line.model_copy(update={"quantity": number}) if number else None)


def _lines(order: Order, steps: Sequence[Step]) -> tuple[Line, ...]:
    """The order's lines as they shall be; a part that becomes another variant is a line of its own."""
    changed: dict[str, list[Line]] = {}
    for step in steps:
        if step.before:
            changed.setdefault(step.before.id, []).extend([step.after] if step.after else [])
    found: list[Line] = []
    for line in order.lines:
        if line.quantity:
            found += changed.get(line.id, [line])
    return (*found, *(step.after for step in steps if step.before is None and step.after))


def _facts(
    case: Case, order: Order, steps: Sequence[Step], lines: Sequence[Line], difference: Decimal, method_id: str | None
) -> dict[str, Any]:
    currency = order.currency
    total = sum((line.price * line.quantity for line in lines), NOTHING)
    rules = case.world.policies.change
    return {
        "order": order_view(order),
        "steps": [_step_view(step, currency) for step in steps if step.after != step.before],
        "new_total": Money(total, currency),
        "to_pay": Money(difference, currency) if difference > 0 else None,
        "back": Money(-difference, currency) if difference < 0 else None,
        "method": method_name(method_of(case.world.customer, method_id)),
        "last_time": rules.items_times is not None,
    }


def _step_view(step: Step, currency: str) -> dict[str, Json]:
    return {
        "before": line_view(step.before, currency) if step.before else None,
        "after": line_view(step.after, currency) if step.after else None,
    }
