"""What has happened to the charges of a case?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from schemas.base import Text
from schemas.charges import ChargesBasis
from schemas.event_base import Happened as _Event
from schemas.money import Money


class ChargesClaimed(_Event):
    """Interest and the fixed sum were claimed beside the invoice, by a message or a person.

    Attributes:
        interest: from the first day of delay to ``on``, all of it: a later claim takes its place.
        indemnity: the fixed sum for late payment.
        rates: ids of the rate rows it rests on.
        reference: of the contact; empty when a person claimed it.
        basis: what it was counted by; None where it cannot be counted again.
    """

    type: Literal["ChargesClaimed"] = "ChargesClaimed"
    interest: Money
    indemnity: Money
    on: date
    rates: tuple[str, ...] = ()
    reference: str = ""
    basis: ChargesBasis | None = None


class ChargesCorrected(_Event):
    """Less was owed on the day of the claim than it said, or more again, because of a fact.

    Attributes:
        interest, indemnity: what the claim should have said; never more than it did.
        interest_before, indemnity_before: what stood in the ledger until now.
        reason: the type of the event that changed it.
    """

    type: Literal["ChargesCorrected"] = "ChargesCorrected"
    interest: Money
    indemnity: Money
    interest_before: Money
    indemnity_before: Money
    reason: str = ""


class PaymentFreed(_Event):
    """Money that had paid charges is allocated no more: so much of them was not owed.

    Attributes:
        amount: what of the payment's part for charges is left over now.
    """

    type: Literal["PaymentFreed"] = "PaymentFreed"
    payment_id: str
    amount: Money


class ChargesWaived(_Event):
    """The creditor gave up what had been claimed, or a part of it."""

    type: Literal["ChargesWaived"] = "ChargesWaived"
    interest: Money
    indemnity: Money
    reason: Text = ""


class ChargesReinstated(_Event):
    """What had been waived is claimed again."""

    type: Literal["ChargesReinstated"] = "ChargesReinstated"
    interest: Money
    indemnity: Money
    reason: Text = ""
