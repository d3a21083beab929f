"""Facts as templates see them: views of records, and the sources that a reply rests on (P4).

A view is a plain dict whose values are text, numbers, Money, aware datetimes, or further views; each name has one shape
everywhere. Nothing here words anything: that is the templates' part.
"""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.merchant.schema import ShopSettings
from bot.model import Source, Value
from bot.records import (
    Customer,
    Line,
    Money,
    Order,
    PostalAddress,
    Product,
    Shipment,
    Subscription,
    SubscriptionStatus,
    Variant,
)
from bot.subscribing import next_charge
from bot.tracking import Progress, State, progress_of

View = dict[str, Any]


def order_view(order: Order, *, private: bool = True) -> View:
    """`number placed_at status total lines summary count address`; with `private` False no address is in it."""
    return {
        "number": order.number,
        "placed_at": order.placed_at,
        "status": order.status.value,
        "total": Money(order.total, order.currency),
        "lines": [line_view(line, order.currency) for line in order.lines],
        "summary": summary(order.lines),
        "count": sum(line.quantity for line in order.lines),
        "address": address_text(order.shipping_address) if private else None,
    }


def line_view(line: Line, currency: str) -> View:
    """`title options quantity price name`; `options` is their values in one text, `name` is title and options."""
    options = ", ".join(line.options.values())
    return {
        "title": line.title,
        "options": options,
        "quantity": line.quantity,
        "price": Money(line.price, currency),
        "name": f"{line.title} ({options})" if options else line.title,
    }


def product_view(product: Product) -> View:
    """`title options[] variants[] price same_price in_stock`; a variant as variant_view.

    `price` is the lowest of what is in stock, else of all; None where nothing is priced. `options` are the names of the
    variants. `in_stock` says whether any of them is there.
    """
    there = [variant for variant in product.variants if has_stock(variant)] or list(product.variants)
    lowest = min(there, key=lambda variant: variant.price, default=None)
    return {
        "title": product.title,
        "variants": [variant_view(product, variant) for variant in product.variants],
        "options": [text for variant in product.variants if (text := ", ".join(variant.options.values()))],
        "price": Money(lowest.price, lowest.currency) if lowest else None,
        "same_price": len({variant.price for variant in product.variants}) <= 1,
        "in_stock": any(has_stock(variant) for variant in product.variants),
    }


def variant_view(product: Product, variant: Variant) -> View:
    """`name options price stock in_stock`; `stock` is None where the shop does not count."""
    options = ", ".join(variant.options.values())
    return {
        "name": f"{product.title} ({options})" if options else product.title,
        "options": options or None,
        "price": Money(variant.price, variant.currency),
        "stock": variant.stock,
        "in_stock": has_stock(variant),
    }


def has_stock(variant: Variant) -> bool:
    return variant.stock is None or variant.stock > 0


def plan_view(plan: Subscription, product: Product | None, currency: str, now: datetime) -> View:
    """`title options name quantity price charge interval_days next_charge_at status paused_until address`.

    `charge` is what a delivery costs. `next_charge_at` is None when nothing is charged, or when is not known; `status`
    is active, paused or cancelled as of this moment.
    """
    variant = next((one for one in product.variants if one.sku == plan.sku), None) if product else None
    title = product.title if product else plan.sku
    options = ", ".join(variant.options.values()) if variant else ""
    money = variant.currency if variant else currency
    return {
        "title": title,
        "options": options,
        "name": f"{title} ({options})" if options else title,
        "quantity": plan.quantity,
        "price": Money(plan.price, money),
        "charge": Money(plan.price * plan.quantity, money),
        "interval_days": plan.interval_days,
        "next_charge_at": next_charge(plan, now),
        "status": plan.standing(now).value,
        "paused_until": plan.paused_until if plan.standing(now) is SubscriptionStatus.PAUSED else None,
        "address": address_text(plan.address),
    }


def plan_sources(plan: Subscription, product: Product | None) -> tuple[Source, ...]:
    """The subscription and what it is of."""
    of = (Source(record=f"products/{product.id}"),) if product else ()
    return (Source(record=f"subscriptions/{plan.id}"), *of)


def summary(lines: tuple[Line, ...]) -> str:
    """`2 × Coffee Beans, Water Filter`, at most four titles."""
    parts = [f"{line.quantity} × {line.title}" if line.quantity != 1 else line.title for line in lines if line.quantity]
    return ", ".join(parts[:4]) + (f" +{len(parts) - 4}" if len(parts) > 4 else "")


def shipment_view(order: Order, shipment: Shipment, progress: Progress) -> View:
    """`carrier tracking_number tracking_url shipped_at promised_at delivered_at eta last stale since contents`.

    `eta` is the promised moment while it can still be kept. `last` is the newest tracking event (`at message place
    status reason`) or None. `stale` says that the carrier has been silent for longer than the shop's policy allows.
    `contents` names what is in the parcel when the order has several.
    """
    last = shipment.latest
    several = len(order.shipments) > 1
    return {
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
        "shipped_at": shipment.shipped_at,
        "promised_at": shipment.promised_at,
        "delivered_at": shipment.delivered_at,
        "eta": progress.eta,
        "stale": progress.stale,
        "last": {
            "at": last.at,
            "message": last.message,
            "place": last.place,
            "status": last.status.value,
            "reason": last.reason.value if last.reason else None,
        }
        if last
        else None,
        "contents": summary(tuple(line for line in order.lines if line.id in shipment.line_ids)) if several else None,
    }


def customer_view(customer: Customer | None) -> View:
    """`first_name name email phone`, for the shop's own people; customers' templates use `first_name` alone."""
    if customer is None:
        return {"first_name": None, "name": None, "email": None, "phone": None}
    name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
    return {
        "first_name": customer.first_name,
        "name": name or None,
        "email": customer.email,
        "phone": customer.phone,
    }


def shop_view(settings: ShopSettings) -> View:
    """`name voice website email`: always there as `shop` in every template."""
    return {
        "name": settings.name,
        "voice": settings.voice,
        "website": settings.website,
        "email": settings.handoff.email,
    }


def address_text(address: PostalAddress | None) -> str | None:
    """An address on one line, in the order it is written in the record."""
    if address is None:
        return None
    town = " ".join(part for part in (address.region, address.postcode) if part)
    parts = (address.line1, address.line2, address.city, town, address.country)
    return ", ".join(part for part in parts if part) or None


def order_sources(order: Order) -> tuple[Source, ...]:
    """The order and each of its parcels, with the moment of the newest tracking event."""
    parcels = tuple(
        Source(record=f"shipments/{shipment.id}", as_of=shipment.latest.at if shipment.latest else None)
        for shipment in order.shipments
    )
    return (Source(record=f"orders/{order.id}"), *parcels)


def masked(contact: str) -> str:
    """An email address or phone number with only enough left to recognise it by its owner."""
    if "@" in contact:
        name, _, domain = contact.partition("@")
        return f"{name[:1]}•••@{domain[:1]}•••.{domain.rsplit('.', 1)[-1]}"
    return "•••" + contact[-2:]


def encode(value: object) -> object:
    """`json.dumps(default=…)` for facts: how a fact is kept with the reply that said it."""
    match value:
        case Money():
            return {"amount": str(value.amount), "currency": value.currency}
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Value():
            return value.model_dump(mode="json")
        case set() | frozenset() | tuple():
            return list(value)
        case _:
            return asdict(value)  # type: ignore[call-overload]


__all__ = ["State", "View", "progress_of"]
