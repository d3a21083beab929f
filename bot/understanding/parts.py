"""What each of several wishes of one message was said about: its own part's words, and what is said once for all.

A part runs from where its wish begins to where the next one does; sentences between two wishes belong to the one that
names nothing itself ("Return the lamp. My other order is #W2. Cancel it.").
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.model import Entities, Json, Wish
from bot.records import Order, number_key
from bot.understanding.conditions import find_condition, is_mere_condition
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, fold

#: Said once, it holds for every wish of the message.
SHARED = ("emails", "phones", "postcodes", "tracking_numbers", "photos", "language")
#: Wishes that may be about a thing named for the wish before: "return the lamp and get me my money for it".
ABOUT_THINGS = frozenset({"return", "exchange", "refund", "warranty", "setup_help", "product_question", "reorder"})
ABOUT_MONEY = frozenset({"refund", "refund_status"})
PAYING_BACK = frozenset({"return", "cancel_order", "exchange", "change_order"})
OTHER = re.compile(r"\b(?:other|another|different|otr[oa]s?|autres?|andere[nrms]?|outr[oa]s?|altr[oaie])\b")
ENDS = re.compile(r"[.!?;](?=\s|$)|\n")
THING = ("products", "items")

Read = Callable[[str, Wish], Entities]


@dataclass(slots=True)
class Part:
    wish: Wish
    start: int
    end: int


def with_named(
    text: Text,
    wishes: Sequence[Wish],
    told: Sequence[Wish],
    entities: Entities,
    read: Read,
    orders: Sequence[Order],
    lexicon: Lexicon,
    *,
    beside: bool = False,
) -> tuple[Wish, ...]:
    """The wishes, each with what it was said about and what it hangs on.

    `told` are the wishes of all parts of the message: one told twice ("cancel A, return B, and cancel C too") is about
    both. `beside` says that the message answers something too: then nothing before the first wish belongs to it.
    """
    if not wishes:
        return ()
    if len(wishes) == 1 and not beside:
        condition = find_condition(text.clean, lexicon)
        return (wishes[0].model_copy(update={"named": _dumped(entities), "condition": condition}),)
    parts = [(wish, mine) for wish in told or wishes if (mine := _served_by(wish, wishes)) is not None]
    parts += [(wish, wish) for wish in wishes if all(mine is not wish for _, mine in parts)]
    each = [wish for wish, _ in parts]
    said = _said_by_each(text, each, read, beside=beside)
    found = [read(part, wish) for part, wish in zip(said, each, strict=True)]
    named = [_with_shared(found, place, said[place], entities, each, orders) for place in range(len(each))]
    return tuple(
        wish.model_copy(
            update={
                "named": _together([about for about, (_, mine) in zip(named, parts, strict=True) if mine is wish]),
                "condition": " ".join(
                    filter(
                        None,
                        (
                            find_condition(part, lexicon)
                            for part, (_, mine) in zip(said, parts, strict=True)
                            if mine is wish
                        ),
                    )
                ),
            }
        )
        for wish in wishes
    )


def without_what_belongs(
    wishes: tuple[Wish, ...], told: tuple[Wish, ...], lexicon: Lexicon
) -> tuple[tuple[Wish, ...], tuple[Wish, ...]]:
    """The wishes that are more than what another one hangs on, or how its money is to come back."""
    paid_back = bool(PAYING_BACK & {wish.intent for wish in wishes})
    real = tuple(wish for wish in wishes if not _belongs(wish, lexicon, paid_back=paid_back))
    if len(wishes) < 2 or not real:
        return wishes, told
    return real, tuple(wish for wish in told if not _belongs(wish, lexicon, paid_back=paid_back))


def _belongs(wish: Wish, lexicon: Lexicon, *, paid_back: bool) -> bool:
    """`only if it goes to my card`; beside a return or a cancellation `and refund it to the gift card`."""
    if is_mere_condition(wish.text, lexicon):
        return True
    said = fold(wish.text)
    way = wish.intent in ABOUT_MONEY and "?" not in said and any(pattern.search(said) for _, pattern in lexicon.methods)
    return paid_back and way


def _served_by(wish: Wish, wishes: Sequence[Wish]) -> Wish | None:
    """The wish among those acted on that this one is, or tells again."""
    alike = [other for other in wishes if other.intent == wish.intent]
    return next((other for other in alike if other.kind == wish.kind), alike[0] if len(alike) == 1 else None)


def _together(named: Sequence[dict[str, Json]]) -> dict[str, Json]:
    """What the parts of one wish name: lists one behind the other, of single things the first."""
    found: dict[str, Json] = {}
    for one in named:
        for name, value in one.items():
            if isinstance(value, list) and name in found:
                found[name] = [*found[name], *(item for item in value if item not in found[name])]
            else:
                found.setdefault(name, value)
    return found


def _dumped(entities: Entities) -> dict[str, Json]:
    return entities.model_dump(mode="json", exclude_defaults=True)


def _with_shared(
    found: Sequence[Entities],
    place: int,
    said: str,
    entities: Entities,
    wishes: Sequence[Wish],
    orders: Sequence[Order],
) -> dict[str, Json]:
    """What a part names, with what only the message as a whole tells."""
    own, whole = _dumped(found[place]), _dumped(entities)
    for name in SHARED:
        if name in whole and name not in own:
            own[name] = whole[name]
    if "order_numbers" not in own and "scope" not in own and not OTHER.search(fold(said)):
        naming = [other.order_numbers for other in found if other.order_numbers]
        theirs = _lines_of(entities.order_numbers, orders)
        elsewhere = found[place].products and not theirs & {*found[place].products}
        if len(naming) <= 1 and "order_numbers" in whole and not elsewhere:
            own["order_numbers"] = whole["order_numbers"]
    before = _dumped(found[place - 1]) if place else {}
    if wishes[place].intent in ABOUT_THINGS and not any(name in own for name in THING):
        own |= {name: before[name] for name in THING if name in before}
    return own


def _lines_of(numbers: Sequence[str], orders: Sequence[Order]) -> set[str]:
    wanted = {number_key(number) for number in numbers}
    return {line.id for order in orders if number_key(order.number) in wanted for line in order.lines}


def _said_by_each(text: Text, wishes: Sequence[Wish], read: Read, *, beside: bool) -> list[str]:
    """The stretch of the message that each wish is told in, as written."""
    whole = text.clean.strip()
    placed = _placed(text, wishes)
    everywhere = [wish for wish in wishes if id(wish) not in placed]
    if everywhere or not placed:
        spans = {key: (start, end) for key, (start, end) in placed.items()}
        rest = _without(text.clean, list(spans.values())).strip() or whole
        return [text.clean[slice(*spans[id(wish)])] if id(wish) in spans else rest for wish in wishes]
    starts = sorted({start for start, _ in placed.values()})
    if not beside:
        starts[0] = 0
    bounds = dict(
        zip(
            sorted({start for start, _ in placed.values()}),
            zip(starts, [*starts[1:], len(text.clean)], strict=True),
            strict=True,
        )
    )
    parts = [Part(wish, *bounds[placed[id(wish)][0]]) for wish in wishes]
    _give_what_stands_between(text.clean, parts, {id(wish): placed[id(wish)][1] for wish in wishes}, read)
    return [text.clean[part.start : part.end] for part in parts]


def _give_what_stands_between(clean: str, parts: Sequence[Part], ends: dict[int, int], read: Read) -> None:
    """Whole sentences before a wish that names nothing itself are about it, where the wish before names something."""
    for part, following in pairwise(parts):
        sentence = ENDS.search(clean, ends[id(part.wish)] - 1)
        cut = sentence.end() if sentence else part.end
        if not part.start < cut < following.start or not clean[cut : following.start].strip(" .!?;\n"):
            continue
        if _names_nothing(read(clean[following.start : following.end], following.wish)) and not _names_nothing(
            read(clean[part.start : cut], part.wish)
        ):
            part.end = following.start = cut


def _names_nothing(entities: Entities) -> bool:
    return not (entities.order_numbers or entities.products or entities.items or entities.scope)


def _without(clean: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, last = "", 0
    for start, end in sorted(spans):
        kept += clean[last:start] + " . "
        last = max(last, end)
    return kept + clean[last:]


def _placed(text: Text, wishes: Sequence[Wish]) -> dict[int, tuple[int, int]]:
    """Where in the message each wish stands; nowhere if it is the message as a whole, or not found in it."""
    words = text.clean.split()
    folded = [fold(word) for word in words]
    if " ".join(filter(None, folded)) != text.plain:
        return {}
    found: dict[int, tuple[int, int]] = {}
    for wish in wishes:
        said = fold(wish.text)
        place = text.plain.find(said) if said and said != text.plain else -1
        if place >= 0:
            found[id(wish)] = _in_clean(text.clean, words, folded, place, place + len(said))
    return found


def _in_clean(clean: str, words: Sequence[str], folded: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """The stretch of the message whose folded form lies from `start` to `end`."""
    plain = at = 0
    first, last = len(clean), len(clean)
    for word, short in zip(words, folded, strict=True):
        at = clean.index(word, at)
        reach = plain + len(short)
        if reach > start and first == len(clean):
            first = at
        at += len(word)
        if reach >= end:
            last = at
            break
        plain = reach + 1 if short else plain
    return first, last
