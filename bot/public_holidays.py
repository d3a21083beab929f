"""Public holidays by country and region, from the `holidays` library: which days they are, and whether there are any.

Names are in English where the library has them, else in the country's own language. The library is loaded when a shop
asks for it. Decides nothing about a shop: its own days and hours are in bot/business_hours.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

OBSERVED = " (observed)"
NAMED_IN = range(2024, 2036)  # years whose names a merchant may name; some holidays are not kept every year


@cache
def countries() -> Mapping[str, Sequence[str]]:
    """ISO 3166 alpha-2 code → the codes of its subdivisions, as far as their holidays are known."""
    from holidays import list_supported_countries

    found = list_supported_countries(include_aliases=False)
    return MappingProxyType({code: tuple(parts) for code, parts in found.items() if len(code) == 2})


@lru_cache(maxsize=64)
def days_of(country: str, subdivision: str | None, year: int) -> Mapping[date, frozenset[str]]:
    """Each public holiday of that year with its names; the day it is kept on has the same name as the day itself."""
    from holidays import country_holidays

    found = country_holidays(country, subdiv=subdivision, years=[year], language="en_US")
    return MappingProxyType(
        {day: frozenset(name.removesuffix(OBSERVED) for name in names.split("; ")) for day, names in found.items()}
    )


@lru_cache(maxsize=16)
def names_in(country: str, subdivision: str | None) -> frozenset[str]:
    return frozenset(
        name for year in NAMED_IN for names in days_of(country, subdivision, year).values() for name in names
    )
