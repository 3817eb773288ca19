"""What has happened outside? Reversals of payments, and what forbids contact."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime

from cli.outcome import CommandFailed, Exit, say, say_error
from cli.reach import Reach, author, everything, only
from cli.selection import Selection
from cli.wording import count
from schemas.case import TaskKind
from schemas.commands import Happened
from schemas.identifiers import case_id
from schemas.invoice import Invoice
from schemas.pauses import StopKind
from schemas.requests import ReversePayment, StopContacts
from store import facts, read_models, receivables
from store.facts import UntoldFact


async def reverse(number: str, payment_id: str, reason: str, creditor: str) -> Exit:
    """Take a payment back; a case that it had closed is pursued again."""
    async with everything() as reach:
        invoice = await find_invoice(reach, number, creditor)
        reversal = ReversePayment(
            command_id=f"reversal-{payment_id}"[:200],
            by=author(),
            payment_id=payment_id,
            reason=reason,
        )
        case = case_id(invoice.creditor, number)
        known = await receivables.payments_of(reach.pool, invoice.creditor, number)
        if payment_id not in {kept.payment_id for kept in known}:
            ids = ", ".join(kept.payment_id for kept in known) or "none"
            words = f"there is no payment {payment_id!r} of {number}; on record: {ids}"
            raise CommandFailed(Exit.NOT_FOUND, words)
        await facts.keep_fact(reach.pool, case, reversal)
        say(f"payment {payment_id} of {number} is taken back")
        await tell(reach, invoice, reversal)
    return Exit.DONE


async def stop(selection: Selection, kind: str, on: date | None, note: str) -> Exit:
    """Stop every contact of cases, because their debtor may not or cannot be contacted."""
    if kind not in set(StopKind):
        known = ", ".join(StopKind)
        raise CommandFailed(Exit.USAGE, f"{kind!r} is no kind; expected one of: {known}")
    async with everything() as reach:
        lines = await selection.find(reach.pool)
        told: list[UntoldFact] = []
        for line in lines:
            fact = StopContacts(
                command_id=f"stop-{uuid.uuid4()}",
                by=author(),
                kind=StopKind(kind),
                on=on or datetime.now(UTC).date(),
                note=note,
            )
            await facts.keep_fact(reach.pool, line.case_id, fact)
            told.append(UntoldFact(case_id=line.case_id, fact=fact))
        heard = await reach.telling.tell(told)
    say(f"{count(len(lines), 'case')}: no contact any more ({kind}); {_later(heard)}")
    return Exit.DONE if lines else Exit.NOT_FOUND


async def find_invoice(reach: Reach, number: str, creditor: str) -> Invoice:
    """An invoice by its number.

    Raises:
        CommandFailed: when there is none.
    """
    who = only(reach.creditors, creditor)
    invoice = await receivables.read_invoice(reach.pool, who.creditor, number)
    if invoice is None:
        words = f"there is no invoice {number!r} of {who.creditor}"
        raise CommandFailed(Exit.NOT_FOUND, words)
    return invoice


async def tell(reach: Reach, invoice: Invoice, fact: Happened) -> None:
    """Tell a case what is on record, and say what it made of it."""
    case = case_id(invoice.creditor, invoice.number)
    if not await receivables.is_on_record(reach.pool, case):
        say("the invoice has no case; it will only get one if something is still owed")
    elif (await reach.telling.tell([UntoldFact(case_id=case, fact=fact)]))[0]:
        folded = await read_models.case_as_it_stands(reach.pool, case)
        say(f"{case} has heard: {folded.state}, {folded.outstanding} outstanding")
        for task in folded.tasks:
            if task.kind is TaskKind.UNALLOCATED_CASH:
                say(f"  mind task {task.task_id}: {task.summary}")
    else:
        words = f"{case} could not be told now; it hears of it before any contact leaves"
        say_error(words, Exit.DONE)


def _later(heard: Sequence[bool]) -> str:
    left = len(heard) - sum(heard)
    return "all have heard" if not left else f"{left} will hear of it before any contact leaves"
