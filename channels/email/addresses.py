"""Mail addresses: which are fit to be written to, who a From line names, and what equal addresses share.

A From line that two readers could read differently names nobody for sure: it is read as well as it goes, never `plain`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import getaddresses

NOBODY = "nobody@unknown.invalid"  # RFC 2606: the sender of a mail that names none; never written to

_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)[^\s\x00-\x20\x7f-\xa0@<>()\[\]\\,;:\"]{1,64}@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?\Z"
)
_QUOTED_NAME = r'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*"'
_PLAIN_FROM = re.compile(rf"(?P<name>{_QUOTED_NAME}[ \t]*|[^<>\"(),@:;\\]*)<(?P<address>[^<>\s]+)>\Z")
_ANY_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,253}")


@dataclass(frozen=True, slots=True)
class Author:
    """Who a mail says it is from. `plain`: no other reader can have taken another address from that line."""

    address: str
    name: str = ""
    plain: bool = False


def is_address(text: str) -> bool:
    """Fit to be written to: one address, no control characters, nothing an SMTP command could be broken with."""
    return _ADDRESS.match(text) is not None


def key_of(address: str) -> str:
    """What equal addresses share: lower case, but never turned into ASCII by it (the Kelvin sign is no k)."""
    lowered = address.lower()
    return lowered if lowered.isascii() == address.isascii() else address


def domain_of(address: str) -> str:
    return key_of(address).rpartition("@")[2].rstrip(".")


def read_author(lines: Sequence[str]) -> Author | None:
    """The author of the From lines of one mail, or None when they name nobody."""
    for line in lines:
        author = _plain(line) or _likely(line)
        if author:
            return author if len(lines) == 1 else Author(author.address, author.name)
    return None


def read_all(lines: Sequence[str]) -> tuple[str, ...]:
    """Every address in To, Cc and the like, as written, at most 100."""
    found: list[str] = []
    for line in lines:
        found += _ANY_ADDRESS.findall(line[:10_000])
    return tuple(dict.fromkeys(found))[:100]


def _plain(line: str) -> Author | None:
    bare = line.strip(" \t")
    if is_address(bare):
        return Author(bare, "", True)
    match = _PLAIN_FROM.match(bare[:2_000])
    if match and is_address(match["address"]):
        return Author(match["address"], match["name"].strip(), True)
    return None


def _likely(line: str) -> Author | None:
    try:
        pairs = getaddresses([line[:2_000]])
    except (ValueError, IndexError, RecursionError):  # comments nest as deep as their sender likes
        pairs = []
    for name, address in pairs:
        if is_address(address):
            return Author(address, name)
    return next((Author(address) for address in _ANY_ADDRESS.findall(line[:2_000]) if is_address(address)), None)
