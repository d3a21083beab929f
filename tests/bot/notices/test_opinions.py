"""Asking how likely somebody is to recommend the shop, and how a conversation was: when, and when not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.hours import whereabouts_of
from bot.model import Channel, Conversation, Mood
from bot.notices import NoticeFacts, NoticeKind, Planned, csat_after
from bot.notices.judge import Go
from bot.records import Handoff, OrderStatus
from tests.bot.notices.conftest import Stage

DAY = timedelta(days=1)


def nps(stage: Stage, now: datetime | None = None, **placed: Any) -> list[Planned]:
    order = stage.order(placed=timedelta(), **placed)
    found = stage.planned(order, now=now or stage.start).values()
    return [planned for planned in found if planned.kind is NoticeKind.NPS]


def csat(stage: Stage, now: datetime | None = None) -> Planned:
    planned = csat_after(stage.customer, whereabouts_of(stage.customer, stage.shop), stage.shop, now or stage.start)
    assert planned is not None
    return planned


def facts(stage: Stage, **fields: Any) -> NoticeFacts:
    return stage.facts(stage.order(), **fields)


def test_it_is_asked_thirty_days_after_the_first_order_and_half_a_year_later_again(stage: Stage) -> None:
    first, second = nps(stage)
    assert first.due_at - stage.start == 30 * DAY
    assert second.due_at.date() - first.due_at.date() == 182 * DAY


def test_an_old_customer_of_a_first_import_is_asked_in_their_turn_and_not_at_once(stage: Stage) -> None:
    now = stage.start + 200 * DAY
    first, _ = nps(stage, now)
    assert now < first.due_at < now + 182 * DAY


def test_planned_again_by_a_later_order_it_is_the_same_notice(stage: Stage) -> None:
    first = stage.order()
    later = stage.order(id="o2", placed=10 * DAY)
    again = stage.planned(later, now=stage.start + 10 * DAY, history=(first, later))
    assert {planned.key for planned in nps(stage)} <= set(again)


def test_a_cancelled_first_order_is_no_beginning(stage: Stage) -> None:
    assert nps(stage, status=OrderStatus.CANCELLED) == []


def test_it_is_sent_with_consent_and_begins_its_story(stage: Stage) -> None:
    judged = stage.judge(nps(stage)[0], facts(stage))
    assert isinstance(judged, Go)
    assert (judged.flow, judged.answers) == ("nps", {})


def test_it_is_not_sent_without_consent(stage: Stage) -> None:
    assert stage.verdict(nps(stage)[0], facts(stage, consents={})) == "no_consent:review"


def test_it_waits_seven_days_after_a_review_or_a_conversation_was_asked_about(stage: Stage) -> None:
    due = nps(stage)[0].due_at
    for kind in (NoticeKind.REVIEW, NoticeKind.CSAT):
        asked = facts(stage, asked={kind: due - 3 * DAY})
        assert stage.verdict(nps(stage)[0], asked) == "asked_lately"
        assert stage.verdict(nps(stage)[0], asked, due + 5 * DAY) == "send"


def test_it_waits_while_somebody_is_upset_or_a_person_is_at_it(stage: Stage) -> None:
    due = nps(stage)[0].due_at
    upset = Conversation(mood=Mood.UPSET, last_at=due - DAY)
    assert stage.verdict(nps(stage)[0], facts(stage, conversation=upset)) == "low_mood"
    case = Handoff(id="1", reason="refund", opened_at=due - DAY)
    assert stage.verdict(nps(stage)[0], facts(stage, handoffs=(case,))) == "handoff_open"


def test_it_lapses_after_two_weeks(stage: Stage) -> None:
    planned = nps(stage)[0]
    assert stage.verdict(planned, facts(stage), planned.due_at + 14 * DAY) == "lapsed"


def test_nothing_that_sells_or_asks_goes_to_whose_complaint_is_open(stage: Stage) -> None:
    complaint = Handoff(id="1", reason="complaint", silences_bot=False, opened_at=stage.start)
    stage.beans()
    order = stage.delivered()
    reminder = stage.one(NoticeKind.REPLENISHMENT, order)
    told = stage.facts(order, handoffs=(complaint,))
    assert stage.verdict(reminder, told, reminder.due_at) == "complaint_open"
    assert stage.verdict(csat(stage), facts(stage, handoffs=(complaint,))) == "complaint_open"


def test_a_conversation_is_asked_about_two_hours_after_it_ended(stage: Stage) -> None:
    planned = csat(stage)
    assert planned.due_at == stage.start + timedelta(hours=2)
    over = Conversation(last_at=stage.start)
    assert stage.verdict(planned, facts(stage, conversation=over)) == "send"


def test_one_that_went_on_is_asked_about_at_its_own_end(stage: Stage) -> None:
    went_on = Conversation(last_at=stage.start + timedelta(hours=1))
    assert stage.verdict(csat(stage), facts(stage, conversation=went_on)) == "superseded"


def test_nobody_is_asked_twice_in_a_month(stage: Stage) -> None:
    asked = facts(stage, asked={NoticeKind.CSAT: stage.start - 20 * DAY})
    assert stage.verdict(csat(stage), asked) == "already_told"


def test_a_late_evening_waits_for_the_morning(stage: Stage) -> None:
    evening = stage.start.replace(hour=23)  # 19:00 in New York
    assert csat(stage, evening).due_at - evening > timedelta(hours=12)


def test_the_channel_asked_for_comes_before_the_one_last_used(stage: Stage) -> None:
    stage.customer = stage.customer.model_copy(update={"preferred_channel": "email"})
    judged = stage.judge(nps(stage)[0], facts(stage, conversation=Conversation(last_channel=Channel.SMS)))
    assert isinstance(judged, Go)
    assert judged.send.channel is Channel.EMAIL


def test_a_wish_for_a_channel_is_no_consent_of_its_own(stage: Stage) -> None:
    stage.customer = stage.customer.model_copy(update={"preferred_channel": "email"})
    told = facts(stage)
    told = replace(told, consents={pair: pair[0] is Channel.SMS for pair in told.consents})
    judged = stage.judge(nps(stage)[0], told)
    assert isinstance(judged, Go)
    assert judged.send.channel is Channel.SMS
