"""What of the options said of a thing tells which one it is, and what is wanted in its place; pure, and never a guess.

What stands behind "for", "to" is wanted, what stands behind "instead of" or "from" is what the thing has now; otherwise
an option tells which thing is meant where one has it, and is wanted where none does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.records import Line, Product
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.mentions import Mention
from bot.understanding.tokens import Token, led_by, value_tokens
from bot.understanding.values import Said, Vocabulary, values_of, vocabulary
from bot.understanding.variants import RANK, find_rank, says_no, sizes_of

ALL = "*"
STEPPED = ("size", "capacity", "storage", "length", "height", "diameter", "thickness", "pieces", "brightness")
NAMES_A_THING = 3  # letters
LONGEST_OTHER = 4  # words


@dataclass(slots=True)
class Thing:
    """A thing named, with the stretch of text that tells of it."""

    mention: Mention | None
    lines: list[Line]
    start: int
    end: int = 0
    again: list[Mention] = field(default_factory=list)  # named again in what it is to be: "for a red bottle"
    other: str | None = None
    plural: str = ""  # both, all


@dataclass(frozen=True, slots=True)
class Telling:
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


def having(lines: Sequence[Line], options: Mapping[str, str]) -> list[Line]:
    return [line for line in lines if all(line_has(line, name, value) for name, value in options.items())]


def line_has(line: Line, name: str, value: str) -> bool:
    own = line.options.get(name)
    return own is not None and (own == value or value_tokens(own) == value_tokens(value))


def roles(said: Sequence[Said], thing: Thing, telling: Telling) -> tuple[dict[str, str], dict[str, str]]:
    """The options that tell which line is meant, and those that are wanted."""
    own: dict[str, str] = {}
    wanted: dict[str, str] = {}
    beside: dict[str, str] = {}  # behind "in" or "with", where that may say what is wanted
    roles = [(one, _role(one, thing, telling)) for one in said]
    plainly = any(role == "wanted" for _, role in roles)
    unnamed = thing.mention is None and (telling.swap or bool(kept_at_all(telling)))
    for one, role in roles:
        has = any(line_has(line, one.option, one.value) for line in thing.lines)
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


def _role(one: Said, thing: Thing, telling: Telling) -> str:
    """By the words before it: `wanted`, `not` (as it is now), `kept`, `weak` (behind "in" or "with"), or `either`."""
    lexicon, tokens = telling.lexicon, telling.tokens
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
        if before in lexicon.into_strong and telling.swap:
            return "wanted"
        broken = broken or (place < one.start and tokens[place + 1].parted)
        if before in lexicon.into_weak and not (broken or tokens[place].parted):
            role = "wanted" if any_of(lexicon.replacing, telling.plain) else "weak"
        if thing.mention and begin and before in lexicon.wanting:
            return "wanted"
        joined = joined and not tokens[place].parted and before not in lexicon.into_weak | {"but"}
    return "wanted" if telling.swap and _instead(one, thing, telling) else role


def _instead(one: Said, thing: Thing, telling: Telling) -> bool:
    """Whether "instead" stands behind, and not "instead of"."""
    for place in range(one.end, min(thing.end, len(telling.tokens))):
        if telling.tokens[place].said in telling.lexicon.instead_behind:
            behind = " ".join(token.said for token in telling.tokens[max(0, place - 1) : place + 2])
            return not any(phrase in behind for phrase in telling.lexicon.instead_of)
    return False


def kept(thing: Thing, known: Vocabulary, telling: Telling) -> tuple[str, ...]:
    """The options said to stay: "same backlight and size"; `*` where all else does."""
    kept: dict[str, None] = {}
    for place in range(thing.start, thing.end):
        if telling.tokens[place].said not in telling.lexicon.same:
            continue
        named: dict[str, None] = {}
        for other in range(place + 1, min(place + 8, thing.end)):
            if telling.tokens[other].parted and not named:
                break
            here = known.names(telling.tokens[other].word)
            named |= dict.fromkeys(sorted(here))
            if telling.tokens[other].said in telling.lexicon.into_weak | {"but"} and named:
                break
        kept |= named or ({ALL: None} if _stays(telling.tokens, place) else {})
    return tuple(kept)


def _stays(tokens: Sequence[Token], place: int) -> bool:
    """`everything else the same`, `the same one`."""
    around = {token.said for token in tokens[max(0, place - 4) : place + 3]}
    return bool(around & {"else", "otherwise", "thing", "one", "item", "model", "rest", "everything", "exact"})


def ranked(thing: Thing, things: Sequence[Thing], telling: Telling) -> dict[str, str]:
    rank = find_rank(_said(thing, things, telling), telling.lexicon)
    return {RANK: rank} if rank else {}


def _said(thing: Thing, things: Sequence[Thing], telling: Telling) -> str:
    """The words of the thing's own stretch; of the only thing, all of them."""
    if len(things) <= 1:
        return " ".join(token.said for token in telling.tokens)
    return " ".join(token.said for token in telling.tokens[thing.start : thing.end])


def stepped(
    thing: Thing, lines: Sequence[Line], wanted: Mapping[str, str], telling: Telling, things: Sequence[Thing] = ()
) -> dict[str, str]:
    """`a size up`, `larger`: of the option that has sizes."""
    said = _said(thing, things, telling)
    step, match = next(
        ((name, match) for name, pattern in telling.lexicon.steps if (match := pattern.search(said))), (None, None)
    )
    if step is None or match is None or not (telling.swap or wanted or " " in match.group()):
        return {}
    names = {name for line in lines for name in line.options}
    products = [product for line in lines if (product := telling.products.get(line.product_id or ""))]
    known = telling.vocabulary(lines)
    beside = {name for token in telling.tokens[thing.start : thing.end] for name in known.names(token.word)}
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


def other_wanted(thing: Thing, said: Sequence[Said], known: Vocabulary, telling: Telling) -> str | None:
    """The words for another product that is wanted in its place: "for a tent"."""
    if not telling.swap or thing.mention is None or thing.again or ranked(thing, (thing, thing), telling):
        return None
    words, behind = telling.lexicon, range(thing.mention.end, thing.end - 1)
    starts = [
        place + 2
        for place in behind
        if telling.tokens[place].said in words.into_strong and telling.tokens[place + 1].said in words.some
    ]
    for start in starts:
        found = _noun(start, thing.end, telling)
        ours = any(known.names(telling.tokens[place].word) for place in range(start, start + len(found)))
        if ours or any(start <= one.start < start + max(len(found), 1) for one in said):
            return None
        if found and len(found) <= LONGEST_OTHER and len(found[-1]) >= NAMES_A_THING:
            return " ".join(found)
    return None


def _noun(start: int, end: int, telling: Telling) -> list[str]:
    """The words from there on that may name a thing."""
    words = telling.lexicon
    ends = words.into_weak | words.after_size | words.articles | words.no_thing
    found: list[str] = []
    for token in telling.tokens[start : min(start + LONGEST_OTHER + 1, end)]:
        if token.parted or token.said in ends or not token.said.isalpha():
            break
        found.append(token.said)
    return found


def kept_at_all(telling: Telling) -> tuple[str, ...]:
    """`*` where all that is not said otherwise is to stay."""
    said = [place for place, token in enumerate(telling.tokens) if token.said in telling.lexicon.same]
    return (ALL,) if any(_stays(telling.tokens, place) for place in said) else ()
