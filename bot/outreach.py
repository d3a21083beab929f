"""One due notice, from judgement to outbox, inside the dealing with its party: all of it is stored or none of it.

Holds no decision of its own: `judge` decides, the story tells, and what was decided is written down with its reason.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import conversation
from bot.consent import Drop, Hold
from bot.merchant.shop import Shop
from bot.model import Event
from bot.notices import Go, Notice, NoticeFacts, as_of, category_of, judge
from bot.reply import Draft, draft
from bot.store import Outreach
from bot.world import world_of


@dataclass(frozen=True, slots=True)
class Fired:
    """What became of a notice. `letter` is what was put in the outbox, if anything was; `customer_id` is the shop's."""

    notice: Notice
    customer_id: str
    judgement: Go | Hold | Drop
    letter: Draft | None = None


def fire(dealing: Outreach, notice: Notice, shop: Shop, now: datetime) -> Fired:
    """Judges a notice by today's facts and does what comes of it: sent, put off, or dropped."""
    facts = dealing.facts_of(notice, shop, now)
    judgement = judge(notice, facts, now)
    if isinstance(judgement, Go):
        return _send(dealing, notice, judgement, facts, now)
    if isinstance(judgement, Hold):
        dealing.hold(notice, judgement.until, judgement.why)
        return Fired(notice, _customer_id(dealing), judgement)
    return _drop(dealing, notice, judgement, now)


def _send(dealing: Outreach, notice: Notice, go: Go, facts: NoticeFacts, now: datetime) -> Fired:
    """Begins the story that tells it, so that a bare answer lands there, and writes what it says."""
    shop, address = facts.shop, go.send.address
    world = world_of(dealing, address, shop, now)
    world = replace(world, orders=tuple(as_of(order, now) for order in world.orders))
    language = facts.conversation.language or (facts.customer.language if facts.customer else None)
    before = facts.conversation.model_copy(update={"language": language or shop.settings.language})
    turn = conversation.start(
        before, go.flow, go.answers, notice.id, world, dealing.actions(address, shop, now).perform
    )
    letter = draft(
        turn.says,
        address,
        shop,
        language=before.language or shop.settings.language,
        zone=world.zone,
        now=now,
        category=category_of(notice.kind),
        notice_id=notice.id,
    )
    if letter is None:
        return _drop(dealing, notice, Drop("nothing_to_say"), now)
    if not go.send.in_session and letter.template is None:
        return _drop(dealing, notice, Drop("whatsapp_template_incomplete"), now)
    dealing.post(letter, now)
    dealing.save(turn.conversation, now)
    dealing.note((*turn.events, _event("notice_sent", notice, channel=address.channel.value)), now)
    dealing.decide(notice, "sent", None, now)
    return Fired(notice, _customer_id(dealing), go, letter)


def _drop(dealing: Outreach, notice: Notice, drop: Drop, now: datetime) -> Fired:
    dealing.decide(notice, "dropped", drop.why, now)
    dealing.note((_event("notice_dropped", notice, reason=drop.why),), now)
    return Fired(notice, _customer_id(dealing), drop)


def _customer_id(dealing: Outreach) -> str:
    return dealing.party.customer.id if dealing.party.customer else ""


def _event(kind: str, notice: Notice, **more: str) -> Event:
    known = {"notice_id": notice.id, "notice": notice.kind.value, "order_id": notice.order_id}
    return Event(kind=kind, data=known | more)
