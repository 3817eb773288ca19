"""What does a letter cost? By the rows of a table that anybody may edit, or nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.letter_price import quote
from domain.letter_price_file import COLUMNS, PriceFileError, read_letter_prices
from schemas.letter_price import LetterFormat, PriceRow, PriceStatus, Quote
from schemas.postage import LetterKind

HEAD = ",".join(COLUMNS)
TODAY = date(2026, 11, 20)
TABLE = """
folder,ordinary,FR,FR,20,1.00,EUR,2025-01-01,official,the post
folder,ordinary,FR,FR,20,1.50,EUR,2026-01-01,official,the post
folder,ordinary,FR,FR,100,3.00,EUR,2026-01-01,provisional,the post
folder,ordinary,FR,*,20,2.10,EUR,2026-01-01,official,the post
folder,registered,FR,FR,,6.00,EUR,2026-01-01,official,the post
folder,receipt,FR,FR,,1.30,EUR,2026-01-01,official,the post
folder,sheet,*,*,,0.0125,EUR,2026-01-01,agreed,the stationer
folder,page,*,*,,0.03,EUR,2026-01-01,agreed,the printer
folder,colour-page,*,*,,0.20,EUR,2026-01-01,agreed,the printer
maileva,ordinary,FR,FR,,1.90,EUR,2026-01-01,agreed,our contract
maileva,colour-page,FR,FR,,0.25,USD,2026-01-01,agreed,our contract
"""


def rows(table: str = TABLE) -> tuple[PriceRow, ...]:
    """The rows of a table as its file says them."""
    return read_letter_prices(f"{HEAD}{table}".encode(), "prices.csv")


def cost(provider: str = "folder", on: date = TODAY, **wanted: object) -> Quote:
    """What a letter costs by the table above."""
    plain = {"kind": LetterKind.ORDINARY, **wanted}
    return quote(rows(), provider, LetterFormat.model_validate(plain), on)


@pytest.mark.parametrize(
    ("wanted", "price"),
    [
        # 1.50 + one sheet 0.0125 + one page 0.03 = 1.5425
        ({}, "1.54 EUR"),
        # Six pages on three sheets weigh 5 + 15 = 20 g: 1.50 + 0.0375 + 0.18 = 1.7175
        ({"pages": 6}, "1.72 EUR"),
        # On six sheets they weigh 35 g: 3.00 + 0.075 + 0.18 = 3.255, half up
        ({"pages": 6, "duplex": False}, "3.26 EUR"),
        # 1.50 + 0.0125 + 0.20
        ({"colour": True}, "1.71 EUR"),
        # 2.10 + 0.0125 + 0.03
        ({"country": "DE"}, "2.14 EUR"),
        # 6.00 and its receipt 1.30 + 0.0125 + 0.03
        ({"kind": LetterKind.REGISTERED}, "7.34 EUR"),
    ],
    ids=str,
)
def test_a_letter_costs_its_postage_paper_and_printing(
    wanted: dict[str, object], price: str
) -> None:
    """Kind, weight, sides, colour, country: added up with four decimals, then rounded half up."""
    assert str(cost(**wanted).price) == price


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"kind": LetterKind.TRACKED}, "no row folder,tracked,FR,FR holds for a letter of 10 g"),
        ({"pages": 60}, "no row folder,ordinary,FR,FR holds for a letter of 155 g"),
        ({"sent_from": "DE", "country": "DE"}, "no row folder,ordinary,DE,DE"),
        ({"kind": LetterKind.ELECTRONIC_QUALIFIED}, "FR holds for a letter on 2026-11-20"),
        ({"provider": "maileva", "colour": True}, "in EUR and USD, and nothing converts them"),
        ({"on": date(2024, 12, 31)}, "on 2024-12-31"),
    ],
    ids=str,
)
def test_nobody_invents_a_price(wanted: dict[str, object], why: str) -> None:
    """Without a row for the kind, the weight, the way or the day there is none, and it says so."""
    found = cost(**wanted)  # type: ignore[arg-type] # the provider and the day, where one is told
    assert (found.price, why in found.why) == (None, True)


def test_a_price_is_as_sure_as_its_least_sure_part() -> None:
    """What rests on one provisional row is provisional; what holds for another day is not used."""
    assert cost().status is PriceStatus.AGREED
    assert cost(pages=8).status is PriceStatus.PROVISIONAL
    assert str(cost(on=date(2025, 12, 31)).price) == "1.00 EUR"
    assert [part.row.valid_from.year for part in cost().parts] == [2026] * 3


def test_a_price_that_holds_everything_needs_no_other_row() -> None:
    """A provider whose price includes paper and printing has one row; what has none is named."""
    found = cost("maileva")
    assert str(found.price) == "1.90 EUR"
    assert found.without == ("envelope", "sheet", "page")


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("folder,parcel,FR,FR,,1,EUR,2026-01-01,official,x", "prices.csv:2: item: 'parcel'"),
        ("folder,page,FR,fr,,1,EUR,2026-01-01,official,x", "prices.csv:2: to: 'fr'"),
        ("folder,page,FR,FR,,-1,EUR,2026-01-01,official,x", "prices.csv:2: price: '-1'"),
        ("folder,page,FR,FR,,1,EUR,2026-02-30,official,x", "prices.csv:2: valid_from: "),
        ("folder,page,FR,FR,,1,EUR,2026-01-01,sure,x", "prices.csv:2: status: 'sure'"),
        ("folder,page,FR,FR,,1,EUR,2026-01-01,official,=1+1", "prices.csv:2: source: '=1+1'"),
        ("folder,page", "prices.csv:2: expected 10 cells, found 2"),
        ("\n".join(["folder,page,FR,FR,,1,EUR,2026-01-01,official,x"] * 2), "prices.csv:3: stands"),
    ],
)
def test_a_mistake_in_the_table_is_located(row: str, place: str) -> None:
    """File, line, column, value and what was expected; one mistake spoils the whole table."""
    with pytest.raises(PriceFileError) as wrong:
        rows(f"\n{row}\n")
    assert place in str(wrong.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n", b'x"' * 9, b"x" * 1_100_000])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    """An empty, a foreign or an endless file gives no price."""
    with pytest.raises(PriceFileError):
        read_letter_prices(content, "prices.csv")


def test_the_prices_that_come_with_it_are_provisional() -> None:
    """Nobody here verified a price: each names its source, and none passes for official."""
    found = read_letter_prices(Path("rates/letter-prices.csv").read_bytes(), "prices.csv")
    assert {row.status for row in found} == {PriceStatus.PROVISIONAL}
    assert {row.provider for row in found} == {"folder"}
