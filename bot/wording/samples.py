"""Sample facts: what each fact looks like with everything known, and with everything that may be missing, missing.

Built through the same views as the real ones (bot/facts.py), so that a template that passes here passes there.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.facts import customer_view, line_view, order_view, plan_view, product_view, shipment_view, variant_view
from bot.merchant.schema import TrackingPolicy
from bot.records import (
    Customer,
    Line,
    Money,
    Order,
    OrderStatus,
    PostalAddress,
    Product,
    Shipment,
    Subscription,
    SubscriptionStatus,
    TrackingEvent,
    TrackingReason,
    TrackingStatus,
    Variant,
)
from bot.tracking import progress_of

NOW = datetime(2026, 11, 25, 17, 40, tzinfo=UTC)
ZONE = "America/New_York"

_PLACE = PostalAddress(line1="12 Maple Street", city="Burlington", region="VT", postcode="05401", country="US")
_CUSTOMER = Customer(id="c-1", first_name="Dana", last_name="Reyes", email="dana@example.com", phone="+18025550142")
_LINES = (
    Line(
        id="l-1",
        sku="COF-HB-1",
        title="House Blend Coffee",
        options={"size": "1 lb"},
        quantity=2,
        price=Decimal("18.00"),
    ),
    Line(id="l-2", sku="FIL-3", title="Water Filter Cartridges", quantity=1, price=Decimal("29.50")),
)
_PARCEL = Shipment(
    id="s-1",
    carrier="UPS",
    service="Ground",
    tracking_number="1Z999AA10123456784",
    tracking_url="https://www.ups.com/track?tracknum=1Z999AA10123456784",
    line_ids=("l-1",),
    shipped_at=NOW - timedelta(days=2),
    promised_at=NOW + timedelta(days=2),
    events=(
        TrackingEvent(
            at=NOW - timedelta(hours=3, minutes=26),
            status=TrackingStatus.IN_TRANSIT,
            reason=TrackingReason.DELAYED,
            message="Delayed at facility",
            place="Albany, NY",
        ),
    ),
)
_BARE_PARCEL = Shipment(id="s-2", tracking_number="1Z999AA10123456784")
_ORDER = Order(
    id="o-1",
    number="1042",
    customer_id="c-1",
    placed_at=NOW - timedelta(days=3),
    status=OrderStatus.SHIPPED,
    currency="USD",
    shipping_address=_PLACE,
    lines=_LINES,
    shipments=(_PARCEL, _BARE_PARCEL),
)
_BARE_ORDER = _ORDER.model_copy(update={"shipments": (_BARE_PARCEL,), "shipping_address": None})

_PRODUCT = Product(
    id="p-1",
    title="House Blend Coffee",
    variants=(
        Variant(sku="COF-HB-1", options={"size": "1 lb"}, price=Decimal("18.00"), currency="USD", stock=3),
        Variant(sku="COF-HB-2", options={"size": "2 lb"}, price=Decimal("34.00"), currency="USD", stock=0),
    ),
)
_BARE_PRODUCT = _PRODUCT.model_copy(
    update={"variants": (Variant(sku="COF-HB-1", price=Decimal("18.00"), currency="USD"),)}
)


def _parcel_view(order: Order, shipment: Shipment) -> dict[str, Any]:
    view = shipment_view(order, shipment, progress_of(shipment, NOW, TrackingPolicy()))
    return view | ({"delivered_at": NOW - timedelta(hours=1)} if shipment.events else {})


def _line() -> dict[str, Any]:
    return line_view(_LINES[0], "USD")


_BAG = Product(
    id="p-1",
    title="House Blend Coffee",
    variants=(
        Variant(sku="COF-HB-1", options={"size": "1 lb"}, price=Decimal("18.00"), currency="USD"),
        Variant(sku="COF-HB-2", options={"size": "2 lb"}, price=Decimal("34.00"), currency="USD"),
    ),
)
_PLAN = Subscription(
    id="sub-1",
    customer_id="c-1",
    sku="COF-HB-1",
    quantity=2,
    interval_days=42,
    next_charge_at=NOW + timedelta(days=9),
    price=Decimal("18.00"),
    status=SubscriptionStatus.ACTIVE,
    address=_PLACE,
)
_PAUSED = _PLAN.model_copy(
    update={"status": SubscriptionStatus.PAUSED, "paused_until": NOW + timedelta(days=40), "sku": "COF-HB-2"}
)
_BARE_PLAN = _PLAN.model_copy(update={"address": None, "next_charge_at": NOW - timedelta(days=1)})


def _plan(plan: Subscription) -> dict[str, Any]:
    return plan_view(plan, _BAG, "USD", NOW)


#: Facts about subscriptions and loyalty, with everything known and with what may be missing, missing.
_PLANS: Mapping[str, Any] = {
    "plan": _plan(_PLAN),
    "plans": [_plan(_PLAN), _plan(_PAUSED)],
    "plan_steps": [{"before": _plan(_PLAN), "after": _plan(_PAUSED), "charged_at": NOW + timedelta(days=1)}],
    "percent": 10,
    "interval_days": 35,
    "payment_url": "https://example.com/account/payment",
    "loyalty": {
        "tier": "Fern",
        "points": 620,
        "next_tier": "Oak",
        "to_next_tier": 880,
        "rewards": [{"title": {"en": "$5 off your next order"}, "points": 250}],
        "next_reward": {"title": {"en": "free express shipping for a year"}, "points": 800},
        "to_next_reward": 180,
    },
}
_FEW_PLANS: Mapping[str, Any] = {
    "plan": _plan(_BARE_PLAN),
    "plans": [_plan(_BARE_PLAN)],
    "plan_steps": [{"before": _plan(_BARE_PLAN), "after": _plan(_BARE_PLAN), "charged_at": None}],
    "loyalty": {
        "tier": None,
        "points": 0,
        "next_tier": None,
        "to_next_tier": None,
        "rewards": [],
        "next_reward": None,
        "to_next_reward": None,
    },
}

#: Facts of answers about money, with everything known and with what may be missing, missing.
_TWENTY = Money(Decimal("20.00"), "USD")
_PART = {
    "number": "1042",
    "contents": "House Blend Coffee",
    "amount": Money(Decimal("65.50"), "USD"),
    "fee": Money(Decimal("3.00"), "USD"),
    "method": "visa 4242",
    "kind": "credit_card",
}
_FEW_OF_A_PART = {**_PART, "contents": None, "fee": None, "method": None, "kind": None}
_PRICED = {"name": "Merino Socks (L)", "price": _TWENTY, "more": Money(Decimal("3.00"), "USD"), "less": None}
_MONEY: Mapping[str, Any] = {
    "parts": [_PART, {**_PART, "number": "1038", "kind": "gift_card"}],
    "refunded": [_PART],
    "totals": [Money(Decimal("131.00"), "USD"), Money(Decimal("12.00"), "EUR")],
    "bought": [
        {"name": "House Blend Coffee (1 lb)", "quantity": 2, "price": _TWENTY, "cost": _TWENTY, "number": "1042"}
    ],
    "rank": "dearest",
    "balances": [{"name": "gift card", "amount": _TWENTY}],
    "names": ["visa 4242", "paypal"],
    "number": "1042",
    "how": "cancel",
    "priced": [_PRICED, {**_PRICED, "more": None, "less": Money(Decimal("3.00"), "USD")}],
}
_LITTLE_MONEY: Mapping[str, Any] = {
    "parts": [_FEW_OF_A_PART],
    "refunded": [],
    "totals": [Money(Decimal("65.50"), "USD")],
    "rank": "oldest",
    "balances": [{"name": "gift card", "amount": None}],
    "how": "return",
    "priced": [{**_PRICED, "more": None}],
}

FULL: Mapping[str, Any] = {
    **_PLANS,
    **_MONEY,
    "order": order_view(_ORDER),
    "orders": [order_view(_ORDER), order_view(_ORDER.model_copy(update={"number": "1038"}))],
    "shipment": _parcel_view(_ORDER, _PARCEL),
    "shipments": [_parcel_view(_ORDER, _PARCEL)],
    "eta": NOW + timedelta(days=2),
    "line": _line(),
    "damaged": [_line(), line_view(_LINES[1], "USD")],
    "customer": customer_view(_CUSTOMER),
    "first_name": "Dana",
    "languages": "English, Español",
    "amount": Money(Decimal("36.00"), "USD"),
    "price": Money(Decimal("18.00"), "USD"),
    "total": Money(Decimal("36.00"), "USD"),
    "quantity": 2,
    "most": 10,
    "asked_number": "1924",
    "new_number": "1042-R1",
    "method": "Visa ending in 4242",
    "bank_days_least": 5,
    "bank_days_most": 10,
    "ships_by": NOW + timedelta(days=2),
    "expected_by": NOW + timedelta(hours=4),
    "lost_on": NOW + timedelta(days=4),
    "wait_until": NOW + timedelta(days=2),
    "first_day": date(2026, 11, 26),
    "last_day": date(2026, 12, 2),
    "day": date(2026, 11, 27),
    "window": "9-12",
    "days": 7,
    "lacks": ["number", "postcode"],
    "new_address": "14 Maple Street, Burlington, VT 05401, US",
    "sent_to": "d***@e***.com",
    "code": "482913",
    "minutes": 10,
    "rating": 4,
    "publish_url": "https://example.com/reviews",
    # the product itself
    "title": "Camp Coffee Press",
    "products": ["Camp Coffee Press", "Lantern Lamp"],
    "product": product_view(_PRODUCT),
    "others": [variant_view(_PRODUCT, _PRODUCT.variants[1])],
    "accessories": ["House Blend Coffee", "Water Filter Cartridges"],
    "other": "House Blend Coffee",
    "asked": "something for my garden",
    "name": "House Blend Coffee (1 lb)",
    "below": Money(Decimal("15.00"), "USD"),
    "items": [
        {
            "title": "House Blend Coffee",
            "price": Money(Decimal("18.00"), "USD"),
            "same_price": False,
            "stock": 3,
            "reason": "compatible",
            "times": None,
        },
        {
            "title": "Water Filter Cartridges",
            "price": Money(Decimal("29.50"), "USD"),
            "same_price": True,
            "stock": None,
            "reason": "bought_together",
            "times": 4,
        },
    ],
    "manual_url": "https://example.com/guides/camp-coffee-press.pdf",
    "link": "https://example.com/guides/camp-coffee-press.pdf",
    "step": {"text": "Press the plunger down slowly.", "ask": "Does it go down now?"},
    "guide": {
        "title": "Your camp coffee press",
        "parts": [{"title": "The first cup", "steps": ["Warm the press.", "Add four spoons of coffee."]}],
    },
    "months": 24,
    "starts_on": date(2026, 11, 20),
    "ends_on": date(2028, 11, 20),
    "serial": "FF-2231-88",
    "symptom": "The plunger broke off.",
    "reason": "delivery_damaged",
    "summary": "The bag was torn and half of the beans are gone.",
    "way": "paypal",
    "condition": "only if it goes back to my card",
    "mood": "upset",
    "proposed": "decide_remedy",
    "transcript": [
        {"at": NOW - timedelta(minutes=4), "who": "customer", "text": "My coffee arrived torn open"},
        {"at": NOW - timedelta(minutes=4), "who": "bot", "text": "I am sorry. Could you send a photo?"},
    ],
    "text": "Any news on this?",
    "agent": "Robin",
    "notice_url": "https://example.com/privacy",
    "years": 7,
    "new_contact": "dana.reyes@example.net",
    "old_contact": "d***@e***.com",
    "channel": "whatsapp",
    "lines": [_line(), line_view(_LINES[1], "USD")],
    "titles": ["House Blend Coffee"],
    "until": NOW - timedelta(days=2),
    "accepted": ["no_longer_needed", "ordered_by_mistake"],
    "refunds": [
        {
            "amount": Money(Decimal("65.50"), "USD"),
            "method": "visa 4242",
            "kind": "credit_card",
            "status": "pending",
            "at": NOW,
        },
        {
            "amount": Money(Decimal("10.00"), "USD"),
            "method": "gift card",
            "kind": "gift_card",
            "status": "done",
            "at": NOW,
        },
    ],
    "steps": [
        {"before": _line(), "after": line_view(_LINES[0].model_copy(update={"options": {"size": "2 lb"}}), "USD")},
        {"before": line_view(_LINES[1], "USD"), "after": None},
        {"before": None, "after": line_view(_LINES[1], "USD")},
    ],
    "new_total": Money(Decimal("72.00"), "USD"),
    "to_pay": Money(Decimal("6.50"), "USD"),
    "back": Money(Decimal("6.50"), "USD"),
    "last_time": True,
    "wanted": "red, 2 lb",
    "old_method": "visa 4242",
    "old_kind": "card",
    "postage": "customer",
    "swaps": [
        {"before": _line(), "after": line_view(_LINES[0].model_copy(update={"options": {"size": "2 lb"}}), "USD")}
    ],
    "ships": "on_arrival",
    "fee": Money(Decimal("3.00"), "USD"),
    "return_id": "o-1-RET1",
    "label": "https://example.com/labels/o-1-RET1",
    "drop_off": "any UPS store",
    "send_days": 14,
    "handling_days": 5,
    "return_status": "received",
}

#: The same facts with everything missing that may be missing.
SPARSE: Mapping[str, Any] = {
    **FULL,
    **_FEW_PLANS,
    **_LITTLE_MONEY,
    "order": order_view(_BARE_ORDER, private=False),
    "orders": [order_view(_BARE_ORDER, private=False)],
    "shipment": _parcel_view(_BARE_ORDER, _BARE_PARCEL),
    "shipments": [_parcel_view(_BARE_ORDER, _BARE_PARCEL)],
    "eta": None,
    "customer": customer_view(None),
    "first_name": None,
    "method": None,
    "ships_by": None,
    "expected_by": None,
    "lost_on": None,
    "window": None,
    "sent_to": None,
    "notice_url": None,
    "old_contact": None,
    "publish_url": None,
    "product": product_view(_BARE_PRODUCT),
    "others": [],
    "accessories": [],
    "manual_url": None,
    "step": {"text": "Press the plunger down slowly.", "ask": None},
    "serial": None,
    "summary": None,
    "proposed": None,
    "transcript": [],
    "until": None,
    "accepted": [],
    "refunds": [
        {"amount": Money(Decimal("65.50"), "USD"), "method": None, "kind": None, "status": "pending", "at": None}
    ],
    "to_pay": None,
    "back": None,
    "last_time": False,
    "old_method": None,
    "old_kind": None,
    "postage": "shop",
    "ships": "at_once",
    "fee": None,
    "label": None,
    "drop_off": None,
}


def facts_for(names: tuple[str, ...], samples: Mapping[str, Any] = FULL) -> dict[str, Any]:
    return {name: samples[name] for name in names}


def missing_paths(full: Any, sparse: Any, path: str) -> Iterator[str]:
    """The dotted paths of a fact that may be not known: there in the full sample and None in the sparse one."""
    if full is not None and sparse is None:
        yield path
    elif isinstance(full, Mapping) and isinstance(sparse, Mapping):
        for name in full:
            yield from missing_paths(full[name], sparse.get(name), f"{path}.{name}")


def without(facts: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The facts with just this one not known."""
    name, _, rest = path.partition(".")
    if name not in facts:
        return dict(facts)
    inner = facts[name]
    return {**facts, name: without(inner, rest) if rest and isinstance(inner, Mapping) else None}


#: Every path that templates must ask for before they say it.
OPTIONAL = frozenset(path for name in FULL for path in missing_paths(FULL[name], SPARSE[name], name))
