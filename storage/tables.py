"""The tables. They never wander out of storage/: repositories turn rows into the mind's values and back.

A *party* (table `customers`) is whoever a conversation is with: a customer of the shop (`source_id` set) or a sender
the shop does not know yet. Its row is what a worker locks, so one party's messages, notices and replies are handled one
at a time.
Orders keep their parts (lines, payments, parcels with events, returns) as JSON documents in the import format: they are
read and written whole, under the lock; what is searched for has columns and tables of its own.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel, UTCDateTime

Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Any:
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def _ref(target: str, *, nullable: bool = False, index: bool = True) -> Any:
    return Field(default=None, sa_column=Column(Id, ForeignKey(target), nullable=nullable, index=index))


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UTCDateTime(), nullable=nullable))


def _json(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=nullable))


class CustomerRow(SQLModel, table=True):
    __tablename__ = "customers"
    __table_args__ = (
        Index(
            "ix_customers_to_erase",
            "erase_at",
            sqlite_where=text("erase_at IS NOT NULL"),
            postgresql_where=text("erase_at IS NOT NULL"),
        ),
    )

    id: int | None = _id()
    source_id: str | None = Field(default=None, unique=True)
    email_key: str | None = Field(default=None, index=True)  # lower case
    phone_key: str | None = Field(default=None, index=True)  # E.164
    record: dict[str, Any] | None = _json(nullable=True)  # records.Customer, None for a stranger
    email_changed_at: datetime | None = _moment(nullable=True)
    phone_changed_at: datetime | None = _moment(nullable=True)
    retry_at: datetime | None = _moment(nullable=True)  # nothing of this party is claimed before
    changes: list[Any] | None = _json(nullable=True)  # what was changed here: {field, before, after}, oldest first
    erase_at: datetime | None = _moment(nullable=True)  # everything personal is to be taken away
    erased_at: datetime | None = _moment(nullable=True)  # … and was
    created_at: datetime = _moment()


class AddressRow(SQLModel, table=True):
    """A channel address and whose it is. `suppressed` says why nothing may be sent there, or is NULL."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "key"),)

    id: int | None = _id()
    channel: str
    key: str
    raw: str
    customer_id: int = _ref("customers.id")
    last_inbound_at: datetime | None = _moment(nullable=True)
    suppressed: str | None = None


class ProductRow(SQLModel, table=True):
    __tablename__ = "products"

    id: int | None = _id()
    source_id: str = Field(unique=True)
    title: str
    record: dict[str, Any] = _json()


class VariantRow(SQLModel, table=True):
    __tablename__ = "variants"

    sku: str = Field(primary_key=True)
    product_id: int = _ref("products.id")


class OrderRow(SQLModel, table=True):
    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_customer_placed", "customer_id", "placed_at"),)

    id: int | None = _id()
    source_id: str = Field(unique=True)
    number_key: str = Field(index=True)  # upper case without #, blanks, dashes
    customer_id: int = _ref("customers.id", index=False)
    placed_at: datetime = _moment()
    status: str
    record: dict[str, Any] = _json()  # records.Order
    first_seen_at: datetime = _moment()
    updated_at: datetime = _moment()


class OrderSkuRow(SQLModel, table=True):
    """What was in an order, for what is bought together."""

    __tablename__ = "order_skus"

    order_id: int = Field(sa_column=Column(Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False))
    sku: str = Field(primary_key=True, index=True)


class ShipmentRow(SQLModel, table=True):
    """Where a tracking number leads, and when the carrier was last heard; the parcel is in the order's record."""

    __tablename__ = "shipments"

    id: int | None = _id()
    source_id: str = Field(unique=True)
    order_id: int = _ref("orders.id")
    tracking_key: str = Field(index=True)
    heard_at: datetime | None = _moment(nullable=True)


class SubscriptionRow(SQLModel, table=True):
    __tablename__ = "subscriptions"

    id: int | None = _id()
    source_id: str = Field(unique=True)
    customer_id: int = _ref("customers.id")
    sku: str
    status: str
    next_charge_at: datetime = _moment()
    record: dict[str, Any] = _json()


class ConsentRow(SQLModel, table=True):
    """The consent ledger: only ever appended to; the newest row of a customer, channel and category holds."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_of", "customer_id", "channel", "category", "id"),)

    id: int | None = _id()
    customer_id: int = _ref("customers.id", index=False)
    channel: str
    category: str
    given: bool
    at: datetime = _moment()
    source: str | None = None
    words: str | None = None


class InboxRow(SQLModel, table=True):
    """One inbound message. States: waiting, done, aside (set apart after too many failures, with an alert)."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_waiting",
            "customer_id",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_inbox_queue",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_inbox_customer", "customer_id", "id"),
    )

    id: int | None = _id()
    provider_id: str = Field(unique=True)  # "twilio:SM…", "email:<message id>", "chat:…"
    customer_id: int = _ref("customers.id", index=False)
    channel: str
    message: dict[str, Any] = _json()  # model.Message
    state: str = "waiting"
    tries: int = 0
    error: str | None = None
    reading: dict[str, Any] | None = _json(nullable=True)
    received_at: datetime = _moment()
    handled_at: datetime | None = _moment(nullable=True)


class ConversationRow(SQLModel, table=True):
    __tablename__ = "conversations"

    customer_id: int = Field(sa_column=Column(Id, ForeignKey("customers.id"), primary_key=True, autoincrement=False))
    state: dict[str, Any] = _json()  # model.Conversation
    updated_at: datetime = _moment()


class OutboxRow(SQLModel, table=True):
    """One outbound message, there before it is sent.

    States: waiting → sending (with a lease) → sent → delivered → read; unknown (lease ran out, being reconciled);
    failed (final), held back (`dropped`, with the reason). `audience` is customer or shop.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'sending', 'unknown')"),
            postgresql_where=text("state IN ('waiting', 'sending', 'unknown')"),
        ),
        Index(
            "ix_outbox_open_customer",
            "customer_id",
            "id",
            sqlite_where=text("state IN ('waiting', 'sending', 'unknown')"),
            postgresql_where=text("state IN ('waiting', 'sending', 'unknown')"),
        ),
        Index("ix_outbox_customer", "customer_id", "id"),
        Index("ix_outbox_address", "address_key", "created_at"),
    )

    id: int | None = _id()
    customer_id: int = _ref("customers.id", index=False)
    audience: str = "customer"
    channel: str
    address: str  # raw
    address_key: str
    category: str  # model.Category
    exempt: bool = False  # the confirmation of an opt-out
    inbox_id: int | None = _ref("inbox.id", nullable=True)
    notice_id: int | None = _ref("notices.id", nullable=True)
    handoff_id: int | None = _ref("handoffs.id", nullable=True, index=False)  # the case it tells of or answers
    written_by: str | None = None  # the person at the shop whose words it carries
    key: str  # the template keys said, joined by " "
    says: list[Any] = _json()  # keys, facts and sources as said (P4)
    body: dict[str, Any] = _json()  # model.Rendered
    headers: dict[str, Any] = _json()  # subject and threading of a mail; {} elsewhere
    language: str | None = None
    template: dict[str, Any] | None = _json(nullable=True)  # the approved WhatsApp template: sid and variables
    state: str = "waiting"
    reason: str | None = None
    due_at: datetime = _moment()
    lease_until: datetime | None = _moment(nullable=True)
    tries: int = 0
    provider_id: str | None = Field(default=None, index=True)
    error_code: str | None = None
    created_at: datetime = _moment()
    sent_at: datetime | None = _moment(nullable=True)


class DeliveryRow(SQLModel, table=True):
    """Each status a provider reported, known message or not; states of the outbox never go backwards."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    id: int | None = _id()
    provider_id: str
    status: str
    error_code: str | None = None
    outbox_id: int | None = _ref("outbox.id", nullable=True)
    at: datetime = _moment()


class NoticeRow(SQLModel, table=True):
    """A notice planned. States: planned, sent, dropped (with the reason). `subject` is what it is about, as JSON."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_due",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index("ix_notices_customer", "customer_id", "id"),
    )

    id: int | None = _id()
    key: str = Field(unique=True)
    kind: str
    customer_id: int = _ref("customers.id", index=False)
    order_id: str | None = None  # the source's id
    subject: dict[str, Any] = _json()
    due_at: datetime = _moment()
    expires_at: datetime | None = _moment(nullable=True)
    state: str = "planned"
    reason: str | None = None
    planned_at: datetime = _moment()
    decided_at: datetime | None = _moment(nullable=True)


class EventRow(SQLModel, table=True):
    """What happened, for the measures and the timeline."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_at", "at"),)

    id: int | None = _id()
    customer_id: int | None = _ref("customers.id", nullable=True)
    at: datetime = _moment()
    kind: str
    data: dict[str, Any] = _json()


class ActionRow(SQLModel, table=True):
    """Every action performed, by its idempotency key, with its outcome."""

    __tablename__ = "actions"

    key: str = Field(primary_key=True)
    customer_id: int = _ref("customers.id")
    kind: str
    action: dict[str, Any] = _json()
    outcome: dict[str, Any] = _json()
    at: datetime = _moment()


class ReviewRow(SQLModel, table=True):
    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("customer_id", "order_id"),)

    id: int | None = _id()
    customer_id: int = _ref("customers.id", index=False)
    order_id: str
    rating: int
    words: str | None = None
    at: datetime = _moment()


class ScoreRow(SQLModel, table=True):
    """What somebody thinks of the shop. `matter` is the case in which they were asked."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("customer_id", "scale", "at"),)

    id: int | None = _id()
    customer_id: int = _ref("customers.id", index=False)
    scale: str  # nps, csat
    score: int
    words: str | None = None
    matter: str = ""
    at: datetime = _moment()


class SuppressionRow(SQLModel, table=True):
    """An opt-out of somebody whose data was deleted, by a digest of the address: all that is left of it."""

    __tablename__ = "suppressions"

    digest: str = Field(primary_key=True)
    why: str
    at: datetime = _moment()


class RegistrationRow(SQLModel, table=True):
    __tablename__ = "registrations"

    id: int | None = _id()
    source_id: str = Field(unique=True)
    customer_id: int = _ref("customers.id")
    record: dict[str, Any] = _json()


class AlertRow(SQLModel, table=True):
    """Somebody asked to be told of a product; `record` is records.Alert. Open until `closed_at`."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "ix_alerts_open",
            "product_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int | None = _id()
    source_id: str = Field(unique=True)
    customer_id: int = _ref("customers.id")
    product_id: str  # the source's id
    closed_at: datetime | None = _moment(nullable=True)
    record: dict[str, Any] = _json()


class HandoffRow(SQLModel, table=True):
    """A case or task for the shop's people. `claimed_by` is who of them has it in hand; `note` what they left on it."""

    __tablename__ = "handoffs"

    id: int | None = _id()
    customer_id: int = _ref("customers.id")
    order_id: str | None = None
    reason: str
    silences_bot: bool = True
    case: dict[str, Any] = _json()  # actions.OpenHandoff
    opened_at: datetime = _moment()
    expected_by: datetime | None = _moment(nullable=True)
    claimed_by: str | None = None
    claimed_at: datetime | None = _moment(nullable=True)
    closed_at: datetime | None = _moment(nullable=True)
    note: str | None = None


class CodeRow(SQLModel, table=True):
    """A one-time code sent: only its keyed hash is kept."""

    __tablename__ = "codes"

    id: int | None = _id()
    customer_id: int = _ref("customers.id")
    asked_by: str = Field(index=True)  # the party and address key that asked
    digest: str
    tries: int = 0
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)


class LookupRow(SQLModel, table=True):
    """A failed look-up of an order by someone not yet known, for the limits of PRODUCT.md section 4."""

    __tablename__ = "lookups"

    id: int | None = _id()
    sender: str = Field(index=True)
    number_key: str = Field(index=True)
    at: datetime = _moment()


class ShopFilesRow(SQLModel, table=True):
    """The last good version of the merchant's files, so that a restart with a broken one still serves it."""

    __tablename__ = "shop_files"

    version: str = Field(primary_key=True)
    files: dict[str, Any] = _json()
    at: datetime = _moment()


class ContentRow(SQLModel, table=True):
    """ContentSids of the interactive WhatsApp shapes made so far, by digest of the shape."""

    __tablename__ = "contents"

    shape: str = Field(primary_key=True)
    sid: str
    at: datetime = _moment()
