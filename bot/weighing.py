"""Which of a message's wishes are believed, given the matter under way and the records.

What only a person can do is not taken from a weak reading while something else is spoken of, and what went wrong with a
delivery not from words about an order that has not left: then the open matter is asked about again.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.flows import FLOWS, flow_of_intent
from bot.model import CaseState, Reading, Wish
from bot.policy import has_left
from bot.records import Order, OrderStatus, number_key
from bot.stage import Stage

REOPEN_MINUTES = 60  # what is named alone goes on with the last matter for so long
SURE = 0.92  # of what would bring a person into an open matter
SURELY_OF_DATA = 0.95
SURELY_BOUGHT = 0.97
GOING_BACK = frozenset({"return", "exchange"})
DOUBTFUL = 0.8  # of what would bring a person though something else is wanted, too
#: What only tells or asks for what the shop's people do.
BY_PEOPLE = frozenset({"delivery_problem", "setup_help", "payment", "privacy", "warranty", "store_question"})
#: Matters about an order and its things, in which such words are mostly about these.
ABOUT_AN_ORDER = frozenset(
    {
        "cancel_order",
        "change_order",
        "change_items",
        "change_address",
        "change_payment",
        "return",
        "exchange",
        "refund",
        "reorder",
    }
)
#: What a thing of an order may be about that has not left.
CHANGE = "change_order"


def believed(stage: Stage, reading: Reading) -> Reading:
    """The reading without the wishes that the matter under way or the records speak against."""
    matter = _matter(stage)
    wishes = tuple(wish for wish in reading.wishes if not _doubted(stage, matter, wish, reading))
    candidates = tuple(wish for wish in reading.candidates if not _doubted(stage, matter, wish, reading, asked=True))
    guessed = [wish for wish in wishes if matter is None and _only_a_guess(stage, wish, reading)]
    if guessed and len(wishes) == len(guessed) and not reading.answered:
        wishes, candidates = (), tuple(guessed)  # asked about instead
    if wishes == reading.wishes and candidates == reading.candidates:
        return reading
    if not wishes and not reading.answered:
        wishes = _as_change(reading)
    return reading.model_copy(update={"wishes": wishes, "candidates": candidates})


def _matter(stage: Stage) -> CaseState | None:
    """The matter about an order that a question is open of, whatever was asked on top of it, or that just ended."""
    for case in reversed(stage.stack):
        if case.flow in ABOUT_AN_ORDER:
            return case
        if case.flow not in FLOWS or not FLOWS[case.flow].passing:
            return None
    last, at = stage.last, stage.before.last_at
    lately = at is not None and stage.world.now - at < timedelta(minutes=REOPEN_MINUTES)
    return last if lately and last and last.flow in ABOUT_AN_ORDER else None


def _doubted(stage: Stage, matter: CaseState | None, wish: Wish, reading: Reading, *, asked: bool = False) -> bool:
    if wish.intent == "reorder":  # "swap for the white one" buys no other
        return matter is not None and matter.flow in GOING_BACK and wish.probability < SURELY_BOUGHT
    if matter is not None and _is_about_it(stage, matter, wish, reading):
        return True
    if wish.intent not in BY_PEOPLE:
        return False
    orders = _orders_meant(stage, matter, wish, reading)
    if wish.intent == "delivery_problem" and orders and not any(may_be_there(order) for order in orders):
        return matter is not None or bool(_things(reading))
    if asked:
        return matter is not None and wish.probability < DOUBTFUL
    if wish.intent == "privacy":
        things = reading.entities.items or reading.entities.order_numbers
        return wish.probability < SURELY_OF_DATA and (matter is not None or bool(things))
    if matter is not None:
        return wish.probability < SURE
    beside = any(other.intent not in BY_PEOPLE and flow_of_intent(other.intent) in FLOWS for other in reading.wishes)
    return wish.intent == "payment" and beside and wish.probability < DOUBTFUL


def _is_about_it(stage: Stage, matter: CaseState, wish: Wish, reading: Reading) -> bool:
    """Whether it only asks about what is shown: "is the lamp in there?", "does the money go to my card?" """
    if not stage.expected:
        return False
    orders = _orders_meant(stage, matter, wish, reading)
    if wish.intent == "refund_status":
        return bool(orders) and not any(
            order.refunds or order.returns or order.status is OrderStatus.CANCELLED for order in orders
        )
    lines = {line.id for order in orders for line in order.lines}
    ours = bool(lines & set(reading.entities.products))
    return wish.intent == "product_question" and not wish.kind and ours and wish.probability < SURE


def _only_a_guess(stage: Stage, wish: Wish, reading: Reading) -> bool:
    """Whether help with a thing that no guide is about would bring a person for words that hardly ask for it."""
    if wish.intent != "setup_help" or wish.probability >= DOUBTFUL:
        return False
    world, named = stage.world, set(reading.entities.products)
    lines = [line for order in world.orders for line in order.lines if line.id in named]
    products = [world.records.product(line.product_id) for line in lines if line.product_id]
    return bool(lines) and not any(product and world.shop.guide_of(product) for product in products)


def may_be_there(order: Order) -> bool:
    """Whether anything of it can have reached, or missed, the customer."""
    return order.status is OrderStatus.CANCELLED or has_left(order) or bool(order.shipments)


def _orders_meant(stage: Stage, matter: CaseState | None, wish: Wish, reading: Reading) -> Sequence[Order]:
    """The orders that the wish or the message names, else the one that the matter is about."""
    orders = stage.world.orders
    named = wish.named or reading.entities.model_dump(mode="json", exclude_defaults=True)
    numbers = {number_key(str(number)) for number in named.get("order_numbers", ())}
    found = [order for order in orders if number_key(order.number) in numbers]
    if found:
        return found
    known = matter.answers.get("order") if matter else None
    about = [order for order in orders if matter and order.id in {known, *matter.answers.get("orders", ())}]
    if about:
        return about
    lines = {*named.get("products", ()), *(one for item in named.get("items", ()) for one in item["ids"])}
    found = [order for order in orders if any(line.id in lines for line in order.lines)]
    return found or [order for order in orders if matter and order.id == stage.focus]


def _things(reading: Reading) -> bool:
    return any(item.options or item.other for item in reading.entities.items)


def _as_change(reading: Reading) -> tuple[Wish, ...]:
    """What is said of a thing of an order that has not left, and how it shall be, is a change of that order."""
    if not _things(reading):
        return ()
    said = reading.wishes or reading.candidates
    return tuple(wish.model_copy(update={"intent": CHANGE, "kind": "items"}) for wish in said[:1])
