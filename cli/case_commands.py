"""Which case, and what about it? ``list``, ``show``, ``open`` and ``cancel``."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.asking import Manner, ask
from cli.local_time import LocalTimes
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.reach import author, database, everything, only
from cli.selection import Selection
from cli.timeline import show_case
from cli.typed import one_of
from cli.wording import count, in_words
from schemas.case import CaseState, ClosingReason
from schemas.commands import Asked, CancelCase
from schemas.plan import DunningPlan
from store import facts, read_models, receivables
from store.read_models import CaseLine


async def list_cases(state: str, debtor: str, limit: int, *, as_json: bool) -> Exit:
    """Print the cases."""
    one_of(state, tuple(CaseState), "--state")
    async with database() as pool:
        lines = await read_models.list_cases(pool, state=state, debtor=debtor, limit=limit)
    if as_json:
        say_json(lines)
        return Exit.DONE
    times = LocalTimes(line.time_zone for line in lines if line.next_at)
    rows = [
        (
            *(line.invoice, line.debtor_name or line.debtor_id, line.closing or line.state),
            *(line.level, line.due_date, asked_for(line)),
            what_next(line, times),
            line.open_tasks or "",
        )
        for line in lines
    ]
    head = ("invoice", "debtor", "state", ">level", "due", ">outstanding", times.head("next"))
    say_table(count(len(lines), "case"), (*head, ">tasks"), rows)
    return Exit.DONE


def asked_for(line: CaseLine) -> str:
    """What is outstanding; nothing of a case that was cancelled, because it was given up."""
    if line.closing == ClosingReason.CANCELLED:
        return "-"
    return f"{line.outstanding:.2f} {line.currency}"


def what_next(line: CaseLine, times: LocalTimes) -> str:
    """When something is due; where the ladder does not run, what is waited for beside it."""
    waits = in_words(line.waiting_for)
    if line.next_at is None:
        return waits
    moment = times.show(line.next_at, line.time_zone)
    return moment if line.state == CaseState.OPEN else f"{waits}; looked at again {moment}"


async def show(text: str, *, as_json: bool) -> Exit:
    """Print one case: behind, now and ahead."""
    async with database() as pool:
        case = await read_models.find_case(pool, text)
        await show_case(pool, case, as_json=as_json)
    return Exit.DONE


async def open_cases(numbers: list[str], creditor: str, at: str, *, as_json: bool) -> Exit:
    """Open cases for named invoices, whether or not they are overdue yet."""
    async with everything() as reach:
        who = only(reach.creditors, creditor)
        _check_step(reach.plans.get(who.plan), at)
        wanted = await receivables.invoices_without_case(reach.pool, who.creditor, numbers)
        opened = await reach.cases.open_invoices(who, wanted, datetime.now(UTC), by=author(), at=at)
        wrong = await reach.cases.unknown_starts(who, wanted)
        await reach.cases.start(opened)
        # What came in before there was a case: it is to be seen at once, not after a sweep.
        waiting = await facts.untold_of(reach.pool, [case.case_id for case in opened])
        heard = await reach.telling.tell(waiting)
        done = {case.invoice for case in opened}
        left = [number for number in numbers if number not in done]
    if as_json:
        say_json({"opened": [case.case_id for case in opened], "not_opened": left})
    for case in opened if not as_json else ():
        say(f"opened {case.case_id}")
    if not all(heard):
        words = "what was recorded before is not heard yet; it is before any contact leaves"
        say_error(words, Exit.DONE)
    for words in wrong:
        say_error(words, Exit.PROBLEMS)
    for number in left:
        say_error(
            f"{number}: not opened (not imported, already paid, or its case exists: see `list`)",
            Exit.NOT_FOUND,
        )
    return Exit.NOT_FOUND if left else Exit.DONE


def _check_step(plan: DunningPlan | None, at: str) -> None:
    if at and plan and plan.step(at) is None:
        known = ", ".join(step.name for step in plan.steps)
        words = f"--at: {at!r} is no step of plan {plan.plan}; expected one of: {known}"
        raise CommandFailed(Exit.USAGE, words)


async def cancel(selection: Selection, how: Manner, reason: str) -> Exit:
    """Stop pursuing cases."""

    def make(_line: CaseLine, command_id: str) -> Asked:
        return CancelCase(command_id=command_id, by=author(), reason=reason)

    return await ask(selection, how, "cancelled", make)
