"""What is no longer owed? A credit note typed by hand: checked, shown when it is odd, recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

from cli.fact_commands import find_invoice, tell
from cli.outcome import CommandFailed, Exit, say, say_error
from cli.pay_command import amount_of, asked_back, past_day
from cli.reach import Reach, author, everything
from schemas.identifiers import case_id
from schemas.interest import CreditKind
from schemas.invoice import Invoice
from schemas.money import Money
from schemas.requests import IssueCreditNote
from store import facts, open_items, read_models, receivables

CREDIT_KINDS = {
    "error": CreditKind.ERROR,
    "gesture": CreditKind.GESTURE,
    "set-off": CreditKind.SET_OFF,
}
"""Why less is owed, as it is typed."""


class Typed(NamedTuple):
    """What was typed about a credit note.

    Attributes:
        number: of the invoice.
        credit_id: the credit note's own number; the same twice counts once.
        amount: as it was typed.
        kind: as it was typed.
        on: its day; today by default.
        creditor: short name.
        yes: record more than is owed without being asked back.
    """

    number: str
    credit_id: str
    amount: str
    kind: str = "error"
    on: date | None = None
    creditor: str = ""
    yes: bool = False


async def credit_note(typed: Typed) -> Exit:
    """Put a credit note on record, of a number and a kind; it reduces the claim."""
    number, name, kind = typed.number, typed.credit_id.strip(), typed.kind
    if kind not in CREDIT_KINDS:
        known = ", ".join(CREDIT_KINDS)
        raise CommandFailed(Exit.USAGE, f"--kind: {kind!r} is unknown; expected one of: {known}")
    if not name:
        raise CommandFailed(Exit.USAGE, "NUMBER: expected the credit note's own number")
    async with everything() as reach:
        invoice = await find_invoice(reach, number, typed.creditor)
        note = IssueCreditNote(
            command_id=name,
            by=author(),
            amount=amount_of(typed.amount, "", invoice),
            on=past_day(typed.on, "a credit note counts from a past day"),
            kind=CREDIT_KINDS[kind],
        )
        if (known_as := await _known(reach, invoice, note)) is not None:
            return known_as
        if (beyond := await _beyond(reach, invoice, note.amount)) and not typed.yes:
            words = (
                f"{beyond} of the {note.amount} are more than is owed of {number}: nothing of it "
                "would be asked for any more, and what is beyond is for you to settle"
            )
            if (answer := asked_back(words)) is not None:
                return answer
        if not await facts.keep_fact(reach.pool, case_id(invoice.creditor, number), note):
            # Put on record by somebody else in this very moment.
            return await _known(reach, invoice, note) or Exit.DONE
        say(f"credit note {name} ({kind}): {note.amount} for {number} is on record")
        await tell(reach, invoice, note)
    return Exit.DONE


async def _known(reach: Reach, invoice: Invoice, note: IssueCreditNote) -> Exit | None:
    """The number is taken: by the same note, which is well, or by another one, which is not."""
    name = note.command_id
    for kept in await facts.credit_notes(reach.pool, case_id(invoice.creditor, invoice.number)):
        if kept.command_id != name:
            continue
        if (kept.amount, kept.kind) == (note.amount, note.kind):
            say(f"credit note {name} is on record already; nothing was changed")
            return Exit.DONE
        was = f"{kept.amount} ({_typed_kind(kept)}, {kept.on})"
        words = f"credit note {name} is on record with {was}; {note.amount} was not kept"
        return Exit(say_error(f"{words}: another note needs another number", Exit.REFUSED))
    return None


def _typed_kind(note: IssueCreditNote) -> str:
    return next(word for word, kind in CREDIT_KINDS.items() if kind is note.kind)


async def _beyond(reach: Reach, invoice: Invoice, credited: Money) -> Money | None:
    """What of a credit note the invoice does not take, nor what a lost dispute conceded of it."""
    today = datetime.now(UTC).date()
    async with reach.pool.acquire() as connection:
        (item,) = await open_items.open_items(
            connection, invoice.creditor, today, only=[invoice.number]
        )
    case = case_id(invoice.creditor, invoice.number)
    owed = Money(amount=item.open_amount, currency=invoice.amount.currency)
    if await receivables.is_on_record(reach.pool, case):
        expected = (await read_models.case_as_it_stands(reach.pool, case)).expected_credit
        owed += expected or Money.zero(owed.currency)
    beyond = credited - owed
    return beyond if beyond.is_positive else None
