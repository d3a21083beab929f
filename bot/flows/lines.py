"""Which lines of an order, how many of each, and which variant instead: what changes, returns and exchanges share."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from bot.facts import line_view, order_sources, order_view, product_view
from bot.flows.which import line_choices
from bot.model import Choice, Json, Kind, Source
from bot.records import Line, Order, Product, Variant
from bot.story import Case, Question
from bot.understanding.variants import fitting

MOST = 9  # choices in one question


@dataclass(frozen=True, slots=True)
class Picked:
    """A line and how many of it."""

    line: Line
    quantity: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What another variant shall have, as in model.NamedItem."""

    options: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The values as they may be said: no steps up or down, no price."""
        said = [value for name, value in self.options.items() if name != "rank" and value[:1] not in "+-"]
        return ", ".join(dict.fromkeys(said))


def which_lines(case: Case, order: Order, lines: Sequence[Line], key: str, left: Callable[[Line], int]) -> list[Picked]:
    """Some of these lines; `left` is how many of each there are to have. The only line need not be asked for."""
    presumed: Json = _heard_lines(case, lines)
    if presumed is None and len(lines) == 1:
        presumed = [{"id": lines[0].id, "quantity": case.answers.get("heard", {}).get("quantity")}]
    by_id = {line.id: line for line in lines}
    question = Question(
        "lines",
        Kind.ITEMS,
        key,
        lambda answer: _picked(answer, by_id, left),
        {"order": order_view(order, private=False), "lines": [line_view(line, order.currency) for line in lines]},
        line_choices(lines),
        presumed=presumed,
        sources=order_sources(order),
        early=True,
    )
    return case.need(question)


def heard_options(case: Case, line: Line, *, alone: bool) -> Wanted:
    """What is wanted of this line; what is said of no line in particular where it is the only one."""
    for item in case.heard("items"):
        if item["options"] and (line.id in item["ids"] or (alone and not item["ids"])):
            return Wanted(dict(item["options"]), tuple(item["keep"]))
    heard = case.answers.get("heard", {}).get("options") or {}
    return Wanted({name: value for name, value in heard.items() if line.options.get(name) != value} if alone else {})


def wanted_product(case: Case, line: Line, order: Order, others: str) -> Product | None:
    """The product wanted in the line's place: its own, or another one that is named where policy lets `others`, which
    is "product" or "variant", be; one that may not be is told. None where the line's is not in the catalogue."""
    own = product_of(case, line)
    said = next((item["other"] for item in case.heard("items") if item.get("other") and line.id in item["ids"]), None)
    found = case.world.records.find_products(str(said)) if said else ()
    other = next((one for one in found if own is None or one.id != own.id), None)
    if other is None or others == "product":
        return other or own
    facts = {"line": line_view(line, order.currency), "product": product_view(other)}
    case.say("lines.only_same", sources=(*order_sources(order), Source(record=f"products/{other.id}")), **facts)
    return own


def in_place_of(line: Line, product: Product, variant: Variant, quantity: int) -> Line:
    """The line with this variant in it."""
    new = {"sku": variant.sku, "options": variant.options, "price": variant.price, "quantity": quantity}
    return line.model_copy(update={**new, "product_id": product.id, "title": product.title})


def which_variant(case: Case, order: Order, line: Line, product: Product, wanted: Wanted) -> Variant | None:
    """Another variant of the product that is in stock: the one that fits what was said or the only one, else asked for.
    None: there is no other."""
    line = (
        line if product_of(case, line) == product else line.model_copy(update={"title": product.title, "options": {}})
    )
    able = [one for one in product.variants if one.stock != 0 and one.currency == order.currency]
    others = [one for one in able if one.sku != line.sku]
    if not others:
        return None
    stocked = product.model_copy(update={"variants": tuple(others)})
    fits = fitting(stocked, line, wanted.options, wanted.keep) if wanted.options else ()
    if wanted.words and not fits and f"variant-{line.id}" not in case.answers:
        case.say("lines.no_such_variant", line=line_view(line, order.currency), wanted=wanted.words)
    shown = list(fits or _nearest(others, line))[:MOST]
    sure = len(fits or others) == 1 or (fits and "rank" in wanted.options)
    rest = [one for one in others if one not in shown]
    question = Question(
        f"variant-{line.id}",
        Kind.VARIANT,
        "lines.which_variant",
        lambda answer: next((one for one in others if one.sku == answer), None),
        {"line": line_view(line, order.currency)},
        tuple(variant_choice(one) for one in (*shown, *rest)),
        presumed=shown[0].sku if sure else None,
        sources=order_sources(order),
        unshown=tuple(one.sku for one in rest),
    )
    return case.need(question)


def _nearest(variants: Sequence[Variant], line: Line) -> list[Variant]:
    """Those that differ least from what the customer has first."""
    alike = {one.sku: sum(line.options.get(name) == value for name, value in one.options.items()) for one in variants}
    return sorted(variants, key=lambda one: -alike[one.sku])


def variant_choice(variant: Variant) -> Choice:
    return Choice(id=variant.sku, title=", ".join(variant.options.values()) or variant.sku, words=())


def product_of(case: Case, line: Line) -> Product | None:
    records = case.world.records
    return (records.product(line.product_id) if line.product_id else None) or records.product_of_sku(line.sku)


def _heard_lines(case: Case, lines: Sequence[Line]) -> Json:
    """The lines that the customer's words name, with the numbers said; None where none is."""
    heard = case.answers.get("heard", {})
    if heard.get("everything"):
        return [{"id": line.id, "quantity": None} for line in lines if line.id not in case.heard("left_out")] or None
    theirs = {line.id for line in lines}
    items = [item for item in case.heard("items") if theirs & set(item["ids"])]
    said = {_first_of(item["ids"], theirs): item["quantity"] for item in items}
    wanted = set(case.heard("products"))
    named = [line for line in lines if line.id in said or (not said and line.id in wanted)]
    if not named and not said:
        named = [line for line in lines if line.product_id in wanted]
    single = case.answers.get("heard", {}).get("quantity") if len(named) == 1 else None
    return [{"id": line.id, "quantity": said.get(line.id) or single} for line in named] or None


def _first_of(ids: Sequence[str], theirs: Set[str]) -> str:
    return next(one for one in ids if one in theirs)


def _picked(answer: Json, by_id: Mapping[str, Line], left: Callable[[Line], int]) -> list[Picked] | None:
    if not isinstance(answer, list):
        return None
    picked = []
    for item in answer:
        line = by_id.get(item["id"])
        most = left(line) if line else 0
        if line is None or most < 1:
            return None
        picked.append(Picked(line, min(int(item.get("quantity") or most), most)))
    return picked or None
