"""Which invoice does a row hold? Its cells as people write them; each bad one is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.import_columns import FIELDS
from domain.invoice_import import read_invoices
from schemas.invoice import Invoice
from schemas.parties import Capacity, Debtor
from tests.support.invoice_files import HEADER, ROW, read, read_row, told


def test_row_becomes_a_debtor_and_an_invoice_with_its_reference() -> None:
    """A row with every column gives a whole debtor and a whole invoice."""
    found = read_row(
        currency="GBP",
        purchase_order="PO 7",
        email="ap@mill.example",
        phone="+44 20 7946 0000",
        address="1 Mill Lane\nUnit 2",
        postcode="SW1A 1AA",
        city="London",
        country="United Kingdom",
        vat_id="GB 980 7806 84",
        capacity="company",
    )
    assert found.problems == ()
    row = found.rows[0]
    assert row.line == 2
    assert row.debtor.address.lines == ("1 Mill Lane", "Unit 2", "London", "SW1A 1AA")
    assert (row.debtor.country, row.debtor.language) == ("GB", "en")
    assert row.debtor.vat_id == "GB980780684"
    assert str(row.invoice.amount) == "1234.56 GBP"
    assert row.invoice.due_date == date(2027, 2, 1)
    assert row.invoice.reference.startswith("RF")
    # Nothing that the import builds without checks would fail the checks.
    assert Debtor.model_validate(row.debtor.model_dump()) == row.debtor
    assert Invoice.model_validate(row.invoice.model_dump()) == row.invoice


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_files_as_programs_write_them(encoding: str, delimiter: str, newline: str) -> None:
    """Excel, accounting programs and Unix tools all write files that are read alike."""
    text = f"{HEADER}\n{ROW.replace('1 234,56', '1234.56')}\n".replace(";", delimiter)
    found = read(text.replace("\n", newline).encode(encoding))
    assert found.problems == ()
    assert found.rows[0].debtor.name == "Boulangerie Lefèvre"
    assert found.rows[0].invoice.amount.amount == Decimal("1234.56")
    assert bool(found.notices) == (encoding in {"cp1252", "utf-16"})


def test_french_headers_are_understood() -> None:
    """A French export needs no renaming of columns, whatever accents and capitals it uses."""
    text = (
        "N° Facture;Code client;Raison sociale;Date facture;Échéance;Montant TTC;Devise;Courriel;"
        "Téléphone;Adresse;Code postal;Ville;Pays;Langue;SIREN;TVA;Qualité;Commande;Vendeur\n"
        "F1;C1;Mairie de Lyon;02/01/2027;1/2/2027;1 234,56;€;compta@lyon.example;04 72 10 30 30;"
        "1 place de la Comédie;69001;LYON;France;français;;;administration;BC 12;Zoé\n"
    )
    found = read(text)
    assert found.problems == ()
    debtor, invoice = found.rows[0].debtor, found.rows[0].invoice
    assert (debtor.capacity, debtor.language, debtor.country) == (Capacity.PUBLIC, "fr", "FR")
    assert (invoice.issue_date, invoice.due_date) == (date(2027, 1, 2), date(2027, 2, 1))
    assert invoice.purchase_order == "BC 12"
    assert found.notices == ("These columns are not known and were left out: Vendeur.",)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("amount", "12x", "an amount such as 1234.56 or 1 234,56"),
        ("amount", "", "an amount such as"),
        ("amount", "-5", "an amount above zero (credit notes are not imported)"),
        ("amount", "0,00", "an amount above zero"),
        ("amount", "1.2345", "an amount of at most 2 decimals, as EUR has"),
        ("amount", "1,234", "this could be one or a thousand"),
        ("amount", "1.234.56", "an amount such as"),
        ("amount", "12 34", "an amount such as"),
        ("amount", "1e3", "an amount such as"),
        ("amount", "NaN", "an amount such as"),
        ("amount", "£12", "an amount in EUR"),
        ("amount", "9" * 13, "below a million million"),
        ("amount", "9" * 30, "an amount such as"),
        ("due_date", "02/13/2027", "a day that exists"),
        ("due_date", "2027-02-30", "a day that exists"),
        ("due_date", "01/02/27", "a date such as 2027-01-31 or 31/01/2027 (day first)"),
        ("due_date", "tomorrow", "a date such as"),
        ("due_date", "0027-02-01", "a date with a year from 1970 to 2199"),
        ("due_date", "2027-01-01", "a day on or after the issue date 2027-01-02"),
        ("currency", "EURO", "a currency code such as EUR or GBP"),
        ("currency", "XXX", "a currency code"),
        ("email", "a@b.fr\nBcc: c@d.fr", "plain text without control characters"),
        ("country", "Atlantis", "a country code such as FR"),
        ("language", "!", "a language code such as fr or en"),
        ("siren", "552081318", "a SIREN of nine digits"),
        ("vat_id", "FR00303265045", "a VAT id"),
        ("capacity", "friend", "business, consumer or public"),
        ("number", "", "an invoice number"),
        ("number", "F" * 65, "a text of at most 64 characters"),
        ("number", "F\x001", "plain text without control characters"),
        ("debtor", "", "the number of a debtor"),
        ("name", "", "the name of a debtor"),
        ("name", "a\nb", "plain text without control characters"),
        ("address", "a\nb\nc\nd\ne\nf", "an address of at most 5 lines"),
    ],
)
def test_bad_cell_is_named_with_what_was_expected(column: str, value: str, expected: str) -> None:
    """A bad cell is reported with line, column, value and what should stand there."""
    found = read_row(**{column: value})
    assert found.rows == ()
    [problem] = found.problems
    assert (problem.line, problem.column) == (2, column)
    assert expected in problem.expected
    assert problem.value.rstrip("…") in {value, value[:80], value.replace("\n", ", ")}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("email", "a@b", "an e-mail address such as"),
        ("escalation_email", "boss at mill", "an e-mail address such as"),
        ("account_manager", "Anna", "an e-mail address such as"),
        ("phone", "call me", "a telephone number such as"),
    ],
)
def test_an_unusable_contact_keeps_no_invoice_out(column: str, value: str, expected: str) -> None:
    """The row goes in without it, as if it were missing; the warning names line, invoice, value."""
    found = read_row(**{column: value})
    [row], [warning] = found.rows, found.warnings
    assert (found.problems, getattr(row.debtor, column)) == ((), "")
    assert (warning.line, warning.column) == (2, column)
    assert warning.expected.startswith(f"F-1 goes in without {column} {value!r}: expected")
    assert expected in warning.expected
    assert Debtor.model_validate(row.debtor.model_dump()) == row.debtor


def test_all_bad_cells_of_a_row_are_named_and_good_rows_go_in() -> None:
    """One pass shows every mistake; rows without one are imported."""
    found = read(f"{HEADER}\nF-1;;x;soon;later;much\n{ROW}\n")
    assert [problem.column for problem in found.problems] == [
        "issue_date",
        "due_date",
        "amount",
        "debtor",
    ]
    assert [row.line for row in found.rows] == [3]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1\u00a0234,56 €", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1\u2019234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1234", "1234"),
        ("1234,5", "1234.50"),
        ("EUR 1234.50", "1234.50"),
        ("+7.00", "7.00"),
        ("0,01", "0.01"),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: str) -> None:
    """Thousands and decimals are understood in every usual notation."""
    found = read_row(amount=text)
    assert told(found) == []
    assert found.rows[0].invoice.amount.amount == Decimal(amount)


def test_one_or_a_thousand_is_decided_by_the_column_or_not_at_all() -> None:
    """``1,234`` is a thousand where other amounts use the dot for cents; else it is refused."""

    def amounts(*cells: str) -> tuple[list[str], int]:
        rows = "".join(f"F{n}\tC\tx\t2027-01-02\t2027-02-01\t{c}\n" for n, c in enumerate(cells))
        found = read(HEADER.replace(";", "\t") + "\n" + rows)
        return [str(row.invoice.amount.amount) for row in found.rows], len(found.problems)

    assert amounts("1,234", "12.50") == (["1234.00", "12.50"], 0)
    assert amounts("1,234", "1,234,567") == (["1234.00", "1234567.00"], 0)
    assert amounts("1.234", "12,50") == (["1234.00", "12.50"], 0)
    assert amounts("1,234", "12,50") == (["12.50"], 1)
    assert amounts("1,234") == ([], 1)
    assert amounts("1,234", "12.50", "12,50") == (["12.50", "12.50"], 1)


@given(st.decimals("0.01", "999999999.99", places=2), st.sampled_from([" ", "\u202f", "'", "."]))
def test_any_amount_is_read_back_from_french_notation(amount: Decimal, group: str) -> None:
    """What a French program writes is what we read, to the cent."""
    text = f"{amount:,.2f}".replace(",", group).replace(".", ",") if group != "." else ""
    text = text or f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_row(amount=text).rows[0].invoice.amount.amount == amount


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.sampled_from("/.-"))
def test_any_date_is_read_back_with_the_day_first(day: date, sign: str) -> None:
    """Every day is read from ISO and from day-month-year alike; months never come first."""
    text = day.strftime(f"%d{sign}%m{sign}") + f"{day.year:04}"
    found = read_row(issue_date=text, due_date=day.isoformat())
    assert found.rows[0].invoice.issue_date == found.rows[0].invoice.due_date == day


@given(st.sampled_from(FIELDS), st.text(max_size=30) | st.from_regex(r"[A-Z]{2}[0-9 .,-]{0,15}"))
def test_no_cell_breaks_the_import(field: str, text: str) -> None:
    """Whatever a cell holds, its row is imported or its problem is told."""
    found = read_row(**{field: text})
    assert bool(found.rows) != bool(found.problems)
    for row in found.rows:
        assert Debtor.model_validate(row.debtor.model_dump()) == row.debtor
        assert Invoice.model_validate(row.invoice.model_dump()) == row.invoice


def test_leading_zero_that_a_spreadsheet_dropped_is_given_back() -> None:
    """The French postcode 1000 is 01000; no other country's four digits are touched."""
    found = read_row(postcode="1000", city="BOURG")
    assert found.rows[0].debtor.address.lines == ("01000 BOURG",)
    assert "leading zero" in found.notices[0]
    assert read_row(postcode="1000", country="BE").rows[0].debtor.address.lines == ("1000",)


def test_a_row_that_was_read_is_a_whole_invoice_and_debtor() -> None:
    """Put together without being checked again, they are what checking would have made of them."""
    cells = "F-1;C1;Lefèvre;2026-01-15;2026-02-14;100,00;12.5;10/01/2026;15000;AURILLAC"
    head = "number;debtor;name;issue_date;due_date;amount;contract_rate;delivery_date;postcode;city"
    [row] = read_invoices(f"{head}\n{cells}\n".encode(), "i.csv", "atelier").rows
    for one in (row.invoice, row.debtor, row.invoice.amount):
        checked = type(one).model_validate(one.model_dump())
        assert (one, hash(one), repr(one)) == (checked, hash(checked), repr(checked))
        assert one.model_dump_json() == checked.model_dump_json()
        assert one.model_copy() == one
    with pytest.raises(ValidationError, match="frozen"):
        row.invoice.number = "F-2"  # type: ignore[misc]


def test_a_debtor_who_is_written_in_turns_is_read_in_turns() -> None:
    """The number with and without a space is one debtor: each row counts, each change is told."""
    head = "number;debtor;name;issue_date;due_date;amount;city"
    rows = [("C1", "LYON"), (" C1", "PARIS"), ("C1", "LYON"), ("C1", "LYON")]
    lines = [
        f"F-{place};{number};Lefèvre;2026-01-15;2026-02-14;1,00;{city}"
        for place, (number, city) in enumerate(rows)
    ]
    found = read_invoices("\n".join([head, *lines]).encode(), "i.csv", "atelier")
    assert [row.debtor.address.lines for row in found.rows] == [
        *(("LYON",), ("PARIS",), ("LYON",), ("LYON",)),
    ]
    assert [one for one in found.notices if "'PARIS' in line 3 and 'LYON' in line 4" in one]
