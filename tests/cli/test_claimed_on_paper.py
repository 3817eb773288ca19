"""Does an account tell what was claimed from what is only stated, and the ledger from itself?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cli.account_command import account
from cli.account_document import TypedPaper
from cli.interest_command import Asked
from schemas.charge_events import ChargesClaimed, ChargesWaived
from schemas.events import CreditNoteIssued, PaymentReceived
from store.pool import Pool, open_pool
from tests.support.cases import euros, opened, put
from tests.support.documents import figure, json_of, moment, paper
from tests.support.ledger import owe

DUE, PAID, WAIVED = date(2025, 11, 10), date(2026, 2, 3), date(2026, 3, 2)
ON = date(2026, 9, 30)
ASKED = Asked("principal_first")


@pytest.fixture
async def pool(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    """Connections to the database that the command reaches, too."""
    monkeypatch.setenv("DATABASE_URL", database)
    async with open_pool(database, 2) as pool:
        yield pool


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("Dont réclamé", "Indiqué seulement, non réclamé", "Total à régler")),
        ("en", ("Of which claimed", "Stated only, not requested", "Total to pay")),
        ("de", ("Davon gefordert", "Nur ausgewiesen, nicht gefordert", "Zu zahlen")),
    ],
)
async def test_paper_claims_of_each_invoice_what_was_claimed_of_it(
    pool: Pool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: tuple[str, str, str],
) -> None:
    """Of F-1 100.00 were claimed and 5.00 of them waived, of F-2 nothing: 2,095.00 are asked for.

    What is claimed and what is stated add up, invoice by invoice, to what the table has.
    """
    claimed, stated, total = words
    for number in ("F-1", "F-2"):
        await owe(pool, number, amount="1000.00", due=DUE)
    case = await opened(pool, "F-1", claim=euros("1000.00"), due_date=DUE, at=moment(DUE))
    await put(
        pool,
        case,
        ChargesClaimed(
            at=moment(WAIVED), interest=euros("60.00"), indemnity=euros("40.00"), on=WAIVED
        ),
        ChargesWaived(
            at=moment(WAIVED), interest=euros("5.00"), indemnity=euros("0.00"), reason="kind"
        ),
    )
    file = tmp_path / "account.pdf"
    numbers = ["F-1", "F-2"]
    await account(numbers, "", ON, ASKED, TypedPaper(file, language), as_json=True)
    first, second = json_of(capsys)
    said = paper(file)
    assert figure(said, total) == 1000 + 1000 + 95
    of_first, of_second = (
        Decimal(one["interest_owed"]["amount"]) + Decimal(one["indemnity_owed"]["amount"])
        for one in (first, second)
    )

    def rows(label: str) -> list[Decimal]:
        found = re.findall(re.escape(label) + r" €?(-?[\d., ]*\d[.,]\d\d)", said)
        return [Decimal(re.sub(r"[ ,.](?=\d{3})", "", one).replace(",", ".")) for one in found]

    assert rows(claimed) == [95, 0]
    assert rows(stated) == [of_first - 95, of_second]
    assert first["ledger"]["only_stated"]["amount"] == str(of_first - 95)
    assert second["ledger"] is None
    # Who asks for everything is told what nobody has claimed yet.
    await account(numbers, "", ON, ASKED, TypedPaper(file, language, "claim"), as_json=True)
    assert figure(paper(file), total) == 2000 + of_first + of_second
    warned = capsys.readouterr().err
    assert f"F-1: {of_first - 95} EUR of the charges is in no ledger yet" in warned
    assert f"F-2: {of_second} EUR of the charges is in no ledger yet" in warned


async def test_an_account_says_when_the_ledger_waits_for_a_person(
    pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Paid in full, then half is credited: 500 are left over, and the charges are still asked for.

    The account has them as paid from that money; the ledger does not until somebody decides.
    """
    await owe(pool, "F-1", amount="1000.00", due=DUE)
    case = await opened(pool, "F-1", claim=euros("1000.00"), due_date=DUE, at=moment(DUE))
    none = euros("0.00")
    paid = PaymentReceived(
        at=moment(ON),
        payment_id="bank-1",
        amount=euros("1000.00"),
        received_on=PAID,
        allocated=euros("1000.00"),
        unallocated=none,
    )
    claimed = ChargesClaimed(
        at=moment(ON), interest=euros("8.00"), indemnity=euros("40.00"), on=PAID
    )
    note = CreditNoteIssued(
        at=moment(ON),
        credit_id="AV-1",
        amount=euros("500.00"),
        taken=euros("500.00"),
        expected=none,
        on=ON,
    )
    await put(pool, case, claimed, paid, note)
    await account(["F-1"], "", ON, ASKED, TypedPaper(), as_json=True)
    [said] = json_of(capsys)
    assert (said["interest_owed"]["amount"], said["indemnity_owed"]["amount"]) == ("0.00", "0.00")
    ledger = said["ledger"]
    assert (ledger["interest_owed"]["amount"], ledger["indemnity_owed"]["amount"]) == (
        *("8.00", "40.00"),
    )
    assert ledger["beyond_account"]["amount"] == "48.00"
    [waits] = ledger["undecided"]
    words = (
        "the ledger asks for 48.00 EUR of charges, of which this account has 48.00 EUR as paid or "
        f"not owed: until a person decides ({waits}), the two differ"
    )
    assert words in said["notices"]
    await account(["F-1"], "", ON, ASKED, TypedPaper(), as_json=False)
    table = capsys.readouterr()
    assert f"warning: {words}" in table.err
    assert f"claimed up to {PAID}: 48.00 EUR owed" in table.out
