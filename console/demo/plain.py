"""The codes that Doorstep keeps, in plain words for who looks at the demo. Customers never read these."""

#: Kind of notice → its name.
NOTICES: dict[str, str] = {
    "order_confirmed": "Order confirmed",
    "shipped": "Shipped",
    "out_for_delivery": "Out for delivery",
    "delivered": "Delivered",
    "delay": "Delay",
    "exception": "Delivery problem",
    "review": "Review request",
    "replenishment": "Reorder reminder",
    "nps": "Would they recommend us",
    "csat": "How did we do",
    "back_in_stock": "Back in stock",
    "price_drop": "Price drop",
    "return_stage": "Stage of a return",
    "refund": "Refund",
}

#: Why a notice or a message was held or dropped. A code may carry a detail after a colon.
REASONS: dict[str, str] = {
    "already_raised": "the customer brought it up first",
    "already_reviewed": "already reviewed",
    "already_told": "already told",
    "bought_again": "bought again in the meantime",
    "asked_lately": "asked for an opinion lately",
    "bought_meanwhile": "bought in the meantime",
    "complaint_open": "a complaint is open",
    "handoff_open": "a case with a person is open",
    "product_gone": "the product is gone",
    "disabled": "switched off in notices.yaml",
    "frequency_cap": "written to often enough this week",
    "given_up": "could not be sent",
    "lapsed": "too late to be of use",
    "later": "the provider asked to wait",
    "lease_ran_out": "looking whether it was sent",
    "line_gone": "no longer part of the order",
    "no_address": "no address to write to",
    "no_consent": "the customer has not agreed to it",
    "not_consumable": "nothing that runs out",
    "not_delivered": "not delivered yet",
    "not_yet": "waiting for a good hour of the right day",
    "nothing_to_say": "nothing to say",
    "opted_out": "the customer said stop",
    "order_cancelled": "the order was cancelled",
    "order_gone": "the order is gone",
    "out_of_stock": "out of stock",
    "person": "a person is talking with the customer",
    "quiet_hours": "quiet hours where the customer is",
    "refused": "the provider refused it",
    "resolved": "solved in the meantime",
    "returned": "returned",
    "subscribed": "comes by subscription anyway",
    "superseded": "newer news took its place",
    "talking": "the customer is answering another question",
    "suppressed": "this address takes no messages",
    "whatsapp_not_welcome": "no yes to WhatsApp messages",
    "whatsapp_session_over": "no WhatsApp message from them in 24 hours, and no approved template",
    "whatsapp_template_incomplete": "its WhatsApp template lacks a value",
}


#: Why a person has it, or what they were asked to arrange.
HANDOFFS: dict[str, str] = {
    "asked_for_person": "Asked for a person",
    "cancel_or_stop": "Wrote CANCEL by SMS: the order, or our messages?",
    "change_address": "Wants another address",
    "claim_damaged": "Claim for damage, with the carrier",
    "claim_lost": "Claim for a lost parcel, with the carrier",
    "delivery_address": "To arrange: delivery to another address",
    "delivery_pickup": "To arrange: pick-up",
    "delivery_redeliver": "To arrange: delivery on another day",
    "failed": "A message could not be answered",
    "frustration": "The customer is upset",
    "lookups_exceeded": "Too many wrong order numbers",
    "loop": "Two machines seem to answer each other",
    "low_rating": "Gave a low rating",
    "no_code": "Could not prove who they are",
    "not_understood": "Was not understood twice",
    "order_not_found": "Their order was not found",
    "refund": "To do: refund",
    "reorder": "To do: the reorder",
    "replacement": "To do: replacement",
}

#: What is planned for these comes true only if there is something to tell.
LOOKS: dict[str, str] = {"delay": "Delay, if it is late", "exception": "Delivery problem, if it stops moving"}


def notice_name(kind: str, *, planned: bool) -> str:
    return (LOOKS if planned and kind in LOOKS else NOTICES).get(kind, spaced(kind))


def handoff_name(reason: str) -> str:
    return HANDOFFS.get(reason, spaced(reason))


def why(reason: str | None) -> str:
    """The reason in plain words; a code without words is shown as it is, and `opted_out` says all of `suppressed`."""
    if not reason:
        return ""
    code, _, detail = reason.partition(":")
    if code == "suppressed" and detail in REASONS:
        return REASONS[detail]
    return REASONS.get(code, spaced(code))


def spaced(code: str) -> str:
    """`delivery_lost` as it reads: `Delivery lost`."""
    return code.replace("_", " ").capitalize()
