"""When the notices that come long after are due: the review prompt, and the reminder before a supply runs out.

Used to plan them and, just before sending, to see whether the moment is still the right one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from bot.hours import Whereabouts, closing, next_open
from bot.merchant.shop import Shop
from bot.notices.news import delivered_at
from bot.records import Line, Order, OrderStatus, Product

REPEATS = 2  # repeat orders before the customer's own interval counts for more than the product's
DAY = timedelta(days=1)

Products = Mapping[str, Product]


def review_window(order: Order, place: Whereabouts, shop: Shop) -> tuple[datetime, datetime] | None:
    """From the first good hour at least five days after the last delivery to the end of good hours on day seven."""
    delivered = delivered_at(order)
    if delivered is None or order.status is OrderStatus.CANCELLED or not any(line.quantity for line in order.lines):
        return None
    setting = shop.notices.review
    due = next_open(delivered + setting.after_days * DAY, place, setting.hours)
    until = closing(delivered + setting.until_days * DAY, place, setting.hours)
    return (due, until) if due and due < until else None


def reminder_window(
    order: Order, line: Line, history: Sequence[Order], products: Products, place: Whereabouts, shop: Shop
) -> tuple[datetime, datetime] | None:
    """From a good hour some days before this line's supply runs out until the reminder is of no use any more."""
    days = supply_days(line, history, products, shop)
    since = supply_starts(order, line)
    if days is None or since is None or order.status is OrderStatus.CANCELLED:
        return None
    setting = shop.notices.replenishment
    lasting = max(days - setting.lead_days, 1.0)
    due = next_open(since + lasting * DAY, place, setting.hours)
    return (due, due + setting.lapse_days * DAY) if due else None


def supply_days(line: Line, history: Sequence[Order], products: Products, shop: Shop) -> float | None:
    """How long this many last: by the customer's own interval where it is known, else by the product's usage period."""
    if line.quantity < 1:
        return None
    own = own_interval(line.sku, history)
    product = product_of(line, products)
    product_id = line.product_id or (product.id if product else None)
    entry = shop.catalog.get(product_id) if product_id else None
    usage = (entry.usage_days if entry else None) or (product.usage_days if product else None)
    if usage is None:
        return None
    return (own or usage) * line.quantity


def own_interval(sku: str, history: Sequence[Order]) -> float | None:
    """The median number of days one piece of this lasted the customer, from at least two repeat orders."""
    bought = sorted(
        (order.placed_at, sum(line.quantity for line in order.lines if line.sku == sku))
        for order in {order.id: order for order in history}.values()
        if is_purchase(order, [sku])
    )
    gaps = [(later - earlier) / DAY / pieces for (earlier, pieces), (later, _) in pairwise(bought) if later > earlier]
    return median(gaps) if len(gaps) >= REPEATS else None


def is_purchase(order: Order, skus: Iterable[str]) -> bool:
    """Whether any of these was truly bought with it: not cancelled, and not sent free of charge in place of another."""
    wanted = set(skus)
    bought = any(line.sku in wanted and line.quantity and line.price > Decimal(0) for line in order.lines)
    return bought and order.status is not OrderStatus.CANCELLED


def supply_starts(order: Order, line: Line) -> datetime | None:
    """When the line was delivered; when it was ordered, if nothing tracks it; None while its parcel is under way."""
    if not order.shipments:
        return order.placed_at
    carrying = [parcel for parcel in order.shipments if line.id in parcel.line_ids] or order.shipments
    moments = [parcel.delivered_at for parcel in carrying]
    return None if None in moments else max(moment for moment in moments if moment)


def product_of(line: Line, products: Products) -> Product | None:
    if line.product_id is not None and line.product_id in products:
        return products[line.product_id]
    having = (product for product in products.values() if any(variant.sku == line.sku for variant in product.variants))
    return next(having, None)
