"""Everything a story may have done for it, as values: the one seam between deciding and doing.

Each action is performed at most once per key (`ports.Actions.perform`), inside the turn's own transaction while
Doorstep's tables are the system of record. An action names what is wanted, never how. The outcome's `data` is what
may be told.
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from bot.model import Category, Channel, Json, Value
from bot.records import AlertKind, PostalAddress


class Action(Value):
    """`name` makes the key within a case: the same name is the same action, done once."""

    @property
    def name(self) -> str:
        return type(self).__name__


class SendCode(Action):
    """A one-time code to the contact on file of this customer.

    data: {"channel", "masked"}; refused("no_contact"|"too_many").
    """

    customer_id: str
    number: int = 1

    @property
    def name(self) -> str:
        return f"SendCode-{self.number}"


class CheckCode(Action):
    """Whether this is the code last sent for this customer to this sender. refused("wrong"|"expired"|"too_many")."""

    customer_id: str
    code: str
    number: int = 1

    @property
    def name(self) -> str:
        return f"CheckCode-{self.number}"


class NoteLookup(Action):
    """A look-up by someone not yet known, kept for the limits. `order_number` as asked for, found or not; `contact` is
    the email or phone tried with it."""

    order_number: str
    found: bool
    contact: str = ""
    number: int = 1

    @property
    def name(self) -> str:
        return f"NoteLookup-{self.number}"


class SetConsent(Action):
    """One line of the consent ledger per category; with transactional among them the address is suppressed or freed."""

    channel: Channel
    categories: tuple[Category, ...]
    given: bool
    source: str
    words: str


class OpenHandoff(Action):
    """The case goes to a person. With `silences_bot` False it is a task for the shop and the bot goes on.

    data: {"id", "expected_by": ISO moment}.
    """

    reason: str
    order_id: str | None = None
    flow: str = ""
    summary: str = ""
    proposed: str = ""
    mood: str = "calm"
    answers: dict[str, Json] = Field(default_factory=dict)
    silences_bot: bool = True
    label: str = ""

    @property
    def name(self) -> str:
        return f"OpenHandoff-{self.reason}{self.label}"


class PassOn(Action):
    """A message for the person who holds the conversation."""

    handoff_id: str
    text: str
    media: tuple[str, ...] = ()


class ResendReceipt(Action):
    """The order's confirmation or receipt, to the email address on file. data: {"masked"}; refused("no_email")."""

    order_id: str


class RequestDelivery(Action):
    """A fix for a parcel, kept on the order as a change of kind "delivery" and given to the shop as a task.

    fix: redeliver (with `date`, `window`), pickup, address (with `address`), wait (we look again on `date`).
    """

    order_id: str
    shipment_id: str
    fix: Literal["redeliver", "pickup", "address", "wait"]
    date: str | None = None
    window: str | None = None
    address: PostalAddress | None = None


class OpenClaim(Action):
    """A carrier claim for a parcel (lost, damaged, not received), kept on the order and given to the shop as a task."""

    order_id: str
    shipment_id: str
    what: Literal["lost", "damaged", "not_received"]
    photos: tuple[str, ...] = ()
    words: str = ""


class Replace(Action):
    """A replacement order for lines of an order, free of charge. data: {"number"}; refused("out_of_stock")."""

    order_id: str
    line_ids: tuple[str, ...]
    reason: str


class RefundLines(Action):
    """A refund to the original payment. data: {"amount", "currency", "method"}; refused("already_refunded")."""

    order_id: str
    line_ids: tuple[str, ...]
    amount: Decimal
    reason: str


# Products: guides, warranty, alerts


class SendGuide(Action):
    """The whole guide, to the email address on file of this customer. data: {"masked"}; refused("no_email")."""

    customer_id: str
    guide: str
    product_id: str


class RegisterProduct(Action):
    """A line of an order in the shop's register of what customers own. data: {"already"}; refused("no_such_line")."""

    order_id: str
    line_id: str
    serial: str | None = None


class OpenWarrantyClaim(Action):
    """What is wrong with a line under warranty, kept on the order; with `repair` the shop is to arrange one.

    pending for a repair, else done. refused("no_such_line"|"already_claimed").
    """

    order_id: str
    line_id: str
    words: str
    photos: tuple[str, ...] = ()
    remedy: Literal["replacement", "repair", "refund"]

    @property
    def name(self) -> str:
        return f"OpenWarrantyClaim-{self.line_id}"


class RequestAlert(Action):
    """To be told, on the channel the wish came by, when a product is back in stock or costs less than `below`.

    The wish is the consent, for this alone; `words` are kept as its proof. data: {"already"};
    refused("no_such_product"|"no_address"|"true_already").
    """

    product_id: str
    sku: str | None = None
    what: AlertKind
    below: Decimal | None = None
    currency: str | None = None
    words: str

    @property
    def name(self) -> str:
        return f"RequestAlert-{self.what}-{self.product_id}-{self.sku or ''}"


class CloseAlert(Action):
    """An alert has been told."""

    alert_id: str


class RecordReview(Action):
    """A rating 1…5 for an order; said again with words, it adds them to the same review."""

    order_id: str
    rating: int
    words: str | None = None

    @property
    def name(self) -> str:
        return f"RecordReview-{self.rating}" + ("-words" if self.words else "")


class Reorder(Action):
    """A new pending order with the same line again, at today's price. data: {"number", "amount", "currency"};
    refused("out_of_stock"|"gone"|"price_changed")."""

    order_id: str
    line_id: str
    quantity: int
    price: Decimal
