"""When a person's answer is promised."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.business_hours import answer_by
from bot.merchant.jsonschema import schemas
from bot.merchant.schema import ShopSettings

WEEK: dict[str, Any] = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def settings(hours: dict[str, Any] = WEEK, within: int = 4, **more: Any) -> ShopSettings:
    known = {"name": "F", "time_zone": "America/New_York", "currency": "USD", "business_hours": hours}
    return ShopSettings.model_validate(known | {"handoff": {"answer_within_hours": within}} | more)


@pytest.mark.parametrize(
    ("now", "within", "expected"),
    [
        ("2026-11-18T15:00", 4, "2026-11-18T19:00"),  # Wednesday, 10 in the morning there
        ("2026-11-18T20:00", 4, "2026-11-19T16:00"),  # two hours are left, two more the day after
        ("2026-11-20T23:00", 4, "2026-11-23T18:00"),  # Friday evening → Monday
        ("2026-11-18T10:00", 4, "2026-11-18T18:00"),  # before they open
        ("2026-10-30T20:00", 4, "2026-11-02T17:00"),  # over the end of daylight saving
        ("2026-11-18T15:00", 24, "2026-11-23T15:00"),  # three working days
    ],
)
def test_business_hours_are_counted_where_the_shop_is(now: str, within: int, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert answer_by(settings(within=within), moment) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_holiday_is_no_business_day() -> None:
    closed = settings(holidays=[date(2026, 11, 26)])
    now = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
    assert answer_by(closed, now) == datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "now", "expected"),
    [
        ({"country": "US"}, "2026-11-25T22:30", "2026-11-27T18:00"),  # closed at night, then Thanksgiving
        ({"country": "US"}, "2026-11-26T15:00", "2026-11-27T18:00"),  # on the holiday itself
        ({"country": "US"}, "2026-07-02T20:00", "2026-07-06T16:00"),  # the 4th is a Saturday, kept on Friday
        ({"country": "US", "open_on": ["Independence Day"]}, "2026-07-02T20:00", "2026-07-03T16:00"),
        ({"country": "US"}, "2026-03-31T15:00", "2026-03-31T19:00"),
        ({"country": "US", "subdivision": "CA"}, "2026-03-31T15:00", "2026-04-01T17:00"),  # Cesar Chavez Day
        ({"country": "US"}, "2026-12-31T20:00", "2027-01-04T16:00"),  # over the turn of the year
    ],
)
def test_public_holidays_are_left_out_by_country_and_subdivision(kept: dict[str, Any], now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert answer_by(settings(public_holidays=kept), moment) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_editors_complete_the_public_holidays() -> None:
    schema = schemas()["shop.yaml"]
    assert schema["properties"]["public_holidays"]["anyOf"][0] == {"$ref": "#/$defs/PublicHolidays"}
    assert set(schema["$defs"]["PublicHolidays"]["properties"]) == {"country", "subdivision", "open_on"}


def test_days_of_the_shops_own_stand_beside_the_public_ones() -> None:
    closed = settings(public_holidays={"country": "US"}, holidays=[date(2026, 11, 27)])
    now = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
    assert answer_by(closed, now) == datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


def test_a_shop_without_hours_has_holidays_all_the_same() -> None:
    now = datetime(2026, 12, 25, 3, 0, tzinfo=UTC)  # ten in the evening before
    assert answer_by(settings({}, public_holidays={"country": "US"}), now) == datetime(2026, 12, 26, 7, 0, tzinfo=UTC)


def test_a_shop_without_hours_is_always_there() -> None:
    now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert answer_by(settings({}), now) == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_a_shop_that_never_opens_promises_nothing() -> None:
    assert answer_by(settings({"mon": []}), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)) is None


def test_a_day_may_have_two_spells_and_end_at_midnight() -> None:
    late = settings({"wed": ["09:00-12:00", "20:00-24:00"]}, within=5)
    now = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
    assert answer_by(late, now) == datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
