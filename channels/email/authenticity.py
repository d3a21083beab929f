"""Whether a mail's From is proven. Only the shop's own mail server is believed, when it says so once and clearly.

RFC 8601: an Authentication-Results header says whose finding it is by its authserv-id. Anybody can write one into a
mail, so two in our server's name, or one in its name that cannot be read, prove nothing (CHANNELS.md 31).
"""

import re
from collections.abc import Sequence

from authres import AuthenticationResultsHeader, AuthResError  # type: ignore[import-untyped]

from channels.email.addresses import Author, domain_of

LONGEST_HEADER = 8_000  # the reader of this header is quadratic in its length


def dmarc_domain(results: Sequence[str], authserv_id: str) -> str | None:
    """The domain that passed DMARC by our own server's Authentication-Results header, or None."""
    if not authserv_id:
        return None
    ours = [line for line in results if _may_be_of(line, authserv_id)]
    if len(ours) != 1:
        return None
    return _passed(ours[0], authserv_id)


def is_verified(author: Author | None, dmarc: str | None) -> bool:
    """Aligned: the domain that passed is the very domain of the one address the From line can be read as."""
    return author is not None and author.plain and bool(dmarc) and domain_of(author.address) == dmarc


def _may_be_of(line: str, authserv_id: str) -> bool:
    """In our server's name, or too odd to tell while naming it."""
    header = _parse(line)
    if header is not None:
        return str(header.authserv_id).lower() == authserv_id.lower()
    return authserv_id.lower() in line.lower()


def _passed(line: str, authserv_id: str) -> str | None:
    header = _parse(line)
    if header is None or str(header.authserv_id).lower() != authserv_id.lower():
        return None
    verdicts = [result for result in header.results if str(result.method).lower() == "dmarc"]
    if len(verdicts) != 1 or str(verdicts[0].result).lower() != "pass":
        return None
    named = [item.value for item in verdicts[0].properties if (item.type, item.name) == ("header", "from")]
    if len(named) != 1:
        return None
    domain = str(named[0]).rpartition("@")[2].lower().rstrip(".")
    return domain if re.fullmatch(r"[\w.-]+", domain) else None


def _parse(line: str) -> AuthenticationResultsHeader | None:
    if len(line) > LONGEST_HEADER:
        return None
    try:
        return AuthenticationResultsHeader.parse_value(line)
    except (AuthResError, RecursionError, ValueError, TypeError, AttributeError, IndexError):
        return None
