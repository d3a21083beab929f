"""Notices that somebody asked for: when a product as it came in makes a wish true, and whether it still is.

A wish is told once, to the channel it came by; not when the thing was bought meanwhile.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.consent import Drop
from bot.facts import has_stock
from bot.merchant.shop import Shop
from bot.model import Json
from bot.notices.kinds import NoticeKind, Planned, setting_of
from bot.notices.truth import NoticeFacts, Truth
from bot.records import Alert, AlertKind, Order, OrderStatus, Product, Variant

KINDS = {AlertKind.BACK_IN_STOCK: NoticeKind.BACK_IN_STOCK, AlertKind.PRICE_DROP: NoticeKind.PRICE_DROP}
ALERTS = frozenset(KINDS.values())


def plan_alerts(
    alerts: Iterable[Alert], before: Product | None, after: Product, shop: Shop, now: datetime
) -> Iterator[Planned]:
    """A notice for each open wish that this news of a product makes true, and that was not true before it."""
    for alert in alerts:
        kind = KINDS[alert.what]
        setting = setting_of(shop, kind)
        came_true = fulfilled(alert, after) and not (before and fulfilled(alert, before))
        if setting.enabled and alert.closed_at is None and came_true:
            subject: dict[str, Json] = {"alert": alert.id, "product": after.id}
            expires = now + timedelta(hours=setting.fresh_hours)
            yield Planned(f"{kind}:{alert.id}:{now:%Y%m%dT%H%M%S}", kind, "", subject, now, expires)


def fulfilled(alert: Alert, product: Product) -> Variant | None:
    """The variant that makes the wish true: the cheapest of those there are."""
    meant = [one for one in product.variants if alert.sku in (None, one.sku) and has_stock(one)]
    if alert.what is AlertKind.PRICE_DROP:
        below = alert.below
        meant = [one for one in meant if below is not None and one.price < below and one.currency == alert.currency]
    return min(meant, key=lambda one: (one.price, one.sku), default=None)


def alert_truth(facts: NoticeFacts) -> Truth:
    """What may be told of it now, or why nothing is."""
    alert = facts.alert
    product = facts.products.get(alert.product_id) if alert else None
    if alert is None or product is None:
        return Drop("product_gone")
    if alert.closed_at is not None:
        return Drop("already_told")
    if any(_has(order, alert, product) for order in facts.orders):
        return Drop("bought_meanwhile")
    variant = fulfilled(alert, product)
    if variant is None:
        return Drop("superseded")
    return {"alert": alert.id, "product": product.id, "sku": variant.sku}


def _has(order: Order, alert: Alert, product: Product) -> bool:
    """Whether an order placed since the wish has what was wished for."""
    skus = {alert.sku} if alert.sku else {variant.sku for variant in product.variants}
    if order.placed_at <= alert.at or order.status is OrderStatus.CANCELLED:
        return False
    return any(line.quantity and line.sku in skus for line in order.lines)
