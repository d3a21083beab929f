"""A running shop's database as the checker reads it: plain rows, and who of them has a right to what.

Replies are checked as they come: what was on record before a turn and after it both count, and nothing later.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import Engine, text

from storage.engine import reading
from tests.facts.check import unexplained
from tests.facts.scope import Record, Scope, contacts, masked, moment

ORDERS = "SELECT o.record, c.record AS customer FROM orders o JOIN customers c ON c.id = o.customer_id"
NUMBER = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class Finding:
    """One reply with what in it nothing accounts for."""

    outbox_id: int
    keys: str
    text: str
    exceptions: tuple[str, ...]


class Book:
    """Keeps what was on record when it was last looked at, and the codes it saw go out."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seen = 0
        self.before: dict[int, Scope] = {}
        self.codes: list[tuple[str, str]] = []
        self.products = tuple(self._documents("products"))

    def look(self) -> None:
        """Takes note of what is on record of everybody now; to be called before the first turn."""
        for row in self._rows("SELECT id FROM customers"):
            self.before[row.id] = self._owned(row.id, datetime.now(UTC))

    def check(self, now: datetime) -> list[Finding]:
        """Every reply to a customer since the last look, held against what was on record before it and after it."""
        rows = self._rows("SELECT * FROM outbox WHERE id > :seen ORDER BY id", seen=self.seen)
        found: list[Finding] = []
        for row in rows:
            self.seen = row.id
            self._note_code(row)
            if row.audience == "customer":
                found += self._check(row, now)
        for party in {row.customer_id for row in rows}:
            self.before[party] = self._owned(party, now)
        return found

    def _check(self, row: Any, now: datetime) -> Iterator[Finding]:
        body = _json(row.body)
        titles = [choice["title"] for choice in body.get("choices") or ()]
        parts = [body["text"], *titles, body.get("subject") or "", body.get("menu_hint") or ""]
        scope = self._scope(row, now)
        whole = "\n".join(parts)
        wrong = unexplained(whole, row.key.split(), row.language or "en", scope)
        if wrong:
            yield Finding(row.id, row.key, whole, tuple(wrong))

    # -- rights -------------------------------------------------------------------------------------------------------

    def _scope(self, row: Any, now: datetime) -> Scope:
        owned = self._owned(row.customer_id, now)
        earlier = self.before.get(row.customer_id)
        if owned.customer is None and earlier is not None and earlier.customer is not None:
            owned = replace(owned, customer=earlier.customer)  # deleted meanwhile
        if owned.customer is not None and self._is_proven(row):
            return _joined(owned, earlier) if earlier else owned
        return self._shown(replace(owned, customer=None, orders=(), plans=()), now)

    def _is_proven(self, row: Any) -> bool:
        if row.inbox_id is None:
            return True
        (inbound,) = self._rows("SELECT message FROM inbox WHERE id = :id", id=row.inbox_id)
        return bool(_json(inbound.message).get("verified", True))

    def _shown(self, scope: Scope, now: datetime) -> Scope:
        """What a stranger showed a right to: by a code its customer's all, by number and contact that order alone."""
        said = " ".join(scope.texts)
        for code, address in self.codes:
            if code in re.sub(r"(?<=\d) (?=\d)", "", said):
                for row in self._rows("SELECT id FROM customers WHERE :a IN (email_key, phone_key)", a=address):
                    theirs = _joined(self._owned(row.id, now), self.before.get(row.id) or self._owned(row.id, now))
                    return replace(theirs, texts=scope.texts, moments=(*scope.moments, *theirs.moments))
        bare = NUMBER.sub("", said).upper()
        status: list[Record] = []
        for row in self._rows(ORDERS):
            order, customer = _json(row.record), _json(row.customer or "{}")
            if NUMBER.sub("", order["number"]).upper() in bare:
                known = [*contacts(customer), (order.get("shipping_address") or {}).get("postcode") or "-"]
                order["masked"] = [masked(one) for one in contacts(customer)]
                if any(NUMBER.sub("", one).upper() in bare for one in known):
                    status.append(order)
        return replace(scope, status_only=tuple(status))

    def _owned(self, party: int, now: datetime) -> Scope:
        (row,) = self._rows("SELECT record FROM customers WHERE id = :id", id=party)
        said = self._rows("SELECT message FROM inbox WHERE customer_id = :id ORDER BY id", id=party)
        tasks = self._rows("SELECT opened_at, expected_by FROM handoffs WHERE customer_id = :id", id=party)
        messages = [_json(one.message) for one in said]
        return Scope(
            now=now,
            customer=_json(row.record) if row.record else None,
            orders=tuple(self._documents("orders", party)),
            plans=tuple(self._documents("subscriptions", party)),
            products=self.products,
            texts=tuple(normalize("NFKC", f"{one.get('text') or ''} {one.get('subject') or ''}") for one in messages),
            moments=tuple(at for one in tasks for at in map(_at, one) if at),
        )

    def _note_code(self, row: Any) -> None:
        match = re.search(r"(?<!\d)\d{6}(?!\d)", _json(row.body)["text"])
        if match and row.key.endswith("code"):
            self.codes.append((match[0], row.address_key))

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _documents(self, table: str, party: int | None = None) -> Iterator[Record]:
        of = "" if party is None else " WHERE customer_id = :id"
        yield from (_json(row.record) for row in self._rows(f"SELECT record FROM {table}{of}", id=party))

    def _rows(self, statement: str, **values: Any) -> list[Any]:
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        with reading(self.engine) as connection:
            return list(connection.execute(text(statement), used))


def _joined(now: Scope, before: Scope) -> Scope:
    """What was on record at either moment; of what was changed, both."""
    return replace(
        now,
        formerly=before.customer,
        orders=(*now.orders, *(one for one in before.orders if one not in now.orders)),
        plans=(*now.plans, *(one for one in before.plans if one not in now.plans)),
        moments=(*now.moments, *before.moments),
    )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _at(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment(value)
