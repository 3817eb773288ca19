"""What always holds in the life of a case? Whatever is asked, told, missed, doubled or late."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from domain.business_calendar import closed_because, is_open, local_day
from domain.case import decide, evolve, fold
from domain.forecast import forecast
from domain.next_action import next_action
from domain.steps import given_up
from domain.tasks import OUTCOMES
from schemas.actions import PerformStep, Record, Wait
from schemas.case import CaseState, CollectionCase, StepOutcome
from schemas.commands import (
    CancelCase,
    Command,
    CompleteTask,
    Refusal,
)
from schemas.events import EVENT, CaseEvent, CaseOpened, PaymentReceived
from schemas.money import Money
from schemas.plan import Channel
from tests.support.given import taken
from tests.support.strategies import FACTS, IDS, MOMENTS, REQUESTS, openings

GOLDEN = Path(__file__).parent / "golden" / "0.1.0"
EVERY_EVENT = [EVENT.validate_json(file.read_bytes()) for file in sorted(GOLDEN.glob("*.json"))]


@dataclass
class Kept:
    """What a test remembers beside the case, to compare the case with."""

    stream: list[CaseEvent] = field(default_factory=list)
    received: dict[str, Money] = field(default_factory=dict)
    done: list[tuple[str, int]] = field(default_factory=list)


class LifeOfACase(RuleBasedStateMachine):
    """A case, its clock, and everything that may happen to it in any order."""

    case: CollectionCase
    now: datetime
    kept: Kept

    @initialize(opening=openings())
    def open(self, opening: CaseOpened) -> None:
        """A case opens."""
        self.case = fold([opening])
        self.now = opening.at
        self.kept = Kept(stream=[opening])

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
        decision = self.ask(fact)
        assert isinstance(decision, tuple), decision

    @precondition(lambda self: len(self.kept.stream) > 12)
    @rule(request=REQUESTS)
    def somebody_asks(self, request: Command) -> None:
        """A request is granted or refused by name."""
        decision = self.ask(request)
        assert isinstance(decision, tuple) or decision.code in {"CaseIsClosed", "TaskIsNotOpen"}

    @precondition(lambda self: bool(self.case.tasks))
    @rule(data=st.data(), command_id=IDS)
    def somebody_does_a_task(self, data: st.DataObject, command_id: str) -> None:
        """One of the open tasks is done, with any outcome it may have."""
        task = data.draw(st.sampled_from(self.case.tasks))
        outcome = data.draw(st.sampled_from(OUTCOMES[task.kind]))
        request = CompleteTask(command_id=command_id, task_id=task.task_id, outcome=outcome)
        decision = self.ask(request)
        refusals = {"LaterStepDone", "CaseIsNotPursued"}
        assert isinstance(decision, tuple) or decision.code in refusals

    @rule(outcome=st.sampled_from(["performed", "performed", "unknown", "failed"]))
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
        assert self.case.outstanding.is_positive
        assert is_open(self.case.calendar, self.now)
        assert action.due_at <= self.now
        once = (action.step.name, action.cycle)
        assert once not in self.kept.done
        names = [step.name for step in self.case.plan.steps]
        reached = [
            names.index(step.step)
            for step in self.case.steps
            if step.outcome is not StepOutcome.FAILED
        ]
        assert all(place < names.index(action.step.name) for place in reached)
        self.kept.done.append(once)
        events = taken(self.case, action, self.now)
        if outcome == "failed":
            events = (given_up(self.case, action, self.now, "no answer"),)
        elif outcome == "unknown" and action.step.channel is Channel.EMAIL:
            events = tuple(event.model_copy(update={"delivery": "unknown"}) for event in events)
        self.believe(*events)

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
            if isinstance(event, PaymentReceived):
                assert event.payment_id not in self.kept.received
                self.kept.received[event.payment_id] = event.amount
            self.kept.stream.append(event)
            self.case = evolve(self.case, event)

    @invariant()
    def nothing_is_owed_below_zero(self) -> None:
        """What is owed is never negative, and is the claim less what was allocated."""
        assert self.case.outstanding.amount >= 0
        rest = self.case.claim.amount - self.case.paid.amount
        assert self.case.outstanding.amount == max(rest, Decimal(0))

    @invariant()
    def no_money_is_lost(self) -> None:
        """In every currency, what came is what was allocated and what was not."""
        for currency in ("EUR", "USD"):
            came = [m.amount for m in self.kept.received.values() if m.currency == currency]
            own = self.case.paid.amount if currency == self.case.claim.currency else Decimal(0)
            left = [m.amount for m in self.case.unallocated if m.currency == currency]
            assert sum(came, Decimal(0)) == own + sum(left, Decimal(0))

    @invariant()
    def there_is_always_an_answer(self) -> None:
        """Something to do, a moment in the future, or a named wait for people."""
        action = next_action(self.case, self.now)
        if isinstance(action, Wait):
            assert action.until is None or action.until > self.now
            assert action.reason
            assert action.sentence
        if isinstance(action, Wait) and action.until is None:
            assert self.case.state is not CaseState.OPEN
        if self.case.is_closed:
            assert isinstance(action, Wait)
            assert action.until is None

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


@given(openings(), st.integers(0, 24 * 120))
@settings(max_examples=60, deadline=None)
def test_steps_of_different_days_leave_on_different_days(opening: CaseOpened, hours: int) -> None:
    """After any outage no two steps that the plan puts on different days leave on one day."""
    case = fold([opening])
    coming = forecast(case, opening.at + timedelta(hours=hours))
    days: dict[date, set[int]] = {}
    for one in coming:
        step = case.plan.step(one.step)
        assert step is not None
        days.setdefault(local_day(case.calendar, one.at), set()).add(step.day)
    assert all(len(planned) == 1 for planned in days.values()), days
    assert not any(closed_because(case.calendar, day) for day in days)
    assert [one.step for one in coming] == [step.name for step in case.plan.steps]


@given(openings(), st.integers(0, 24 * 120))
@settings(max_examples=60, deadline=None)
def test_delay_never_shortens_a_distance(opening: CaseOpened, hours: int) -> None:
    """A ladder that runs late is never hurried: no gap is shorter than on the calendar."""
    case = fold([opening])
    on_time = {one.step: one for one in forecast(case, case.opened_at - timedelta(days=365))}
    late = forecast(case, opening.at + timedelta(hours=hours))
    for earlier, later in pairwise(late):
        planned = local_day(case.calendar, on_time[later.step].at) - local_day(
            case.calendar, on_time[earlier.step].at
        )
        assert later.at.astimezone(UTC) >= earlier.at
        found = local_day(case.calendar, later.at) - local_day(case.calendar, earlier.at)
        assert found >= planned


@given(openings(), st.lists(FACTS, max_size=8), MOMENTS)
@settings(max_examples=60, deadline=None)
def test_a_closed_case_still_listens(
    opening: CaseOpened, facts: list[Command], now: datetime
) -> None:
    """A fact about a case that has ended is put on record, and never wakes it or fails."""
    cancelled = decide(fold([opening]), CancelCase(command_id="end", reason="asked"), now)
    assert isinstance(cancelled, tuple)
    case = reduce(evolve, cancelled, fold([opening]))
    for fact in facts:
        decision = decide(case, fact, now)
        assert isinstance(decision, tuple)
        case = reduce(evolve, decision, case)
        assert case.is_closed
        assert isinstance(next_action(case, now), Wait)


@given(openings(), st.lists(st.sampled_from(EVERY_EVENT), max_size=15))
@settings(max_examples=60, deadline=None)
def test_whatever_is_on_record_can_be_believed(
    opening: CaseOpened, events: list[CaseEvent]
) -> None:
    """Events of every type in any order fold into a case that can be asked anything."""
    case = fold([opening, *events])
    assert case.version == 1 + len(events)
    assert case.outstanding.amount >= 0
    assert fold(events, fold([opening])) == case
    action = next_action(case, opening.at)
    assert isinstance(action, Record | PerformStep | Wait)
    assert CollectionCase.model_validate_json(case.model_dump_json()) == case
