"""News that asks nothing: said with the order and its parcels, leaving whatever was open as it was."""

from typing import Any

import pytest

from bot.actions import OpenHandoff
from bot.flows.announcements import STORIES
from bot.model import Channel
from tests.bot.stories import NOW, Talk, keys, order, parcel, sample_shop

BACK: dict[str, Any] = {
    "returns": [{"id": "R-1", "requested_at": NOW.isoformat(), "status": "received"}],
    "refunds": [{"amount": "14.00", "status": "done", "at": NOW.isoformat()}],
}
TOLD = {"return": "R-1", "amount": "14.00", "method_id": None, "status": "done", "at": NOW.isoformat()}


def two_parcels() -> Any:
    return order(
        "FF-1001",
        shipments=[parcel("FF-1001", ("in_transit", None, 1)), parcel("FF-1001-B", ("in_transit", None, 1))],
        status="shipped",
        **BACK,
    )


@pytest.mark.parametrize("flow", sorted(STORIES))
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP, Channel.EMAIL])
def test_each_has_words_on_every_channel(flow: str, channel: Channel) -> None:
    talk = Talk([two_parcels()], channel=channel)
    taken = talk.begin(flow, order="o-FF-1001", shipments=["s-FF-1001"], eta=NOW.isoformat(), **TOLD)
    assert keys(taken) == ["notice." + flow.removeprefix("announce_")]
    rendered = sample_shop().words.render(
        taken.says, channel=channel, language="en", zone="America/Los_Angeles", now=NOW
    )
    assert "FF-1001" in rendered.text


def test_only_the_parcels_it_is_about_are_told() -> None:
    talk = Talk([two_parcels()])
    (say,) = talk.begin("announce_shipped", order="o-FF-1001", shipments=["s-FF-1001-B"]).says
    assert [shown["tracking_number"] for shown in say.facts["shipments"]] == ["UPFF1001B"]
    assert {source.record for source in say.sources} >= {"orders/o-FF-1001", "shipments/s-FF-1001-B"}


def test_a_question_that_was_open_stays_open() -> None:
    talk = Talk([order("FF-1001", ("attempt_failed", None, 2)), order("FF-1002", ("delivered", None, 1))])
    talk.begin("delivery_problem", order="o-FF-1001", shipment="s-FF-1001", problem="attempt_failed", told_by="carrier")
    asked = talk.conversation.expected
    talk.begin("announce_delivered", order="o-FF-1002", shipments=["s-FF-1002"])
    assert asked is not None
    assert talk.conversation.expected == asked


def test_an_order_that_is_gone_is_a_task_for_the_shop_and_the_bot_goes_on() -> None:
    talk = Talk([])
    talk.begin("announce_shipped", order="o-gone", shipments=[])
    assert [task.silences_bot for task in talk.ledger.of(OpenHandoff)] == [False]
    assert talk.conversation.held_since is None
