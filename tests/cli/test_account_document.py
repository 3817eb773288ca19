"""Does `account` say one thing in its table, as JSON and on paper, whatever happened to a case?"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.account_command import account
from cli.account_document import TypedPaper
from cli.interest_command import Asked
from cli.outcome import CommandFailed, Exit
from cli.timeline import _print
from schemas.charge_events import ChargesClaimed, ChargesWaived
from schemas.events import ContactsStopped, CreditNoteIssued, DisputeRaised, PaymentReceived
from schemas.identifiers import case_id
from schemas.interest import CreditKind
from schemas.money import Money
from schemas.money_events import WrittenOff
from schemas.pauses import ContactStop, Dispute, DisputeReason, StopKind
from schemas.requests import IssueCreditNote
from store.facts import keep_fact
from store.pool import Pool, open_pool
from tests.support.cases import euros, opened, put
from tests.support.documents import figure, json_of, moment, paper
from tests.support.ledger import owe

DUE, PAID, JUDGMENT = date(2025, 11, 10), date(2026, 2, 3), date(2026, 8, 20)
WAIVED, LET_GO = date(2026, 3, 2), date(2026, 4, 1)
ON = date(2026, 9, 30)
RATES = Path("rates/reference-rates.csv")
ASKED = Asked("principal_first")
CENT = Decimal("0.01")


@pytest.fixture
async def pool(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    """Connections to the database that the command reaches, too."""
    monkeypatch.setenv("DATABASE_URL", database)
    async with open_pool(database, 2) as pool:
        yield pool


async def eventful(pool: Pool) -> None:
    """An invoice of 2,000: paid in part, credited, disputed, waived, written off; insolvent."""
    await owe(pool, "F-1", amount="2000.00", due=DUE)
    case = await opened(
        pool, "F-1", claim=euros("2000.00"), due_date=DUE, at=moment(DUE + timedelta(days=2))
    )
    none = euros("0.00")
    await put(
        pool,
        case,
        PaymentReceived(
            at=moment(PAID),
            payment_id="bank-1",
            amount=euros("500.00"),
            received_on=PAID,
            allocated=euros("500.00"),
            unallocated=none,
        ),
        CreditNoteIssued(
            at=moment(PAID),
            credit_id="AV-1",
            amount=euros("100.00"),
            taken=euros("100.00"),
            expected=none,
            on=date(2026, 2, 5),
        ),
        DisputeRaised(
            at=moment(date(2026, 2, 10)),
            dispute=Dispute(
                dispute_id="d-1",
                amount=euros("300.00"),
                reason=DisputeReason.QUANTITY,
                raised_at=moment(date(2026, 2, 10)),
            ),
        ),
        ChargesClaimed(
            at=moment(date(2026, 3, 2)),
            interest=euros("60.00"),
            indemnity=euros("40.00"),
            on=date(2026, 3, 2),
        ),
        ChargesWaived(
            at=moment(date(2026, 3, 9)), interest=euros("5.00"), indemnity=none, reason="kind"
        ),
        WrittenOff(at=moment(LET_GO), amount=euros("20.00"), reason="rounding"),
        ContactsStopped(
            at=moment(JUDGMENT),
            stop=ContactStop(kind=StopKind.INSOLVENCY, on=JUDGMENT, since=moment(JUDGMENT)),
        ),
    )


async def test_an_account_without_a_case_counts_its_credit_notes(
    pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never owed: off at once; a gesture: off from its day; in other money: not at all."""
    await owe(pool, "F-2", amount="1000.00", due=date(2026, 12, 31))
    for number, kind, amount in (
        ("AV-1", CreditKind.ERROR, euros("10.00")),
        ("AV-2", CreditKind.GESTURE, euros("20.00")),
        ("AV-3", CreditKind.ERROR, Money(amount=Decimal(30), currency="USD")),
    ):
        note = IssueCreditNote(command_id=number, amount=amount, on=date(2026, 11, 20), kind=kind)
        assert await keep_fact(pool, case_id("atelier", "F-2"), note)
    for day, left in ((19, "990.00"), (20, "970.00")):
        typed = TypedPaper(None, "", "state")
        on = date(2026, 11, day)
        assert await account(["F-2"], "atelier", on, ASKED, typed, as_json=True) is Exit.DONE
        [said] = json.loads(capsys.readouterr().out)
        assert said["principal_owed"]["amount"] == left


def interest_by_hand() -> Decimal:
    """Day by day from the file of rates: what is neither credited nor contested bears interest.

    Ten points above the half-year's rate, to the day before the judgment; rounded when the payment
    is booked, when the waiver is, and at the end. What is let go bears interest to its own day.
    """
    with RATES.open(encoding="utf-8") as file:
        rates = {
            date.fromisoformat(row["valid_from"]): Decimal(row["value"]) + 10
            for row in csv.DictReader(file)
            if row["series"] == "ECB_MRO"
        }
    booked, running, base = Decimal(0), Decimal(0), Decimal(2000 - 100 - 300)
    day = DUE
    while day < JUDGMENT - timedelta(days=1):
        day += timedelta(days=1)
        half_year = date(day.year, 1 if day.month < 7 else 7, 1)
        running += base * rates[half_year] / 36500
        if day == PAID:
            base -= 500
        if day == LET_GO:
            base -= 20
        if day in {PAID, WAIVED}:
            booked, running = booked + running.quantize(CENT, ROUND_HALF_UP), Decimal(0)
    return booked + running.quantize(CENT, ROUND_HALF_UP)


async def test_table_json_and_paper_say_the_same(
    pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Payment, credit note, dispute, waiver, write-off, insolvency: the same sums three times."""
    await eventful(pool)
    file = tmp_path / "account.pdf"
    wanted = TypedPaper(file, "fr", "claim")
    assert await account(["F-1"], "atelier", ON, ASKED, wanted, as_json=False) is Exit.DONE
    table = capsys.readouterr().out
    assert await account(["F-1"], "atelier", ON, ASKED, TypedPaper(), as_json=True) is Exit.DONE
    ((data, *_), said) = json_of(capsys), paper(file)
    interest = interest_by_hand()
    owed = {
        "principal_owed": Decimal(2000 - 500 - 100 - 20),
        "interest": interest,
        "interest_waived": Decimal("5.00"),
        "interest_owed": interest - 5,
        "indemnity_owed": Decimal(40),  # It was late before the judgment.
    }
    assert {name: Decimal(data[name]["amount"]) for name in owed} == owed
    total = Decimal(data["total"]["amount"])
    indemnity = Decimal(data["indemnity_owed"]["amount"])
    assert total == owed["principal_owed"] + owed["interest_owed"] + indemnity
    assert figure(table, "total owed +") == total
    assert figure(table, "payments +") == 500
    assert figure(table, r"\n  interest +") == interest
    columns = re.search(
        r"Total ([\d ]+,\d\d) € ([\d ]+,\d\d) € ([\d ]+,\d\d) € ([\d ]+,\d\d) €", said
    )
    assert columns is not None
    sums = [Decimal(one.replace(" ", "").replace(",", ".")) for one in columns.groups()]
    assert sums == [2000, 620, owed["principal_owed"], 300]
    assert figure(said, "Paiement reçu · 03/02/2026") == 500
    assert figure(said, "Avoir · 05/02/2026") == 100
    assert figure(said, "Abandonné · 01/04/2026") == 20
    assert figure(said, r"Principal") == owed["principal_owed"] - 300
    # What is contested is owed, and not asked for: that is all that keeps the two totals apart.
    assert figure(said, "Total à régler") == total - 300
    assert figure(said, "Dû au titre du retard") == owed["interest_owed"] + indemnity
    segments = re.findall(r"\d\d/\d\d/\d{4} (\d\d/\d\d/\d{4}) \d+ [\d ]+,\d\d €", said)
    assert segments[-1] == "19/08/2026"


async def test_the_same_document_without_a_case_and_in_another_language(
    pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several invoices of one debtor that nobody pursues yet: one document, nothing is sent."""
    for number in ("F-1", "F-2"):
        await owe(pool, number, amount="1000.00", due=DUE)
    await pool.execute(
        """insert into payments
        (payment_id, creditor, invoice, amount, currency, received_on, source) values
            ('bank-1', 'atelier', 'F-1', 400, 'EUR', $1, 'manual')""",
        PAID,
    )
    files = [tmp_path / f"{charges}.pdf" for charges in ("none", "state")]
    for file in files:
        wanted = TypedPaper(file, "de", file.stem)
        assert await account(["F-2", "F-1"], "", ON, ASKED, wanted, as_json=True) is Exit.DONE
        capsys.readouterr()
    bare, stated = (paper(file) for file in files)
    assert figure(bare, "Zu zahlen") == figure(stated, "Zu zahlen") == 1600
    assert bare.index("F-1") < bare.index("F-2")
    assert "Verzugszinsen" not in bare
    assert "Referenzzinssatz" in stated
    assert "Zahlbar bis" not in bare
    before = files[0].read_bytes()
    await account(["F-2", "F-1"], "", ON, ASKED, TypedPaper(files[0], "de", "none"), as_json=True)
    assert files[0].read_bytes() == before


async def test_paper_claims_what_has_been_claimed(
    pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing claimed: interest is stated. Claimed and owed: asked for, unless a person says not.

    The head of `show` names the sum, too.
    """
    await owe(pool, "F-1", amount="1000.00", due=DUE)
    case = await opened(pool, "F-1", claim=euros("1000.00"), due_date=DUE, at=moment(DUE))
    before, after, told = (tmp_path / f"{name}.pdf" for name in ("before", "after", "told"))
    await account(["F-1"], "", ON, ASKED, TypedPaper(before, "fr"), as_json=True)
    assert figure(paper(before), "(?:Total à régler)") == 1000
    claimed = ChargesClaimed(
        at=moment(ON), interest=euros("86.43"), indemnity=euros("40.00"), on=ON
    )
    case = await put(pool, case, claimed)
    await account(["F-1"], "", ON, ASKED, TypedPaper(after, "fr"), as_json=True)
    await account(["F-1"], "", ON, ASKED, TypedPaper(told, "fr", "state"), as_json=True)
    assert figure(paper(after), "Total à régler") > 1040
    assert paper(told) == paper(before)
    capsys.readouterr()
    _print(case, [], (), "")
    assert "charges claimed 126.43 EUR · owed 126.43 EUR" in capsys.readouterr().out


REFUSED: list[tuple[list[str], dict[str, Any], str]] = [
    (["F-1", "F-2"], {}, "--pdf is the account of one debtor: F-1 is of D1, F-2 of D2"),
    (["F-1", "F-3"], {}, "--pdf is an account in one currency: F-1 is in EUR, F-3 in GBP"),
    (["F-1", "F-9"], {}, "account.pdf was not written: an invoice would be missing"),
    (["F-1"], {"language": "xx"}, "--lang xx: template .* does not exist"),
    (["F-1"], {"language": "../.."}, "expected two letters, such as de"),
    (["F-1"], {"charges": "waive"}, "--charges.*none, state, claim"),
    (["F-1"], {"file": None, "language": "de"}, "say --pdf FILE, too"),
    (["F-1"], {"file": Path()}, "cannot write .*: Is a directory"),
]


async def test_what_cannot_be_one_document_is_refused(pool: Pool, tmp_path: Path) -> None:
    """The refusal names the invoices, the option and what was expected; nothing is written."""
    await owe(pool, "F-1", due=DUE)
    await owe(pool, "F-2", due=DUE, debtor="D2")
    await owe(pool, "F-3", due=DUE)
    await pool.execute("update invoices set currency = 'GBP' where number = 'F-3'")
    file = tmp_path / "account.pdf"
    for numbers, typed, words in REFUSED:
        paper = TypedPaper(**{"file": file, **typed})
        with pytest.raises(CommandFailed, match=words):
            await account(numbers, "atelier", ON, ASKED, paper, as_json=True)
        assert not file.exists()
