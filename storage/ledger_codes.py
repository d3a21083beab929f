"""One-time codes to the contact on file, and the counting of look-ups that found nothing (PRODUCT.md section 4).

A code goes only where the record says, by another channel than the one that asks where there is one. Kept is its keyed
digest; the message that carries it is blanked as soon as it has left or failed and the next step is taken.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.actions import CheckCode, NoteLookup, SendCode
from bot.facts import masked
from bot.model import Address, Channel, Outcome
from bot.records import Customer, number_key
from storage.contacts import contact_keys
from storage.doing import Doing, done, refused
from storage.parties import contact_at, party_of
from storage.records import CUSTOMERS, table, tried_contact
from storage.tables import CodeRow, LookupRow, OutboxRow

CODES = table(CodeRow)
LOOKUPS = table(LookupRow)
OUTBOX = table(OutboxRow)
CODE_KEY = "identity.code"
DIGITS = 6
GONE = ("sent", "delivered", "read", "failed", "dropped")


def send_code(doing: Doing, action: SendCode) -> Outcome:
    customer = doing.records.customer(action.customer_id)
    party = party_of(doing.connection, action.customer_id)
    to = next(_reachable(doing, customer), None) if customer else None
    if customer is None or party is None or to is None:
        return refused("no_contact")
    refusal = issue_code(doing, party, _asked_by(doing), to, customer)
    return refused(refusal) if refusal else done(channel=to.channel.value, masked=masked(to.key))


def check_code(doing: Doing, action: CheckCode) -> Outcome:
    party = party_of(doing.connection, action.customer_id)
    if party is None:
        return refused("expired")
    refusal = use_code(doing, party, _asked_by(doing), action.code)
    return refused(refusal) if refusal else done()


def issue_code(doing: Doing, party: int, asked_by: str, to: Address, customer: Customer) -> str:
    """Writes a new code to this address; `asked_by` is what it shows. The refusal, or nothing."""
    _blank(doing, party)
    if _sent_lately(doing, party, asked_by) >= doing.shop.policies.identity.failed_lookups:
        return "too_many"
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    minutes = doing.shop.policies.identity.code_minutes
    written = doing.write(CODE_KEY, {"code": code, "minutes": minutes}, to, customer)
    if written is None:
        return "no_contact"
    doing.post(replace(written, says=[{"key": CODE_KEY, "facts": {"minutes": minutes}, "sources": []}]), party)
    values = {
        "customer_id": party,
        "asked_by": asked_by,
        "digest": _digest(doing, party, asked_by, code),
        "tries": 0,
        "expires_at": doing.now + timedelta(minutes=minutes),
    }
    doing.connection.execute(insert(CODES).values(values))
    return ""


def use_code(doing: Doing, party: int, asked_by: str, code: str) -> str:
    """Takes the code last issued for this; the refusal (wrong, expired, too_many), or nothing."""
    _blank(doing, party)
    query = select(CODES).where(CODES.c.customer_id == party, CODES.c.asked_by == asked_by)
    row = doing.connection.execute(query.order_by(CODES.c.id.desc()).limit(1).with_for_update()).first()
    if row is None or row.used_at is not None or row.expires_at <= doing.now:
        return "expired"
    limit = doing.shop.policies.identity.code_tries
    if row.tries >= limit:
        return "too_many"
    right = hmac.compare_digest(row.digest, _digest(doing, party, asked_by, "".join(code.split())))
    values = {"used_at": doing.now} if right else {"tries": row.tries + 1}
    doing.connection.execute(update(CODES).where(CODES.c.id == row.id).values(values))
    if right:
        return ""
    return "too_many" if row.tries + 1 >= limit else "wrong"


def note_lookup(doing: Doing, action: NoteLookup) -> Outcome:
    """A failed one counts against who asks, the number asked for, and the contact tried."""
    if action.found:
        return done()
    tried = [{"sender": doing.sender.key, "number_key": number_key(action.order_number)[:200], "at": doing.now}]
    if action.contact:
        tried.append({"sender": "", "number_key": tried_contact(action.contact), "at": doing.now})
    doing.connection.execute(insert(LOOKUPS), tried)
    return done()


def _reachable(doing: Doing, customer: Customer) -> Iterator[Address]:
    """Where a code may go, best first: contacts on file that are not shut, another way than the asking one first.

    A contact that was put on file lately is none of them: who put it there is what a code is to show.
    """
    email, phone = contact_keys(customer)
    fresh_email, fresh_phone = changed_lately(doing, customer)
    found = []
    if email and customer.email and not fresh_email:
        found.append(Address(channel=Channel.EMAIL, raw=customer.email, key=email))
    if phone and customer.phone and not fresh_phone:
        found.append(Address(channel=Channel.SMS, raw=customer.phone, key=phone))
        if CODE_KEY in doing.shop.settings.whatsapp_templates:
            found.append(Address(channel=Channel.WHATSAPP, raw=f"whatsapp:{customer.phone}", key=phone))
    asking = doing.sender
    for address in sorted(found, key=lambda one: one.channel is asking.channel or one.key == asking.key):
        shut = contact_at(doing.connection, address.channel, address.key, address.raw).suppressed
        if address.channel in doing.shop.settings.channels and not shut:
            yield address


def changed_lately(doing: Doing, customer: Customer) -> tuple[bool, bool]:
    """Whether the email, and whether the phone on file is newer than the policy trusts."""
    since = doing.now - timedelta(days=doing.shop.policies.identity.contact_unchanged_days)
    changed = select(CUSTOMERS.c.email_changed_at, CUSTOMERS.c.phone_changed_at)
    row = doing.connection.execute(changed.where(CUSTOMERS.c.source_id == customer.id)).one()
    email, phone = (moment is not None and moment > since for moment in row)
    return email, phone


def _sent_lately(doing: Doing, party: int, asked_by: str) -> int:
    """Codes sent for this customer, or for this within the window of failed look-ups."""
    policy = doing.shop.policies.identity
    since = doing.now - timedelta(minutes=policy.window_minutes) + timedelta(minutes=policy.code_minutes)
    query = select(func.count()).select_from(CODES).where(CODES.c.expires_at > since)
    query = query.where((CODES.c.customer_id == party) | (CODES.c.asked_by == asked_by))
    return int(doing.connection.execute(query).scalar_one())


def _blank(doing: Doing, party: int) -> None:
    """Takes earlier codes out of the messages that carried them."""
    gone: dict[str, Any] = {"body": {"text": "", "choices": [], "subject": None}, "template": None}
    query = update(OUTBOX).where(OUTBOX.c.customer_id == party, OUTBOX.c.key == CODE_KEY, OUTBOX.c.state.in_(GONE))
    doing.connection.execute(query.values(gone))


def _asked_by(doing: Doing) -> str:
    return f"{doing.party}/{doing.sender.channel}:{doing.sender.key}"


def _digest(doing: Doing, party: int, asked_by: str, code: str) -> str:
    text = f"code/{party}/{asked_by}/{code}"
    return hmac.new(doing.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
