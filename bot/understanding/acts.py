"""Wishes told by their verbs: what each stretch of a message wants done with the things and orders that it names.

Only a second opinion: for messages with several such wishes, of which the phrases often tell but one.
"""

from collections.abc import Callable, Sequence

from bot.model import Entities, Wish
from bot.ports import Known
from bot.records import Order, OrderStatus, number_key
from bot.understanding.clauses import Clause, sentences, units
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, fold

SURE = 0.9
OF_THINGS = frozenset({"cancel_order", "return", "exchange", "change_order"})
ASKED = "where_is_my_order"

Names = Callable[[str], Entities]


def find_acts(text: Text, known: Known, names: Names, lexicon: Lexicon) -> tuple[Wish, ...]:
    """The wishes whose verbs are said of something that is named, in order; none where a verb is denied."""
    pieces = [piece for sentence in sentences(text, lexicon) for piece in units(sentence, lexicon)]
    found: list[Wish] = []
    before: Clause | None = None  # names things, and does not yet say what is wanted of them
    for each in pieces:
        piece = each
        act, named = _act(each, lexicon), names(each.said)
        if act is None:
            before = piece if named.items or named.order_items else before
            continue
        if not _is_about(named) and before:
            piece, named = before, names(f"{before.said} {piece.said}")
        before = None
        if not _is_about(named):
            continue
        intent, kind = _intent(act, named, known.orders)
        if found and (found[-1].intent, found[-1].kind) == (intent, kind):
            continue  # goes on with the same
        found.append(Wish(intent=intent, kind=kind, probability=SURE, text=piece.said))
    return tuple(found)


def with_acts(wishes: Sequence[Wish], acts: Sequence[Wish], whole: str) -> tuple[Wish, ...]:
    """The wishes, with those of the acts that are missing among them; as they are where nothing is missing."""
    doing = [act for act in acts if act.intent in OF_THINGS]
    known = {(wish.intent, wish.kind if wish.intent == "change_order" else "") for wish in wishes}
    told = {(act.intent, act.kind if act.intent == "change_order" else "") for act in doing}
    if len({act.intent for act in acts}) < 2 or not doing or told <= known:
        return tuple(wishes)
    besides = [
        wish
        for wish in wishes
        if wish.intent not in OF_THINGS
        and wish.intent not in {act.intent for act in acts}
        and fold(wish.text) != fold(whole)
    ]
    return (*acts, *besides)


def _is_about(named: Entities) -> bool:
    """Whether things or orders are named; what is only wanted in their place ("black instead") goes on with them."""
    things = any(item.ids for item in named.items)
    return bool(things or named.order_items or named.order_numbers or named.everything or named.left_out)


def _act(piece: Clause, lexicon: Lexicon) -> str | None:
    said = fold(piece.said)
    for pattern in (*lexicon.denied_acts, *(pattern for _, pattern in lexicon.reasons)):
        said = pattern.sub(" ", said)  # "I changed my mind" changes nothing
    hits = [(match.start(), name) for name, pattern in lexicon.acts if (match := pattern.search(said))]
    hits += [(match.start(), "add") for pattern in lexicon.adding if (match := pattern.search(said))]
    return min(hits)[1] if hits else None


def _intent(act: str, named: Entities, orders: Sequence[Order]) -> tuple[str, str]:
    if act in ("remove", "cancel", "swap"):
        pending = is_pending(named, orders)
        if act == "swap":
            return ("change_order", "items") if pending else ("exchange", "")
        if act == "remove" and pending:
            return "change_order", "items"
        return ("cancel_order", "") if act == "cancel" else ("return", "")
    if act == "add":
        return "change_order", "items"
    return (ASKED, "") if act == "where" else ("return", "")


def is_pending(named: Entities, orders: Sequence[Order]) -> bool:
    """Whether what is named is in an order that has not left."""
    numbers = {number_key(number) for number in named.order_numbers}
    ids = {line_id for item in named.items for line_id in item.ids}
    return any(
        order.status is OrderStatus.PENDING
        and (number_key(order.number) in numbers or (not numbers and any(line.id in ids for line in order.lines)))
        for order in orders
    )
