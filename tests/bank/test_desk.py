"""What may people decide about the bank's money? Every cent stays in exactly one place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from activities.bank_desk import UnknownTransaction
from domain.bank_desk import DeskRefusal, Wanted
from schemas.commands import RecordPayment
from schemas.requests import ReversePayment
from store import bank_ledger, facts
from store.open_items import open_items
from tests.support.bank import ATELIER, Counter
from tests.support.bank_files import Line, camt

DAY = date(2026, 11, 19)
PAYER = "FR1420041010050500013M02606"
MONEY = Line("150.00", "merci", "Z 42", iban=PAYER, reference="REF-1234567")


async def a_payment(counter: Counter) -> str:
    """A payment of 150 that nobody can place, and two open invoices of 100 of one debtor."""
    await counter.debtor("D1", "Menuiserie Dubois")
    await counter.debtor("D2", "Garage Martin")
    await counter.invoice("F-1", "100.00", "D1")
    await counter.invoice("F-2", "100.00", "D1")
    await counter.invoice("F-3", "100.00", "D2")
    await counter.feed(camt(DAY, [MONEY]))
    return await counter.tx("150.00")


async def still_open(counter: Counter) -> dict[str, Decimal]:
    """What is open of each invoice."""
    async with counter.pool.acquire() as connection:
        found = await open_items(connection, ATELIER, DAY)
    return {one.document: one.open_amount for one in found}


async def test_a_person_allocates_and_takes_back(counter: Counter) -> None:
    """What is allocated is open no more, and open again when it is taken back, to the cent."""
    tx = await a_payment(counter)
    _, told = await counter.desk().allocate(tx, [Wanted(document="F-1")])
    assert await still_open(counter) == {"F-1": 0, "F-2": 100, "F-3": 100}
    assert await counter.places() == {"allocated": Decimal(100), "on account": Decimal(50)}
    [paid] = [one.fact for one in told]
    assert isinstance(paid, RecordPayment)
    assert (paid.by, str(paid.amount)) == ("claire", "100.00 EUR")
    _, told = await counter.desk().unallocate(tx)
    [undone] = [one.fact for one in told]
    assert isinstance(undone, ReversePayment)
    assert undone.payment_id == paid.command_id
    assert await still_open(counter) == {"F-1": 100, "F-2": 100, "F-3": 100}
    assert await counter.places() == {"unmatched": Decimal(150)}


async def test_allocated_again_is_another_payment(counter: Counter) -> None:
    """Taken back and allocated again, the money counts: a case forgets no payment taken back."""
    tx = await a_payment(counter)
    desk = counter.desk()
    names = []
    for _ in range(2):
        _, told = await desk.allocate(tx, [Wanted(document="F-1")])
        names.append(told[0].fact.command_id)
        await desk.unallocate(tx)
    assert len(set(names)) == 2
    await desk.allocate(tx, [Wanted(document="F-1", amount=Decimal("30.00"))])
    assert (await still_open(counter))["F-1"] == 70


async def test_what_is_taken_back_is_told_before_what_is_paid(counter: Counter) -> None:
    """A larger allocation replaces a smaller one in the order in which a case can follow it."""
    tx = await a_payment(counter)
    desk = counter.desk()
    await desk.allocate(tx, [Wanted(document="F-1", amount=Decimal("30.00"))])
    await desk.allocate(tx, [Wanted(document="F-1", amount=Decimal("50.00"))])
    async with counter.pool.acquire() as connection:
        waiting = await facts.untold(connection, "case/atelier/F-1")
    assert [one.type for one in waiting] == [
        *("payment_received", "payment_reversed", "payment_received"),
    ]
    assert (await still_open(counter))["F-1"] == 20


@pytest.mark.parametrize(
    ("document", "amount", "words"),
    [
        ("F-9", None, "no invoice"),
        ("F-1", "100.01", "has 100"),
        ("F-1", "-1.00", "left to allocate"),
    ],
)
async def test_what_does_not_fit_is_refused(
    counter: Counter, document: str, amount: str | None, words: str
) -> None:
    """An unknown invoice, or more than is open, is refused, and nothing has moved."""
    tx = await a_payment(counter)
    wanted = Wanted(document=document, amount=Decimal(amount) if amount else None)
    with pytest.raises(DeskRefusal, match=words):
        await counter.desk().allocate(tx, [wanted])
    assert await counter.places() == {"unmatched": Decimal(150)}


async def test_an_unknown_transaction_is_named(counter: Counter) -> None:
    """A name that was mistyped is said back."""
    with pytest.raises(UnknownTransaction, match="tnothing"):
        await counter.desk().allocate("tnothing", [Wanted(document="F-1")])


async def test_a_payer_is_learnt_and_forgotten(counter: Counter) -> None:
    """An allocation teaches whose account it is; taking it back, or a person, undoes that."""
    tx = await a_payment(counter)
    desk = counter.desk()
    await desk.allocate(tx, [Wanted(document="F-1")])
    [payer] = await bank_ledger.list_payers(counter.pool, ATELIER)
    assert (payer.iban, payer.debtor_id, payer.learnt_by) == (PAYER, "D1", "claire")
    await desk.unallocate(tx)
    assert await bank_ledger.list_payers(counter.pool, ATELIER) == []
    await desk.allocate(tx, [Wanted(document="F-3")])
    assert await bank_ledger.forget_payer(counter.pool, ATELIER, PAYER, "", "paul") == ["D2"]
    assert await bank_ledger.list_payers(counter.pool, ATELIER) == []


async def test_money_for_two_debtors_teaches_nothing(counter: Counter) -> None:
    """Who pays for two debtors at once is not known as either."""
    tx = await a_payment(counter)
    wanted = [Wanted(document="F-1"), Wanted(document="F-3", amount=Decimal("20.00"))]
    await counter.desk().allocate(tx, wanted)
    assert await bank_ledger.list_payers(counter.pool, ATELIER) == []
    assert await counter.places() == {"allocated": Decimal(120), "unmatched": Decimal(30)}


async def test_what_concerns_no_invoice_is_ignored(counter: Counter) -> None:
    """A person says so with a reason, and it waits for nobody any more."""
    tx = await a_payment(counter)
    await counter.desk().ignore(tx, "a deposit of the landlord")
    assert await counter.places() == {"ignored": Decimal(150)}
    assert await counter.status("150.00") == "ignored"
    await counter.desk().allocate(tx, [Wanted(document="F-1")])
    assert await counter.places() == {"allocated": Decimal(100), "on account": Decimal(50)}


async def test_decisions_are_for_ever(counter: Counter, database: str) -> None:
    """Nobody, not even the owner, changes what was decided or where money went."""
    tx = await a_payment(counter)
    await counter.desk().allocate(tx, [Wanted(document="F-1")])
    owner = await asyncpg.connect(database)
    try:
        for words in (
            "update bank_decisions set tx = tx",
            "delete from bank_decisions",
            "update bank_movements set tx = tx",
            "truncate bank_movements",
        ):
            with pytest.raises(asyncpg.RaiseError, match="stays on record"):
                await owner.execute(words)
    finally:
        await owner.close()
    actions = [one.action for one in await bank_ledger.decisions_of(counter.pool, tx)]
    assert actions[-1] == "allocate"
