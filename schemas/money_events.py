"""What has happened to the money of a case?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from schemas.event_base import Happened as _Event
from schemas.interest import CreditKind
from schemas.money import Money


class PaymentReceived(_Event):
    """Money arrived.

    Attributes:
        allocated: what this case took of it.
        unallocated: what was left over, in the payment's own currency.
        charges: what of it paid interest and the fixed sum that had been claimed.
    """

    type: Literal["PaymentReceived"] = "PaymentReceived"
    payment_id: str
    amount: Money
    received_on: date
    allocated: Money
    unallocated: Money
    source: str = "unknown"
    charges: Money | None = None


class PaymentReversed(_Event):
    """A payment was taken back: a returned direct debit, a chargeback, a wrong booking.

    Attributes:
        amount: what this case had allocated of it, and is owed again.
        unallocated: what this case had not taken of it, and is gone, too.
        charges: what it had paid of interest and fixed sum, which are owed again.
        reason: the bank's code or words.
    """

    type: Literal["PaymentReversed"] = "PaymentReversed"
    payment_id: str
    amount: Money
    unallocated: Money | None = None
    charges: Money | None = None
    reason: str = ""


class CreditNoteIssued(_Event):
    """A credit note reduces the claim.

    Attributes:
        amount: of the credit note.
        taken: what it took off the claim, beyond what a dispute had conceded before.
        expected: the part that a dispute had conceded already; it was never owed.
        on: its day; of a set-off, the day on which both debts were due.
        kind: why less is owed, and so from when.
    """

    type: Literal["CreditNoteIssued"] = "CreditNoteIssued"
    credit_id: str
    amount: Money
    taken: Money
    expected: Money
    on: date
    kind: CreditKind = CreditKind.ERROR


class WrittenOff(_Event):
    """What is no longer asked for.

    Attributes:
        on: the day from which it counts, such as that of the payment which fell short; None for
            the day on which it was recorded.
    """

    type: Literal["WrittenOff"] = "WrittenOff"
    amount: Money
    reason: str
    on: date | None = None
