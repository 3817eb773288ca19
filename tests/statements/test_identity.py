"""Is the same payment the same in every file, and its twin another one?"""

from __future__ import annotations

from schemas.bank import BankStatement
from statements.identity import statement_key
from statements.reader import read_bank_file
from tests.statements.reading import read, sample


def test_same_file_again_has_the_same_keys() -> None:
    """Reading twice finds the same payments."""
    first, again = read("batch.camt.xml"), read("batch.camt.xml")
    assert [one.item_key for one in first.transactions] == [
        one.item_key for one in again.transactions
    ]


def test_report_statement_and_notification_give_one_payment_one_key() -> None:
    """What camt.052, 053 and 054 tell of one entry has the same keys, by the bank's reference."""
    content = sample("batch.camt.xml")
    report = content.replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt").replace(b"Stmt>", b"Rpt>")
    notice = content.replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn").replace(
        b"Stmt>", b"Ntfctn>"
    )
    found = [read_bank_file(one).transactions for one in (content, report, notice)]
    assert len({tuple(one.item_key for one in lines) for lines in found}) == 1
    assert found[0][0].key_basis == "bank-reference"


def test_batch_in_one_sum_has_the_key_of_its_details() -> None:
    """A batch told as one sum today and in detail tomorrow is one entry."""
    content = sample("batch.camt.xml")
    start, end = content.index(b"<TxDtls>"), content.index(b"</NtryDtls>")
    summed = read_bank_file(content[:start] + content[end:]).transactions[0]
    detailed = read("batch.camt.xml").transactions[0]
    assert summed.entry_key == detailed.entry_key
    assert summed.flags == ("batch-without-details",)


def test_two_equal_lines_are_two_payments() -> None:
    """A customer who pays the same sum twice on one day has paid twice."""
    lines = sample("plain.cfonb.txt").decode().splitlines()
    doubled = "\n".join([*lines[:6], *lines[1:6], *lines[6:]]).encode()
    first, twin, _ = read_bank_file(doubled).transactions
    assert first.amount == twin.amount
    assert first.entry_key != twin.entry_key
    assert first.entry_key == read("plain.cfonb.txt").transactions[0].entry_key


def test_statement_that_is_repeated_in_a_file_adds_no_payment() -> None:
    """The same statement twice in one file gives the same keys twice."""
    once = sample("plain.cfonb.txt")
    found = read_bank_file(once + once).transactions
    assert len(found) == 4
    assert len({one.entry_key for one in found}) == 2


def test_constant_reference_identifies_nothing() -> None:
    """Payments that share a constant of the bank keep keys of their own."""
    content = (
        sample("batch.camt.xml")
        .replace(b"BANK2026041000017", b"VIREMENT")
        .replace(b"BANK2026041000018", b"VIREMENT")
    )
    found = read_bank_file(content).transactions
    assert {one.key_basis for one in found} == {"fingerprint"}
    assert len({one.entry_key for one in found}) == 4


def test_a_report_is_not_the_statement_of_its_number() -> None:
    """Some banks number both alike: the report of noon does not stand for the statement."""
    statement = BankStatement(id="17", account="FR76", sequence="3")
    report = statement.model_copy(update={"kind": "report"})
    again = statement.model_copy(update={"entries": 4})
    assert statement_key(statement) == statement_key(again) != statement_key(report)
