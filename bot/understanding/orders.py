"""Order and tracking numbers in a text, compared with the customer's own first.

An order number is the customer's when it is theirs exactly, the last four or more of one of theirs, or one slip away
from exactly one of theirs. Otherwise it is what looks like one: phones, amounts, dates and tracking numbers are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.records import Order

Span = tuple[int, int]

TOKEN = re.compile(
    r"(?<![\w@.,/+$€£:-])(#\s?)?([A-Za-z]{0,6}[-_ ]?\d[\dA-Za-z]{1,15}(?:-[\dA-Za-z]{1,10}){0,3})(?![\w@%€$£]|[.,:/]\d)"
)
ORDER_WORD = re.compile(
    r"\b(?:orders?|ordr|number|num|no|nr|n|ref|reference|confirmation|purchase|invoice|pedidos?|numero|commande|bestellung|"
    r"bestellnummer|auftrag|encomenda|ordine|bestelling|bestelnummer|ends? in|ending(?: in| with)?|digits)"
    r"(?:\s+(?:is|number|no|nr|id|es|ist|est|e|numero|nummer|n|was|called|with|from|are|it s|my))*[\s.:#°º=-]*$",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"^\d+(?:st|nd|rd|th|am|pm|h|v|w|kg|g|mg|ml|cl|l|cm|mm|m|in|ft|oz|lb|lbs|x|k|gb|mb|d|hrs?|mins?|days?)$",
    re.IGNORECASE,
)
TRACKING = re.compile(
    r"(?<![\w@])(?:1Z(?:\s?[0-9A-Z]){16}|TBA\d{10,14}|JD\d{16,20}|JJD\d{14,20}|[A-Z]{2}\s?\d{9}\s?[A-Z]{2}"
    r"|9\d{3}(?:\s?\d{4}){4}(?:\s?\d{2,6})?|\d{18,34})(?!\w)",
    re.IGNORECASE,
)
TWELVE_OR_MORE = re.compile(r"(?<![\w@+])\d{12,22}(?!\w)")
SHORTEST_SUFFIX = 4
SHORTEST_SLIP = 7
FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Found:
    numbers: tuple[str, ...]
    spans: tuple[Span, ...]


def key_of(number: str) -> str:
    """What equal numbers share: upper case, without `#`, blanks and dashes."""
    return re.sub(r"[\s#_-]", "", number).upper()


def written(number: str) -> str:
    """As written, upper-cased, without `#` and blanks."""
    return re.sub(r"[\s#]", "", number).upper()


def find_tracking(clean: str, orders: Sequence[Order]) -> Found:
    """The customer's own tracking numbers that the text names, else what has the shape of one."""
    compact = key_of(clean)
    own = [
        parcel.tracking_number
        for order in orders
        for parcel in order.shipments
        if len(parcel.tracking_number) >= 8 and key_of(parcel.tracking_number) in compact
    ]
    matches = [*TRACKING.finditer(clean), *TWELVE_OR_MORE.finditer(clean)]
    shaped = [key_of(match.group()) for match in matches]
    known = {key_of(number) for number in own}
    numbers = tuple(dict.fromkeys([*own, *(number for number in shaped if number not in known)]))
    return Found(numbers, tuple(match.span() for match in matches))


def find_orders(clean: str, orders: Sequence[Order], taken: Sequence[Span], *, asked: bool = False) -> Found:
    """Order numbers, most likely first. `taken` are stretches that mean something else; `asked` says that an order
    number is the open question, so that anything with three digits may be one."""
    own = {key_of(order.number): order.number for order in orders}
    ranked: list[tuple[int, str]] = []
    spans: list[Span] = []
    for match in TOKEN.finditer(clean):
        if sum(character.isdigit() for character in match.group(2)) < FEWEST_DIGITS or _overlaps(match.span(), taken):
            continue
        marked = match.group(1) is not None
        rank, numbers = _judge(match.group(2), own, clean, match.start(), marked or asked)
        ranked += [(rank, number) for number in numbers]
        if numbers:
            spans.append(match.span())
    ordered = [number for _, number in sorted(ranked, key=lambda entry: entry[0])]
    return Found(tuple(dict.fromkeys(ordered)), tuple(spans))


def _judge(token: str, own: dict[str, str], clean: str, start: int, marked: bool) -> tuple[int, list[str]]:
    for candidate in dict.fromkeys((token, token.rsplit(" ", maxsplit=1)[-1])):
        mine = _own(key_of(candidate), own)
        if mine:
            return mine
    if " " in token:
        start += token.rindex(" ") + 1
        token = token[token.rindex(" ") + 1 :]
    bare = token.isdigit() and clean.strip(" .!?#\n") == token and 4 <= len(token) <= 10
    before = clean[max(0, start - 40) : start]
    if UNIT.match(token):
        return 9, []
    lettered = bool(re.match(r"[A-Za-z]{1,6}-?\d{3,}", token)) and sum(map(str.isdigit, token)) >= FEWEST_DIGITS
    if marked or bare or lettered or ORDER_WORD.search(before):
        return 4, [written(token)]
    return 9, []


def _own(key: str, own: dict[str, str]) -> tuple[int, list[str]] | None:
    if key in own:
        return 0, [own[key]]
    if len(key) >= SHORTEST_SUFFIX:
        ending = [number for known, number in own.items() if known.endswith(key)]
        if ending:
            return 1, ending
    if len(key) >= SHORTEST_SLIP:
        near = [number for known, number in own.items() if OSA.distance(key, known, score_cutoff=1) <= 1]
        if len(near) == 1:
            return 2, near
    return None


def _overlaps(span: Span, taken: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)
