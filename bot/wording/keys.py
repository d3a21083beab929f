"""Every key that stories and notices say, with the facts each gives and the choices it offers.

A fact's name has one shape in the whole product (bot/wording/samples.py). `shop` is known everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Key:
    """What a key's templates may say.

    `choices` are the ids whose titles the merchant gives. `promotional` messages may name STOP; `sms_words` are further
    words with a meaning to the carrier that this key may name all the same. `inward` is read by the shop's own people.
    `may_lack` names facts that are not always known for this key, beside those that never are (samples.OPTIONAL).
    `most` is the number of characters there is room for.
    """

    facts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    promotional: bool = False
    sms_words: tuple[str, ...] = ()
    inward: bool = False
    may_lack: tuple[str, ...] = ()
    most: int | None = None


ORDER = ("order",)
PARCEL = ("order", "shipment")
PARCELS = ("order", "shipments")
OFFER = ("order", "line", "quantity", "price", "total")

#: What may be offered when it is not clear what was meant: an intent each, and the way out.
INTENTS = (
    "where_is_my_order",
    "delivery_problem",
    "order_confirmation",
    "resend_receipt",
    "reorder",
    "review",
    "person",
    "complaint",
    "cancel_order",
    "change_order",
    "change_address",
    "return",
    "exchange",
    "refund",
    "refund_status",
    "warranty",
    "setup_help",
    "subscription",
    "loyalty",
    "product_question",
    "recommendation",
    "store_question",
    "promotions",
    "payment",
    "account",
    "privacy",
    "language_change",
    "something_else",
)
WISMO = (
    "label_made",
    "in_transit",
    "late",
    "out_for_delivery",
    "pickup",
    "delivered",
    "attempt_failed",
    "wrong_address",
    "damaged",
    "lost",
    "customs",
    "held",
    "returned",
    "unknown",
)
PROBLEMS = ("not_received", "damaged", "wrong_address", "missing_item", "wrong_item", "other")

_CONVERSATION: Mapping[str, Key] = {
    "common": Key(choices=(*YES_NO, "unknown", "another", *INTENTS)),
    "menu.hint": Key(),
    "menu.button": Key(most=20),
    "greeting": Key(("first_name",)),
    "thanks": Key(),
    "goodbye": Key(),
    "who_are_you": Key(),
    "out_of_scope": Key(),
    "help": Key(sms_words=("STOP",)),
    "resume": Key(),
    "never_mind": Key(),
    "again": Key(),
    "mood.upset": Key(),
    "mood.angry": Key(),
    "mood.handed_over": Key(),
    "acknowledged": Key(),
    "safety": Key(),
    "language.changed": Key(),
    "language.which": Key(("languages",)),
    "clarify.photo": Key(choices=("delivery_problem", "return", "person")),
    "clarify.which": Key(choices=INTENTS),
    "clarify.one": Key(choices=INTENTS),
    "clarify.menu": Key(choices=("where_is_my_order", "delivery_problem", "order_confirmation", "person")),
    "clarify.rephrase": Key(),
    "complaint.ask": Key(choices=("where_is_my_order", "delivery_problem", "person")),
    "consent.stopped": Key(sms_words=("START",)),
    "consent.started": Key(sms_words=("STOP",)),
    "unsubscribe.ask": Key(),
    "unsubscribe.button": Key(),
    "unsubscribe.done": Key(),
    "unsubscribe.gone": Key(),
    "handoff.opened": Key(("expected_by",)),
    "handoff.unasked": Key(("expected_by",)),
}

_INWARD: Mapping[str, Key] = {
    "handoff.email": Key(
        ("reason", "summary", "customer", "order", "mood", "proposed", "transcript", "expected_by"),
        inward=True,
        may_lack=("order",),
    ),
    "handoff.more": Key(("text",), inward=True),
}

_WHO_AND_WHICH: Mapping[str, Key] = {
    "identity.ask_number": Key(),
    "identity.ask_contact": Key(),
    "identity.ask_contact_alone": Key(),
    "identity.ask_code": Key(("sent_to", "minutes")),
    "identity.ask_code_blind": Key(("minutes",)),
    "identity.wrong_code": Key(("sent_to", "minutes")),
    "identity.code": Key(("code", "minutes")),
    "identity.not_found": Key(),
    "identity.not_found_again": Key(),
    "which.order": Key(("orders",)),
    "which.order_not_found": Key(("orders", "asked_number")),
    "which.shipment": Key(ORDER),
}

_ORDERS: Mapping[str, Key] = {
    **{f"wismo.{state}": Key(PARCEL) for state in WISMO},
    "wismo.being_mended": Key(PARCEL),
    "wismo.not_shipped": Key(("order", "ships_by")),
    "wismo.not_shipped_late": Key(("order", "ships_by")),
    "wismo.cancelled_plain": Key(ORDER),
    "wismo.no_tracking_plain": Key(ORDER),
    "wismo.delivered_plain": Key(ORDER),
    "wismo.have_it": Key(ORDER, choices=YES_NO),
    "wismo.enjoy": Key(ORDER),
    "wismo.look_into": Key(ORDER, choices=YES_NO),
    "order.cancelled": Key(ORDER),
    "order.confirmed": Key(("order", "ships_by")),
    "order.on_record": Key(ORDER),
    "order.receipt": Key(("order", "customer")),
    "receipt.sent": Key(("order", "sent_to")),
}

_PROBLEMS: Mapping[str, Key] = {
    "problem.which": Key(PARCEL, choices=PROBLEMS),
    "problem.sorry": Key(PARCEL),
    "problem.which_item": Key(PARCEL, choices=("all",)),
    "problem.attempt_failed": Key(PARCEL, choices=("redeliver", "pickup", "address", "person")),
    "problem.wrong_address": Key(PARCEL),
    "problem.damaged_by_carrier": Key(PARCEL),
    "problem.damaged_photo": Key(PARCEL),
    "problem.damage_reported_late": Key((*PARCEL, "days")),
    "problem.lost": Key((*PARCEL, "days")),
    "problem.not_lost_yet": Key((*PARCEL, "lost_on")),
    "problem.not_received": Key(PARCEL, choices=("found", "still_missing")),
    "problem.found": Key(PARCEL),
    "problem.wait": Key((*PARCEL, "wait_until")),
    "problem.trace": Key(PARCEL),
    "problem.customs": Key(PARCEL),
    "problem.held": Key(PARCEL),
    "problem.returned": Key(PARCEL),
    "problem.remedy": Key((*PARCEL, "amount", "damaged"), choices=("replacement", "refund", "person")),
}

_MENDING: Mapping[str, Key] = {
    "mend.which_day": Key((*PARCEL, "first_day", "last_day")),
    "mend.day_not_possible": Key((*PARCEL, "first_day", "last_day")),
    "mend.redeliver_done": Key((*PARCEL, "day", "window")),
    "mend.redeliver_pending": Key((*PARCEL, "day", "window")),
    "mend.pickup_done": Key(PARCEL),
    "mend.pickup_pending": Key(PARCEL),
    "mend.ask_address": Key(PARCEL),
    "mend.address_summary": Key((*PARCEL, "new_address"), choices=YES_NO),
    "mend.address_done": Key((*PARCEL, "new_address")),
    "mend.address_pending": Key((*PARCEL, "new_address")),
    "mend.replacement": Key((*PARCEL, "new_number", "damaged")),
    "mend.refund_instead": Key((*PARCEL, "amount", "damaged"), choices=YES_NO),
    "mend.refund": Key((*PARCEL, "amount", "method", "bank_days_least", "bank_days_most")),
}

_AFTERWARDS: Mapping[str, Key] = {
    "reorder.which": Key(ORDER),
    "reorder.offer": Key(OFFER, choices=("again", "other_amount", "not_now"), promotional=True),
    "reorder.quote": Key(OFFER, choices=("again", "other_amount", "not_now")),
    "reorder.how_many": Key(("most",)),
    "reorder.too_many": Key(("most",)),
    "reorder.confirm": Key(OFFER, choices=YES_NO),
    "reorder.done": Key(("new_number", "line", "quantity", "total")),
    "reorder.not_now": Key(),
    "reorder.out_of_stock": Key(("order", "line")),
    "review.ask": Key(ORDER, choices=("1", "2", "3", "4", "5"), promotional=True),
    "review.loved": Key(("order", "rating")),
    "review.better": Key(("order", "rating")),
    "review.thanks": Key(("publish_url",)),
    "review.offer_help": Key(choices=YES_NO),
    "review.no_help": Key(),
}

#: The product itself: its use, its warranty, what goes with it, what is asked before buying again.
GUIDED = ("title", "manual_url")
COVER = ("order", "line", "months", "starts_on", "ends_on")
_PRODUCTS: Mapping[str, Key] = {
    "setup.which": Key(("products",)),
    "setup.problem": Key(GUIDED, choices=("full_guide", "something_else")),
    "setup.step": Key((*GUIDED, "step")),
    "setup.step_next": Key((*GUIDED, "step"), choices=("next", "full_guide", "person")),
    "setup.did_it_work": Key((*GUIDED, "step"), choices=YES_NO),
    "setup.done": Key(GUIDED),
    "setup.beyond_guide": Key(GUIDED),
    "setup.sent": Key((*GUIDED, "sent_to")),
    "setup.no_email": Key(GUIDED),
    "setup.no_guide": Key(("title",), may_lack=("title",)),
    "setup.manual": Key(("title", "link")),
    "setup.manual_enough": Key(("title",), choices=YES_NO),
    "setup.mail": Key((*GUIDED, "guide")),
    "warranty.which": Key(ORDER),
    "warranty.covered": Key(COVER),
    "warranty.not_begun": Key(("order", "line", "months")),
    "warranty.none": Key(("line",), choices=YES_NO),
    "warranty.over": Key(COVER, choices=("again", "person", "fine")),
    "warranty.offer_register": Key(("line",), choices=YES_NO),
    "warranty.serial": Key(("line",)),
    "warranty.register_confirm": Key(("line", "serial"), choices=YES_NO),
    "warranty.registered": Key(("line", "serial", "ends_on"), may_lack=("ends_on",)),
    "warranty.registered_before": Key(("line", "serial", "ends_on"), may_lack=("ends_on",)),
    "warranty.no_registration": Key(("line",)),
    "warranty.symptom": Key(COVER),
    "warranty.photo": Key(COVER),
    "warranty.person_decides": Key(COVER),
    "warranty.remedy": Key((*COVER, "symptom"), choices=("replacement", "repair", "refund", "person")),
    "warranty.replacement": Key((*COVER, "new_number")),
    "warranty.repair": Key(COVER),
    "warranty.refund": Key((*COVER, "amount", "method", "bank_days_least", "bank_days_most")),
    "recommend.which": Key(("products",)),
    "recommend.unknown": Key(("asked",)),
    "recommend.not_now": Key(),
    "recommend.none": Key(("title",)),
    "recommend.items": Key(("title", "items")),
    "product.which": Key(("products",)),
    "product.not_found": Key(),
    "product.not_on_record": Key(("product",)),
    "product.price": Key(("product",)),
    "product.in_stock": Key(("product",)),
    "product.out_of_stock": Key(("product", "others")),
    "product.fits": Key(("title", "other")),
    "product.fit": Key(("product", "accessories")),
    "product.overview": Key(("product",)),
    "alert.offer": Key(("name",), choices=YES_NO),
    "alert.price": Key(("product", "below"), choices=("price_drop", "no")),
    "alert.back_in_stock": Key(("name", "below"), may_lack=("below",)),
    "alert.price_drop": Key(("name", "below")),
    "alert.not_possible": Key(("name",)),
}

_NOTICES: Mapping[str, Key] = {
    "notice.order_confirmed": Key(ORDER),
    "notice.shipped": Key(PARCELS),
    "notice.out_for_delivery": Key(PARCELS),
    "notice.delivered": Key(PARCELS),
    "notice.pickup": Key(PARCELS),
    "notice.delay": Key((*PARCELS, "eta")),
    "notice.back_in_stock": Key(("name", "price"), promotional=True),
    "notice.price_drop": Key(("name", "price"), promotional=True),
}

KEYS: Mapping[str, Key] = {
    **_CONVERSATION,
    **_INWARD,
    **_WHO_AND_WHICH,
    **_ORDERS,
    **_PROBLEMS,
    **_MENDING,
    **_AFTERWARDS,
    **_PRODUCTS,
    **_NOTICES,
}


def facts_of(key: str) -> Key | None:
    """What the key may say; an answer of faq/ may speak of the shop's policies."""
    return Key(("policy",)) if key.startswith("faq.") else KEYS.get(key)
