"""Does an entry of thousands of payments say on each of them what an entry of ten does?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.bank import BankTransaction, Flag
from statements import camt, xml_stream
from statements.reader import read_bank_file
from tests.statements.reading import sample

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-04-10T20:00:00+02:00</CreDtTm></GrpHdr><Stmt><Id>S</Id>
<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct>"""
TAIL = "</Stmt></BkToCstmrStmt></Document>"


def detail(number: int, direction: str = "CRDT", currency: str = "EUR") -> str:
    """One payment of a batch."""
    return (
        f"<TxDtls><Refs><EndToEndId>E-{number}</EndToEndId></Refs>"
        f'<Amt Ccy="{currency}">1.00</Amt><CdtDbtInd>{direction}</CdtDbtInd></TxDtls>'
    )


def entry(details: list[str], amount: int) -> str:
    """A batch whose bank gave it no reference, told before its details and behind them."""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-04-10</Dt></BookgDt>"
        '<Chrgs><Rcrd><Amt Ccy="EUR">0.20</Amt></Rcrd></Chrgs>'
        f"<NtryDtls><Btch><PmtInfId>LOT-7</PmtInfId><NbOfTxs>{len(details)}</NbOfTxs></Btch>"
        f"{''.join(details)}</NtryDtls><AddtlNtryInf>REMISE DU JOUR</AddtlNtryInf></Ntry>"
    )


def read(*entries: str) -> list[BankTransaction]:
    """What the entries of one statement say."""
    found = read_bank_file((HEAD + "".join(entries) + TAIL).encode())
    assert found.quarantined == ()
    return list(found.transactions)


@pytest.mark.parametrize("many", [10, 2001, 5000])
def test_every_payment_says_what_its_entry_says(many: int) -> None:
    """The batch, the charges and the bank's words are on each, however many there are."""
    found = read(entry([detail(1)], 1), entry([detail(n) for n in range(many)], many))[1:]
    assert [one.detail for one in found] == list(range(1, many + 1))
    assert {one.amount for one in found} == {Decimal("1.00")}
    assert {one.bank_text for one in found} == {"REMISE DU JOUR"}
    assert {one.batch.payment_information_id for one in found if one.batch} == {"LOT-7"}
    assert {len(one.charges) for one in found} == {1}
    assert all(one.batch and one.batch.count == many for one in found)


ENTRIES = {
    "in its direction": [detail(n) for n in range(40)],
    "in the other direction": [detail(n, "DBIT") for n in range(40)],
    "in both": [detail(n, "DBIT" if n % 4 == 0 else "CRDT") for n in range(40)],
    "in part in another currency": [detail(n, "CRDT", "USD" if n % 9 == 0 else "EUR")
                                    for n in range(40)],
}  # fmt: skip


@pytest.mark.parametrize("chunk", [64, 1000, 1 << 20])
@pytest.mark.parametrize("kind", ENTRIES)
def test_nothing_depends_on_where_a_chunk_ends(
    monkeypatch: pytest.MonkeyPatch, kind: str, chunk: int
) -> None:
    """Told as it is read, wherever the reading pauses, a batch is the same to the last field."""
    entries = [entry([detail(1), detail(2)], 2), entry(ENTRIES[kind], 40), entry([detail(3)], 1)]
    whole = read(*entries)
    monkeypatch.setattr(xml_stream, "CHUNK_BYTES", chunk)
    monkeypatch.setattr(camt, "DETAILS_IN_MEMORY", 30)
    assert read(*entries) == whole
    flags = {flag for one in whole for flag in one.flags}
    assert (Flag.SIGN_OF_ENTRY in flags) == (kind in {"in the other direction", "in both"})
    assert (Flag.AMOUNT_UNKNOWN in flags) == (kind == "in part in another currency")


def test_a_sample_is_the_same_when_it_is_told_as_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file of a bank with batches, returns and a remainder loses nothing either."""
    whole = read_bank_file(sample("batch.camt.xml"))
    monkeypatch.setattr(camt, "DETAILS_IN_MEMORY", 1)
    assert read_bank_file(sample("batch.camt.xml")).transactions == whole.transactions


def test_a_batch_that_breaks_off_keeps_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer cut in the middle of a batch keeps its payments; only its end is not known."""
    monkeypatch.setattr(camt, "DETAILS_IN_MEMORY", 30)
    content = (HEAD + entry(ENTRIES["in its direction"], 40)).encode()
    found = read_bank_file(content[: content.index(b"E-35")])
    assert len(found.transactions) == 35
    assert "breaks off" in found.quarantined[-1].reason
