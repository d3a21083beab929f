"""News of an order that asks nothing: confirmed, shipped, out for delivery, delivered, delayed, ready for pick-up.

Each story says one template with the order and the parcels that the news is about, as they stand when it is told.
"""

from datetime import datetime

from bot.facts import order_sources, order_view, shipment_view
from bot.records import Order, Shipment
from bot.story import Case, Ending, Flow
from bot.tracking import progress_of


def announce_order_confirmed(case: Case) -> Ending:
    """The order is in: what was bought, what it cost."""
    order = _order(case)
    return case.end("notice.order_confirmed", sources=order_sources(order), order=order_view(order))


def announce_shipped(case: Case) -> Ending:
    return _tell_parcels(case, "notice.shipped")


def announce_out_for_delivery(case: Case) -> Ending:
    return _tell_parcels(case, "notice.out_for_delivery")


def announce_delivered(case: Case) -> Ending:
    return _tell_parcels(case, "notice.delivered")


def announce_pickup(case: Case) -> Ending:
    return _tell_parcels(case, "notice.pickup")


def announce_delay(case: Case) -> Ending:
    """It comes later than promised; `eta` is the date that holds now, or None when nobody has named one."""
    order = _order(case)
    eta = case.answers.get("eta")
    return case.end(
        "notice.delay",
        sources=order_sources(order),
        order=order_view(order),
        shipments=_views(case, order),
        eta=datetime.fromisoformat(eta) if eta else None,
    )


def _tell_parcels(case: Case, key: str) -> Ending:
    order = _order(case)
    return case.end(key, sources=order_sources(order), order=order_view(order), shipments=_views(case, order))


def _order(case: Case) -> Order:
    order = case.world.order(case.answers["order"])
    if order is None:
        case.leave_to_person("order_gone")
    case.focus = order.id
    return order


def _views(case: Case, order: Order) -> list[dict[str, object]]:
    policy = case.world.policies.tracking
    return [shipment_view(order, parcel, progress_of(parcel, case.now, policy)) for parcel in _parcels(case, order)]


def _parcels(case: Case, order: Order) -> tuple[Shipment, ...]:
    """The parcels named by the notice, else all of the order."""
    named = case.answers.get("shipments") or ()
    return tuple(parcel for parcel in order.shipments if parcel.id in named) or order.shipments


#: Story by flow name; `announce_<kind>` for each kind of notice that asks nothing.
STORIES: dict[str, Flow] = {
    "announce_order_confirmed": announce_order_confirmed,
    "announce_shipped": announce_shipped,
    "announce_out_for_delivery": announce_out_for_delivery,
    "announce_delivered": announce_delivered,
    "announce_delay": announce_delay,
    "announce_pickup": announce_pickup,
}
