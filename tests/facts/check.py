"""Holds a text against what may be said: each fact-like piece is traced to a record, a reckoning or the shop's files.

Knows neither flows nor templates. What cannot be traced is an exception, told with the piece and why.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from babel import Locale
from babel.units import format_unit

from tests.e2e.retail import TOLD
from tests.facts import merchant
from tests.facts.scope import SHOP_ZONE, Record, Scope, moment
from tests.facts.tokens import CLOCK, LANGUAGES, NUMBER, WORD, Day, Token, clock, fold, spelt_out, tokens

FEWEST = 3  # letters of a text of a record before it is looked for as a whole
STOCKED = ("product.", "recommend.", "alert.", "reorder.", "items.", "notice.")  # replies that may tell a stock
CODE_KEYS = ("identity.code", "account.code")  # a one-time code: its digits stand on record as a digest alone
CURRENCY = re.compile("[A-Z]{3}")  # belongs to the amount before it
NOT_ALNUM = re.compile(r"[\W_]")
SPANS = ("day", "week", "month", "year", "hour", "minute")
UNITS = {
    "days": r"day|d[ií]a|jour|tag|werktag|giorn|dag|werkdag",
    "hours": r"hour|hora|heure|stunde|or[ae]\b|uur",
    "minutes": r"min",
    "months": r"month|mes|mois|monat|mês|maand",
    "years": r"year|año|an\b|ans\b|jahr|ano|ann[oi]|jaar",
}


def unexplained(text: str, keys: Sequence[str], language: str, scope: Scope) -> list[str]:
    """Everything in the text that nothing on record, no rule and no word of the merchant's accounts for."""
    return list(_Reply(text, keys, language, scope).exceptions())


class _Reply:
    """One text while it is held against a scope."""

    def __init__(self, text: str, keys: Sequence[str], language: str, scope: Scope) -> None:
        self.text = text
        self.keys = keys
        self.language = language.split("-", maxsplit=1)[0] if language[:2] in LANGUAGES else "en"
        self.scope = scope.about(text)
        self.said = merchant.literals(keys, language)
        self.written = "\n".join(self.scope.texts)
        self.strings = self.scope.strings()
        self.folded = {fold(one) for one in self.strings}

    def exceptions(self) -> Iterator[str]:
        left = self.text
        for whole in sorted(self.strings, key=len, reverse=True):
            if len(whole) >= FEWEST and re.search(r"[^\W\d_]", whole) and not CURRENCY.fullmatch(whole):
                left = re.sub(rf"(?<![\w#-]){re.escape(whole)}(?![\w-])", "\x00", left)
        for token in tokens(left, self.language):
            if not getattr(self, f"_is_{token.kind}")(token):
                yield f"{token.kind} {token.text!r}"
        yield from self._wrong_quantities()
        yield from self._wrong_states()

    # -- each kind of token: whether it is accounted for --------------------------------------------------------------

    def _is_link(self, token: Token) -> bool:
        return token.text in self.strings or token.text in self.said or "/u/" in token.text

    def _is_mail(self, token: Token) -> bool:
        return fold(token.text) in self.folded or token.text.casefold() in self.written.casefold()

    def _is_phone(self, token: Token) -> bool:
        digits = re.sub(r"\D", "", token.text)
        known = [re.sub(r"\D", "", one) for one in (*self.strings, self.said, self.written)]
        return fold(token.text) in self.folded or any(len(digits) > 6 and digits in one for one in known)

    def _is_money(self, token: Token) -> bool:
        return abs(token.value) in self.amounts or token.text in self.said or token.text in self.strings

    def _is_share(self, token: Token) -> bool:
        known = (self.said, *self.strings)  # "80%" is an option of a keyboard
        return int(token.value) in self.rules["percent"] or any(token.text in one for one in known)

    def _is_day(self, token: Token) -> bool:
        day: Day = token.value
        return any(_same(day, at.astimezone(zone), self.scope.now) for at in self.days for zone in self.zones)

    def _is_clock(self, token: Token) -> bool:
        return token.value in self.clocks

    def _is_code(self, token: Token) -> bool:
        bare = token.text.lstrip("#").casefold()
        if bare in self.numerals or any(bare == one.casefold().lstrip("#") for one in self.strings):
            return True
        joined = NOT_ALNUM.sub("", bare)  # an order number as the sender spelt it
        return len(joined) >= FEWEST and joined in NOT_ALNUM.sub("", self.written.casefold())

    def _is_number(self, token: Token) -> bool:
        if token.text in self.numerals or self._is_code_of_ours(token):
            return True
        if token.value != int(token.value):
            return False
        number = int(token.value)
        for unit, names in UNITS.items():
            if re.match(rf"[^.\n\x00×]{{0,16}}?\b(?:\w+ )?(?:{names})", token.after, re.IGNORECASE):
                return number in self.rules[unit] or (unit == "days" and self._is_of_days(number))
        if number in self.counts or self._is_in_a_list(number):
            return True
        return number in self.rules["quantity"] or (token.before.endswith("-") and number in self.month_days)

    def _is_word(self, token: Token) -> bool:
        word = fold(token.text)
        return len(word) == 1 or word in self.words or word in _calendar(self.language)

    def _is_code_of_ours(self, token: Token) -> bool:
        return any(key in CODE_KEYS for key in self.keys) and re.fullmatch(r"\d{6}", token.text) is not None

    def _is_of_days(self, number: int) -> bool:
        """How often a subscription comes; only of parcels is it said for how long nothing has moved."""
        parcels = any(key.startswith(("wismo.", "problem.", "notice.")) for key in self.keys)
        return number in self.scope.paces() or (parcels and number in self.scope.days_since())

    def _is_in_a_list(self, number: int) -> bool:
        """Whether it merely counts the lines of a list: the line above begins with the number before."""
        return re.search(rf"(?m)^{number - 1}\. .*\n{number}\. ", self.text) is not None

    # -- what is known, each worked out when it is first asked --------------------------------------------------------

    @cached_property
    def amounts(self) -> set[Decimal]:
        return self.scope.amounts()

    @cached_property
    def counts(self) -> set[int]:
        stock = self.scope.stock() if any(key.startswith(STOCKED) for key in self.keys) else set()
        return self.scope.counts() | stock | spelt_out(self.written)

    @cached_property
    def days(self) -> list[datetime]:
        return list(self.scope.days())

    @cached_property
    def rules(self) -> dict[str, set[int]]:
        return merchant.rules(tuple(self.keys))

    @cached_property
    def zones(self) -> set[ZoneInfo]:
        return {self.scope.zone, SHOP_ZONE}

    @cached_property
    def clocks(self) -> set[time | None]:
        return set(self._clocks())

    @cached_property
    def month_days(self) -> set[int]:
        return {at.astimezone(zone).day for at in self.days for zone in self.zones}

    @cached_property
    def numerals(self) -> set[str]:
        return set(self._numerals())

    @cached_property
    def words(self) -> set[str]:
        return {fold(word) for text in self._texts() for word in WORD.findall(text)}

    def _texts(self) -> Iterator[str]:
        yield self.said
        yield self.written
        yield from self.strings

    def _numerals(self) -> Iterator[str]:
        for text in (self.said, self.written):
            yield from (match[0] for match in NUMBER.finditer(text))
            yield from (part.casefold() for part in re.split(r"[\s,;()\"]+", text) if re.search(r"\d", part))
        for text in self.strings:
            if re.search(r"[^\W\d_]", text) is None:
                yield text

    def _clocks(self) -> Iterator[time | None]:
        local = (at.astimezone(zone).time() for at in self.days for zone in self.zones)
        yield from (at.replace(second=0, microsecond=0) for at in local)
        yield from (time.fromisoformat(part) for part in merchant.opening_hours())
        yield from (clock(match) for match in CLOCK.finditer(self.said))

    def _wrong_quantities(self) -> Iterator[str]:
        """`4 × Merino Socks` of an order that has two, where orders are named and the customer named no such number."""
        if not self.scope.narrowed:
            return
        for line in self.scope.lines():
            most = max(one["quantity"] for one in self.scope.lines() if one["title"] == line["title"])
            for said in re.findall(rf"(?<!\w)(\d+) [x×] {re.escape(line['title'])}", self.text):
                if int(said) > most and said not in self.numerals and int(said) not in spelt_out(self.written):
                    yield f"quantity {said} × {line['title']}, of {most}"

    # -- what is said of an order's state -----------------------------------------------------------------------------

    def _wrong_states(self) -> Iterator[str]:
        """A state told of the one order named that its record does not have; nothing where several are named."""
        orders = (*self.scope.orders, *self.scope.status_only)
        named = [one for one in orders if one["number"] in self.text]
        if len(named) != 1 or len(orders) != 1 or any(key.startswith(("refund.", "receipt.")) for key in self.keys):
            return  # money and mails are on their way too
        events = [event["status"] for parcel in named[0]["shipments"] for event in parcel["events"]]
        if "attempt_failed" not in events and any(words in self.text for words in ATTEMPTED):
            yield "state 'attempt failed', which no carrier told"
        place = LANGUAGES_OF_TOLD.index(self.language)
        true = states_of(named[0], self.scope.now)
        told = {state for state, words in TOLD.items() if words[place] in self.text}
        if told and not told & true:
            yield f"state {sorted(told)}, not {sorted(true)}"


#: How a delivery that failed is told, in the languages in turn.
ATTEMPTED = (
    "tried to deliver",
    "couldn't deliver",
    "intentó entregar",
    "a tenté de livrer",
    "das hat aber nicht geklappt",
    "tentou entregar",
    "ha provato a consegnare",
    "maar dat lukte niet",
)
LANGUAGES_OF_TOLD = ("en", "es", "de", "fr", "pt", "it", "nl")


def states_of(order: Record, now: datetime) -> set[str]:
    """How each parcel of the order stands, as the carrier and the clock have it."""
    if order["status"] in ("pending", "cancelled") or not order["shipments"]:
        return {order["status"], *({"in transit"} if order["status"] == "shipped" else ())}
    found: set[str] = set()
    for parcel in order["shipments"]:
        events = sorted(parcel["events"], key=lambda one: moment(one["at"]) or now)
        last = events[-1]["status"] if events else "unknown"
        late = bool(parcel.get("promised_at")) and (moment(parcel["promised_at"]) or now) < now
        found |= {"delivered"} if last == "delivered" else {"packed"} if last == "pre_transit" else set()
        if last not in ("delivered", "pre_transit"):
            found |= {"in transit", *({"out for delivery"} if last == "out_for_delivery" else ())}
            found |= {"late"} if late or any(one.get("reason") == "delayed" for one in events) else set()
    return found


def _same(said: Day, known: datetime, now: datetime) -> bool:
    """Whether this day, with what was said of year, weekday and time, is that moment in its zone."""
    if (said.month, said.day) != (known.month, known.day):
        return False
    if said.year is None and known.year != now.astimezone(known.tzinfo).year:
        return False
    if said.year not in (None, known.year) or said.weekday not in (None, known.weekday()):
        return False
    return said.at is None or said.at == known.time().replace(second=0, microsecond=0)


@cache
def _calendar(language: str) -> frozenset[str]:
    """The words of CLDR that go with days and spans, in this language."""
    locale = Locale.parse(language)
    every = [width for what in (locale.days, locale.months) for widths in what.values() for width in widths.values()]
    names = [str(name) for width in every for name in dict(width).values()]
    spans = [format_unit(count, unit, locale=locale) for unit in SPANS for count in (1, 2)]
    lists = [str(part) for style in ("standard", "or") for part in locale.list_patterns[style].values()]
    return frozenset(fold(word) for text in (*names, *spans, *lists) for word in WORD.findall(text))
