"""Does a payment get lost or doubled when the process is killed? At every statement, by SIGKILL."""

from __future__ import annotations

import asyncio
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from store.pool import Pool, open_pool
from tests.support.bank import Counter
from tests.support.bank_files import Line, camt
from tests.support.engines import fresh_database

DAY = date(2026, 11, 18)
PAYER = "FR1420041010050500013M02606"


def _files() -> list[bytes]:
    """Three days: numbers, an overpayment, a batch told twice, a return, and a riddle."""
    batch = [Line("60.00", "F-2", "Martin", reference="LOT-000777"), Line("15.00", "F-3", "Martin")]
    paid = Line(
        "100.00", "FACTURE F-1", "Menuiserie Dubois", PAYER, "REF-1234567", end_to_end="E2E-1"
    )
    back = Line(
        "-104.00", "REJET F-1", "Menuiserie Dubois", PAYER, "REF-1234570",
        end_to_end="E2E-1", returned="AC04",
    )  # fmt: skip
    over = Line("55.00", "FACTURE F-4", "Garage Martin", reference="REF-1234568")
    odd = Line("12.34", "merci", "Inconnu", reference="REF-1234569")
    second, third = DAY + timedelta(days=1), DAY + timedelta(days=2)
    return [
        camt(DAY, [paid, batch], sums_only=True),
        camt(DAY, [batch], kind="camt.054"),
        camt(second, [over, odd], opening="175.00"),
        camt(third, [back], opening="242.34"),
    ]


async def _ledger(pool: Pool) -> None:
    counter = Counter(pool)
    await counter.debtor("D1", "Menuiserie Dubois")
    await counter.debtor("D2", "Garage Martin")
    for number, amount, debtor in (
        *(("F-1", "100.00", "D1"), ("F-2", "60.00", "D2"), ("F-3", "15.00", "D2")),
        ("F-4", "50.00", "D2"),
    ):
        await counter.invoice(number, amount, debtor)


async def _outcome(pool: Pool) -> dict[str, list[tuple[object, ...]]]:
    """All that matters in the end: where money is, what was paid, what cases will be told."""
    questions = {
        "transactions": "select tx, status from bank_transactions order by tx",
        "money": """select tx, place, owner, sum(amount) from bank_movements
            group by tx, place, owner having sum(amount) <> 0 order by tx, place, owner""",
        "payments": """select invoice, payment_id, amount, reversed_at is null from payments
            order by invoice, payment_id""",
        "facts": "select case_id, fact_id from facts order by case_id, recorded_at",
        "payers": "select iban, debtor_id, forgotten_at is null from learnt_payers order by iban",
        "statements": "select account, key from bank_statements order by key",
    }
    return {name: [tuple(row) for row in await pool.fetch(sql)] for name, sql in questions.items()}


@pytest.mark.story
async def test_killed_at_every_statement(database: str, migrated: str, tmp_path: Path) -> None:
    """However often it is killed, and wherever: in the end all is as if it had not been."""
    for number, content in enumerate(_files()):
        (tmp_path / f"{number}.xml").write_bytes(content)
    async with fresh_database(migrated, "relance_template") as calm, open_pool(calm, 2) as pool:
        await _ledger(pool)
        for content in _files():
            await Counter(pool).feed(content)
        wanted = await _outcome(pool)
    async with open_pool(database, 2) as pool:
        await _ledger(pool)
    lab = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.crash_lab", database, str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(lab.communicate(), 240)
    assert lab.returncode == 0
    assert int(said) > 20
    async with open_pool(database, 2) as pool:
        assert await _outcome(pool) == wanted
        uneven = await pool.fetch(
            """select t.tx from bank_transactions as t
            left join bank_movements as m on m.tx = t.tx
            group by t.tx, t.amount having coalesce(sum(m.amount), 0) <> t.amount"""
        )
        assert uneven == []
    assert wanted["transactions"]
