"""What the shop's people may do with a case: its limits, why something is refused, what a mail of theirs asks for.

Pure. Refusals are values: nothing is lost silently, whoever asked is told why and what to do. No sentence here is read
by a customer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from bot.consent import OPTED_OUT, Drop
from bot.model import Channel

MOST_TEXT = 4000  # characters of a reply
MOST_NOTE = 2000
MOST_AGENT = 100
MOST_KEY = 200
PAGE = 50  # cases of one answer, unless asked for otherwise
MOST_PAGE = 100

CaseState = Literal["open", "unclaimed", "claimed", "closed", "all"]


class Why(StrEnum):
    """Why the shop's people are refused something."""

    NO_SUCH_CASE = "no_such_case"
    CLOSED = "closed"
    CLAIMED = "claimed"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    WHATSAPP_WINDOW = "whatsapp_window"
    NO_ADDRESS = "no_address"
    NO_CHANNEL = "no_channel"
    KEY_REUSED = "key_reused"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_COMMAND = "unknown_command"


#: What happened, and what to do about it.
TOLD: Mapping[Why, tuple[str, str]] = {
    Why.NO_SUCH_CASE: ("there is no such case", "list the open ones"),
    Why.CLOSED: (
        "the case is closed, and the bot answers this customer",
        "wait for the customer's next hand-off, or write to them from your own mailbox",
    ),
    Why.CLAIMED: ("somebody else has this case", "ask them to release it"),
    Why.OPTED_OUT: (
        "the customer opted out of messages on the channel they last wrote on",
        "reach them another way, if they asked you to; nothing may be sent here until they write START",
    ),
    Why.UNREACHABLE: (
        "the customer's address does not take messages any more",
        "reach them by another contact on their record",
    ),
    Why.WHATSAPP_WINDOW: (
        "WhatsApp takes free text for 24 hours after the customer's last message only, and they are over",
        "reach them by phone or email, or wait until they write again",
    ),
    Why.NO_ADDRESS: ("the customer has not written on any channel yet", "reach them by a contact on their record"),
    Why.NO_CHANNEL: ("nothing is set up to send on the channel they last wrote on", "run `flask doctor`"),
    Why.KEY_REUSED: (
        "this idempotency key belongs to another reply",
        "send a new key with a new reply, and the same key only to repeat one",
    ),
    Why.EMPTY: (
        "no words for the customer could be told apart from what is quoted",
        "write above the quote, or delete it",
    ),
    Why.TOO_LONG: (f"a reply has at most {MOST_TEXT} characters", "shorten it, or send it in two"),
    Why.UNKNOWN_COMMAND: (
        "the first line begins with / but is no command",
        "write /close to give the conversation back to the bot, or begin with other words",
    ),
}

#: Of bot.consent's reasons; every other is about an address that takes nothing any more.
_HELD_BACK = {
    OPTED_OUT: Why.OPTED_OUT,
    f"suppressed:{OPTED_OUT}": Why.OPTED_OUT,
    "no_consent:transactional": Why.OPTED_OUT,
    "whatsapp_session_over": Why.WHATSAPP_WINDOW,
    "whatsapp_not_welcome": Why.WHATSAPP_WINDOW,
}


@dataclass(frozen=True, slots=True)
class Refused:
    """`claimed_by` is who has the case where that is the reason; `channel` where the reply would have gone."""

    why: Why
    claimed_by: str | None = None
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply is in the outbox. `again`: it was there before, by the same key."""

    handoff_id: int
    message_id: int
    channel: Channel
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"id": self.handoff_id, "message_id": self.message_id, "channel": self.channel.value}


@dataclass(frozen=True, slots=True)
class Case:
    """A case, or with `silences_bot` False a task. `customer` is the shop's own id, None for whom it does not know."""

    id: int
    reason: str
    flow: str
    summary: str
    silences_bot: bool
    customer: str | None
    name: str | None
    order_id: str | None
    mood: str
    opened_at: datetime
    expected_by: datetime | None
    claimed_by: str | None
    claimed_at: datetime | None
    closed_at: datetime | None

    @property
    def state(self) -> str:
        return "closed" if self.closed_at else "claimed" if self.claimed_by else "unclaimed"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "kind": "case" if self.silences_bot else "task",
            "reason": self.reason,
            "story": self.flow or None,
            "summary": self.summary or None,
            "customer": {"id": self.customer, "name": self.name},
            "order_id": self.order_id,
            "mood": self.mood,
            "opened_at": _told(self.opened_at),
            "expected_by": _told(self.expected_by),
            "claimed_by": self.claimed_by,
            "claimed_at": _told(self.claimed_at),
            "closed_at": _told(self.closed_at),
        }


def is_storable(text: str) -> bool:
    """Whether every database takes it: no NUL, no half of a surrogate pair."""
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)


def refusal_of(drop: Drop) -> Why:
    """Why a reply may not go, as the shop's people are told it."""
    return _HELD_BACK.get(drop.why, Why.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Words:
    """For the customer."""

    text: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """For the bot to go on; the note stays at the shop."""

    note: str


SHORTEST_LINE = 6  # of a mail of ours that is known again
MOST_REPEATED = 1  # lines of it that a reply may hold: more are a quote that its reader did not see as one


def repeats(text: str, ours: str) -> bool:
    """Whether a reply holds so much of our own mail that its quote was not cut: what is in it is for the shop alone."""
    known = {line.strip() for line in ours.splitlines()}
    lines = {line.strip(" \t>|*") for line in text.splitlines()}
    return len([line for line in lines & known if len(line) >= SHORTEST_LINE]) > MOST_REPEATED


SIGNATURE = "--"  # what a signature begins with; alone, nothing was written above it
COMMANDS = frozenset({"close", "giveback"})


def read_mail(text: str) -> Words | GiveBack | Why:
    """What a mail of the shop's people asks for: its first line may be a command, `/close` or `/give back`.

    What stands below a command is a note. A first line that looks like a command and is none goes to nobody.
    """
    first, _, rest = text.strip().partition("\n")
    if first.startswith("/"):
        word = "".join(character for character in first.lower() if character.isalpha())
        return GiveBack(rest.strip()[:MOST_NOTE]) if word in COMMANDS else Why.UNKNOWN_COMMAND
    if not text.strip() or first.rstrip() == SIGNATURE:
        return Why.EMPTY
    return Words(text.strip()) if len(text.strip()) <= MOST_TEXT else Why.TOO_LONG


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
