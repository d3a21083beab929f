"""Wishes that are denied ("don't cancel it", "nichts löschen"), which are none, and what is named only to stay.

What stands beside the denial still counts: "don't cancel it, change the address" changes the address.
"""

import re
from collections.abc import Callable, Sequence

from bot.model import Wish
from bot.records import Order
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, fold, normalise
from bot.understanding.orders import find_orders

MOST_CHARACTERS = 600
#: Before a denial they tell that something cannot be done, or ask why it is not.
UNABLE = re.compile(
    r"\b(?:kann|konnte|lasst|warum|kan|kon|lukt|waarom|puedo|pude|peux|peut|arrive|pourquoi|posso|riesco|perche|consigo"
    r"|cant|cannot|couldnt|why)\b[^,.;!?]*$"
)
MARKS = re.compile(r"(?:\s*,)+\s*")
#: What a "don't" may be said of. A plan's "don't cancel, pause it" is told by its kinds.
REFUSABLE = frozenset(
    {
        "cancel_order",
        "change_order",
        "change_address",
        "return",
        "exchange",
        "refund",
        "reorder",
        "privacy",
        "warranty",
        "delivery_problem",
    }
)

Again = Callable[[str], Wish | None]
Products = Callable[[Text, Sequence[Order], Lexicon], tuple[str, ...]]


def refuses(plain: str, lexicon: Lexicon) -> bool:
    """Whether a folded text says of something that it shall not be done."""
    return _without(plain[:MOST_CHARACTERS], lexicon) != plain[:MOST_CHARACTERS]


def without_refused(wishes: Sequence[Wish], lexicon: Lexicon, again: Again) -> tuple[Wish, ...]:
    """The wishes without those denied; `again` tells what is wanted by the words that stand beside a denial."""
    kept: list[Wish] = []
    for wish in wishes:
        plain = fold(wish.text)
        if wish.intent not in REFUSABLE or not refuses(plain, lexicon):
            kept.append(wish)
            continue
        rest = again(_without(plain, lexicon))
        if rest and all(rest.intent != other.intent for other in kept):
            kept.append(rest)
    return tuple(kept)


def _without(plain: str, lexicon: Lexicon) -> str:
    """The text without what is denied in it, and without the "no wait" that comes before."""
    before = plain
    for pattern in lexicon.refused:
        plain = pattern.sub(lambda found: found[0] if UNABLE.search(found.string[: found.start()]) else ",", plain)
    if plain == before:
        return plain
    for pattern in lexicon.instead:
        plain = pattern.sub(",", plain)
    return MARKS.sub(", ", plain).strip(" ,.;!?")


def find_kept(text: Text, orders: Sequence[Order], lexicon: Lexicon, products: Products) -> tuple[str, ...]:
    """The numbers of the customer's orders that are named to stay as they are: "keep the one with the lamp"."""
    found: dict[str, None] = {}
    if len(orders) < 2:
        return ()
    own = {order.number for order in orders}
    plain = text.plain[:MOST_CHARACTERS]
    for said in (match.group() for pattern in lexicon.kept for match in pattern.finditer(plain)):
        numbers = [number for number in find_orders(said, orders, ()).numbers if number in own]
        if not numbers:
            lines = set(products(normalise(said, lexicon.expand), orders, lexicon))
            numbers = [order.number for order in orders if any(line.id in lines for line in order.lines)]
        found.update(dict.fromkeys(numbers))
    return tuple(found)
