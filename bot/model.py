"""What the parts of Doorstep speak of: addresses, messages, readings, questions, conversations, effects.

Values only: frozen, JSON in and out (every conversation is stored between two turns). Nothing here decides anything.
"""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.records import Moment

Json = Any


class Value(BaseModel):
    """What every value shares: frozen, closed, copied by `model_copy(update=…)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Channel(StrEnum):
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    CHAT = "chat"


class Category(StrEnum):
    """Why we write, which is what consent is given for (CHANNELS.md 19)."""

    TRANSACTIONAL = "transactional"
    REVIEW = "review"
    ALERT = "alert"  # what was asked to be told of, and nothing else
    MARKETING = "marketing"


class Address(Value):
    """Where a message comes from or goes to.

    `raw` is what the provider gave and what replies go to; `key` is what equal senders share (an E.164 number, a
    lower-cased mail address, an opaque id) and is only ever compared, never written to.
    """

    channel: Channel
    raw: str
    key: str


class Media(Value):
    """An attachment, not fetched: where it lies and what the sender says it is."""

    url: str = ""
    content_type: str = "application/octet-stream"
    name: str = ""


class Location(Value):
    latitude: float
    longitude: float
    label: str = ""
    address: str = ""


class Message(Value):
    """One inbound message as the channel parsed it, before anybody looked at who sent it.

    `provider_id` is the idempotency key within the channel's provider. `verified` says that the sender's address is
    proven: always for a signed webhook from a phone, by aligned DMARC for a mail. `silent` says why nothing automatic
    may answer it (an auto-reply, a list, a bounce), or is empty.
    """

    provider_id: str
    sender: Address
    recipient: str = ""
    text: str = ""
    choice: str | None = None
    subject: str | None = None
    media: tuple[Media, ...] = ()
    location: Location | None = None
    profile_name: str | None = None
    verified: bool = True
    opt_out: str | None = None
    silent: str = ""
    thread: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    received_at: Moment


# --- understanding ------------------------------------------------------------------------------------------------


class Choice(Value):
    """One of the answers offered: `id` is stored, `title` is shown, `words` also mean it."""

    id: str
    title: str
    words: tuple[str, ...] = ()


class Kind(StrEnum):
    """What kind of answer an open question takes; each has its own parser in `bot/understanding`."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    ORDER_NUMBER = "order_number"
    CONTACT = "contact"  # an email address, a phone number or a postcode
    CODE = "code"
    DATE = "date"
    ADDRESS = "address"
    NUMBER = "number"
    RATING = "rating"
    PHOTO = "photo"
    ITEMS = "items"  # some of the lines offered, and how many of each
    VARIANT = "variant"  # one of the variants offered; the choices' ids are their SKUs
    REASON = "reason"
    EMAIL = "email"
    TEXT = "text"


class Sort(StrEnum):
    """What a yes or no is about. It decides what an answer means that says neither word: "I opened it", "leave it"."""

    CONFIRM = "confirm"  # something about to be done
    OFFER = "offer"  # something optional
    DONE = "done"  # did it work, has it arrived
    CHECKED = "checked"  # has it been looked at, asked, tried
    INTACT = "intact"  # is it unopened, unworn, whole
    FAULT = "fault"  # is it broken, was it when it came
    MISSING = "missing"  # is something not there
    HAVING = "having"  # is it still kept
    IDENTITY = "identity"  # is this the order, the address
    MORE = "more"  # is there anything else


class Expected(Value):
    """The question that is open: what understanding needs to read its answer.

    `asks` is the template that asks; `sort` what a yes or no is about, or None where that is not known.
    `binding` are the choices (for a yes or no: "yes") that cannot be taken back: only a clear answer takes one.

    Answers as JSON, by kind: yes_no → bool; choice → the choice's id; order_number → the text as written, normalised;
    contact → {"email"|"phone"|"postcode": …}; code → its digits; date → {"date": ISO day, "window": text or None};
    address → a PostalAddress, or what is written of one, with "on_file": [names of those on record that it may be, as
    in understanding.places]; number → a whole number; rating → 1…5 (0…10 where `most` is 10); photo → {"photos":
    [url…]}; items → [{"id": of a choice, "quantity": number or None}]; variant → its SKU; reason → {"reason":
    an id, "words": as said}; email → the address; text → the words.

    `early` says that the text was written before the question was put: only what it surely tells counts.
    `most` is the largest number that makes sense, which "all of them" means. `given` are the parts of an address known
    already: an answer may bring only what is missing.
    """

    name: str
    kind: Kind
    asks: str = ""
    sort: Sort | None = None
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    early: bool = False
    binding: tuple[str, ...] = ()
    most: int | None = None
    given: dict[str, Json] = Field(default_factory=dict)


class Wish(Value):
    """Something the customer wants, as an intent name; `text` is the part of the message that says so.

    `kind` narrows the intent where that is clear (`skip` of a subscription), or is empty. `named` is what it was said
    about, by field of Entities: of several wishes each has what its own part of the message names, and what is said
    once for all of them. `condition` is what it hangs on, in the customer's words up to the end of the sentence ("only
    if it goes back to my card"; "if it can't go back to the card, don't cancel"), or is empty.
    """

    intent: str
    kind: str = ""
    probability: float
    text: str = ""
    named: dict[str, Json] = Field(default_factory=dict)
    condition: str = ""


class Mood(StrEnum):
    CALM = "calm"
    UPSET = "upset"
    ANGRY = "angry"


class NamedItem(Value):
    """A thing bought that the text names, and what is wanted in its place.

    `ids` are the lines it may be, likeliest first: one where that is clear, none where only what is wanted is said
    ("the same but in black"). `id` is the first of them, or empty. `options` are wanted: a value that the catalogue
    has, or `+1`, `-2` (that many sizes up or down), `+`, `-` (any larger or smaller); `rank`, which is no option of any
    product, is `cheapest` or `dearest`. `keep` are the options said to stay; `other` are the words for another product.
    """

    id: str
    ids: tuple[str, ...]
    quantity: int | None
    options: dict[str, str]
    keep: tuple[str, ...]
    other: str | None


class NamedMethod(Value):
    """A way to pay or be paid: paypal, gift_card, credit_card, store_credit, or original (as it was paid).

    `id` is the one method of this customer's that it can be, or None.
    """

    kind: str
    last4: str | None
    id: str | None


class Entities(Value):
    """What the text names. Order numbers are as written, upper-cased, without `#` and blanks; most likely first."""

    order_numbers: tuple[str, ...] = ()
    tracking_numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    products: tuple[str, ...] = ()  # line or product ids, resolved against the customer's own records
    dates: tuple[str, ...] = ()  # ISO days
    ratings: tuple[int, ...] = ()
    amounts: tuple[str, ...] = ()  # decimal, with the currency behind it where it is said: "39.99 EUR"
    quantity: int | None = None  # how many of a thing
    options: dict[str, str] = Field(default_factory=dict)  # size, colour, …: a value that the catalogue knows
    window: str = ""  # hours of a day, in the customer's words
    reason: str = ""  # why, as in the lexicon's reasons
    codes: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()  # addresses of what is attached to the text
    language: str = ""  # the language asked for, ISO 639-1, or nothing
    problem: str = ""  # what is wrong with a delivery, as in flows/delivery_problem.STORIES, or nothing
    items: tuple[NamedItem, ...] = ()
    everything: bool = False  # all items are meant, but for what is left out
    left_out: tuple[str, ...] = ()  # line ids said not to be meant: "all but the lamp"
    kept_orders: tuple[str, ...] = ()  # numbers of own orders that shall stay as they are: "keep the one with the lamp"
    methods: tuple[NamedMethod, ...] = ()  # ways to pay or be paid, those not wanted left out
    scope: str = ""  # several orders at once: "all", "pending" (not shipped yet), "delivered"
    every_days: int | None = None  # how often: "every 6 weeks" is 42, "once a month" 30
    nothing_else: bool = False  # what is named is said to be all that is meant: "only the lamp"
    on_top: bool = False  # something is to come on top of what is there: "add", "one more"
    address_of: tuple[str, ...] = ()  # orders named only because another is to go where they went
    for_account: bool = False  # it is the account's own address that is spoken of
    removing: bool = False  # something is to go out of an order
    part: bool = False  # only some of an order, not the whole
    order_items: tuple[str, ...] = ()  # line ids that an order is called by: "the laptop order"
    orders_left_out: tuple[str, ...] = ()  # numbers of orders said not to be meant


class Reading(Value):
    """What a text means, given the open question and what is known of the sender.

    `wishes` are to be acted on, in the order written. When none is sure but some are likely, `wishes` is empty and
    `candidates` has the likeliest few, best first: ask which. `answer` is to the open question, JSON as in Expected.
    `reserved`: beside a yes something is said that may take part of it back ("yes, but keep the black one").
    `declined` says that nothing is wanted but that something be not done: "don't cancel it".
    """

    text: str
    language: str
    wishes: tuple[Wish, ...] = ()
    candidates: tuple[Wish, ...] = ()
    entities: Entities = Entities()
    answer: Json = None
    answered: bool = False
    reserved: bool = False
    correction: bool = False
    never_mind: bool = False
    declined: bool = False
    stop: bool = False
    stop_is_bare_cancel: bool = False
    start: bool = False
    help: bool = False
    person: bool = False
    mood: Mood = Mood.CALM
    complaint: float = 0.0


# --- conversations ------------------------------------------------------------------------------------------------


class Level(StrEnum):
    """Who is asking, PRODUCT.md section 4, weakest first."""

    UNKNOWN = "unknown"
    KNOWLEDGE = "knowledge"
    MATCHED = "matched"
    CODE = "code"


class Grant(Value):
    """What a sender has shown a right to: one order by knowledge, or everything of a customer by a code."""

    level: Level
    customer_id: str
    order_id: str | None = None
    address_key: str
    at: Moment


class Status(StrEnum):
    DONE = "done"
    PENDING = "pending"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"


class Outcome(Value):
    """What became of an action. `code` names the rule or fault of a refusal; `data` is what the customer is told."""

    status: Status
    code: str = ""
    data: dict[str, Json] = Field(default_factory=dict)


class CaseState(Value):
    """One matter under way: which story, and every answer known so far by name."""

    id: str
    flow: str
    opened_at: Moment
    answers: dict[str, Json] = Field(default_factory=dict)
    said: tuple[str, ...] = ()
    asked: tuple[Expected, ...] = ()  # the questions answered so far, for corrections
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    notice_id: int | None = None


class Conversation(Value):
    """Everything remembered of one customer's conversation between two turns, over all channels."""

    version: int = 1
    language: str | None = None
    counter: int = 0
    stack: tuple[CaseState, ...] = ()
    queue: tuple[Wish, ...] = ()
    expected: Expected | None = None
    misses: int = 0
    held_since: Moment | None = None  # a person holds the conversation since then
    handoff_id: str | None = None
    held_quietly: bool = False  # what else comes is kept, but not passed on one by one
    mood: Mood = Mood.CALM
    angry_turns: int = 0
    refusals: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # what policy refused → the cases it did so in
    grants: tuple[Grant, ...] = ()
    focus: str | None = None  # the order last spoken of
    last: CaseState | None = None  # the case told last, for "and the other one?"
    last_at: Moment | None = None
    last_channel: Channel | None = None
    stopped: tuple[Channel, ...] = ()  # where the customer opted out, so that it is confirmed once
    replied_at: tuple[Moment, ...] = ()  # the latest automatic replies, for the loop guard


class Source(Value):
    """A record a reply is based on, and how old what it says was (P4)."""

    record: str
    as_of: Moment | None = None


class Event(Value):
    """Something that happened in a turn, kept for the measures and the timeline."""

    kind: str
    data: dict[str, Json] = Field(default_factory=dict)


class Say(Value):
    """Words to say: a template key and the facts it may use, never a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    key: str
    facts: dict[str, Any] = Field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()


class File(Value):
    """A text file that goes with a mail."""

    name: str
    content_type: str
    text: str


class Rendered(Value):
    """Words ready for a channel's limits: `text` is plain text; choices carry the titles to show.

    `files` go with a mail; no other channel takes them.
    `menu_hint` closes a numbered menu ("Reply with a number."); `menu_button` opens a WhatsApp list (≤20 characters;
    without it choices that need a list become a numbered menu).
    """

    text: str
    choices: tuple[Choice, ...] = ()
    subject: str | None = None
    menu_hint: str = ""
    menu_button: str = ""
    files: tuple[File, ...] = ()


class Outgoing(Value):
    """One message as handed to a channel's sender. `template` is an approved WhatsApp template (sid and its variables)
    for use outside the 24-hour session; `in_session` says whether free text may go. `headers` are a mail's threading.
    After `expires_at` it is no longer worth delivering, however late the carrier gets to it (CHANNELS.md 17)."""

    outbox_id: int
    channel: Channel
    to: str
    body: Rendered
    category: Category = Category.TRANSACTIONAL
    audience: str = "customer"
    in_session: bool = True
    template_sid: str | None = None
    template_variables: tuple[str, ...] = ()
    headers: dict[str, str] = Field(default_factory=dict)
    attempt: int = 1
    created_at: Moment
    expires_at: Moment | None = None


class DeliveryStatus(StrEnum):
    """What a provider says became of a message, in the order it may move; failed and undelivered end it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
