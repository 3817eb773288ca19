"""When may a debtor of this country be contacted? Builds the calendar that a case then keeps.

The case's workflow never imports this module: it carries the finished calendar as data, so that
a new release of the holiday library changes no running case.
"""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from importlib.resources import files

import holidays as public_holidays

from domain.regions import regions_of, zone_of
from schemas.calendar import ContactCalendar, ContactWindow, Holiday
from schemas.contact_policy import ContactRules
from schemas.parties import Capacity

OFFICE_HOURS = (ContactWindow(opens=time(9), closes=time(18)),)
"""Businesses and public bodies are reached at the office."""

CONSUMER_HOURS = (
    ContactWindow(opens=time(10), closes=time(13)),
    ContactWindow(opens=time(14), closes=time(20)),
)
"""Hours for consumers: those of the French rule for unasked calls (decree 2022-1313), which is
stricter than what recovery of a debt requires, and courteous everywhere."""

MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)

_MOST_PEOPLE_LIVE_IN = {
    # zone.tab goes by geography before it goes by population; these begin with an outlier.
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}

_REGION_OF_MOST_PEOPLE = {
    # The holidays that all parts of the kingdom share leave out Easter Monday.
    "GB": "ENG",
}


def contact_calendar(  # noqa: PLR0913, PLR0917 - all that a debtor's calendar hangs on
    country: str,
    capacity: Capacity,
    first_year: int,
    last_year: int,
    fallback_time_zone: str,
    rules: ContactRules | None = None,
    address: tuple[str, ...] = (),
) -> ContactCalendar:
    """The working days and contact hours of a debtor.

    Args:
        country: ISO 3166-1 alpha-2; of an unknown one only weekends are known.
        capacity: consumers are contacted at other hours than businesses and public bodies.
        first_year: of the holidays, inclusive.
        last_year: of the holidays, inclusive.
        fallback_time_zone: IANA name for a country of which no time zone is known.
        rules: of the creditor for this capacity: their hours and weekdays, where they name any.
        address: of the debtor; its postal code says which region's holidays and time zone hold.

    Raises:
        ValueError: when ``last_year`` lies before ``first_year``.
    """
    if last_year < first_year:
        raise ValueError(f"last_year {last_year} lies before first_year {first_year}")
    zone = zone_of(country, address) or time_zone_of(country) or fallback_time_zone
    weekdays, days = _official_days(country, first_year, last_year, regions_of(country, address))
    return _calendar(
        zone, capacity, rules or ContactRules(), date(last_year, 12, 31), weekdays, days
    )


@lru_cache(maxsize=1024)
def _calendar(
    zone: str,
    capacity: Capacity,
    rules: ContactRules,
    known_until: date,
    weekdays: tuple[int, ...],
    days: tuple[Holiday, ...],
) -> ContactCalendar:
    usual = CONSUMER_HOURS if capacity is Capacity.CONSUMER else OFFICE_HOURS
    return ContactCalendar(
        time_zone=zone,
        weekdays=rules.weekdays or weekdays,
        windows=rules.hours or usual,
        holidays=days,
        known_until=known_until,
    )


def time_zone_of(country: str) -> str:
    """The IANA zone in which most people of a country live; empty for an unknown country."""
    return _MOST_PEOPLE_LIVE_IN.get(country) or _zones_by_country().get(country, "")


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, str]:
    """The first zone that the time zone database lists for each country."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _position, zone = line.split("\t")[:3]
            zones.setdefault(country, zone)
    return zones


@lru_cache(maxsize=256)
def _official_days(
    country: str, first_year: int, last_year: int, regions: tuple[str, ...] = ()
) -> tuple[tuple[int, ...], tuple[Holiday, ...]]:
    """The ISO weekdays on which a country works, and its public holidays by their own names."""
    known = public_holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return MONDAY_TO_FRIDAY, ()
    # The library would otherwise translate names by the environment of the process.
    language = public_holidays.country_holidays(country).default_language
    named: dict[date, str] = {}
    for region in regions or (_REGION_OF_MOST_PEOPLE.get(country),):
        calendar = public_holidays.country_holidays(
            country, subdiv=region, years=range(first_year, last_year + 1), language=language
        )
        named |= calendar
    days = tuple(
        Holiday(day=day, name=name)
        for day, name in sorted(named.items())
        # Observed days of the year before may fall into the first days of a year out of range.
        if first_year <= day.year <= last_year
    )
    weekdays = tuple(day for day in range(1, 8) if day - 1 not in calendar.weekend)
    return weekdays or MONDAY_TO_FRIDAY, days
