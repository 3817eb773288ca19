"""What is claimed beside the invoice? Interest and the fixed sum, in a ledger of their own."""

from __future__ import annotations

from datetime import date

from schemas.base import Frozen
from schemas.money import Money


class ClaimedCharges(Frozen):
    """What late payment costs, as far as it was claimed; never a part of the invoice.

    Attributes:
        interest: claimed, from the first day of delay to ``on``; a later claim takes its place.
        indemnity: the fixed sum; once for an invoice.
        on: the day up to which interest was counted.
        rates: ids of the rate rows it rests on.
        interest_waived, indemnity_waived: what of it the creditor gave up.
        reference: of the contact that claimed it; empty when a person did.
    """

    interest: Money
    indemnity: Money
    on: date
    rates: tuple[str, ...] = ()
    interest_waived: Money
    indemnity_waived: Money
    reference: str = ""

    @property
    def interest_left(self) -> Money:
        """Claimed and not waived."""
        return self.interest - self.interest_waived

    @property
    def indemnity_left(self) -> Money:
        """Claimed and not waived."""
        return self.indemnity - self.indemnity_waived

    @property
    def left(self) -> Money:
        """All that was claimed and not waived; what was paid of it stands with the payments."""
        return self.interest_left + self.indemnity_left


class StatedCharges(Frozen):
    """What a message claims beside one of its invoices.

    Attributes:
        case_id: of the invoice's case.
        interest, indemnity: as in :class:`ClaimedCharges`, with what was waived or paid before.
    """

    case_id: str
    interest: Money
    indemnity: Money
    on: date
    rates: tuple[str, ...] = ()
