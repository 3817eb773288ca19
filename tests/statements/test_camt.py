"""Does a camt entry move what the bank moved?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.bank import Flag, TransactionKind, TransactionStatus
from statements import camt
from statements.reader import read_bank_file
from tests.statements.reading import read, sample


def test_batch_is_split_with_its_own_amounts_and_the_rest_is_a_line() -> None:
    """Each payment of a batch has its own amount; what the bank kept is a line of its own."""
    lines = [one for one in read("batch.camt.xml").transactions if one.entry == 1]
    assert [one.amount for one in lines] == [Decimal("100.00"), Decimal("200.00"), Decimal("-0.50")]
    assert lines[2].flags == (Flag.REMAINDER,)
    assert {one.entry_amount for one in lines} == {Decimal("299.50")}
    assert len({one.item_key for one in lines}) == 3
    assert len({one.entry_key for one in lines}) == 1


def test_one_detail_moves_the_amount_of_the_entry() -> None:
    """A single payment moved what the account shows, not what was ordered in dollars."""
    line = next(one for one in read("batch.camt.xml").transactions if one.entry == 2)
    assert (line.amount, line.currency) == (Decimal("100.00"), "EUR")
    assert line.stated is not None
    assert (line.stated.amount, line.stated.currency) == (Decimal("109.30"), "USD")


def test_unpaid_direct_debit_is_a_returned_receipt() -> None:
    """A returned debit takes back a customer's money, names the debtor and says why."""
    line = next(one for one in read("batch.camt.xml").transactions if one.entry == 3)
    assert line.kind is TransactionKind.RETURNED_RECEIPT
    assert line.amount == Decimal("-53.00")
    assert line.returned is not None
    assert (line.returned.code, line.returned.texts) == ("AM04", ("PROVISION INSUFFISANTE",))
    assert line.counterparty is not None
    assert (line.counterparty.name, line.counterparty_role) == ("CAFE DE LA GARE", "debtor")
    assert (line.mandate, line.proprietary_code) == ("RUM-44", "B3/0811")


def test_pending_settles_nothing() -> None:
    """What the bank has only announced is no payment, and stays out of the balance check."""
    found = read("batch.camt.xml")
    line = next(one for one in found.transactions if one.entry == 4)
    assert line.status is TransactionStatus.PENDING
    assert not line.settles
    assert found.statements[0].adds_up


def test_every_reference_is_kept_and_constants_are_none() -> None:
    """Several texts and several documents are all read; NOTPROVIDED is no reference."""
    line = read("batch.camt.xml").transactions[0]
    assert line.end_to_end_id == ""
    assert line.remittance == ("FACTURE FA-2026-00017", "MERCI")
    assert [one.document for one in line.references] == ["FA-2026-00017", "FA-2026-00018"]
    assert line.references[0].reference == "RF18539007547034"
    assert (line.booking_date, line.bank_code) == (date(2026, 4, 10), "PMNT/RCDT/ESCT")


def test_reversals_are_turned_where_only_that_adds_up() -> None:
    """A bank that signs its reversals the other way round is found out by its balances."""
    found = read("reversals.camt.xml")
    assert [one.amount for one in found.transactions] == [Decimal("-50.00"), Decimal("30.00")]
    assert found.statements[0].reversals_turned
    assert found.statements[0].adds_up
    assert [one.code for one in found.notices] == ["ReversalsTurned"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_are_read(encoding: str) -> None:
    """A name keeps its accents in every encoding that banks use."""
    text = (
        sample("batch.camt.xml")
        .decode()
        .replace("DUPONT ET FILS", "DUPRÉ & FILS".replace("&", "&amp;"))
    )
    declared = {"utf-8-sig": "UTF-8"}.get(encoding, encoding)
    content = text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    line = read_bank_file(content).transactions[1]
    assert line.debtor is not None
    assert line.debtor.name == "DUPRÉ & FILS"


def test_file_that_lies_about_its_encoding_is_read() -> None:
    """A file that says UTF-8 and is windows-1252 is read as what it is."""
    text = sample("batch.camt.xml").decode().replace("DUPONT ET FILS", "DUPRÉ")
    line = read_bank_file(text.encode("windows-1252")).transactions[1]
    assert line.debtor is not None
    assert line.debtor.name == "DUPRÉ"


def test_bad_entry_is_quarantined_and_the_rest_goes_on() -> None:
    """One unreadable amount costs one entry, and is told with its place."""
    content = sample("batch.camt.xml").replace(
        b">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>",
        b">1..0</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>",
    )
    found = read_bank_file(content)
    assert [one.place for one in found.quarantined] == ["statement 1, entry 2, line 36"]
    assert "'1..0' is no amount" in found.quarantined[0].reason
    assert {one.entry for one in found.transactions} == {1, 3, 4}
    assert found.statements[0].adds_up is False


def test_file_that_breaks_off_keeps_what_came_before() -> None:
    """A transfer cut in the middle is told as such; the statement is marked as incomplete."""
    content = sample("batch.camt.xml")
    found = read_bank_file(content[: content.index(b"CAFE DE LA GARE")])
    assert {one.entry for one in found.transactions} == {1, 2}
    assert found.statements[0].complete is False
    assert "breaks off" in found.quarantined[-1].reason


def test_entry_of_thousands_is_told_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch too large for memory gives the same payments as one that is not."""
    whole = read("batch.camt.xml").transactions
    monkeypatch.setattr(camt, "DETAILS_IN_MEMORY", 1)
    streamed = read("batch.camt.xml").transactions
    assert [one.amount for one in streamed] == [one.amount for one in whole]
    assert [one.item_key for one in streamed] == [one.item_key for one in whole]
