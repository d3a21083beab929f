"""Money, days, times and lists as the recipient writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import WordingError
from bot.records import Money
from bot.wording.filters import READER, Reader
from bot.wording.sandbox import compile_text, make_environment, parse
from bot.wording.words import locale_of, written

NOON = datetime(2026, 11, 27, 17, 14, tzinfo=UTC)
ENVIRONMENT = make_environment()


def say(
    text: str,
    *,
    language: str = "en",
    country: str = "US",
    zone: str = "America/New_York",
    now: datetime | None = None,
    **facts: Any,
) -> str:
    tree, wrong = parse(ENVIRONMENT, text)
    assert tree is not None, wrong
    assert not wrong
    reader = Reader(locale_of(language, country), ZoneInfo(zone), "USD", now)
    return written(compile_text(ENVIRONMENT, tree), {**facts, READER: reader}, "key")


@pytest.mark.parametrize(
    ("filter_", "language", "country", "expected"),
    [
        ("date", "en", "US", "Friday, November 27"),
        ("date", "en", "GB", "Friday 27 November"),
        ("date", "es", "US", "viernes, 27 de noviembre"),
        ("date", "de", "DE", "Freitag, 27. November"),
        ("date", "fr", "FR", "vendredi 27 novembre"),
        ("day", "en", "US", "Fri, Nov 27"),
        ("time", "en", "US", "12:14 PM"),
        ("time", "en", "GB", "12:14"),
        ("time", "de", "DE", "12:14"),
        ("moment", "en", "US", "Fri, Nov 27, 12:14 PM"),
    ],
)
def test_moments_are_said_in_the_readers_language(filter_: str, language: str, country: str, expected: str) -> None:
    assert say(f"{{{{ at|{filter_} }}}}", language=language, country=country, at=NOON) == expected


def test_moments_are_said_in_the_readers_zone() -> None:
    late = datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
    assert say("{{ at|moment }}", at=late, zone="America/Los_Angeles") == "Fri, Nov 27, 8:30 PM"
    assert say("{{ at|moment }}", at=late, zone="Europe/Berlin") == "Sat, Nov 28, 5:30 AM"


def test_a_change_of_the_clocks_is_minded() -> None:
    before, after = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert say("{{ a|time }} {{ b|time }}", a=before, b=after) == "1:30 AM 1:30 AM"


def test_another_year_is_named() -> None:
    assert say("{{ at|date }}", at=NOON, now=NOON + timedelta(days=90)) == "Friday, November 27, 2026"
    assert say("{{ at|day }}", at=NOON, now=NOON + timedelta(days=90)) == "Fri, Nov 27, 2026"
    assert say("{{ at|date }}", at=NOON, now=NOON) == "Friday, November 27"


def test_a_day_is_the_same_day_everywhere() -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        assert say("{{ day|date }}", day=date(2026, 11, 27), zone=zone) == "Friday, November 27"


def test_outcomes_tell_moments_as_iso_text() -> None:
    assert say("{{ at|moment }}", at="2026-11-27T17:14:00+00:00") == "Fri, Nov 27, 12:14 PM"
    assert say("{{ at|date }}", at="2026-11-27") == "Friday, November 27"


@pytest.mark.parametrize("value", ["soon", "2026-13-01", 5, datetime(2026, 1, 1)])  # noqa: DTZ001 - the mistake meant
def test_what_is_no_moment_is_refused_without_being_repeated(value: object) -> None:
    with pytest.raises(WordingError) as refused:
        say("{{ at|date }}", at=value)
    assert str(value) not in str(refused.value)


def test_time_gone_by_needs_the_present() -> None:
    assert say("{{ at|ago }}", at=NOON, now=NOON + timedelta(days=2)) == "2 days ago"
    assert say("{{ at|ago }}", at=NOON) == "Fri, Nov 27, 12:14 PM"


def test_a_window_is_hours_on_one_day_and_days_over_several() -> None:
    assert say("{{ a|window(b) }}", a=NOON, b=NOON + timedelta(hours=4)) == "12:14-4:14 PM"
    assert say("{{ a|window(b) }}", a=NOON, b=NOON + timedelta(days=2)) == "Nov 27-29"
    assert say("{{ a|window }}", a=NOON) == "Fri, Nov 27"


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (Money(Decimal("1234.5"), "USD"), "en", "$1,234.50"),
        (Money(Decimal("1234.5"), "EUR"), "de", "1.234,50 €"),
        (Money(Decimal("1200"), "JPY"), "en", "¥1,200"),
        ({"amount": "12.50", "currency": "GBP"}, "en", "£12.50"),
        ("12.50", "en", "$12.50"),
        (0, "en", "$0.00"),
    ],
)
def test_money_is_written_as_the_language_does(value: object, language: str, expected: str) -> None:
    assert say("{{ amount|money }}", amount=value, language=language) == expected


@pytest.mark.parametrize("value", [1.5, "many", True])
def test_what_is_no_money_is_refused(value: object) -> None:
    with pytest.raises(WordingError):
        say("{{ amount|money }}", amount=value)


def test_lists_are_joined_with_and_or_or() -> None:
    names = ["beans", "filters", "a lamp"]
    assert say("{{ names|list }}", names=names) == "beans, filters, and a lamp"
    assert say('{{ names|list("or") }}', names=names) == "beans, filters, or a lamp"
    assert say("{{ names|list }}", names=names, language="es") == "beans, filters y a lamp"
    assert say("{{ names|list }}", names=["beans"]) == "beans"


def test_plurals_follow_the_language() -> None:
    text = '{{ n }} {{ n|plural("item", "items") }}'
    assert [say(text, n=n) for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]
    polish = '{{ n|plural("paczka", "paczki", few="paczki", many="paczek") }}'
    assert [say(polish, n=n, language="pl") for n in (1, 3, 5)] == ["paczka", "paczki", "paczek"]


def test_business_hours_are_drawn_together() -> None:
    week = {
        "mon": ("09:00-17:00",),
        "tue": ("09:00-17:00",),
        "wed": ("09:00-12:00", "13:00-17:00"),
        "sat": ("10:00-24:00",),
    }
    assert say("{{ week|hours }}", week=week) == (
        "Mon-Tue 9:00 AM-5:00 PM, Wed 9:00 AM-12:00 PM & 1:00 PM-5:00 PM, Sat 10:00 AM-12:00 AM"
    )
    assert say("{{ week|hours }}", week={"fri": ("09:00-17:00",)}, language="es", country="ES") == "vie 9:00-17:00"


def test_what_is_not_known_can_be_said_otherwise() -> None:
    assert say('{{ name|default("there") }}', name=None) == "there"
    assert say('{{ name|default("there") }}', name="") == "there"
    assert say('{{ name|default("there") }}', name="Dana") == "Dana"


def test_small_filters() -> None:
    assert say("{{ a|capital }} {{ a|upper }} {{ b|lower }} {{ c|trim }}", a="the box", b="UPS", c=" x ") == (
        "The box THE BOX ups x"
    )
    assert say("{{ xs|first }}{{ xs|last }}{{ xs|length }} {{ n|number }}", xs=[1, 2, 3], n=1234) == "133 1,234"
    assert say("{{ reason|spaced }}", reason="low_rating") == "low rating"


def test_no_strange_blanks_are_written() -> None:
    text = say("{{ at|moment }} {{ m|money }}", at=NOON, m=Money(Decimal("5"), "EUR"), language="fr", country="FR")
    assert not set(text) & {"\u00a0", "\u202f", "\u2009"}
