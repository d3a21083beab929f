"""The shop's records: customers, products, orders, shipments, subscriptions and what happened to them.

These classes are the import and export format, field for field: what is validated on the way in is what the mind reads
and what is written out again. Unknown fields are refused by name. Money is Decimal, read from decimal strings only
(a float has already lost cents); moments are aware and kept in UTC; ids are the source's own, opaque.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

SMALLEST, MOST_MONEY = Decimal("1E-6"), Decimal("1E12")  # of any currency; beyond them arithmetic is no longer exact
MOST_ITEMS = 1_000_000  # of a line
YEARS = range(1970, 2200)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError('write money as a decimal string, such as "12.50"')
    try:
        amount = Decimal(value.strip())
    except InvalidOperation as error:
        raise ValueError('write money as a decimal string, such as "12.50"') from error
    if not amount.is_finite():
        raise ValueError("money must be a finite number")
    if amount and not SMALLEST <= abs(amount) < MOST_MONEY:
        raise ValueError("no price is so large or so small")
    return amount


def _in_utc(moment: datetime) -> datetime:
    """In a range that every zone and date can be told in."""
    if moment.year not in YEARS:
        raise ValueError(f"write a year from {YEARS.start} to {YEARS.stop - 1}")
    return moment.astimezone(UTC)


def _written_out(value: Any) -> Any:
    """A bare number is no moment: nothing says of what zone, or whether of seconds."""
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value)):
        raise ValueError("write a moment as ISO 8601 with a zone, such as 2026-03-15T12:00:00+00:00")
    return value


_ZONES = frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _ZONES:
        raise ValueError('write an IANA time zone, such as "America/New_York"')
    return value


Amount = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(str, when_used="json")]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out),
    AfterValidator(_in_utc),
    PlainSerializer(lambda moment: moment.isoformat(), when_used="json"),
]
Zone = Annotated[str, AfterValidator(_zone)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{5,14}$")]


class Record(BaseModel):
    """What every record shares: frozen, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PostalAddress(Record):
    line1: str = ""
    line2: str | None = None
    city: str = ""
    region: str | None = None
    postcode: str = ""
    country: Country | None = None


class PaymentMethod(Record):
    id: Id
    kind: str
    label: str | None = None
    last4: str | None = None
    balance: Amount | None = None


class ConsentGiven(Record):
    """Consent as it comes with a customer: given, on this channel, for this category, at this moment."""

    channel: str
    category: str
    given_at: Moment
    source: str | None = None
    words: str | None = None


class Loyalty(Record):
    tier: str | None = None
    points: int = 0


class Customer(Record):
    kind: ClassVar[str] = "customers"

    id: Id
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: Phone | None = None
    language: str | None = None
    time_zone: Zone | None = None
    tags: tuple[str, ...] = ()
    address: PostalAddress | None = None
    payment_methods: tuple[PaymentMethod, ...] = ()
    consents: tuple[ConsentGiven, ...] = ()
    loyalty: Loyalty | None = None
    preferred_channel: str | None = None  # where they would rather be written to


class Variant(Record):
    sku: Id
    options: dict[str, str] = Field(default_factory=dict)
    price: Amount
    currency: Currency
    stock: int | None = None


class Product(Record):
    kind: ClassVar[str] = "products"

    id: Id
    title: Annotated[str, Field(min_length=1)]
    category: str | None = None
    returnable: bool = True
    final_sale: bool = False
    warranty_months: int | None = None
    usage_days: int | None = Field(default=None, gt=0)
    accessories: tuple[str, ...] = ()
    guide: str | None = None
    variants: tuple[Variant, ...] = ()


class Line(Record):
    id: Id
    product_id: str | None = None
    sku: Id
    title: str
    options: dict[str, str] = Field(default_factory=dict)
    quantity: int = Field(ge=0, le=MOST_ITEMS)
    price: Amount


class PaymentKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class Payment(Record):
    kind: PaymentKind
    amount: Amount
    method_id: str | None = None
    at: Moment | None = None


class TrackingStatus(StrEnum):
    """INTERFACE.md, shipment event statuses."""

    PRE_TRANSIT = "pre_transit"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERED = "delivered"
    RETURNED_TO_SENDER = "returned_to_sender"
    EXPIRED = "expired"
    EXCEPTION = "exception"
    UNKNOWN = "unknown"


class TrackingReason(StrEnum):
    """INTEGRATIONS.md, reasons of an exception; the last four of a failed attempt."""

    DAMAGED = "damaged"
    LOST = "lost"
    WRONG_ADDRESS = "wrong_address"
    CUSTOMS = "customs"
    WEATHER = "weather"
    REFUSED = "refused"
    RETURNING = "returning"
    DELAYED = "delayed"
    HELD = "held"
    PAYMENT_DUE = "payment_due"
    PICKUP_MISSED = "pickup_missed"
    CANCELLED = "cancelled"
    OTHER = "other"
    NOT_HOME = "not_home"
    CLOSED = "closed"
    ACCESS = "access"
    ID_CHECK = "id_check"


class TrackingEvent(Record):
    at: Moment
    status: TrackingStatus
    reason: TrackingReason | None = None
    message: str | None = None
    place: str | None = None


class Shipment(Record):
    """A parcel. `events` are kept in the order of their own times, whatever order they came in."""

    id: Id
    carrier: str | None = None
    service: str | None = None
    tracking_number: str
    tracking_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    line_ids: tuple[str, ...] = ()
    shipped_at: Moment | None = None
    promised_at: Moment | None = None
    events: Annotated[
        tuple[TrackingEvent, ...], AfterValidator(lambda events: tuple(sorted(events, key=lambda event: event.at)))
    ] = ()

    @property
    def latest(self) -> TrackingEvent | None:
        return self.events[-1] if self.events else None

    @property
    def delivered_at(self) -> datetime | None:
        """When it was delivered for good: the first delivered event that no later event takes back."""
        found: datetime | None = None
        for event in self.events:
            if event.status is TrackingStatus.DELIVERED:
                found = found or event.at
            elif event.status is not TrackingStatus.UNKNOWN:
                found = None
        return found


class OrderStatus(StrEnum):
    PENDING = "pending"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    RECEIVED = "received"
    INSPECTED = "inspected"
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


OPEN_RETURNS = frozenset({ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.INSPECTED})


class Remedy(StrEnum):
    REFUND = "refund"
    EXCHANGE = "exchange"
    STORE_CREDIT = "store_credit"


class ReturnLine(Record):
    line_id: str
    quantity: int = Field(ge=1, le=MOST_ITEMS)


class ExchangeFor(Record):
    line_id: str
    sku: str


class Return(Record):
    id: Id
    requested_at: Moment
    status: ReturnStatus = ReturnStatus.REQUESTED
    remedy: Remedy = Remedy.REFUND
    reason: str | None = None
    refund_method_id: str | None = None
    lines: tuple[ReturnLine, ...] = ()
    exchange_for: tuple[ExchangeFor, ...] = ()
    price_difference: Amount | None = None
    difference_method_id: str | None = None
    label: str | None = None


class Refund(Record):
    amount: Amount
    method_id: str | None = None
    status: str = "pending"
    at: Moment | None = None


class Change(Record):
    """Something changed on an order through Doorstep; `before` and `after` are the changed part as JSON."""

    at: Moment
    what: str
    before: Any = None
    after: Any = None


class Order(Record):
    kind: ClassVar[str] = "orders"

    id: Id
    number: Id
    customer_id: Id
    placed_at: Moment
    status: OrderStatus
    currency: Currency
    shipping_address: PostalAddress | None = None
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    cancel_reason: str | None = None
    changes: tuple[Change, ...] = ()
    returns: tuple[Return, ...] = ()
    refunds: tuple[Refund, ...] = ()

    @property
    def total(self) -> Decimal:
        """What the lines cost together, before refunds, in the order's currency."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    def line(self, line_id: str) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)

    def shipment(self, shipment_id: str) -> Shipment | None:
        return next((shipment for shipment in self.shipments if shipment.id == shipment_id), None)


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Subscription(Record):
    """Goods that are charged and sent again every `interval_days`; `price` is of one of them, as on an order's line.

    `paused_until` is when a pause ends by itself; None while it is open. `changes` are what was done through Doorstep.
    """

    kind: ClassVar[str] = "subscriptions"

    id: Id
    customer_id: Id
    sku: Id
    quantity: int = Field(ge=1, le=MOST_ITEMS)
    interval_days: int = Field(ge=1)
    next_charge_at: Moment
    price: Amount
    status: SubscriptionStatus
    address: PostalAddress | None = None
    paused_until: Moment | None = None
    cancel_reason: str | None = None
    changes: tuple[Change, ...] = ()

    def standing(self, now: datetime) -> SubscriptionStatus:
        """Its status at this moment: a pause that has run out is over."""
        over = self.paused_until is not None and self.paused_until <= now
        return SubscriptionStatus.ACTIVE if self.status is SubscriptionStatus.PAUSED and over else self.status


class Review(Record):
    kind: ClassVar[str] = "reviews"

    id: Id
    customer_id: Id
    order_id: str
    rating: int = Field(ge=1, le=5)
    words: str | None = None
    at: Moment


class Score(Record):
    """What somebody thinks of the shop: nps 0…10, csat 1…5."""

    kind: ClassVar[str] = "scores"

    id: Id
    customer_id: Id
    scale: str
    score: int = Field(ge=0, le=10)
    words: str | None = None
    at: Moment


class Registration(Record):
    kind: ClassVar[str] = "registrations"

    id: Id
    customer_id: Id
    sku: str
    order_id: str | None = None
    serial: str | None = None
    at: Moment


class AlertKind(StrEnum):
    BACK_IN_STOCK = "back_in_stock"
    PRICE_DROP = "price_drop"


class Alert(Record):
    """A wish to be told of a product, and the words that gave leave to. Without a `sku` any variant of it will do.

    `below` is the price it has to fall below. `closed_at` is when it was told.
    """

    kind: ClassVar[str] = "alerts"

    id: Id
    customer_id: str | None = None
    product_id: Id
    sku: str | None = None
    what: AlertKind
    below: Amount | None = None
    currency: Currency | None = None
    channel: str
    words: str | None = None
    at: Moment
    closed_at: Moment | None = None


class Handoff(Record):
    """A case given to a person, or a task for one. `customer_id` is None for a sender the shop does not know."""

    kind: ClassVar[str] = "handoffs"

    id: Id
    customer_id: str | None = None
    order_id: str | None = None
    reason: str
    silences_bot: bool = True
    opened_at: Moment
    closed_at: Moment | None = None
    summary: str | None = None


class ConsentRecord(Record):
    """One line of the consent ledger; for a customer, channel and category the newest line holds."""

    kind: ClassVar[str] = "consents"

    customer_id: Id
    channel: str
    category: str
    given: bool
    at: Moment
    source: str | None = None
    words: str | None = None


class MessageRecord(Record):
    """One message of a conversation as exported with `--messages`."""

    kind: ClassVar[str] = "messages"

    id: Id
    customer_id: str | None = None
    at: Moment
    channel: str
    direction: str
    text: str
    key: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency, as facts carry it and the `money` filter prints it."""

    amount: Decimal
    currency: str


def on(moment: datetime, zone: str) -> date:
    """The calendar day of a moment where the person is."""
    return moment.astimezone(ZoneInfo(zone)).date()


def number_key(number: str) -> str:
    """What equal order numbers share: upper case, without `#`, blanks, dashes and dots."""
    return re.sub(r"[#\s.\-]", "", number).upper()
