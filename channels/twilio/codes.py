"""What Twilio's error codes call for, in the answer to a request or later in a status callback (CHANNELS.md 16)."""

from enum import StrEnum

from bot.errors import SendLater, SendRefused


class Remedy(StrEnum):
    SUPPRESS = "suppress"  # the recipient wants nothing more here
    BAD_ADDRESS = "bad_address"  # nothing will ever arrive here
    OTHER_CHANNEL = "other_channel"  # not by this channel, not now; never the same again
    RETRY = "retry"
    OPERATOR = "operator"  # this message is lost until somebody mends the set-up
    ACCOUNT = "account"  # every message waits until somebody mends the account
    UNKNOWN = "unknown"


#: https://www.twilio.com/docs/api/errors. A code stands in one row only.
ROWS: tuple[tuple[Remedy, tuple[str, ...]], ...] = (
    (Remedy.SUPPRESS, ("21610", "63014")),
    (Remedy.BAD_ADDRESS, ("21211", "21265", "21614", "30005", "30006")),
    (Remedy.OTHER_CHANNEL, ("63016", "63024", "63032", "63049")),
    (Remedy.RETRY, ("20429", "21611", "30001", "30003", "63018")),
    (Remedy.OPERATOR, ("21408", "21606", "30007", "30034", "63007", "63028")),
    (Remedy.ACCOUNT, ("20003", "20005", "30002")),
)
REMEDIES: dict[str, Remedy] = {code: remedy for remedy, codes in ROWS for code in codes}


def remedy_of(code: str) -> Remedy:
    return REMEDIES.get(code, Remedy.UNKNOWN)


def suppresses(code: str) -> bool:
    """Whether nothing at all may be sent to the address any more."""
    return remedy_of(code) in (Remedy.SUPPRESS, Remedy.BAD_ADDRESS)


def fault_of(what: str, code: str, after: float | None = None) -> SendRefused | SendLater:
    """The fault that a code means; an unknown one is final on this channel, so that nothing is sent for ever."""
    remedy = remedy_of(code)
    if remedy in (Remedy.RETRY, Remedy.ACCOUNT):
        return SendLater(what, code, after)
    return SendRefused(what, code, suppresses=suppresses(code), other_channel=remedy is not Remedy.SUPPRESS)


def needs_operator(code: str) -> bool:
    return remedy_of(code) in (Remedy.OPERATOR, Remedy.ACCOUNT)
