"""How is a case asked at random? Each request twice, and a promise made, withdrawn and undone."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from domain.business_calendar import local_day
from domain.case import decide, evolve
from schemas.case import CollectionCase
from schemas.commands import Command, RecordPayment, Refusal
from schemas.events import CaseEvent
from schemas.money import Money
from schemas.requests import PromiseToPay, ReversePayment, WithdrawPromise
from tests.support.account import Account
from tests.support.names import REFUSALS
from tests.support.strategies import money


class CaseMachine(RuleBasedStateMachine):
    """A case and its clock, with an account beside it."""

    case: CollectionCase
    now: datetime
    kept: Account

    def tell(self, fact: Command) -> None:
        """A fact is never refused."""
        decision = self.ask(fact)
        assert isinstance(decision, tuple), decision

    def ask_a_person(self, request: Command) -> None:
        """A request is granted, or refused by one of the names."""
        decision = self.ask(request)
        assert isinstance(decision, tuple) or decision.code in REFUSALS
        assert isinstance(decision, tuple) or decision.sentence

    def ask(self, command: Command) -> tuple[CaseEvent, ...] | Refusal:
        """Decide, believe, then ask the same again: that must change nothing."""
        decision = decide(self.case, command, self.now)
        if isinstance(decision, tuple):
            self.believe(*decision)
        again = decide(self.case, command, self.now)
        if decision and isinstance(decision, tuple):
            assert again == ()
        else:
            assert again == decision
        return decision

    def believe(self, *events: CaseEvent) -> None:
        """The events are on record and true."""
        for event in events:
            self.kept.remember(self.case, event)
            self.case = evolve(self.case, event)


class PromisesOfACase(CaseMachine):
    """What becomes of promises, whatever happened before."""

    @rule(days=st.integers(0, 20), amount=st.none() | st.integers(1, 500).map(money))
    def a_promise_is_recorded_by_mistake(self, days: int, amount: Money | None) -> None:
        """Withdrawn at once, it is as if it had never been said; only its history remains."""
        before = self.case
        if self.promises(days, amount):
            request = f"withdraw-{len(self.kept.stream)}"
            self.ask_a_person(WithdrawPromise(command_id=request, reason="by mistake"))
            assert self.case.arrangement is None
            assert self.case.promises_broken == before.promises_broken

    @rule(days=st.integers(0, 20), amount=st.none() | st.integers(1, 500).map(money))
    def what_kept_a_promise_is_taken_back(self, days: int, amount: Money | None) -> None:
        """Paid as promised, and taken back the same minute: the promise stands as before."""
        if not self.promises(days, amount) or self.case.arrangement is None:
            return
        promised = self.case
        name = f"paid-{len(self.kept.stream)}"
        total = self.case.arrangement.total
        payment = RecordPayment(command_id=name, amount=total, received_on=self.now.date())
        self.tell(payment)
        assert self.case.arrangement is None
        assert self.case.promises_broken == 0
        self.tell(ReversePayment(command_id=f"back-{name}", payment_id=name))
        assert self.case.arrangement == promised.arrangement
        assert self.case.promises_broken == promised.promises_broken

    def promises(self, days: int, amount: Money | None) -> bool:
        """Whether a promise to pay within some days was taken down."""
        day = local_day(self.case.calendar, self.now) + timedelta(days=days)
        request = f"promise-{len(self.kept.stream)}"
        decision = self.ask(PromiseToPay(command_id=request, amount=amount, on=day))
        return isinstance(decision, tuple)
