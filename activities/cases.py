"""How does a case begin, and begin again? On record first, in the engine second."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from temporalio.client import Client
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.going_ahead import GoingAhead, Progress
from domain.agreed_interest import agreed_at_opening
from domain.contact_policy import rules_for
from domain.holidays import contact_calendar
from domain.late_opening import steps_before
from domain.next_action import next_action
from schemas.actions import Wait
from schemas.case import CollectionCase
from schemas.events import CaseOpened
from schemas.identifiers import case_id
from schemas.money import Money
from schemas.parties import Capacity, Creditor
from schemas.plan import DunningPlan
from store import event_store, receivables
from store.pool import Connection, Pool
from store.receivables import OverdueInvoice
from store.start_steps import start_steps

CASE_WORKFLOW = "CollectionCase"
CREDITOR = SearchAttributeKey.for_keyword("Creditor")
"""What workflows can be listed by; their state, which changes, is in the database."""

PAGE = 500
"""How many cases go on record in one transaction."""
STARTS_AT_ONCE = 50
"""How many workflow starts are under way at one time."""
CALENDAR_YEARS = 1
"""For how many years after the current one a case knows the holidays."""


MAY_BE_BARRED = timedelta(days=365)
"""No law here bars a claim sooner; younger ones need not be looked at."""


class Overdue(NamedTuple):
    """What became of the newly overdue invoices.

    Attributes:
        opened: how many cases were opened.
        problems: met on the way, in sentences.
        old: ids of the cases opened whose claim may be barred already.
    """

    opened: int
    problems: list[str]
    old: list[str]


class Cases:
    """Opens cases, and starts their workflows."""

    def __init__(
        self,
        pool: Pool,
        client: Client,
        creditors: Mapping[str, Creditor],
        plans: Mapping[str, DunningPlan],
        task_queue: str,
    ) -> None:
        self._pool = pool
        self._client = client
        self._creditors = creditors
        self._plans = plans
        self._task_queue = task_queue

    async def open_overdue(self, now: datetime, progress: Progress) -> Overdue:
        """Put a case on record for every newly overdue invoice; doing it again changes nothing.

        Args:
            now: what counts as now; each creditor's "today" follows from it.
            progress: told how many cases have been opened so far.

        """
        opened, problems, old = 0, list[str](), list[str]()
        for creditor in self._creditors.values():
            plan = self._plans.get(creditor.plan)
            if plan is None:
                problems.append(f"creditor {creditor.creditor}: there is no plan {creditor.plan!r}")
                continue
            today = now.astimezone(ZoneInfo(creditor.time_zone)).date()
            ahead = max(1 - plan.steps[0].day, 0)
            after = ""
            while page := await receivables.overdue_without_case(
                self._pool, creditor.creditor, today + timedelta(days=ahead), after, PAGE
            ):
                after = page[-1].number
                problems += await self.unknown_starts(creditor, page)
                cases = await self.open_invoices(creditor, page, now, by="sweep")
                opened += len(cases)
                old += [one.case_id for one in cases if _is_old(one, today)]
                progress(opened)
        return Overdue(opened, problems, old)

    async def unknown_starts(
        self, creditor: Creditor, invoices: Sequence[OverdueInvoice]
    ) -> list[str]:
        """Which of these invoices are to begin at a step that the plan does not have."""
        plan = self._plans[creditor.plan]
        starts = await start_steps(
            self._pool, creditor.creditor, [invoice.number for invoice in invoices]
        )
        return [
            f"{number}: not opened, because plan {plan.plan} has no step {step!r}; import the "
            f"invoice again with one of: {', '.join(one.name for one in plan.steps)}"
            for number, step in starts.items()
            if plan.step(step) is None
        ]

    async def open_invoices(
        self,
        creditor: Creditor,
        invoices: Sequence[OverdueInvoice],
        now: datetime,
        by: str,
        at: str = "",
    ) -> list[CollectionCase]:
        """Put cases on record for these invoices, those that have none yet.

        Args:
            creditor: whose they are.
            invoices: to pursue.
            now: what counts as now.
            by: who opens them.
            at: the step of the plan at which they begin; by default the one that their import
                named, else the first. One that the plan does not have opens no case.
        """
        plan = self._plans[creditor.plan]
        numbers = [invoice.number for invoice in invoices]
        starts = (
            dict.fromkeys(numbers, at)
            if at
            else await start_steps(self._pool, creditor.creditor, numbers)
        )
        openings = [
            _opening(creditor, plan, invoice, now, by)
            for invoice in invoices
            if not (step := starts.get(invoice.number)) or plan.step(step)
        ]
        async with self._pool.acquire() as connection, connection.transaction():
            await receivables.lock_openings(connection)
            known = await receivables.which_exist(connection, [one.case_id for one in openings])
            opened = await event_store.open_streams(
                connection, [one for one in openings if one.case_id not in known]
            )
            return [
                await _begun(connection, case, starts.get(case.invoice, ""), by) for case in opened
            ]

    async def start_unstarted(self, progress: Progress) -> int:
        """Start the workflow of every open case that the engine was never asked to run.

        Of a debtor's cases that are due at once, one goes ahead (see ``activities.going_ahead``).

        Returns:
            How many were started; those that ran already, in spite of it, do not count.
        """
        return await GoingAhead(self._pool, self.start).start_all(progress)

    async def start(self, cases: Sequence[CollectionCase]) -> int:
        """Start workflows and remember that they run; one that runs already is left alone.

        Returns:
            How many were started.
        """
        places = asyncio.Semaphore(STARTS_AT_ONCE)

        async def one(case: CollectionCase) -> bool:
            async with places:
                return await self._start(case)

        started = await asyncio.gather(*(one(case) for case in cases))
        await receivables.mark_started(self._pool, [case.case_id for case in cases])
        return sum(started)

    async def _start(self, case: CollectionCase) -> bool:
        """The engine first hears of a case when something is due: less to do until then."""
        real_now = datetime.now(UTC)
        action = next_action(case, max(real_now, case.opened_at))
        until = action.until if isinstance(action, Wait) else None
        delay = until - real_now if until and until > real_now else None
        try:
            await self._client.start_workflow(
                CASE_WORKFLOW,
                case,
                id=case.case_id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                start_delay=delay,
                # Begins at once in this process, if a worker of it has a place free.
                request_eager_start=delay is None,
                search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(CREDITOR, case.creditor)]
                ),
                priority=priority_of(case),
            )
        except WorkflowAlreadyStartedError:
            return False
        return True


async def _begun(
    connection: Connection, case: CollectionCase, step: str, by: str
) -> CollectionCase:
    """A case that others pursued before begins at a later step."""
    skipped = steps_before(case, step, by) if step else ()
    if not skipped:
        return case
    return await event_store.append(connection, case.case_id, case.version, skipped)


def _is_old(case: CollectionCase, today: date) -> bool:
    since = case.delivered_on or case.invoiced_on or case.due_date
    return today - since >= MAY_BE_BARRED


def priority_of(case: CollectionCase) -> Priority:
    """Each creditor has an equal share of every queue: its activities inherit the key."""
    return Priority(fairness_key=case.creditor)


def _opening(
    creditor: Creditor, plan: DunningPlan, invoice: OverdueInvoice, now: datetime, by: str
) -> CaseOpened:
    year = now.year
    return CaseOpened(
        at=now,
        by=by,
        case_id=case_id(creditor.creditor, invoice.number),
        creditor=creditor.creditor,
        invoice=invoice.number,
        debtor_id=invoice.debtor_id,
        claim=Money(amount=invoice.amount, currency=invoice.currency),
        due_date=invoice.due_date,
        plan=plan,
        country=invoice.country,
        capacity=Capacity(invoice.capacity),
        interest=agreed_at_opening(creditor, Capacity(invoice.capacity), invoice.contract_rate),
        invoiced_on=invoice.issue_date,
        delivered_on=invoice.delivery_date,
        calendar=contact_calendar(
            country=invoice.country,
            capacity=Capacity(invoice.capacity),
            first_year=min(year, invoice.due_date.year),
            last_year=year + CALENDAR_YEARS,
            fallback_time_zone=creditor.time_zone,
            rules=rules_for(creditor.contact, Capacity(invoice.capacity)),
            address=invoice.address,
        ),
    )
