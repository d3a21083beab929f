"""Everything a story may have done for it, as values: the one seam between deciding and doing.

Each action is performed at most once per key (`ports.Actions.perform`), inside the turn's own transaction while
Doorstep's tables are the system of record. An action names what is wanted, never how. The outcome's `data` is what
may be told.
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from bot.model import Category, Channel, Json, Value
from bot.records import AlertKind, ExchangeFor, Moment, PostalAddress, Remedy, ReturnLine


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


# --- changes to an order that has not left ------------------------------------------------------------------------


class CancelOrder(Action):
    """The whole order, with what was paid for it back to the methods it was paid by.

    data: {"refunds": [{"amount", "currency", "method", "kind"}]}; refused(a code of policy.cancellable,
    "no_such_order", "reason").
    """

    order_id: str
    reason: str
    words: str = ""

    @property
    def name(self) -> str:
        return f"CancelOrder-{self.order_id}"


class LineWanted(Value):
    """A line as it shall be: one of the order's by its id, or a new one (`line_id` None)."""

    line_id: str | None
    sku: str
    quantity: int = Field(ge=1)


class ChangeLines(Action):
    """The order's lines as they shall be; what stays keeps its price, what is new has today's.

    `difference` is what the customer agreed to pay (or, negative, to get back) by `method_id`, in the order's currency.
    refused(a code of policy.items_changeable, "no_such_order", "no_such_line", "gone", "out_of_stock", "price_changed",
    "card_too_low", "no_lines").
    """

    order_id: str
    lines: tuple[LineWanted, ...]
    difference: Decimal
    method_id: str | None = None


class ChangeOrderAddress(Action):
    """Where a pending order goes. refused(a code of policy.address_changeable, "no_such_order")."""

    order_id: str
    address: PostalAddress

    @property
    def name(self) -> str:
        return f"ChangeOrderAddress-{self.order_id}"


class ChangePayment(Action):
    """What was paid goes back to the methods it came from, and is taken from another of the customer's.

    refused(a code of policy.payment_changeable, "no_such_order", "no_such_method", "card_too_low", "same_method").
    """

    order_id: str
    method_id: str
    amount: Decimal


# --- the customer's own account, data and opinion ------------------------------------------------------------------


class ExportData(Action):
    """Everything held on the customer, mailed to the email address on file. data: {"masked"};
    refused("no_email") where there is none that has stood there long enough."""

    customer_id: str


class EraseCustomer(Action):
    """Everything personal is taken away as soon as nothing is left to be said to them: pending.

    refused("open_matters") while policy keeps open orders from it; refused("no_customer").
    """

    customer_id: str


class SendContactCode(Action):
    """A one-time code to the contact that is to be the customer's. refused("no_channel"|"too_many"|"no_customer")."""

    customer_id: str
    kind: Literal["email", "phone"]
    contact: str
    number: int = 1

    @property
    def name(self) -> str:
        return f"SendContactCode-{self.contact}-{self.number}"


class ChangeContact(Action):
    """The new contact counts from now on, if this is the code last sent to it; told to the old one and the new.

    refused("wrong"|"expired"|"too_many"), refused("taken") where it is another customer's.
    """

    customer_id: str
    kind: Literal["email", "phone"]
    contact: str
    code: str
    number: int = 1

    @property
    def name(self) -> str:
        return f"ChangeContact-{self.number}"


class ChangeHomeAddress(Action):
    """The address on the customer's record, for orders to come. refused("no_customer")."""

    customer_id: str
    address: PostalAddress


class SetPreference(Action):
    """What the customer would rather have: a language, or a channel, to which an express wish is consent.

    refused("stopped") where they opted out of the channel themselves, refused("no_contact") without an address for it.
    """

    customer_id: str
    language: str | None = None
    channel: Channel | None = None
    words: str = ""

    @property
    def name(self) -> str:
        return f"SetPreference-{self.language or self.channel}"


class RecordScore(Action):
    """A score of the shop: nps 0…10, csat 1…5; said again in the same matter with words, it adds them."""

    scale: Literal["nps", "csat"]
    score: int
    matter: str
    words: str | None = None

    @property
    def name(self) -> str:
        return f"RecordScore-{self.score}" + ("-words" if self.words else "")


# --- returns ------------------------------------------------------------------------------------------------------


class CreateReturn(Action):
    """A return of some lines, asked for: its remedy is carried out when the goods are back.

    `price_difference` is what an exchange costs the customer (negative: what they get back), settled by
    `difference_method_id`. `approved` False leaves the decision to a person.
    data: {"id", "label"}; refused(a code of policy.returnable, "no_such_order", "no_such_line", "too_many", "gone",
    "out_of_stock", "price_changed", "card_too_low", "no_such_method", "remedy").
    """

    order_id: str
    lines: tuple[ReturnLine, ...]
    reason: str
    words: str = ""
    photos: tuple[str, ...] = ()
    remedy: Remedy
    refund_method_id: str | None = None
    exchange_for: tuple[ExchangeFor, ...] = ()
    price_difference: Decimal | None = None
    difference_method_id: str | None = None
    fee: Decimal = Decimal("0.00")
    approved: bool = True
    expedited: bool = False

    @property
    def name(self) -> str:
        return f"CreateReturn-{self.order_id}"


class CancelReturn(Action):
    """A return that has not arrived yet. refused("no_such_return", "on_its_way")."""

    order_id: str
    return_id: str

    @property
    def name(self) -> str:
        return f"CancelReturn-{self.return_id}"


# --- subscriptions ------------------------------------------------------------------------------------------------

PlanChange = Literal["skip", "pause", "resume", "frequency", "swap", "quantity", "address", "cancel", "discount"]


class ChangeSubscription(Action):
    """One thing about a subscription shall be otherwise, as the customer agreed to it.

    `seen` is the day of the next charge that was told. `until` is when a pause ends or the first charge after it is
    made; `price` is of one, agreed to with another product or a discount. What a change does not need is left out.
    refused(a code of subscribing.permitted or subscribing.unfit, "no_such_subscription", "moved", "gone",
    "out_of_stock", "price_changed").
    """

    subscription_id: str
    what: PlanChange
    seen: Moment
    until: Moment | None = None
    interval_days: int | None = None
    sku: str | None = None
    price: Decimal | None = None
    quantity: int | None = None
    address: PostalAddress | None = None
    reason: str | None = None
    words: str = ""

    @property
    def name(self) -> str:
        return f"ChangeSubscription-{self.what}-{self.subscription_id}"
