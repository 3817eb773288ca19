"""What did somebody pay? A payment typed by hand: checked, shown when it is odd, put on record."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from cli.fact_commands import find_invoice, tell
from cli.outcome import CommandFailed, Exit, say, say_error
from cli.reach import Reach, author, everything
from cli.typed import money
from schemas.commands import RecordPayment
from schemas.identifiers import case_id
from schemas.invoice import Invoice
from schemas.money import Money
from store import facts, open_items, read_models, receivables

SLIP = 100
"""So many times what an invoice claims is no payment for it: a decimal sign was forgotten."""


class Typed(NamedTuple):
    """What was typed about a payment.

    Attributes:
        amount: as it was typed.
        currency: as it was typed, or empty.
        on: when it came in; today by default.
        payment_id: the same twice counts once; made up when empty.
        creditor: short name.
        yes: record more than is owed without being asked back.
    """

    number: str
    amount: str
    currency: str = ""
    on: date | None = None
    payment_id: str = ""
    creditor: str = ""
    yes: bool = False


async def pay(typed: Typed) -> Exit:
    """Put a payment on record and tell its case."""
    number = typed.number
    async with everything() as reach:
        invoice = await find_invoice(reach, number, typed.creditor)
        payment = RecordPayment(
            command_id=typed.payment_id or f"manual-{uuid.uuid4()}",
            by=author(),
            amount=amount_of(typed.amount, typed.currency, invoice),
            received_on=past_day(typed.on, "money came in on a past day"),
            source="manual",
        )
        if (known := await _known(reach, invoice, payment)) is not None:
            return known
        if (beyond := await _beyond(reach, invoice, payment.amount)) and not typed.yes:
            words = (
                f"{beyond} of the {payment.amount} are more than is owed of {number}: they stay "
                "unallocated, and a task asks what becomes of them"
            )
            if (answer := asked_back(words)) is not None:
                return answer
        async with reach.pool.acquire() as connection, connection.transaction():
            new = await facts.keep_payment(connection, invoice.creditor, number, payment)
        if not new:  # put on record by somebody else in this very moment
            return await _known(reach, invoice, payment) or Exit.DONE
        say(f"payment {payment.command_id}: {payment.amount} for {number} is on record")
        await tell(reach, invoice, payment)
    return Exit.DONE


def amount_of(typed: str, currency: str, invoice: Invoice) -> Money:
    """What was paid or credited, if it can be of that invoice.

    Raises:
        CommandFailed: when it cannot; the words name the field.
    """
    own = invoice.amount.currency
    if currency and currency.upper() != own:
        words = f"--currency: invoice {invoice.number} is in {own}; record what was credited in it"
        raise CommandFailed(Exit.USAGE, words)
    try:
        paid = money(typed, own)
    except CommandFailed as failure:
        raise CommandFailed(Exit.USAGE, f"AMOUNT: {failure}") from failure
    if paid.amount >= SLIP * invoice.amount.amount:
        words = (
            f"AMOUNT: {paid} is {SLIP} times the {invoice.amount} of {invoice.number}, or more; "
            "was the decimal sign forgotten?"
        )
        raise CommandFailed(Exit.USAGE, words)
    return paid


def past_day(on: date | None, expected: str) -> date:
    """The day that was typed, or today.

    Raises:
        CommandFailed: when it is still to come, in every time zone; it says what was expected.
    """
    today = datetime.now(UTC).date()
    if on is not None and on > today + timedelta(days=1):
        words = f"--on: {on} is still to come; {expected}"
        raise CommandFailed(Exit.USAGE, words)
    return on or today


async def _beyond(reach: Reach, invoice: Invoice, paid: Money) -> Money | None:
    """What of a payment neither the invoice takes nor what was claimed beside it.

    Raises:
        CommandFailed: when nobody could keep it, because the invoice has no case.
    """
    today = datetime.now(UTC).date()
    async with reach.pool.acquire() as connection:
        (item,) = await open_items.open_items(
            connection, invoice.creditor, today, only=[invoice.number]
        )
    case, currency = case_id(invoice.creditor, invoice.number), invoice.amount.currency
    owed = Money(amount=item.open_amount, currency=currency)
    has_case = await receivables.is_on_record(reach.pool, case)
    if has_case:
        owed += (await read_models.case_as_it_stands(reach.pool, case)).charges_owed
    beyond = paid - owed
    if not beyond.is_positive:
        return None
    if not has_case:
        words = (
            f"AMOUNT: of {invoice.number} {owed} are open, and it has no case that could keep the "
            f"other {beyond}; `feed` the bank's file, which keeps them on the debtor's account"
        )
        raise CommandFailed(Exit.REFUSED, words)
    return beyond


def asked_back(words: str) -> Exit | None:
    """Ask a person whether it is meant so; None when it is."""
    if not sys.stdin.isatty():
        return Exit(say_error(f"{words}; say --yes to record it so", Exit.USAGE))
    sys.stdout.write(f"{words}. Type yes to record it so: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() == "yes":
        return None
    say("nothing was done")
    return Exit.DONE


async def _known(reach: Reach, invoice: Invoice, payment: RecordPayment) -> Exit | None:
    """The id is taken: by the same payment, which is well, or by another one, which is not."""
    name = payment.command_id
    for kept in await receivables.payments_of(reach.pool, invoice.creditor, invoice.number):
        if kept.payment_id == name and kept.amount != payment.amount:
            words = f"payment {name} is on record with {kept.amount}; {payment.amount} was not kept"
            return Exit(say_error(words, Exit.REFUSED))
        if kept.payment_id == name:
            say(f"payment {name} is on record already; nothing was changed")
            return Exit.DONE
    return None
