"""Is a debtor left alone on the holidays of their own region, and called by their own clock?"""

from __future__ import annotations

from datetime import date

import holidays as public_holidays
import pytest

from domain import regions
from domain.holidays import contact_calendar
from domain.regions import regions_of, zone_of
from schemas.parties import Capacity


def _closed(country: str, *address: str) -> set[date]:
    calendar = contact_calendar(country, Capacity.BUSINESS, 2027, 2027, "UTC", None, tuple(address))
    return {holiday.day for holiday in calendar.holidays}


GOOD_FRIDAY, ST_STEPHEN, EPIPHANY = date(2027, 3, 26), date(2027, 12, 26), date(2027, 1, 6)


@pytest.mark.parametrize("line", ["67000 STRASBOURG", "68100 MULHOUSE", "F-57000 METZ"])
def test_alsace_and_moselle_keep_two_holidays_more(line: str) -> None:
    """Good Friday and 26 December are holidays there by local law, and nowhere else in France."""
    there = _closed("FR", "3 rue du Port", line)
    assert {GOOD_FRIDAY, ST_STEPHEN} <= there
    assert not {GOOD_FRIDAY, ST_STEPHEN} & _closed("FR", "3 rue du Port", "75011 PARIS")


def test_germany_has_its_holidays_by_land() -> None:
    """Epiphany closes Munich and Stuttgart, not Hamburg; Reformation Day the other way round."""
    assert EPIPHANY in _closed("DE", "Weg 1", "80331 München")
    assert EPIPHANY in _closed("DE", "Weg 1", "70173 Stuttgart")
    assert EPIPHANY not in _closed("DE", "Weg 1", "20095 Hamburg")
    assert date(2027, 10, 31) in _closed("DE", "Weg 1", "20095 Hamburg")
    assert date(2027, 10, 31) not in _closed("DE", "Weg 1", "80331 München")


def test_where_a_code_belongs_to_two_the_holidays_of_both_count() -> None:
    """63xxx lies in Hesse and in Bavaria: nobody there is called on Epiphany, as in Bavaria."""
    assert EPIPHANY in _closed("DE", "Weg 1", "63739 Aschaffenburg")
    assert regions_of("DE", ("63739 Aschaffenburg",)) == ("HE", "BY")


def test_scotland_and_spain() -> None:
    """2 January closes Edinburgh; San Jordi is no holiday, but Sant Joan is one in Barcelona."""
    assert date(2027, 1, 4) in _closed("GB", "1 High St", "EDINBURGH EH1 1YZ")
    assert date(2027, 1, 4) not in _closed("GB", "1 High St", "LONDON SW1A 1AA")
    assert date(2027, 6, 24) in _closed("ES", "Calle 1", "08001 Barcelona")
    assert date(2027, 6, 24) not in _closed("ES", "Calle 1", "28001 Madrid")


def test_an_address_overseas_has_its_own_clock() -> None:
    """Nine in Saint-Denis is six in Paris; an address without a code has the country's."""
    assert zone_of("FR", ("97400 SAINT-DENIS",)) == "Indian/Reunion"
    assert zone_of("FR", ("97133 GUSTAVIA",)) == "America/St_Barthelemy"
    assert zone_of("FR", ("75011 PARIS",)) == zone_of("FR", ()) == zone_of("XX", ("97400",)) == ""
    assert date(2027, 12, 20) in _closed("FR", "97400 SAINT-DENIS")


def test_the_code_is_not_a_telephone_number() -> None:
    """Only five digits by themselves are a code, and the last of them counts."""
    assert regions_of("FR", ("BP 67000", "0388670000", "33000 BORDEAUX")) == ()
    assert regions_of("FR", ("tel 0388670001",)) == ()


@pytest.mark.parametrize("country", ["FR", "DE", "ES", "GB"])
def test_every_region_is_one_the_library_knows(country: str) -> None:
    """A region that the library did not know would stop every case of its debtors."""
    known = public_holidays.list_supported_countries()[country]
    table = regions._KINGDOM if country == "GB" else regions._BY_DIGITS[country]
    assert {region for found in table.values() for region in found} <= set(known)
