"""Which question about money or one's orders as a whole a text asks, and what it says beside that.

Looked for by rules alone, sentence by sentence. Decides what is asked, never what is true.
"""

import re
from dataclasses import dataclass

from bot.model import Expected, Kind
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import Text, fold, words_of

INTENT = "money"
BACK, DIFFERENCE, TOTAL, BALANCE, VARIANTS, SHORT = "back", "difference", "total", "balance", "variants", "short"
SEVERAL = "several"  # of a total: of more than one order
SORTED = "sorted"  # of a list: by price
MOST_COUNTED = 9  # orders
CANCEL, RETURN, REMOVE = "cancel", "return", "remove"
#: Where several kinds are found in a sentence the first stands; a balance may be asked for beside it.
KINDS = (
    "paid",
    BALANCE,
    "methods",
    "charged",
    "only",
    "dearest",
    "cheapest",
    "newest",
    "oldest",
    BACK,
    "count",
    VARIANTS,
    DIFFERENCE,
    "list",
    TOTAL,
    SHORT,
)
RANKS = frozenset({"dearest", "cheapest", "newest", "oldest"})
#: Told of the sender themselves, whoever asks; the others need orders that are known to be theirs.
OF_THE_SENDER = frozenset({"paid", BALANCE, "methods", "list"})
MOST_SENTENCES = 24
MOST_ASKED = 2
FEWEST_BEFORE = 3  # words before a question that may be a matter of their own
LONGEST = 300  # characters of a sentence
FIGURE = re.compile(r"[$€£]\s?\d|(?<![\w.,])\d+(?:[.,]\d{3})*[.,]\d{2}(?![\d.,]\d)")  # "so I get 12.50 back, right?"
_ENDS = re.compile(r"[.!?;]+(?=\s|$)|\n+")
_PARTED = re.compile(
    r"[,:]\s+(?:(?:and|but|y|pero|e|mas|ma|et|mais|und|aber|en|maar|also|so)\s)?"
    r"|\s(?:and|but|y|pero|e|mas|ma|et|mais|und|aber|en|maar)\s"
)


@dataclass(frozen=True, slots=True)
class Questions:
    """`kinds` are what is asked, `back` with how behind a dot ("back.cancel"); `said` the words that ask, folded;
    `rest` what is said beside."""

    kinds: tuple[str, ...]
    said: str
    rest: str


def find_money(text: Text, expected: Expected | None, lexicon: Lexicon) -> Questions | None:
    """What is asked about money, or None."""
    kinds: list[str] = []
    said: list[str] = []
    rest: list[str] = []
    for sentence in _sentences(text.clean):
        plain = fold(sentence)
        found = _kinds(plain, expected, lexicon) if len(plain) <= LONGEST else ()
        if not found:
            rest.append(sentence)
            continue
        start = _start(plain, found[0], lexicon)
        before = plain[:start].strip(" ,:")
        if found[0][0] in RANKS and how_said(plain, lexicon):
            rest.append(sentence)  # "cancel my cheapest order" asks and wants
        elif before:
            rest.append(before + ".")
        said.append(plain[start:].strip(" ,:"))
        kinds += [kind for kind, _ in found]
    if not kinds:
        return None
    asked = _with_how(tuple(dict.fromkeys(kinds)), " ".join(said), lexicon)
    return Questions(asked[:MOST_ASKED], " ".join(said), " ".join(rest).strip())


def _sentences(clean: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in _ENDS.finditer(clean):
        found.append(clean[start : match.end()].strip())
        start = match.end()
    found.append(clean[start:].strip())
    return [one for one in found if one][:MOST_SENTENCES]


def _kinds(plain: str, expected: Expected | None, lexicon: Lexicon) -> tuple[tuple[str, int], ...]:
    """The kinds that a sentence asks for, each with where it is found; none where it asks about something else."""
    if any_of(lexicon.money_not, plain):
        return ()
    found: dict[str, int] = {}
    for kind, pattern in lexicon.money:
        match = pattern.search(plain)
        if match and kind not in found and _fits(kind, expected):
            found[kind] = match.start()
    supposed = _supposed(plain, lexicon)
    if supposed is not None and not found.keys() & {"paid", BALANCE, "only"}:
        found[BACK] = min(supposed, found.get(BACK, supposed))
    if not found and expected and "yes" in expected.binding:
        starts = [one.start() for pattern in lexicon.money_how_much if (one := pattern.search(plain))]
        starts += [one.start() for one in FIGURE.finditer(plain) if "?" in plain]
        found = {SHORT: min(starts)} if starts else {}
    first = next((kind for kind in KINDS if kind in found), None)
    if first is None:
        return ()
    kinds = [first, *((BALANCE,) if first == "paid" and BALANCE in found else ())]
    return tuple((kind, found[kind]) for kind in kinds)


def _supposed(plain: str, lexicon: Lexicon) -> int | None:
    """Where it is asked how much would come of a cancellation or a return that is only supposed."""
    asked = next((match for one in lexicon.money_amount if (match := one.search(plain))), None)
    if asked is None or not any_of(lexicon.money_supposed, plain) or not how_said(plain, lexicon):
        return None
    return asked.start()


def _fits(kind: str, expected: Expected | None) -> bool:
    """Some are only asked about what lies open: "total?", "what does each cost?"."""
    if kind == VARIANTS:
        return expected is not None and expected.kind is Kind.VARIANT
    return kind != SHORT or expected is not None


def _start(plain: str, found: tuple[str, int], lexicon: Lexicon) -> int:
    """Where the question begins: what stands before it is a matter of its own, unless it is what is supposed."""
    before = plain[: found[1]]
    for cut in reversed(list(_PARTED.finditer(before))):
        apart = before[: cut.start()]
        if len(words_of(apart)) >= FEWEST_BEFORE and not any_of(lexicon.money_supposed, apart):
            return cut.end()
    return 0


def _with_how(kinds: tuple[str, ...], said: str, lexicon: Lexicon) -> tuple[str, ...]:
    hows = {
        BACK: how_said(said, lexicon),
        TOTAL: _how_many(said, lexicon) if any_of(lexicon.money_several, said) else "",
        "list": SORTED if any_of(lexicon.money_sorted, said) else "",
    }
    plain = [TOTAL if kind == SHORT else kind for kind in kinds]
    return tuple(f"{kind}.{hows[kind]}" if hows.get(kind) else kind for kind in dict.fromkeys(plain))


def _how_many(said: str, lexicon: Lexicon) -> str:
    """`several`, or how many orders where a number is said."""
    words = [word for word in words_of(said) if word not in lexicon.ordinals]
    numbers = [int(word) if word.isdigit() else lexicon.numbers.get(word, 0) for word in words]
    return next((str(number) for number in numbers if 1 < number <= MOST_COUNTED), SEVERAL)


def how_said(said: str, lexicon: Lexicon) -> str:
    """`cancel`, `return` or `remove`: what the money would come back by, where that is said."""
    for how, patterns in (
        (CANCEL, lexicon.money_cancel),
        (RETURN, lexicon.money_return),
        (REMOVE, lexicon.money_remove),
    ):
        if any_of(patterns, said):
            return how
    return ""
