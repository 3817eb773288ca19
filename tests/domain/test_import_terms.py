"""When is an imported invoice due, at which rate is it late? Its contract says, and the law."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.import_terms import HouseTerms
from domain.invoice_import import InvoiceFile, read_invoices
from schemas.agreed_interest import TermsRates
from schemas.payment_terms import Agreement
from tests.support.claims import TABLE

TODAY = date(2026, 3, 1)


def read(row: str, columns: str = "due_date", house: HouseTerms | None = None) -> InvoiceFile:
    """One invoice of 15 January 2026 with these cells in these columns."""
    head = f"number;debtor;name;issue_date;amount;{columns}"
    text = f"{head}\nF-1;C1;Lefèvre;2026-01-15;100,00;{row}\n"
    return read_invoices(text.encode(), "i.csv", "atelier", house=house)


def held(**told: object) -> HouseTerms:
    """General terms that are held against the shipped rates on 1 March 2026."""
    return HouseTerms(table=TABLE, on=TODAY, **told)  # type: ignore[arg-type]


def test_terms_give_the_due_date_where_the_invoice_names_none() -> None:
    """45 days end of month from 15 January is 31 March; no column of due dates is needed."""
    found = read("EOM_A_45", "terms")
    assert (found.problems, found.warnings) == ((), ())
    assert found.rows[0].invoice.due_date == date(2026, 3, 31)
    assert found.rows[0].invoice.terms == "EOM_A_45"
    assert read(";net_30", "due_date;conditions de paiement").rows[0].invoice.due_date == date(
        2026, 2, 14
    )


def test_the_due_date_of_the_invoice_rules_and_a_difference_is_told() -> None:
    """The row is good; the report says what its term would give."""
    found = read("2026-02-28;NET_30", "due_date;terms")
    assert found.rows[0].invoice.due_date == date(2026, 2, 28)
    [warning] = found.warnings
    assert (warning.line, warning.column) == (2, "due_date")
    assert warning.expected == "the invoice is due 2026-02-28, its term NET_30 gives 2026-02-14"


def test_the_general_terms_are_the_last_fall_back() -> None:
    """They serve a row that names nothing, and contradict none that names a day."""
    house = HouseTerms(terms="NET_45")
    assert read("", "purchase_order", house).rows[0].invoice.due_date == date(2026, 3, 1)
    assert read(";NET_10", "due_date;terms", house).rows[0].invoice.due_date == date(2026, 1, 25)
    assert read("2026-01-20", house=house).warnings == ()
    bare = read("", house=HouseTerms())
    assert bare.rows == ()
    assert "payment terms" in bare.problems[0].expected
    unknown = read(";à réception", "due_date;terms")
    assert unknown.problems[0].column == "terms"
    assert "NET_30, EOM_A_45" in unknown.problems[0].expected


@pytest.mark.parametrize(
    ("cells", "columns", "house", "words"),
    [
        ("2026-03-17", "due_date", HouseTerms(), "2026-03-16 (60 days from the invoice, Code de c"),
        ("EOM_A_60", "terms", HouseTerms(), None),
        (
            *("2026-04-01;EOM_A_45", "due_date;terms", HouseTerms()),
            "2026-03-31 (60 days, or 45 days end of month, Code de commerce L441-10 I)",
        ),
        (
            *("2026-02-15", "due_date", HouseTerms(agreement=Agreement.TRANSPORT)),
            "2026-02-14 (30 days from the invoice, Code de commerce L441-11)",
        ),
        ("2026-03-20;DE", "due_date;country", HouseTerms(), "2026-03-16 (60 days, BGB 271a)"),
        (
            *("2026-03-01;public", "due_date;capacity", HouseTerms()),
            "2026-02-14 (30 days from the request, Code de la commande publique R2192-10)",
        ),
        (
            *("2026-02-10;2026-01-02", "due_date;delivery_date"),
            HouseTerms(agreement=Agreement.PERISHABLE_FOOD),
            "2026-02-01 (30 days from delivery, Code de commerce L441-11)",
        ),
        ("2026-03-16", "due_date", HouseTerms(), None),
        ("2026-12-31;consumer", "due_date;capacity", HouseTerms(), None),
    ],
)
def test_a_day_later_than_lawful_is_warned_of_by_article_and_day(
    cells: str, columns: str, house: HouseTerms, words: str | None
) -> None:
    """Sixty days net unless the terms say end of month or the creditor says otherwise."""
    found = read(cells, columns, house)
    assert len(found.rows) == 1
    told = [warning.expected for warning in found.warnings]
    assert any(words in one for one in told) if words else told == []


def test_the_rate_of_an_invoice_is_read_and_held_against_the_law() -> None:
    """In France 7.5 % is below three times 2.62 %: the row is refused, 12.15 % is proposed."""
    good = read("2026-02-14;12,5 %", "due_date;taux de pénalité", held())
    assert good.rows[0].invoice.contract_rate == Decimal("12.5")
    low = read("2026-02-14;7.5", "due_date;contract_rate", held())
    assert low.rows == ()
    [problem] = low.problems
    assert (problem.line, problem.column, problem.value) == (2, "contract_rate", "7.5")
    assert "floor of 7.86 %" in problem.expected
    assert "12.15 % applies" in problem.expected
    abroad = read("2026-02-14;7.5;DE", "due_date;contract_rate;country", held())
    assert len(abroad.rows) == 1
    public = read("2026-02-14;15;public", "due_date;contract_rate;capacity", held())
    assert "no contract rate applies to a public body" in public.problems[0].expected


def test_a_high_or_provisional_rate_is_warned_of_once() -> None:
    """Of a thousand rows that are alike one warning is enough; each that is refused is named."""
    head = "number;debtor;name;issue_date;amount;due_date;contract_rate\n"

    def rows(rate: str, due: str) -> InvoiceFile:
        lines = "".join(f"F-{n};C1;L;2026-01-15;1,00;{due};{rate}\n" for n in range(9))
        return read_invoices((head + lines).encode(), "i.csv", "atelier", house=held())

    high = rows("21", "2026-02-14")
    assert (len(high.rows), len(high.warnings)) == (9, 1)
    assert "penalty clause" in high.warnings[0].expected
    [provisional] = [one for one in rows("9", "2026-07-31").warnings if one.column != "due_date"]
    assert "provisional: held against the last known floor of 7.86 %" in provisional.expected
    assert len(rows("7", "2026-02-14").problems) == 9


def test_a_rate_below_the_floor_is_refused_in_one_sentence() -> None:
    """Nobody reads that 2 is not a rate: it is one, that the law does not let."""
    [problem] = read("2026-02-14;2", "due_date;contract_rate", held()).problems
    assert str(problem).startswith("line 2, contract_rate: a contract rate of 2 % is below the ")
    assert "is not" not in str(problem)


def test_an_invoice_whose_lawful_rate_was_overtaken_since_goes_in_with_a_warning() -> None:
    """12 % were lawful in 2022: a ledger that names the invoice every day does not stand still."""
    head = "number;debtor;name;issue_date;amount;due_date;contract_rate\n"
    row = "F-1;C1;Lefèvre;2022-10-15;100,00;2022-11-30;12\n"
    found = read_invoices((head + row).encode(), "i.csv", "atelier", house=held())
    assert (len(found.rows), found.problems) == (1, ())
    [told] = [one.expected for one in found.warnings if one.column == "contract_rate"]
    assert "floor of 12.66 %" in told
    assert "from 2023-07-01 the lower of it and the law's own rate (14.00 %) is counted" in told


@pytest.mark.parametrize(
    ("capacity", "delivered", "today", "words"),
    [
        # Two years from delivery (Code de la consommation L218-2), five of a business (L110-4).
        (
            "consumer",
            date(2024, 1, 10),
            date(2026, 1, 11),
            "last day to go to court was 2026-01-10",
        ),
        ("consumer", date(2024, 1, 10), date(2026, 1, 10), "last day to go to court is 2026-01-10"),
        ("consumer", date(2024, 1, 10), date(2025, 12, 11), "last day to go to court is 2026-01-1"),
        ("consumer", date(2024, 1, 10), date(2025, 12, 10), ""),
        ("business", date(2024, 1, 10), date(2026, 1, 11), ""),
        (
            "business",
            date(2021, 1, 10),
            date(2026, 1, 11),
            "last day to go to court was 2026-01-10",
        ),
    ],
)
def test_a_barred_claim_is_told_when_it_is_imported(
    capacity: str, delivered: date, today: date, words: str
) -> None:
    """It goes in; the report names the day, thirty days before it passes and ever after."""
    cells = f"2026-02-14;{capacity};{delivered}"
    house = HouseTerms(on=today)
    found = read(cells, "due_date;capacity;delivery_date", house)
    assert len(found.rows) == 1
    told = [one.expected for one in found.warnings if one.column == "issue_date"]
    assert bool(told) is bool(words)
    assert all(words in one and one.startswith("F-1: ") for one in told)


@pytest.mark.parametrize("text", ["0", "-1", "100.01", "1e1", "12.5.1", "12.00001", "NaN", "¾"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    """Only a plain percentage above nothing is one."""
    found = read(f"2026-02-14;{text}", "due_date;contract_rate")
    assert found.problems[0].expected.startswith("a yearly rate above 0")


def test_general_terms_that_a_debtors_law_refuses_are_told_in_the_report() -> None:
    """A German creditor's 7 % towards a French debtor: the row goes in, the floor is named."""
    house = held(rates=TermsRates(business=Decimal(7)))
    found = read("2026-02-14", house=house)
    assert len(found.rows) == 1
    assert found.warnings[0].expected.startswith("of the general terms: a contract rate of 7 %")
    assert read("2026-02-14;public", "due_date;capacity", house).warnings == ()


def test_the_day_of_delivery_is_read() -> None:
    """It may be empty, and is never the month first."""
    assert read("2026-02-14;10/01/2026", "due_date;date livraison").rows[
        0
    ].invoice.delivery_date == date(2026, 1, 10)
    assert read("2026-02-14;", "due_date;delivery_date").rows[0].invoice.delivery_date is None
    assert read("2026-02-14;x", "due_date;delivery_date").problems[0].column == "delivery_date"
