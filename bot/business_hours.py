"""When the shop's people can be expected to answer: so many of their own hours from now, holidays left out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.hours import WEEKDAYS
from bot.merchant.schema import ShopSettings

FARTHEST = 60  # days ahead that are looked at; a shop closed for longer promises nothing


def answer_by(settings: ShopSettings, now: datetime) -> datetime | None:
    """The moment, in UTC, by which `handoff.answer_within_hours` business hours have passed.

    A shop that names no hours is taken to be there always. None when it does not open within 60 days.
    """
    left = timedelta(hours=settings.handoff.answer_within_hours)
    if not settings.business_hours:
        return now + left
    for opens, closes in _open_times(settings, now):
        begins = max(opens, now)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta())
    return None


def _open_times(settings: ShopSettings, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    for ahead in range(FARTHEST):
        day = today + timedelta(days=ahead)
        if day in settings.holidays:
            continue
        for hours in settings.business_hours.get(WEEKDAYS[day.weekday()], ()):  # type: ignore[call-overload]
            opens, closes = hours.split("-")
            yield _moment(day, opens, zone), _moment(day, closes, zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = map(int, clock.split(":"))
    day, hour = (day + timedelta(days=1), 0) if hour == 24 else (day, hour)
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
