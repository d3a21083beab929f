"""What a notice is: its kinds, what each is for, and its form before and after it is stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.merchant.schema import NoticeSetting
from bot.merchant.shop import Shop
from bot.model import Category, Json
from bot.records import Refund


class NoticeKind(StrEnum):
    """Each has a section of its own in notices.yaml."""

    ORDER_CONFIRMED = "order_confirmed"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    DELAY = "delay"
    EXCEPTION = "exception"
    RETURN_STAGE = "return_stage"
    REFUND = "refund"
    REVIEW = "review"
    REPLENISHMENT = "replenishment"
    NPS = "nps"
    CSAT = "csat"
    BACK_IN_STOCK = "back_in_stock"
    PRICE_DROP = "price_drop"


CATEGORIES = {
    NoticeKind.REVIEW: Category.REVIEW,
    NoticeKind.REPLENISHMENT: Category.MARKETING,
    NoticeKind.NPS: Category.REVIEW,
    NoticeKind.CSAT: Category.REVIEW,
    NoticeKind.BACK_IN_STOCK: Category.ALERT,
    NoticeKind.PRICE_DROP: Category.ALERT,
}
#: What asks somebody's opinion.
OPINIONS = (NoticeKind.REVIEW, NoticeKind.NPS, NoticeKind.CSAT)


def category_of(kind: NoticeKind) -> Category:
    """What consent it needs: news of an order is transactional."""
    return CATEGORIES.get(kind, Category.TRANSACTIONAL)


def setting_of(shop: Shop, kind: NoticeKind) -> NoticeSetting:
    setting: NoticeSetting = getattr(shop.notices, kind.value)
    return setting


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice to come. `key` names it for ever: planned again, it is the same notice.

    `subject` by kind: movements {"shipments"}; delay {"shipments", "date", "eta"}, a missed day {"promised"} too;
    exception {"shipment", "problem"}, one planned ahead {"since"} too; return stage {"return", "status"}; refund
    {"amount", "method_id", "status", "at"}; review {"until"}; replenishment {"line"};
    nps {"number"}; csat {"since"}; back in stock and price drop {"alert", "product"}. These are about no order:
    `order_id` is empty.
    """

    key: str
    kind: NoticeKind
    order_id: str
    subject: dict[str, Json]
    due_at: datetime
    expires_at: datetime


def refund_subject(refund: Refund) -> dict[str, Json]:
    """A refund as a notice names it."""
    at = refund.at.isoformat() if refund.at else None
    return {"amount": str(refund.amount), "method_id": refund.method_id, "status": refund.status, "at": at}


@dataclass(frozen=True, slots=True)
class Notice:
    """A stored notice that is due. `party` is the row whose conversation it opens."""

    id: int
    key: str
    kind: NoticeKind
    party: int
    order_id: str
    subject: dict[str, Json]
    due_at: datetime
    expires_at: datetime | None
