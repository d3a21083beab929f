"""What the page is given to draw: values ready to be shown, made from the shop's records and the clock."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.facts import masked, summary
from bot.model import Channel
from bot.records import Customer, Order, OrderStatus, Shipment
from bot.tracking import order_state, progress_of
from console.demo.desk import Desk
from console.demo.plain import handoff_name, notice_name, spaced, why
from console.demo.tries import suggestions

Json = dict[str, Any]

#: What the page lets a carrier say of a parcel: title, status, reason, message.
CARRIER_SAYS: tuple[tuple[str, str, str | None, str], ...] = (
    ("Out for delivery", "out_for_delivery", None, "Out for delivery"),
    ("Delivered", "delivered", None, "Delivered, front door"),
    ("Nobody home", "attempt_failed", "not_home", "Nobody at home"),
    ("Address unknown", "exception", "wrong_address", "Address cannot be found"),
    ("Damaged", "exception", "damaged", "Package damaged in transit"),
    ("Delayed", "exception", "delayed", "Delayed at the depot"),
)
NOT_SENT = ("dropped", "failed")


def people_view(desk: Desk) -> Json:
    shop = desk.shop().settings
    return {"shop": shop.name, "people": [_person(desk, customer) for customer in desk.people()]}


def blank_view(desk: Desk) -> Json:
    """What there is to show before a customer is picked."""
    return {"now": desk.clock.now().isoformat(), "zone": desk.shop().settings.time_zone, "sent": desk.sent()}


def customer_view(desk: Desk, customer: Customer, channel: Channel) -> Json:
    zone = customer.time_zone or desk.shop().settings.time_zone
    entries = [entry for entry in desk.messages(customer.id) if entry.channel is channel]
    orders = desk.orders(customer.id)
    numbers = {order.id: order.number for order in orders}
    address = customer.email if channel is Channel.EMAIL else customer.phone
    return {
        "customer": customer.id,
        "channel": channel.value,
        "now": desk.clock.now().isoformat(),
        "zone": zone,
        "name": f"{customer.first_name} {customer.last_name}",
        "address": masked(address) if address else None,
        "sent": desk.sent(),
        "awaited": bool(entries) and entries[-1].inbound,
        "messages": [_message(desk, entry) for entry in entries],
        "suggestions": suggestions({state for order in orders for state in _states(desk, order)}),
        "orders": [_order(desk, order) for order in orders],
        "notices": [_notice(entry, numbers) for entry in _in_reading_order(desk.notices(customer.id))],
        "handoffs": [_handoff(entry) for entry in desk.handoffs(customer.id)],
    }


def message_of_carrier(status: object, reason: object) -> str | None:
    """What the carrier says with it; None for what no button of the page says."""
    return next((text for _, one, because, text in CARRIER_SAYS if (one, because) == (status, reason)), None)


def _person(desk: Desk, customer: Customer) -> Json:
    orders = desk.orders(customer.id)
    name = f"{customer.first_name} {customer.last_name}"
    numbers = " ".join(order.number for order in orders)
    about = ", ".join(dict.fromkeys(state for order in orders for state in _states(desk, order))) or "no orders"
    return {"id": customer.id, "name": name, "about": about, "search": f"{name} {customer.phone} {numbers} {about}"}


def _states(desk: Desk, order: Order) -> tuple[str, ...]:
    """How the order stands: one state, or those of its parcels."""
    state, policy, now = order_state(order), desk.shop().policies.tracking, desk.clock.now()
    states = [state] if state else [progress_of(parcel, now, policy).state for parcel in order.shipments]
    return tuple(dict.fromkeys(spaced(one.value).lower() for one in states))


def _message(desk: Desk, entry: Any) -> Json:
    """As the channel shows it: buttons where it has them, else the numbered menu inside the text."""
    shaped = desk.shape(entry.channel, entry.rendered) if entry.rendered else None
    parts = list(shaped.parts) if shaped else [entry.text] if entry.text else []
    sms = entry.channel is Channel.SMS and shaped is not None
    return {
        "direction": "in" if entry.inbound else "out",
        "channel": entry.channel.value,
        "at": entry.at.isoformat(),
        "parts": parts,
        "photos": len(entry.media),
        "subject": entry.subject if entry.channel is Channel.EMAIL else None,
        "form": shaped.form.value if shaped else "text",
        "opens": shaped.button if shaped else "",
        "choices": [{"id": item.id, "title": item.title, "description": item.description} for item in shaped.items]
        if shaped
        else [],
        "segments": sum(desk.segments(part) for part in parts) if sms else 0,
        "not_sent": (why(entry.reason) or "not sent") if entry.state in NOT_SENT else "",
    }


def _order(desk: Desk, order: Order) -> Json:
    open_parcels = [parcel for parcel in order.shipments if parcel.delivered_at is None]
    if order.status is OrderStatus.CANCELLED:
        open_parcels = []
    return {
        "id": order.id,
        "number": order.number,
        "about": summary(order.lines),
        "status": ", ".join(_states(desk, order)),
        "parcels": [_parcel(parcel) for parcel in open_parcels],
    }


def _parcel(parcel: Shipment) -> Json:
    return {
        "id": parcel.id,
        "name": " ".join(part for part in (parcel.carrier, parcel.tracking_number) if part),
        "says": [{"title": title, "status": status, "reason": reason} for title, status, reason, _ in CARRIER_SAYS],
    }


def _in_reading_order(notices: Any) -> Iterator[Any]:
    """What was decided, the newest first; then what is still to come, the next first."""
    planned = sorted((entry for entry in notices if entry.state == "planned"), key=_moment)
    decided = sorted((entry for entry in notices if entry.state != "planned"), key=_moment, reverse=True)
    yield from decided
    yield from planned


def _moment(entry: Any) -> datetime:
    moment: datetime = entry.at
    return moment


def _notice(entry: Any, numbers: Mapping[str, str]) -> Json:
    planned = entry.state == "planned"
    held = planned and bool(entry.reason)
    return {
        "name": notice_name(entry.kind, planned=planned),
        "order": numbers.get(entry.order_id or "", ""),
        "state": "held" if held else entry.state,
        "at": entry.at.isoformat(),
        "why": why(entry.reason),
    }


def _handoff(entry: Any) -> Json:
    return {
        "id": entry.id,
        "reason": handoff_name(entry.reason),
        "summary": entry.summary,
        "silences_bot": entry.silences_bot,
    }
