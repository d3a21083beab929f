"""What is to be done to which item: the things a text names, and what is wanted in their place.

Options said of a thing pick its line where a line has them, and are wanted where they stand behind "for", "to",
"instead" or where no line has them. A line that cannot be told apart from others is left among the candidates.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.model import NamedItem
from bot.ports import Known
from bot.records import Line, Order, Product, number_key
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.mentions import Mention, Title, find_mentions, is_left_out, quantity_of, titles_of
from bot.understanding.normalise import Text
from bot.understanding.tokens import Token, led_by, tokens_of, value_tokens
from bot.understanding.values import Said, Vocabulary, find_values, values_of, vocabulary
from bot.understanding.variants import RANK, find_rank, says_no, sizes_of

MOST_LINES = 200
ALL = "*"
STEPPED = ("size", "capacity", "storage", "length", "height", "diameter", "thickness", "pieces", "brightness")
NAMES_A_THING = 3  # letters
LONGEST_OTHER = 4  # words


@dataclass(frozen=True, slots=True)
class Naming:
    """What a text names of the things bought."""

    items: tuple[NamedItem, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Thing:
    """A thing named, with the stretch of text that tells of it."""

    mention: Mention | None
    lines: list[Line]
    start: int
    end: int = 0
    again: list[Mention] = field(default_factory=list)  # named again in what it is to be: "for a red bottle"
    other: str | None = None
    plural: str = ""  # both, all


@dataclass(frozen=True, slots=True)
class _Shop:
    """What the customer has, and what of it there is."""

    tokens: tuple[Token, ...]
    products: Mapping[str, Product]
    lexicon: Lexicon
    swap: bool
    plain: str
    kept: dict[tuple[str, ...], Vocabulary] = field(default_factory=dict)

    def vocabulary(self, lines: Sequence[Line]) -> Vocabulary:
        """The values of these lines and of their products' variants."""
        key = tuple(line.id for line in lines)
        if key not in self.kept:
            ids = dict.fromkeys(line.product_id for line in lines if line.product_id in self.products)
            options = [variant.options for one in ids if one for variant in self.products[one].variants]
            self.kept[key] = vocabulary(values_of([*options, *(line.options for line in lines)]))
        return self.kept[key]


def find_items(
    text: Text, known: Known, numbers: Collection[str], lexicon: Lexicon, *, everything: bool = False
) -> Naming:
    """The things named. `numbers` are the orders spoken of; `everything`: all is meant but what is left out."""
    orders = _spoken_of(known.orders, numbers)
    lines = [line for order in orders for line in order.lines][:MOST_LINES]
    if not lines:
        return Naming()
    tokens = tokens_of(text, lexicon)
    mentions = find_mentions(tokens, titles_of(lines, lexicon), lexicon)
    swap = any_of(lexicon.swap, text.plain)
    if not mentions and not (swap or _speaks_of_values(tokens, text, lexicon)):
        return Naming()
    bought = {line.product_id for line in lines}
    products = {product.id: product for product in known.products() if product.id in bought}
    shop = _Shop(tokens, products, lexicon, swap, text.plain)
    things, left_out = _things(mentions, titles_of(lines, lexicon), shop, everything=everything)
    if everything:
        return Naming(_all_but(left_out, orders), left_out)
    if not things and not left_out:
        return Naming(_unnamed(lines, shop))
    items = [item for thing in things for item in _items(thing, things, shop)]
    return Naming(tuple(items), left_out)


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
    mentions: Sequence[Mention], titles: Mapping[Title, Sequence[Line]], shop: _Shop, *, everything: bool
) -> tuple[list[_Thing], tuple[str, ...]]:
    """The things named, each once, and the lines left out."""
    things: list[_Thing] = []
    left_out: list[str] = []
    bounds: list[int] = []
    for mention in mentions:
        lines = [line for title in sorted(mention.titles) for line in titles[title]]
        before = things[-1] if things else None
        if before and _is_a_value(mention, before, shop):
            continue
        if everything or (is_left_out(shop.tokens, mention, shop.lexicon) and not _for_it(mention, before, shop)):
            left_out += [line.id for line in _described(lines, mention, shop)]
            bounds.append(mention.head)
        elif before and _for_it(mention, before, shop):
            _taken_for(before, mention, lines)
        elif before and shop.swap and led_by(shop.tokens, mention.head, shop.lexicon.instead_of):
            things[-1] = _Thing(mention, lines, before.start, other=before.lines[0].title)
        else:
            things.append(_Thing(mention, lines, mention.head, plural=_plural(mention, shop)))
            bounds.append(mention.head)
    for thing in things:
        thing.end = min((bound for bound in bounds if bound > thing.start), default=len(shop.tokens))
    return things, tuple(dict.fromkeys(left_out))


def _is_a_value(mention: Mention, before: _Thing, shop: _Shop) -> bool:
    """Whether what might be a thing is a value of the one before: "the clock in digital", "with laptop compartment"."""
    if mention.head and shop.tokens[mention.head - 1].said in ("the", "my"):
        return False
    said = find_values(shop.tokens, shop.vocabulary(before.lines), trusted=frozenset(range(mention.start, mention.end)))
    return any(one.start <= mention.start < one.end for one in said)


def _for_it(mention: Mention, before: _Thing | None, shop: _Shop) -> bool:
    """Whether a thing is named as what another one is to become: "the lamp for a tent", "instead of the lamp"."""
    if before is None:
        return False
    leads = shop.lexicon.into_strong | (shop.lexicon.instead_of if _alike(before, mention) else frozenset())
    return led_by(shop.tokens, mention.head, leads) and (shop.swap or _alike(before, mention))


def _alike(thing: _Thing, mention: Mention) -> bool:
    return thing.mention is not None and bool(thing.mention.titles & mention.titles)


def _taken_for(thing: _Thing, mention: Mention, lines: Sequence[Line]) -> None:
    if _alike(thing, mention):
        thing.again.append(mention)
    else:
        thing.other = lines[0].title


def _plural(mention: Mention, shop: _Shop) -> str:
    """Whether both or all of them are meant."""
    near = {token.said for token in shop.tokens[max(0, mention.head - 3) : mention.start]}
    return "both" if near & shop.lexicon.pair else "all" if near & shop.lexicon.each else ""


def _described(lines: list[Line], mention: Mention, shop: _Shop) -> list[Line]:
    """Of several lines those that have what is said right at the thing's name."""
    near = frozenset(range(mention.head, mention.end + 3))
    said = find_values(shop.tokens, shop.vocabulary(lines), trusted=near)
    return _having(lines, {one.option: one.value for one in said if one.start in near}) or lines


def _having(lines: Sequence[Line], options: Mapping[str, str]) -> list[Line]:
    return [line for line in lines if all(_has(line, name, value) for name, value in options.items())]


def _has(line: Line, name: str, value: str) -> bool:
    own = line.options.get(name)
    return own is not None and (own == value or value_tokens(own) == value_tokens(value))


# -- what is wanted of them --------------------------------------------------------------------------------------------


def _items(thing: _Thing, things: Sequence[_Thing], shop: _Shop) -> list[NamedItem]:
    """The item or, of "both shirts", the items, with what is wanted in their place."""
    assert thing.mention is not None
    known = shop.vocabulary(thing.lines)
    trusted = frozenset(
        place for mention in (thing.mention, *thing.again) for place in range(mention.head, mention.start)
    )
    every = find_values(shop.tokens, known, trusted=trusted)
    said = [one for one in every if one.value and _is_of(one, thing, things, shop)]
    own, wanted = _roles(said, thing, shop)
    lines = _having(thing.lines, own) or thing.lines
    keep = _kept(thing, known, shop)
    wanted = {name: value for name, value in wanted.items() if name not in keep}
    wanted = wanted | _ranked(thing, things, shop) | _stepped(thing, lines, wanted, shop, things)
    others = [line for line in lines if not wanted or not _having([line], wanted)]
    lines = others or lines
    taken = frozenset(place for one in said for place in range(one.start, one.end))
    fields: dict[str, object] = {
        "quantity": quantity_of(shop.tokens, thing.mention, taken, shop.lexicon),
        "options": wanted,
        "keep": keep,
        "other": thing.other or _other(thing, said, known, shop),
    }
    if thing.plural == "both" and len(lines) == 1:
        return [_named(lines, **fields | {"quantity": 2 if lines[0].quantity > 1 else None})]
    if thing.plural == "all" or (thing.plural == "both" and len(lines) == 2):
        return [_named([line], **fields | {"quantity": None}) for line in lines]
    return [_named(lines, **fields)]


def _is_of(one: Said, thing: _Thing, things: Sequence[_Thing], shop: _Shop) -> bool:
    """Whether a value said is said of this thing: in its own stretch, or where the thing there has no such value."""
    if thing.start <= one.start < thing.end:
        return True
    if one.start < things[0].start:
        return _first_with(one, things, shop) is thing
    there = next((other for other in things if other.start <= one.start < other.end), None)
    if there is None or there is thing:
        return False
    if _of_all(shop, there, one):
        return True
    if any(other.start == one.start for other in find_values(shop.tokens, shop.vocabulary(there.lines))):
        return False
    having = [other for other in things if _knows(one, other, shop)]
    return min(having, key=lambda other: abs(other.start - one.start), default=None) is thing


def _of_all(shop: _Shop, there: _Thing, one: Said) -> bool:
    """`the keyboard and the mouse, both in white`."""
    behind = there.mention.end if there.mention else there.start
    return any(token.said in shop.lexicon.pair | shop.lexicon.each for token in shop.tokens[behind : one.start])


def _first_with(one: Said, things: Sequence[_Thing], shop: _Shop) -> _Thing | None:
    return next((thing for thing in things if _knows(one, thing, shop)), None)


def _knows(one: Said, thing: _Thing, shop: _Shop) -> bool:
    return (one.option, one.value) in shop.vocabulary(thing.lines).words


def _roles(said: Sequence[Said], thing: _Thing, shop: _Shop) -> tuple[dict[str, str], dict[str, str]]:
    """The options that tell which line is meant, and those that are wanted."""
    own: dict[str, str] = {}
    wanted: dict[str, str] = {}
    beside: dict[str, str] = {}  # behind "in" or "with", where that may say what is wanted
    roles = [(one, _role(one, thing, shop)) for one in said]
    plainly = any(role == "wanted" for _, role in roles)
    unnamed = thing.mention is None and (shop.swap or bool(_kept_at_all(shop)))
    for one, role in roles:
        has = any(_has(line, one.option, one.value) for line in thing.lines)
        if role == "not":
            own |= {one.option: one.value} if has else {}
        elif role == "kept":
            continue
        elif role == "wanted" or not has or one.option in own or (role == "weak" and unnamed):
            wanted.setdefault(one.option, one.value)
        else:
            own[one.option] = one.value
            beside |= {one.option: one.value} if role == "weak" else {}
    if wanted and not plainly:
        wanted = beside | wanted
    return own, wanted


def _role(one: Said, thing: _Thing, shop: _Shop) -> str:
    """By the words before it: `wanted`, `not` (as it is now), `kept`, `weak` (behind "in" or "with"), or `either`."""
    lexicon, tokens = shop.lexicon, shop.tokens
    begin = thing.mention.end if thing.mention and one.start >= thing.mention.end else 0
    for mention in thing.again:
        if mention.head <= one.start < mention.end:
            return "not" if led_by(tokens, mention.head, lexicon.instead_of) else "wanted"
    if thing.mention and thing.start <= one.start < thing.mention.start:
        return "not" if led_by(tokens, thing.mention.head, lexicon.instead_of) else "either"
    role, joined, broken = "either", True, False
    for place in range(one.start, begin - 1, -1):
        phrases = lexicon.instead_of if place == one.start else lexicon.instead_of - lexicon.negating
        if joined and led_by(tokens, place, phrases) and not says_no(one.value):
            return "not"
        if joined and led_by(tokens, place, lexicon.same):
            return "kept"
        if place > begin and tokens[place - 1].said in ("from", "von", "de", "da", "van") and place == one.start:
            return "not"
        before = tokens[place - 1].said if place > begin else ""
        if before in lexicon.into_strong and shop.swap:
            return "wanted"
        broken = broken or (place < one.start and tokens[place + 1].parted)
        if before in lexicon.into_weak and not (broken or tokens[place].parted):
            role = "wanted" if any_of(lexicon.replacing, shop.plain) else "weak"
        if thing.mention and begin and before in lexicon.wanting:
            return "wanted"
        joined = joined and not tokens[place].parted and before not in lexicon.into_weak | {"but"}
    return "wanted" if shop.swap and _instead(one, thing, shop) else role


def _instead(one: Said, thing: _Thing, shop: _Shop) -> bool:
    """Whether "instead" stands behind, and not "instead of"."""
    for place in range(one.end, min(thing.end, len(shop.tokens))):
        if shop.tokens[place].said in shop.lexicon.instead_behind:
            behind = " ".join(token.said for token in shop.tokens[max(0, place - 1) : place + 2])
            return not any(phrase in behind for phrase in shop.lexicon.instead_of)
    return False


def _kept(thing: _Thing, known: Vocabulary, shop: _Shop) -> tuple[str, ...]:
    """The options said to stay: "same backlight and size"; `*` where all else does."""
    kept: dict[str, None] = {}
    for place in range(thing.start, thing.end):
        if shop.tokens[place].said not in shop.lexicon.same:
            continue
        named: dict[str, None] = {}
        for other in range(place + 1, min(place + 8, thing.end)):
            if shop.tokens[other].parted and not named:
                break
            here = known.names(shop.tokens[other].word)
            named |= dict.fromkeys(sorted(here))
            if shop.tokens[other].said in shop.lexicon.into_weak | {"but"} and named:
                break
        kept |= named or ({ALL: None} if _stays(shop.tokens, place) else {})
    return tuple(kept)


def _stays(tokens: Sequence[Token], place: int) -> bool:
    """`everything else the same`, `the same one`."""
    around = {token.said for token in tokens[max(0, place - 4) : place + 3]}
    return bool(around & {"else", "otherwise", "thing", "one", "item", "model", "rest", "everything", "exact"})


def _ranked(thing: _Thing, things: Sequence[_Thing], shop: _Shop) -> dict[str, str]:
    rank = find_rank(_said(thing, things, shop), shop.lexicon)
    return {RANK: rank} if rank else {}


def _said(thing: _Thing, things: Sequence[_Thing], shop: _Shop) -> str:
    """The words of the thing's own stretch; of the only thing, all of them."""
    if len(things) <= 1:
        return " ".join(token.said for token in shop.tokens)
    return " ".join(token.said for token in shop.tokens[thing.start : thing.end])


def _stepped(
    thing: _Thing, lines: Sequence[Line], wanted: Mapping[str, str], shop: _Shop, things: Sequence[_Thing] = ()
) -> dict[str, str]:
    """`a size up`, `larger`: of the option that has sizes."""
    said = _said(thing, things, shop)
    step, match = next(
        ((name, match) for name, pattern in shop.lexicon.steps if (match := pattern.search(said))), (None, None)
    )
    if step is None or match is None or not (shop.swap or wanted or " " in match.group()):
        return {}
    names = {name for line in lines for name in line.options}
    products = [product for line in lines if (product := shop.products.get(line.product_id or ""))]
    known = shop.vocabulary(lines)
    beside = {name for token in shop.tokens[thing.start : thing.end] for name in known.names(token.word)}
    sized = [name for name in names if any(len(sizes_of(name, product)) > 1 for product in products)]
    if not products:
        sized = [name for name in names if name.casefold() == "size"]
    ordered = sorted(sized, key=lambda name: (name not in beside, _usual(name), name))
    return {ordered[0]: step} if ordered and ordered[0] not in wanted else {}


def _usual(name: str) -> int:
    plain = name.casefold()
    if plain == "size":
        return -1
    return next((place for place, word in enumerate(STEPPED) if word in plain), len(STEPPED))


def _other(thing: _Thing, said: Sequence[Said], known: Vocabulary, shop: _Shop) -> str | None:
    """The words for another product that is wanted in its place: "for a tent"."""
    if not shop.swap or thing.mention is None or thing.again or _ranked(thing, (thing, thing), shop):
        return None
    leads = {
        "a",
        "an",
        "the",
        "some",
        "another",
        "your",
        "ein",
        "eine",
        "einen",
        "un",
        "una",
        "une",
        "um",
        "uma",
        "een",
    }
    for place in range(thing.mention.end, thing.end - 1):
        if shop.tokens[place].said not in shop.lexicon.into_strong or shop.tokens[place + 1].said not in leads:
            continue
        words: list[str] = []
        for other in range(place + 2, min(place + 2 + LONGEST_OTHER + 3, thing.end)):
            token = shop.tokens[other]
            if (
                token.parted
                or token.said
                in shop.lexicon.into_weak | shop.lexicon.after_size | shop.lexicon.articles | shop.lexicon.no_thing
            ):
                break
            words.append(token.said)
            if known.names(token.word) or any(one.start <= other < one.end for one in said):
                return None
        if (
            words
            and len(words) <= LONGEST_OTHER
            and all(word.isalpha() for word in words)
            and len(words[-1]) >= NAMES_A_THING
        ):
            return " ".join(words)
    return None


# -- without a name ----------------------------------------------------------------------------------------------------


def _unnamed(lines: Sequence[Line], shop: _Shop) -> tuple[NamedItem, ...]:
    """Only options are said: "swap the blue 1000ml for the red one", "the same but in black", "the cheapest"."""
    thing = _Thing(None, list(lines), 0, len(shop.tokens))
    by_product: dict[str | None, list[Line]] = {}
    for line in lines:
        by_product.setdefault(line.product_id, []).append(line)
    best: list[tuple[list[Line], dict[str, str], dict[str, str]]] = []
    most = 0
    for own_lines in by_product.values():
        mine = _Thing(None, own_lines, 0, len(shop.tokens))
        own, wanted = _roles(
            [one for one in find_values(shop.tokens, shop.vocabulary(own_lines)) if one.value], mine, shop
        )
        fitting = _having(own_lines, own) if own else []
        score = 10 * len(own) * bool(fitting) + len(wanted)
        if score > most:
            best, most = [], score
        if score and score == most:
            best.append((fitting or own_lines, own, wanted))
    picked = [line for fitting, own, _ in best if own for line in fitting]
    options = best[0][2] if best else {}
    if best and not picked and len(best) == 1 and len(best[0][0]) == 1:
        picked = best[0][0]
    rank, step = _ranked(thing, (), shop), _stepped(thing, picked or lines, options, shop)
    options = options | rank | step
    keep = _kept(thing, shop.vocabulary(picked), shop) if picked else _kept_at_all(shop)
    if not picked and not options:
        return ()
    return (_named(picked, options=options, keep=keep),)


def _kept_at_all(shop: _Shop) -> tuple[str, ...]:
    said = [place for place, token in enumerate(shop.tokens) if token.said in shop.lexicon.same]
    return (ALL,) if any(_stays(shop.tokens, place) for place in said) else ()
