"""Reorder: the same item again, at today's price, from a reminder or on request; never without a clear yes."""

from typing import Any

from bot import identity
from bot.actions import Reorder
from bot.facts import line_view, order_view
from bot.flows.which import which_line, which_order
from bot.model import Choice, Json, Kind, Source, Status
from bot.records import Line, Money, Order, Variant
from bot.story import Case, Ending, Question

OFFERS = (Choice(id="again", title=""), Choice(id="other_amount", title=""), Choice(id="not_now", title=""))


def reorder(case: Case) -> Ending:
    """From "the usual, please" or our reminder to a new order in the shop's records."""
    order = which_order(case)
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    line = which_line(case, order, "reorder.which", order.lines)
    case.focus = order.id
    variant = _variant(case, line)
    if variant is None or (variant.stock is not None and variant.stock <= 0):
        return case.end("reorder.out_of_stock", order=order_view(order), line=line_view(line, order.currency))
    quantity = _quantity(case, order, line, variant)
    if quantity is None:
        return case.end("reorder.not_now")
    outcome = case.once(Reorder(order_id=order.id, line_id=line.id, quantity=quantity, price=variant.price))
    if outcome.status is not Status.DONE:
        return case.person("reorder_" + (outcome.code or outcome.status), order_id=order.id)
    total = Money(variant.price * quantity, variant.currency)
    return case.end(
        "reorder.done",
        new_number=outcome.data["number"],
        line=line_view(line, order.currency),
        quantity=quantity,
        total=total,
        sources=(Source(record=f"orders/{outcome.data['number']}"),),
    )


def _quantity(case: Case, order: Order, line: Line, variant: Variant) -> int | None:
    """How many, after price and total have been shown and agreed to; None for not now."""
    most = case.world.policies.reorder.max_quantity
    if variant.stock is not None:
        most = min(most, variant.stock)
    quantity = max(1, min(line.quantity, most))
    offered = f"offer@{variant.price}"  # another price is another offer
    if case.answers.get(offered) == "other_amount":
        quantity = case.need(
            Question(
                "quantity",
                Kind.NUMBER,
                "reorder.how_many",
                lambda answer: answer if isinstance(answer, int) and 1 <= answer <= most else None,
                {"most": most},
                refused="reorder.too_many",
            )
        )
    facts: dict[str, Any] = {
        "order": order_view(order),
        "line": line_view(line, order.currency),
        "quantity": quantity,
        "price": Money(variant.price, variant.currency),
        "total": Money(variant.price * quantity, variant.currency),
    }
    if case.answers.get(offered) == "other_amount":
        return quantity if case.confirm("amount", "reorder.confirm", **facts) else None
    key = "reorder.quote" if case.state.notice_id is None else "reorder.offer"
    offer = case.need(Question(offered, Kind.CHOICE, key, _offer, facts, OFFERS, binding=("again",)))
    if offer == "other_amount":
        return _quantity(case, order, line, variant)
    return quantity if offer == "again" else None


def _variant(case: Case, line: Line) -> Variant | None:
    product = case.world.records.product_of_sku(line.sku)
    return next((variant for variant in product.variants if variant.sku == line.sku), None) if product else None


def _offer(answer: Json) -> str | None:
    return answer if answer in {choice.id for choice in OFFERS} else None
