"""What is known and what is heard, as one record: news win where they speak, and never undo what happened in Doorstep.

Pure. A field that a source does not give stays as it is known. Parcels and tracking events are only ever added to; an
order's status never moves back; what was changed, returned and refunded here outlives a source that knows nothing.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from bot.records import (
    Change,
    Order,
    OrderStatus,
    Record,
    Refund,
    Return,
    ReturnStatus,
    Shipment,
    Subscription,
    TrackingEvent,
    TrackingStatus,
)

R = TypeVar("R", bound=Record)
T = TypeVar("T")

_ORDER_RANK = {status: rank for rank, status in enumerate(OrderStatus)}
_RETURN_RANK = {status: rank for rank, status in enumerate(ReturnStatus)}
_EVENT_RANK = {status: rank for rank, status in enumerate(TrackingStatus)}


def merge(before: R | None, heard: R) -> R:
    """The known record with every field that was given."""
    if before is None:
        return heard
    given = {name: getattr(heard, name) for name in heard.model_fields_set}
    return before.model_copy(update=given)


def merge_order(before: Order | None, heard: Order) -> Order:
    if before is None:
        shipments = merge_shipments((), heard.shipments)
        return heard.model_copy(update={"shipments": shipments, "changes": _changes((), heard.changes)})
    merged = merge(before, heard)
    return merged.model_copy(
        update={
            "status": max(before.status, heard.status, key=_ORDER_RANK.__getitem__),
            "shipping_address": _address(before, merged),
            "shipments": merge_shipments(before.shipments, heard.shipments),
            "cancel_reason": heard.cancel_reason or before.cancel_reason,
            "changes": _changes(before.changes, heard.changes),
            "returns": _returns(before.returns, heard.returns),
            "refunds": _refunds(before.refunds, heard.refunds),
        }
    )


def merge_subscription(before: Subscription | None, heard: Subscription) -> Subscription:
    """What was changed here stays, as long as the source only repeats how it stood before a change."""
    if before is None:
        return heard
    changes = _changes(before.changes, heard.changes)
    kept = before if _repeats_the_past(before, heard) else merge(before, heard)
    return kept.model_copy(update={"changes": changes})


def _repeats_the_past(known: Subscription, heard: Subscription) -> bool:
    told = heard.model_dump(mode="json", include=heard.model_fields_set - {"changes"})
    stood = known.model_dump(mode="json", exclude={"changes"})
    for change in reversed(known.changes):
        stood |= change.before
        if told.items() <= stood.items():
            return True
    return False


def merge_shipments(before: Sequence[Shipment], heard: Sequence[Shipment]) -> tuple[Shipment, ...]:
    """Every parcel known and heard of, those known first."""
    found = {shipment.id: shipment for shipment in before}
    for shipment in heard:
        found[shipment.id] = merge_shipment(found.get(shipment.id), shipment)
    return tuple(found.values())


def merge_shipment(before: Shipment | None, heard: Shipment) -> Shipment:
    events = union_of_events(before.events if before else (), heard.events)
    return merge(before, heard).model_copy(update={"events": events})


def union_of_events(known: Iterable[TrackingEvent], heard: Iterable[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """Each event once, in an order that does not depend on which came first."""
    return tuple(sorted(dict.fromkeys((*known, *heard)), key=_event_order))


def _event_order(event: TrackingEvent) -> tuple[Any, ...]:
    return event.at, _EVENT_RANK[event.status], event.reason or "", event.message or "", event.place or ""


def _address(before: Order, merged: Order) -> Any:
    """An address changed here stays, as long as the source only repeats what it was before a change."""
    if merged.shipping_address is None:
        return before.shipping_address
    heard = merged.shipping_address.model_dump(mode="json")
    outdated = any(change.what == "address" and change.before == heard for change in before.changes)
    return before.shipping_address if outdated else merged.shipping_address


def _changes(known: Sequence[Change], heard: Sequence[Change]) -> tuple[Change, ...]:
    both = _union(known, heard, lambda change: change.model_dump_json())
    return tuple(sorted(both, key=lambda change: change.at))


def _returns(known: Sequence[Return], heard: Sequence[Return]) -> tuple[Return, ...]:
    found = {item.id: item for item in known}
    for item in heard:
        old = found.get(item.id)
        if old is None or _RETURN_RANK[item.status] >= _RETURN_RANK[old.status]:
            found[item.id] = merge(old, item)
    return tuple(found.values())


def _refunds(known: Sequence[Refund], heard: Sequence[Refund]) -> tuple[Refund, ...]:
    """A refund heard of again may have got further; its status is then the one heard, unless that is only `pending`."""
    found = list(known)
    free = list(range(len(found)))
    for refund in heard:
        same = next((i for i in free if _same_refund(found[i], refund)), None)
        if same is None:
            found.append(refund)
        else:
            free.remove(same)
            found[same] = found[same] if refund.status == "pending" else refund
    return tuple(found)


def _same_refund(one: Refund, other: Refund) -> bool:
    return (one.amount, one.method_id, one.at) == (other.amount, other.method_id, other.at)


def _union(known: Iterable[T], heard: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
    return list({key(item): item for item in (*heard, *known)}.values())
