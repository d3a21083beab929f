"""Records of the export taken back to an earlier moment, as far as they say themselves what was when. Pure.

What carries no time of its own (a customer's name, a product's price and stock) is as it is now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
#: What a change on an order is called → the part of the order that it changed.
PARTS = {"address": "shipping_address", "lines": "lines"}
#: Kinds that are there from one moment on → the field with that moment.
SINCE = {"reviews": "at", "scores": "at", "handoffs": "opened_at", "alerts": "asked_at"}
SAID_HERE = ("customer", "unsubscribe link")  # sources of consent that was given or withdrawn in Doorstep


@dataclass(frozen=True, slots=True)
class Heard:
    """When Doorstep heard what: an order's statuses, oldest first, and when each carrier event came in, by parcel,
    its own time and status. Where nothing was noted, a thing's own time counts."""

    statuses: Mapping[str, tuple[tuple[datetime, str], ...]] = field(default_factory=dict)
    scans: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)

    def scan_at(self, parcel: str, event: Json) -> datetime:
        own = moment(event["at"])
        return self.scans.get((parcel, own.isoformat(), event["status"]), own)

    def order_at(self, order: Json) -> datetime:
        known = self.statuses.get(order["id"])
        return known[0][0] if known else moment(order["placed_at"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_after(text: str | None, at: datetime) -> bool:
    return text is not None and moment(text) > at


def records_at(export: Mapping[str, list[Json]], at: datetime, heard: Heard) -> dict[str, list[Json]]:
    """Everything of an export as it was at a moment."""
    then = {
        kind: [record for record in records if not is_after(record.get(SINCE.get(kind, "")), at)]
        for kind, records in export.items()
    }
    then["consents"] = [
        line for line in export["consents"] if line["source"] not in SAID_HERE or not is_after(line["at"], at)
    ]
    then["orders"] = [
        order for one in export["orders"] if (order := order_at(one, at, heard, undone_since=at)) is not None
    ]
    then["subscriptions"] = [_subscription_at(plan, at) for plan in export["subscriptions"]]
    then["handoffs"] = [
        {**case, "closed_at": None if is_after(case["closed_at"], at) else case["closed_at"]}
        for case in then.get("handoffs", [])
    ]
    return then


def order_at(order: Json, at: datetime, heard: Heard, *, undone_since: datetime) -> Json | None:
    """The order as the shop told of it up to a moment, without what was done in Doorstep since `undone_since`; None
    while it was not known, and where Doorstep made it itself since then."""
    made_here = order["id"] not in heard.statuses and is_after(order["placed_at"], undone_since)
    if made_here or heard.order_at(order) > at:
        return None
    then = dict(order)
    for change in reversed(order["changes"]):
        if is_after(change["at"], undone_since) and change["what"] in PARTS and change["before"] is not None:
            then[PARTS[change["what"]]] = change["before"]
    then["changes"] = [change for change in order["changes"] if not is_after(change["at"], undone_since)]
    then["returns"] = [one for one in order["returns"] if not is_after(one["requested_at"], undone_since)]
    then["refunds"] = [one for one in order["refunds"] if not is_after(one["at"], undone_since)]
    then["payments"] = [one for one in order["payments"] if not is_after(one["at"], at)]
    told = [status for when, status in heard.statuses.get(order["id"], ()) if when <= at]
    then["status"] = told[-1] if told else order["status"]
    if then["status"] != "cancelled":
        then["cancel_reason"] = None
    parcels = [_parcel_at(parcel, at, heard) for parcel in order["shipments"]]
    then["shipments"] = [parcel for parcel in parcels if parcel is not None]
    return then


def news_of(order: Json, heard: Heard) -> set[datetime]:
    """The moments at which something new was heard of an order."""
    scans = {heard.scan_at(parcel["id"], event) for parcel in order["shipments"] for event in parcel["events"]}
    statuses = {when for when, _ in heard.statuses.get(order["id"], ())}
    return {heard.order_at(order), *scans, *statuses}


def _parcel_at(parcel: Json, at: datetime, heard: Heard) -> Json | None:
    events = [event for event in parcel["events"] if heard.scan_at(parcel["id"], event) <= at]
    if (parcel["events"] and not events) or is_after(parcel["shipped_at"], at):
        return None
    return {**parcel, "events": events}


def _subscription_at(plan: Json, at: datetime) -> Json:
    then = dict(plan)
    for change in reversed(plan["changes"]):
        if is_after(change["at"], at) and isinstance(change["before"], dict):
            then |= {name: value for name, value in change["before"].items() if name in plan}
    then["changes"] = [change for change in plan["changes"] if not is_after(change["at"], at)]
    return then
