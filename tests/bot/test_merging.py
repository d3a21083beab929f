"""News merged into what is known."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.merging import merge, merge_order, merge_shipment
from bot.records import Change, Customer, Order, PostalAddress, Refund, Return, Shipment, TrackingEvent, TrackingStatus

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def order(**more: Any) -> Order:
    known = {"id": "o", "number": "1", "customer_id": "c", "placed_at": AT, "status": "pending", "currency": "USD"}
    return Order.model_validate(known | {"lines": []} | more)


def test_a_field_not_given_stays_and_one_given_as_nothing_goes() -> None:
    known = Customer(id="c", first_name="Maya", phone="+15035550100")
    heard = merge(known, Customer(id="c", phone=None))
    assert (heard.first_name, heard.phone) == ("Maya", None)


def test_an_order_never_moves_back() -> None:
    assert merge_order(order(status="delivered"), order(status="shipped")).status == "delivered"
    assert merge_order(order(status="shipped"), order(status="cancelled")).status == "cancelled"


def test_what_happened_here_outlives_a_source_that_knows_nothing_of_it() -> None:
    known = order(
        cancel_reason="changed_mind",
        changes=[Change(at=AT, what="claim")],
        returns=[Return(id="r", requested_at=AT)],
        refunds=[Refund(amount=Decimal("5.00"), at=AT)],
    )
    for heard in (order(), order(cancel_reason=None, changes=[], returns=[], refunds=[])):
        merged = merge_order(known, heard)
        assert merged.changes == known.changes
        assert merged.returns == known.returns
        assert merged.refunds == known.refunds
        assert merged.cancel_reason == "changed_mind"


def test_an_address_changed_here_stays_until_the_source_says_another() -> None:
    old, new, third = (PostalAddress(line1=line) for line in ("1 Elm St", "2 Oak St", "3 Fir St"))
    change = Change(at=AT, what="address", before=old.model_dump(mode="json"), after=new.model_dump(mode="json"))
    known = order(shipping_address=new, changes=[change])
    assert merge_order(known, order(shipping_address=old)).shipping_address == new
    assert merge_order(known, order(shipping_address=third)).shipping_address == third


def test_a_return_heard_of_late_does_not_move_back() -> None:
    known = order(returns=[Return(id="r", requested_at=AT, status="received")])
    merged = merge_order(known, order(returns=[Return(id="r", requested_at=AT, status="requested")]))
    assert merged.returns[0].status == "received"


def test_two_equal_refunds_are_two() -> None:
    twice = [Refund(amount=Decimal("5.00"), at=AT)] * 2
    merged = merge_order(order(refunds=twice), order(refunds=[twice[0].model_copy(update={"status": "done"})]))
    assert [refund.status for refund in merged.refunds] == ["done", "pending"]


def test_a_parcel_left_out_is_not_forgotten() -> None:
    known = order(shipments=[Shipment(id="s-1", tracking_number="1Z")])
    merged = merge_order(known, order(shipments=[Shipment(id="s-2", tracking_number="2Z")]))
    assert [shipment.id for shipment in merged.shipments] == ["s-1", "s-2"]


EVENTS = st.lists(
    st.builds(
        TrackingEvent,
        at=st.integers(0, 3).map(lambda hours: AT + timedelta(hours=hours)),
        status=st.sampled_from(TrackingStatus),
        place=st.sampled_from([None, "Albany"]),
    )
)


@given(EVENTS, EVENTS)
def test_tracking_events_come_to_the_same_in_any_order(one: list[TrackingEvent], other: list[TrackingEvent]) -> None:
    def heard(*batches: list[TrackingEvent]) -> Shipment | None:
        known = None
        for batch in batches:
            known = merge_shipment(known, Shipment(id="s", tracking_number="1Z", events=tuple(batch)))
        return known

    whole = heard(one, other)
    assert whole == heard(other, one) == heard(one + other) == heard(one, other, one)
    assert whole is not None
    assert set(whole.events) == {*one, *other}


@given(EVENTS)
def test_merging_the_same_again_changes_nothing(events: list[TrackingEvent]) -> None:
    heard = order(shipments=[Shipment(id="s", tracking_number="1Z", events=tuple(events))])
    known = merge_order(None, heard)
    assert merge_order(known, heard) == known
