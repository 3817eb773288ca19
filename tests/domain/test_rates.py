"""Are rates data? The shipped table, its gaps, and files that people import."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rate_file import COLUMNS, RateFileError, changes, rates_text, read_rates
from domain.rates import RateTable, half_year_of, next_half_year
from schemas.interest import RateSeries, RateStatus, ReferenceRate
from tests.support.claims import SHIPPED, TABLE, day, table_without

HEAD = ",".join(COLUMNS)
GOOD = "ECB_MRO,2027-01-01,2.40,official,2027-01-01,ECB key interest rates"


def read(*lines: str, known: RateTable | None = None) -> RateTable:
    """A file of these lines below the head."""
    return read_rates("\n".join((HEAD, *lines)).encode(), "new.csv", known)


@pytest.mark.parametrize(
    ("series", "on", "value", "status"),
    [
        ("ECB_MRO", "2025-06-30", "3.15", "official"),
        ("ECB_MRO", "2025-07-01", "2.15", "official"),
        ("ECB_MRO", "2026-07-01", "2.40", "derived"),
        ("FR_LEGAL_OTHER", "2024-02-29", "5.07", "official"),
        ("FR_LEGAL_INDIVIDUAL", "2026-06-30", "6.67", "official"),
        ("DE_BASE", "2013-12-31", "-0.38", "official"),
        ("DE_BASE", "2026-12-31", "1.52", "derived"),
        ("UK_BANK_RATE_REFERENCE", "2009-01-01", "2.00", "provisional"),
        ("UK_BANK_RATE_REFERENCE", "2020-07-01", "0.10", "official"),
        ("NL_LEGAL", "2024-08-01", "7.00", "official"),
        ("NL_LEGAL", "2026-07-01", "5.00", "provisional"),
        ("IT_LEGAL", "2026-03-01", "1.60", "official"),
        ("BE_LEGAL", "2026-12-31", "4.50", "official"),
        ("ES_LEGAL", "2019-12-31", "3.00", "official"),
        ("ES_LEGAL", "2025-01-01", "3.25", "provisional"),
    ],
)
def test_shipped_rates_are_what_was_published(
    series: str, on: str, value: str, status: str
) -> None:
    """A rate of each series, with how sure it is."""
    row = TABLE.find(RateSeries(series), day(on))
    assert row is not None
    assert (row.value, row.status.value) == (Decimal(value), status)


def test_shipped_rates_are_whole_and_say_where_they_come_from() -> None:
    """Every series runs without a hole, and every row names its source, never an address."""
    holes = [one for one in TABLE.due(date(2026, 6, 30)) if one.is_missing]
    assert holes == []
    assert {row.series for row in TABLE.rows} == set(RateSeries)
    assert all(row.source and "://" not in row.source for row in TABLE.rows)
    assert rates_text(TABLE.rows).encode() == SHIPPED.read_bytes()


def test_a_rate_of_another_half_year_never_stands_in() -> None:
    """No row, no rate: neither the one before nor the one after is taken."""
    assert TABLE.find(RateSeries.FR_LEGAL_OTHER, day("2026-07-01")) is None
    assert TABLE.find(RateSeries.FR_LEGAL_OTHER, day("2014-12-31")) is None
    assert TABLE.find(RateSeries.NL_LEGAL, day("2022-12-31")) is None


def test_missing_and_coming_rates_are_named() -> None:
    """In November 2026 the French legal rate is missing, in January all the others are due."""
    due = TABLE.due(day("2026-11-21"))
    missing = {one.series.value for one in due if one.is_missing}
    assert missing == {"FR_LEGAL_INDIVIDUAL", "FR_LEGAL_OTHER"}
    assert {one.series.value for one in due if not one.is_missing} == {
        *("ECB_MRO", "DE_BASE", "FR_LEGAL_INDIVIDUAL", "FR_LEGAL_OTHER"),
        *("UK_BANK_RATE_REFERENCE", "BE_LEGAL", "ES_LEGAL", "IT_LEGAL", "NL_LEGAL"),
    }
    assert {one.valid_from for one in due} == {day("2026-07-01"), day("2027-01-01")}
    assert str(due[0]).startswith("FR_LEGAL")
    assert {one.series.value for one in TABLE.due(day("2026-11-16"))} == missing
    assert any(one.is_missing for one in TABLE.due(day("2027-01-01")) if "ECB" in one.series)
    hole = table_without("DE_BASE@2020-01-01").due(day("2020-06-30"))
    assert [str(one) for one in hole] == [
        "DE_BASE: rate to be published or imported since 2020-01-01"
    ]


def test_a_good_file_adds_and_replaces_rows() -> None:
    """The next rate comes in, a derived one becomes official, all others stay."""
    official = "ECB_MRO,2026-07-01,2.40,official,2026-06-17,ECB key interest rates"
    new = read(GOOD, official, known=TABLE)
    changed = changes(TABLE, new)
    assert [(one.after.row, one.before is None) for one in changed] == [
        ("ECB_MRO@2026-07-01", False),
        ("ECB_MRO@2027-01-01", True),
    ]
    merged = TABLE.merged_with(new.rows)
    assert len(merged.rows) == len(TABLE.rows) + 1
    assert changes(merged, new) == ()
    assert changes(merged, TABLE.merged_with(())) != ()


@pytest.mark.parametrize(
    ("line", "place", "told"),
    [
        ("ECB_MRO,2090-01-01,2.40,official,,ECB", "valid_from", "nothing official is known after"),
        ("ECB_MRO,2027-07-01,2.40,official,,ECB", "valid_from", "after 2027-01-01"),
        ("ECB_MRO,2027-01-01,2.40,official,2026-11-23,ECB", "published_on", "is still to come"),
    ],
)
def test_nothing_official_is_published_ahead(line: str, place: str, told: str) -> None:
    """What is to hold in 2090, or is dated tomorrow, is no official rate today."""
    with pytest.raises(RateFileError) as refusal:
        read_rates(f"{HEAD}\n{line}".encode(), "new.csv", TABLE, date(2026, 11, 22))
    (problem,) = refusal.value.problems
    assert (problem.line, problem.field) == (2, place)
    assert told in problem.message


def test_the_next_half_year_may_be_official_and_others_derived() -> None:
    """Published in December for January; whoever reckons ahead says that it is derived."""
    lines = (
        "ECB_MRO,2027-01-01,2.40,official,2026-11-22,ECB",
        "ECB_MRO,2027-07-01,2.40,derived,,by a rule",
    )
    new = read_rates("\n".join((HEAD, *lines)).encode(), "new.csv", TABLE, date(2026, 11, 22))
    assert len(new.rows) == 2


@pytest.mark.parametrize(
    ("line", "place", "told"),
    [
        ("LIBOR,2027-01-01,2.40,official,,ECB", "series", "'LIBOR' is not one of ECB_MRO"),
        ("ECB_MRO,2027-02-01,2.40,official,,ECB", "valid_from", "a 1 January or 1 July"),
        ("ECB_MRO,2027-13-01,2.40,official,,ECB", "valid_from", "a 1 January or 1 July"),
        ("ECB_MRO,2027-01-01,2.4 %,official,,ECB", "value", "percent a year"),
        ('ECB_MRO,2027-01-01,"2,40",official,,ECB', "value", "percent a year"),
        ("ECB_MRO,2027-01-01,NaN,official,,ECB", "value", "'NaN' is not percent"),
        ("ECB_MRO,2027-01-01,1e3,official,,ECB", "value", "percent a year"),
        ("ECB_MRO,2027-01-01,-10.1,official,,ECB", "value", "percent a year"),
        ("ECB_MRO,2027-01-01,240,official,,ECB", "value", "percent a year"),
        ("ECB_MRO,2027-01-01,2.40,sure,,ECB", "status", "one of official, derived"),
        ("ECB_MRO,2027-01-01,2.40,official,soon,ECB", "published_on", "a day such as"),
        ("ECB_MRO,2027-01-01,2.40,official,,", "source", "who published it"),
        ("ECB_MRO,2027-01-01,2.40,official,,=1+1", "source", "who published it"),
        ("ECB_MRO,2027-01-01,2.40,official,,A\x1b[2J", "source", "who published it"),
        ("ECB_MRO,2027-01-01,2.40,official,ECB", "", "expected 6 cells, found 5"),
        ('ECB_MRO,2027-01-01,2.40,official,,"ECB', "", "expected CSV"),
        ("ECB_MRO,2026-01-01,2.10,derived,,ECB", "status", "is known as official: 2.15"),
        (GOOD, "valid_from", "stands in this file already"),
    ],
)
def test_every_mistake_of_a_file_is_located(line: str, place: str, told: str) -> None:
    """Line, column, what was found and what was expected; nothing of the file is taken."""
    with pytest.raises(RateFileError) as refusal:
        read(GOOD, line, known=TABLE)
    (problem,) = refusal.value.problems
    assert (problem.file, problem.line, problem.field) == ("new.csv", 3, place)
    assert told in problem.message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "expected the head"),
        (b"a;b\n", "expected the head"),
        (f"{HEAD}\n".encode(), "expected at least one row"),
        (f"{HEAD}\nECB_MRO,\xe9".encode("latin-1"), "expected UTF-8"),
        (b"x" * (1024 * 1024 + 1), "expected at most"),
    ],
)
def test_what_is_no_file_of_rates_is_said(content: bytes, told: str) -> None:
    """Empty, of another kind, without rows, in another encoding, or far too large."""
    with pytest.raises(RateFileError, match=told):
        read_rates(content, "new.csv")


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody imports a file five times to learn of five mistakes."""
    with pytest.raises(RateFileError) as refusal:
        read("LIBOR,2027-02-01,x,sure,soon,=x", "short")
    assert len(refusal.value.problems) == 7


ROWS = st.builds(
    ReferenceRate,
    series=st.sampled_from(RateSeries),
    valid_from=st.dates(date(1999, 1, 1), date(2100, 1, 1)).map(half_year_of),
    value=st.integers(-100_000, 999_999).map(lambda number: Decimal(number) / 10_000),
    status=st.sampled_from(RateStatus),
    published_on=st.none() | st.dates(date(1999, 1, 1), date(2100, 1, 1)),
    source=st.from_regex(r"[A-Za-z][A-Za-z ,\"'é]{0,40}[a-z]", fullmatch=True),
)


@given(st.lists(ROWS, min_size=1, max_size=20))
def test_what_is_written_is_read_back(rows: list[ReferenceRate]) -> None:
    """A table survives its file, whatever is in it."""
    table = RateTable(rows)
    assert read_rates(rates_text(table.rows).encode(), "again.csv").rows == table.rows


def test_half_years_follow_each_other() -> None:
    """1 January and 1 July, and nothing else, begin a half-year."""
    assert half_year_of(day("2026-06-30")) == day("2026-01-01")
    assert half_year_of(day("2026-07-01")) == day("2026-07-01")
    assert next_half_year(day("2026-12-31")) == day("2027-01-01")
    with pytest.raises(ValueError, match="neither 1 January nor 1 July"):
        ReferenceRate(
            series=RateSeries.ECB_MRO,
            valid_from=day("2026-03-01"),
            value=Decimal(1),
            status=RateStatus.OFFICIAL,
            source="ECB",
        )
