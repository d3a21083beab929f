"""What customers have done about their own account and data: contacts, address, preferences, export, erasure, scores.

A new contact is written only when the code that went to it came back. What is changed here is remembered beside the
record, so that a source that only repeats what was before does not undo it; the shop has a task to carry it over.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update

from bot import policy
from bot.actions import (
    ChangeContact,
    ChangeHomeAddress,
    EraseCustomer,
    ExportData,
    OpenHandoff,
    RecordScore,
    SendContactCode,
    SetPreference,
)
from bot.consent import OPTED_OUT
from bot.contact import email_key, phone_key
from bot.facts import address_text, masked
from bot.model import Address, Category, Channel, File, Outcome
from bot.records import Customer, Order, SubscriptionStatus
from storage.contacts import contact_keys, contacts_of, settle_contacts
from storage.doing import Doing, done, pending, refused
from storage.exporting import export_customer
from storage.ingest_people import CONSENTS
from storage.ingest_rest import SCORES
from storage.ledger_codes import OUTBOX, changed_lately, issue_code, use_code
from storage.ledger_desk import hand_over
from storage.notices import newest_consents
from storage.parties import contact_at, party_of
from storage.records import CUSTOMERS, ORDERS, SUBSCRIPTIONS

EXPORT_KEY, NOTICE_KEY = "privacy.export_mail", "account.contact_notice"
GONE = ("sent", "delivered", "read", "failed", "dropped")


def export_data(doing: Doing, action: ExportData) -> Outcome:
    customer, party = doing.records.customer(action.customer_id), party_of(doing.connection, action.customer_id)
    if customer is None or party is None or not customer.email or changed_lately(doing, customer)[0]:
        return refused("no_email")
    to = _mail_address(customer.email)
    if contact_at(doing.connection, to.channel, to.key, to.raw).suppressed:
        return refused("no_email")
    written = doing.write(EXPORT_KEY, {"first_name": customer.first_name}, to, customer)
    if written is None:
        return refused("no_email")
    _blank_exports(doing, party)
    text = "".join(export_customer(doing.connection, customer.id))
    file = File(name=f"data-{doing.now:%Y-%m-%d}.json", content_type="application/json", text=text)
    doing.post(replace(written, body=written.body.model_copy(update={"files": (file,)})), party)
    doing.happened("data_exported", to=to.channel.value)
    return done(masked=masked(customer.email))


def _blank_exports(doing: Doing, party: int) -> None:
    """Takes the file out of earlier mails that have left: it is not kept twice."""
    here = (OUTBOX.c.customer_id == party) & (OUTBOX.c.key == EXPORT_KEY) & OUTBOX.c.state.in_(GONE)
    for row in doing.connection.execute(select(OUTBOX.c.id, OUTBOX.c.body).where(here)).all():
        body = {**row.body, "files": []}
        doing.connection.execute(update(OUTBOX).where(OUTBOX.c.id == row.id).values(body=body))


def erase_customer(doing: Doing, action: EraseCustomer) -> Outcome:
    """Marks it for erasing (storage/erasing.py), which is done when the last word to the customer has left."""
    party = party_of(doing.connection, action.customer_id)
    if party is None:
        return refused("no_customer")
    if not policy.erasable(_orders(doing, party), doing.shop.policies, subscribed=_subscribed(doing, party)).granted:
        return refused("open_matters")
    doing.connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == party).values(erase_at=doing.now))
    doing.happened("erasure_asked_for")
    return pending()


def _orders(doing: Doing, party: int) -> list[Order]:
    records = doing.connection.execute(select(ORDERS.c.record).where(ORDERS.c.customer_id == party)).scalars()
    return [Order.model_validate(record) for record in records]


def _subscribed(doing: Doing, party: int) -> bool:
    ended = SubscriptionStatus.CANCELLED.value
    query = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.customer_id == party, SUBSCRIPTIONS.c.status != ended)
    return doing.connection.execute(query).first() is not None


# -- contact -----------------------------------------------------------------------------------------------------------


def send_contact_code(doing: Doing, action: SendContactCode) -> Outcome:
    customer, party = doing.records.customer(action.customer_id), party_of(doing.connection, action.customer_id)
    if customer is None or party is None:
        return refused("no_customer")
    to = _new_address(doing, action.kind, action.contact)
    if to is None or contact_at(doing.connection, to.channel, to.key, to.raw).suppressed:
        return refused("no_channel")
    refusal = issue_code(doing, party, _shows(doing, action.kind, action.contact), to, customer)
    return refused(refusal) if refusal else done()


def change_contact(doing: Doing, action: ChangeContact) -> Outcome:
    party = party_of(doing.connection, action.customer_id)
    before = _lock(doing, party) if party is not None else None
    if party is None or before is None:
        return refused("no_customer")
    refusal = use_code(doing, party, _shows(doing, action.kind, action.contact), action.code)
    if refusal:
        return refused(refusal)
    after = before.model_copy(update={action.kind: action.contact})
    email, phone = contact_keys(after)
    column, key = (CUSTOMERS.c.email_key, email) if action.kind == "email" else (CUSTOMERS.c.phone_key, phone)
    others = select(CUSTOMERS.c.id).where(column == key, CUSTOMERS.c.id != party, CUSTOMERS.c.source_id.is_not(None))
    if doing.connection.execute(others).first():
        return refused("taken")
    changed_at = {f"{action.kind}_changed_at": doing.now}
    _keep(doing, party, before, after, (action.kind,), email_key=email, phone_key=phone, **changed_at)
    settle_contacts(doing.connection, {*contacts_of(before), *contacts_of(after)}, doing.now)
    old = getattr(before, action.kind)
    for contact in (old, action.contact):
        _tell(doing, party, after, action.kind, contact, old)
    doing.happened("contact_changed", what=action.kind)
    _for_the_shop(doing, f"{action.kind}: {action.contact}")
    return done()


def _tell(doing: Doing, party: int, customer: Customer, kind: str, contact: str | None, old: str | None) -> None:
    """To the old contact as well as the new, so that whoever did not want it hears of it."""
    to = _new_address(doing, kind, contact) if contact else None
    if to is None or contact_at(doing.connection, to.channel, to.key, to.raw).suppressed:
        return
    new = getattr(customer, kind)
    facts = {"old_contact": masked(old) if old else None, "new_contact": masked(new)}
    written = doing.write(NOTICE_KEY, facts, to, customer)
    if written:
        doing.post(written, party)


def _new_address(doing: Doing, kind: str, contact: str) -> Address | None:
    """Where a message to this contact goes, on a channel that the shop uses."""
    channels = doing.shop.settings.channels
    if kind == "email":
        return _mail_address(contact) if Channel.EMAIL in channels else None
    key = phone_key(contact) or contact
    return Address(channel=Channel.SMS, raw=contact, key=key) if Channel.SMS in channels else None


def _mail_address(email: str) -> Address:
    return Address(channel=Channel.EMAIL, raw=email, key=email_key(email))


def _shows(doing: Doing, kind: str, contact: str) -> str:
    """What a code to a new contact shows, and to whom: nothing that a code of identity would."""
    key = email_key(contact) if kind == "email" else phone_key(contact) or contact
    return f"{doing.party}/new {kind}:{key}"


# -- address and preferences -------------------------------------------------------------------------------------------


def change_home_address(doing: Doing, action: ChangeHomeAddress) -> Outcome:
    party = party_of(doing.connection, action.customer_id)
    before = _lock(doing, party) if party is not None else None
    if party is None or before is None:
        return refused("no_customer")
    _keep(doing, party, before, before.model_copy(update={"address": action.address}), ("address",))
    doing.happened("address_changed")
    _for_the_shop(doing, f"address: {address_text(action.address)}")
    return done()


def set_preference(doing: Doing, action: SetPreference) -> Outcome:
    party = party_of(doing.connection, action.customer_id)
    before = _lock(doing, party) if party is not None else None
    if party is None or before is None:
        return refused("no_customer")
    if action.channel is not None:
        refusal = _welcome(doing, party, before, action.channel)
        if refusal:
            return refused(refusal)
        _agree(doing, party, action)
    wanted = {"language": action.language, "preferred_channel": action.channel.value if action.channel else None}
    given = {name: value for name, value in wanted.items() if value}
    _keep(doing, party, before, before.model_copy(update=given), tuple(given))
    doing.happened("preference", **given)
    return done()


def _welcome(doing: Doing, party: int, customer: Customer, channel: Channel) -> str:
    """Why this channel cannot be had, or nothing."""
    email, phone = contact_keys(customer)
    key = email if channel is Channel.EMAIL else phone
    if not key:
        return "no_contact"
    suppressed = contact_at(doing.connection, channel, key, key).suppressed
    if (
        suppressed == OPTED_OUT
        or newest_consents(doing.connection, party).get((channel, Category.TRANSACTIONAL)) is False
    ):
        return "stopped"
    return "no_contact" if suppressed else ""


def _agree(doing: Doing, party: int, action: SetPreference) -> None:
    """The wish to be written to here is consent to news of orders here, and to nothing else."""
    row = {
        "customer_id": party,
        "channel": str(action.channel),
        "category": Category.TRANSACTIONAL.value,
        "given": True,
        "at": doing.now,
        "source": "customer",
        "words": action.words or None,
    }
    doing.connection.execute(insert(CONSENTS).values(row))


# -- scores ------------------------------------------------------------------------------------------------------------


def record_score(doing: Doing, action: RecordScore) -> Outcome:
    """One score for each time it was asked for: words come to it, a corrected number replaces it."""
    here = (SCORES.c.customer_id == doing.party) & (SCORES.c.scale == action.scale) & (SCORES.c.matter == action.matter)
    known = doing.connection.execute(select(SCORES).where(here).with_for_update()).first()
    values = {"score": action.score, "words": action.words or (known.words if known else None)}
    if known:
        doing.connection.execute(update(SCORES).where(SCORES.c.id == known.id).values(values))
    else:
        new = {"customer_id": doing.party, "scale": action.scale, "matter": action.matter, "at": doing.now, **values}
        doing.connection.execute(insert(SCORES).values(new))
    doing.happened("score", scale=action.scale, score=action.score, words=bool(action.words))
    return done(score=action.score)


# -- the record --------------------------------------------------------------------------------------------------------


def _lock(doing: Doing, party: int) -> Customer | None:
    query = select(CUSTOMERS.c.record).where(CUSTOMERS.c.id == party).with_for_update(key_share=True)
    record = doing.connection.execute(query).scalar()
    return Customer.model_validate(record) if record else None


def _keep(
    doing: Doing, party: int, before: Customer, after: Customer, changed: tuple[str, ...], **columns: Any
) -> None:
    """Writes the record, and what of it was changed beside it."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    query = select(CUSTOMERS.c.changes).where(CUSTOMERS.c.id == party)
    changes = [*(doing.connection.execute(query).scalar() or [])]
    changes += [{"field": name, "before": old[name], "after": new[name]} for name in changed if old[name] != new[name]]
    values = {"record": new, "changes": changes, **columns}
    doing.connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == party).values(values))


def _for_the_shop(doing: Doing, what: str) -> None:
    """A task: the shop's own system does not know it yet."""
    hand_over(doing, OpenHandoff(reason="account_changed", flow="account", summary=what, silences_bot=False))
