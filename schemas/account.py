"""What has become of an invoice's principal? Payments, credits and write-offs, with their days."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Frozen, Text
from schemas.money import Money


class MovementKind(StrEnum):
    """What took something off an invoice."""

    PAYMENT = "payment"
    CREDIT = "credit"
    EXPECTED_CREDIT = "expected-credit"
    WRITE_OFF = "write-off"


class Movement(Frozen):
    """One thing that took something off an invoice.

    Attributes:
        amount: what it took off the principal; a payment of charges stands elsewhere.
        on: the day it was received or issued; None where no day is on record.
        reference: the payment's or the credit note's own number, or empty.
    """

    kind: MovementKind
    amount: Money
    on: date | None = None
    reference: Text = ""


class ItemAccount(Frozen):
    """The principal of one invoice: as invoiced, what took something off it, what is left.

    Attributes:
        invoiced: including VAT.
        movements: in the order of their days.
        disputed: what the debtor contests of what is outstanding.
        asked: what is asked for now: not the contested part, nor instalments that are to come.
    """

    invoiced: Money
    movements: tuple[Movement, ...] = ()
    disputed: Money
    asked: Money

    @property
    def settled(self) -> Money:
        """What was taken off, all together."""
        total = Money.zero(self.invoiced.currency)
        for one in self.movements:
            total += one.amount
        return total

    @property
    def outstanding(self) -> Money:
        """What is left; never below zero, for a surplus is no part of this invoice."""
        rest = self.invoiced - self.settled
        return rest if rest.is_positive else Money.zero(self.invoiced.currency)

    @property
    def to_come(self) -> Money:
        """What is neither contested nor asked for yet: instalments whose day has not come."""
        return self.outstanding - self.disputed - self.asked
