"""When may a debtor of this country be contacted? By its own holidays, hours and time zone."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

import pytest

from domain.holidays import _calendar, _official_days, contact_calendar, time_zone_of
from schemas.calendar import ContactWindow
from schemas.contact_policy import ContactRules
from schemas.parties import Capacity


def names(country: str) -> dict[date, str]:
    """The holidays of a country in 2027 by day."""
    calendar = contact_calendar(country, Capacity.BUSINESS, 2027, 2027, "Europe/Paris")
    return {holiday.day: holiday.name for holiday in calendar.holidays}


def test_french_holidays_carry_their_official_names() -> None:
    """France has eleven public holidays, named as the Code du travail names them."""
    days = names("FR")
    assert len(days) == 11
    assert days[date(2027, 5, 1)] == "Fête du Travail"
    assert days[date(2027, 5, 17)] == "Lundi de Pentecôte"


@pytest.mark.parametrize("variable", ["LANG", "LC_ALL", "LANGUAGE"])
def test_holiday_names_do_not_hang_on_the_environment(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker in an English shell computes the same calendar as one in a French shell."""
    monkeypatch.setenv(variable, "en_US")
    _calendar.cache_clear()
    _official_days.cache_clear()
    assert names("FR")[date(2027, 5, 1)] == "Fête du Travail"


def test_englands_easter_monday_is_no_working_day() -> None:
    """British debtors are contacted by the holidays of England, where most of them live."""
    assert names("GB")[date(2027, 3, 29)] == "Easter Monday"


def test_consumers_are_contacted_at_other_hours_than_offices() -> None:
    """Consumers from 10 to 13 and 14 to 20, businesses and public bodies from 9 to 18."""
    hours = {
        capacity: [
            (window.opens, window.closes)
            for window in contact_calendar("FR", capacity, 2027, 2027, "UTC").windows
        ]
        for capacity in Capacity
    }
    assert hours[Capacity.CONSUMER] == [(time(10), time(13)), (time(14), time(20))]
    assert hours[Capacity.BUSINESS] == hours[Capacity.PUBLIC] == [(time(9), time(18))]


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("FR", "Europe/Paris"),
        ("GB", "Europe/London"),
        ("AU", "Australia/Sydney"),
        ("CA", "America/Toronto"),
        ("US", "America/New_York"),
        ("UA", "Europe/Kyiv"),
        ("XX", ""),
        ("", ""),
        ("../FR", ""),
    ],
)
def test_time_zone_is_where_most_people_live(country: str, zone: str) -> None:
    """A debtor's nine o'clock is that of most people of the country."""
    assert time_zone_of(country) == zone
    assert not zone or ZoneInfo(zone).key in available_timezones()


def test_unknown_country_has_weekends_and_the_creditors_time_zone() -> None:
    """Of a country nobody knows, only weekends are kept free, on the creditor's clock."""
    calendar = contact_calendar("XX", Capacity.BUSINESS, 2027, 2028, "Europe/Brussels")
    assert calendar.time_zone == "Europe/Brussels"
    assert calendar.weekdays == (1, 2, 3, 4, 5)
    assert calendar.holidays == ()
    assert calendar.known_until == date(2028, 12, 31)


def test_weekend_is_that_of_the_country() -> None:
    """In Saudi Arabia people work on Sundays and rest on Fridays."""
    calendar = contact_calendar("SA", Capacity.BUSINESS, 2027, 2027, "UTC")
    assert calendar.weekdays == (1, 2, 3, 4, 7)


def test_years_must_stand_in_order() -> None:
    """A range of years that ends before it begins is refused by name."""
    with pytest.raises(ValueError, match="last_year 2026 lies before first_year 2027"):
        contact_calendar("FR", Capacity.BUSINESS, 2027, 2026, "UTC")


def test_a_creditor_may_have_hours_and_weekdays_of_its_own() -> None:
    """Where the creditor's file names hours or weekdays, they replace the usual ones."""
    morning = (ContactWindow(opens=time(9), closes=time(12)),)
    rules = ContactRules(hours=morning, weekdays=(2, 4))
    calendar = contact_calendar("FR", Capacity.CONSUMER, 2027, 2027, "UTC", rules)
    assert (calendar.windows, calendar.weekdays) == (morning, (2, 4))
    usual = contact_calendar("FR", Capacity.CONSUMER, 2027, 2027, "UTC", ContactRules())
    assert (len(usual.windows), usual.weekdays) == (2, (1, 2, 3, 4, 5))
