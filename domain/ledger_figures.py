"""What does the ledger of charges say beside an account, and why may the two differ?

The ledger holds what was claimed up to a day; the account counts what is owed on another. Money
that was freed, or that a credit note left over, stays where it is until a person decides (decision
0019): until then the account may have charges as paid that the ledger still asks for.
"""

from __future__ import annotations

from datetime import date

from domain.charge_rules import owed_by_part
from schemas.base import Frozen
from schemas.case import CollectionCase, TaskKind
from schemas.interest import ClaimStatement
from schemas.money import Money


class LedgerFigures(Frozen):
    """What was claimed beside an invoice, next to what its account states.

    Attributes:
        claimed_on: up to which day interest was claimed; None when nothing was.
        interest_owed: claimed, neither waived nor paid.
        indemnity_owed: the fixed sum; as above.
        only_stated: what the account has of both beyond that: it was never claimed.
        beyond_account: what the ledger asks for and the account has as paid, or never owed.
        undecided: money that waits for a person, as its tasks say it.
    """

    claimed_on: date | None
    interest_owed: Money
    indemnity_owed: Money
    only_stated: Money
    beyond_account: Money
    undecided: tuple[str, ...] = ()

    @property
    def owed(self) -> Money:
        """What the ledger asks for."""
        return self.interest_owed + self.indemnity_owed

    @property
    def in_words(self) -> tuple[str, ...]:
        """What a person should know, in sentences."""
        waits = "; ".join(self.undecided)
        if self.beyond_account.is_positive:
            until = f": until a person decides ({waits}), the two differ" if waits else ""
            sums = f"{self.owed} of charges, of which this account has {self.beyond_account}"
            return (f"the ledger asks for {sums} as paid or not owed{until}",)
        if waits:
            return (f"money waits for a person, and is in no figure of the ledger: {waits}",)
        return ()


def ledger_beside(case: CollectionCase, stated: ClaimStatement) -> LedgerFigures | None:
    """The ledger's figures beside an account; None when nothing was claimed or waits.

    Args:
        case: as it stands.
        stated: its account on some day. Where that is before the day of the claim, the claim is
            compared with nothing.
    """
    none = Money.zero(case.claim.currency)
    undecided = tuple(one.summary for one in case.tasks if one.kind is TaskKind.UNALLOCATED_CASH)
    charges = case.charges
    if charges is None and not undecided:
        return None
    interest, indemnity = owed_by_part(case) or (none, none)
    interest, indemnity = _not_below(interest), _not_below(indemnity)
    account = stated.interest_owed + stated.indemnity_owed
    owed, earlier = interest + indemnity, charges is not None and stated.on < charges.on
    return LedgerFigures(
        claimed_on=charges.on if charges else None,
        interest_owed=interest,
        indemnity_owed=indemnity,
        only_stated=none if earlier else _not_below(account - owed),
        beyond_account=none if earlier else _not_below(owed - account),
        undecided=undecided,
    )


def claimed_of(figures: LedgerFigures | None, stated: ClaimStatement) -> tuple[Money, Money]:
    """Interest and fixed sum that a document of an account may claim: never beyond either."""
    none = Money.zero(stated.total.currency)
    if figures is None:
        return none, none
    return (
        figures.interest_owed.at_most(stated.interest_owed),
        figures.indemnity_owed.at_most(stated.indemnity_owed),
    )


def _not_below(amount: Money) -> Money:
    return amount if amount.is_positive else Money.zero(amount.currency)
