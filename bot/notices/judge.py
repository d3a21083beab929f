"""A due notice against today's facts: send it there, hold it until then, or drop it, with a reason that is kept.

True? Wanted? Allowed? Welcome? In this order; the last two are `bot/consent.py`'s, asked again when it goes out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.consent import Contact, Drop, Hold, Send, may_send
from bot.hours import next_open, whereabouts_of
from bot.model import Category, Channel, Conversation, Json
from bot.notices.alerts import ALERTS, alert_truth
from bot.notices.kinds import Notice, NoticeKind, Planned, category_of, setting_of
from bot.notices.news import PICKUP_READY
from bot.notices.opinions import CHECKS
from bot.notices.truth import NoticeFacts, Truth, truth_of
from bot.records import OrderStatus

A_PERSON_TALKS = timedelta(hours=1)  # to look again while a person holds the conversation
LATER = timedelta(days=1)
COMPLAINT = "complaint"  # why a case was opened: nobody who waits for its answer is sold to or asked for a favour
STILL_ASKED = timedelta(hours=1)  # a question put so lately may be answered at any moment

#: Of several channels refused, the reason that tells most is the one kept.
TELLING = ("no_consent", "opted_out", "suppressed", "whatsapp_session_over", "whatsapp_not_welcome")

#: Exceptions whose first words are not named after the problem itself.
OPENINGS = {PICKUP_READY: "notice.pickup", "damaged": "problem.damaged_by_carrier"}


@dataclass(frozen=True, slots=True)
class Go:
    """Send it: the story to begin, with what it is told, and where."""

    send: Send
    flow: str
    answers: Mapping[str, Json]


Judgement = Go | Hold | Drop


def judge(notice: Notice, facts: NoticeFacts, now: datetime) -> Judgement:
    """What becomes of a due notice now."""
    setting = setting_of(facts.shop, notice.kind)
    if not setting.enabled:
        return Drop("disabled")
    truth = _truth(notice, facts, now)
    if isinstance(truth, Drop):
        return truth
    if notice.expires_at is not None and now >= notice.expires_at:
        return Drop("lapsed")
    if isinstance(truth, Hold):
        return truth
    welcome = _hold_back(notice, facts, now) or _where(notice, facts, now)
    if not isinstance(welcome, Send):
        return welcome
    flow, answers = story_of(notice, truth)
    return Go(welcome, flow, answers)


def _truth(notice: Notice, facts: NoticeFacts, now: datetime) -> Truth:
    if notice.kind in ALERTS:
        return alert_truth(facts)
    if facts.customer is None:
        return Drop("order_gone")
    if notice.kind in CHECKS:
        return CHECKS[notice.kind](notice, facts, now)
    order = facts.order(notice.order_id)
    if order is None:
        return Drop("order_gone")
    if order.status is OrderStatus.CANCELLED and notice.kind is not NoticeKind.REFUND:
        return Drop("order_cancelled")
    return truth_of(notice, order, facts, now)


def story_of(notice: Notice, subject: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    """The story that tells it, and what that story knows from the start."""
    answers: dict[str, Json] = {"order": notice.order_id}
    match notice.kind:
        case NoticeKind.EXCEPTION if subject["problem"] == PICKUP_READY:
            return "announce_pickup", answers | {"shipments": [subject["shipment"]]}
        case NoticeKind.EXCEPTION:
            told = {"shipment": subject["shipment"], "problem": subject["problem"], "told_by": "carrier"}
            return "delivery_problem", answers | told
        case NoticeKind.REVIEW:
            return "review", answers
        case NoticeKind.REPLENISHMENT:
            return "reorder", answers | {"line": subject["line"]}
        case NoticeKind.NPS | NoticeKind.CSAT:
            return notice.kind.value, {}
        case NoticeKind.BACK_IN_STOCK | NoticeKind.PRICE_DROP:
            return f"announce_{notice.kind}", dict(subject)
        case NoticeKind.RETURN_STAGE | NoticeKind.REFUND:
            return f"announce_{notice.kind}", answers | dict(subject)
        case _:
            known = {name: subject[name] for name in ("shipments", "eta") if name in subject}
            return f"announce_{notice.kind}", answers | known


def opening_key(notice: Notice | Planned) -> str:
    """The template key that a notice opens with: what an approved WhatsApp template stands in for."""
    match notice.kind:
        case NoticeKind.EXCEPTION:
            problem = notice.subject["problem"]
            return OPENINGS.get(problem, f"problem.{problem}")
        case NoticeKind.REVIEW:
            return "review.ask"
        case NoticeKind.REPLENISHMENT:
            return "reorder.offer"
        case NoticeKind.NPS:
            return "nps.ask"
        case NoticeKind.CSAT:
            return "csat.ask"
        case _:
            return f"notice.{notice.kind}"


def _hold_back(notice: Notice, facts: NoticeFacts, now: datetime) -> Hold | Drop | None:
    """A person at it; for what is not news of an order also its own hours, and the cap on how often we write."""
    since = facts.conversation.held_since
    if since and now - since < timedelta(hours=facts.shop.settings.handoff.release_after_hours):
        return Hold(now + A_PERSON_TALKS, "person")
    hours = getattr(setting_of(facts.shop, notice.kind), "hours", None)
    if category_of(notice.kind) is Category.TRANSACTIONAL or hours is None:
        return None
    if any(handoff.reason == COMPLAINT for handoff in facts.handoffs):
        return Hold(now + LATER, "complaint_open")
    if _is_asked(facts.conversation, now):
        return Hold(now + STILL_ASKED, "talking")
    opens = next_open(now, whereabouts_of(facts.customer, facts.shop), hours)
    if opens != now:
        return Hold(opens or now + LATER, "quiet_hours")
    return _over_cap(facts)


def _is_asked(conversation: Conversation, now: datetime) -> bool:
    """Whether an answer may be on its way: a "yes" must not land in a question that we put on top meanwhile."""
    last = conversation.last_at
    return conversation.expected is not None and last is not None and now - last < STILL_ASKED


def _over_cap(facts: NoticeFacts) -> Hold | Drop | None:
    cap = facts.shop.notices.frequency_cap
    if cap.messages == 0:
        return Drop("frequency_cap")
    if len(facts.asked_at) < cap.messages:
        return None
    return Hold(facts.asked_at[-cap.messages] + timedelta(days=cap.per_days), "frequency_cap")


def _where(notice: Notice, facts: NoticeFacts, now: datetime) -> Send | Hold | Drop:
    """The best address: on the channel they asked for, else the one they last wrote on, else the shop's
    order, the first that may be used."""
    answers = [_ask(contact, notice, facts, now) for contact in _contacts(notice, facts)]
    for answer in answers:
        if isinstance(answer, Send):
            return answer
    holds = [answer for answer in answers if isinstance(answer, Hold)]
    if holds:
        return min(holds, key=lambda hold: hold.until)
    drops = [answer for answer in answers if isinstance(answer, Drop)]
    return min(drops, key=_telling, default=Drop("no_address"))


def _ask(contact: Contact, notice: Notice, facts: NoticeFacts, now: datetime) -> Send | Hold | Drop:
    return may_send(
        contact,
        category_of(notice.kind),
        now,
        consents=facts.consents,
        place=whereabouts_of(facts.customer, facts.shop),
        has_template=bool(facts.shop.settings.whatsapp_templates.get(opening_key(notice))),
    )


def _contacts(notice: Notice, facts: NoticeFacts) -> Iterator[Contact]:
    used = facts.shop.settings.channels
    channels = [channel for channel in setting_of(facts.shop, notice.kind).channels or used if channel in used]
    preferred = facts.customer.preferred_channel if facts.customer else None
    for first in (facts.conversation.last_channel, preferred):
        if first in channels and first is not Channel.CHAT:  # nobody sits at a chat left open
            channels.remove(Channel(first))
            channels.insert(0, Channel(first))
    for channel in channels:
        yield from (contact for contact in facts.contacts if contact.address.channel is channel)


def _telling(drop: Drop) -> int:
    return next((place for place, code in enumerate(TELLING) if drop.why.startswith(code)), len(TELLING))
