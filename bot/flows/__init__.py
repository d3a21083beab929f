"""The register of stories: which there are, which intents start them, and how a turn treats them."""

from dataclasses import dataclass

from bot.flows import alerts, announcements, small_talk
from bot.flows.account import account, change_contact, change_home_address, prefer_channel
from bot.flows.cancel_order import cancel_order
from bot.flows.change_items import change_items
from bot.flows.change_order import change_address, change_order, change_payment
from bot.flows.complaint import complaint
from bot.flows.delivery_problem import delivery_problem
from bot.flows.loyalty import loyalty
from bot.flows.money import money
from bot.flows.order_confirmation import order_confirmation, resend_receipt
from bot.flows.privacy import privacy
from bot.flows.product_question import alert_me, product_question
from bot.flows.recommendation import recommendation
from bot.flows.refund_status import cancel_return, refund, refund_status
from bot.flows.reorder import reorder
from bot.flows.return_items import exchange, return_items
from bot.flows.review import review
from bot.flows.scores import csat, nps
from bot.flows.setup_help import setup_help
from bot.flows.subscription import subscription
from bot.flows.warranty import register_it, warranty
from bot.flows.where_is_my_order import have_it, look_into, where_is_my_order
from bot.story import Flow


@dataclass(frozen=True, slots=True)
class Entry:
    """`informational`: told again for another order without harm. `passing`: given up once something else is said.

    `by_kind`: another kind of the same wish is another matter, and takes this one's place unless it only asks.
    `also`: intents that, while the matter is open, say how it is to end and begin no other. `aside`: a question put in
    between: it sees the open matter, and what it was about says nothing of what is wanted next.
    """

    story: Flow
    intents: tuple[str, ...] = ()
    informational: bool = False
    passing: bool = False
    by_kind: bool = False
    also: tuple[str, ...] = ()
    aside: bool = False


FLOWS: dict[str, Entry] = {
    "where_is_my_order": Entry(where_is_my_order, ("where_is_my_order",), informational=True),
    "have_it": Entry(have_it, passing=True),
    "look_into": Entry(look_into, passing=True),
    "order_confirmation": Entry(order_confirmation, ("order_confirmation",), informational=True),
    "resend_receipt": Entry(resend_receipt, ("resend_receipt",)),
    "delivery_problem": Entry(delivery_problem, ("delivery_problem",)),
    "cancel_order": Entry(cancel_order, ("cancel_order",)),
    "change_order": Entry(change_order, ("change_order",)),
    "change_items": Entry(change_items),
    "change_address": Entry(change_address, ("change_address",)),
    "change_payment": Entry(change_payment),
    "return": Entry(return_items, ("return",), also=("refund", "exchange")),
    "exchange": Entry(exchange, ("exchange",), also=("refund", "return")),
    "refund": Entry(refund, ("refund",)),
    "refund_status": Entry(refund_status, ("refund_status",)),
    "return_status": Entry(refund_status),
    "return_cancel": Entry(cancel_return),
    "review": Entry(review, ("review",)),
    "reorder": Entry(reorder, ("reorder",)),
    "money": Entry(money, ("money",), informational=True, passing=True, aside=True),
    # The customer's own account, data and opinion.
    "account": Entry(account, ("account",)),
    "change_contact": Entry(change_contact),
    "change_home_address": Entry(change_home_address),
    "prefer_channel": Entry(prefer_channel),
    "privacy": Entry(privacy, ("privacy",)),
    "complaint": Entry(complaint, ("complaint",), passing=True),
    "nps": Entry(nps),
    "csat": Entry(csat),
    # the product itself
    "setup_help": Entry(setup_help, ("setup_help",)),
    "warranty": Entry(warranty, ("warranty",)),
    "register_it": Entry(register_it, passing=True),
    "recommendation": Entry(recommendation, ("recommendation",), informational=True),
    "product_question": Entry(product_question, ("product_question",)),
    "alert_me": Entry(alert_me, passing=True),
    "subscription": Entry(subscription, ("subscription",), by_kind=True),
    "loyalty": Entry(loyalty, ("loyalty",), informational=True),
    "store_question": Entry(small_talk.store_question),
    "person": Entry(small_talk.person, ("person",)),
    "greeting": Entry(small_talk.greeting, ("greeting",), passing=True),
    "thanks": Entry(small_talk.thanks, ("thanks",), passing=True),
    "goodbye": Entry(small_talk.goodbye, ("goodbye",), passing=True),
    "who_are_you": Entry(small_talk.who_are_you, ("identity",), passing=True),
    "clarify": Entry(small_talk.clarify, passing=True),
    "out_of_scope": Entry(
        small_talk.out_of_scope, ("out_of_scope", "jobs", "wholesale", "spam", "promotions"), passing=True
    ),
    "language_change": Entry(small_talk.language_change, ("language_change",), passing=True),
    "grave": Entry(small_talk.grave, small_talk.GRAVE),
    "passed_on": Entry(small_talk.passed_on, ("payment",)),
    "asked_of_people": Entry(
        small_talk.asked_of_people,
        ("store_question",),
    ),
    **{name: Entry(story) for name, story in (announcements.STORIES | alerts.STORIES).items()},
}

#: Stories whose end is not the end of anything the customer wanted solved, or that asked an opinion already.
NO_MATTER = frozenset(
    {"person", "passed_on", "asked_of_people", "grave", "store_question", "privacy", "review", "nps", "csat"}
)

_FLOW_OF = {intent: name for name, entry in FLOWS.items() for intent in entry.intents}


def is_matter(flow: str) -> bool:
    """Whether a customer whose story this was may be asked how it went."""
    told = flow in FLOWS and not FLOWS[flow].passing and flow not in announcements.STORIES
    return told and flow not in NO_MATTER


def flow_of_intent(intent: str) -> str:
    """The flow an intent starts; one that no flow claims is passed to a person rather than lost."""
    if intent.startswith("faq:"):
        return "store_question"
    return _FLOW_OF.get(intent, intent if intent in FLOWS else "passed_on")
