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


def fault_of(what: str, code: str, after: float | None = None) -> SendRefused | SendLater:
    """The fault that a code means; an unknown one is final on this channel, so that nothing is sent for ever."""
    match remedy_of(code):
        case Remedy.RETRY | Remedy.ACCOUNT:
            return SendLater(what, code, after)
        case Remedy.SUPPRESS:
            return SendRefused(what, code, suppresses=True)
        case Remedy.BAD_ADDRESS:
            return SendRefused(what, code, suppresses=True, other_channel=True)
        case _:
            return SendRefused(what, code, other_channel=True)


def needs_operator(code: str) -> bool:
    return remedy_of(code) in (Remedy.OPERATOR, Remedy.ACCOUNT)
