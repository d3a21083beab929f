"""Something of the catalogue on top of what an order that has not left holds already."""

from collections.abc import Sequence

from bot.facts import order_sources, product_view
from bot.flows.lines import MOST, variant_choice
from bot.flows.products import source_of, words_of
from bot.flows.which import named_lines
from bot.model import Kind
from bot.naming import variants_said
from bot.records import Line, Order, Product, Variant
from bot.story import Case, Question


def wished_for(case: Case, order: Order) -> tuple[Product, ...]:
    """The products that the words name to come on top, none of them in the order: a further piece of what is in it is
    another number of it."""
    if "adding" in case.answers:
        known = [case.world.records.product(str(one)) for one in case.answers["adding"]]
        return tuple(product for product in known if product)
    if not is_on_top(case) or named_lines(case, order) or "lines" in case.answers:
        return ()
    skus = {line.sku for line in order.lines}
    found = [
        product
        for product in case.world.records.find_products(words_of(case))
        if not skus & {variant.sku for variant in product.variants}
    ]
    if found:
        case.answers["adding"] = [product.id for product in found]
    return tuple(found)


def is_on_top(case: Case) -> bool:
    return bool((case.answers.get("heard") or {}).get("on_top"))


def so_many_more(case: Case, line: Line) -> int:
    """How many more of the line are wished for; none where another number of it is."""
    if not is_on_top(case):
        return 0
    said = next((item["quantity"] for item in case.heard("items") if line.id in item["ids"]), None)
    return int(said or case.answers["heard"].get("quantity") or 1)


def new_lines(case: Case, order: Order, products: Sequence[Product]) -> list[Line]:
    """A line for each, its variant asked for where the words leave it open; what is not in stock is told."""
    lines = []
    for product in products:
        variant = _variant(case, order, product)
        if variant is None:
            case.say("items.not_in_stock", sources=source_of(product), product=product_view(product))
            continue
        heard = case.answers.get("heard", {}).get("quantity") if len(products) == 1 else None
        quantity = min(int(heard or 1), case.world.policies.change.max_quantity, variant.stock or int(heard or 1))
        lines.append(
            Line(
                id=f"+{product.id}",
                product_id=product.id,
                sku=variant.sku,
                title=product.title,
                options=variant.options,
                quantity=quantity,
                price=variant.price,
            )
        )
    return lines


def _variant(case: Case, order: Order, product: Product) -> Variant | None:
    able = [one for one in product.variants if one.stock != 0 and one.currency == order.currency]
    if not able:
        return None
    said = variants_said(product.model_copy(update={"variants": tuple(able)}), words_of(case))
    rest = [one for one in able if one not in said]
    question = Question(
        f"variant-{product.id}",
        Kind.VARIANT,
        "items.which_new",
        lambda answer: next((one for one in able if one.sku == answer), None),
        {"product": product_view(product)},
        tuple(variant_choice(one) for one in (*said[:MOST], *rest)),
        presumed=said[0].sku if len(said) == 1 else None,
        sources=(*order_sources(order), *source_of(product)),
        unshown=tuple(one.sku for one in rest),
    )
    return case.need(question)
