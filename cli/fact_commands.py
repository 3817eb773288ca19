"""What has happened outside? Payments, reversals, credit notes, and what forbids contact."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from cli.outcome import CommandFailed, Exit, say, say_error
from cli.reach import Reach, author, everything, only
from cli.selection import Selection
from cli.typed import money
from cli.wording import count
from schemas.case import TaskKind
from schemas.commands import Happened, RecordPayment
from schemas.identifiers import case_id
from schemas.invoice import Invoice
from schemas.pauses import StopKind
from schemas.requests import IssueCreditNote, ReversePayment, StopContacts
from store import facts, read_models, receivables
from store.facts import UntoldFact


async def pay(
    number: str, amount: str, currency: str, on: date | None, payment_id: str, creditor: str
) -> Exit:
    """Put a payment on record and tell its case."""
    async with everything() as reach:
        invoice = await _invoice(reach, number, creditor)
        payment = RecordPayment(
            command_id=payment_id or f"manual-{uuid.uuid4()}",
            by=author(),
            amount=money(amount, currency or invoice.amount.currency),
            received_on=on or datetime.now(UTC).date(),
            source="manual",
        )
        if payment.received_on > datetime.now(UTC).date() + timedelta(days=1):
            words = f"--on: {payment.received_on} is still to come; money came in on a past day"
            raise CommandFailed(Exit.USAGE, words)
        async with reach.pool.acquire() as connection, connection.transaction():
            new = await facts.keep_payment(connection, invoice.creditor, number, payment)
        if not new:
            return await _known(reach, invoice, payment)
        say(f"payment {payment.command_id}: {payment.amount} for {number} is on record")
        await _tell(reach, invoice, payment)
    return Exit.DONE


async def _known(reach: Reach, invoice: Invoice, payment: RecordPayment) -> Exit:
    """The id is taken: by the same payment, which is well, or by another one, which is not."""
    name = payment.command_id
    for kept in await receivables.payments_of(reach.pool, invoice.creditor, invoice.number):
        if kept.payment_id == name and kept.amount != payment.amount:
            words = f"payment {name} is on record with {kept.amount}; {payment.amount} was not kept"
            return Exit(say_error(words, Exit.REFUSED))
    say(f"payment {name} is on record already; nothing was changed")
    return Exit.DONE


async def reverse(number: str, payment_id: str, reason: str, creditor: str) -> Exit:
    """Take a payment back; a case that it had closed is pursued again."""
    async with everything() as reach:
        invoice = await _invoice(reach, number, creditor)
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
        await _tell(reach, invoice, reversal)
    return Exit.DONE


async def credit_note(
    number: str, credit: str, amount: str, on: date | None, creditor: str
) -> Exit:
    """Put a credit note on record; it reduces the claim."""
    async with everything() as reach:
        invoice = await _invoice(reach, number, creditor)
        note = IssueCreditNote(
            command_id=credit,
            by=author(),
            amount=money(amount, invoice.amount.currency),
            on=on or datetime.now(UTC).date(),
        )
        await facts.keep_fact(reach.pool, case_id(invoice.creditor, number), note)
        say(f"credit note {credit}: {note.amount} for {number} is on record")
        await _tell(reach, invoice, note)
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


async def _invoice(reach: Reach, number: str, creditor: str) -> Invoice:
    who = only(reach.creditors, creditor)
    invoice = await receivables.read_invoice(reach.pool, who.creditor, number)
    if invoice is None:
        words = f"there is no invoice {number!r} of {who.creditor}"
        raise CommandFailed(Exit.NOT_FOUND, words)
    return invoice


async def _tell(reach: Reach, invoice: Invoice, fact: Happened) -> None:
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
