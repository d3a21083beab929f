"""Takes away everything personal of a customer, over all tables: on request of theirs or of the shop's.

What the law has the shop keep, orders and the money paid for them, stays for the policy's years without names,
addresses and words. Opt-outs stay as digests (storage/opted_out.py). What is left names nobody: counts, dates, ratings.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, or_, select, update

from bot.forgetting import without_person
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Message
from bot.records import Customer, Order, Subscription
from storage.contacts import ADDRESSES, CONVERSATIONS, contact_keys
from storage.doing import EVENTS
from storage.engine import reading
from storage.ingest_messages import INBOX, OUTBOX
from storage.ingest_people import CONSENTS
from storage.ingest_rest import ALERTS, HANDOFFS, REGISTRATIONS, REVIEWS, SCORES
from storage.ledger_codes import CODES, LOOKUPS
from storage.notices import NOTICES, newest_consents
from storage.opted_out import remember
from storage.parties import UNVERIFIED, party_of
from storage.records import CUSTOMERS, ORDERS, SHIPMENTS, SUBSCRIPTIONS, table, tried_contact
from storage.tables import ActionRow

ACTIONS = table(ActionRow)
OPEN = ("waiting", "sending", "unknown")
ERASED = "erased"  # why a message or a notice of somebody gone was dropped
DAYS_OF_A_YEAR = 365.25


def erase_due(engine: Engine, shop: Shop, now: datetime) -> int:
    """Erases those who asked for it and to whom everything is said; how many they were."""
    with reading(engine) as connection:
        waiting = select(CUSTOMERS.c.id).where(CUSTOMERS.c.erase_at <= now)
        parties = list(connection.execute(waiting).scalars())
    erased = 0
    for party in parties:
        with engine.begin() as connection:
            erased += (
                _lock(connection, party) and not _is_talking(connection, party) and erase(connection, party, shop, now)
            )
    return erased


def erase_customer(connection: Connection, customer_id: str, shop: Shop, now: datetime) -> bool:
    """At once, whatever is still on its way to them. False: there is no such customer."""
    party = party_of(connection, customer_id)
    return party is not None and _lock(connection, party) and erase(connection, party, shop, now)


def erase(connection: Connection, party: int, shop: Shop, now: datetime) -> bool:
    """Everything of this row of `customers`, which the caller has locked. Done again, it changes nothing."""
    row = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id == party)).one()
    customer = Customer.model_validate(row.record) if row.record else None
    keys = _keys(connection, party, customer)
    _keep_opt_outs(connection, party, now)
    for each in (party, *_strangers_at(connection, keys)):
        _empty(connection, each, now)
    connection.execute(
        delete(LOOKUPS).where(or_(LOOKUPS.c.sender.in_(keys), LOOKUPS.c.number_key.in_(map(tried_contact, keys))))
    )
    _forget_orders(connection, party, shop, now)
    _forget_subscriptions(connection, party)
    values: dict[str, Any] = {
        "record": Customer(id=row.source_id).model_dump(mode="json") if row.source_id else None,
        **dict.fromkeys(("email_key", "phone_key", "email_changed_at", "phone_changed_at", "changes", "erase_at")),
        "erased_at": now,
    }
    connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == party).values(values))
    connection.execute(EVENTS.insert().values(customer_id=party, at=now, kind="erased", data={}))
    return True


def _lock(connection: Connection, party: int) -> bool:
    query = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == party).with_for_update(key_share=True)
    return connection.execute(query).first() is not None


def _is_talking(connection: Connection, party: int) -> bool:
    """Whether a message of theirs is not answered yet, or one to them has not left."""
    heard = select(INBOX.c.id).where(INBOX.c.customer_id == party, INBOX.c.state == "waiting")
    said = select(OUTBOX.c.id).where(
        OUTBOX.c.customer_id == party, OUTBOX.c.audience == "customer", OUTBOX.c.state.in_(OPEN)
    )
    return any(connection.execute(query.limit(1)).first() for query in (heard, said))


def _keys(connection: Connection, party: int, customer: Customer | None) -> set[str]:
    """Every address they are known by."""
    known = connection.execute(select(ADDRESSES.c.key).where(ADDRESSES.c.customer_id == party)).scalars()
    return {*known, *(key for key in (contact_keys(customer) if customer else ()) if key)}


def _strangers_at(connection: Connection, keys: set[str]) -> Iterator[int]:
    """Parties of mails under their address that were never proven to be theirs."""
    query = select(ADDRESSES.c.customer_id).join(CUSTOMERS, CUSTOMERS.c.id == ADDRESSES.c.customer_id)
    unproven = [UNVERIFIED + key for key in keys]
    yield from (
        connection.execute(query.where(ADDRESSES.c.key.in_(unproven), CUSTOMERS.c.source_id.is_(None))).scalars().all()
    )


def _keep_opt_outs(connection: Connection, party: int, now: datetime) -> None:
    """What was suppressed, and what the ledger of consents says was stopped."""
    stopped = {
        channel.value
        for (channel, category), given in newest_consents(connection, party).items()
        if category == "transactional" and not given
    }
    rows = connection.execute(select(ADDRESSES).where(ADDRESSES.c.customer_id == party)).all()
    remember(
        connection,
        [
            (row.channel, row.key, row.suppressed or "opted_out")
            for row in rows
            if row.suppressed or row.channel in stopped
        ],
        now,
    )


def _empty(connection: Connection, party: int, now: datetime) -> None:
    """What was said both ways, asked, promised and agreed."""
    for gone in (ADDRESSES, CONVERSATIONS, CONSENTS, CODES, REGISTRATIONS, ALERTS):
        connection.execute(delete(gone).where(gone.c.customer_id == party))
    for row in connection.execute(select(INBOX).where(INBOX.c.customer_id == party)).all():
        nobody = Message(
            provider_id=row.provider_id,
            sender=Address(channel=Channel(row.channel), raw="", key=""),
            verified=False,
            received_at=row.received_at,
        )
        blank = {
            "message": nobody.model_dump(mode="json"),
            "reading": None,
            "state": "done" if row.state == "waiting" else row.state,
        }
        connection.execute(update(INBOX).where(INBOX.c.id == row.id).values(blank))
    said: dict[str, Any] = {
        "address": "",
        "address_key": "",
        "says": [],
        "body": {"text": "", "choices": [], "subject": None},
        "headers": {},
        "template": None,
    }
    of = OUTBOX.c.customer_id == party
    connection.execute(update(OUTBOX).where(of, OUTBOX.c.state.in_(OPEN)).values(state="dropped", reason=ERASED))
    connection.execute(update(OUTBOX).where(of).values(said))
    planned = (NOTICES.c.customer_id == party) & (NOTICES.c.state == "planned")
    connection.execute(update(NOTICES).where(planned).values(state="dropped", reason=ERASED, decided_at=now))
    for opinions in (REVIEWS, SCORES):
        connection.execute(update(opinions).where(opinions.c.customer_id == party).values(words=None))
    connection.execute(
        update(ACTIONS).where(ACTIONS.c.customer_id == party).values(action={}, outcome={"status": "done"})
    )
    _close_cases(connection, party, now)


def _close_cases(connection: Connection, party: int, now: datetime) -> None:
    for row in connection.execute(select(HANDOFFS).where(HANDOFFS.c.customer_id == party)).all():
        case = {"reason": row.reason, "order_id": row.order_id, "silences_bot": row.silences_bot}
        values = {"case": case, "closed_at": row.closed_at or now, "note": None}
        connection.execute(update(HANDOFFS).where(HANDOFFS.c.id == row.id).values(values))


# -- what the law keeps ------------------------------------------------------------------------------------------------


def _forget_orders(connection: Connection, party: int, shop: Shop, now: datetime) -> None:
    years = shop.policies.privacy.keep_orders_years
    for row in connection.execute(select(ORDERS.c.id, ORDERS.c.record).where(ORDERS.c.customer_id == party)).all():
        order = Order.model_validate(row.record)
        if (now - order.placed_at).days >= years * DAYS_OF_A_YEAR:
            connection.execute(delete(SHIPMENTS).where(SHIPMENTS.c.order_id == row.id))
            connection.execute(delete(ORDERS).where(ORDERS.c.id == row.id))
        else:
            values = {"record": without_person(order).model_dump(mode="json"), "updated_at": now}
            connection.execute(update(ORDERS).where(ORDERS.c.id == row.id).values(values))


def _forget_subscriptions(connection: Connection, party: int) -> None:
    for row in connection.execute(
        select(SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.record).where(SUBSCRIPTIONS.c.customer_id == party)
    ).all():
        record = Subscription.model_validate(row.record).model_copy(update={"address": None})
        connection.execute(
            update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == row.id).values(record=record.model_dump(mode="json"))
        )
