"""Which notices an order calls for: pure, and the same for the same records, so that planning again changes nothing.

Now-notices come of what changed between `before` and `after`; delays, silence, review prompts and reminders are planned
ahead for a moment at which `judge` will see whether they are still true. Nothing here asks for consent: `judge` does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.hours import Whereabouts, next_open, whereabouts_of
from bot.merchant.shop import Shop
from bot.notices.kinds import NoticeKind, Planned, refund_subject, setting_of
from bot.notices.later import reminder_window, review_window
from bot.notices.news import News, news_of, silent_since
from bot.notices.opinions import nps_to_come
from bot.records import Customer, Order, OrderStatus, Product, ReturnStatus, Shipment

TOGETHER = timedelta(minutes=15)  # parcels whose news is no further apart are told of in one message
GATHER = timedelta(minutes=2)  # how long the first of several parcels waits for the others
TOLD_STAGES = frozenset(
    {
        ReturnStatus.APPROVED,
        ReturnStatus.RECEIVED,
        ReturnStatus.INSPECTED,
        ReturnStatus.REFUNDED,
        ReturnStatus.EXCHANGED,
        ReturnStatus.REFUSED,
    }
)
EVENING = time(20)  # a parcel not there by then does not come on the promised day any more


def plan(
    before: Order | None,
    after: Order,
    customer: Customer,
    history: Sequence[Order],
    products: Mapping[str, Product],
    shop: Shop,
    now: datetime,
) -> tuple[Planned, ...]:
    """Every notice this order calls for at this moment. `before` is None for an order never heard of: then only very
    fresh news is told, so that a shop's first import blasts nobody. `history` is all the customer's orders.
    """
    planner = _Planner(before, after, customer, history, products, shop, now, whereabouts_of(customer, shop))
    found = planner.money() if after.status is OrderStatus.CANCELLED else planner.all()
    enabled = (planned for planned in found if setting_of(shop, planned.kind).enabled)
    return tuple(planned for planned in enabled if planned.expires_at > now)


@dataclass(frozen=True, slots=True)
class _Planner:
    before: Order | None
    after: Order
    customer: Customer
    history: Sequence[Order]
    products: Mapping[str, Product]
    shop: Shop
    now: datetime
    place: Whereabouts

    def all(self) -> Iterator[Planned]:
        news = self._fresh_news()
        if not any(self._news_of(parcel) for parcel in self.after.shipments):
            yield from self._confirmation()
        yield from self._exceptions(news)
        yield from self._movements(news)
        yield from self._delays(news)
        yield from self._missed_promises()
        yield from self._silences()
        yield from self._returns()
        yield from self.money()
        yield from self._review()
        yield from self._reminders()
        yield from nps_to_come(self.customer, self.history, self.place, self.shop, self.now)

    # -- news ------------------------------------------------------------------------------------------------------

    def _fresh_news(self) -> dict[str, News]:
        """By parcel, what is news since `before` and fresh enough to be told."""
        found: dict[str, News] = {}
        for parcel in self.after.shipments:
            news = self._news_of(parcel)
            if news and news.at >= self.now - self._freshness(news.kind) and self._is_new(parcel, news):
                found[parcel.id] = news
        return found

    def _is_new(self, parcel: Shipment, news: News) -> bool:
        old = self.before.shipment(parcel.id) if self.before else None
        if old is None:
            return news.kind is not NoticeKind.DELIVERED  # first seen as already delivered: nothing to tell
        return self._news_of(old) != news

    def _news_of(self, parcel: Shipment) -> News | None:
        return news_of(parcel, self.now, self.shop.policies.tracking)

    def _freshness(self, kind: NoticeKind) -> timedelta:
        hours = setting_of(self.shop, kind).fresh_hours
        if self.before is None and kind is not NoticeKind.EXCEPTION:
            hours = min(hours, self.shop.notices.first_seen_fresh_hours)
        return timedelta(hours=hours)

    def _confirmation(self) -> Iterator[Planned]:
        kind = NoticeKind.ORDER_CONFIRMED
        if self.before is None and self.after.placed_at >= self.now - self._freshness(kind):
            yield self._now(kind, [], {}, self.after.placed_at)

    def _exceptions(self, news: Mapping[str, News]) -> Iterator[Planned]:
        for parcel_id, item in news.items():
            if item.kind is NoticeKind.EXCEPTION:
                subject = {"shipment": parcel_id, "problem": item.problem}
                yield self._now(item.kind, [parcel_id, item.problem, self._day(item.at)], subject, item.at)

    def _movements(self, news: Mapping[str, News]) -> Iterator[Planned]:
        """Parcels that moved together are told of together; the first of several waits a moment for the others."""
        for kind in (NoticeKind.SHIPPED, NoticeKind.OUT_FOR_DELIVERY, NoticeKind.DELIVERED):
            at = max((item.at for item in news.values() if item.kind is kind), default=None)
            if at is None:
                continue
            others = {parcel.id: self._news_of(parcel) for parcel in self.after.shipments}
            group = sorted(
                parcel_id for parcel_id, item in others.items() if item and item.kind is kind and _close(item.at, at)
            )
            wait = GATHER if len(group) < len(self.after.shipments) else timedelta()
            day = [self._day(at)] if kind is NoticeKind.OUT_FOR_DELIVERY else []  # another attempt is other news
            yield self._now(kind, ["+".join(group), *day], {"shipments": group, "date": "".join(day)}, at, wait)

    def _delays(self, news: Mapping[str, News]) -> Iterator[Planned]:
        """The carrier says that it is late, or the promised day moved: told once for each date."""
        dates: dict[str, list[Shipment]] = {}
        at: dict[str, datetime] = {}
        for parcel in self.after.shipments:
            item = news.get(parcel.id)
            if item is not None and item.kind is NoticeKind.DELAY:
                date = self._day(self._eta(parcel) or item.at)
                at[date] = max(item.at, at.get(date, item.at))
            elif self._promised_later(parcel):
                date = self._day(parcel.promised_at or self.now)
                at[date] = self.now
            else:
                continue
            dates.setdefault(date, []).append(parcel)
        for date, parcels in dates.items():
            ids = sorted(parcel.id for parcel in parcels)
            eta = self._eta(parcels[0])
            subject = {"shipments": ids, "date": date, "eta": eta.isoformat() if eta else None}
            yield self._now(NoticeKind.DELAY, ["+".join(ids), date], subject, at[date])

    def _promised_later(self, parcel: Shipment) -> bool:
        old = self.before.shipment(parcel.id) if self.before else None
        if old is None or old.promised_at is None or parcel.promised_at is None or parcel.delivered_at:
            return False
        return self._day(parcel.promised_at) > self._day(old.promised_at) and parcel.promised_at > self.now

    def _eta(self, parcel: Shipment) -> datetime | None:
        return parcel.promised_at if parcel.promised_at and parcel.promised_at > self.now else None

    # -- what comes back -------------------------------------------------------------------------------------------

    def _returns(self) -> Iterator[Planned]:
        """Each stage that a return has come to; that it is refunded is told with the money, where that is on record."""
        known = {back.id: back.status for back in self.before.returns} if self.before else {}
        paid = any(self.money())
        for back in self.after.returns if self.before else ():
            if back.status not in TOLD_STAGES or known.get(back.id) is back.status:
                continue
            if not (paid and back.status is ReturnStatus.REFUNDED):
                subject = {"return": back.id, "status": back.status.value}
                yield self._now(NoticeKind.RETURN_STAGE, [back.id, back.status.value], subject, self.now)

    def money(self) -> Iterator[Planned]:
        """Each refund that the shop sent off, and its arrival."""
        known = [refund_subject(refund) for refund in self.before.refunds] if self.before else []
        for refund in self.after.refunds if self.before else ():
            subject = refund_subject(refund)
            if subject not in known:
                marks = [str(subject[name]) for name in ("amount", "method_id", "at", "status")]
                yield self._now(NoticeKind.REFUND, marks, subject, self.now)

    # -- ahead -----------------------------------------------------------------------------------------------------

    def _missed_promises(self) -> Iterator[Planned]:
        """On the evening of a promised day, for the parcels that will not have come by then."""
        kind = NoticeKind.DELAY
        days: dict[str, list[Shipment]] = {}
        for parcel in self.after.shipments:
            if parcel.promised_at and not parcel.delivered_at:
                days.setdefault(self._day(parcel.promised_at), []).append(parcel)
        for day, parcels in days.items():
            due = max(self._evening(parcel.promised_at) for parcel in parcels if parcel.promised_at)
            if due < self.now - self._freshness(kind):
                continue
            ids = sorted(parcel.id for parcel in parcels)
            subject = {"shipments": ids, "date": f"{day} missed", "eta": None, "promised": day}
            yield self._ahead(kind, ["+".join(ids), day, "missed"], subject, due)

    def _silences(self) -> Iterator[Planned]:
        """A parcel that has not moved for so many days; new movement makes it untrue and plans it anew."""
        kind = NoticeKind.EXCEPTION
        for parcel in self.after.shipments:
            since = silent_since(parcel, self.now, self.shop.policies.tracking)
            if since is None:
                continue
            silent = since + timedelta(days=self.shop.policies.tracking.lost_after_days)
            due = next_open(silent, self.place) or silent
            if due >= self.now - self._freshness(kind):
                subject = {"shipment": parcel.id, "problem": "lost", "since": since.isoformat()}
                yield self._ahead(kind, [parcel.id, "lost", f"{since:%Y%m%dT%H%M%S}"], subject, due)

    def _review(self) -> Iterator[Planned]:
        window = review_window(self.after, self.place, self.shop)
        if window:
            until = self._day(window[1])
            yield Planned(
                f"review:{self.after.id}:{until}", NoticeKind.REVIEW, self.after.id, {"until": until}, *window
            )

    def _reminders(self) -> Iterator[Planned]:
        for line in self.after.lines:
            window = reminder_window(self.after, line, self.history, self.products, self.place, self.shop)
            if window:
                key = f"{NoticeKind.REPLENISHMENT}:{self.after.id}:{line.id}"
                yield Planned(key, NoticeKind.REPLENISHMENT, self.after.id, {"line": line.id}, *window)

    # -- making ----------------------------------------------------------------------------------------------------

    def _now(
        self,
        kind: NoticeKind,
        marks: Sequence[str],
        subject: Mapping[str, object],
        at: datetime,
        wait: timedelta = timedelta(),
    ) -> Planned:
        expires = at + timedelta(hours=setting_of(self.shop, kind).fresh_hours)
        return Planned(
            ":".join((kind, self.after.id, *marks)), kind, self.after.id, dict(subject), self.now + wait, expires
        )

    def _ahead(self, kind: NoticeKind, marks: Sequence[str], subject: Mapping[str, object], due: datetime) -> Planned:
        expires = due + timedelta(hours=setting_of(self.shop, kind).fresh_hours)
        return Planned(":".join((kind, self.after.id, *marks)), kind, self.after.id, dict(subject), due, expires)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.customer.time_zone or self.shop.settings.time_zone)

    def _day(self, moment: datetime) -> str:
        """The calendar day where the customer is, for keys and dates told."""
        return moment.astimezone(self._zone).date().isoformat()

    def _evening(self, promised: datetime) -> datetime:
        local = promised.astimezone(self._zone)
        return max(promised, local.replace(hour=EVENING.hour, minute=0, second=0, microsecond=0)).astimezone(
            promised.tzinfo
        )


def _close(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= TOGETHER
