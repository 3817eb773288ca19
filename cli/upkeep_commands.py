"""Is everything as it should be? ``migrate``, ``rebuild``, ``audit``, ``resume``, the sweep."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.service import RPCError

from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.progress import progress
from cli.reach import Reach, everything, owner, owner_dsn
from cli.schedules import drop_schedule, keep_schedule
from cli.wording import count
from schemas.turns import SweepRequest, SweepSummary
from store import event_store, read_models, receivables
from store.migrate import migrate as apply_migrations
from store.rebuild import audit as audit_events
from store.rebuild import rebuild as rebuild_read_models

SWEEP_SCHEDULE = "overdue-sweep"
SWEEP_WORKFLOW = "OverdueSweep"
SWEEP_PATIENCE = timedelta(minutes=30)
WORKING_DAYS = ScheduleRange(1, 5)


async def migrate() -> Exit:
    """Bring the database to today's shape."""
    applied = await apply_migrations(owner_dsn())
    say(f"applied: {', '.join(applied)}" if applied else "nothing to apply; it is up to date")
    return Exit.DONE


async def rebuild(*, as_json: bool) -> Exit:
    """Fold every event again and say whether the read models had gone astray."""
    async with owner() as connection:
        total = await event_store.count_events(connection)
        with progress("Folding", total) as advance:
            found = await rebuild_read_models(connection, advance)
    if as_json:
        say_json(found)
    else:
        say(f"{found.cases} cases rebuilt from {found.events} events")
        say(
            "the read models were as the events say"
            if found.changed == 0
            else f"{found.changed} rows had differed from what the events say; they are right now"
        )
    return Exit.DONE


async def audit(*, as_json: bool) -> Exit:
    """Recompute every hash and name the first broken event of each stream."""
    async with owner() as connection:
        total = await event_store.count_events(connection)
        with progress("Checking", total) as advance:
            found = await audit_events(connection, advance)
    if as_json:
        say_json(found)
    else:
        say(f"{found.events} events of {found.streams} cases checked")
        for finding in found.findings:
            say_error(f"{finding.stream} event {finding.version}: {finding.problem}", Exit.PROBLEMS)
        if not found.findings:
            say("every event is what was recorded")
    return Exit.PROBLEMS if found.findings else Exit.DONE


async def resume(*, as_json: bool) -> Exit:
    """Have the engine run every open case again, also on an empty engine."""
    started = running = 0
    async with everything() as reach:
        await receivables.forget_starts(reach.pool)
        after = ""
        while page := await read_models.open_cases(reach.pool, after):
            after = page[-1].case_id
            new = await reach.cases.start(page)
            started, running = started + new, running + len(page) - new
    if as_json:
        say_json({"open": started + running, "started": started, "running_already": running})
    else:
        say(f"{started + running} open cases: {started} started, {running} were running already")
    return Exit.DONE


async def sweep(on: date | None, *, as_json: bool) -> Exit:
    """Open a case for each newly overdue invoice, now."""
    async with everything() as reach:
        now = datetime.combine(on, time(12), ZoneInfo("UTC")) if on else datetime.now(UTC)
        try:
            summary = await reach.client.execute_workflow(
                SWEEP_WORKFLOW,
                SweepRequest(now=now),
                id=f"sweep/{now:%Y-%m-%d}/{uuid.uuid4().hex[:8]}",
                task_queue=reach.settings.task_queue,
                result_type=SweepSummary,
                rpc_timeout=SWEEP_PATIENCE,
            )
        except RPCError as error:
            words = f"the sweep did not end ({error}); does a worker run?"
            raise CommandFailed(Exit.UNREACHABLE, words) from error
    if as_json:
        say_json(summary)
    else:
        say(
            f"{summary.opened} cases opened, {summary.started} started; "
            f"{summary.told} facts told, {summary.untold} still to tell; "
            f"{summary.given_back} steps tried again"
        )
        _warn_of_barred(summary)
    for problem in summary.problems:
        say_error(problem, Exit.PROBLEMS)
    return Exit.PROBLEMS if summary.problems else Exit.DONE


def _warn_of_barred(summary: SweepSummary) -> None:
    """Name the new cases that no court hears any more; they are pursued, but threaten with none."""
    for told in summary.barred:
        say_error(f"warning: {told}", Exit.DONE)
    if left := summary.barred_count - len(summary.barred):
        say_error(f"warning: {count(left, 'more claim')} barred or about to be", Exit.DONE)
    if summary.barred:
        say("`starter.py limitation` lists every claim whose last day is near or past")


async def schedule(at: time, time_zone: str, *, remove: bool) -> Exit:
    """Have the engine sweep every working day, or no more."""
    if time_zone not in available_timezones():
        words = f"--time-zone: {time_zone!r} is unknown; expected a name such as Europe/Paris"
        raise CommandFailed(Exit.USAGE, words)
    async with everything() as reach:
        if remove:
            await drop_schedule(reach.client, SWEEP_SCHEDULE)
            say("the engine sweeps no more by itself")
            return Exit.DONE
        await keep_schedule(reach.client, SWEEP_SCHEDULE, _daily(reach, at, time_zone))
        handle = reach.client.get_schedule_handle(SWEEP_SCHEDULE)
        following = (await handle.describe()).info.next_action_times[:1]
    next_one = f"; next on {following[0]:%Y-%m-%d at %H:%M} UTC" if following else ""
    say(f"the engine sweeps Monday to Friday at {at:%H:%M} {time_zone}{next_one}")
    return Exit.DONE


def _daily(reach: Reach, at: time, time_zone: str) -> Schedule:
    calendar = ScheduleCalendarSpec(
        hour=[ScheduleRange(at.hour)],
        minute=[ScheduleRange(at.minute)],
        day_of_week=[WORKING_DAYS],
        comment="after the bank, before the contacts",
    )
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SWEEP_WORKFLOW, SweepRequest(), id="sweep", task_queue=reach.settings.task_queue
        ),
        spec=ScheduleSpec(calendars=[calendar], time_zone_name=time_zone),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=12)
        ),
    )
