"""What of a record may stay when whose it is wants to be forgotten, and what of later news of it is not taken in again.

Pure. The books need what was bought, when and for how much; names, addresses and words they do not.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from bot.importing import LoyaltyNews
from bot.records import Change, ConsentRecord, Customer, Handoff, MessageRecord, Order, Record, Registration

SAYING = frozenset({"address", "delivery", "claim"})  # changes of an order that hold addresses, words or photos
PERSONAL = (Customer, LoyaltyNews, ConsentRecord, MessageRecord, Registration, Handoff)


def without_person(order: Order) -> Order:
    """The order without where it went, what was said of it and whom the carrier met."""
    shipments = tuple(
        parcel.model_copy(
            update={
                "tracking_url": None,
                "events": tuple(event.model_copy(update={"message": None, "place": None}) for event in parcel.events),
            }
        )
        for parcel in order.shipments
    )
    changes = tuple(
        Change(at=change.at, what=change.what) if change.what in SAYING else change for change in order.changes
    )
    return order.model_copy(update={"shipping_address": None, "shipments": shipments, "changes": changes})


def not_forgotten(records: Sequence[Record], erased: Mapping[str, datetime], returned: Set[str]) -> list[Record]:
    """The records but for what they tell of customers who were erased, by id and moment.

    `returned` have bought again since: they are customers like any other, and only their old orders stay nameless.
    """
    kept: list[Record] = []
    for record in records:
        owner = record.id if isinstance(record, Customer) else getattr(record, "customer_id", None)
        at = erased.get(str(owner))
        if at is None:
            kept.append(record)
        elif isinstance(record, Order):
            kept.append(without_person(record) if record.placed_at <= at else record)
        elif not isinstance(record, PERSONAL) or owner in returned:
            kept.append(record)
    return kept
