"""What a parcel's record tells now: the one piece of news that holds, whatever came before it.

A notice about anything else is superseded. Reads records only; never plans and never sends.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.merchant.schema import TrackingPolicy
from bot.notices.kinds import NoticeKind
from bot.records import Order, OrderStatus, Shipment, TrackingStatus
from bot.tracking import PROBLEMS, State, progress_of

PICKUP_READY = "pickup_ready"
UNDER_WAY = frozenset({State.IN_TRANSIT, State.LATE, State.OUT_FOR_DELIVERY})
TELLS = {
    State.OUT_FOR_DELIVERY: NoticeKind.OUT_FOR_DELIVERY,
    State.DELIVERED: NoticeKind.DELIVERED,
    State.LATE: NoticeKind.DELAY,
    State.PICKUP: NoticeKind.EXCEPTION,
}


@dataclass(frozen=True, slots=True)
class News:
    """`at` is when it happened; `problem` names what is wrong, for an exception."""

    kind: NoticeKind
    at: datetime
    problem: str = ""


def news_of(parcel: Shipment, now: datetime, policy: TrackingPolicy) -> News | None:
    """The newest thing the carrier or the shop says of it; silence and passed promises are not news."""
    event = progress_of(parcel, now, policy).event
    state = said_state(parcel, now, policy)
    if event is not None and state in PROBLEMS:
        return News(NoticeKind.EXCEPTION, event.at, state.value)
    if event is not None and state in TELLS:
        return News(TELLS[state], event.at, PICKUP_READY if state is State.PICKUP else "")
    moved = _shipped_at(parcel, now)
    return News(NoticeKind.SHIPPED, moved) if moved else None


def said_state(parcel: Shipment, now: datetime, policy: TrackingPolicy) -> State:
    """The state as of the newest telling event itself, before any waiting."""
    event = progress_of(parcel, now, policy).event
    unpromised = parcel.model_copy(update={"promised_at": None})
    return progress_of(unpromised, event.at, policy).state if event else State.UNKNOWN


def silent_since(parcel: Shipment, now: datetime, policy: TrackingPolicy) -> datetime | None:
    """The last movement of a parcel that is under way; None for one that is not."""
    event = progress_of(parcel, now, policy).event
    return event.at if event and said_state(parcel, now, policy) in UNDER_WAY else None


def delivered_at(order: Order) -> datetime | None:
    """When the last of it came; None while anything is still awaited, or nobody has confirmed it."""
    moments = [parcel.delivered_at for parcel in order.shipments]
    if not moments or None in moments:
        return None
    sent = {line_id for parcel in order.shipments for line_id in parcel.line_ids}
    all_sent = not sent or all(line.id in sent for line in order.lines if line.quantity)
    if not all_sent and order.status is not OrderStatus.DELIVERED:
        return None
    return max(moment for moment in moments if moment)


def as_of(order: Order, now: datetime) -> Order:
    """The order as it was known at a moment: events, returns and changes of a later time are left out."""
    parcels = tuple(
        parcel.model_copy(update={"events": tuple(event for event in parcel.events if event.at <= now)})
        for parcel in order.shipments
    )
    known: dict[str, object] = {
        "shipments": parcels,
        "returns": tuple(back for back in order.returns if back.requested_at <= now),
        "changes": tuple(change for change in order.changes if change.at <= now),
    }
    if order.status is OrderStatus.DELIVERED and parcels != order.shipments:
        known["status"] = OrderStatus.SHIPPED
    return order.model_copy(update=known)


def _shipped_at(parcel: Shipment, now: datetime) -> datetime | None:
    silent = (TrackingStatus.PRE_TRANSIT, TrackingStatus.UNKNOWN)
    moments = [event.at for event in parcel.events if event.status not in silent]
    moments += [parcel.shipped_at] if parcel.shipped_at else []
    return min((moment for moment in moments if moment <= now), default=None)
