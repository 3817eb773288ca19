"""What always holds in the life of a case? Whatever is asked, told, missed, doubled or late."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)

from domain.business_calendar import is_open, next_open_moment
from domain.case import evolve, fold
from domain.forecast import forecast
from domain.next_action import next_action
from domain.referral import destination_of
from domain.steps import failed, order_of
from domain.tasks import OUTCOMES
from schemas.actions import PerformStep, Record, Wait
from schemas.case import REACHED, CaseState, CollectionCase
from schemas.commands import Command, CompleteTask
from schemas.events import EVENT, CaseOpened
from schemas.pauses import DisputeReason
from schemas.plan import Channel
from schemas.referral import Approval
from schemas.requests import UndoStep
from tests.support.account import Account
from tests.support.following_charges import FollowingCharges
from tests.support.given import taken
from tests.support.machine import PromisesOfACase
from tests.support.names import NOBODYS_CLOCK
from tests.support.strategies import (
    ENDINGS,
    FACTS,
    IDS,
    REFERRALS,
    REPLANS,
    STEP_REQUESTS,
    STOPS,
    letting_go_on,
    openings,
    pausing,
)

OUTCOMES_OF_A_STEP = st.sampled_from(["performed", "performed", "unknown", "failed"])


class LifeOfACase(FollowingCharges, PromisesOfACase):
    """A case, its clock, and everything that may happen to it in any order."""

    @initialize(opening=openings(by_rule=True))
    def open(self, opening: CaseOpened) -> None:
        """A case opens."""
        self.case = fold([opening])
        self.now = opening.at
        self.kept = Account(stream=[opening])

    @rule(hours=st.integers(0, 24 * 20))
    def time_passes(self, hours: int) -> None:
        """Nobody looks for a while: minutes, or weeks of an outage."""
        self.now += timedelta(hours=hours, minutes=7)

    def the_workflow_sleeps_until_it_is_due(self) -> None:
        """The clock runs to the moment for which the case waits."""
        action = next_action(self.case, self.now)
        if isinstance(action, Wait) and action.until:
            self.now = action.until

    @rule(fact=FACTS)
    def something_happens(self, fact: Command) -> None:
        """A fact is told, new or repeated, sensible or not; it is never refused."""
        self.tell(fact)

    @precondition(lambda self: len(self.kept.stream) > 12)
    @rule(request=ENDINGS)
    def somebody_ends_it(self, request: Command) -> None:
        """Cancelled, or written off, when there has been time for more."""
        self.ask_a_person(request)

    @rule(request=STEP_REQUESTS)
    def somebody_changes_the_steps(self, request: Command) -> None:
        """A step is skipped, hurried or taken back; a case released, recalled or reopened."""
        self.ask_a_person(request)

    @rule(request=REFERRALS)
    def somebody_refers(self, request: Command) -> None:
        """The case is handed over, or somebody agrees, or does not; or the agency gives up."""
        self.ask_a_person(request)

    @precondition(lambda self: len(self.kept.stream) % 3 == 2)
    @rule(request=REPLANS)
    def somebody_changes_the_plan(self, request: Command) -> None:
        """The case goes on by another plan; whatever was done stays done."""
        before = self.case
        self.ask_a_person(request)
        if self.case.plan != before.plan:
            assert self.case.outstanding == before.outstanding
            assert self.case.level <= before.level

    @rule(data=st.data())
    def somebody_makes_it_wait(self, data: st.DataObject) -> None:
        """A dispute, a promise, instalments, a hold, with days around now."""
        self.ask_a_person(data.draw(pausing(self.now)))

    @rule(data=st.data())
    def something_lets_it_go_on(self, data: st.DataObject) -> None:
        """A dispute is decided, a hold or a stop lifted, a payment taken back."""
        self.ask_a_person(data.draw(letting_go_on(self.case)))

    @precondition(lambda self: len(self.kept.stream) % 4 == 3 and len(self.case.stops) < 2)
    @rule(fact=STOPS)
    def contact_is_forbidden(self, fact: Command) -> None:
        """Insolvent, dead, moved away, or asked to be left alone."""
        assert isinstance(self.ask(fact), tuple)

    @precondition(lambda self: bool(self.case.tasks))
    @rule(data=st.data(), command_id=IDS)
    def somebody_does_a_task(self, data: st.DataObject, command_id: str) -> None:
        """One of the open tasks is done, with any outcome it may have."""
        task = data.draw(st.sampled_from(self.case.tasks))
        outcome = data.draw(st.sampled_from(OUTCOMES[task.kind]))
        request = CompleteTask(
            command_id=command_id,
            task_id=task.task_id,
            outcome=outcome,
            promised_on=data.draw(st.none() | st.just(self.now.date() + timedelta(days=4))),
            reason=data.draw(st.none() | st.just(DisputeReason.PRICE)),
            again_at=data.draw(st.none() | st.just(self.now + timedelta(hours=2))),
        )
        self.ask_a_person(request)

    @rule(outcomes=st.lists(OUTCOMES_OF_A_STEP, min_size=1, max_size=5))
    def turns_are_taken(self, outcomes: list[str]) -> None:
        """The workflow works for a while."""
        for outcome in outcomes:
            self.a_turn_is_taken(outcome)

    @rule()
    def a_step_is_taken_back_and_taken_again(self) -> None:
        """Entered by mistake: the same step once more, as another contact."""
        self.a_turn_is_taken("performed")
        request = f"undo-{len(self.kept.stream)}"
        self.ask_a_person(UndoStep(command_id=request, reason="entered by mistake"))
        self.a_turn_is_taken("performed")

    def a_turn_is_taken(self, outcome: str) -> None:
        """The workflow sleeps until something is due and does it, well or badly."""
        self.the_workflow_sleeps_until_it_is_due()
        self.the_workflow_sleeps_until_it_is_due()  # Due on a free day: it waits once more.
        action = next_action(self.case, self.now)
        match action:
            case Record(events=events):
                self.believe(*events)
            case PerformStep():
                self.perform(action, outcome)
            case Wait():
                pass

    def perform(self, action: PerformStep, outcome: str) -> None:
        """A step is carried out: only in hours, in order, once a cycle, and while pursued."""
        assert self.case.state is CaseState.OPEN
        assert self.case.asked.is_positive
        assert (self.case.stops, self.case.hold) == ((), None)
        arrangement = self.case.arrangement
        assert arrangement is None or arrangement.missing.is_positive
        if action.step.channel is Channel.REFER and self.case.plan.refer:
            self.may_be_handed_over()
        assert is_open(self.case.calendar, self.now)
        assert action.due_at <= self.now
        once = (action.step.name, action.cycle)
        assert once not in self.kept.done
        names = [step.name for step in self.case.plan.steps]
        known = [step for step in self.case.steps if step.step in names]
        reached = [names.index(step.step) for step in known if step.outcome in REACHED]
        assert all(place < names.index(action.step.name) for place in reached)
        self.kept.done.append(once)
        events = taken(self.case, action, self.now)
        if outcome == "failed":
            order = order_of(self.case, action, self.now)
            events = (failed(order, self.now, "DeliveryDeadlinePassed", "no answer"),)
        elif outcome == "unknown" and action.step.channel is Channel.EMAIL:
            events = tuple(event.model_copy(update={"delivery": "unknown"}) for event in events)
        self.believe(*events)

    def may_be_handed_over(self) -> None:
        """By rule: somebody takes it, nothing of it is contested, and whoever must agree has."""
        chosen = destination_of(self.case)
        assert chosen is not None
        assert not (chosen.when.no_open_dispute and self.case.disputed.is_positive)
        agreed = self.case.proposal is not None and bool(self.case.proposal.approved_by)
        assert agreed or chosen.approval is Approval.AUTOMATIC

    @invariant()
    def nothing_is_owed_below_zero(self) -> None:
        """What is owed is the claim less payments, credits and what was let go, or nothing."""
        taken_off = self.case.paid.amount + self.kept.credited + self.kept.let_go
        owed = max(self.case.claim.amount - taken_off, Decimal(0))
        assert self.case.outstanding.amount == owed

    @invariant()
    def what_is_contested_is_never_asked_for(self) -> None:
        """What is asked for is what is owed less what is contested, and never below nothing."""
        contested = sum((one.amount.amount for one in self.case.disputes), Decimal(0))
        owed = self.case.outstanding.amount
        free = max(owed - contested, Decimal(0))
        lacking = self.case.arrangement.missing.amount if self.case.arrangement else Decimal(0)
        assert self.case.asked.amount == (min(free, lacking) if lacking else free)

    @invariant()
    def the_level_counts_the_steps_that_reached_the_debtor(self) -> None:
        """Up by one for each, down by one for each taken back, never below zero."""
        assert self.case.level == self.kept.level >= 0

    @invariant()
    def no_money_is_lost(self) -> None:
        """In every currency, what came and was not taken back is allocated, or left over."""
        for currency in ("EUR", "USD"):
            came = [m.amount for m in self.kept.received.values() if m.currency == currency]
            home = currency == self.case.claim.currency
            own = (self.case.paid + self.case.charges_paid).amount if home else Decimal(0)
            left = [m.amount for m in self.case.unallocated if m.currency == currency]
            assert sum(came, Decimal(0)) == own + sum(left, Decimal(0))

    @invariant()
    def the_clock_alone_comes_to_rest(self) -> None:
        """Without time passing, what follows by itself soon ends in a step or a wait."""
        case = self.case
        for _ in range(4 + len(case.disputes)):
            action = next_action(case, self.now)
            if not isinstance(action, Record):
                return
            case = reduce(evolve, action.events, case)
        raise AssertionError(f"it never rests: {action!r}")

    @invariant()
    def there_is_always_an_answer(self) -> None:
        """Something to do, a moment in the future, or a named wait for people."""
        action = next_action(self.case, self.now)
        if isinstance(action, Wait):
            assert action.until is None or action.until > self.now
            assert action.reason
            assert action.sentence
        if isinstance(action, Wait) and action.until is None:
            assert action.reason in NOBODYS_CLOCK
        if self.case.is_closed:
            assert isinstance(action, Wait)
            assert action.until is None

    @invariant()
    def whoever_waits_is_left_in_peace(self) -> None:
        """Stopped, held, promised, contested whole or ended: no contact, today or in a month."""
        for days in (0, 1, 30):
            later = self.now + timedelta(days=days)
            moment = next_open_moment(self.case.calendar, later, self.case.case_id)
            if self.in_peace_at(moment):
                assert not isinstance(next_action(self.case, moment), PerformStep)

    def in_peace_at(self, moment: datetime) -> bool:
        """Whether anything keeps every contact away at a moment, if nothing else happens."""
        hold, arrangement = self.case.hold, self.case.arrangement
        held = hold is not None and (hold.until is None or hold.until > moment)
        awaited = arrangement is not None and not arrangement.missing.is_positive
        return (
            bool(self.case.stops)
            or held
            or awaited
            or self.case.state is not CaseState.OPEN
            or not (self.case.outstanding - self.case.disputed).is_positive
        )

    @invariant()
    def stream_and_state_agree(self) -> None:
        """The state is the fold of the stream, also after it was written and read back."""
        assert self.case.version == len(self.kept.stream)
        read = [EVENT.validate_json(event.model_dump_json()) for event in self.kept.stream]
        assert fold(read) == self.case

    @invariant()
    def the_state_travels(self) -> None:
        """The case is its workflow's argument: it survives being written and read back."""
        assert CollectionCase.model_validate_json(self.case.model_dump_json()) == self.case

    @invariant()
    def tasks_are_distinct(self) -> None:
        """No two open tasks share an id, and a closed case asks for no deliveries."""
        ids = [task.task_id for task in self.case.tasks]
        assert len(ids) == len(set(ids))

    @invariant()
    def the_future_is_orderly(self) -> None:
        """The forecast ends, rises, stays in hours, and repeats no step."""
        coming = forecast(self.case, self.now)
        assert all(earlier.at <= later.at for earlier, later in pairwise(coming))
        assert all(is_open(self.case.calendar, one.at) for one in coming)
        assert all(one.at >= self.now for one in coming)
        assert len({one.step for one in coming}) == len(coming)
        assert [one.final for one in coming] == [one is coming[-1] for one in coming]


LifeOfACase.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLifeOfACase = LifeOfACase.TestCase
TestLifeOfACase.__doc__ = "Whatever happens in whatever order, these rules hold after each event."
