"""What a bounce or an abuse report says of the mail it belongs to: found by our signed return path, never by its words.

RFC 3464 (delivery status), RFC 3463 (its codes), RFC 5965 (abuse reports).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.model import DeliveryStatus
from channels.email.mail import Mail
from channels.email.tokens import Tokens

#: RFC 3463 codes, and their classes, after which nothing more may be sent to the address.
DEAD_ADDRESS = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_OUTCOMES = {
    "failed": DeliveryStatus.UNDELIVERED,
    "delivered": DeliveryStatus.DELIVERED,
    "relayed": DeliveryStatus.SENT,
    "expanded": DeliveryStatus.SENT,
}


@dataclass(frozen=True, slots=True)
class Bounce:
    """`suppress` says why nothing more may go to the address the mail was sent to, or is empty."""

    outbox_id: int
    status: DeliveryStatus
    code: str = ""
    suppress: str = ""


def read_bounce(mail: Mail, recipients: tuple[str, ...], tokens: Tokens) -> Bounce | None:
    """None when nothing final is reported of a mail of ours: a delay, an auto-reply to the return path, a forgery."""
    outbox_id = tokens.bounced(recipients)
    if outbox_id is None:
        return None
    if mail.report_type == "feedback-report":
        return Bounce(outbox_id, DeliveryStatus.DELIVERED, "abuse", "abuse")
    for block in mail.report:
        if "action" in block:
            return _of_recipient(outbox_id, block)
    if "x-failed-recipients" in mail.headers:  # Exim's own form, without a report
        return Bounce(outbox_id, DeliveryStatus.UNDELIVERED)
    return None


def _of_recipient(outbox_id: int, block: Mapping[str, str]) -> Bounce | None:
    status = _OUTCOMES.get(block["action"].partition(";")[0].partition("(")[0].strip().lower())
    if status is None:
        return None
    found = _STATUS.search(block.get("status", "")) or _STATUS.search(block.get("diagnostic-code", ""))
    code = found[1] if found else ""
    dead = status is DeliveryStatus.UNDELIVERED and DEAD_ADDRESS.fullmatch(code)
    return Bounce(outbox_id, status, code, "bounced" if dead else "")
