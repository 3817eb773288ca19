"""Does a bank file reach the cases? The whole way, on real engines."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from activities.bank_desk import Desk
from domain.bank_desk import Wanted
from schemas.feed import FeedRequest, FeedSummary
from schemas.identifiers import statement_workflow
from store import bank_files, bank_ledger
from tests.support.bank_files import Line, camt
from tests.support.house import ATELIER, House

DAY = date(2026, 11, 19)


async def feed(house: House, content: bytes, name: str = "statement.xml") -> FeedSummary:
    """Have the engine take a file in."""
    sha256, _ = await bank_files.keep_file(house.pool, content, name, "test")
    assert sha256 == hashlib.sha256(content).hexdigest()
    summary: FeedSummary = await house.client.execute_workflow(
        "BankStatement",
        FeedRequest(sha256=sha256, name=name, now=datetime.now(UTC)),
        id=f"{statement_workflow(sha256)}/{house.means.settings.task_queue}",
        task_queue=house.means.settings.task_queue,
        result_type=FeedSummary,
    )
    return summary


async def test_a_file_is_taken_in_once(house: House) -> None:
    """A file is read, matched and summed up; the same again finds everything known."""
    content = camt(DAY, [Line("70.00", "?"), Line("-30.00", "LOYER")], opening="500.00")
    first = await feed(house, content)
    assert (first.read.new, first.matched.decided, first.gaps) == (2, 2, ())
    again = await feed(house, content)
    assert (again.read.new, again.read.known, again.matched.decided) == (0, 2, 0)
    assert sum(again.amounts["EUR"].values()) == Decimal("40.00")


async def test_a_missing_day_is_a_gap_until_it_is_fed(house: House) -> None:
    """Balances that do not follow are told, until the day that was missing is there."""
    await feed(house, camt(DAY, [Line("10.00")], opening="0.00"))
    third = camt(DAY + timedelta(days=2), [Line("1.00")], opening="15.00")
    [gap] = (await feed(house, third)).gaps
    assert "+5.00 EUR" in gap
    between = camt(DAY + timedelta(days=1), [Line("5.00")], opening="10.00")
    assert (await feed(house, between)).gaps == ()


async def test_what_is_no_statement_is_refused(house: House) -> None:
    """A picture, or anything else, is refused in words, and the workflow ends well."""
    summary = await feed(house, b"\x89PNG\r\n\x1a\n" + bytes(200), "scan.png")
    assert summary.read.refused


async def test_an_allocation_closes_the_case_and_its_end_opens_it(house: House) -> None:
    """A person allocates: the case is paid within seconds; taken back, it is pursued again."""
    now = datetime.now(UTC)
    await house.invoice("F-1", amount="70.00", due=now.date() - timedelta(days=3))
    await house.open("F-1", now)
    await feed(house, camt(DAY, [Line("70.00", "?")]))
    [row] = await house.pool.fetch("select tx from bank_transactions")
    desk = Desk(house.pool, house.means.creditors, "claire", now)
    if (await house.case("F-1")).outstanding.is_positive:
        _, told = await desk.allocate(row["tx"], [Wanted(document="F-1")])
        assert await house.telling.tell(told) == [True]
    assert (await house.case("F-1")).is_closed
    _, told = await desk.unallocate(row["tx"])
    assert await house.telling.tell(told) == [True]
    assert (await house.case("F-1")).outstanding.amount == Decimal("70.00")
    assert await bank_ledger.sums(house.pool, creditor=ATELIER) == {
        "EUR": {"unmatched": Decimal("70.00")}
    }
