"""What a test says is given, in full: records of the import format made of the short forms of tests/*.yaml. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.merchant.stories import GivenOrder, GivenSubscription, Story, line_parts, span_of
from bot.model import Channel

Json = dict[str, Any]

HOME = {"line1": "12 Alder Street", "city": "Portland", "region": "OR", "postcode": "97205", "country": "US"}
CUSTOMER = {
    "id": "c-maya",
    "first_name": "Maya",
    "last_name": "Okafor",
    "email": "maya@example.com",
    "phone": "+15035550100",
    "address": HOME,
}
OTHER = {
    "id": "c-ben",
    "first_name": "Ben",
    "last_name": "Carter",
    "email": "ben@example.com",
    "phone": "+15035550121",
    "address": HOME,
}
STRANGER = {"phone": "+15035550199", "email": "someone@example.net"}

#: What a carrier may say: status, reason, message, place.
SCANS: dict[str, tuple[str, str | None, str, str]] = {
    "label": ("pre_transit", None, "Label created", "Portland, OR"),
    "picked up": ("in_transit", None, "Picked up", "Portland, OR"),
    "sorted": ("in_transit", None, "Arrived at sorting center", "Memphis, TN"),
    "held up": ("in_transit", "delayed", "Delayed by weather", "Memphis, TN"),
    "in the van": ("out_for_delivery", None, "Out for delivery", "Portland, OR"),
    "at the point": ("available_for_pickup", None, "Ready for pick-up", "UPS Store, 88 Pine St"),
    "at the door": ("delivered", None, "Delivered, front door", "Portland, OR"),
    "nobody there": ("attempt_failed", "not_home", "Nobody at home", "Portland, OR"),
    "no such place": ("exception", "wrong_address", "Address cannot be found", "Memphis, TN"),
    "broken": ("exception", "damaged", "Package damaged in transit", "Memphis, TN"),
    "at customs": ("exception", "customs", "Held by customs", "Toronto, ON"),
    "sent back": ("returned_to_sender", "refused", "Returned to sender", "Portland, OR"),
}
#: State of an order → in how many hours it is promised, and what was said of its parcel how many hours ago.
PARCELS: dict[str, tuple[int, tuple[tuple[int, str], ...]]] = {
    "label_made": (72, ((3, "label"),)),
    "in_transit": (48, ((30, "picked up"), (5, "sorted"))),
    "stale": (48, ((90, "picked up"), (72, "sorted"))),
    "late": (-24, ((100, "picked up"), (6, "held up"))),
    "out_for_delivery": (7, ((40, "sorted"), (2, "in the van"))),
    "pickup": (-20, ((26, "in the van"), (4, "at the point"))),
    "delivered": (-24, ((30, "in the van"), (20, "at the door"))),
    "attempt_failed": (-3, ((8, "in the van"), (4, "nobody there"))),
    "wrong_address": (24, ((40, "picked up"), (5, "no such place"))),
    "damaged": (24, ((40, "picked up"), (5, "broken"))),
    "lost": (-120, ((240, "picked up"), (220, "sorted"))),
    "customs": (24, ((60, "picked up"), (20, "at customs"))),
    "returned": (-24, ((60, "in the van"), (20, "sent back"))),
}
DELIVERY = timedelta(days=4)  # from order to door, where an order placed long ago says nothing else


def records_of(story: Story, products: Sequence[Json], *, zone: str, currency: str) -> dict[str, list[Json]]:
    """Everything given in a story but the products, in the import format."""
    now = story.begins
    customer: Json = {**CUSTOMER, "time_zone": zone, "consents": _consents(story, now), **story.customer}
    owner = str(customer["id"])
    orders = [order_record(number, given, owner, now, products, currency) for number, given in story.orders.items()]
    orders += [
        order_record(number, given, str(OTHER["id"]), now, products, currency) for number, given in story.others.items()
    ]
    plans = [_plan(name, given, owner, now, products) for name, given in story.subscriptions.items()]
    customers = [customer, {**OTHER, "time_zone": zone}] if story.others else [customer]
    return {"customers": customers, "orders": orders, "subscriptions": plans}


def order_record(
    number: str, given: GivenOrder, customer: str, now: datetime, products: Sequence[Json], currency: str
) -> Json:
    """An order as it stands at `now`."""
    told = given.lines or (str(products[0]["title"]),)
    lines = [_line(f"o-{number}/{place}", line, products) for place, line in enumerate(told, 1)]
    placed = now - span_of(given.placed)
    total = str(sum((line["quantity"] * Decimal(line["price"]) for line in lines), Decimal(0)))
    paid = [{"kind": "payment", "amount": total, "method_id": given.paid}] if given.paid else []
    status = {"not_shipped": "pending", "cancelled": "cancelled", "delivered": "delivered"}.get(given.state, "shipped")
    return {
        "id": f"o-{number}",
        "number": number,
        "customer_id": customer,
        "placed_at": placed.isoformat(),
        "status": status,
        "currency": currency,
        "shipping_address": HOME,
        "lines": lines,
        "payments": paid,
        "shipments": [_parcel(number, given.state, lines, placed, now)] if given.state in PARCELS else [],
        **given.record,
    }


def parcel_for_news(order: Json) -> Json:
    """The order's first parcel, made where there is none yet."""
    if not order["shipments"]:
        order["shipments"].append(
            {"id": f"s-{order['number']}", "carrier": "UPS", "tracking_number": _code(order["number"]), "events": []}
        )
        order["shipments"][0]["line_ids"] = [line["id"] for line in order["lines"]]
    parcel: Json = order["shipments"][0]
    return parcel


def _parcel(number: str, state: str, lines: Sequence[Json], placed: datetime, now: datetime) -> Json:
    """What was delivered in an order placed long ago came in its time, not yesterday."""
    hours, scans = PARCELS[state]
    back = max(timedelta(0), now - placed - DELIVERY) if state == "delivered" else timedelta(0)
    events = []
    for ago, scan in scans:
        status, reason, message, place = SCANS[scan]
        at = (now - back - timedelta(hours=ago)).isoformat()
        events.append({"at": at, "status": status, "reason": reason, "message": message, "place": place})
    return {
        "id": f"s-{number}",
        "carrier": "UPS",
        "tracking_number": _code(number),
        "tracking_url": f"https://ups.example/{_code(number)}",
        "line_ids": [line["id"] for line in lines],
        "promised_at": (now - back + timedelta(hours=hours)).isoformat(),
        "events": events,
    }


def _code(number: str) -> str:
    return "UP" + "".join(letter for letter in number.upper() if letter.isalnum())


def _line(line_id: str, told: str, products: Sequence[Json]) -> Json:
    quantity, title, option = line_parts(told)
    product = next(one for one in products if one["title"] == title)
    variant = _variant(product, option)
    return {
        "id": line_id,
        "product_id": product["id"],
        "sku": variant["sku"],
        "title": title,
        "options": variant.get("options", {}),
        "quantity": quantity,
        "price": str(variant["price"]),
    }


def _variant(product: Json, option: str | None) -> Mapping[str, Any]:
    variants: Sequence[Mapping[str, Any]] = product["variants"]
    return next((one for one in variants if option in (one.get("options") or {}).values()), variants[0])


def _plan(name: str, given: GivenSubscription, customer: str, now: datetime, products: Sequence[Json]) -> Json:
    line = _line(name, given.of, products)
    return {
        "id": name,
        "customer_id": customer,
        "sku": line["sku"],
        "quantity": line["quantity"],
        "price": line["price"],
        "status": "active",
        "interval_days": given.every,
        "next_charge_at": (now + span_of(given.next)).isoformat(),
        "address": HOME,
        **given.record,
    }


def _consents(story: Story, now: datetime) -> list[Json]:
    given_at = (now - timedelta(days=90)).isoformat()
    return [
        {"channel": channel.value, "category": category, "given_at": given_at, "source": "checkout"}
        for channel in Channel
        if channel is not Channel.CHAT
        for category in story.agrees_to
    ]
