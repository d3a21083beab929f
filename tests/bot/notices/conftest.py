"""A shop, a customer and orders to plan and judge notices for; every test moves the clock itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.consent import Contact
from bot.merchant.schema import NoticesFile, Policies, ShopSettings
from bot.merchant.shop import Shop
from bot.model import Address, Category, Channel
from bot.notices import Go, Judgement, Notice, NoticeFacts, NoticeKind, Planned, judge, plan
from bot.records import (
    Customer,
    Line,
    Order,
    OrderStatus,
    PostalAddress,
    Product,
    Shipment,
    TrackingEvent,
    TrackingReason,
    TrackingStatus,
    Variant,
)
from bot.wording.words import Words

MONDAY = datetime(2026, 3, 16, 15, tzinfo=UTC)  # 11:00 in New York
BOTH = (Category.TRANSACTIONAL, Category.REVIEW, Category.MARKETING)


def make_shop(**notices: Any) -> Shop:
    settings = ShopSettings(name="Fern & Field", time_zone="America/New_York", currency="USD")
    policies = Policies()
    return Shop(settings, policies, NoticesFile(**notices), Words({}, settings, policies))


@dataclass
class Stage:
    """What the tests play with. `judged` plans and judges the one notice of a kind."""

    shop: Shop = field(default_factory=make_shop)
    customer: Customer = field(
        default_factory=lambda: Customer(
            id="c1",
            phone="+12125550100",
            email="ada@example.com",
            time_zone="America/New_York",
            address=PostalAddress(region="NY", country="US"),
        )
    )
    products: dict[str, Product] = field(default_factory=dict)
    start: datetime = MONDAY

    def order(self, *parcels: Shipment, id: str = "o1", placed: timedelta = timedelta(), **fields: Any) -> Order:
        lines = fields.pop("lines", (self.line(),))
        status = fields.pop("status", OrderStatus.SHIPPED if parcels else OrderStatus.PENDING)
        return Order(
            id=id,
            number=id.upper(),
            customer_id="c1",
            placed_at=self.start + placed,
            status=status,
            currency="USD",
            lines=lines,
            shipments=parcels,
            **fields,
        )

    def line(self, id: str = "l1", sku: str = "BEANS", quantity: int = 1, price: str = "14.00") -> Line:
        return Line(id=id, product_id="p-beans", sku=sku, title="Beans", quantity=quantity, price=Decimal(price))

    def beans(self, usage_days: int = 30, stock: int | None = None) -> None:
        variant = Variant(sku="BEANS", price=Decimal("14.00"), currency="USD", stock=stock)
        self.products = {
            "p-beans": Product(id="p-beans", title="Beans", usage_days=usage_days, variants=(variant,)),
        }

    def parcel(self, *events: TrackingEvent, id: str = "s1", **fields: Any) -> Shipment:
        return Shipment(id=id, tracking_number=f"T{id}", events=events, **fields)

    def event(self, status: str, after: timedelta = timedelta(), reason: str | None = None) -> TrackingEvent:
        return TrackingEvent(
            at=self.start + after, status=TrackingStatus(status), reason=TrackingReason(reason) if reason else None
        )

    def delivered(self, **fields: Any) -> Order:
        """An order whose one parcel came on Monday at 11:00 in New York."""
        return self.order(self.parcel(self.event("delivered")), placed=timedelta(days=-3), **fields)

    def planned(
        self, after: Order, before: Order | None = None, *, now: datetime | None = None, history: Sequence[Order] = ()
    ) -> dict[str, Planned]:
        found = plan(before, after, self.customer, history or (after,), self.products, self.shop, now or self.start)
        assert len({planned.key for planned in found}) == len(found)
        return {planned.key: planned for planned in found}

    def of_order(self, after: Order, *, now: datetime) -> list[Planned]:
        """What is planned about the order itself, not about who bought it."""
        return [planned for planned in self.planned(after, now=now).values() if planned.order_id]

    def kinds(self, after: Order, before: Order | None = None, *, now: datetime | None = None) -> list[str]:
        """The kinds that are due at once, not those planned ahead."""
        moment = now or self.start
        soon = moment + timedelta(minutes=5)
        return sorted(one.kind for one in self.planned(after, before, now=moment).values() if one.due_at <= soon)

    def one(self, kind: NoticeKind, after: Order, before: Order | None = None, **more: Any) -> Planned:
        found = [planned for planned in self.planned(after, before, **more).values() if planned.kind is kind]
        assert len(found) == 1, found
        return found[0]

    def facts(self, *orders: Order, **fields: Any) -> NoticeFacts:
        facts = NoticeFacts(
            self.shop,
            self.customer,
            orders,
            self.products,
            contacts=(self.contact(Channel.SMS), self.contact(Channel.EMAIL)),
            consents={(channel, category): True for channel in Channel for category in BOTH},
        )
        return replace(facts, **fields)

    def contact(self, channel: Channel, **fields: Any) -> Contact:
        key = "ada@example.com" if channel is Channel.EMAIL else "+12125550100"
        raw = f"whatsapp:{key}" if channel is Channel.WHATSAPP else key
        return Contact(Address(channel=channel, raw=raw, key=key), **fields)

    def judge(self, planned: Planned, facts: NoticeFacts, now: datetime | None = None) -> Judgement:
        notice = Notice(
            id=1,
            key=planned.key,
            kind=planned.kind,
            party=1,
            order_id=planned.order_id,
            subject=planned.subject,
            due_at=planned.due_at,
            expires_at=planned.expires_at,
        )
        return judge(notice, facts, now or planned.due_at)

    def verdict(self, planned: Planned, facts: NoticeFacts, now: datetime | None = None) -> str:
        """ "send" or the reason why not."""
        judged = self.judge(planned, facts, now)
        return "send" if isinstance(judged, Go) else judged.why


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def stage_with() -> Callable[..., Stage]:
    """A stage whose shop has other settings in notices.yaml."""
    return lambda **notices: Stage(shop=make_shop(**notices))
