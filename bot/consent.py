"""May we write to them, there, now, about this: asked when a notice is judged and again just before anything is sent.

Decides from what it is given: the address, the newest lines of the consent ledger, where the recipient is, the moment.
Every answer but Send carries the reason that is stored with what was not sent (P6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.hours import Whereabouts, next_open
from bot.model import Address, Category, Channel

SESSION = timedelta(hours=24)  # CHANNELS.md 13: WhatsApp takes free text for so long after the last inbound message
RETRY = timedelta(days=1)  # to look again when no decent hour was found
OPTED_OUT = "opted_out"  # the reason an address is suppressed by its owner's own wish

Consents = Mapping[tuple[Channel, Category], bool]
"""The newest line of the ledger for each channel and category: given, or taken back."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An address and what is known of it. `suppressed` says why nothing may be sent there."""

    address: Address
    suppressed: str | None = None
    last_inbound_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """`in_session` False: WhatsApp takes only an approved template now."""

    channel: Channel
    address: Address
    in_session: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Drop:
    why: str


Decision = Send | Hold | Drop


def may_send(
    contact: Contact,
    category: Category,
    now: datetime,
    *,
    consents: Consents,
    place: Whereabouts,
    exempt: bool = False,
    has_template: bool = False,
) -> Decision:
    """Whether a message of this category may go to this address now.

    `exempt` is the one confirmation of an opt-out: it passes the opt-out itself, and nothing else.
    `has_template`: an approved WhatsApp template stands ready for use outside the session.
    """
    refusal = _refusal(contact, category, consents, exempt=exempt)
    if refusal:
        return Drop(refusal)
    if category is not Category.TRANSACTIONAL:
        opens = next_open(now, place)
        if opens != now:
            return Hold(opens or now + RETRY, "quiet_hours")
    session = contact.address.channel is not Channel.WHATSAPP or in_session(contact.last_inbound_at, now)
    if not session and not has_template:
        return Drop("whatsapp_session_over")
    return Send(contact.address.channel, contact.address, session)


def in_session(last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether WhatsApp takes free text: the last inbound message is less than 24 hours old."""
    return last_inbound_at is not None and now - last_inbound_at < SESSION


def _refusal(contact: Contact, category: Category, consents: Consents, *, exempt: bool) -> str | None:
    channel = contact.address.channel
    if contact.suppressed and not (exempt and contact.suppressed == OPTED_OUT):
        return f"suppressed:{contact.suppressed}"
    if exempt:
        return None
    if consents.get((channel, Category.TRANSACTIONAL)) is False:
        return OPTED_OUT
    given = consents.get((channel, category))
    if given is False or (given is None and category is not Category.TRANSACTIONAL):
        return f"no_consent:{category}"
    if channel is Channel.WHATSAPP and contact.last_inbound_at is None and not given:
        return "whatsapp_not_welcome"
    return None
