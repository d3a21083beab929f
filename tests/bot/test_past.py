"""Records of the export as they were at an earlier moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.past import Heard, order_at, records_at

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat()


def order(**fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": "o-1",
        "placed_at": ago(days=4),
        "status": "cancelled",
        "cancel_reason": "late",
        "shipping_address": {"line1": "new"},
        "changes": [{"at": ago(hours=1), "what": "address", "before": {"line1": "old"}, "after": {"line1": "new"}}],
        "returns": [{"requested_at": ago(hours=1)}],
        "refunds": [{"at": ago(hours=1)}],
        "payments": [{"at": ago(days=4)}, {"at": ago(hours=1)}],
        "shipments": [],
    }
    return plain | fields


HEARD = Heard(statuses={"o-1": ((NOW - timedelta(days=4), "pending"), (NOW - timedelta(minutes=5), "cancelled"))})


def test_what_was_done_since_is_undone() -> None:
    at = NOW - timedelta(hours=2)
    then = order_at(order(), at, HEARD, undone_since=at)
    assert then is not None
    assert (then["status"], then["cancel_reason"], then["shipping_address"]) == ("pending", None, {"line1": "old"})
    assert (then["changes"], then["returns"], then["refunds"], len(then["payments"])) == ([], [], [], 1)


def test_an_order_not_heard_of_yet_or_made_here_is_not_there() -> None:
    at = NOW - timedelta(days=5)
    assert order_at(order(), at, HEARD, undone_since=at) is None
    assert order_at(order(id="o-1-R1"), NOW, HEARD, undone_since=at) is None


def test_a_scan_counts_from_when_it_was_heard() -> None:
    scan = {"at": ago(hours=9), "status": "delivered"}
    parcel = {"id": "s-1", "shipped_at": None, "events": [{"at": ago(days=1), "status": "in_transit"}, scan]}
    heard = Heard(HEARD.statuses, {("s-1", ago(hours=9), "delivered"): NOW - timedelta(hours=1)})
    then = order_at(order(shipments=[parcel]), NOW - timedelta(hours=2), heard, undone_since=NOW)
    assert then is not None
    assert [event["status"] for event in then["shipments"][0]["events"]] == ["in_transit"]


def test_consent_given_here_is_left_to_the_playing() -> None:
    lines = [{"source": source, "at": ago(hours=1)} for source in ("checkout", "customer")]
    cases = [{"opened_at": ago(hours=3), "closed_at": ago(hours=1)}, {"opened_at": ago(hours=1), "closed_at": None}]
    export: dict[str, Any] = {
        "orders": [],
        "subscriptions": [],
        "customers": [],
        "consents": lines,
        "handoffs": cases,
    }
    then = records_at(export, NOW - timedelta(hours=2), HEARD)
    assert [line["source"] for line in then["consents"]] == ["checkout"]
    assert then["handoffs"] == [{"opened_at": ago(hours=3), "closed_at": None}]
