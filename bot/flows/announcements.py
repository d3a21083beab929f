"""News of an order that asks nothing: confirmed, on its way, there, delayed, ready for pick-up, sent back, refunded.

Each story says one template with the order and what the news is about, as they stand when it is told.
"""

from datetime import datetime

from bot.facts import order_sources, order_view, shipment_view
from bot.flows.refund_status import bank_days, refund_view, return_facts
from bot.records import Order, Refund, Shipment
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


def announce_return_stage(case: Case) -> Ending:
    """What became of a return."""
    order = _order(case)
    one = next((one for one in order.returns if one.id == case.answers["return"]), None)
    if one is None:
        return case.leave_to_person("order_gone")
    facts = return_facts(order, one)
    return case.end("notice.return_stage", sources=order_sources(order), order=order_view(order), **facts)


def announce_refund(case: Case) -> Ending:
    """Money on its way, or paid."""
    order = _order(case)
    one = next((one for one in order.refunds if _is_told(case, one)), None)
    if one is None:
        return case.leave_to_person("order_gone")
    facts = {"refunds": [refund_view(case, order, one)], **bank_days(case)}
    return case.end("notice.refund", sources=order_sources(order), order=order_view(order), **facts)


def _is_told(case: Case, refund: Refund) -> bool:
    at = refund.at.isoformat() if refund.at else None
    told = [case.answers.get(name) for name in ("amount", "method_id", "status", "at")]
    return [str(refund.amount), refund.method_id, refund.status, at] == told


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
    "announce_return_stage": announce_return_stage,
    "announce_refund": announce_refund,
}
