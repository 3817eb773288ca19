"""Do the other formats say what the bank said?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.bank import Flag, TransactionKind, TransactionStatus
from schemas.csv_profile import CsvProfile
from statements.cfonb import french_iban
from statements.csv_profiles import shipped_profiles
from statements.errors import BadValueError, NotABankFileError
from statements.reader import read_bank_file
from statements.values import local_amount, reference, short_day
from tests.statements.reading import SAMPLES, read, sample


def test_cfonb_joins_what_it_had_to_cut() -> None:
    """The two halves of a remittance are one text, with payer, purpose and end-to-end id."""
    found = read("plain.cfonb.txt")
    line = found.transactions[0]
    assert line.remittance[0].endswith("CHANTIER LYON PART-DIEU")
    assert (line.end_to_end_id, line.purpose) == ("E2E-17", "SUPP")
    assert line.counterparty is not None
    assert line.counterparty.name == "MENUISERIE DUBOIS"
    assert found.statements[0].adds_up
    assert found.statements[0].account == "FR7630006000011234567890189"


def test_cfonb_unpaid_debit_is_a_returned_receipt() -> None:
    """Code B3 takes a customer's money back, with the bank's reason."""
    line = read("plain.cfonb.txt").transactions[1]
    assert line.kind is TransactionKind.RETURNED_RECEIPT
    assert (line.amount, line.mandate) == (Decimal("-50.00"), "RUM-44")
    assert line.returned is not None
    assert line.returned.code == "04"


@pytest.mark.parametrize(
    ("line_end", "change"), [("", ""), ("\r\n", ""), ("\n\n", ""), ("\n", "lower")]
)
def test_cfonb_habits_are_accepted(line_end: str, change: str) -> None:
    """No line ends, blank lines and lower case change nothing."""
    records = sample("plain.cfonb.txt").decode().splitlines()
    content = line_end.join(one.lower() if change else one for one in records).encode()
    found = read_bank_file(content)
    assert [one.amount for one in found.transactions] == [Decimal("119.00"), Decimal("-50.00")]


def test_cfonb_accounts_may_be_interleaved() -> None:
    """Two accounts whose records alternate give two whole statements."""
    first = sample("plain.cfonb.txt").decode().splitlines()
    second = [one.replace("12345678901", "98765432109") for one in first]
    mixed = [line for pair in zip(first, second, strict=True) for line in pair]
    found = read_bank_file("\n".join(mixed).encode())
    assert [one.adds_up for one in found.statements] == [True, True]
    assert len(found.transactions) == 4


def test_french_iban_is_that_of_the_bank() -> None:
    """Bank, branch and account give the IBAN that camt names."""
    assert french_iban("20041", "01005", "0500013M026") == "FR1420041010050500013M02606"
    assert french_iban("20041", "01005", "?") == ""


def test_mt940_reads_reversed_credit_as_money_out() -> None:
    """RC takes money away; a year without digits is the nearest one."""
    found = read("plain.mt940.txt")
    first, second = found.transactions
    assert (second.amount, second.kind) == (Decimal("-20.00"), TransactionKind.RETURNED_RECEIPT)
    assert first.booking_date == date(2026, 1, 2)
    assert first.remittance == ("RECHNUNG NR FA-2026-00017 DANKE",)
    assert (first.end_to_end_id, first.bank_reference) == ("KUNDE-4711", "BANKREF2026-17")
    assert first.counterparty is not None
    assert first.counterparty.iban == "DE89370400440532013000"
    assert found.statements[0].adds_up
    assert not found.quarantined


def test_ofx_reads_commas_entities_and_unclosed_tags() -> None:
    """Amounts with comma or point, and names with an ampersand."""
    found = read("plain.ofx")
    assert [one.amount for one in found.transactions] == [Decimal("119.00"), Decimal("-50.00")]
    assert found.transactions[0].bank_text == "MENUISERIE DUBOIS & FILS"
    assert found.statements[0].closing is not None
    assert found.statements[0].closing.amount == Decimal("1069.00")


def test_open_banking_settles_only_what_is_booked() -> None:
    """Pending lines settle nothing, and a bad one is quarantined with its place."""
    found = read("plain.json")
    assert [one.status for one in found.transactions] == [
        TransactionStatus.BOOKED,
        TransactionStatus.PENDING,
    ]
    assert found.transactions[0].remittance == ("FA-2026-00017", "MERCI")
    assert [one.place for one in found.quarantined] == ["booked, transaction 2"]


def test_csv_of_credit_agricole_has_ten_lines_before_and_labels_over_several() -> None:
    """The bank is told by its headers, the account by the lines before them."""
    found = read("credit-agricole.csv")
    assert found.version == "credit-agricole"
    assert found.statements[0].account == "12345678901"
    assert [one.amount for one in found.transactions] == [Decimal("-50.00"), Decimal("1119.00")]
    assert found.transactions[0].remittance == ("PRELEVEMENT ELECTRICITE REF 4711",)


def test_unknown_csv_is_refused_with_its_headers() -> None:
    """A bank that is not known is refused, with what its file has and what is expected."""
    with pytest.raises(NotABankFileError) as refused:
        read_bank_file(b"Jour;Quoi;Combien\n10/04/2026;VIR;119,00\n")
    assert "'Jour', 'Quoi', 'Combien'" in str(refused.value)
    assert "credit-mutuel-cic: Date, Date de valeur" in str(refused.value)


def test_profile_adds_a_bank() -> None:
    """Three lines of YAML are enough to read another bank."""
    own = CsvProfile(
        profile="own",
        columns={"booking_date": ("Jour",), "text": ("Quoi",), "amount": ("Combien",)},
        decimal_sign=",",
        currency="EUR",
    )
    content = b"Jour;Quoi;Combien\n10/04/2026;VIR;1 119,00\n"
    found = read_bank_file(content, profiles=(own,))
    assert found.transactions[0].amount == Decimal("1119.00")


def test_qonto_counts_only_what_is_settled() -> None:
    """Declined lines are passed over, and processing ones settle nothing."""
    content = (
        b"Status;Settlement date (local);Counterparty name;Total amount (incl. VAT)\n"
        b"settled;10-04-2026 10:00:00;DUBOIS;119.00\n"
        b"processing;10-04-2026 10:00:00;DUBOIS;20.00\ndeclined;;DUBOIS;30.00\n"
    )
    found = read_bank_file(content)
    assert [(str(one.amount), one.settles) for one in found.transactions] == [
        ("119.00", True),
        ("20.00", False),
    ]


def test_every_profile_of_the_folder_is_shipped() -> None:
    """No profile lies in the folder that nobody asks."""
    folder = SAMPLES.parents[2] / "statements" / "profiles"
    names = {path.stem for path in folder.glob("*.yaml")}
    assert {one.profile for one in shipped_profiles()} == names


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("-1.234,56", "-1234.56"),
        ("1,234.56", "1234.56"),
        ("12,5-", "-12.5"),
        ("1\u202f234,56 €", "1234.56"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    """Blanks, no-break blanks, and the sign behind."""
    assert local_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["12..34", "1,234", "1e5", "NaN", "", "12,34,56", "1.2.3,4"])
def test_amounts_that_could_be_two_are_none(text: str) -> None:
    """What could be read in two ways is not guessed."""
    with pytest.raises(BadValueError):
        local_amount(text)


@pytest.mark.parametrize("text", ["NOTPROVIDED", "Not Provided", "NONREF", "  ", "000000", "N/A"])
def test_constants_are_no_references(text: str) -> None:
    """What a bank writes where nothing was said is nothing."""
    assert reference(text) == ""


def test_date_that_no_calendar_has_is_corrected_and_said() -> None:
    """Banks count thirty days in February; the last one stands in."""
    content = sample("plain.mt940.txt").replace(b":61:2512300102", b":61:2602300301")
    assert Flag.DATE_CORRECTED in read_bank_file(content).transactions[0].flags


def test_no_bank_counts_thirty_one_days_in_april() -> None:
    """The thirtieth is the last that stands in; another day is no date."""
    assert short_day("26", "04", "30") == (date(2026, 4, 30), False)
    with pytest.raises(BadValueError, match="no date"):
        short_day("26", "04", "31")
