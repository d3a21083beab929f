"""Stages of a return and refunds: each told once, unasked, while it is still so."""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.notices import NoticeKind
from bot.records import Order, OrderStatus, Refund, Return, ReturnLine, ReturnStatus

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Stage = Any


def sent_back(stage: Stage, status: str, *refunds: Refund, **fields: Any) -> Order:
    lines = (ReturnLine(line_id="l1", quantity=1),)
    back = Return(id="R-1", requested_at=stage.start - 3 * DAY, status=ReturnStatus(status), lines=lines)
    return stage.delivered(returns=(back,), refunds=refunds, **fields)  # type: ignore[no-any-return]


def refund(stage: Stage, status: str = "pending") -> Refund:
    return Refund(amount=Decimal("14.00"), method_id="visa", status=status, at=stage.start)


def returns(stage: Stage, after: Order, before: Order | None) -> list[str]:
    news = {NoticeKind.RETURN_STAGE, NoticeKind.REFUND}
    return [kind for kind in stage.kinds(after, before) if kind in news]


def test_each_stage_of_a_return_is_news_once(stage: Stage) -> None:
    stages = ["requested", "approved", "received", "inspected", "exchanged"]
    told = [
        returns(stage, sent_back(stage, after), sent_back(stage, before))
        for before, after in itertools.pairwise(stages)
    ]
    assert told == [["return_stage"]] * 4
    assert returns(stage, sent_back(stage, "received"), sent_back(stage, "received")) == []


def test_what_the_customer_has_asked_for_is_no_news_to_them(stage: Stage) -> None:
    assert returns(stage, sent_back(stage, "requested"), stage.delivered()) == []
    assert returns(stage, sent_back(stage, "cancelled"), sent_back(stage, "requested")) == []


def test_the_money_tells_that_a_return_is_refunded(stage: Stage) -> None:
    inspected = sent_back(stage, "inspected")
    assert returns(stage, sent_back(stage, "refunded", refund(stage)), inspected) == ["refund"]
    assert returns(stage, sent_back(stage, "refunded"), inspected) == ["return_stage"]


def test_a_refund_is_told_when_it_is_sent_off_and_when_it_is_paid(stage: Stage) -> None:
    pending, paid = (sent_back(stage, "refunded", refund(stage, status)) for status in ("pending", "done"))
    assert returns(stage, paid, pending) == ["refund"]
    keys = {
        stage.one(NoticeKind.REFUND, paid, pending).key,
        stage.one(NoticeKind.REFUND, pending, sent_back(stage, "refunded")).key,
    }
    assert len(keys) == 2


def test_the_money_of_a_cancelled_order_is_told_too(stage: Stage) -> None:
    before = stage.order(status=OrderStatus.CANCELLED, refunds=(refund(stage),))
    after = stage.order(status=OrderStatus.CANCELLED, refunds=(refund(stage, "done"),))
    planned = stage.one(NoticeKind.REFUND, after, before)
    assert stage.verdict(planned, stage.facts(after)) == "send"


def test_a_first_import_tells_nothing_of_returns(stage: Stage) -> None:
    assert returns(stage, sent_back(stage, "refunded", refund(stage, "done")), None) == []


def test_a_stage_that_is_past_is_not_told(stage: Stage) -> None:
    received = sent_back(stage, "received")
    planned = stage.one(NoticeKind.RETURN_STAGE, received, sent_back(stage, "requested"))
    assert stage.verdict(planned, stage.facts(received)) == "send"
    assert stage.verdict(planned, stage.facts(sent_back(stage, "inspected"))) == "superseded"
