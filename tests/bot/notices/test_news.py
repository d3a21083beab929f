"""News of an order: told once, fresh, together, and only while it is the news."""

from datetime import timedelta
from typing import Any

import pytest

from bot.notices import Go, NoticeKind, Told
from bot.records import OrderStatus

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Stage = Any


def test_each_step_of_a_parcel_is_news(stage: Stage) -> None:
    label = stage.parcel(stage.event("pre_transit", -2 * HOUR))
    on_its_way = stage.parcel(*label.events, stage.event("in_transit", -HOUR))
    on_the_van = stage.parcel(*on_its_way.events, stage.event("out_for_delivery", -HOUR / 2))
    there = stage.parcel(*on_the_van.events, stage.event("delivered"))
    assert stage.kinds(stage.order(on_its_way), stage.order(label)) == ["shipped"]
    assert stage.kinds(stage.order(on_the_van), stage.order(on_its_way)) == ["out_for_delivery"]
    assert stage.kinds(stage.order(there), stage.order(on_the_van)) == ["delivered"]
    assert stage.kinds(stage.order(there), stage.order(there)) == []


def test_a_new_order_is_confirmed_unless_it_has_already_shipped(stage: Stage) -> None:
    assert stage.kinds(stage.order()) == ["order_confirmed"]
    assert stage.kinds(stage.order(stage.parcel(stage.event("in_transit")))) == ["shipped"]
    assert stage.kinds(stage.order(status=OrderStatus.CANCELLED)) == []


def test_of_several_steps_heard_at_once_only_the_latest_is_told(stage: Stage) -> None:
    before = stage.order(stage.parcel())
    after = stage.order(stage.parcel(stage.event("in_transit", -3 * HOUR), stage.event("out_for_delivery", -HOUR)))
    assert stage.kinds(after, before) == ["out_for_delivery"]


def test_a_first_import_blasts_nobody(stage: Stage) -> None:
    day_old = stage.order(stage.parcel(stage.event("in_transit", -5 * HOUR)), placed=-DAY)
    delivered = stage.order(stage.parcel(stage.event("delivered", -HOUR / 2)), placed=-DAY)
    old_exception = stage.order(stage.parcel(stage.event("exception", -4 * DAY, "damaged")), placed=-5 * DAY)
    assert stage.kinds(day_old) == stage.kinds(delivered) == stage.kinds(old_exception) == []
    assert stage.kinds(stage.order(placed=-5 * HOUR)) == []


def test_a_fresh_exception_is_told_even_of_an_order_first_heard_of(stage: Stage) -> None:
    order = stage.order(stage.parcel(stage.event("exception", -20 * HOUR, "damaged")), placed=-DAY)
    assert stage.kinds(order) == ["exception"]


def test_stale_news_of_a_known_order_is_not_told(stage: Stage) -> None:
    before = stage.order(stage.parcel())
    after = stage.order(stage.parcel(stage.event("in_transit", -25 * HOUR)))
    assert stage.kinds(after, before) == []


def test_a_parcel_first_seen_as_delivered_triggers_nothing_now(stage: Stage) -> None:
    assert stage.kinds(stage.order(stage.parcel(stage.event("delivered"))), stage.order()) == []


def test_parcels_that_move_together_are_told_together(stage: Stage) -> None:
    before = stage.order(stage.parcel(id="s1"), stage.parcel(id="s2"))
    first = stage.order(stage.parcel(stage.event("in_transit"), id="s1"), stage.parcel(id="s2"))
    second = stage.order(
        stage.parcel(stage.event("in_transit"), id="s1"), stage.parcel(stage.event("in_transit", HOUR / 10), id="s2")
    )
    alone = stage.one(NoticeKind.SHIPPED, first, before)
    later = stage.start + timedelta(minutes=7)
    together = stage.one(NoticeKind.SHIPPED, second, first, now=later)
    assert alone.due_at > stage.start  # waits a moment for the other
    assert (alone.subject["shipments"], together.subject["shipments"]) == (["s1"], ["s1", "s2"])
    assert together.due_at == later


def test_of_parcels_told_together_those_told_before_are_left_out(stage: Stage) -> None:
    both = stage.order(
        stage.parcel(stage.event("in_transit"), id="s1"), stage.parcel(stage.event("in_transit"), id="s2")
    )
    notice = stage.one(NoticeKind.SHIPPED, both)
    told = Told(NoticeKind.SHIPPED, {"shipments": ["s1"], "date": ""})
    judged = stage.judge(notice, stage.facts(both, told=(told,)))
    assert isinstance(judged, Go)
    assert judged.answers["shipments"] == ["s2"]
    other = Told(NoticeKind.SHIPPED, {"shipments": ["s2"], "date": ""})
    assert stage.verdict(notice, stage.facts(both, told=(told, other))) == "already_told"


def test_news_is_dropped_when_later_news_has_come(stage: Stage) -> None:
    shipped = stage.order(stage.parcel(stage.event("in_transit")))
    notice = stage.one(NoticeKind.SHIPPED, shipped)
    there = stage.order(stage.parcel(stage.event("in_transit"), stage.event("delivered", HOUR)))
    assert stage.verdict(notice, stage.facts(shipped)) == "send"
    assert stage.verdict(notice, stage.facts(there), stage.start + HOUR) == "superseded"
    cancelled = shipped.model_copy(update={"status": OrderStatus.CANCELLED})
    assert stage.verdict(notice, stage.facts(cancelled)) == "order_cancelled"
    assert stage.verdict(notice, stage.facts(shipped), stage.start + DAY) == "lapsed"


@pytest.mark.parametrize(
    ("status", "reason", "problem", "flow"),
    [
        ("attempt_failed", "not_home", "attempt_failed", "delivery_problem"),
        ("exception", "wrong_address", "wrong_address", "delivery_problem"),
        ("exception", "damaged", "damaged", "delivery_problem"),
        ("exception", "lost", "lost", "delivery_problem"),
        ("exception", "customs", "customs", "delivery_problem"),
        ("exception", None, "held", "delivery_problem"),
        ("returned_to_sender", None, "returned", "delivery_problem"),
        ("available_for_pickup", None, "pickup_ready", "announce_pickup"),
    ],
)
def test_every_exception_opens_the_story_that_mends_it(
    stage: Stage, status: str, reason: str | None, problem: str, flow: str
) -> None:
    order = stage.order(stage.parcel(stage.event("in_transit", -DAY), stage.event(status, reason=reason)))
    notice = stage.one(NoticeKind.EXCEPTION, order)
    judged = stage.judge(notice, stage.facts(order))
    assert notice.subject["problem"] == problem
    assert isinstance(judged, Go)
    assert judged.flow == flow


def test_the_same_exception_is_told_once_a_day(stage: Stage) -> None:
    once = stage.order(stage.parcel(stage.event("attempt_failed")))
    again = stage.order(stage.parcel(stage.event("attempt_failed"), stage.event("attempt_failed", HOUR)))
    next_day = stage.order(stage.parcel(stage.event("attempt_failed"), stage.event("attempt_failed", DAY)))
    first = stage.one(NoticeKind.EXCEPTION, once).key
    assert stage.one(NoticeKind.EXCEPTION, again, once, now=stage.start + HOUR).key == first
    assert stage.one(NoticeKind.EXCEPTION, next_day, once, now=stage.start + DAY).key != first


def test_an_exception_that_has_passed_is_not_told(stage: Stage) -> None:
    order = stage.order(stage.parcel(stage.event("exception", reason="held")))
    moving = stage.order(stage.parcel(stage.event("exception", reason="held"), stage.event("in_transit", HOUR)))
    notice = stage.one(NoticeKind.EXCEPTION, order)
    assert stage.verdict(notice, stage.facts(moving), stage.start + HOUR) == "resolved"


def test_seven_days_without_movement_are_told_unless_it_moves(stage: Stage) -> None:
    order = stage.order(stage.parcel(stage.event("in_transit")))
    notice = stage.one(NoticeKind.EXCEPTION, order)
    assert notice.subject["problem"] == "lost"
    assert notice.due_at == stage.start + 7 * DAY
    assert stage.verdict(notice, stage.facts(order)) == "send"
    moved = stage.order(stage.parcel(stage.event("in_transit"), stage.event("in_transit", 6 * DAY)))
    assert stage.verdict(notice, stage.facts(moved)) == "superseded"
    assert stage.one(NoticeKind.EXCEPTION, moved, order, now=stage.start + 6 * DAY).key != notice.key


def test_a_promise_not_kept_is_told_in_the_evening(stage: Stage) -> None:
    order = stage.order(stage.parcel(stage.event("in_transit"), promised_at=stage.start + 2 * DAY))
    notice = stage.one(NoticeKind.DELAY, order)
    assert notice.due_at == stage.start + 2 * DAY + 9 * HOUR  # 20:00 in New York
    assert stage.verdict(notice, stage.facts(order)) == "send"
    there = stage.order(stage.parcel(stage.event("delivered", 2 * DAY), promised_at=stage.start + 2 * DAY))
    assert stage.verdict(notice, stage.facts(there)) == "superseded"
    moved = stage.order(stage.parcel(stage.event("in_transit"), promised_at=stage.start + 4 * DAY))
    assert stage.verdict(notice, stage.facts(moved)) == "superseded"


def test_a_later_promise_is_told_once_for_each_date(stage: Stage) -> None:
    moving = stage.event("in_transit")
    first = stage.order(stage.parcel(moving, promised_at=stage.start + 2 * DAY))
    later = stage.order(stage.parcel(moving, promised_at=stage.start + 4 * DAY))
    said_too = stage.order(
        stage.parcel(moving, stage.event("exception", HOUR, "delayed"), promised_at=stage.start + 4 * DAY)
    )

    def told_now(after: Any, before: Any) -> list[str]:
        now = stage.start + HOUR
        return [one.key for one in stage.planned(after, before, now=now).values() if one.due_at <= now]

    assert told_now(later, first) == ["delay:o1:s1:2026-03-20"]
    assert told_now(said_too, later) == ["delay:o1:s1:2026-03-20"]
    assert told_now(first, later) == []  # earlier is no delay


def test_kinds_switched_off_are_not_planned(stage_with: Any) -> None:
    stage = stage_with(shipped={"enabled": False})
    assert stage.kinds(stage.order(stage.parcel(stage.event("in_transit")))) == []
