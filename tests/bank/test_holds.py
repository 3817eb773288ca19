"""For how long does a payment that nobody resolves hold contacts? Once, since its first day."""

from __future__ import annotations

from datetime import date, timedelta

from domain.case import opened
from store import bank_transactions
from store.contact_situation import read_situation
from tests.support.bank import NOW, Counter
from tests.support.bank_files import Line, camt
from tests.support.cases import opening

DAY = date(2026, 11, 18)


async def ledger(counter: Counter) -> None:
    """A debtor with three invoices."""
    await counter.debtor("D1", "Menuiserie Dubois")
    for number, amount in (("FA-1001", "100.00"), ("FA-1002", "250.00"), ("FA-1003", "75.50")):
        await counter.invoice(number, amount, "D1")


def dubois(amount: str, text: str, *, number: str = "1") -> Line:
    """A payment of the debtor."""
    payer = ("Menuiserie Dubois", "FR1420041010050500013M02606")
    return Line(amount, text, *payer, f"REF-123456{number}")


async def test_another_suggestion_holds_no_longer(counter: Counter) -> None:
    """Whatever is suggested for a payment later, the debtor's contacts wait from its first day."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("325.50", "REGLEMENT")]))
    first = await bank_transactions.find_transaction(counter.pool, await counter.tx("325.50"))
    await counter.invoice("FA-1004", "225.50", "D1")
    counter.now += timedelta(days=6)
    assert await counter.again() == 1
    later = await bank_transactions.find_transaction(counter.pool, await counter.tx("325.50"))
    assert first is not None
    assert later is not None
    assert later.status == "suggested"
    assert later.decision != first.decision
    assert later.hold_until == first.hold_until
    case = opened(opening("FA-1002"))
    situation = await read_situation(counter.pool, case, "courtesy", 1, counter.now)
    assert situation.suggested == ()


async def test_money_on_account_decided_anew_holds_no_longer(counter: Counter) -> None:
    """The bank tells more of money on account: it waits for a person since it first came there."""
    await ledger(counter)
    await counter.feed(camt(DAY, [dubois("100.00", "FACTURE FA-1001")]))
    twice = dubois("100.00", "FACTURE FA-1001", number="2")
    await counter.feed(camt(DAY + timedelta(days=1), [twice], opening="100.00"))
    case = opened(opening("FA-1002"))
    (first,) = (await read_situation(counter.pool, case, "courtesy", 1, NOW)).unallocated
    counter.now += timedelta(days=2)
    await counter.pool.execute(
        "update bank_transactions set status = 'new' where status = 'on account'"
    )
    assert await counter.match() == 1
    (later,) = (await read_situation(counter.pool, case, "courtesy", 1, counter.now)).unallocated
    assert later == first
