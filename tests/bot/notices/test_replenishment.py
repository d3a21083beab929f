"""The reminder before a supply runs out: when, by whose measure, and what makes it needless."""

from datetime import timedelta
from typing import Any

import pytest

from bot.consent import Hold
from bot.merchant.schema import CatalogEntry
from bot.notices import NoticeKind
from bot.records import OrderStatus, Return, ReturnLine, Subscription

DAY = timedelta(days=1)
Stage = Any
REMINDER = NoticeKind.REPLENISHMENT


@pytest.fixture
def beans(stage: Stage) -> Stage:
    stage.beans(usage_days=30)
    return stage


def test_it_comes_on_day_25_of_a_30_day_supply(beans: Stage) -> None:
    order = beans.delivered()
    notice = beans.one(REMINDER, order)
    assert notice.due_at == beans.start + 25 * DAY
    assert beans.verdict(notice, beans.facts(order)) == "send"


def test_two_bags_last_twice_as_long(beans: Stage) -> None:
    order = beans.delivered(lines=(beans.line(quantity=2),))
    assert beans.one(REMINDER, order).due_at == beans.start + 55 * DAY


def test_the_merchants_catalog_says_how_long_it_lasts(beans: Stage) -> None:
    from dataclasses import replace

    beans.shop = replace(beans.shop, catalog={"p-beans": CatalogEntry(product="p-beans", usage_days=20)})
    assert beans.one(REMINDER, beans.delivered()).due_at == beans.start + 15 * DAY


def test_what_is_not_used_up_is_not_reminded_of(stage: Stage) -> None:
    assert all(one.kind is not REMINDER for one in stage.planned(stage.delivered()).values())


def test_an_order_that_nothing_tracks_counts_from_its_placing(beans: Stage) -> None:
    assert beans.one(REMINDER, beans.order()).due_at == beans.start + 25 * DAY


def test_a_parcel_delivered_later_than_thought_moves_it(beans: Stage) -> None:
    notice = beans.one(REMINDER, beans.order())
    delivered = beans.order(beans.parcel(beans.event("delivered", 4 * DAY)))
    under_way = beans.order(beans.parcel(beans.event("in_transit", 4 * DAY)))
    assert beans.judge(notice, beans.facts(delivered)) == Hold(beans.start + 29 * DAY, "not_yet")
    assert beans.verdict(notice, beans.facts(under_way)) == "not_delivered"


def test_it_learns_the_customers_own_interval_from_two_repeat_orders(beans: Stage) -> None:
    order = beans.delivered(id="o4")
    earlier = [
        beans.order(id=f"o{number}", placed=timedelta(days=-days), status=OrderStatus.DELIVERED)
        for number, days in ((1, 83), (2, 43))
    ]
    assert beans.one(REMINDER, order, history=[*earlier, order]).due_at == beans.start + 35 * DAY  # every 40 days
    assert beans.one(REMINDER, order, history=[earlier[1], order]).due_at == beans.start + 25 * DAY


def test_the_learned_interval_is_for_each_piece(beans: Stage) -> None:
    order = beans.delivered(id="o4", lines=(beans.line(quantity=2),))
    earlier = [
        beans.order(id=f"o{number}", placed=timedelta(days=-days), lines=(beans.line(quantity=2),))
        for number, days in ((1, 83), (2, 43))
    ]
    assert beans.one(REMINDER, order, history=[*earlier, order]).due_at == beans.start + 35 * DAY


def test_a_reorder_on_day_20_stops_it(beans: Stage) -> None:
    order = beans.delivered()
    notice = beans.one(REMINDER, order)
    again = beans.order(id="o2", placed=20 * DAY)
    assert beans.verdict(notice, beans.facts(again, order)) == "bought_again"
    cancelled = again.model_copy(update={"status": OrderStatus.CANCELLED})
    assert beans.verdict(notice, beans.facts(cancelled, order)) == "send"


def test_subscribers_and_those_who_sent_it_back_are_not_reminded(beans: Stage) -> None:
    order = beans.delivered()
    notice = beans.one(REMINDER, order)
    plan = Subscription(
        id="sub1",
        customer_id="c1",
        sku="BEANS",
        quantity=1,
        interval_days=30,
        next_charge_at=beans.start,
        price="14.00",
        status="active",
    )
    assert beans.verdict(notice, beans.facts(order, subscriptions=(plan,))) == "subscribed"
    back = Return(id="r1", requested_at=beans.start, lines=(ReturnLine(line_id="l1", quantity=1),))
    assert beans.verdict(notice, beans.facts(order.model_copy(update={"returns": (back,)}))) == "returned"


def test_it_lapses_two_weeks_on_and_waits_for_stock(beans: Stage) -> None:
    order = beans.delivered()
    notice = beans.one(REMINDER, order)
    assert beans.verdict(notice, beans.facts(order), notice.due_at + 14 * DAY) == "lapsed"
    beans.beans(stock=0)
    assert beans.judge(notice, beans.facts(order)) == Hold(notice.due_at + DAY, "out_of_stock")


def test_a_first_import_plans_it_while_it_is_still_of_use(beans: Stage) -> None:
    assert beans.one(REMINDER, beans.delivered(), now=beans.start + 30 * DAY).due_at == beans.start + 25 * DAY
    assert beans.of_order(beans.delivered(), now=beans.start + 40 * DAY) == []


def test_it_is_promotional(beans: Stage) -> None:
    order = beans.delivered()
    assert beans.verdict(beans.one(REMINDER, order), beans.facts(order, consents={})) == "no_consent:marketing"


def test_the_story_knows_the_order_and_the_line(beans: Stage) -> None:
    order = beans.delivered()
    judged = beans.judge(beans.one(REMINDER, order), beans.facts(order))
    assert (judged.flow, judged.answers) == ("reorder", {"order": "o1", "line": "l1"})
