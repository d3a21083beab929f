"""Opt-outs that outlive the data of whose they are: kept by a digest of the address, compared when it turns up again.

A digest is no secret (phone numbers can be counted through): it only keeps the address itself out of the tables.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from storage.parties import ADDRESSES, TABLES, into
from storage.records import rows_by

SUPPRESSIONS = TABLES["suppressions"]


def digest_of(channel: str, key: str) -> str:
    return hashlib.sha256(f"suppression/{channel}:{key}".encode()).hexdigest()


def remember(connection: Connection, suppressed: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """(channel, key, why) of addresses that are about to be forgotten; an earlier reason stays."""
    rows = [{"digest": digest_of(channel, key), "why": why, "at": now} for channel, key, why in suppressed]
    if rows:
        connection.execute(into(connection, SUPPRESSIONS).values(rows).on_conflict_do_nothing())


def recall(connection: Connection, addresses: Iterable[Mapping[str, Any]]) -> None:
    """Suppresses again those of these new addresses whose owner once opted out."""
    digests = {digest_of(str(one["channel"]), str(one["key"])): one for one in addresses}
    for row in list(rows_by(connection, select(SUPPRESSIONS), SUPPRESSIONS.c.digest, digests)):
        address = digests[row.digest]
        here = (ADDRESSES.c.channel == str(address["channel"])) & (ADDRESSES.c.key == address["key"])
        connection.execute(update(ADDRESSES).where(here, ADDRESSES.c.suppressed.is_(None)).values(suppressed=row.why))
