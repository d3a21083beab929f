"""Every key that stories and notices say, with the facts each gives and the choices it offers.

A fact's name has one shape in the whole product (bot/wording/samples.py). `shop` is known everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

YES_NO = ("yes", "no")
WAYS_TO_PAY = ("gift_card", "store_credit", "credit_card", "debit_card")  # what one without a label is called


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
    "common": Key(choices=(*YES_NO, "unknown", "another", *WAYS_TO_PAY, *INTENTS)),
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
    "complaint.ask": Key(choices=("where_is_my_order", "delivery_problem", "return", "something_else", "person")),
    "complaint.what": Key(),
    "complaint.noted": Key(("order", "expected_by"), may_lack=("order",)),
    "complaint.next": Key(choices=("where_is_my_order", "delivery_problem", "return", "person", "no")),
    "complaint.left": Key(),
    "consent.stopped": Key(sms_words=("START",)),
    "consent.started": Key(sms_words=("STOP",)),
    "unsubscribe.ask": Key(),
    "unsubscribe.button": Key(),
    "unsubscribe.done": Key(),
    "unsubscribe.gone": Key(),
    "handoff.opened": Key(("expected_by",)),
    "handoff.unasked": Key(("expected_by",)),
    "handoff.reply": Key(("text", "agent")),
}

_INWARD: Mapping[str, Key] = {
    "handoff.email": Key(
        ("reason", "summary", "customer", "order", "mood", "proposed", "transcript", "expected_by"),
        inward=True,
        may_lack=("order",),
    ),
    "handoff.more": Key(("text",), inward=True),
    "handoff.undelivered": Key(("reason", "text"), inward=True),
}

_WHO_AND_WHICH: Mapping[str, Key] = {
    "identity.ask_number": Key(),
    "identity.ask_contact": Key(),
    "identity.ask_contact_alone": Key(),
    "identity.ask_code": Key(("sent_to", "minutes")),
    "identity.ask_code_blind": Key(("minutes",)),
    "identity.code_expired": Key(("sent_to", "minutes")),
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
    "wismo.awaits_return": Key(ORDER),
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
    "order.brief": Key(ORDER),
    "order.on_record": Key(ORDER),
    "order.receipt": Key(("order", "customer")),
    "receipt.sent": Key(("order", "sent_to")),
}

_PROBLEMS: Mapping[str, Key] = {
    "problem.which": Key(PARCEL, choices=PROBLEMS),
    "problem.sorry": Key(PARCEL),
    "problem.which_item": Key(PARCEL, choices=("all",)),
    "problem.attempt_failed": Key(PARCEL, choices=("redeliver", "pickup", "address", "person")),
    "problem.attempt_said": Key(PARCEL, choices=("redeliver", "pickup", "address", "person")),
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

REFUSED_CHANGE = ("already_cancelled", "shipped", "delivered", "not_offered", "too_late")
REASONS = (
    "no_longer_needed",
    "ordered_by_mistake",
    "found_cheaper",
    "changed_mind",
    "late",
    "wrong_size",
    "wrong_item",
    "damaged",
    "defective",
    "not_as_described",
    "quality",
    "gift",
    "other",
)
BANK = ("bank_days_least", "bank_days_most")
MONEY_BACK = ("orders", "refunds", *BANK)
LINE_REFUSED = ("not_delivered", "already_returned", "not_returnable", "final_sale", "too_late", "already_cancelled")
CHANGED = ("order", "steps", "new_total", "to_pay", "back", "method", "last_time")
SENT_BACK = ("order", "lines", "reason", "postage")
EXCHANGED = (*SENT_BACK, "swaps", "to_pay", "back", "method", "ships")
NEXT_STEPS = ("return_id", "label", "drop_off", "send_days", "handling_days", *BANK)

_CHANGES: Mapping[str, Key] = {
    "policy.person_offer": Key(choices=YES_NO),
    "confirm.exactly": Key(),
    "wish.condition": Key(("condition",)),
    "cancel.reason": Key(ORDER, choices=REASONS),
    "cancel.whole_or_part": Key(("order", "titles"), choices=("whole", "part")),
    "cancel.summary": Key(MONEY_BACK, choices=YES_NO),
    "cancel.done": Key(MONEY_BACK),
    "cancel.kept": Key(ORDER),
    "cancel.return_instead": Key(("order", "until"), choices=YES_NO),
    **{f"cancel.refused_{code}": Key(("order", "until")) for code in (*REFUSED_CHANGE, "items_changed", "exchange")},
    "cancel.refused_reason": Key(("accepted",)),
    "change.what": Key(choices=("items", "address", "payment", "cancel")),
    **{f"change.refused_{code}": Key(("order", "until")) for code in (*REFUSED_CHANGE, "items_changed")},
    "items.which": Key(("order", "lines")),
    "items.how": Key(("order", "titles"), choices=("swap", "amount", "remove")),
    "items.how_many": Key(("line", "most")),
    "items.too_many": Key(("line", "most")),
    "items.no_other": Key(("line",)),
    "items.not_added": Key(ORDER),
    "items.not_removed": Key(ORDER),
    "items.not_in_stock": Key(("product",)),
    "items.which_new": Key(("product",)),
    "items.summary": Key(CHANGED, choices=YES_NO),
    "items.done": Key(CHANGED),
    "items.kept": Key(ORDER),
    "lines.which_variant": Key(("line",)),
    "lines.only_same": Key(("line", "product")),
    "lines.no_such_variant": Key(("line", "wanted")),
    "method.pay_by": Key(("amount",)),
    "method.refund_to": Key(("amount",), may_lack=("amount",)),
    "method.does_not_cover": Key(("method", "amount")),
    "method.not_on_record": Key(("way",)),
    "method.not_allowed": Key(("method",)),
    "address.ask": Key(("orders",)),
    "address.summary": Key(("orders", "new_address"), choices=YES_NO),
    "address.done": Key(("orders", "new_address")),
    "address.lacks": Key(("lacks", "new_address")),
    "address.which": Key(),
    "address.none_on_file": Key(),
    "address.same": Key(("orders", "new_address")),
    "payment.which": Key(ORDER),
    "payment.same": Key(("method", "amount")),
    "payment.none": Key(),
    "payment.summary": Key(("order", "method", "old_method", "total"), choices=YES_NO),
    "payment.done": Key(("order", "method", "old_method", "old_kind", "total", *BANK)),
    "payment.kept": Key(("order", "method", "old_method", "total")),
}

_RETURNS: Mapping[str, Key] = {
    "return.which": Key(("order", "lines")),
    "return.reason": Key(ORDER, choices=REASONS),
    "return.condition": Key(ORDER, choices=YES_NO),
    "return.photo": Key(ORDER),
    "return.cancel_instead": Key(ORDER, choices=YES_NO),
    "return.another_size": Key(("order", "lines"), choices=YES_NO),
    "return.remedy": Key(("order", "lines"), choices=("refund", "exchange", "store_credit")),
    "return.summary": Key((*SENT_BACK, "amount", "fee", "method"), choices=YES_NO),
    "return.summary_credit": Key((*SENT_BACK, "amount", "fee", "method"), choices=YES_NO),
    "return.done": Key((*SENT_BACK, "amount", "fee", "method", *NEXT_STEPS)),
    "return.to_approve": Key((*SENT_BACK, "return_id")),
    "return.kept": Key(ORDER),
    **{f"return.refused_{code}": Key(("order", "line", "until")) for code in LINE_REFUSED},
    **{f"return.line_{code}": Key(("order", "line", "until")) for code in LINE_REFUSED},
    "return.refused_reason": Key(("order", "accepted")),
    "return.refused_used": Key(("order", "accepted")),
    "return.cancel_summary": Key(("order", "lines", "return_id"), choices=YES_NO),
    "return.cancelled": Key(("order", "lines", "return_id")),
    "return.stays": Key(("order", "lines", "return_id")),
    "exchange.not_offered": Key(ORDER),
    "exchange.summary": Key(EXCHANGED, choices=YES_NO),
    "exchange.done": Key((*EXCHANGED, "new_number", *NEXT_STEPS)),
    "refund.which": Key(choices=("return", "refund_status", "cancel_order", "person")),
    "refund.none": Key(("order", "handling_days", *BANK)),
    "refund.return": Key(("order", "return_status", "lines", "return_id", "label")),
    "refund.refunds": Key(("order", "refunds", *BANK)),
    "refund.after_arrival": Key(("order", "handling_days", *BANK)),
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

STARS = ("1", "2", "3", "4", "5")
CONTACT = ("new_contact", "minutes")
_ACCOUNT: Mapping[str, Key] = {
    "privacy.which": Key(("notice_url",), choices=("export", "erase", "person")),
    "privacy.export_sent": Key(("sent_to",)),
    "privacy.export_mail": Key(("first_name",)),
    "privacy.erase_open": Key(("orders",)),
    "privacy.erase_confirm": Key(("years",), choices=YES_NO),
    "privacy.erase_kept": Key(),
    "privacy.erase_started": Key(("years",)),
    "account.sign_in": Key(),
    "account.what": Key(choices=("email", "phone", "address", "other")),
    "account.ask_email": Key(),
    "account.ask_phone": Key(),
    "account.same_contact": Key(("new_contact",)),
    "account.ask_code": Key(CONTACT),
    "account.code_expired": Key(("new_contact", "minutes")),
    "account.wrong_code": Key(CONTACT),
    "account.contact_done": Key(("new_contact", "days")),
    "account.contact_notice": Key(("old_contact", "new_contact")),
    "account.ask_address": Key(),
    "account.address_summary": Key(("new_address",), choices=YES_NO),
    "account.address_done": Key(("new_address",)),
    "account.orders_keep": Key(("orders",)),
    "account.orders_too": Key(("orders", "new_address"), choices=YES_NO),
    "account.which_channel": Key(choices=("whatsapp", "sms", "email")),
    "account.channel_done": Key(("channel",)),
    "account.channel_stopped": Key(("channel",), sms_words=("START",)),
    "nps.ask": Key(promotional=True),
    "nps.why": Key(),
    "csat.ask": Key(choices=STARS, promotional=True),
    "csat.why": Key(),
    "score.thanks": Key(),
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

PLANS = ("plans",)
PLAN_STEPS = ("plan_steps",)
PLAN_REFUSED = (
    "already_cancelled",
    "already_paused",
    "not_paused",
    "not_offered",
    "charging",
    "too_late",
)
INTERVALS = ("7", "14", "21", "28", "30", "42", "45", "56", "60", "84", "90", "120", "180", "365")
PLAN_REASONS = (
    "too_much",
    "no_longer_needed",
    "found_cheaper",
    "quality",
    "late",
    "changed_mind",
    "ordered_by_mistake",
    "other",
)
PLAN_CHANGES = ("skip", "pause", "resume", "frequency", "swap", "quantity", "cancel")

_SUBSCRIPTIONS: Mapping[str, Key] = {
    "subscription.none": Key(),
    "subscription.show": Key(PLANS),
    "subscription.menu": Key(
        PLANS,
        choices=("skip", "pause", "resume", "frequency", "swap", "quantity", "address", "payment", "cancel"),
    ),
    "subscription.which": Key(PLANS, choices=("all",)),
    **{f"subscription.{what}_summary": Key(PLAN_STEPS, choices=YES_NO) for what in PLAN_CHANGES},
    **{f"subscription.{what}_done": Key(PLAN_STEPS) for what in PLAN_CHANGES},
    "subscription.address_summary": Key((*PLAN_STEPS, "new_address"), choices=YES_NO),
    "subscription.address_done": Key((*PLAN_STEPS, "new_address")),
    "subscription.discount_done": Key(PLAN_STEPS),
    "subscription.kept": Key(PLANS),
    **{f"subscription.refused_{code}": Key(("plan", "until")) for code in PLAN_REFUSED},
    "subscription.pause_until": Key((*PLANS, "first_day", "last_day"), choices=("open",)),
    "subscription.day_not_possible": Key((*PLANS, "first_day", "last_day")),
    "subscription.which_interval": Key(PLANS, choices=INTERVALS),
    "subscription.interval_not_offered": Key(("interval_days",)),
    "subscription.same_interval": Key(PLANS),
    "subscription.which_instead": Key(("plan",)),
    "subscription.nothing_else": Key(("plan",)),
    "subscription.how_many": Key((*PLANS, "most")),
    "subscription.too_many": Key((*PLANS, "most")),
    "subscription.same_quantity": Key(PLANS),
    "subscription.ask_address": Key(PLANS),
    "subscription.payment_link": Key(("payment_url",)),
    "subscription.reason": Key(PLANS, choices=PLAN_REASONS),
    **{
        f"subscription.offer_{offer}": Key((*PLAN_STEPS, "percent"), choices=("accept", "leave"))
        for offer in ("skip", "pause", "frequency", "discount")
    },
    "loyalty.not_known": Key(),
    "loyalty.standing": Key(("loyalty",)),
}

_MONEY: Mapping[str, Key] = {
    "money.no_orders": Key(),
    "money.total": Key(("orders", "totals")),
    "money.items": Key(("bought", "totals")),
    "money.extreme": Key(("orders", "rank")),
    "money.list": Key(("orders",)),
    "money.count": Key(("orders",)),
    "money.paid": Key(("parts",)),
    "money.none_paid_so": Key(),
    "money.no_payment": Key(ORDER),
    "money.charged": Key(("parts", "refunded")),
    "money.balance": Key(("balances",)),
    "money.no_balance": Key(),
    "money.methods": Key(("names",)),
    "money.no_methods": Key(),
    "money.back": Key(("parts", "totals", "how", *BANK)),
    "money.lately": Key(("parts", "totals")),
    "money.decided": Key(("number",)),
    "money.change": Key(("order", "steps", "new_total", "to_pay", "back", "method")),
    "money.exchange": Key(("order", "swaps", "to_pay", "back", "method")),
    "money.variants": Key(("priced",)),
    "money.offer": Key(choices=YES_NO),
}

_NOTICES: Mapping[str, Key] = {
    "notice.order_confirmed": Key(ORDER),
    "notice.shipped": Key(PARCELS),
    "notice.out_for_delivery": Key(PARCELS),
    "notice.delivered": Key(PARCELS),
    "notice.pickup": Key(PARCELS),
    "notice.delay": Key((*PARCELS, "eta")),
    "notice.return_stage": Key(("order", "return_status", "lines", "return_id", "label")),
    "notice.refund": Key(("order", "refunds", *BANK)),
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
    **_CHANGES,
    **_RETURNS,
    **_AFTERWARDS,
    **_ACCOUNT,
    **_PRODUCTS,
    **_SUBSCRIPTIONS,
    **_MONEY,
    **_NOTICES,
}


def facts_of(key: str) -> Key | None:
    """What the key may say; an answer of faq/ may speak of the shop's policies."""
    return Key(("policy",)) if key.startswith("faq.") else KEYS.get(key)
