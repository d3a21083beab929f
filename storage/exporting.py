"""Writes everything out in the import format, as it is now: the same text from the same records, in any database.

Ids are the sources' own. What has none (reviews, hand-offs, messages) gets one made of what it says, so that importing
an export and exporting again gives the same text. A one-time code is never written out.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, select

from bot.records import (
    Alert,
    ConsentRecord,
    Customer,
    Handoff,
    MessageRecord,
    Order,
    Product,
    Record,
    Registration,
    Review,
    Score,
    Subscription,
)
from storage.ingest_messages import INBOX, OUTBOX, ids_of_unsent
from storage.ingest_people import CONSENTS
from storage.ingest_rest import ALERTS, REGISTRATIONS, REVIEWS, SCORES, known_handoffs
from storage.records import CUSTOMERS, ORDERS, PRODUCTS, SUBSCRIPTIONS

CODE_KEY = "identity.code"  # the words that carry a one-time code
SETTLED = ("sent", "delivered", "read", "failed", "dropped")  # what is not settled is no message yet


def export_text(connection: Connection, *, messages: bool = False) -> Iterator[str]:
    """The export as one JSON document, in pieces. With `messages`, what was said too."""
    return _written(_kinds(connection, None, messages=messages))


def export_customer(connection: Connection, customer_id: str) -> Iterator[str]:
    """Everything that is held on one customer, in the same form: what was said, too."""
    kinds = _kinds(connection, customer_id, messages=True)
    return _written([(kind, records) for kind, records in kinds if kind != "products"])


def customer_export(connection: Connection, customer_id: str) -> list[str] | None:
    """The same whole, so that it outlives the transaction; None where there is no such customer."""
    known = select(CUSTOMERS.c.id).where(CUSTOMERS.c.source_id == customer_id)
    return list(export_customer(connection, customer_id)) if connection.execute(known).first() else None


def _kinds(connection: Connection, only: str | None, *, messages: bool) -> list[tuple[str, Iterable[Record]]]:
    kinds: list[tuple[str, Iterable[Record]]] = [
        ("customers", _kept(connection, CUSTOMERS, Customer, only)),
        ("products", _kept(connection, PRODUCTS, Product)),
        ("orders", _kept(connection, ORDERS, Order, only)),
        ("subscriptions", _kept(connection, SUBSCRIPTIONS, Subscription, only)),
        ("reviews", _reviews(connection, only)),
        ("scores", _scores(connection, only)),
        ("registrations", _kept(connection, REGISTRATIONS, Registration, only)),
        ("alerts", _alerts(connection, only)),
        ("handoffs", _handoffs(connection, only)),
        ("consents", _consents(connection, only)),
    ]
    return [*kinds, ("messages", _messages(connection, only))] if messages else kinds


def _written(kinds: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[str]:
    yield "{"
    for index, (kind, records) in enumerate(kinds):
        yield ",\n" if index else "\n"
        yield f' "{kind}": ['
        first = True
        for record in records:
            yield "\n" if first else ",\n"
            yield "  " + json.dumps(record.model_dump(mode="json"), ensure_ascii=False)
            first = False
        yield "]" if first else "\n ]"
    yield "\n}\n"


def _kept(connection: Connection, of: Any, model: type[Record], only: str | None = None) -> Iterator[Record]:
    """The records of a table that keeps them whole, in the order of their ids, whatever the database's collation."""
    query = select(of.c.source_id, of.c.id).where(of.c.source_id.is_not(None))
    if only is not None:
        party = select(CUSTOMERS.c.id).where(CUSTOMERS.c.source_id == only).scalar_subquery()
        query = query.where((of.c.id if of is CUSTOMERS else of.c.customer_id) == party)
    ids = [row.id for row in sorted(connection.execute(query), key=lambda row: str(row.source_id))]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        found = {
            row.id: row.record for row in connection.execute(select(of.c.id, of.c.record).where(of.c.id.in_(some)))
        }
        for row_id in some:
            yield model.model_validate(found[row_id])


def _of_customers(of: Any, *columns: Any, only: str | None = None) -> Select[Any]:
    """Rows with the id of the customer they belong to; None for a stranger's."""
    query = select(*columns, CUSTOMERS.c.source_id.label("customer"))
    query = query.select_from(of).join(CUSTOMERS, CUSTOMERS.c.id == of.c.customer_id)
    return query if only is None else query.where(CUSTOMERS.c.source_id == only)


def _reviews(connection: Connection, only: str | None) -> Iterator[Review]:
    query = _of_customers(REVIEWS, REVIEWS, only=only).where(CUSTOMERS.c.source_id.is_not(None))
    for row in sorted(connection.execute(query), key=lambda row: (row.customer, row.order_id)):
        yield Review(
            id=f"{row.customer}/{row.order_id}"[:200],
            customer_id=row.customer,
            order_id=row.order_id,
            rating=row.rating,
            words=row.words,
            at=row.at,
        )


def _scores(connection: Connection, only: str | None) -> Iterator[Score]:
    query = _of_customers(SCORES, SCORES, only=only).where(CUSTOMERS.c.source_id.is_not(None))
    for row in sorted(connection.execute(query), key=lambda row: (row.customer, row.scale, row.at)):
        yield Score(
            id=f"{row.customer}/{row.scale}/{row.at:%Y%m%dT%H%M%S%f}"[-200:],
            customer_id=row.customer,
            scale=row.scale,
            score=row.score,
            words=row.words,
            at=row.at,
        )


def _alerts(connection: Connection, only: str | None) -> Iterator[Record]:
    """Those of the shop's customers: a stranger's goes to an address that no export holds."""
    kept = _kept(connection, ALERTS, Alert, only)
    return (one for one in kept if isinstance(one, Alert) and one.customer_id is not None)


def _handoffs(connection: Connection, only: str | None) -> Iterator[Handoff]:
    for handoff_id, row in known_handoffs(connection, only).items():
        yield Handoff(
            id=handoff_id,
            customer_id=row.source_id,
            order_id=row.order_id,
            reason=row.reason,
            silences_bot=row.silences_bot,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            summary=row.case.get("summary") or None,
        )


def _consents(connection: Connection, only: str | None) -> Iterator[ConsentRecord]:
    """The lines of each customer's ledger, oldest first; one said twice over stands once."""
    query = _of_customers(CONSENTS, CONSENTS, only=only).where(CUSTOMERS.c.source_id.is_not(None))
    rows = sorted(connection.execute(query), key=lambda row: (row.customer, row.id))
    lines = (
        ConsentRecord(
            customer_id=row.customer,
            channel=row.channel,
            category=row.category,
            given=row.given,
            at=row.at,
            source=row.source,
            words=row.words,
        )
        for row in rows
    )
    yield from dict.fromkeys(lines)


def _messages(connection: Connection, only: str | None) -> list[MessageRecord]:
    """What came in and what went out or was held back, over all customers or one, in the order of time."""
    heard = connection.execute(_of_customers(INBOX, INBOX.c.provider_id, INBOX.c.channel, INBOX.c.message, only=only))
    said = connection.execute(
        _of_customers(OUTBOX, OUTBOX, only=only).where(OUTBOX.c.audience == "customer", OUTBOX.c.state.in_(SETTLED))
    )
    unsent = ids_of_unsent(connection, only)
    found = [*map(_inbound, heard), *(_outbound(row, row.provider_id or unsent[row.id]) for row in said)]
    return sorted(found, key=lambda message: (message.at, message.direction, message.id))


def _inbound(row: Any) -> MessageRecord:
    return MessageRecord(
        id=row.provider_id,
        customer_id=row.customer,
        at=row.message["received_at"],
        channel=row.channel,
        direction="in",
        text=row.message.get("text", ""),
    )


def _outbound(row: Any, message_id: str) -> MessageRecord:
    secret = CODE_KEY in row.key.split()
    return MessageRecord(
        id=message_id,
        customer_id=row.customer,
        at=row.sent_at or row.created_at,
        channel=row.channel,
        direction="out",
        text="" if secret else row.body.get("text", ""),
        key=row.key or None,
        status=row.state,
    )
