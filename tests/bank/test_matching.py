"""What does the feed do with money? Booked, kept on account, asked about, taken back exactly."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.bank_desk import DeskRefusal, Wanted
from domain.matching.book import Book
from domain.matching.decide import decide
from schemas.bank import BankTransaction
from schemas.commands import RecordPayment
from schemas.matching import Decision
from schemas.requests import ReversePayment
from store import bank_ledger, bank_transactions
from store.open_items import open_items
from tests.support.bank import ATELIER, NOW, Counter
from tests.support.bank_files import Line, camt

DAY = date(2026, 11, 18)
PAYER = "FR1420041010050500013M02606"
DUBOIS = "Menuiserie Dubois"


async def ledger(counter: Counter) -> None:
    """Two debtors with three invoices each."""
    await counter.debtor("D1", DUBOIS)
    await counter.debtor("D2", "Garage Martin")
    for number, amount, debtor in (
        *(("FA-1001", "100.00", "D1"), ("FA-1002", "250.00", "D1"), ("FA-1003", "75.50", "D1")),
        *(("FA-2001", "100.00", "D2"), ("FA-2002", "80.00", "D2"), ("FA-2003", "19.99", "D2")),
    ):
        await counter.invoice(number, amount, debtor)


async def still_open(counter: Counter) -> dict[str, str]:
    """What is open of each invoice, where something is."""
    async with counter.pool.acquire() as connection:
        found = await open_items(connection, ATELIER, DAY)
    return {one.document: f"{one.open_amount:.2f}" for one in found if one.open_amount}


def dubois(amount: str, text: str, *, number: str = "1", end_to_end: str = "") -> Line:
    """A payment of the first debtor."""
    return Line(amount, text, DUBOIS, PAYER, f"REF-123456{number}", end_to_end)


async def test_a_number_and_a_name_are_booked(counter: Counter) -> None:
    """A payment that names an open invoice of its payer is booked, and the case is to be told."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("100.00", "FACTURE FA-1001")]))
    assert "FA-1001" not in await still_open(counter)
    [told] = counter.told
    assert told.case_id == "case/atelier/FA-1001"
    assert isinstance(told.fact, RecordPayment)
    assert (told.fact.received_on, told.fact.source) == (DAY, "bank")
    [payer] = await bank_ledger.list_payers(counter.pool, ATELIER)
    assert (payer.iban, payer.debtor_id, payer.learnt_by) == (PAYER, "D1", "bank feed")


async def test_one_payment_settles_several(counter: Counter) -> None:
    """A payment that lists its invoices settles each of them."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("350.00", "FA-1001 ET FA-1002")]))
    assert await still_open(counter) == {
        "FA-1003": "75.50", "FA-2001": "100.00", "FA-2002": "80.00", "FA-2003": "19.99",
    }  # fmt: skip
    assert await counter.places() == {"allocated": Decimal(350)}


async def test_what_is_too_much_stays_on_account(counter: Counter) -> None:
    """An overpayment settles its invoice, and the rest is the payer's money, on account."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("120.00", "FACTURE FA-1001")]))
    assert "FA-1001" not in await still_open(counter)
    assert await counter.places() == {"allocated": Decimal(100), "on account": Decimal(20)}
    held = await bank_ledger.holdings(counter.pool, await counter.tx("120.00"))
    assert [one.owner for one in held if one.place == "on account"] == ["D1"]


async def test_a_second_payment_settles_no_other_invoice(counter: Counter) -> None:
    """Who pays an invoice twice has money on account; no other invoice takes it unasked."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("100.00", "FACTURE FA-1001")]))
    await counter.feed(
        camt(DAY + timedelta(days=1), [dubois("100.00", "FACTURE FA-1001", number="2")])
    )
    assert (await still_open(counter))["FA-1002"] == "250.00"
    assert (await counter.places())["allocated"] == Decimal(100)


async def test_a_return_takes_back_exactly_what_it_undoes(counter: Counter) -> None:
    """A returned payment opens its invoices again with the bank's reason; the fee is nobody's."""
    await ledger(counter)
    paid = dubois("350.00", "FA-1001 FA-1002", end_to_end="E2E-77")
    await counter.feed(camt(DAY, [paid]))
    before, counter.told = counter.told, []
    back = Line("-354.00", "REJET", DUBOIS, PAYER, "REF-1234569", "E2E-77", returned="AC04")
    await counter.feed(camt(DAY + timedelta(days=5), [back], opening="350.00"))
    assert (await still_open(counter))["FA-1001"] == "100.00"
    assert (await still_open(counter))["FA-1002"] == "250.00"
    undone = [one.fact for one in counter.told]
    assert all(isinstance(one, ReversePayment) and "AC04" in one.reason for one in undone)
    assert {one.case_id for one in counter.told} == {one.case_id for one in before}
    assert await counter.status("350.00") == "returned"
    fees = await bank_ledger.holdings(counter.pool, await counter.tx("-354.00"))
    assert {one.owner: one.amount for one in fees}["fee"] == Decimal(-4)
    assert sum((await counter.places()).values()) == Decimal(-4)


async def test_a_return_of_something_unknown_waits_for_a_person(counter: Counter) -> None:
    """Money that goes back for a payment nobody has seen is not forgotten."""
    await ledger(counter)
    back = Line("-60.00", "REJET", "Inconnu", returned="MD01")
    await counter.feed(camt(DAY, [back]))
    assert await counter.places() == {"unmatched": Decimal(-60)}


async def test_a_suggestion_holds_the_debtors_contacts(counter: Counter) -> None:
    """A payer is known, and no number: a person is asked, and the debtor's contacts wait."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("325.50", "REGLEMENT")]))
    found = await bank_transactions.find_transaction(counter.pool, await counter.tx("325.50"))
    assert found is not None
    assert found.status == "suggested"
    assert found.debtors == ("D1",)
    assert found.hold_until == datetime(2026, 11, 25, 23, tzinfo=UTC)  # three bank days after NOW
    [waiting] = await bank_ledger.waiting_money(counter.pool, ATELIER, [found.status])
    assert {one.document for one in waiting.decision.suggestions[0].allocations} == {
        "FA-1002", "FA-1003",
    }  # fmt: skip
    assert waiting.decision.suggestions[0].evidence or waiting.decision.evidence


async def test_a_discount_is_not_asked_for_afterwards(counter: Counter) -> None:
    """What the rules let a payment fall short by is written off with its reason, to the cent."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("99.97", "FACTURE FA-1001")]))
    [told] = counter.told
    assert isinstance(told.fact, RecordPayment)
    assert str(told.fact.written_off) == "0.03 EUR"
    assert "rounding" in told.fact.write_off_reason
    assert "FA-1001" not in await still_open(counter)
    assert await counter.places() == {"allocated": Decimal("99.97")}


async def test_a_batch_that_was_allocated_gives_way_to_its_payments(counter: Counter) -> None:
    """A sum that a person had allocated is taken back when its payments are told and count."""
    await ledger(counter)
    batch = [
        Line("100.00", "FA-1001", DUBOIS, reference="LOT-000777"),
        Line("80.00", "FA-2002", "Garage Martin"),
    ]
    await counter.feed(camt(DAY, [batch], sums_only=True))
    wanted = [Wanted(document="FA-1001"), Wanted(document="FA-2001", amount=Decimal("80.00"))]
    await counter.desk().allocate(await counter.tx("180.00"), wanted)
    await counter.feed(camt(DAY, [batch], kind="camt.054"))
    assert await still_open(counter) == {
        "FA-1002": "250.00", "FA-1003": "75.50", "FA-2001": "100.00", "FA-2003": "19.99",
    }  # fmt: skip
    places = await counter.places()
    assert places.pop("superseded") == Decimal(180)
    assert places == {"allocated": Decimal(180)}


async def test_two_feeds_at_once_allocate_once(counter: Counter) -> None:
    """Two statements that pay one invoice are matched at the same time: it is settled once."""
    await ledger(counter)
    await counter.read(camt(DAY, [dubois("100.00", "FACTURE FA-1001")]))
    await counter.read(
        camt(DAY + timedelta(days=1), [dubois("100.00", "FACTURE FA-1001", number="2")])
    )
    others = [Counter(counter.pool, counter.creditors) for _ in range(3)]
    await asyncio.gather(*(one.match() for one in (counter, *others)))
    assert (await counter.places())["allocated"] == Decimal(100)
    paid = await counter.pool.fetchval("select sum(amount) from payments where reversed_at is null")
    assert paid == Decimal(100)


async def test_a_book_that_was_overtaken_is_read_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person allocates between two pages of a file: the second page knows of it."""
    monkeypatch.setattr("activities.bank_matching.PAGE", 1)
    await ledger(counter)
    await counter.feed(camt(DAY - timedelta(days=1), [Line("100.00", "?", "Inconnu")]))
    riddle = await counter.tx("100.00")
    first = dubois("75.50", "FACTURE FA-1003")
    second = dubois("100.00", "FACTURE FA-1001", number="2")
    later = Line(second.amount, second.text, second.name, second.iban, second.reference)
    await counter.read(camt(DAY, [first]))
    await counter.read(camt(DAY + timedelta(days=1), [later], opening="75.50"))
    seen = len(counter.told)

    async def meanwhile(told: object) -> None:
        if len(counter.told) == seen:
            counter.told += list(told)  # type: ignore[call-overload] # facts
            await counter.desk().allocate(riddle, [Wanted(document="FA-1001")])

    monkeypatch.setattr(counter, "_tell", meanwhile)
    await counter.match()
    paid = await counter.pool.fetchval(
        "select sum(amount) from payments where invoice = 'FA-1001' and reversed_at is null"
    )
    assert paid == Decimal(100)


async def test_money_that_came_before_its_invoice_is_booked_later(counter: Counter) -> None:
    """A payment names an invoice that is imported a day later: the next file finds it."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("33.00", "FACTURE FA-1004")]))
    assert "allocated" not in await counter.places()
    assert await counter.again() == 0
    await counter.invoice("FA-1004", "33.00", "D1")
    assert await counter.again() == 1
    assert await counter.places() == {"allocated": Decimal(33)}
    assert await counter.again() == 0


async def test_what_a_person_decided_is_not_looked_at_again(counter: Counter) -> None:
    """Money that somebody has taken back stays where they left it."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("100.00", "FACTURE FA-1001")]))
    await counter.desk().unallocate(await counter.tx("100.00"))
    assert await counter.again() == 0
    assert await counter.places() == {"unmatched": Decimal(100)}


async def test_a_riddle_for_the_machine_stops_nobody(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where matching itself fails, a person is asked, and the payments around it are booked."""
    await ledger(counter)

    def breaks(said: BankTransaction, book: Book) -> Decision:
        if said.amount == Decimal("13.13"):
            raise ZeroDivisionError
        return decide(said, book)

    monkeypatch.setattr("activities.bank_matching.decide", breaks)
    lines = [dubois("13.13", "FACTURE FA-1001"), dubois("250.00", "FACTURE FA-1002", number="2")]
    await counter.feed(camt(DAY, lines))
    assert await counter.places() == {"allocated": Decimal(250), "unmatched": Decimal("13.13")}


async def test_every_cent_is_in_one_place_whatever_is_done(counter: Counter) -> None:
    """After any mixture of files and decisions, places add up to what the bank moved."""
    await ledger(counter)
    draw = random.Random(20261121)  # noqa: S311 - a seed, to run it again
    invoices = ("FA-1001", "FA-1002", "FA-1003", "FA-2001", "FA-2002", "FA-2003", "FA-9")
    moved = Decimal(0)
    for turn in range(12):
        amount = draw.choice(("100.00", "75.50", "19.99", "180.00", "99.98", "-20.00", "0.01"))
        text = f"FACTURE {draw.choice(invoices)}"
        line = Line(amount, text, DUBOIS, reference=f"REF-99{turn:05d}")
        content = camt(DAY + timedelta(days=turn), [line])
        await counter.feed(content)
        await counter.feed(content)
        moved += Decimal(amount)
        tx = draw.choice([name for name, _, _ in await counter.names()])
        desk = counter.desk()
        for deed in (
            desk.allocate(tx, [Wanted(document=draw.choice(invoices))]),
            desk.unallocate(tx) if draw.random() < 0.5 else desk.ignore(tx, "no"),
        ):
            try:
                await deed
            except DeskRefusal as refusal:
                assert str(refusal)  # noqa: PT017 - refused in words, or done
        places = await counter.places()
        assert sum(places.values()) == moved
        await _holds(counter)


async def _holds(counter: Counter) -> None:
    """Each transaction's places add up to it, none is below nothing, and no invoice is overpaid."""
    uneven = await counter.pool.fetch(
        """select t.tx, t.amount, sum(m.amount) from bank_transactions as t
        left join bank_movements as m on m.tx = t.tx
        group by t.tx, t.amount having coalesce(sum(m.amount), 0) <> t.amount"""
    )
    assert uneven == []
    negative = await counter.pool.fetch(
        """select m.tx, m.place, m.owner from bank_movements as m
        inner join bank_transactions as t on t.tx = m.tx and t.amount > 0
        group by m.tx, m.place, m.owner having sum(m.amount) < 0"""
    )
    assert negative == []
    unlike = await counter.pool.fetch(
        """select i.number, i.amount, m.allocated, p.paid from invoices as i
        left join lateral (select coalesce(sum(amount), 0) as allocated from bank_movements
            where place = 'allocated' and owner = i.number) as m on true
        left join lateral (select coalesce(sum(amount), 0) as paid from payments
            where invoice = i.number and reversed_at is null) as p on true
        where m.allocated <> p.paid or p.paid > i.amount"""
    )
    assert unlike == []


async def test_suggestions_wait_for_bank_days_of_the_creditor(counter: Counter) -> None:
    """A creditor that waits for nobody holds no contacts for a suggestion."""
    await ledger(counter)
    hasty = counter.creditors[ATELIER].model_copy(update={"bank_hold_days": 0})
    counter.creditors[ATELIER] = hasty
    await counter.feed(camt(DAY, [dubois("325.50", "REGLEMENT")]))
    found = await bank_transactions.find_transaction(counter.pool, await counter.tx("325.50"))
    assert found is not None
    assert found.hold_until == NOW
