"""When it is a decent hour where somebody is: sending hours by country, region and weekday, over daylight saving.

Where the zone or the state is not known, it must be a decent hour in every place it may be (CHANNELS.md 22). Never
decides what the hours are for: `bot/consent.py` and `bot/notices/` do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.merchant.shop import Shop
from bot.records import Customer

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TRIES = 100  # steps towards a common hour; more means that the places share none

#: The zones that people live in, by US state or territory; a state in several rows lies in several zones.
US_STATES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV",
    "America/Chicago": "AL AR FL IA IL IN KS KY LA MI MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "AZ CO ID KS MT ND NE NM NV OR SD TX UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA ID NV OR WA",
    "America/Anchorage": "AK",
    "America/Adak": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}

Rule = Mapping[str, str]  # "daily" or a weekday → "08:00-21:00"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The zones somebody may be in, and the sending hours that may hold there. All of them count."""

    zones: tuple[str, ...]
    rules: tuple[Rule, ...]


def whereabouts_of(customer: Customer | None, shop: Shop) -> Whereabouts:
    """By the customer's own zone and address; by the whole of the country where these are missing."""
    address = customer.address if customer else None
    country = (address.country if address else None) or shop.settings.country
    region = (address.region or "").strip().upper() if address else ""
    return Whereabouts(_zones(customer, country, region, shop), _rules(shop, country, region))


def next_open(moment: datetime, place: Whereabouts, hours: str | None = None) -> datetime | None:
    """The first moment from this one on at which every place is within its hours, and within `hours` too where given.

    Aware UTC; None when the places share no such hour.
    """
    rules = place.rules if hours is None else (*place.rules, {"daily": hours})
    at = moment.astimezone(UTC)
    for _ in range(TRIES):
        later = max(_opening(at, zone, rule) for zone in place.zones for rule in rules)
        if later == at:
            return at
        at = later
    return None


def closing(moment: datetime, place: Whereabouts, hours: str) -> datetime:
    """When these hours end on the local day of this moment, in the earliest of the places."""
    ends = []
    for zone in place.zones:
        day = moment.astimezone(ZoneInfo(zone)).date()
        ends.append(_window(day, zone, {"daily": hours})[1])
    return min(ends)


def _opening(at: datetime, zone: str, rule: Rule) -> datetime:
    day = at.astimezone(ZoneInfo(zone)).date()
    for later in (day, day + timedelta(days=1)):
        start, end = _window(later, zone, rule)
        if at < end:
            return max(at, start)
    return at


def _window(day: date, zone: str, rule: Rule) -> tuple[datetime, datetime]:
    """A day's hours as moments in UTC; the end is the first moment outside."""
    start, end = rule.get(WEEKDAYS[day.weekday()], rule["daily"]).split("-")
    return _at(day, start, zone), _at(day, end, zone)


def _at(day: date, clock: str, zone: str) -> datetime:
    hour, minute = clock.split(":")
    if hour == "24":
        day, hour = day + timedelta(days=1), "00"
    return datetime.combine(day, time(int(hour), int(minute)), ZoneInfo(zone)).astimezone(UTC)


def _zones(customer: Customer | None, country: str, region: str, shop: Shop) -> tuple[str, ...]:
    if customer is not None and customer.time_zone:
        return (customer.time_zone,)
    if country == "US":
        here = tuple(zone for zone, states in US_STATES.items() if region in states.split())
        return here or tuple(US_STATES)[: list(US_STATES).index("America/Puerto_Rico")]
    return tuple(_zones_of_country(country)) or (shop.settings.time_zone,)


def _zones_of_country(country: str) -> Iterator[str]:
    """Unicode CLDR, metazones by territory, as Babel carries it."""
    from babel.core import get_global

    yield from get_global("territory_zones").get(country, ())


def _rules(shop: Shop, country: str, region: str) -> tuple[Rule, ...]:
    """The rule of the region, else of the country, else the default; every rule where the state is not known."""
    table: dict[str, Rule] = {
        place: {str(day): hours for day, hours in rule.items()} for place, rule in shop.notices.sending_hours.items()
    }
    default: Rule = table.get("default") or {"daily": "08:00-21:00"}
    own = table.get(f"{country}-{region}")
    if own is not None:
        return (_whole(own, default),)
    in_known_state = country != "US" or any(region in states.split() for states in US_STATES.values())
    if in_known_state:
        return (_whole(table.get(country, default), default),)
    return tuple(_whole(rule, default) for rule in table.values()) or (default,)


def _whole(rule: Rule, default: Rule) -> Rule:
    return rule if "daily" in rule else {**default, **rule}
