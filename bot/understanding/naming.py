"""What is to be done to which item: the things a text names, and what is wanted in their place.

Options said of a thing pick its line where a line has them, and are wanted where they stand behind "for", "to",
"instead" or where no line has them. A line that cannot be told apart from others is left among the candidates.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.model import NamedItem
from bot.ports import Known
from bot.records import Line, Order, number_key
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.mentions import (
    Mention,
    Title,
    find_mentions,
    goes_on,
    is_left_out,
    names_order,
    quantity_of,
    titles_of,
)
from bot.understanding.normalise import Text
from bot.understanding.tokens import Token, led_by, tokens_of
from bot.understanding.values import Said, find_values
from bot.understanding.variants import find_rank
from bot.understanding.wanted import (
    Telling,
    Thing,
    having,
    kept,
    kept_at_all,
    other_wanted,
    ranked,
    roles,
    stepped,
)

MOST_LINES = 200
OTHER_ORDER = re.compile(
    r"\b(?:other|another|different|otr[oa]|autre|andere[nrms]?|outr[oa]|altr[oa]) "
    r"(?:one|order|purchase|pedido|commande|bestellung|ordine|bestelling|encomenda)\b"
)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a text names of the things bought."""

    items: tuple[NamedItem, ...] = ()
    left_out: tuple[str, ...] = ()
    order_items: tuple[str, ...] = ()  # lines that an order is called by
    orders_left_out: tuple[str, ...] = ()  # ids of lines of orders that are not meant


@dataclass(slots=True)
class Mentioned:
    """Line ids of what is not to be picked, as it is come upon."""

    left_out: list[str] = field(default_factory=list)
    order_items: list[str] = field(default_factory=list)
    orders_left_out: list[str] = field(default_factory=list)


def find_items(
    text: Text, known: Known, numbers: Collection[str], lexicon: Lexicon, *, everything: bool = False
) -> Naming:
    """The things named. `numbers` are the orders spoken of; `everything`: all is meant but what is left out."""
    orders = _spoken_of(known.orders, numbers)
    elsewhere = known.orders if OTHER_ORDER.search(text.plain) else orders
    theirs = {line.id for order in orders for line in order.lines}
    lines = [line for order in elsewhere for line in order.lines][:MOST_LINES]
    if not lines:
        return Naming()
    tokens = tokens_of(text, lexicon)
    mentions = find_mentions(tokens, titles_of(lines, lexicon), lexicon)
    swap = any_of(lexicon.swap, text.plain)
    if not mentions and not (swap or _speaks_of_values(tokens, text, lexicon)):
        return Naming()
    bought = {line.product_id for line in lines}
    products = {product.id: product for product in known.products() if product.id in bought}
    telling = Telling(tokens, products, lexicon, swap, text.plain)
    titles = {
        title: [line for line in named if line.id in theirs] or named
        for title, named in titles_of(lines, lexicon).items()
    }
    naming = Mentioned()
    things = _things(mentions, titles, telling, naming, everything=everything)
    left_out, called = _once(naming.left_out), (_once(naming.order_items), _once(naming.orders_left_out))
    if everything:
        return Naming(_all_but(left_out, orders), left_out, *called)
    if not things and not left_out and not naming.order_items:
        return Naming(_unnamed([line for line in lines if line.id in theirs], telling), (), *called)
    items = [item for thing in things for item in _items(thing, things, telling)]
    return Naming(tuple(items), left_out, *called)


def _once(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _spoken_of(orders: Sequence[Order], numbers: Collection[str]) -> list[Order]:
    wanted = {number_key(number) for number in numbers}
    return [order for order in orders if number_key(order.number) in wanted] or list(orders)


def _speaks_of_values(tokens: Sequence[Token], text: Text, lexicon: Lexicon) -> bool:
    """Whether a colour, a size, a measure, a price or "the same" is said: worth a look into the catalogue."""
    if find_rank(text.plain, lexicon) or any(pattern.search(text.plain) for _, pattern in lexicon.steps):
        return True
    return any(
        token.word.startswith("=") or "_" in token.word or token.said in lexicon.colours or token.said in lexicon.same
        for token in tokens
    )


def _all_but(left_out: Sequence[str], orders: Sequence[Order]) -> tuple[NamedItem, ...]:
    """All other lines, where one order only can be meant."""
    of_them = [order for order in orders if any(line.id in left_out for line in order.lines)]
    meant = of_them or list(orders)
    if len(meant) != 1:
        return ()
    return tuple(_named([line]) for line in meant[0].lines if line.id not in left_out)


def _named(lines: Sequence[Line], **fields: object) -> NamedItem:
    ids = tuple(dict.fromkeys(line.id for line in lines))
    known: dict[str, object] = {"quantity": None, "options": {}, "keep": (), "other": None}
    return NamedItem.model_validate({"id": ids[0] if ids else "", "ids": ids, **known, **fields})


# -- which things ------------------------------------------------------------------------------------------------------


def _things(
    mentions: Sequence[Mention],
    titles: Mapping[Title, Sequence[Line]],
    telling: Telling,
    naming: Mentioned,
    *,
    everything: bool,
) -> list[Thing]:
    """The things named, each once; what is left out, and what orders are called by, is put into `naming`."""
    things: list[Thing] = []
    bounds: list[int] = []
    kept_before: Mention | None = None
    for mention in mentions:
        lines = [line for title in sorted(mention.titles) for line in titles[title]]
        before = things[-1] if things else None
        if before and _is_a_value(mention, before, telling):
            continue
        becomes = before is not None and _for_it(mention, before, telling)
        too = kept_before is not None and goes_on(telling.tokens, kept_before, mention, telling.lexicon)
        kept_out = not becomes and (too or is_left_out(telling.tokens, mention, telling.lexicon))
        kept_before = mention if kept_out else None
        if names_order(telling.tokens, mention, telling.lexicon, swap=telling.swap):
            (naming.orders_left_out if kept_out else naming.order_items).extend(line.id for line in lines)
            bounds.append(mention.head)
        elif everything or kept_out:
            naming.left_out += [line.id for line in _described(lines, mention, telling)]
            bounds.append(mention.head)
        elif before and becomes:
            _taken_for(before, mention, lines)
        elif before and telling.swap and led_by(telling.tokens, mention.head, telling.lexicon.instead_of):
            things[-1] = Thing(mention, lines, before.start, other=before.lines[0].title)
        else:
            things.append(Thing(mention, lines, mention.head, plural=_plural(mention, telling)))
            bounds.append(mention.head)
    for thing in things:
        thing.end = min((bound for bound in bounds if bound > thing.start), default=len(telling.tokens))
    return things


def _is_a_value(mention: Mention, before: Thing, telling: Telling) -> bool:
    """Whether what might be a thing is a value of the one before: "the clock in digital", "with laptop compartment"."""
    if mention.head and telling.tokens[mention.head - 1].said in ("the", "my"):
        return False
    own = frozenset(range(mention.start, mention.end))
    said = find_values(telling.tokens, telling.vocabulary(before.lines), trusted=own)
    return any(one.start <= mention.start < one.end for one in said)


def _for_it(mention: Mention, before: Thing | None, telling: Telling) -> bool:
    """Whether a thing is named as what another one is to become: "the lamp for a tent", "instead of the lamp"."""
    if before is None:
        return False
    leads = telling.lexicon.into_strong | (telling.lexicon.instead_of if _alike(before, mention) else frozenset())
    return led_by(telling.tokens, mention.head, leads) and (telling.swap or _alike(before, mention))


def _alike(thing: Thing, mention: Mention) -> bool:
    return thing.mention is not None and bool(thing.mention.titles & mention.titles)


def _taken_for(thing: Thing, mention: Mention, lines: Sequence[Line]) -> None:
    if _alike(thing, mention):
        thing.again.append(mention)
    else:
        thing.other = lines[0].title


def _plural(mention: Mention, telling: Telling) -> str:
    """Whether both or all of them are meant."""
    near = {token.said for token in telling.tokens[max(0, mention.head - 3) : mention.start]}
    return "both" if near & telling.lexicon.pair else "all" if near & telling.lexicon.each else ""


def _described(lines: list[Line], mention: Mention, telling: Telling) -> list[Line]:
    """Of several lines those that have what is said right at the thing's name."""
    near = frozenset(range(mention.head, mention.end + 3))
    said = find_values(telling.tokens, telling.vocabulary(lines), trusted=near)
    return having(lines, {one.option: one.value for one in said if one.start in near}) or lines


# -- what is wanted of them --------------------------------------------------------------------------------------------


def _items(thing: Thing, things: Sequence[Thing], telling: Telling) -> list[NamedItem]:
    """The item or, of "both shirts", the items, with what is wanted in their place."""
    assert thing.mention is not None
    known = telling.vocabulary(thing.lines)
    trusted = frozenset(
        place for mention in (thing.mention, *thing.again) for place in range(mention.head, mention.start)
    )
    every = find_values(telling.tokens, known, trusted=trusted)
    said = [one for one in every if one.value and _is_of(one, thing, things, telling)]
    own, wanted = roles(said, thing, telling)
    lines = having(thing.lines, own) or thing.lines
    keep = kept(thing, known, telling)
    wanted = {name: value for name, value in wanted.items() if name not in keep}
    wanted = wanted | ranked(thing, things, telling) | stepped(thing, lines, wanted, telling, things)
    others = [line for line in lines if not wanted or not having([line], wanted)]
    lines = others or lines
    taken = frozenset(place for one in said for place in range(one.start, one.end))
    fields: dict[str, object] = {
        "quantity": quantity_of(telling.tokens, thing.mention, taken, telling.lexicon),
        "options": wanted,
        "keep": keep,
        "other": thing.other or other_wanted(thing, said, known, telling),
    }
    if thing.plural == "both" and len(lines) == 1:
        return [_named(lines, **fields | {"quantity": 2 if lines[0].quantity > 1 else None})]
    if thing.plural == "all" or (thing.plural == "both" and len(lines) == 2):
        return [_named([line], **fields | {"quantity": None}) for line in lines]
    return [_named(lines, **fields)]


def _is_of(one: Said, thing: Thing, things: Sequence[Thing], telling: Telling) -> bool:
    """Whether a value said is said of this thing: in its own stretch, or where the thing there has no such value."""
    if thing.start <= one.start < thing.end:
        return True
    if one.start < things[0].start:
        return _first_with(one, things, telling) is thing
    there = next((other for other in things if other.start <= one.start < other.end), None)
    if there is None or there is thing:
        return False
    if _of_all(telling, there, one):
        return True
    if any(other.start == one.start for other in find_values(telling.tokens, telling.vocabulary(there.lines))):
        return False
    knowing = [other for other in things if _knows(one, other, telling)]
    return min(knowing, key=lambda other: abs(other.start - one.start), default=None) is thing


def _of_all(telling: Telling, there: Thing, one: Said) -> bool:
    """`the keyboard and the mouse, both in white`."""
    behind = there.mention.end if there.mention else there.start
    all_of_them = telling.lexicon.pair | telling.lexicon.each
    return any(token.said in all_of_them for token in telling.tokens[behind : one.start])


def _first_with(one: Said, things: Sequence[Thing], telling: Telling) -> Thing | None:
    return next((thing for thing in things if _knows(one, thing, telling)), None)


def _knows(one: Said, thing: Thing, telling: Telling) -> bool:
    return (one.option, one.value) in telling.vocabulary(thing.lines).words


# -- without a name ----------------------------------------------------------------------------------------------------


def _unnamed(lines: Sequence[Line], telling: Telling) -> tuple[NamedItem, ...]:
    """Only options are said: "swap the blue 1000ml for the red one", "the same but in black", "the cheapest"."""
    thing = Thing(None, list(lines), 0, len(telling.tokens))
    by_product: dict[str | None, list[Line]] = {}
    for line in lines:
        by_product.setdefault(line.product_id, []).append(line)
    best: list[tuple[list[Line], dict[str, str], dict[str, str]]] = []
    most = 0
    for own_lines in by_product.values():
        mine = Thing(None, own_lines, 0, len(telling.tokens))
        own, wanted = roles(
            [one for one in find_values(telling.tokens, telling.vocabulary(own_lines)) if one.value], mine, telling
        )
        fitting = having(own_lines, own) if own else []
        score = 10 * len(own) * bool(fitting) + len(wanted)
        if score > most:
            best, most = [], score
        if score and score == most:
            best.append((fitting or own_lines, own, wanted))
    picked = [line for fitting, own, _ in best if own for line in fitting]
    options = best[0][2] if best else {}
    if best and not picked and len(best) == 1 and len(best[0][0]) == 1:
        picked = best[0][0]
    rank, step = ranked(thing, (), telling), stepped(thing, picked or lines, options, telling)
    options = options | rank | step
    keep = kept(thing, telling.vocabulary(picked), telling) if picked else kept_at_all(telling)
    if not picked and not options:
        return ()
    return (_named(picked, options=options, keep=keep),)
