"""What a text names: numbers, contacts, days, products, compared with this customer's own records first."""

import re
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from rapidfuzz import fuzz

from bot.model import Entities, Expected, Kind
from bot.ports import Known
from bot.records import Line, Order
from bot.understanding import ratings
from bot.understanding.addresses import find_postcodes
from bot.understanding.dates import find_dates, find_window
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.naming import find_items
from bot.understanding.normalise import Text, words_of
from bot.understanding.options import ANSWERS, find_options
from bot.understanding.orders import Span, find_orders, find_tracking, key_of
from bot.understanding.paying import find_methods
from bot.understanding.places import account_meant, source_orders
from bot.understanding.refusing import find_kept
from bot.understanding.scopes import find_interval, find_scope, names_everything

EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
PHONE = re.compile(r"(?<![\w#@.])(?:\+|00)?\(?\d(?:[\s().-]{0,2}\d){7,14}(?!\w)")
URL = re.compile(r"\b(?:https?://|www\.)\S{1,500}")
CODE = re.compile(r"(?<![\w#])\d(?:[ -]?\d){3,7}(?![\w])")
AMOUNT = re.compile(
    r"[$€£]\s?\d[\d.,]{0,15}|(?<![\d.,])\d[\d.,]{0,15}\s?(?:[$€£]|(?:usd|eur|euros?|dollars?|bucks)\b)", re.IGNORECASE
)
DATED = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b")
CURRENCIES = {"€": "EUR", "eur": "EUR", "£": "GBP", "usd": "USD", "dollar": "USD", "buck": "USD"}
OF_THEM = frozenset({"of", "pieces", "pcs", "units", "items", "piezas", "unidades", "stuck", "stuks", "pezzi", "x"})
BOTH = 2
ALL_OF_THEM = "all"
LAST_SENTENCE = re.compile(r"[.,;:!?\n]")
ORDER_NOUNS = frozenset({"order", "pedido", "commande", "bestellung", "ordine", "bestelling", "encomenda", "nr", "no"})
CLOSE = 88
MOST_WORDS = 120
MOST_LINES = 200
FEWEST_DIGITS_OF_A_PHONE = 9


def find_entities(text: Text, expected: Expected | None, known: Known, lexicon: Lexicon, country: str) -> Entities:
    """Everything the text names. A bare number is what was asked for, if something was."""
    clean, orders = text.clean, known.orders
    has_digits = any(character.isdigit() for character in clean)
    asked = expected.kind if expected else None
    emails = (
        tuple(dict.fromkeys(match.group().lower().strip("'.") for match in EMAIL.finditer(clean)))
        if "@" in clean
        else ()
    )
    paying = find_methods(text.plain, known.customer, lexicon)
    taken: list[Span] = [match.span() for pattern in (EMAIL, URL, AMOUNT, DATED) for match in pattern.finditer(clean)]
    tracking = find_tracking(clean, orders)
    taken += tracking.spans
    taken += [match.span() for digits in paying.digits for match in re.finditer(rf"(?<!\d){digits}(?!\d)", clean)]
    phones, spans = _phones(clean, orders, taken, country) if has_digits else ((), ())
    taken += spans
    numbers = find_orders(clean, orders, taken, asked=asked is Kind.ORDER_NUMBER) if has_digits else None
    order_numbers = numbers.numbers if numbers else ()
    taken_from = source_orders(clean, order_numbers, lexicon) if order_numbers else ()
    order_numbers = tuple(number for number in order_numbers if number not in taken_from)
    everything = names_everything(text, lexicon)
    out_of_it = _numbers_left_out(clean, orders, numbers.spans if numbers else (), lexicon)
    order_numbers = tuple(number for number in order_numbers if number not in out_of_it)
    naming = find_items(text, known, order_numbers, lexicon, everything=everything)
    part, others = any_of(lexicon.part, text.plain), any_of(lexicon.others, text.plain)
    if others and naming.left_out and not naming.items and not part:
        everything = True
        naming = find_items(text, known, order_numbers, lexicon, everything=True)
    orders_left_out = (*out_of_it, *_orders_of(naming.orders_left_out, orders))
    nothing = {*naming.left_out, *naming.orders_left_out}
    scope = find_scope(text, lexicon)
    if not scope and orders_left_out and not order_numbers and (others or everything):
        scope = ALL_OF_THEM
    return Entities(
        order_numbers=_not_asked_otherwise(order_numbers, orders, asked),
        tracking_numbers=tracking.numbers,
        emails=emails,
        phones=phones,
        postcodes=_postcodes(clean, country, asked, order_numbers) if has_digits else (),
        products=tuple(one for one in find_products(text, orders, lexicon) if one not in nothing),
        dates=find_dates(text, known.today.date(), lexicon, asked=asked is Kind.DATE, country=country),
        ratings=ratings.find_ratings(text, lexicon),
        amounts=find_amounts(clean) if has_digits else (),
        quantity=find_quantity(text, lexicon),
        options=find_options(text, known, lexicon),
        window=find_window(text, lexicon) or "",
        codes=find_codes(clean) if asked is Kind.CODE else (),
        everything=everything,
        items=naming.items,
        left_out=naming.left_out,
        kept_orders=find_kept(text, orders, lexicon, find_products),
        methods=paying.methods,
        scope=scope,
        every_days=find_interval(text, lexicon),
        on_top=any_of(lexicon.adding, text.plain),
        nothing_else=any_of(lexicon.restricting, text.plain),
        address_of=taken_from,
        for_account=account_meant(text, lexicon),
        removing=_goes_out(text.plain, lexicon),
        part=part,
        order_items=naming.order_items,
        orders_left_out=orders_left_out,
    )


def _numbers_left_out(clean: str, orders: Sequence[Order], spans: Sequence[Span], lexicon: Lexicon) -> tuple[str, ...]:
    """The customer's orders whose numbers stand behind "not", "keep", "except", and nowhere else."""
    out: list[str] = []
    meant: set[str] = set()
    own = {key_of(order.number): order.number for order in orders}
    for start, end in spans:
        number = own.get(key_of(clean[start:end].rsplit(maxsplit=1)[-1]))
        if number is None:
            continue
        before = [word for word in words_of(LAST_SENTENCE.split(clean[:start])[-1]) if word not in lexicon.articles]
        while before and before[-1] in (*lexicon.order_behind, *ORDER_NOUNS):
            before.pop()
        left = any(" ".join(before[-length:]) in lexicon.except_item for length in (1, 2, 3, 4) if before)
        if left:
            out.append(number)
        else:
            meant.add(number)
    return tuple(dict.fromkeys(number for number in out if number not in meant))


def _goes_out(plain: str, lexicon: Lexicon) -> bool:
    """Whether something is to go out of an order; "don't remove anything" says that it is not."""
    for pattern in lexicon.denied_acts:
        plain = pattern.sub(" ", plain)
    return any_of(lexicon.removing, plain)


def _orders_of(line_ids: Sequence[str], orders: Sequence[Order]) -> tuple[str, ...]:
    return tuple(order.number for order in orders if any(line.id in line_ids for line in order.lines))


def _postcodes(clean: str, country: str, asked: Kind | None, order_numbers: Sequence[str]) -> tuple[str, ...]:
    """Those that say so, and bare digits where one is asked for or stands beside the order number asked for."""
    found = find_postcodes(clean, country, asked=asked is Kind.CONTACT)
    if asked is not Kind.ORDER_NUMBER or len(order_numbers) < 2:
        return found
    return found or tuple(other for other in find_postcodes(clean, country, asked=True) if other != order_numbers[0])


def find_codes(clean: str) -> tuple[str, ...]:
    """Runs of four to eight digits, blanks and dashes between them left out."""
    return tuple(dict.fromkeys(re.sub(r"\D", "", match.group()) for match in CODE.finditer(clean)))


def find_amounts(clean: str) -> tuple[str, ...]:
    """Amounts of money: "39.99", with the ISO code behind it where a sign or a word says which currency."""
    found = []
    for match in AMOUNT.finditer(clean):
        number = _decimal(re.sub(r"[^\d.,]", "", match.group()).strip(".,"))
        code = next((code for sign, code in CURRENCIES.items() if sign in match.group().lower()), "")
        found.append(" ".join(filter(None, (number, code))))
    return tuple(dict.fromkeys(filter(None, found)))


def _decimal(written: str) -> str:
    """`1.299,50` and `1,299.50` as 1299.50: the last mark with one or two digits behind it parts the cents."""
    cents = re.search(r"[.,](\d{1,2})$", written)
    whole = re.sub(r"\D", "", written[: cents.start()] if cents else written)
    return f"{whole or '0'}.{cents[1]:0<2}" if cents else whole


def find_quantity(text: Text, lexicon: Lexicon) -> int | None:
    """How many of a thing: "2x", "three of them", "both"; a number that is only a number is none."""
    words = text.bare.split()[:MOST_WORDS]
    for place, word in enumerate(words):
        number = lexicon.dozen.get(word) or (None if word in lexicon.ordinals else lexicon.numbers.get(word))
        number = int(word) if word.isdecimal() and len(word) <= 2 else number
        following = words[place + 1] if place + 1 < len(words) else ""
        if number and following in OF_THEM:
            return number
        if lexicon.dozen.get(word) == BOTH:
            return BOTH
    times = re.search(r"(?<![\w-])(\d{1,2}) ?x(?![a-z\d])|(?<!\w)x ?(\d{1,2})\b", text.plain)
    return int(times[1] or times[2]) if times else None


def find_products(text: Text, orders: Sequence[Order], lexicon: Lexicon) -> tuple[str, ...]:
    """The lines that the words name best, by title first and by options where titles leave it open."""
    said = frozenset(word for word in text.bare.split()[:MOST_WORDS] if len(word) >= 3)
    lines = [line for order in orders for line in order.lines][:MOST_LINES]
    if not said or not lines:
        return ()
    named = [(score, line) for line in lines if (score := _title_score(line, said, lexicon.generic)) > 0]
    options = [line for line in lines if _names_option(line, said)]
    if not named:
        return tuple(dict.fromkeys(line.id for line in options))
    best = max(score for score, _ in named)
    winners = [line for score, line in named if score == best]
    both = [line for line in winners if line in options]
    return tuple(dict.fromkeys(line.id for line in both or winners))


def _title_score(line: Line, said: frozenset[str], generic: frozenset[str]) -> float:
    """The share of the title that is said; nothing unless its last word or half of it is."""
    title = tuple(word for word in _title_words(line.title) if word not in generic)
    if not title:
        return 0.0
    hits = [any(_alike(word, other) for other in said) for word in title]
    return sum(hits) / len(title) if hits[-1] or sum(hits) * 2 >= len(title) else 0.0


def _names_option(line: Line, said: frozenset[str]) -> bool:
    return any(
        all(word in said for word in words) for value in line.options.values() if (words := _option_words(value))
    )


@lru_cache(maxsize=8192)
def _title_words(title: str) -> tuple[str, ...]:
    return tuple(word for word in words_of(title) if len(word) >= 3 and not word.isdigit())


@lru_cache(maxsize=8192)
def _option_words(value: str) -> tuple[str, ...]:
    words = tuple(words_of(value))
    return words if all(len(word) >= 3 and word not in ANSWERS for word in words) else ()


@lru_cache(maxsize=65536)
def _alike(word: str, other: str) -> bool:
    if word == other or word.rstrip("s") == other.rstrip("s"):
        return True
    return len(word) >= 5 and len(other) >= 5 and word[0] == other[0] and fuzz.ratio(word, other) >= CLOSE


def _phones(
    clean: str, orders: Sequence[Order], taken: Sequence[Span], country: str
) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Valid numbers in E.164; one of the customer's own order numbers is never a phone."""
    own = {re.sub(r"\D", "", order.number) for order in orders}
    found: dict[str, Span] = {}
    for match in PHONE.finditer(clean):
        digits = re.sub(r"\D", "", match.group())
        inside = any(match.start() < end and start < match.end() for start, end in taken)
        if inside or digits in own or len(digits) < FEWEST_DIGITS_OF_A_PHONE:
            continue
        number = _e164(match.group(), country)
        if number:
            found.setdefault(number, match.span())
    return tuple(found), tuple(found.values())


@lru_cache(maxsize=1024)
def _e164(written: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _not_asked_otherwise(numbers: tuple[str, ...], orders: Sequence[Order], asked: Kind | None) -> tuple[str, ...]:
    """Where a code, a contact or an address was asked for, only a number that is one of the customer's is an order."""
    if asked not in (Kind.CODE, Kind.CONTACT, Kind.ADDRESS, Kind.DATE, Kind.RATING):
        return numbers
    own = {order.number for order in orders}
    return tuple(number for number in numbers if number in own)
