"""The shape of shop.yaml, policies.yaml, notices.yaml, catalog/*.yaml and faq/*.yaml, with the default of every rule.

Each default is what a careful shop would choose. The JSON Schema that editors complete from is made from these classes.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from bot.model import Channel
from bot.public_holidays import countries, names_in
from bot.records import Amount, Currency, PostalAddress, Zone


def _hours(value: str) -> str:
    import re

    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", value)
    if not match or value[:5] >= value[6:]:
        raise ValueError('write hours as "09:00-17:00", the earlier first')
    return value


Hours = Annotated[str, AfterValidator(_hours)]
#: Money as a merchant writes it in YAML, where 300 is as good as 300.00.
Price = Annotated[Amount, BeforeValidator(lambda value: Decimal(value) if type(value) is int else value)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WhatsAppTemplate(Section):
    """An approved template: its ContentSid, and which facts fill {{1}}, {{2}}, … in order, as `order.number`."""

    sid: Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$")]
    variables: tuple[str, ...] = ()


class Handoff(Section):
    email: str | None = Field(default=None, description="where cases for a person are sent")
    answer_within_hours: int = Field(default=4, ge=1, description="in business hours; told to the customer")
    release_after_hours: int = Field(
        default=48, ge=1, description="the bot answers again if nobody closed the case by then"
    )


class Limits(Section):
    automatic_replies: int = Field(
        default=10, ge=1, description="to one sender before a person is asked (CHANNELS.md 10)"
    )
    per_seconds: int = Field(default=60, ge=1)
    mails_per_hour: int = Field(default=20, ge=1, description="to one mail address or thread, whatever its headers say")


def _country(value: str) -> str:
    return _one_of(value, countries(), "countries whose holidays are known")


def _subdivision(value: str, info: ValidationInfo) -> str:
    country = info.data.get("country")
    return value if country is None else _one_of(value, countries()[country], f"subdivisions of {country}")


def _holiday(value: str, info: ValidationInfo) -> str:
    if not {"country", "subdivision"} <= set(info.data):
        return value
    return _one_of(value, names_in(info.data["country"], info.data["subdivision"]), "holidays there")


def _one_of(value: str, known: Collection[str], told: str) -> str:
    from bot.wording.paths import closest

    if value not in known:
        raise ValueError(closest(value, sorted(known)) or f"{told}: {', '.join(sorted(known)) or 'none'}")
    return value


class PublicHolidays(Section):
    """The days on which everybody is off where the shop is, as the `holidays` library knows them."""

    country: Annotated[str, AfterValidator(_country)] = Field(description="ISO 3166 code, such as US")
    subdivision: Annotated[str, AfterValidator(_subdivision)] | None = Field(
        default=None, description="state, province or canton by its ISO 3166-2 code, such as CA"
    )
    open_on: tuple[Annotated[str, AfterValidator(_holiday)], ...] = Field(
        default=(), description="holidays by name on which the shop works all the same"
    )


class ShopSettings(Section):
    """shop.yaml"""

    name: Annotated[str, Field(min_length=1)]
    voice: str | None = Field(default=None, description="the name the bot signs with")
    time_zone: Zone
    currency: Currency
    language: str = "en"
    country: str = Field(default="US", pattern="^[A-Z]{2}$")
    website: str | None = None
    postal_address: PostalAddress | None = None
    business_hours: dict[Weekday, tuple[Hours, ...]] = Field(default_factory=dict)
    holidays: tuple[date, ...] = Field(default=(), description="days of the shop's own on which nobody is there")
    public_holidays: PublicHolidays | None = None
    channels: tuple[Channel, ...] = (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)
    handoff: Handoff = Handoff()
    limits: Limits = Limits()
    whatsapp_templates: dict[str, dict[str, WhatsAppTemplate]] = Field(default_factory=dict)


class IdentityPolicy(Section):
    failed_lookups: int = Field(default=5, ge=1, description="per sender and per order, within the window")
    window_minutes: int = Field(default=60, ge=1)
    knowledge_hours: int = Field(default=24, ge=1, description="how long an order shown by knowledge stays shown")
    code_minutes: int = Field(default=10, ge=1)
    code_tries: int = Field(default=5, ge=1)
    code_days: int = Field(default=30, ge=1, description="how long a sender proven by code stays proven")
    contact_unchanged_days: int = Field(default=30, ge=0)


class TrackingPolicy(Section):
    stale_after_hours: int = Field(default=48, ge=1, description="older carrier news is said with its time")
    ships_within_days: int = Field(default=2, ge=0, description="business days from order to dispatch")
    lost_after_days: int = Field(default=7, ge=1, description="without movement")


class DeliveryPolicy(Section):
    high_value: Price = Decimal("500.00")
    wait_days: int = Field(default=2, ge=0, description="delivered-not-received: how long to wait before a claim")
    redeliver_within_days: int = Field(default=7, ge=1)
    damage_photo: bool = True
    damage_report_days: int = Field(default=14, ge=0, description="after delivery")
    remedies: tuple[Literal["replacement", "refund"], ...] = ("replacement", "refund")
    auto_limit: Price = Field(default=Decimal("150.00"), description="above it a person decides the remedy")


class RefundPolicy(Section):
    bank_days: tuple[int, int] = (5, 10)


#: Why an order is called off or something goes back, as understanding tells it apart.
Reason = Literal[
    "no_longer_needed",
    "ordered_by_mistake",
    "found_cheaper",
    "changed_mind",
    "late",
    "wrong_size",
    "wrong_item",
    "damaged",
    "defective",
    "not_as_described",
    "quality",
    "gift",
    "other",
]


class CancelPolicy(Section):
    """An order can be cancelled as long as nothing of it has left."""

    allowed: bool = True
    within_hours: int | None = Field(default=None, ge=0, description="after the order; while it is pending")
    ask_reason: bool = True
    reasons: tuple[Reason, ...] = Field(
        default=("no_longer_needed", "ordered_by_mistake", "found_cheaper", "changed_mind", "late", "other"),
        description="the only reasons that are accepted; with other among them, any",
    )
    after_item_change: bool = Field(
        default=True, description="whether an order whose items were changed can be cancelled"
    )


class OrderChangePolicy(Section):
    """What of an order may be changed before it leaves, each for so many hours after the order if a number is given."""

    items: bool = True
    items_within_hours: int | None = Field(default=None, ge=0)
    items_times: int | None = Field(default=None, ge=1, description="how often the items of one order may be changed")
    swap_for: Literal["variant", "product"] = Field(
        default="variant", description="variant: another size or colour of the same product only"
    )
    remove: bool = True
    add: bool = True
    address: bool = True
    address_within_hours: int | None = Field(default=None, ge=0)
    payment: bool = True
    payment_within_hours: int | None = Field(default=None, ge=0)
    max_quantity: int = Field(default=10, ge=1, description="of one item")


RefundTo = Literal["original", "gift_card", "store_credit", "other"]


class ReturnPolicy(Section):
    window_days: int = Field(default=30, ge=0, description="after delivery")
    window_by_category: dict[str, int] = Field(default_factory=dict, description="by the product's category; 0: never")
    final_sale: bool = Field(default=False, description="whether products marked as final sale may go back")
    ask_reason: bool = True
    reasons: tuple[Reason, ...] = Field(default=(), description="the only reasons accepted; any if empty")
    ask_condition: bool = Field(default=True, description="ask whether the items are in the condition they came in")
    condition_free_reasons: tuple[Reason, ...] = Field(
        default=("damaged", "defective", "wrong_item", "not_as_described", "quality"),
        description="for these the condition is not asked about",
    )
    photo_reasons: tuple[Reason, ...] = ("damaged",)
    remedies: tuple[Literal["refund", "exchange", "store_credit"], ...] = ("refund", "exchange", "store_credit")
    exchange_first: bool = Field(default=False, description="offer an exchange before a refund")
    exchange_for: Literal["variant", "product"] = "variant"
    exchange_ships: Literal["at_once", "on_arrival"] = Field(
        default="on_arrival", description="when what is exchanged for leaves: at once, or when the return has arrived"
    )
    expedite_wrong_size: bool = Field(default=True, description="offer the other size by express for a wrong size")
    refund_to: tuple[RefundTo, ...] = Field(default=("original", "gift_card"), description="where money may go back to")
    restocking_fee_percent: int = Field(default=0, ge=0, le=100)
    fee_free_reasons: tuple[Reason, ...] = ("damaged", "defective", "wrong_item", "not_as_described", "quality")
    postage: Literal["shop", "customer"] = "shop"
    shop_pays_reasons: tuple[Reason, ...] = ("damaged", "defective", "wrong_item", "not_as_described", "quality")
    auto_limit: Price = Field(default=Decimal("500.00"), description="above it a person approves the return")
    label_url: str | None = Field(
        default=None, description="where the label of a return is, with {return_id} in it; else a person mails one"
    )
    drop_off: str | None = Field(default=None, description="where parcels are handed in, as it is told")
    send_within_days: int = Field(default=14, ge=1)
    handling_days: int = Field(default=5, ge=0, description="from arrival to refund, in business days")


class CarePolicy(Section):
    """Customers and orders that a person looks after, by the customer's tags."""

    vip_tags: tuple[str, ...] = Field(default=("vip",), description="what policy refuses them goes to a person")
    fraud_tags: tuple[str, ...] = Field(default=("fraud", "fraud_suspected"), description="never granted by itself")
    high_value: Price | None = Field(
        default=None, description="orders from here on are cancelled and returned by a person"
    )


class ReorderPolicy(Section):
    max_quantity: int = Field(default=10, ge=1)


class PrivacyPolicy(Section):
    """What is kept of those who want their data deleted, and who decides while something is open."""

    keep_orders_years: int = Field(
        default=7, ge=0, description="orders are kept so long for the books, without names and addresses"
    )
    erase_with_open_orders: bool = Field(
        default=False,
        description="whether data is deleted while an order, return or subscription is open; else a person",
    )
    notice_url: str | None = Field(default=None, description="where the shop's privacy notice can be read")


class WarrantyPolicy(Section):
    starts: Literal["delivered", "placed"] = Field(
        default="delivered", description="from when it counts; an order nobody tracks counts from the day it was placed"
    )
    default_months: int | None = Field(
        default=None, gt=0, description="for products of which neither the shop system nor catalog/ says so"
    )
    registration: bool = Field(default=True, description="customers may register what they bought")
    ask_serial: bool = Field(default=True, description="the serial number is asked for when one registers")
    claim_photo: bool = True
    remedies: tuple[Literal["replacement", "repair", "refund"], ...] = ("replacement", "repair")
    auto_limit: Price = Field(default=Decimal("150.00"), description="above it a person decides on a claim")


class RecommendationPolicy(Section):
    most: int = Field(default=3, ge=0, le=3, description="products in one answer; 0 recommends nothing")
    bought_together: int = Field(
        default=2, ge=1, description="orders that have to hold both before one is told to go with the other"
    )
    quiet_days: int = Field(default=14, ge=0, description="nothing is recommended for so long after a claim")


#: In days; each has a title in templates/, under subscription.which_interval.
Interval = Literal[7, 14, 21, 28, 30, 42, 45, 56, 60, 84, 90, 120, 180, 365]
Retention = Literal["skip", "pause", "frequency", "discount"]
SubscriptionReason = Literal[
    "too_much", "no_longer_needed", "found_cheaper", "quality", "late", "changed_mind", "ordered_by_mistake", "other"
]


class SubscriptionPolicy(Section):
    """What a subscriber may do, each of it with a yes to the dates and charges it comes to."""

    skip: bool = True
    pause: bool = True
    resume: bool = True
    frequency: bool = True
    swap: bool = True
    quantity: bool = True
    address: bool = True
    cancel: bool = True
    cutoff_hours: int = Field(
        default=24, ge=0, description="before the next charge; from then on it goes through as it is"
    )
    open_pause: bool = Field(default=True, description="whether a pause may have no end")
    pause_days: int = Field(default=180, ge=1, description="the longest pause that has an end")
    resume_days: int = Field(default=1, ge=0, description="from a restart to its first charge, unless a day is said")
    intervals: tuple[Interval, ...] = Field(
        default=(14, 30, 60, 90), min_length=1, description="how often it may come, in days"
    )
    max_quantity: int = Field(default=10, ge=1, description="of each delivery")
    swap_for: Literal["variant", "product"] = Field(
        default="variant", description="product: also those that stand in one list of swap_products with it"
    )
    swap_products: tuple[tuple[str, ...], ...] = Field(default=(), description="lists of product ids")
    payment_url: str | None = Field(
        default=None, description="where a subscriber changes how it is paid; without it a person helps"
    )
    ask_reason: bool = Field(default=True, description="why it is cancelled")
    reasons: tuple[SubscriptionReason, ...] = Field(
        default=("too_much", "no_longer_needed", "found_cheaper", "quality", "other"), description="offered as answers"
    )
    offers: tuple[Retention, ...] = Field(
        default=("skip", "pause"), description="the first that is possible is offered once before a cancellation"
    )
    offer_for: dict[SubscriptionReason, Retention] = Field(
        default_factory=dict, description="what is offered first for a reason"
    )
    discount_percent: int = Field(
        default=0,
        ge=0,
        le=90,
        description="what the offer discount takes off each charge after it; 0: none",
    )


class LoyaltyTier(Section):
    name: Annotated[str, Field(min_length=1, description="as it stands in the customers' records")]
    points: int = Field(ge=0, description="from so many points on")


class LoyaltyReward(Section):
    title: dict[str, str] = Field(min_length=1, description="by language")
    points: int = Field(gt=0, description="what it costs")


class LoyaltyPolicy(Section):
    """The programme: its tiers and rewards. Whoever runs it counts the points; what they are is in the records."""

    tiers: tuple[LoyaltyTier, ...] = ()
    rewards: tuple[LoyaltyReward, ...] = ()


class ReviewPolicy(Section):
    publish_url: str | None = Field(default=None, description="the same invitation whatever the rating")


class Policies(Section):
    """policies.yaml"""

    identity: IdentityPolicy = IdentityPolicy()
    tracking: TrackingPolicy = TrackingPolicy()
    delivery: DeliveryPolicy = DeliveryPolicy()
    refunds: RefundPolicy = RefundPolicy()
    cancel: CancelPolicy = CancelPolicy()
    change: OrderChangePolicy = OrderChangePolicy()
    returns: ReturnPolicy = ReturnPolicy()
    care: CarePolicy = CarePolicy()
    reorder: ReorderPolicy = ReorderPolicy()
    privacy: PrivacyPolicy = PrivacyPolicy()
    warranty: WarrantyPolicy = WarrantyPolicy()
    recommendation: RecommendationPolicy = RecommendationPolicy()
    subscriptions: SubscriptionPolicy = SubscriptionPolicy()
    loyalty: LoyaltyPolicy = LoyaltyPolicy()
    review: ReviewPolicy = ReviewPolicy()


class NoticeSetting(Section):
    """One kind of notice. Days and hours count from its trigger."""

    enabled: bool = True
    channels: tuple[Channel, ...] = Field(
        default=(), description="in order of preference; the shop's own order if empty"
    )
    fresh_hours: int = Field(default=24, ge=1, description="news older than this is not told any more")


class ReviewNotice(NoticeSetting):
    after_days: int = Field(default=5, ge=1)
    until_days: int = Field(default=7, ge=1)
    hours: Hours = "10:00-19:00"


class ReplenishmentNotice(NoticeSetting):
    lead_days: int = Field(default=5, ge=0)
    lapse_days: int = Field(default=14, ge=1)
    hours: Hours = "10:00-19:00"


class NpsNotice(NoticeSetting):
    """How likely they are to recommend the shop: by cadence from the first order on."""

    after_days: int = Field(default=30, ge=1, description="after the first order")
    every_days: int = Field(default=182, ge=30)
    quiet_days: int = Field(default=7, ge=0, description="after a review or a conversation was asked about")
    lapse_days: int = Field(default=14, ge=1)
    hours: Hours = "10:00-19:00"


class CsatNotice(NoticeSetting):
    """How satisfied they are with a conversation that came to its end."""

    after_hours: int = Field(default=2, ge=1, description="after the last message")
    every_days: int = Field(default=30, ge=1, description="nobody is asked more often")
    lapse_hours: int = Field(default=48, ge=1)
    hours: Hours = "09:00-20:00"


class Cap(Section):
    messages: int = Field(default=3, ge=0)
    per_days: int = Field(default=7, ge=1)


#: CHANNELS.md 22. Hours in which promotional messages may go out, by country, region and weekday.
SENDING_HOURS: dict[str, dict[str, str]] = {
    "default": {"daily": "08:00-21:00"},
    "US-FL": {"daily": "08:00-20:00"},
    "US-OK": {"daily": "08:00-20:00"},
    "US-MD": {"daily": "08:00-20:00"},
    "US-MS": {"daily": "08:00-20:00"},
    "US-NJ": {"daily": "08:00-20:00"},
    "US-CT": {"daily": "09:00-20:00"},
    "US-TX": {"daily": "08:00-21:00", "sun": "12:00-21:00"},
}


class NoticesFile(Section):
    """notices.yaml"""

    first_seen_fresh_hours: int = Field(
        default=1, ge=0, description="news of an order first heard of now and older than this is not told"
    )
    frequency_cap: Cap = Cap()
    sending_hours: dict[str, dict[Literal["daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun"], Hours]] = Field(
        default_factory=lambda: dict(SENDING_HOURS)  # type: ignore[arg-type]
    )
    order_confirmed: NoticeSetting = NoticeSetting()
    shipped: NoticeSetting = NoticeSetting()
    out_for_delivery: NoticeSetting = NoticeSetting(fresh_hours=8)
    delivered: NoticeSetting = NoticeSetting()
    delay: NoticeSetting = NoticeSetting()
    exception: NoticeSetting = NoticeSetting(fresh_hours=72)
    return_stage: NoticeSetting = NoticeSetting(fresh_hours=72)
    refund: NoticeSetting = NoticeSetting(fresh_hours=72)
    review: ReviewNotice = ReviewNotice()
    replenishment: ReplenishmentNotice = ReplenishmentNotice()
    nps: NpsNotice = NpsNotice()
    csat: CsatNotice = CsatNotice()
    back_in_stock: NoticeSetting = NoticeSetting(fresh_hours=72)
    price_drop: NoticeSetting = NoticeSetting(fresh_hours=72)


class CatalogEntry(Section):
    """One product of catalog/*.yaml: what the merchant adds to the shop system's record, by product id."""

    product: str = Field(description="the product's id in the shop system")
    usage_days: int | None = Field(default=None, gt=0)
    warranty_months: int | None = Field(default=None, gt=0)
    manual_url: str | None = None
    accessories: tuple[str, ...] = ()


class FaqEntry(Section):
    """One question of faq/*.yaml: how customers ask it, and the answer in each language."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: dict[str, str] = Field(description="by language")
    phrases: dict[str, tuple[str, ...]] = Field(description="by language; at least three genuinely different ones")
    answer: dict[str, str] = Field(description="by language; a template that may use `shop` and `policy`")
