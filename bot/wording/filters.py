"""What templates may do with facts: money, days, times and lists, as people write them where the recipient is.

Every filter is a pure function of its value and of `Reader`: the recipient's locale, zone and, when known, the moment.
Moments may come as aware datetimes or as ISO text, since outcomes of actions are stored as JSON.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_timedelta, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit
from jinja2 import pass_context
from jinja2.runtime import Context

from bot.errors import WordingError
from bot.records import Money

READER = "_reader"
WEEK_DAYS = 7
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom words are formatted. `now` makes relative times possible; without it they are said as days."""

    locale: Locale
    zone: tzinfo
    currency: str
    now: datetime | None = None


def _reader(context: Context) -> Reader:
    reader: Reader = context[READER]
    return reader


def _local(value: Any, reader: Reader) -> datetime:
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise WordingError("a moment without a time zone cannot be said")
        return value.astimezone(reader.zone)
    if isinstance(value, date):
        return datetime.combine(value, time(12), tzinfo=reader.zone)
    raise WordingError(f"{_kind(value)} is not a moment")


def _parsed(text: str) -> datetime | date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise WordingError("a text that is not an ISO day or moment cannot be said as one") from error


def _kind(value: Any) -> str:
    return "what is not known" if value is None else f"a {type(value).__name__}"


def _skeleton(skeleton: str, value: Any, reader: Reader) -> str:
    moment = _local(value, reader)
    if reader.now and moment.year != reader.now.astimezone(reader.zone).year and "d" in skeleton:
        skeleton = "y" + skeleton
    return _plain(format_skeleton(skeleton, moment, tzinfo=reader.zone, locale=reader.locale))


def _clock(reader: Reader) -> str:
    """The CLDR skeleton of a time of day in this locale's own clock, 12 or 24 hours."""
    return "hm" if "a" in reader.locale.time_formats["short"].pattern else "Hm"


def _plain(text: str) -> str:
    """Narrow and no-break spaces become blanks: they would turn a GSM-7 message into UCS-2."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2009", " ")


@pass_context
def money(context: Context, value: Any, currency: str | None = None) -> str:
    """`{{ order.total|money }}` → $12.50; a bare number takes the currency given, else the shop's."""
    reader = _reader(context)
    if isinstance(value, Money):
        value, currency = value.amount, value.currency
    elif isinstance(value, Mapping) and "amount" in value:
        value, currency = value["amount"], value.get("currency", currency)
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise WordingError(f"{_kind(value)} is not an amount of money")
    try:
        amount = Decimal(value)
    except ArithmeticError as error:
        raise WordingError("a text that is not a number cannot be said as money") from error
    return _plain(format_currency(amount, currency or reader.currency, locale=reader.locale))


@pass_context
def say_date(context: Context, value: Any) -> str:
    """Friday, November 27; with the year when it is not this one."""
    reader = _reader(context)
    moment = _local(value, reader)
    other_year = reader.now is not None and moment.year != reader.now.astimezone(reader.zone).year
    return _plain(format_date(moment.date(), _long_pattern(reader.locale, other_year), locale=reader.locale))


@lru_cache(maxsize=64)
def _long_pattern(locale: Locale, year: bool) -> str:
    """The locale's own order of weekday, day and month, in full. CLDR lists it with short names only."""
    prefix = "y" if year else ""
    known = locale.datetime_skeletons
    found = next(known[name] for name in (f"{prefix}MMMMEd", f"{prefix}MMMEd", f"{prefix}MEd") if name in known)
    parts = str(found.pattern).split("'")
    parts[::2] = [re.sub("M{3,}|L{3,}", "MMMM", re.sub("E+|c+", "EEEE", part)) for part in parts[::2]]
    return "'".join(parts)


@pass_context
def day(context: Context, value: Any) -> str:
    """Fri, Nov 27."""
    return _skeleton("MMMEd", value, _reader(context))


@pass_context
def say_time(context: Context, value: Any) -> str:
    """9:14 AM or 09:14, as the language writes it."""
    reader = _reader(context)
    return _skeleton(_clock(reader), value, reader)


@pass_context
def moment(context: Context, value: Any) -> str:
    """Fri, Nov 27, 9:14 AM."""
    reader = _reader(context)
    return f"{_skeleton('MMMEd', value, reader)}, {_skeleton(_clock(reader), value, reader)}"


@pass_context
def window(context: Context, start: Any, end: Any = None) -> str:
    """`{{ start|window(end) }}` → 10:00 AM – 2:00 PM on one day, Nov 27 – 29 over several."""
    reader = _reader(context)
    first, last = _local(start, reader), _local(end if end is not None else start, reader)
    if first == last:
        return _skeleton("MMMEd", first, reader)
    skeleton = _clock(reader) if first.date() == last.date() else "MMMd"
    text = format_interval(first, last, skeleton, tzinfo=reader.zone, locale=reader.locale)
    return _plain(text).replace("\u2013", "-").replace(" - ", "-")


@pass_context
def ago(context: Context, value: Any) -> str:
    """2 days ago; the day and time when the present moment was not given."""
    reader = _reader(context)
    if reader.now is None:
        return str(moment(context, value))
    return _plain(format_timedelta(_local(value, reader) - reader.now, add_direction=True, locale=reader.locale))


@pass_context
def say_list(context: Context, values: Sequence[Any], joined: str = "and") -> str:
    """`a, b, and c`, or with "or"."""
    style = {"and": "standard", "or": "or"}.get(joined)
    if style is None:
        raise WordingError('list joins with "and" or with "or"')
    return format_list([str(value) for value in values], style=style, locale=_reader(context).locale)  # type: ignore[arg-type]


@pass_context
def plural(context: Context, number: Any, one: str, other: str, **forms: str) -> str:
    """`{{ n }} {{ n|plural("item", "items") }}`; languages with more forms name them: few="…", many="…"."""
    form = _reader(context).locale.plural_form(number)
    return {"one": one, "other": other, **forms}.get(form, other)


@pass_context
def number(context: Context, value: Any) -> str:
    """1,234 or 1.234."""
    return _plain(format_decimal(value, locale=_reader(context).locale))


@pass_context
def hours(context: Context, business_hours: Mapping[str, Sequence[str]]) -> str:
    """`{{ shop.hours|hours }}` → Mon-Fri 9:00 AM-5:00 PM, Sat 10:00 AM-2:00 PM."""
    reader = _reader(context)
    runs: list[tuple[int, int, tuple[str, ...]]] = []
    for index, name in enumerate(WEEK):
        open_hours = tuple(business_hours.get(name, ()))
        if not open_hours:
            continue
        if runs and runs[-1][1] == index - 1 and runs[-1][2] == open_hours:
            runs[-1] = (runs[-1][0], index, open_hours)
        else:
            runs.append((index, index, open_hours))
    return ", ".join(_run(run, reader) for run in runs)


def _run(run: tuple[int, int, tuple[str, ...]], reader: Reader) -> str:
    first, last, ranges = run
    names = get_day_names("abbreviated", locale=reader.locale)
    days = names[first] if first == last else f"{names[first]}-{names[last]}"
    return f"{days} " + " & ".join(_range(text, reader) for text in ranges)


def _range(text: str, reader: Reader) -> str:
    return "-".join(_time_of_day(part, reader) for part in text.split("-"))


def _time_of_day(text: str, reader: Reader) -> str:
    hour, minute = int(text[:2]) % 24, int(text[3:])
    return _plain(format_skeleton(_clock(reader), time(hour, minute), locale=reader.locale))


@pass_context
def span(context: Context, days: Any) -> str:
    """`every {{ plan.interval_days|span }}` → 6 weeks where it is whole weeks, else 45 days."""
    if isinstance(days, bool) or not isinstance(days, int):
        raise WordingError(f"{_kind(days)} is not a number of days")
    whole = days > WEEK_DAYS and days % WEEK_DAYS == 0
    amount, unit = (days // WEEK_DAYS, "week") if whole else (days, "day")
    return _plain(format_unit(amount, unit, locale=_reader(context).locale))


@pass_context
def translated(context: Context, texts: Any) -> str:
    """`{{ reward.title|translated }}`: of texts by language the recipient's own, else the first one written."""
    if not isinstance(texts, Mapping) or not texts:
        raise WordingError(f"{_kind(texts)} is not a text by language")
    return str(texts.get(_reader(context).locale.language) or next(iter(texts.values())))


def first(values: Sequence[Any]) -> Any:
    return values[0] if values else None


def last(values: Sequence[Any]) -> Any:
    return values[-1] if values else None


def default(value: Any, instead: Any) -> Any:
    """`{{ customer.first_name|default("there") }}`: what is said when the fact is not known."""
    return instead if value is None or value == "" else value


def capital(value: Any) -> str:
    """The first letter in upper case; the rest as it is."""
    text = str(value)
    return text[:1].upper() + text[1:]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "money": money,
    "date": say_date,
    "day": day,
    "time": say_time,
    "moment": moment,
    "window": window,
    "ago": ago,
    "list": say_list,
    "plural": plural,
    "number": number,
    "span": span,
    "translated": translated,
    "hours": hours,
    "first": first,
    "last": last,
    "length": len,
    "default": default,
    "capital": capital,
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "spaced": lambda value: str(value).replace("_", " "),
    "trim": lambda value: str(value).strip(),
}
