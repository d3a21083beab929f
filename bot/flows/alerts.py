"""News that was asked for: back in stock, or cheaper. Told once; the wish is then fulfilled."""

from bot.actions import CloseAlert
from bot.facts import variant_view
from bot.flows.products import source_of
from bot.records import Money
from bot.story import Case, Ended, Ending, Flow


def announce_back_in_stock(case: Case) -> Ending:
    return _announce(case, "notice.back_in_stock")


def announce_price_drop(case: Case) -> Ending:
    return _announce(case, "notice.price_drop")


def _announce(case: Case, key: str) -> Ending:
    """The product as it stands now; its price is the one of the variant that made it true."""
    product = case.world.records.product(str(case.answers["product"]))
    variant = next((one for one in product.variants if one.sku == case.answers["sku"]), None) if product else None
    if product is None or variant is None:
        return Ended()
    case.once(CloseAlert(alert_id=case.answers["alert"]))
    name = variant_view(product, variant)["name"]
    price = Money(variant.price, variant.currency)
    return case.end(key, sources=source_of(product), name=name, price=price)


STORIES: dict[str, Flow] = {
    "announce_back_in_stock": announce_back_in_stock,
    "announce_price_drop": announce_price_drop,
}
