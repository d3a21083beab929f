"""What goes with what was bought: made for it, or bought together with it by others; in stock, few, with the reason.

Never while anything is wrong: then nothing is sold, and that is said kindly.
"""

from collections.abc import Iterator
from datetime import timedelta

from bot.facts import View, product_view
from bot.flows.products import bought, source_of, which_product, words_of
from bot.model import Mood, Source
from bot.records import OPEN_RETURNS, Order, OrderStatus, Product
from bot.story import Case, Ending
from bot.tracking import PROBLEMS, progress_of

CLAIMS = ("claim", "warranty_claim")
MATTERS = frozenset({"delivery_problem", "warranty", "return", "exchange", "refund", "complaint"})


def recommendation(case: Case) -> Ending:
    """At most three things that fit, each with its reason, its price and its stock as they are on record."""
    policy = case.world.policies.recommendation
    if trouble(case):
        return case.end("recommend.not_now")
    product = which_product(case, "recommend.which", fits=lambda one: any(_fitting(case, one)))
    if product is None:
        return case.end("recommend.unknown", asked=words_of(case))
    found = [item for item, _ in zip(_fitting(case, product), range(policy.most), strict=False)]
    if not found:
        return case.end("recommend.none", sources=source_of(product), title=product.title)
    sources = tuple(Source(record=f"products/{one.id}") for one in (product, *(one for one, _ in found)))
    items = [_view(one, times) for one, times in found]
    return case.end("recommend.items", sources=sources, title=product.title, items=items)


def trouble(case: Case) -> str:
    """What is still unresolved with this customer, or nothing."""
    world = case.world
    if world.mood is not Mood.CALM:
        return "low_mood"
    if MATTERS & set(world.under_way):
        return "matter_open"
    if world.customer and world.records.open_handoffs(world.customer.id):
        return "handoff_open"
    return next((why for order in world.orders if (why := _trouble_of(case, order))), "")


def _trouble_of(case: Case, order: Order) -> str:
    policies = case.world.policies
    lately = case.now - timedelta(days=policies.recommendation.quiet_days)
    if any(back.status in OPEN_RETURNS for back in order.returns):
        return "return_open"
    if any(change.what in CLAIMS and change.at >= lately for change in order.changes):
        return "claim_open"
    if order.status is OrderStatus.CANCELLED:
        return ""
    states = (progress_of(parcel, case.now, policies.tracking).state for parcel in order.shipments)
    return "delivery_problem" if any(state in PROBLEMS for state in states) else ""


def _fitting(case: Case, product: Product) -> Iterator[tuple[Product, int]]:
    """What is made for it, in the merchant's order, then what others bought with it, with the number of orders; only
    what is in stock and not theirs already."""
    records, least = case.world.records, case.world.policies.recommendation.bought_together
    made_for = [(accessory, 0) for accessory in product.accessories]
    together = [(other, times) for other, times in records.bought_together(product.id) if times >= least]
    theirs = {one.id for one in bought(case)} | {product.id}
    for other, times in (*made_for, *together):
        if other in theirs:
            continue
        theirs.add(other)
        found = records.product(other)
        if found and product_view(found)["in_stock"]:
            yield found, times


def _view(product: Product, times: int) -> View:
    """`reason` is compatible, or bought_together in so many orders (`times`)."""
    view = product_view(product)
    return {
        "title": view["title"],
        "price": view["price"],
        "same_price": view["same_price"],
        "stock": _stock(product),
        "reason": "bought_together" if times else "compatible",
        "times": times or None,
    }


def _stock(product: Product) -> int | None:
    """How many there are of all variants; None where any of them is not counted."""
    counts = [variant.stock for variant in product.variants]
    return None if None in counts else sum(max(count, 0) for count in counts if count is not None)
