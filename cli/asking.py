"""How is something asked of one case or of thousands? Shown first, then asked, then reported."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.progress import progress
from cli.reach import Reach, everything
from cli.selection import Selection
from cli.wording import count
from schemas.commands import Asked, Refusal
from store.read_models import CaseLine

REQUEST_TIMEOUT = timedelta(seconds=20)
AT_ONCE = 20
"""How many cases are asked at one time."""
SAMPLES = 5
"""How many of many cases are shown before a person says yes."""

MakeRequest = Callable[[CaseLine, str], Asked]
"""Makes the request of one case, given its line and the command's id."""


@dataclass(frozen=True)
class Manner:
    """How it is asked.

    Attributes:
        dry_run: only show what would be asked, and of which cases.
        yes: ask many without a person's word.
        job: names the job; the same job again goes on where it was, and asks nothing twice.
    """

    dry_run: bool = False
    yes: bool = False
    job: str = ""
    as_json: bool = False


Show = Callable[[Reach, Sequence[CaseLine], str, Manner], Awaitable[None]]
"""Shows what would be asked, given the cases and the words for it."""


Warn = Callable[[Reach, Sequence[CaseLine]], Awaitable[list[str]]]
"""Says what a person should think of first, a sentence each; anything said asks for a yes."""


async def ask(
    selection: Selection,
    manner: Manner,
    words: str,
    make: MakeRequest,
    show: Show | None = None,
    warn: Warn | None = None,
) -> Exit:
    """Ask something of every selected case and report who refused.

    Args:
        selection: which cases.
        manner: how.
        words: what is asked, for people, such as "put on hold".
        make: the request of one case.
        show: what a person sees before saying yes; the number, money and samples by default.
        warn: what a person should think of before saying yes, even of a single case.
    """
    async with everything() as reach:
        lines = await selection.find(reach.pool)
        warnings = await warn(reach, lines) if warn else []
        for warning in warnings:
            say_error(f"warning: {warning}", Exit.DONE)
        if manner.dry_run or (selection.is_filter and not manner.as_json):
            await (show or _show)(reach, lines, words, manner)
        if manner.dry_run or not lines:
            return Exit.DONE if lines else Exit.NOT_FOUND
        doubtful = selection.is_filter or warnings
        if doubtful and not manner.yes and not _confirmed(len(lines), words):
            say("nothing was done")
            # A script that nobody can ask has typed too little; a person has changed their mind.
            return Exit.DONE if sys.stdin.isatty() else Exit.USAGE
        answers = await _ask_all(reach, lines, make, manner)
    return _report(lines, answers, words, as_json=manner.as_json)


async def ask_one(reach: Reach, case: str, request: Asked) -> str:
    """Ask something of one case; empty when it was done, else the refusal.

    Raises:
        CommandFailed: when no worker answers; the request was not accepted.
    """
    handle = reach.client.get_workflow_handle(case)
    silent = f"{case}: no worker answered within {REQUEST_TIMEOUT.seconds} s; does one run?"
    try:
        await handle.execute_update(
            "submit", request, id=request.command_id, rpc_timeout=REQUEST_TIMEOUT
        )
    except WorkflowUpdateFailedError as error:
        cause = error.cause
        return (
            f"{cause.type}: {cause.message}" if isinstance(cause, ApplicationError) else str(cause)
        )
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise CommandFailed(Exit.UNREACHABLE, silent) from error
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise CommandFailed(Exit.UNREACHABLE, silent) from error
        answer = await reach.telling.ask_closed_case(case, request)
        if answer is None:
            lost = f"{case} is open, but the engine does not run it: `starter.py resume`"
            raise CommandFailed(Exit.UNREACHABLE, lost) from error
        return f"{answer.code}: {answer.sentence}" if isinstance(answer, Refusal) else ""
    return ""


def for_people(refusal: str) -> str:
    """A refusal with its sentence first; its name, which programs go by, in brackets behind."""
    name, colon, sentence = refusal.partition(": ")
    return f"{sentence} ({name})" if colon and name.isalnum() else refusal


async def _ask_all(
    reach: Reach, lines: Sequence[CaseLine], make: MakeRequest, manner: Manner
) -> list[str]:
    places = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(line: CaseLine, advance: Callable[[int], None]) -> str:
        nonlocal done
        async with places:
            command_id = f"{manner.job}/{line.case_id}"[-200:]
            try:
                answer = await ask_one(reach, line.case_id, make(line, command_id))
            except CommandFailed as failure:
                if len(lines) == 1:
                    raise
                answer = f"Unreachable: {failure}"
            done += 1
            advance(done)
            return answer

    with progress("Asking", len(lines)) as advance:
        return list(await asyncio.gather(*(one(line, advance) for line in lines)))


async def _show(_: Reach, lines: Sequence[CaseLine], words: str, manner: Manner) -> None:
    if manner.as_json:
        say_json({"would_be": words, "cases": lines})
        return
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.currency] = totals.get(line.currency, Decimal(0)) + line.outstanding
    money = ", ".join(f"{amount:,.2f} {name}" for name, amount in sorted(totals.items()))
    say(f"{count(len(lines), 'case')} would be {words}: {money or 'nothing'} outstanding")
    for line in lines[:SAMPLES]:
        name = line.debtor_name or line.debtor_id
        say(f"  {line.invoice}  {name}  {line.outstanding:,.2f} {line.currency}  {line.state}")
    if len(lines) > SAMPLES:
        say(f"  … and {len(lines) - SAMPLES} more")


def _confirmed(number: int, words: str) -> bool:
    if not sys.stdin.isatty():
        say_error("say --yes to do it without being asked, or --dry-run to look", Exit.USAGE)
        return False
    sys.stdout.write(f"{count(number, 'case')} will be {words}. Type yes to go on: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() == "yes"


def _report(
    lines: Sequence[CaseLine], answers: Sequence[str], words: str, *, as_json: bool
) -> Exit:
    refused = {line.case_id: answer for line, answer in zip(lines, answers, strict=True) if answer}
    if as_json:
        say_json({"asked": len(lines), "done": len(lines) - len(refused), "refused": refused})
        return Exit.REFUSED if refused else Exit.DONE
    done = len(lines) - len(refused)
    if len(lines) == 1 and done:
        say(f"{lines[0].case_id} is {words}")
    elif done:
        say(f"{count(done, 'case')} are {words}" if done > 1 else f"1 case is {words}")
    for case, answer in refused.items():
        said = for_people(answer)
        say_error(said if len(lines) == 1 else f"{case}: {said}", Exit.REFUSED)
    if len(refused) > 1:
        kinds = Counter(answer.partition(":")[0] for answer in refused.values())
        summary = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
        say_error(f"{len(refused)} were not {words}: {summary}", Exit.REFUSED)
    return Exit.REFUSED if refused else Exit.DONE
