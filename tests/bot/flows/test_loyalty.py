"""Loyalty: what is on record, and how far it is to the next tier and reward."""

from typing import Any

import pytest

from bot.flows.loyalty import loyalty_view
from bot.merchant.schema import LoyaltyPolicy
from bot.model import Level
from bot.records import Loyalty
from tests.bot.stories import MemoryRecords, Talk, answers, customer, keys, order, wants

RULES = LoyaltyPolicy.model_validate(
    {
        "tiers": [{"name": "Oak", "points": 1500}, {"name": "Seed", "points": 0}, {"name": "Fern", "points": 500}],
        "rewards": [{"title": {"en": "a mug"}, "points": 200}, {"title": {"en": "a lamp"}, "points": 800}],
    }
)


@pytest.mark.parametrize(
    ("known", "view"),
    [
        ({"points": 620}, {"tier": "Fern", "next_tier": "Oak", "to_next_tier": 880, "to_next_reward": 180}),
        ({"points": 500}, {"tier": "Fern", "to_next_tier": 1000}),
        ({"points": 0}, {"tier": "Seed", "next_tier": "Fern", "to_next_tier": 500, "rewards": []}),
        ({"points": 10, "tier": "Fern"}, {"tier": "Fern", "next_tier": "Oak", "to_next_tier": 1490}),
        ({"points": 9000, "tier": "Oak"}, {"next_tier": None, "to_next_tier": None, "next_reward": None}),
        ({"points": 600, "tier": "Unheard of"}, {"tier": "Unheard of", "next_tier": "Oak"}),
    ],
)
def test_the_next_tier_and_reward_are_those_above_what_is_on_record(known: dict[str, Any], view: dict[str, Any]):
    found = loyalty_view(Loyalty.model_validate(known), RULES)
    assert {name: found[name] for name in view} == view


def test_a_shop_without_a_programme_tells_the_points_alone():
    assert loyalty_view(Loyalty(points=40), LoyaltyPolicy()) == {
        "tier": None,
        "points": 40,
        "next_tier": None,
        "to_next_tier": None,
        "rewards": [],
        "next_reward": None,
        "to_next_reward": None,
    }


def test_points_that_are_not_on_record_are_not_known_and_a_person_is_offered():
    talk = Talk([order()])
    assert keys(talk.hear(wants("loyalty"))) == ["loyalty.not_known", "policy.person_offer"]
    assert keys(talk.hear(answers(True, "yes"))) == ["handoff.opened"]


def test_a_stranger_hears_no_points_without_a_code():
    known = MemoryRecords([order()], [customer(phone="+15035550199", loyalty={"points": 620})])
    talk = Talk(level=Level.UNKNOWN, records=known)
    assert keys(talk.hear(wants("loyalty"))) == ["identity.ask_contact_alone"]
    talk.hear(answers({"email": "maya@example.com"}))
    taken = talk.hear(answers("123456"))
    assert keys(taken) == ["loyalty.standing"]
    assert [source.record for source in taken.says[0].sources] == ["customers/c-1"]
