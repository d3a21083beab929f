"""A decent hour, wherever they are: by state and weekday, over daylight saving, strictest where it is not known."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hours import closing, next_open, whereabouts_of
from bot.merchant.schema import NoticesFile, Policies, ShopSettings
from bot.merchant.shop import Shop
from bot.records import Customer, PostalAddress
from bot.wording.words import Words

SETTINGS = ShopSettings(name="Fern & Field", time_zone="America/New_York", currency="USD")
SHOP = Shop(SETTINGS, Policies(), NoticesFile(), Words({}, SETTINGS, Policies()))


def somebody(zone: str | None = None, region: str | None = None, country: str | None = "US") -> Customer:
    return Customer(id="c1", time_zone=zone, address=PostalAddress(region=region, country=country))


def local(zone: str, *moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone))  # type: ignore[misc, arg-type]


def opens(moment: datetime, customer: Customer, zone: str) -> str:
    """The weekday and time at which it may go out, there."""
    found = next_open(moment, whereabouts_of(customer, SHOP))
    assert found is not None
    return found.astimezone(ZoneInfo(zone)).strftime("%a %H:%M")


@pytest.mark.parametrize(
    ("region", "zone", "day", "hour", "minute", "expected"),
    [
        ("NY", "America/New_York", 16, 7, 59, "Mon 08:00"),
        ("NY", "America/New_York", 16, 20, 59, "Mon 20:59"),
        ("NY", "America/New_York", 16, 21, 0, "Tue 08:00"),
        ("FL", "America/New_York", 16, 19, 59, "Mon 19:59"),
        ("FL", "America/New_York", 16, 20, 0, "Tue 08:00"),
        ("OK", "America/Chicago", 16, 20, 0, "Tue 08:00"),
        ("CT", "America/New_York", 16, 8, 30, "Mon 09:00"),
        ("TX", "America/Chicago", 15, 11, 59, "Sun 12:00"),
        ("TX", "America/Chicago", 15, 20, 30, "Sun 20:30"),
        ("TX", "America/Chicago", 14, 21, 0, "Sun 12:00"),
        ("TX", "America/Chicago", 16, 8, 0, "Mon 08:00"),
    ],
)
def test_each_state_has_its_hours(region: str, zone: str, day: int, hour: int, minute: int, expected: str) -> None:
    assert opens(local(zone, 2026, 3, day, hour, minute), somebody(zone, region), zone) == expected


@pytest.mark.parametrize(("month", "day"), [(3, 8), (11, 1)])
def test_eight_in_the_morning_is_eight_on_the_day_the_clocks_change(month: int, day: int) -> None:
    night = local("America/New_York", 2026, month, day, 0, 30)
    assert opens(night, somebody("America/New_York", "NY"), "America/New_York") == "Sun 08:00"


def test_an_hour_that_the_clocks_skip_opens_after_it() -> None:
    place = whereabouts_of(somebody("America/New_York", "NY"), SHOP)
    early = local("America/New_York", 2026, 3, 8, 1, 0)
    found = next_open(early, place, "02:30-21:00")
    assert found == local("America/New_York", 2026, 3, 8, 8, 0)


def test_an_unknown_state_gets_the_strictest_hours() -> None:
    customer = somebody("America/New_York", None)
    assert opens(local("America/New_York", 2026, 3, 16, 8, 30), customer, "America/New_York") == "Mon 09:00"
    assert opens(local("America/New_York", 2026, 3, 16, 20, 0), customer, "America/New_York") == "Tue 09:00"
    assert opens(local("America/New_York", 2026, 3, 15, 10, 0), customer, "America/New_York") == "Sun 12:00"


def test_an_unknown_zone_is_taken_from_the_state() -> None:
    customer = somebody(None, "CA")
    assert opens(local("America/New_York", 2026, 3, 16, 9, 0), customer, "America/Los_Angeles") == "Mon 08:00"


def test_a_state_in_two_zones_waits_for_both() -> None:
    customer = somebody(None, "TN")
    assert opens(local("America/New_York", 2026, 3, 16, 8, 0), customer, "America/Chicago") == "Mon 08:00"


def test_with_neither_zone_nor_state_it_is_decent_all_over_the_country() -> None:
    found = next_open(local("America/New_York", 2026, 3, 16, 9, 0), whereabouts_of(None, SHOP))
    assert found is not None
    for zone in ("America/New_York", "America/Chicago", "America/Los_Angeles", "America/Adak"):
        assert 9 <= found.astimezone(ZoneInfo(zone)).hour < 20


def test_another_country_has_its_own_zone_and_the_default_hours() -> None:
    customer = somebody(None, None, "DE")
    assert opens(local("Europe/Berlin", 2026, 3, 16, 21, 0), customer, "Europe/Berlin") == "Tue 08:00"


def test_hours_end_on_the_local_day() -> None:
    place = whereabouts_of(somebody("Asia/Tokyo", None, "JP"), SHOP)
    assert closing(datetime(2026, 3, 16, 20, tzinfo=UTC), place, "10:00-19:00") == local("Asia/Tokyo", 2026, 3, 17, 19)


def test_hours_that_never_meet_are_told_as_none() -> None:
    place = whereabouts_of(somebody("America/New_York", "NY"), SHOP)
    assert next_open(datetime(2026, 3, 16, tzinfo=UTC), place, "22:00-23:00") is None


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_it_is_always_open_when_it_says_so_and_within_a_day(moment: datetime, zone: str) -> None:
    place = whereabouts_of(somebody(zone, None, "GB"), SHOP)
    aware = moment.replace(tzinfo=UTC)
    found = next_open(aware, place)
    assert found is not None
    assert aware <= found < aware + timedelta(hours=14)
    assert 8 <= found.astimezone(ZoneInfo(zone)).hour < 21
