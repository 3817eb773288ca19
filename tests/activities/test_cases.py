"""Does every overdue invoice get one case, and every case one workflow?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities import cases as cases_module
from activities.cases import Cases
from activities.library import read_creditors, read_plans
from schemas.case import CollectionCase
from store import facts, receivables
from store.pool import Pool, open_pool
from store.read_models import list_cases, open_cases
from store.receivables import invoices_without_case
from tests.support.cases import euros, payment
from tests.support.house import House, at
from tests.support.ledger import owe

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# Invoice numbers are unique to each test here: its workflows outlive it in the shared engine.


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 8) as pool:
        yield pool


@pytest.fixture
async def cases(pool: Pool, temporal: str, database: str) -> Cases:
    """What opens and starts cases, on a queue at which nobody works."""
    client = await Client.connect(temporal, data_converter=pydantic_data_converter)
    queue = f"nobody-{urlsplit(database).path.strip('/')}"
    return Cases(pool, client, read_creditors(Path("creditors")), read_plans(Path("plans")), queue)


async def open_now(cases: Cases, pool: Pool, *numbers: str) -> list[CollectionCase]:
    """Open the cases of invoices, those that have none."""
    wanted = await invoices_without_case(pool, "atelier", numbers)
    return await cases.open_invoices(cases._creditors["atelier"], wanted, NOW, by="test")


async def test_an_invoice_gets_one_case(pool: Pool, cases: Cases) -> None:
    """Opened twice, or by many at one time, an invoice has one case."""
    for number in ("CASES-11", "CASES-12"):
        await owe(pool, number)
    assert len(await open_now(cases, pool, "CASES-11")) == 1
    wanted = await invoices_without_case(pool, "atelier", ["CASES-12"])
    creditor = cases._creditors["atelier"]
    answers = await asyncio.gather(
        *(cases.open_invoices(creditor, wanted, NOW, by="test") for _ in range(6))
    )
    assert sum(len(answer) for answer in answers) == 1
    assert await open_now(cases, pool, "CASES-11", "CASES-12") == []
    assert await pool.fetchval("select count(*) from events") == 2


async def test_the_overdue_are_opened_in_pages(
    pool: Pool, cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every overdue invoice is found, whatever the page; none that is not due, paid, or opened."""
    monkeypatch.setattr(cases_module, "PAGE", 3)
    for number in range(8):
        await owe(pool, f"late-{number}", due=date(2026, 11, 19))
    await owe(pool, "due-today", due=date(2026, 11, 20))
    await owe(pool, "paid")
    await owe(pool, "part-paid")
    async with pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, "atelier", "paid", payment("1200.00", "p1"))
        await facts.keep_payment(connection, "atelier", "part-paid", payment("200.00", "p2"))
    told: list[int] = []
    assert await cases.open_overdue(NOW, told.append) == (9, [], [])
    assert told == [3, 6, 9]
    assert await cases.open_overdue(NOW, told.append) == (0, [], [])
    numbers = {line.invoice for line in await list_cases(pool)}
    assert numbers == {*(f"late-{number}" for number in range(8)), "part-paid"}
    lines = {line.invoice: line.claim for line in await list_cases(pool)}
    assert lines["part-paid"] == 1200


async def test_a_creditor_without_a_plan_is_named(pool: Pool, cases: Cases) -> None:
    """A creditor file that names a plan nobody wrote is a problem to show, not a crash."""
    await owe(pool, "CASES-31")
    cases._plans = {}
    opened, problems, _ = await cases.open_overdue(NOW, lambda _: None)
    assert opened == 0
    assert problems == ["creditor atelier: there is no plan 'standard'"]


async def test_the_engine_lists_a_case_by_what_never_changes(pool: Pool, cases: Cases) -> None:
    """A case is found by its creditor; its state is the database's, which is never out of date."""
    await owe(pool, "CASES-35")
    (case,) = await open_now(cases, pool, "CASES-35")
    await cases.start([case])
    described = await cases._client.get_workflow_handle(case.case_id).describe()
    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert found == {"Creditor": "atelier"}


async def test_two_hundred_cases_are_started(pool: Pool, cases: Cases) -> None:
    """All of them run, those that ran already are not counted, and each is remembered."""
    numbers = [f"CASES-4-{number:03}" for number in range(200)]
    for number in numbers:
        await owe(pool, number, debtor=number)
    await open_now(cases, pool, *numbers)
    first = await open_cases(pool, limit=5)
    assert await cases.start(first) == 5
    await receivables.forget_starts(pool)  # As if the process had died before it noted them.
    assert await cases.start_unstarted(lambda _: None) == 195
    assert await cases.start_unstarted(lambda _: None) == 0
    assert await cases.start(first) == 0
    assert await pool.fetchval("select count(*) from case_starts") == 200


async def test_a_start_that_fails_is_started_later(
    pool: Pool, cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine goes away in the middle: what it was not asked to run is still unstarted."""
    for number in range(6):
        await owe(pool, f"CASES-5-{number}", debtor=f"D-{number}")
    await open_now(cases, pool, *(f"CASES-5-{number}" for number in range(6)))
    start = cases._start

    async def sometimes(case: CollectionCase) -> bool:
        if case.invoice.endswith("-3"):
            raise ConnectionError("the engine is away")
        return await start(case)

    monkeypatch.setattr(cases, "_start", sometimes)
    with pytest.raises(ConnectionError):
        await cases.start_unstarted(lambda _: None)
    monkeypatch.undo()
    assert await cases.start_unstarted(lambda _: None) >= 1
    assert await receivables.unstarted(pool, 10) == []


@pytest.mark.story
async def test_an_earlier_payment_is_heard_before_any_contact(house: House) -> None:
    """Part-paid before its case was opened: the first reminder asks for the rest only."""
    today = datetime.now(UTC).date()
    await house.invoice("CASES-61", due=today)
    async with house.pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, "atelier", "CASES-61", payment("200.00"))
    await house.open("CASES-61", datetime.now(UTC))
    await house.skip_to("CASES-61", at(today + timedelta(days=9)))
    case = await house.steps("CASES-61", 1)
    assert case.outstanding == euros("1000.00")
    assert (await house.events("CASES-61"))[:3] == [
        "CaseOpened",
        "PaymentReceived",
        "StepPerformed",
    ]
    (mail,) = house.mails()
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert "1 000,00" in body.get_content().replace("\u202f", " ").replace("\xa0", " ")
