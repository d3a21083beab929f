"""A verified status callback → what became of a message we sent. Pure; order and repeats are the outbox's part."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model import DeliveryStatus
from channels.twilio.inbound import PROVIDER, Fields, sid_of

#: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATUSES: dict[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.SENDING,
    "sent": DeliveryStatus.SENT,
    "partially_delivered": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.UNDELIVERED,
}


@dataclass(frozen=True, slots=True)
class Callback:
    """`status` is None for a word Twilio did not use when this was written: nothing follows from it."""

    provider_id: str
    status: DeliveryStatus | None
    word: str
    error_code: str | None = None
    outbox_id: int | None = None


def parse_status(fields: Fields, query: Mapping[str, str]) -> Callback:
    """Raises UnreadableMessage without MessageSid."""
    sid = sid_of(fields)
    word = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").strip().lower()
    code = fields.get("ErrorCode", "").strip()
    outbox = query.get("outbox", "")
    return Callback(
        provider_id=PROVIDER + sid,
        status=STATUSES.get(word),
        word=word[:20],
        error_code=code if code.strip("0") else None,
        outbox_id=int(outbox) if outbox.isascii() and outbox.isdigit() and len(outbox) < 19 else None,
    )
