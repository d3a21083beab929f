"""The review prompt: day five to seven after the last delivery, at a good hour, and never into trouble."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.consent import Hold
from bot.model import CaseState, Channel, Conversation, Expected, Kind, Mood
from bot.notices import NoticeKind, Told
from bot.records import Change, Handoff, Return, ReturnLine, ReturnStatus

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Stage = Any
NEW_YORK = ZoneInfo("America/New_York")


def test_it_is_due_five_days_after_delivery_at_a_good_local_hour(stage: Stage) -> None:
    notice = stage.one(NoticeKind.REVIEW, stage.delivered())
    assert notice.due_at == stage.start + 5 * DAY
    assert stage.verdict(notice, stage.facts(stage.delivered())) == "send"


@pytest.mark.parametrize(("zone", "hour"), [("America/Los_Angeles", 10), ("Asia/Tokyo", 10), ("Europe/Berlin", 16)])
def test_a_good_hour_is_one_where_the_customer_is(stage: Stage, zone: str, hour: int) -> None:
    stage.customer = stage.customer.model_copy(update={"time_zone": zone})
    due = stage.one(NoticeKind.REVIEW, stage.delivered()).due_at
    assert due.astimezone(ZoneInfo(zone)).hour == hour
    assert timedelta(days=5) <= due - stage.start < timedelta(days=6)


def test_it_counts_from_the_last_parcel_of_the_order(stage: Stage) -> None:
    first, second = stage.event("delivered"), stage.event("delivered", 2 * DAY)
    half = stage.order(stage.parcel(first), stage.parcel(stage.event("in_transit"), id="s2"))
    whole = stage.order(stage.parcel(first), stage.parcel(second, id="s2"))
    assert all(one.kind is not NoticeKind.REVIEW for one in stage.planned(half).values())
    assert stage.one(NoticeKind.REVIEW, whole, now=stage.start + 2 * DAY).due_at == stage.start + 7 * DAY


def test_it_lapses_after_day_seven(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    last = datetime(2026, 3, 23, 18, 59, tzinfo=NEW_YORK)
    assert stage.verdict(notice, stage.facts(order), last) == "send"
    assert stage.verdict(notice, stage.facts(order), last + timedelta(minutes=1)) == "lapsed"
    assert stage.of_order(order, now=stage.start + 8 * DAY) == []


def test_at_night_it_waits_for_the_morning(stage: Stage) -> None:
    order = stage.delivered()
    night = datetime(2026, 3, 21, 23, 30, tzinfo=NEW_YORK)
    judged = stage.judge(stage.one(NoticeKind.REVIEW, order), stage.facts(order), night.astimezone(UTC))
    assert judged == Hold(datetime(2026, 3, 22, 14, tzinfo=UTC), "quiet_hours")


def test_a_return_opened_on_day_four_stops_it(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    back = Return(id="r1", requested_at=stage.start + 4 * DAY)
    assert stage.verdict(notice, stage.facts(order.model_copy(update={"returns": (back,)}))) == "return_open"
    taken_back = back.model_copy(update={"status": ReturnStatus.CANCELLED})
    assert stage.verdict(notice, stage.facts(order.model_copy(update={"returns": (taken_back,)}))) == "send"


def test_nobody_is_asked_about_what_they_sent_back(stage: Stage) -> None:
    back = Return(
        id="r1",
        requested_at=stage.start + DAY,
        status=ReturnStatus.REFUNDED,
        lines=(ReturnLine(line_id="l1", quantity=1),),
    )
    order = stage.delivered(returns=(back,))
    assert stage.verdict(stage.one(NoticeKind.REVIEW, order), stage.facts(order)) == "returned"


def test_it_is_not_sent_into_trouble(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    claim = Change(at=stage.start + DAY, what="claim", after={"shipment_id": "s1", "what": "damaged"})
    claimed = order.model_copy(update={"changes": (claim,)})
    handoff = Handoff(id="h1", customer_id="c1", order_id="o1", reason="complaint", opened_at=stage.start)
    case = CaseState(id="1", flow="delivery_problem", opened_at=stage.start, answers={"order": "o1"})
    upset = Conversation(mood=Mood.UPSET, last_at=stage.start + 3 * DAY)
    assert stage.verdict(notice, stage.facts(claimed)) == "claim_open"
    assert stage.verdict(notice, stage.facts(order, handoffs=(handoff,))) == "handoff_open"
    assert stage.verdict(notice, stage.facts(order, conversation=Conversation(stack=(case,)))) == "problem_open"
    assert stage.verdict(notice, stage.facts(order, conversation=upset)) == "low_mood"


def test_it_is_asked_once(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    assert stage.verdict(notice, stage.facts(order, reviewed=frozenset({"o1"}))) == "already_reviewed"
    assert stage.verdict(notice, stage.facts(order, told=(Told(NoticeKind.REVIEW, {}),))) == "already_told"


def test_a_delivery_taken_back_takes_it_back(stage: Stage) -> None:
    notice = stage.one(NoticeKind.REVIEW, stage.delivered())
    returned = stage.order(stage.parcel(stage.event("delivered"), stage.event("exception", DAY, "returning")))
    assert stage.verdict(notice, stage.facts(returned)) == "not_delivered"


def test_while_a_person_holds_the_conversation_it_waits(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    held = Conversation(held_since=notice.due_at - HOUR)
    assert stage.judge(notice, stage.facts(order, conversation=held)) == Hold(notice.due_at + HOUR, "person")


def test_it_waits_while_a_question_is_being_answered(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    asked = Conversation(expected=Expected(name="sure", kind=Kind.YES_NO), last_at=notice.due_at - HOUR / 2)
    assert stage.judge(notice, stage.facts(order, conversation=asked)) == Hold(notice.due_at + HOUR, "talking")
    left_open = asked.model_copy(update={"last_at": notice.due_at - HOUR})
    assert stage.verdict(notice, stage.facts(order, conversation=left_open)) == "send"


def test_it_waits_when_enough_has_been_asked_this_week(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    asked = tuple(stage.start + days * DAY for days in (0, 1, 2))
    assert stage.judge(notice, stage.facts(order, asked_at=asked)) == Hold(stage.start + 7 * DAY, "frequency_cap")
    assert stage.verdict(notice, stage.facts(order, asked_at=asked[:2])) == "send"


def test_it_needs_consent_for_reviews_on_that_very_channel(stage: Stage) -> None:
    order = stage.delivered()
    notice = stage.one(NoticeKind.REVIEW, order)
    assert stage.verdict(notice, stage.facts(order, consents={})) == "no_consent:review"
    from bot.model import Category

    by_mail = {(Channel.EMAIL, Category.REVIEW): True}
    assert stage.judge(notice, stage.facts(order, consents=by_mail)).send.channel is Channel.EMAIL
