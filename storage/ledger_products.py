"""What is done about products: guides sent, the register, warranty claims kept, alerts asked for and told."""

from typing import Any

from sqlalchemy import insert, select, update

from bot.actions import CloseAlert, OpenWarrantyClaim, RegisterProduct, RequestAlert, SendGuide
from bot.contact import email_key
from bot.facts import masked
from bot.flows.setup_help import guide_view
from bot.model import Address, Category, Channel, Outcome
from bot.notices.alerts import fulfilled
from bot.records import Alert, Registration
from bot.warranty import CLAIM, claimed_before
from storage.contacts import insert_new
from storage.doing import Doing, done, pending, refused
from storage.ingest_people import CONSENTS
from storage.ingest_rest import ALERTS, REGISTRATIONS, made_ids
from storage.ledger_desk import open_task
from storage.ledger_orders import lock_order, note_change
from storage.parties import contact_at, has_address, party_of

REQUESTED = "alert requested"  # where the consent for an alert comes from


def send_guide(doing: Doing, action: SendGuide) -> Outcome:
    customer = doing.records.customer(action.customer_id)
    party = party_of(doing.connection, action.customer_id)
    product = doing.records.product(action.product_id)
    guide = doing.shop.guides.get(action.guide)
    if customer is None or party is None or not customer.email or product is None or guide is None:
        return refused("no_email")
    to = Address(channel=Channel.EMAIL, raw=customer.email, key=email_key(customer.email))
    if contact_at(doing.connection, to.channel, to.key, to.raw).suppressed:
        return refused("no_email")
    own = doing.shop.settings.language
    entry = doing.shop.catalog.get(product.id)
    manual = guide.manual_url or (entry.manual_url if entry else None)
    facts = {"title": product.title, "guide": guide_view(guide, customer.language or own, own), "manual_url": manual}
    written = doing.write("setup.mail", facts, to, customer)
    if written is None:
        return refused("no_email")
    doing.post(written, party)
    doing.happened("guide_sent", guide=action.guide, product_id=product.id)
    return done(masked=masked(customer.email))


def register_product(doing: Doing, action: RegisterProduct) -> Outcome:
    order = lock_order(doing, action.order_id)
    line = order.line(action.line_id) if order else None
    party = party_of(doing.connection, order.customer_id) if order else None
    if order is None or line is None or party is None:
        return refused("no_such_line")
    own_id = made_ids([("registration", order.id, line.id, action.serial or "")])[0]
    record = Registration(
        id=own_id,
        customer_id=order.customer_id,
        sku=line.sku,
        order_id=order.id,
        serial=action.serial,
        at=doing.now,
    )
    row = {"source_id": own_id, "customer_id": party, "record": record.model_dump(mode="json")}
    new = insert_new(doing.connection, REGISTRATIONS).values(row).returning(REGISTRATIONS.c.id)
    if doing.connection.execute(new).first() is None:
        return done(already=True)
    doing.happened("product_registered", order_id=order.id, sku=line.sku)
    return done(already=False)


def open_warranty_claim(doing: Doing, action: OpenWarrantyClaim) -> Outcome:
    order = lock_order(doing, action.order_id)
    line = order.line(action.line_id) if order else None
    if order is None or line is None:
        return refused("no_such_line")
    if claimed_before(order, line.id):
        return refused("already_claimed")
    note_change(doing, order, CLAIM, action.model_dump(mode="json", exclude={"order_id"}))
    doing.happened("warranty_claim", order_id=order.id, sku=line.sku, remedy=action.remedy)
    reason = f"warranty_{action.remedy}"
    task = open_task(doing, reason, order.id, f"{line.title} ({line.sku})", action.words, *action.photos)
    return pending(task=task) if action.remedy == "repair" else done(task=task)


def request_alert(doing: Doing, action: RequestAlert) -> Outcome:
    """The wish and, in the ledger of consents, the leave it gives: for alerts, on this channel."""
    product = doing.records.product(action.product_id)
    channel, key = doing.sender.channel, doing.sender.key
    if product is None or (action.sku and all(one.sku != action.sku for one in product.variants)):
        return refused("no_such_product")
    if channel is Channel.CHAT or not has_address(doing.connection, doing.party, channel, key):
        return refused("no_address")
    customer = doing.records.customer_of(doing.party)
    wish = {"product_id": product.id, "sku": action.sku, "what": action.what, "channel": channel.value}
    alert = Alert(
        id=made_ids([("alert", doing.party, doing.now.isoformat(), *wish.values())])[0],
        customer_id=customer.id if customer else None,
        below=action.below,
        currency=action.currency,
        words=action.words or None,
        at=doing.now,
        **wish,
    )
    if fulfilled(alert, product):
        return refused("true_already")
    _consent(doing, action.words)
    known = _open_like(doing, alert)
    if known is not None:
        return done(already=True)
    row = {"source_id": alert.id, "customer_id": doing.party, "product_id": product.id}
    doing.connection.execute(insert(ALERTS).values(row | {"record": alert.model_dump(mode="json")}))
    doing.happened("alert_requested", product_id=product.id, what=alert.what.value)
    return done(already=False)


def close_alert(doing: Doing, action: CloseAlert) -> Outcome:
    here = ALERTS.c.source_id == action.alert_id
    record = doing.connection.execute(select(ALERTS.c.record).where(here).with_for_update()).scalar_one_or_none()
    if record is None:
        return refused("no_such_alert")
    closed = Alert.model_validate(record).model_copy(update={"closed_at": doing.now})
    values = {"closed_at": doing.now, "record": closed.model_dump(mode="json")}
    doing.connection.execute(update(ALERTS).where(here).values(values))
    return done()


def _consent(doing: Doing, words: str) -> None:
    line: dict[str, Any] = {
        "customer_id": doing.party,
        "channel": doing.sender.channel.value,
        "category": Category.ALERT.value,
        "given": True,
        "at": doing.now,
        "source": REQUESTED,
        "words": words,
    }
    doing.connection.execute(insert(CONSENTS).values(line))


def _open_like(doing: Doing, alert: Alert) -> str | None:
    """The id of a wish for the same that is still open."""
    query = select(ALERTS.c.record).where(
        ALERTS.c.customer_id == doing.party, ALERTS.c.product_id == alert.product_id, ALERTS.c.closed_at.is_(None)
    )
    for record in doing.connection.execute(query).scalars():
        known = Alert.model_validate(record)
        same = (known.sku, known.what, known.below, known.channel)
        if same == (alert.sku, alert.what, alert.below, alert.channel):
            return known.id
    return None
