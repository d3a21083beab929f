"""The sample shop's data in the import format: 12 products, 25 customers, 60 orders in every
state, six subscriptions and loyalty points, dated from today.

Made from tables and never by chance, so that the same moment always gives the same shop. `script` is what the carriers
will report as the demo's clock moves on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

#: id, title, category, price, options of its variants, usage days, warranty months
PRODUCTS: tuple[tuple[str, str, str, str, tuple[dict[str, str], ...], int | None, int | None], ...] = (
    ("p-coffee", "Ridgeline Coffee Beans", "consumable", "18.00", ({"size": "1 kg"}, {"size": "500 g"}), 30, None),
    ("p-filter", "Clearwater Filter Cartridge", "consumable", "24.50", ({"pack": "2"},), 60, None),
    ("p-bottle", "Steel Water Bottle", "kitchen", "29.00", ({"colour": "moss"}, {"colour": "slate"}), None, 24),
    ("p-press", "Camp Coffee Press", "kitchen", "42.00", ({"colour": "black"},), None, 24),
    ("p-pitcher", "Clearwater Pitcher", "kitchen", "39.00", ({"size": "2 l"},), None, 24),
    ("p-jacket", "Drizzle Rain Jacket", "clothing", "119.00", ({"size": "S"}, {"size": "M"}, {"size": "L"}), None, 24),
    ("p-socks", "Merino Socks", "clothing", "19.00", ({"size": "M"}, {"size": "L"}), None, None),
    ("p-lamp", "Lantern Lamp", "home", "64.00", ({"colour": "brass"}, {"colour": "white"}), None, 24),
    ("p-blanket", "Picnic Blanket", "home", "55.00", ({"colour": "check"},), None, None),
    ("p-tent", "Two-Person Tent", "outdoor", "349.00", ({"colour": "green"},), None, 36),
    ("p-stove", "Pocket Stove", "outdoor", "74.00", ({"fuel": "gas"},), None, 24),
    ("p-pack", "Daypack 22", "outdoor", "89.00", ({"colour": "ochre"}, {"colour": "navy"}), None, 24),
)

#: first name, last name, city, region, postcode, time zone
PEOPLE: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("Maya", "Okafor", "Portland", "OR", "97205", "America/Los_Angeles"),
    ("Jonas", "Weber", "Denver", "CO", "80203", "America/Denver"),
    ("Lucia", "Romero", "Austin", "TX", "78701", "America/Chicago"),
    ("Tom", "Hughes", "Boston", "MA", "02116", "America/New_York"),
    ("Aisha", "Khan", "Chicago", "IL", "60614", "America/Chicago"),
    ("Pierre", "Martin", "Seattle", "WA", "98101", "America/Los_Angeles"),
    ("Hana", "Sato", "San Diego", "CA", "92103", "America/Los_Angeles"),
    ("Oliver", "Grant", "Miami", "FL", "33130", "America/New_York"),
    ("Elena", "Rossi", "New York", "NY", "10011", "America/New_York"),
    ("Samir", "Patel", "Houston", "TX", "77006", "America/Chicago"),
    ("Nora", "Lind", "Minneapolis", "MN", "55403", "America/Chicago"),
    ("Diego", "Vargas", "Phoenix", "AZ", "85004", "America/Phoenix"),
    ("Chloe", "Bennett", "Atlanta", "GA", "30309", "America/New_York"),
    ("Marek", "Novak", "Cleveland", "OH", "44113", "America/New_York"),
    ("Ruth", "Adler", "Philadelphia", "PA", "19103", "America/New_York"),
    ("Kofi", "Mensah", "Baltimore", "MD", "21201", "America/New_York"),
    ("Ines", "Costa", "Newark", "NJ", "07102", "America/New_York"),
    ("Finn", "Larsen", "Salt Lake City", "UT", "84101", "America/Denver"),
    ("Grace", "Liu", "San Francisco", "CA", "94110", "America/Los_Angeles"),
    ("Adam", "Kowalski", "Hartford", "CT", "06103", "America/New_York"),
    ("Zoe", "Papadakis", "Tulsa", "OK", "74103", "America/Chicago"),
    ("Ben", "Carter", "Nashville", "TN", "37203", "America/Chicago"),
    ("Leila", "Haddad", "Detroit", "MI", "48226", "America/Detroit"),
    ("Victor", "Dumas", "New Orleans", "LA", "70112", "America/Chicago"),
    ("Amy", "Park", "Jackson", "MS", "39201", "America/Chicago"),
)

#: Who has said yes to reviews and marketing, by place in PEOPLE: everyone but every fifth.
SILENT_EVERY = 5

#: Subscriber by place in PEOPLE, product, variant, how many, every how many days, next charge in days, status.
SUBSCRIPTIONS: tuple[tuple[int, str, int, int, int, int, str], ...] = (
    (0, "p-coffee", 0, 1, 30, 9, "active"),
    (0, "p-filter", 0, 1, 60, 25, "active"),
    (1, "p-coffee", 1, 2, 14, 5, "active"),
    (2, "p-filter", 0, 1, 90, 40, "paused"),
    (4, "p-coffee", 0, 1, 45, 1, "active"),
    (7, "p-coffee", 1, 1, 30, 12, "cancelled"),
)

#: Points of those in the programme: everyone but every fourth.
OUTSIDE_EVERY = 4

#: How an order stands and how many hours ago it was placed. Each of the first twelve stands five times among the sixty.
STATES: tuple[tuple[str, int], ...] = (
    ("pending", 3),
    ("in_transit", 70),
    ("out_for_delivery", 96),
    ("delivered", 24 * 6),
    ("delivered", 24 * 24),
    ("late", 24 * 8),
    ("label_made", 30),
    ("attempt_failed", 24 * 4),
    ("two_parcels", 24 * 4),
    ("delivered", 24 * 60),
    ("cancelled", 24 * 3),
    ("stale", 24 * 6),
)
RARE: dict[int, tuple[str, int]] = {
    16: ("damaged", 24 * 4),
    20: ("wrong_address", 24 * 4),
    25: ("attempt_failed", 24 * 4),
    28: ("lost", 24 * 12),
    32: ("customs", 24 * 6),
    37: ("pickup", 24 * 5),
    44: ("returned", 24 * 9),
    49: ("pending", 24 * 5),
    55: ("no_tracking", 24 * 2),
}
CARRIERS = (
    ("UPS", "https://www.ups.com/track?tracknum="),
    ("USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels="),
    ("FedEx", "https://www.fedex.com/fedextrack/?trknbr="),
)
ORDERS = 60

#: Hours after dispatch, status, reason, message, place ("" is the customer's city); cut off where the order stands.
ROUTE: tuple[tuple[int, str, str | None, str, str], ...] = (
    (0, "pre_transit", None, "Label created", "Portland, OR"),
    (8, "in_transit", None, "Picked up by carrier", "Portland, OR"),
    (30, "in_transit", None, "Arrived at sorting centre", "Memphis, TN"),
    (66, "out_for_delivery", None, "Out for delivery", ""),
    (72, "delivered", None, "Delivered, front door", ""),
)
#: State → how many steps of ROUTE have happened, and the step that went wrong after them.
STANDS: dict[str, tuple[int, tuple[str, str | None, str] | None]] = {
    "label_made": (1, None),
    "in_transit": (3, None),
    "late": (3, ("exception", "weather", "Delayed by weather")),
    "stale": (3, None),
    "out_for_delivery": (4, None),
    "delivered": (5, None),
    "attempt_failed": (4, ("attempt_failed", "not_home", "Nobody at home")),
    "damaged": (3, ("exception", "damaged", "Package damaged in transit")),
    "wrong_address": (3, ("exception", "wrong_address", "Address cannot be found")),
    "lost": (3, None),
    "customs": (3, ("exception", "customs", "Held by customs")),
    "pickup": (4, ("available_for_pickup", None, "Ready for pick-up")),
    "returned": (4, ("returned_to_sender", "refused", "Returned to sender")),
    "two_parcels": (3, None),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something a carrier will report: when, for which parcel of which order."""

    at: datetime
    order_id: str
    shipment_id: str
    event: Json


def sample(now: datetime) -> Json:
    """The whole shop as of this moment."""
    return {
        "as_of": now.isoformat(),
        "customers": [_customer(place, now) for place in range(len(PEOPLE))],
        "products": [_product(place) for place in range(len(PRODUCTS))],
        "orders": [_order(place, now) for place in range(ORDERS)],
        "subscriptions": [_subscription(place, now) for place in range(len(SUBSCRIPTIONS))],
    }


def script(now: datetime) -> list[Step]:
    """What happens next to every parcel that is on its way without trouble, in order of time."""
    return sorted(_steps(now), key=lambda step: step.at)


def _steps(now: datetime) -> Iterator[Step]:
    for place in range(ORDERS):
        state, age = _state(place)
        if state not in ("label_made", "in_transit", "out_for_delivery", "two_parcels"):
            continue
        done, _ = STANDS[state]
        order = _order(place, now)
        for shipment in order["shipments"]:
            for hours, status, reason, message, town in ROUTE[done:]:
                at = max(_dispatched(now, age) + timedelta(hours=hours), now + timedelta(hours=2 + hours / 12))
                event = _event(at, status, reason, message, town or PEOPLE[place % len(PEOPLE)][2])
                yield Step(at, order["id"], shipment["id"], event)


def _customer(place: int, now: datetime) -> Json:
    first, last, city, region, postcode, zone = PEOPLE[place]
    given = (now - timedelta(days=90)).isoformat()
    consents = [
        {"channel": channel, "category": category, "given_at": given, "source": "checkout"}
        for channel in ("whatsapp", "sms", "email")
        for category in ("review", "marketing")
    ]
    return {
        "id": f"c-{place + 1:02}",
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@example.com".lower(),
        "phone": f"+1503555{100 + place:04}",
        "language": "en",
        "time_zone": zone,
        "address": {
            "line1": f"{12 + 7 * place} Alder Street",
            "city": city,
            "region": region,
            "postcode": postcode,
            "country": "US",
        },
        "payment_methods": [
            {"id": f"card-{place + 1:02}", "kind": "credit_card", "label": "Visa", "last4": f"{4200 + place}"}
        ],
        "loyalty": _loyalty(place),
        "consents": [] if place % SILENT_EVERY == SILENT_EVERY - 1 else consents,
    }


def _loyalty(place: int) -> Json | None:
    if place % OUTSIDE_EVERY == OUTSIDE_EVERY - 1:
        return None
    points = (620 + 370 * place) % 1900
    return {"tier": "Oak" if points >= 1500 else "Fern" if points >= 500 else "Seedling", "points": points}


def _subscription(place: int, now: datetime) -> Json:
    person, product, variant, quantity, every, days, status = SUBSCRIPTIONS[place]
    customer = _customer(person, now)
    return {
        "id": f"sub-{101 + place}",
        "customer_id": customer["id"],
        "sku": _sku(product, variant),
        "quantity": quantity,
        "interval_days": every,
        "next_charge_at": (now + timedelta(days=days)).isoformat(),
        "price": next(price for id_, _, _, price, *_ in PRODUCTS if id_ == product),
        "status": status,
        "address": customer["address"],
    }


def _product(place: int) -> Json:
    id_, title, category, price, variants, usage_days, warranty = PRODUCTS[place]
    return {
        "id": id_,
        "title": title,
        "category": category,
        "returnable": category != "consumable",
        "warranty_months": warranty,
        "usage_days": usage_days,
        "variants": [
            {
                "sku": _sku(id_, number),
                "options": options,
                "price": price,
                "currency": "USD",
                "stock": 0 if (place, number) == (5, 2) else 12 + 5 * place,
            }
            for number, options in enumerate(variants)
        ],
    }


def _sku(product_id: str, variant: int) -> str:
    return f"{product_id.removeprefix('p-').upper()}-{variant + 1}"


def _state(place: int) -> tuple[str, int]:
    return RARE.get(place, STATES[place % len(STATES)])


def _order(place: int, now: datetime) -> Json:
    state, age = _state(place)
    placed = now - timedelta(hours=age)
    lines = _lines(place)
    total = str(sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0)))
    shipments = _shipments(place, lines, now)
    status = {"pending": "pending", "cancelled": "cancelled", "delivered": "delivered"}.get(state, "shipped")
    customer = _customer(place % len(PEOPLE), now)
    return {
        "id": f"o-{1001 + place}",
        "number": f"FF-{1001 + place}",
        "customer_id": customer["id"],
        "placed_at": placed.isoformat(),
        "status": status,
        "currency": "USD",
        "shipping_address": customer["address"],
        "lines": lines,
        "payments": [
            {
                "kind": "payment",
                "amount": total,
                "method_id": customer["payment_methods"][0]["id"],
                "at": placed.isoformat(),
            }
        ],
        "shipments": shipments,
    }


def _lines(place: int) -> list[Json]:
    count = 2 if place % 3 == 0 or _state(place)[0] == "two_parcels" else 1
    lines = []
    for number in range(count):
        id_, title, _, price, variants, _, _ = PRODUCTS[(place * 5 + number * 7) % len(PRODUCTS)]
        variant = (place + number) % len(variants)
        lines.append(
            {
                "id": f"o-{1001 + place}/{number + 1}",
                "product_id": id_,
                "sku": _sku(id_, variant),
                "title": title,
                "options": variants[variant],
                "quantity": 2 if id_ == "p-socks" else 1,
                "price": price,
            }
        )
    return lines


def _dispatched(now: datetime, age: int) -> datetime:
    return now - timedelta(hours=age) + timedelta(hours=20)


def _shipments(place: int, lines: list[Json], now: datetime) -> list[Json]:
    state, age = _state(place)
    if state not in STANDS:
        return []
    groups = [[line] for line in lines] if state == "two_parcels" else [lines]
    return [_shipment(place, number, group, now, age) for number, group in enumerate(groups)]


def _shipment(place: int, number: int, lines: list[Json], now: datetime, age: int) -> Json:
    carrier, url = CARRIERS[place % len(CARRIERS)]
    code = f"{carrier[:2].upper()}{7001000 + place * 10 + number}"
    dispatched = _dispatched(now, age)
    days = {"late": 3, "stale": 7}.get(_state(place)[0], 4)
    return {
        "id": f"s-{1001 + place}-{number + 1}",
        "carrier": carrier,
        "service": "ground",
        "tracking_number": code,
        "tracking_url": url + code,
        "line_ids": [line["id"] for line in lines],
        "shipped_at": dispatched.isoformat(),
        "promised_at": (dispatched + timedelta(days=days)).isoformat(),
        "events": _events(place, now, age),
    }


def _events(place: int, now: datetime, age: int) -> list[Json]:
    state = _state(place)[0]
    done, trouble = STANDS[state]
    city = PEOPLE[place % len(PEOPLE)][2]
    dispatched = _dispatched(now, age)
    events = [
        _event(
            min(dispatched + timedelta(hours=hours), now - timedelta(hours=5 - step)),
            status,
            reason,
            text,
            town or city,
        )
        for step, (hours, status, reason, text, town) in enumerate(ROUTE[:done])
    ]
    if trouble:
        status, reason, text = trouble
        at = min(dispatched + timedelta(hours=70), now - timedelta(minutes=50))
        events.append(_event(at, status, reason, text, city))
    return events


def _event(at: datetime, status: str, reason: str | None, message: str, place: str) -> Json:
    return {"at": at.isoformat(), "status": status, "reason": reason, "message": message, "place": place}
