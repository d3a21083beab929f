"""When the shop's people can be expected to answer: so many of their own hours from now, holidays left out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.hours import WEEKDAYS
from bot.merchant.schema import ShopSettings
from bot.public_holidays import days_of

FARTHEST = 60  # days ahead that are looked at; a shop closed for longer promises nothing
ALL_DAY = "00:00-24:00"


def answer_by(settings: ShopSettings, now: datetime) -> datetime | None:
    """The moment, in UTC, by which `handoff.answer_within_hours` business hours have passed.

    A shop that names no hours is there all day, but for its holidays. None when it does not open within 60 days.
    """
    left = timedelta(hours=settings.handoff.answer_within_hours)
    for opens, closes in _open_times(settings, now):
        begins = max(opens, now)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta())
    return None


def is_holiday(settings: ShopSettings, day: date) -> bool:
    """Whether nobody is there that day, as the shop counts days: by its own list or by the public holidays it keeps."""
    if day in settings.holidays:
        return True
    kept = settings.public_holidays
    if kept is None:
        return False
    names = days_of(kept.country, kept.subdivision, day.year).get(day, frozenset())
    return bool(names - set(kept.open_on))


def _open_times(settings: ShopSettings, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    for ahead in range(FARTHEST):
        day = today + timedelta(days=ahead)
        if is_holiday(settings, day):
            continue
        for hours in _hours_of(settings, day):
            opens, closes = hours.split("-")
            yield _moment(day, opens, zone), _moment(day, closes, zone)


def _hours_of(settings: ShopSettings, day: date) -> tuple[str, ...]:
    if not settings.business_hours:
        return (ALL_DAY,)
    hours: tuple[str, ...] = settings.business_hours.get(WEEKDAYS[day.weekday()], ())  # type: ignore[call-overload]
    return hours


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = map(int, clock.split(":"))
    day, hour = (day + timedelta(days=1), 0) if hour == 24 else (day, hour)
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
