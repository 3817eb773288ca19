"""Which case, and what about it? ``list``, ``show``, ``open``, ``cancel`` and ``pay``."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from temporalio.client import (
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.reach import author, database, everything, only
from cli.timeline import show_case
from schemas.commands import CancelCase, RecordPayment, Request
from schemas.identifiers import case_id
from schemas.money import Money
from store import facts, read_models, receivables
from store.facts import UntoldFact

if TYPE_CHECKING:
    from cli.reach import Reach

REQUEST_TIMEOUT = timedelta(seconds=20)


async def list_cases(state: str, debtor: str, limit: int, *, as_json: bool) -> Exit:
    """Print the cases."""
    async with database() as pool:
        lines = await read_models.list_cases(pool, state=state, debtor=debtor, limit=limit)
    if as_json:
        say_json(lines)
        return Exit.DONE
    rows = [
        (
            *(line.invoice, line.debtor_name or line.debtor_id, line.closing or line.state),
            *(line.level, line.due_date, f"{line.outstanding:.2f} {line.currency}"),
            f"{line.next_at:%Y-%m-%d %H:%M}" if line.next_at else line.waiting_for,
            line.open_tasks or "",
        )
        for line in lines
    ]
    head = ("invoice", "debtor", "state", ">level", "due", ">outstanding", "next (UTC)", ">tasks")
    say_table(f"{len(lines)} cases", head, rows)
    return Exit.DONE


async def show(text: str, *, as_json: bool) -> Exit:
    """Print one case: behind, now and ahead."""
    async with database() as pool:
        case = await read_models.find_case(pool, text)
        await show_case(pool, case, as_json=as_json)
    return Exit.DONE


async def open_cases(numbers: list[str], creditor: str, *, as_json: bool) -> Exit:
    """Open cases for named invoices, whether or not they are overdue yet."""
    async with everything() as reach:
        who = only(reach.creditors, creditor)
        wanted = await receivables.invoices_without_case(reach.pool, who.creditor, numbers)
        opened = await reach.cases.open_invoices(who, wanted, datetime.now(UTC), by=author())
        await reach.cases.start(opened)
        done = {case.invoice for case in opened}
        left = [number for number in numbers if number not in done]
    if as_json:
        say_json({"opened": [case.case_id for case in opened], "not_opened": left})
    for case in opened if not as_json else ():
        say(f"opened {case.case_id}")
    for number in left:
        say_error(
            f"{number}: not opened (not imported, already paid, or its case exists: see `list`)",
            Exit.NOT_FOUND,
        )
    return Exit.NOT_FOUND if left else Exit.DONE


async def cancel(texts: list[str], reason: str) -> Exit:
    """Stop pursuing cases."""
    worst = Exit.DONE
    async with everything() as reach:
        for text in texts:
            case = await read_models.find_case(reach.pool, text)
            request = CancelCase(command_id=f"cancel-{uuid.uuid4()}", by=author(), reason=reason)
            worst = max(worst, await submit(reach, case, request, f"{case} is cancelled"))
    return worst


async def submit(reach: Reach, case: str, request: Request, words: str) -> Exit:
    """Ask something of a case and say what came of it.

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
        return _refused(error)
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise CommandFailed(Exit.UNREACHABLE, silent) from error
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise CommandFailed(Exit.UNREACHABLE, silent) from error
        folded = await read_models.case_as_it_stands(reach.pool, case)
        if not folded.is_closed:
            lost = f"{case} is open, but the engine does not run it: `starter.py resume`"
            raise CommandFailed(Exit.UNREACHABLE, lost) from error
        ended = folded.closing.value if folded.closing else "closed"
        return Exit(say_error(f"CaseIsClosed: {case} is {ended}", Exit.REFUSED))
    say(words)
    return Exit.DONE


def _refused(error: WorkflowUpdateFailedError) -> Exit:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return Exit(say_error(f"{cause.type}: {cause.message}", Exit.REFUSED))
    return Exit(say_error(str(cause), Exit.REFUSED))


async def pay(
    number: str, amount: str, currency: str, on: date | None, payment_id: str, creditor: str
) -> Exit:
    """Put a payment on record and tell its case."""
    async with everything() as reach:
        who = only(reach.creditors, creditor)
        invoice = await receivables.read_invoice(reach.pool, who.creditor, number)
        if invoice is None:
            words = f"there is no invoice {number!r} of {who.creditor}"
            raise CommandFailed(Exit.NOT_FOUND, words)
        payment = RecordPayment(
            command_id=payment_id or f"manual-{uuid.uuid4()}",
            by=author(),
            amount=_money(amount, currency or invoice.amount.currency),
            received_on=on or datetime.now(UTC).date(),
            source="manual",
        )
        async with reach.pool.acquire() as connection, connection.transaction():
            new = await facts.keep_payment(connection, who.creditor, number, payment)
        if not new:
            say(f"payment {payment.command_id} is on record already; nothing was changed")
            return Exit.DONE
        say(f"payment {payment.command_id}: {payment.amount} for {number} is on record")
        case = case_id(who.creditor, number)
        if not await receivables.is_on_record(reach.pool, case):
            say("the invoice has no case; it will only get one if something is still owed")
        elif await reach.telling.tell_one(UntoldFact(case_id=case, fact=payment)):
            folded = await read_models.case_as_it_stands(reach.pool, case)
            say(f"{case} has heard: {folded.state}, {folded.outstanding} outstanding")
        else:
            say(f"{case} could not be told now; it hears of it before any contact leaves")
    return Exit.DONE


def _money(amount: str, currency: str) -> Money:
    try:
        money = Money(amount=Decimal(amount.replace(",", ".")), currency=currency)
    except (InvalidOperation, ValueError) as error:
        words = f"{amount!r} is no amount in {currency}; expected something like 1234.56"
        raise CommandFailed(Exit.USAGE, words) from error
    if not money.is_positive:
        raise CommandFailed(Exit.USAGE, f"{amount!r}: a payment is more than nothing")
    return money
