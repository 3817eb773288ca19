"""Does the ledger of the charges follow the account? A part of the machine of a case."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.charge_corrections import restated
from schemas.interest import FIRST_DAY, LAST_DAY
from tests.support.claims import TABLE, made_up
from tests.support.machine import CaseMachine
from tests.support.stated import account_on, claim_stated

FURTHER = [
    made_up(f"ECB_MRO@{year}-{month}-01", "2.40")
    for year in range(2027, 2032)
    for month in ("01", "07")
]
RATES = TABLE.merged_with(FURTHER)
"""The shipped rates, and years that nobody knows yet."""


class FollowingCharges(CaseMachine):
    """What a case costs is claimed at any time; whatever happens then, the claim stays right."""

    @rule(days=st.integers(0, 30))
    def what_it_costs_is_claimed(self, days: int) -> None:
        """A person claims what the account says of today, or of a day before."""
        on = self.now.date() - timedelta(days=days)
        request = f"charges-{len(self.kept.stream)}"
        if self.has_an_account():
            self.ask_a_person(claim_stated(self.case, on, request=request, table=RATES))

    def has_an_account(self) -> bool:
        """Something was invoiced, on days that an account can be about."""
        days = [stop.on for stop in self.case.stops]
        return self.case.claim.is_positive and all(FIRST_DAY <= day <= LAST_DAY for day in days)

    @invariant()
    def the_ledger_follows_the_account(self) -> None:
        """It has what the account says of the day of the claim, and never more than was claimed.

        Money that was freed is unallocated: the account does not know it any more, and says more
        than the ledger, until a person has decided about it.
        """
        charges = self.case.charges
        if charges is None or restated(self.case) is None:
            return
        assert charges.most_interest is not None
        assert charges.most_indemnity is not None
        then = min(self.now, datetime.combine(charges.on, self.now.timetz()))
        disputes = [one.model_copy(update={"raised_at": then}) for one in self.case.disputes]
        known = self.case.model_copy(update={"disputes": tuple(disputes)})
        account = account_on(known, charges.on, table=RATES)
        interest = account.interest.at_most(charges.most_interest)
        indemnity = account.indemnity.at_most(charges.most_indemnity)
        if any(one.freed for one in self.case.allocations):
            assert charges.interest.amount <= interest.amount
            assert charges.indemnity.amount <= indemnity.amount
        else:
            assert (charges.interest, charges.indemnity) == (interest, indemnity)

    @invariant()
    def nobody_has_paid_more_charges_than_are_owed(self) -> None:
        """What was paid of them is no more than was claimed and not waived: the rest is free."""
        charges = self.case.charges
        if charges is None:
            assert not self.case.charges_paid.is_positive
        else:
            assert self.case.charges_paid.amount <= charges.left.amount
            assert self.case.charges_owed == charges.left - self.case.charges_paid
