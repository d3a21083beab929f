"""What a parcel's record amounts to for the person waiting for it: one state, the date to expect, how sure that is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.merchant.schema import TrackingPolicy
from bot.records import Order, OrderStatus, Shipment, TrackingEvent, TrackingReason, TrackingStatus


class State(StrEnum):
    """States of an order or parcel as customers think of them."""

    CANCELLED = "cancelled"
    NOT_SHIPPED = "not_shipped"
    NO_TRACKING = "no_tracking"  # shipped, but nothing to follow it by
    LABEL_MADE = "label_made"
    IN_TRANSIT = "in_transit"
    LATE = "late"  # on its way, after the promised day or held up by the carrier's word
    OUT_FOR_DELIVERY = "out_for_delivery"
    PICKUP = "pickup"
    DELIVERED = "delivered"
    ATTEMPT_FAILED = "attempt_failed"
    WRONG_ADDRESS = "wrong_address"
    DAMAGED = "damaged"
    LOST = "lost"  # said by the carrier, or no movement for the policy's number of days
    CUSTOMS = "customs"
    HELD = "held"
    RETURNED = "returned"
    UNKNOWN = "unknown"


PROBLEMS = frozenset(
    {
        State.ATTEMPT_FAILED,
        State.WRONG_ADDRESS,
        State.DAMAGED,
        State.LOST,
        State.CUSTOMS,
        State.HELD,
        State.RETURNED,
    }
)

#: An exception's reason → what it means here. A reason not listed is held up, nothing worse.
REASONS: dict[TrackingReason, State] = {
    TrackingReason.DAMAGED: State.DAMAGED,
    TrackingReason.LOST: State.LOST,
    TrackingReason.WRONG_ADDRESS: State.WRONG_ADDRESS,
    TrackingReason.CUSTOMS: State.CUSTOMS,
    TrackingReason.PAYMENT_DUE: State.CUSTOMS,
    TrackingReason.WEATHER: State.LATE,
    TrackingReason.DELAYED: State.LATE,
    TrackingReason.REFUSED: State.RETURNED,
    TrackingReason.RETURNING: State.RETURNED,
    TrackingReason.HELD: State.HELD,
    TrackingReason.PICKUP_MISSED: State.ATTEMPT_FAILED,
    TrackingReason.CANCELLED: State.RETURNED,
    TrackingReason.OTHER: State.HELD,
    TrackingReason.NOT_HOME: State.ATTEMPT_FAILED,
    TrackingReason.CLOSED: State.ATTEMPT_FAILED,
    TrackingReason.ACCESS: State.ATTEMPT_FAILED,
    TrackingReason.ID_CHECK: State.ATTEMPT_FAILED,
}

STATUSES: dict[TrackingStatus, State] = {
    TrackingStatus.PRE_TRANSIT: State.LABEL_MADE,
    TrackingStatus.IN_TRANSIT: State.IN_TRANSIT,
    TrackingStatus.OUT_FOR_DELIVERY: State.OUT_FOR_DELIVERY,
    TrackingStatus.ATTEMPT_FAILED: State.ATTEMPT_FAILED,
    TrackingStatus.AVAILABLE_FOR_PICKUP: State.PICKUP,
    TrackingStatus.DELIVERED: State.DELIVERED,
    TrackingStatus.RETURNED_TO_SENDER: State.RETURNED,
    TrackingStatus.EXPIRED: State.LOST,
    TrackingStatus.EXCEPTION: State.HELD,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a parcel stands. `eta` is a promise that can still be kept; `silent_for` counts from the last event."""

    state: State
    event: TrackingEvent | None
    eta: datetime | None
    stale: bool
    silent_for: timedelta | None


def progress_of(shipment: Shipment, now: datetime, policy: TrackingPolicy) -> Progress:
    """Where one parcel stands now; `unknown` events say nothing and the last telling one counts."""
    telling = [event for event in shipment.events if event.status is not TrackingStatus.UNKNOWN and event.at <= now]
    event = telling[-1] if telling else None
    state = _state(event)
    silent = now - event.at if event else None
    moving = state in (State.LABEL_MADE, State.IN_TRANSIT, State.LATE, State.OUT_FOR_DELIVERY)
    if moving and state is not State.LABEL_MADE and silent and silent >= timedelta(days=policy.lost_after_days):
        state = State.LOST
    elif state in (State.IN_TRANSIT, State.OUT_FOR_DELIVERY) and shipment.promised_at and shipment.promised_at < now:
        state = State.LATE
    stale = bool(moving and silent and silent >= timedelta(hours=policy.stale_after_hours))
    eta = shipment.promised_at if moving and shipment.promised_at and shipment.promised_at >= now else None
    return Progress(state, event, eta, stale, silent)


def _state(event: TrackingEvent | None) -> State:
    if event is None:
        return State.UNKNOWN
    if event.status in (TrackingStatus.EXCEPTION, TrackingStatus.ATTEMPT_FAILED) and event.reason:
        found = REASONS.get(event.reason, State.HELD)
        late_attempt = event.status is TrackingStatus.ATTEMPT_FAILED and found in (State.LATE, State.HELD)
        return State.ATTEMPT_FAILED if late_attempt else found
    if event.status is TrackingStatus.IN_TRANSIT and event.reason is TrackingReason.DELAYED:
        return State.LATE
    return STATUSES.get(event.status, State.UNKNOWN)


def order_state(order: Order) -> State | None:
    """The state of an order that no parcel tells of; None when its parcels do."""
    if order.status is OrderStatus.CANCELLED:
        return State.CANCELLED
    if order.shipments:
        return None
    return {
        OrderStatus.PENDING: State.NOT_SHIPPED,
        OrderStatus.SHIPPED: State.NO_TRACKING,
        OrderStatus.DELIVERED: State.DELIVERED,
    }[order.status]
