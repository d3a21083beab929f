"""Whether what a notice was planned to say is still true and still wanted, by today's records.

One function per kind: `None` and what is left to tell, or the reason why not. Reasons are stable codes: the merchant
reads them in `flask notices`, the measures count them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.consent import Consents, Contact, Drop, Hold
from bot.flows.where_is_my_order import already_raised
from bot.hours import whereabouts_of
from bot.merchant.shop import Shop
from bot.model import Conversation, Json, Mood
from bot.notices.kinds import Notice, NoticeKind, refund_subject
from bot.notices.later import Products, product_of, reminder_window, review_window
from bot.notices.news import delivered_at, news_of, silent_since
from bot.records import (
    OPEN_RETURNS,
    Alert,
    Customer,
    Handoff,
    Line,
    Order,
    OrderStatus,
    Return,
    ReturnStatus,
    Subscription,
    SubscriptionStatus,
)

LOW_MOOD = timedelta(days=14)  # for so long after an upset conversation nobody is asked for a review
LOOK_AGAIN = timedelta(days=1)
OVER = (NoticeKind.OUT_FOR_DELIVERY, NoticeKind.DELIVERED, NoticeKind.EXCEPTION)  # no delay is news after these
NOT_SENT_BACK = frozenset({ReturnStatus.CANCELLED, ReturnStatus.REFUSED})


@dataclass(frozen=True, slots=True)
class Told:
    """A notice sent before about the same order."""

    kind: NoticeKind
    subject: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Today's truth for one notice. `orders` are all the customer's, as of now; `asked_at` are the moments at which
    review and marketing messages were sent to them within the frequency cap's days, oldest first; `asked` is when each
    kind of opinion was last asked for."""

    shop: Shop
    customer: Customer | None
    orders: tuple[Order, ...]
    products: Products = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    reviewed: frozenset[str] = frozenset()
    handoffs: tuple[Handoff, ...] = ()
    conversation: Conversation = field(default_factory=Conversation)
    told: tuple[Told, ...] = ()
    contacts: tuple[Contact, ...] = ()
    consents: Consents = field(default_factory=dict)
    asked_at: tuple[datetime, ...] = ()
    asked: Mapping[NoticeKind, datetime] = field(default_factory=dict)
    alert: Alert | None = None

    def order(self, order_id: str) -> Order | None:
        return next((order for order in self.orders if order.id == order_id), None)


Untrue = Drop | Hold
Truth = Mapping[str, Json] | Untrue
"""What is left of the subject to tell, or why nothing is."""


def truth_of(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    """What of this notice may be told now, as far as the records go."""
    return CHECKS[notice.kind](notice, order, facts, now)


def _order_confirmed(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    policy = facts.shop.policies.tracking
    shipped = any(news_of(parcel, now, policy) for parcel in order.shipments)
    return Drop("superseded") if shipped else notice.subject


def _movement(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    policy = facts.shop.policies.tracking
    named = set(notice.subject["shipments"])
    same_news = {
        parcel.id
        for parcel in order.shipments
        if (news := news_of(parcel, now, policy)) is not None and news.kind is notice.kind
    }
    return _left(notice, named & same_news, facts)


def _delay(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    """Still awaited, and neither here today nor in trouble of another kind; a missed day only if it still stands."""
    policy = facts.shop.policies.tracking
    waiting = set()
    for parcel in order.shipments:
        news = news_of(parcel, now, policy)
        over = news is not None and news.kind in OVER
        stands = "promised" not in notice.subject or _promised_on(parcel.promised_at, notice, facts)
        if not over and stands:
            waiting.add(parcel.id)
    return _left(notice, waiting & set(notice.subject["shipments"]), facts)


def _promised_on(promised: datetime | None, notice: Notice, facts: NoticeFacts) -> bool:
    zone = (facts.customer.time_zone if facts.customer else None) or facts.shop.settings.time_zone
    return promised is not None and promised.astimezone(ZoneInfo(zone)).date().isoformat() == notice.subject["promised"]


def _left(notice: Notice, parcels: set[str], facts: NoticeFacts) -> Truth:
    """The parcels not yet told of, of those it is still true for."""
    if not parcels:
        return Drop("superseded")
    for told in facts.told:
        if told.kind is notice.kind and _same_occasion(told.subject, notice.subject):
            parcels = parcels - set(told.subject.get("shipments", ()))
    if not parcels:
        return Drop("already_told")
    return {**notice.subject, "shipments": sorted(parcels)}


def _same_occasion(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    return one.get("date") == other.get("date")


def _exception(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    policy = facts.shop.policies.tracking
    parcel = order.shipment(notice.subject["shipment"])
    if parcel is None:
        return Drop("superseded")
    if "since" in notice.subject:
        since = silent_since(parcel, now, policy)
        if since is None or since.isoformat() != notice.subject["since"]:
            return Drop("superseded")
    else:
        news = news_of(parcel, now, policy)
        if news is None or (news.kind, news.problem) != (notice.kind, notice.subject["problem"]):
            return Drop("resolved")
    if already_raised(order, parcel) or _raised_by_customer(order, facts):
        return Drop("already_raised")
    return notice.subject


def _return_stage(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:  # noqa: ARG001
    stage = next((back.status.value for back in order.returns if back.id == notice.subject["return"]), None)
    return notice.subject if stage == notice.subject["status"] else Drop("superseded")


def _refund(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:  # noqa: ARG001
    on_record = [refund_subject(refund) for refund in order.refunds]
    return notice.subject if notice.subject in on_record else Drop("superseded")


def _raised_by_customer(order: Order, facts: NoticeFacts) -> bool:
    """An open matter of the customer's own about this order, or a person at it."""
    if any(handoff.order_id == order.id for handoff in facts.handoffs):
        return True
    return any(
        case.flow == "delivery_problem" and case.notice_id is None and case.answers.get("order") == order.id
        for case in facts.conversation.stack
    )


def _review(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    window = review_window(order, whereabouts_of(facts.customer, facts.shop), facts.shop)
    if order.id in facts.reviewed:
        return Drop("already_reviewed")
    if any(told.kind is NoticeKind.REVIEW for told in facts.told):
        return Drop("already_told")
    if window is None:
        return Drop("not_delivered")
    if now >= window[1]:
        return Drop("lapsed")
    trouble = _trouble(order, facts, now)
    if trouble:
        return Drop(trouble)
    if now < window[0]:
        return Hold(window[0], "not_yet")
    return notice.subject


def _trouble(order: Order, facts: NoticeFacts, now: datetime) -> str | None:
    """Why now is no time to ask what somebody thinks of an order."""
    conversation = facts.conversation
    arrived = delivered_at(order)
    if any(back.status in OPEN_RETURNS for back in order.returns):
        return "return_open"
    if all(_sent_back(line, order.returns) for line in order.lines if line.quantity):
        return "returned"
    if any(change.what == "claim" and arrived and change.at >= arrived for change in order.changes):
        return "claim_open"
    if any(handoff.order_id in (None, order.id) for handoff in facts.handoffs):
        return "handoff_open"
    if any(case.flow == "delivery_problem" and case.answers.get("order") == order.id for case in conversation.stack):
        return "problem_open"
    recent = conversation.last_at is not None and now - conversation.last_at < LOW_MOOD
    return "low_mood" if recent and conversation.mood is not Mood.CALM else None


def _replenishment(notice: Notice, order: Order, facts: NoticeFacts, now: datetime) -> Truth:
    line = order.line(notice.subject["line"])
    if line is None or line.quantity < 1:
        return Drop("line_gone")
    if _bought_again(order, line, facts.orders):
        return Drop("bought_again")
    if any(plan.sku == line.sku and plan.standing(now) is SubscriptionStatus.ACTIVE for plan in facts.subscriptions):
        return Drop("subscribed")
    if _sent_back(line, order.returns):
        return Drop("returned")
    place = whereabouts_of(facts.customer, facts.shop)
    window = reminder_window(order, line, facts.orders, facts.products, place, facts.shop)
    if window is None:
        return Hold(now + LOOK_AGAIN, "not_delivered") if order.shipments else Drop("not_consumable")
    if now >= window[1]:
        return Drop("lapsed")
    if now < window[0]:
        return Hold(window[0], "not_yet")
    return Hold(now + LOOK_AGAIN, "out_of_stock") if _out_of_stock(line, facts) else notice.subject


def _bought_again(order: Order, line: Line, orders: Sequence[Order]) -> bool:
    """Any later order of the same thing, a free replacement too: that one has a reminder of its own."""
    for other in orders:
        later = other.id != order.id and other.placed_at > order.placed_at
        if not later or other.status is OrderStatus.CANCELLED:
            continue
        if any(bought.quantity and _same_thing(bought, line) for bought in other.lines):
            return True
    return False


def _same_thing(one: Line, other: Line) -> bool:
    return one.sku == other.sku or (one.product_id is not None and one.product_id == other.product_id)


def _sent_back(line: Line, returns: Sequence[Return]) -> bool:
    """Whether all pieces of the line went back, or are on their way back."""
    pieces = sum(
        back.quantity
        for sent in returns
        if sent.status not in NOT_SENT_BACK
        for back in sent.lines
        if back.line_id == line.id
    )
    return pieces >= line.quantity > 0


def _out_of_stock(line: Line, facts: NoticeFacts) -> bool:
    product = product_of(line, facts.products)
    variants = product.variants if product else ()
    return any(variant.sku == line.sku and variant.stock is not None and variant.stock <= 0 for variant in variants)


Check = Callable[[Notice, Order, NoticeFacts, datetime], Truth]

CHECKS: dict[NoticeKind, Check] = {
    NoticeKind.ORDER_CONFIRMED: _order_confirmed,
    NoticeKind.SHIPPED: _movement,
    NoticeKind.OUT_FOR_DELIVERY: _movement,
    NoticeKind.DELIVERED: _movement,
    NoticeKind.DELAY: _delay,
    NoticeKind.EXCEPTION: _exception,
    NoticeKind.RETURN_STAGE: _return_stage,
    NoticeKind.REFUND: _refund,
    NoticeKind.REVIEW: _review,
    NoticeKind.REPLENISHMENT: _replenishment,
}
