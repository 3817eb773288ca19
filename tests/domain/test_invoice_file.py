"""Is it a list of invoices? Broken lines are named, and never swallow the good ones after them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.import_report import problem_report
from domain.invoice_import import RowProblem, read_invoices
from tests.support.invoice_files import HEADER, ROW, read


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_break_the_import(content: bytes) -> None:
    """Whatever a file holds, the answer is rows or problems, never a stack trace."""
    for head in (b"", HEADER.encode() + b"\n"):
        for file in ("a.csv", "a.jsonl"):
            found = read_invoices(head + content, file, "atelier")
            assert found.rows or found.problems or head or file == "a.jsonl"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"PK\x03\x04abc", "Excel workbook"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"\x81\xff;\n", "UTF-8 or Windows-1252"),
        (b"number;name;amount\nF1;x;3", "missing columns debtor (or client)"),
        (b"number;amount;montant;debtor;name;issue_date;due_date\n", "one column of amount"),
    ],
)
def test_file_that_is_no_list_of_invoices_is_refused_in_one_sentence(
    content: bytes, expected: str
) -> None:
    """A wrong file gives one problem that says what is wrong with it."""
    found = read(content)
    assert found.rows == ()
    assert len(found.problems) == 1
    assert expected in found.problems[0].expected


def test_json_lines_with_a_nested_address() -> None:
    """Programs may send JSON Lines: the same names, numbers as they are, an address object."""
    good = {
        "number": "F1",
        "debtor": "C1",
        "name": "Mill Ltd",
        "issue_date": "2027-01-02",
        "due_date": "2027-02-01",
        "amount": 1234.1,
        "currency": "GBP",
        "email": None,
        "shoe_size": 44,
        "address": {
            "lines": ["1 Mill Lane", "Unit 2"],
            "postcode": "SW1A 1AA",
            "city": "London",
            "country": "GB",
        },
    }
    lines = [json.dumps(good), "{oops", "[1]", json.dumps(good | {"number": True}), "[" * 9999]
    lines += ['{"amount": 1, "amount": 2}', json.dumps(good | {"montant": "2"})]
    found = read("\n".join(lines), "invoices.jsonl")
    assert [row.line for row in found.rows] == [1]
    assert str(found.rows[0].invoice.amount) == "1234.10 GBP"
    assert found.rows[0].debtor.address.lines == ("1 Mill Lane", "Unit 2", "London", "SW1A 1AA")
    assert [problem.line for problem in found.problems] == [2, 3, 4, 5, 6, 7]
    assert "each once" in found.problems[4].expected
    assert "once" in found.problems[5].expected
    assert found.problems[2].column == "number"
    assert found.notices == ("These fields are not known and were left out: shoe_size.",)


def test_quotes_ragged_rows_and_lines_inside_cells() -> None:
    """Broken rows are named by their line, and never swallow the good rows after them."""
    rows = [
        'F1;C1;"Dupont ""Frères""; fils";2027-01-02;2027-02-01;5.00',
        'F2;C2;5" nails Ltd;2027-01-02;2027-02-01;5.00',
        'F3;C3;"never closed;2027-01-02;2027-02-01;5.00',
        "F4;C4;short",
        'F5;C5;"SARL "Le Bon" Pain";2027-01-02;2027-02-01;5.00',
        "F6;C6;trailing;2027-01-02;2027-02-01;5.00;;",
        ";;;;;",
        "",
        "F7;C7;=1+1;2027-01-02;2027-02-01;5.00",
    ]
    found = read("\n".join([HEADER, *rows]))
    assert [(row.invoice.number, row.debtor.name) for row in found.rows] == [
        ("F1", 'Dupont "Frères"; fils'),
        ("F2", '5" nails Ltd'),
        ("F6", "trailing"),
        ("F7", "=1+1"),
    ]
    assert [problem.line for problem in found.problems] == [4, 5, 6]
    assert "quotes are closed" in found.problems[0].expected
    assert "6 cells, as the header has; it has 3" in found.problems[1].expected


def test_line_numbers_count_the_lines_of_the_file() -> None:
    """After a cell of several lines, a problem still names the line an editor shows."""
    text = f'{HEADER};address\n{ROW};"1 rue A\n2e étage"\nF-2;C;x;soon;2027-02-01;5.00;\n'
    found = read(text)
    assert [row.line for row in found.rows] == [2]
    assert [problem.line for problem in found.problems] == [4]


def test_same_number_twice_in_a_file() -> None:
    """A repeated row is left out; a second row of a number with other data is a problem."""
    found = read(f"{HEADER}\n{ROW}\n{ROW}\n{ROW.replace('234', '235')}\n")
    assert [row.line for row in found.rows] == [2]
    assert [problem.line for problem in found.problems] == [4]
    assert "line 2 has it with other data" in found.problems[0].expected
    assert found.notices == ("Rows left out because they repeat an earlier one: 1.",)


def test_debtor_who_contradicts_themselves_is_noticed() -> None:
    """Of two e-mail addresses for one debtor in a file the last one counts, and it is said."""
    head = f"{HEADER};email"
    second = ROW.replace("F-1", "F-2")
    found = read(f"{head}\n{ROW};old@a.example\n{second};new@a.example\n")
    assert found.problems == ()
    [notice] = found.notices
    assert notice == (
        "Debtor C1: email is 'old@a.example' in line 2 and 'new@a.example' in line 3; "
        "the last one counts."
    )
    assert found.rows[-1].debtor.email == "new@a.example"
    assert found.fields == {"email"}


def test_report_is_no_way_into_a_spreadsheet() -> None:
    """A value that looks like a formula is text in the report, too."""
    report = problem_report([RowProblem(2, "amount", "=HYPERLINK(1)", "an amount, such as 1.00")])
    assert list(csv.reader(io.StringIO(report))) == [
        ["line", "column", "value", "expected", "row"],
        ["2", "amount", "'=HYPERLINK(1)", "an amount, such as 1.00", "left out"],
    ]
