"""Taking in customers: their records, their contacts' addresses, and the consents that come with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update

from bot.consent import OPTED_OUT
from bot.importing import LoyaltyNews
from bot.model import Category
from bot.records import ConsentRecord, Customer, Loyalty
from storage.contacts import ADDRESSES, contact_keys, contacts_of, settle_contacts
from storage.records import CUSTOMERS, rows_by, table
from storage.tables import ConsentRow
from storage.upsert import Intake, as_json, insert_all, row_ids, update_all, upsert

CONSENTS = table(ConsentRow)


def store_customers(intake: Intake, customers: Sequence[Customer], loyalty: Sequence[LoyaltyNews]) -> None:
    customers = _as_changed_here(intake, customers)
    first = {"email_changed_at": None, "phone_changed_at": None, "created_at": intake.now}

    def columns(after: Customer, _: Customer | None) -> dict[str, Any]:
        email, phone = contact_keys(after)
        return {"email_key": email, "phone_key": phone}

    stored = upsert(intake, "customers", CUSTOMERS, customers, columns, first)
    contacts = [
        contact for item in stored for known in (item.before, item.after) if known for contact in contacts_of(known)
    ]
    moved = [(item.row_id, item.before, item.after) for item in stored if item.before]
    for name, position in (("email_changed_at", 0), ("phone_changed_at", 1)):
        changed = [row for row, old, new in moved if contact_keys(old)[position] != contact_keys(new)[position]]
        update_all(intake.connection, CUSTOMERS, [{"row": row, name: intake.now} for row in changed])
    settle_contacts(intake.connection, contacts, intake.now)
    _store_loyalty(intake, loyalty)


def _as_changed_here(intake: Intake, customers: Sequence[Customer]) -> list[Customer]:
    """What the customer changed here stays, as long as the source only repeats what was before."""
    query = select(CUSTOMERS.c.source_id, CUSTOMERS.c.record, CUSTOMERS.c.changes).where(
        CUSTOMERS.c.changes.is_not(None)
    )
    rows = rows_by(intake.connection, query, CUSTOMERS.c.source_id, (customer.id for customer in customers))
    kept = {row.source_id: row for row in rows}
    return [_unless_outdated(customer, kept.get(customer.id)) for customer in customers]


def _unless_outdated(heard: Customer, row: Any) -> Customer:
    if row is None:
        return heard
    told, known = as_json(heard), Customer.model_validate(row.record)
    outdated = {change["field"] for change in row.changes if told[change["field"]] == change["before"]}
    return heard.model_copy(update={name: getattr(known, name) for name in outdated & heard.model_fields_set})


def _store_loyalty(intake: Intake, news: Sequence[LoyaltyNews]) -> None:
    query = select(CUSTOMERS.c.source_id, CUSTOMERS.c.id, CUSTOMERS.c.record)
    rows = rows_by(intake.connection, query, CUSTOMERS.c.source_id, (item.customer_id for item in news))
    kept = {row.source_id: row for row in rows}
    changed = []
    for item in news:
        row = kept[item.customer_id]
        before = Customer.model_validate(row.record)
        loyalty = (before.loyalty or Loyalty()).model_copy(
            update={name: getattr(item, name) for name in item.model_fields_set - {"customer_id"}}
        )
        after = before.model_copy(update={"loyalty": loyalty})
        if intake.count("loyalty", row.record, as_json(after)):
            changed.append({"row": row.id, "record": as_json(after)})
    update_all(intake.connection, CUSTOMERS, changed)


Line = tuple[Any, ...]


def store_consents(intake: Intake, customers: Sequence[Customer], ledger: Sequence[ConsentRecord]) -> None:
    """Adds the lines of the ledger that are not known yet.

    Consent that a customer's record brings never overrules a line that is as new: what the shop's file repeats was
    perhaps taken back since. Lines that are themselves of a ledger are kept as they are, in their order.
    """
    by_customer: dict[str, list[Line]] = defaultdict(list)
    for record in ledger:
        by_customer[record.customer_id].append(
            (record.channel, record.category, record.given, record.at, record.source, record.words)
        )
    granted = {customer.id: customer.consents for customer in customers if customer.consents}
    parties = row_ids(intake.connection, CUSTOMERS, {*by_customer, *granted})
    known = _known(intake, parties.values())
    rows: list[dict[str, Any]] = []
    for source_id, party in parties.items():
        held = known[party]
        fresh = []
        for line in by_customer[source_id]:
            if intake.count("consents", line if line in held else None, line):
                fresh.append(line)
        grants = sorted(
            (
                (one.channel, one.category, True, one.given_at, one.source, one.words)
                for one in granted.get(source_id, ())
            ),
            key=lambda line: line[3],
        )
        newer = [line for line in grants if not _overtaken(line, [*held, *by_customer[source_id]])]
        rows += [_row(party, line) for line in (*newer, *fresh)]
    insert_all(intake.connection, CONSENTS, rows)
    _suppress(intake, {row["customer_id"] for row in rows})


def _known(intake: Intake, parties: Iterable[int]) -> dict[int, list[Line]]:
    query = select(CONSENTS).order_by(CONSENTS.c.id)
    known: dict[int, list[Line]] = defaultdict(list)
    for row in rows_by(intake.connection, query, CONSENTS.c.customer_id, parties):
        known[row.customer_id].append((row.channel, row.category, row.given, row.at, row.source, row.words))
    return known


def _overtaken(line: Line, others: Iterable[Line]) -> bool:
    return any(other[:2] == line[:2] and other[3] >= line[3] for other in others)


def _row(party: int, line: Line) -> dict[str, Any]:
    names = ("channel", "category", "given", "at", "source", "words")
    return {"customer_id": party, **dict(zip(names, line, strict=True))}


def _suppress(intake: Intake, parties: Iterable[int]) -> None:
    """An address whose owner opted out elsewhere is suppressed here too, and freed when the newest line says so."""
    for party, lines in _known(intake, parties).items():
        newest = {line[0]: line[2] for line in lines if line[1] == Category.TRANSACTIONAL}
        for channel, given in newest.items():
            of = update(ADDRESSES).where(ADDRESSES.c.customer_id == party, ADDRESSES.c.channel == channel)
            if given:
                of = of.where(ADDRESSES.c.suppressed == OPTED_OUT).values(suppressed=None)
            else:
                of = of.where(ADDRESSES.c.suppressed.is_(None)).values(suppressed=OPTED_OUT)
            intake.connection.execute(of)
