"""What does a payment settle first? The running account of one claim, exact between its bookings.

Interest runs as an exact fraction. It is rounded half up to the cent when something is booked (a
payment, a set-off, a waiver, the statement itself) and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from schemas.interest import AccountEntry, ImputationPolicy, WaivedPart
from schemas.money import Money, minor_unit

_INDEMNITY, _INTEREST, _PRINCIPAL = "indemnity", "interest", "principal"
_ORDER = {
    # Code civil 1343-1, and accessories with the interest; BGB 367 has the same order.
    ImputationPolicy.LEGAL_ACCESSORIES_FIRST: (_INDEMNITY, _INTEREST, _PRINCIPAL),
    ImputationPolicy.INTEREST_FIRST: (_INTEREST, _PRINCIPAL, _INDEMNITY),
    ImputationPolicy.PRINCIPAL_FIRST: (_PRINCIPAL, _INTEREST, _INDEMNITY),
}


def half_up(amount: Fraction, unit: Decimal) -> Decimal:
    """An exact amount, not negative, rounded half up to a multiple of a unit such as 0.01."""
    return Decimal(floor(amount / Fraction(unit) + Fraction(1, 2))) * unit


@dataclass
class ClaimLedger:
    """What is unpaid of a claim, as days and bookings go by.

    Attributes:
        principal: unpaid.
        interest: booked and unpaid.
        running: interest since the last booking.
        computed: all interest that was ever booked.
        capitalised: the part of the unpaid interest that bears interest itself.
        contingent: interest on what is disputed; nothing settles it.
    """

    currency: str
    policy: ImputationPolicy
    principal: Decimal
    interest: Decimal = Decimal(0)
    indemnity: Decimal = Decimal(0)
    running: Fraction = Fraction(0)
    computed: Decimal = Decimal(0)
    capitalised: Fraction = Fraction(0)
    contingent: Fraction = Fraction(0)
    contingent_capitalised: Fraction = Fraction(0)
    unallocated: Decimal = Decimal(0)
    interest_waived: Decimal = Decimal(0)
    indemnity_waived: Decimal = Decimal(0)

    def book(self) -> None:
        """Round the interest that has run and add it to what is owed."""
        booked = half_up(self.running, minor_unit(self.currency))
        self.interest += booked
        self.computed += booked
        self.running = Fraction(0)

    def capitalise(self) -> None:
        """From now on all unpaid interest bears interest."""
        self.capitalised = Fraction(self.interest) + self.running
        self.contingent_capitalised = self.contingent

    def settle(self, day: date, kind: str, amount: Money, reference: str) -> AccountEntry:
        """Book a payment or a set-off in the order of the policy."""
        self.book()
        left, taken = amount.amount, dict.fromkeys(_ORDER[self.policy], Decimal(0))
        for part in _ORDER[self.policy]:
            taken[part] = self._take(part, left)
            left -= taken[part]
        return self._entry(day, kind, amount, taken, left, reference)

    def credit(self, day: date, kind: str, amount: Money, reference: str) -> AccountEntry:
        """Book a credit note: it lowers the principal and nothing else."""
        taken = {_PRINCIPAL: self._take(_PRINCIPAL, amount.amount)}
        left = amount.amount - taken[_PRINCIPAL]
        return self._entry(day, kind, amount, taken, left, reference)

    def waive(self, day: date, part: WaivedPart, limit: Money | None, reason: str) -> AccountEntry:
        """Book a waiver of at most what is owed of that part."""
        self.book()
        most = self.interest if part is WaivedPart.INTEREST else self.indemnity
        taken = self._take(part.value, most if limit is None else limit.amount)
        if part is WaivedPart.INTEREST:
            self.interest_waived += taken
        else:
            self.indemnity_waived += taken
        amount = Money(amount=taken, currency=self.currency)
        return self._entry(day, "waiver", amount, {part.value: taken}, Decimal(0), reason)

    def _take(self, part: str, limit: Decimal) -> Decimal:
        if part == _PRINCIPAL:
            taken = min(limit, self.principal)
            self.principal -= taken
        elif part == _INTEREST:
            taken = min(limit, self.interest)
            self.interest -= taken
            # The oldest interest goes first, and the oldest is what was capitalised.
            self.capitalised = max(Fraction(0), self.capitalised - Fraction(taken))
        else:
            taken = min(limit, self.indemnity)
            self.indemnity -= taken
        return taken

    def _entry(
        self,
        day: date,
        kind: str,
        amount: Money,
        taken: dict[str, Decimal],
        left: Decimal,
        reference: str,
    ) -> AccountEntry:
        self.unallocated += left
        parts = {
            part: Money(amount=taken.get(part, Decimal(0)), currency=self.currency)
            for part in (_PRINCIPAL, _INTEREST, _INDEMNITY)
        }
        rest = Money(amount=left, currency=self.currency)
        return AccountEntry(
            day=day, kind=kind, amount=amount, unallocated=rest, reference=reference, **parts
        )
