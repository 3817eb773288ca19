"""What is claimed beside the invoice? Interest and the fixed sum, in a ledger of their own."""

from __future__ import annotations

from datetime import date

from schemas.base import Frozen
from schemas.claim_law import ClaimLaw
from schemas.interest import ReferenceRate
from schemas.money import Money


class ChargesBasis(Frozen):
    """What a claim was counted by, so that it can be counted again when the facts change.

    Attributes:
        rates: the rows that were used, as they stood.
        lacking: ids of rows that were not published; their days bore nothing.
    """

    law: ClaimLaw
    rates: tuple[ReferenceRate, ...] = ()
    lacking: tuple[str, ...] = ()


class ClaimedCharges(Frozen):
    """What late payment costs, as far as it was claimed; never a part of the invoice.

    Attributes:
        interest: claimed, from the first day of delay to ``on``, as corrected since; a later claim
            takes its place.
        indemnity: the fixed sum; once for an invoice.
        on: the day up to which interest was counted.
        rates: ids of the rate rows it rests on.
        interest_waived, indemnity_waived: what of it the creditor gave up; it may be more than is
            left of a claim that was corrected.
        reference: of the contact that claimed it; empty when a person did.
        most_interest, most_indemnity: what the claim itself said, which no correction goes beyond;
            None in claims from before corrections.
        basis: what it was counted by; None in claims that only a new one can correct.
    """

    interest: Money
    indemnity: Money
    on: date
    rates: tuple[str, ...] = ()
    interest_waived: Money
    indemnity_waived: Money
    reference: str = ""
    most_interest: Money | None = None
    most_indemnity: Money | None = None
    basis: ChargesBasis | None = None

    @property
    def interest_left(self) -> Money:
        """Claimed and not waived."""
        return self.interest - self.interest_waived.at_most(self.interest)

    @property
    def indemnity_left(self) -> Money:
        """Claimed and not waived."""
        return self.indemnity - self.indemnity_waived.at_most(self.indemnity)

    @property
    def waived(self) -> Money:
        """What was given up of what is claimed by now."""
        return self.interest + self.indemnity - self.left

    @property
    def left(self) -> Money:
        """All that was claimed and not waived; what was paid of it stands with the payments."""
        return self.interest_left + self.indemnity_left


class StatedCharges(Frozen):
    """What a message claims beside one of its invoices.

    Attributes:
        case_id: of the invoice's case.
        interest, indemnity: as in :class:`ClaimedCharges`, with what was waived or paid before.
        basis: what they were counted by.
    """

    case_id: str
    interest: Money
    indemnity: Money
    on: date
    rates: tuple[str, ...] = ()
    basis: ChargesBasis | None = None
