"""When somebody is asked what they think of the shop: by cadence (NPS), and after a conversation (CSAT).

Both are about the customer, not about an order: pure functions that plan them and see whether the moment is right.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.consent import Drop, Hold
from bot.hours import Whereabouts, next_open
from bot.merchant.shop import Shop
from bot.model import Mood
from bot.notices.kinds import Notice, NoticeKind, Planned
from bot.notices.truth import LOOK_AGAIN, LOW_MOOD, NoticeFacts, Truth
from bot.records import Customer, Order, OrderStatus

AHEAD = 2  # scores planned at a time: a customer who buys no more is asked no more


def nps_to_come(
    customer: Customer, orders: Sequence[Order], place: Whereabouts, shop: Shop, now: datetime
) -> Iterator[Planned]:
    """The next ones of the cadence that began with the customer's first order."""
    bought = [order for order in orders if order.status is not OrderStatus.CANCELLED]
    if not bought:
        return
    setting = shop.notices.nps
    first = min(bought, key=lambda order: order.placed_at)
    start = first.placed_at + timedelta(days=setting.after_days)
    every = timedelta(days=setting.every_days)
    count = max(0, -((start - now) // every))
    for number in range(count, count + AHEAD):
        due = next_open(start + number * every, place, setting.hours)
        if due:
            key = f"{NoticeKind.NPS}:{customer.id}:{first.placed_at:%Y%m%d}:{number}"
            lapses = due + timedelta(days=setting.lapse_days)
            yield Planned(key, NoticeKind.NPS, "", {"number": number}, due, lapses)


def csat_after(customer: Customer, place: Whereabouts, shop: Shop, now: datetime) -> Planned | None:
    """The question about a conversation that came to its end at this moment."""
    setting = shop.notices.csat
    due = next_open(now + timedelta(hours=setting.after_hours), place, setting.hours)
    if not setting.enabled or due is None:
        return None
    key = f"{NoticeKind.CSAT}:{customer.id}:{now:%Y%m%dT%H%M%S}"
    lapses = due + timedelta(hours=setting.lapse_hours)
    return Planned(key, NoticeKind.CSAT, "", {"since": now.isoformat()}, due, lapses)


def nps_truth(notice: Notice, facts: NoticeFacts, now: datetime) -> Truth:
    """Not while something is wrong, and not on the heels of another question of ours."""
    setting = facts.shop.notices.nps
    if not any(order.status is not OrderStatus.CANCELLED for order in facts.orders):
        return Drop("order_gone")
    if _within(facts.asked.get(NoticeKind.NPS), timedelta(days=setting.every_days / 2), now):
        return Drop("already_told")
    asked = max((moment for kind, moment in facts.asked.items() if kind is not NoticeKind.NPS), default=None)
    if asked and _within(asked, timedelta(days=setting.quiet_days), now):
        return Hold(asked + timedelta(days=setting.quiet_days), "asked_lately")
    trouble = _trouble(facts, now)
    return Hold(now + LOOK_AGAIN, trouble) if trouble else notice.subject


def csat_truth(notice: Notice, facts: NoticeFacts, now: datetime) -> Truth:
    """Only of a conversation that is over, by the last message of it, and never often."""
    setting = facts.shop.notices.csat
    if _within(facts.asked.get(NoticeKind.CSAT), timedelta(days=setting.every_days), now):
        return Drop("already_told")
    if any(handoff.silences_bot for handoff in facts.handoffs):
        return Drop("handoff_open")
    last = facts.conversation.last_at
    if last and last > datetime.fromisoformat(str(notice.subject["since"])):
        return Drop("superseded")  # it went on: its own end is asked about
    asked = max(facts.asked.values(), default=None)
    return Drop("asked_lately") if asked and _within(asked, timedelta(days=1), now) else notice.subject


def _trouble(facts: NoticeFacts, now: datetime) -> str | None:
    if facts.handoffs:
        return "handoff_open"
    conversation = facts.conversation
    if conversation.mood is not Mood.CALM and _within(conversation.last_at, LOW_MOOD, now):
        return "low_mood"
    return None


def _within(moment: datetime | None, span: timedelta, now: datetime) -> bool:
    return moment is not None and now - moment < span


#: By kind, of the notices that are about the customer and not about an order.
CHECKS = {NoticeKind.NPS: nps_truth, NoticeKind.CSAT: csat_truth}
