"""Loyalty: the tier and points on record, and how far it is to the next tier and reward of policies.yaml."""

from typing import Any

from bot import identity
from bot.merchant.schema import LoyaltyPolicy, LoyaltyReward, LoyaltyTier
from bot.model import Json, Kind, Source
from bot.records import Customer, Loyalty
from bot.story import YES_NO, Case, Ending, Question


def loyalty(case: Case) -> Ending:
    """What the record says; where it says nothing, that it is not known, and a person."""
    customer = _customer(case)
    known = customer.loyalty if customer else None
    if customer is None or known is None:
        case.say("loyalty.not_known")
        offer = Question("person_instead", Kind.YES_NO, "policy.person_offer", _truth, choices=YES_NO)
        return case.person("loyalty") if case.need(offer) else case.end()
    sources = (Source(record=f"customers/{customer.id}"),)
    view = loyalty_view(known, case.world.policies.loyalty)
    return case.end("loyalty.standing", sources=sources, loyalty=view)


def _customer(case: Case) -> Customer | None:
    world = case.world
    if world.customer and world.level in identity.KNOWN_WELL:
        return world.customer
    return world.records.customer(identity.prove_customer(case))


def loyalty_view(known: Loyalty, rules: LoyaltyPolicy) -> dict[str, Any]:
    """`tier points next_tier to_next_tier rewards next_reward to_next_reward`; what policy does not have is None.

    `rewards` are those that the points are enough for; a reward is its title by language.
    """
    tiers = sorted(rules.tiers, key=lambda tier: tier.points)
    rewards = sorted(rules.rewards, key=lambda reward: reward.points)
    next_tier = _next_tier(known, tiers)
    next_reward = next((reward for reward in rewards if reward.points > known.points), None)
    return {
        "tier": known.tier or _tier_of(known.points, tiers),
        "points": known.points,
        "next_tier": next_tier.name if next_tier else None,
        "to_next_tier": next_tier.points - known.points if next_tier else None,
        "rewards": [_reward(reward) for reward in rewards if reward.points <= known.points],
        "next_reward": _reward(next_reward) if next_reward else None,
        "to_next_reward": next_reward.points - known.points if next_reward else None,
    }


def _tier_of(points: int, tiers: list[LoyaltyTier]) -> str | None:
    return next((tier.name for tier in reversed(tiers) if tier.points <= points), None)


def _next_tier(known: Loyalty, tiers: list[LoyaltyTier]) -> LoyaltyTier | None:
    """The first tier above the one on record, which may have been given for other reasons than points."""
    names = [tier.name for tier in tiers]
    above = tiers[names.index(known.tier) + 1 :] if known.tier in names else tiers
    return next((tier for tier in above if tier.points > known.points), None)


def _reward(reward: LoyaltyReward) -> dict[str, Any]:
    return {"title": reward.title, "points": reward.points}


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None
