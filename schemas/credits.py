"""What took something off a claim without money? Credit notes, set-offs, and what was let go."""

from __future__ import annotations

from datetime import date

from schemas.base import Frozen
from schemas.interest import CreditKind
from schemas.money import Money


class Credit(Frozen):
    """A credit note and what it took off the claim.

    Attributes:
        on: the day of the note; None for one that was folded before its day was kept.
        kind: why less is owed, and so from when.
    """

    credit_id: str
    amount: Money
    on: date | None = None
    kind: CreditKind = CreditKind.ERROR


class LetGo(Frozen):
    """A part of the claim that is no longer asked for.

    Attributes:
        on: the day from which it is not.
    """

    amount: Money
    on: date
