"""How does a test of the rules read? Given what happened, when this is asked, then that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from domain.business_calendar import local_day
from domain.case import decide, evolve
from domain.next_action import next_action
from domain.referral import handed_over
from schemas.actions import PerformStep, Record, Wait
from schemas.case import CollectionCase, OpenTask
from schemas.commands import Command, Refusal
from schemas.events import CaseEvent, StepPerformed
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from tests.support.builders import paris

MANY_TURNS = 500


def given(case: CollectionCase, *events: CaseEvent) -> Given:
    """A case to which this has happened; its clock shows the moment of the last of it."""
    now = max([case.opened_at, *(event.at for event in events)])
    return Given(case=reduce(evolve, events, case), now=now)


@dataclass(frozen=True)
class Given:
    """A case and its clock."""

    case: CollectionCase
    now: datetime

    @property
    def tasks(self) -> list[str]:
        """The kinds of the tasks that wait for a person, in order."""
        return [task.kind.value for task in self.case.tasks]

    @property
    def history(self) -> list[tuple[str, date]]:
        """The steps taken or failed, each with its local day."""
        return [(step.step, local_day(self.case.calendar, step.at)) for step in self.case.steps]

    @property
    def next_moment(self) -> datetime:
        """When the step that is waited for is due."""
        action = next_action(self.case, self.now)
        assert isinstance(action, Wait), f"nothing is waited for: {action!r}"
        assert action.until is not None, f"{action.reason} has no date"
        return action.until

    def task(self, kind: str) -> OpenTask:
        """The latest open task of a kind."""
        found = [task for task in self.case.tasks if task.kind.value == kind]
        assert found, f"no task {kind}; open are {self.tasks}"
        return found[-1]

    def on(self, day: date, hour: int = 12, minute: int = 0) -> Given:
        """The same case on another day, at noon unless the story says when."""
        return Given(case=self.case, now=paris(day, hour, minute))

    def when(self, command: Command) -> Decided:
        """Something is asked or reported."""
        return Decided(before=self, decision=decide(self.case, command, self.now))

    def next_is(self, step: str, *, level: int | None = None, cycle: int = 1) -> Given:
        """A step of the plan is to be carried out now."""
        action = next_action(self.case, self.now)
        assert isinstance(action, PerformStep), f"expected step {step}, next is {action!r}"
        assert (action.step.name, action.cycle) == (step, cycle), f"next is {action!r}"
        assert level in {None, action.level}, f"its level is {action.level}"
        return self

    def next_waits(self, reason: str, *, until: date | None = None) -> Given:
        """Nothing is due, for a named reason; without a day, whichever it waits for."""
        action = next_action(self.case, self.now)
        assert isinstance(action, Wait), f"expected to wait ({reason}), next is {action!r}"
        assert action.reason == reason, f"waits for {action.reason}: {action.sentence}"
        if until is not None:
            assert action.until is not None, f"{reason} has no date"
            day = local_day(self.case.calendar, action.until)
            assert day == until, f"waits until {day}, not until {until}"
        return self

    def next_records(self, *types: str) -> Given:
        """The clock alone says something for the record; afterwards it is on it."""
        action = next_action(self.case, self.now)
        assert isinstance(action, Record), f"expected to record {types}, next is {action!r}"
        found = tuple(event.type for event in action.events)
        assert found == types, f"records {found}, not {types}"
        return Given(case=reduce(evolve, action.events, self.case), now=self.now)

    def lives_until(self, end: date) -> Given:
        """Takes turn after turn, as the workflow does, to the end of a day."""
        case, now, last = self.case, self.now, paris(end, 23, 59)
        for _ in range(MANY_TURNS):
            action = next_action(case, now)
            match action:
                case PerformStep():
                    case = reduce(evolve, taken(case, action, now), case)
                case Record(events=events):
                    case = reduce(evolve, events, case)
                case Wait(until=until):
                    if until is None or until > last:
                        return Given(case=case, now=last)
                    now = until
        raise AssertionError(f"no end after {MANY_TURNS} turns, at {now}")


@dataclass(frozen=True)
class Decided:
    """What the rules answered."""

    before: Given
    decision: tuple[CaseEvent, ...] | Refusal

    def then(self, *types: str) -> Given:
        """Exactly events of these types follow, possibly none; the story goes on after them."""
        assert not isinstance(self.decision, Refusal), f"refused: {self.decision!r}"
        found = tuple(event.type for event in self.decision)
        assert found == types, f"what followed is {found}, not {types}"
        return Given(case=reduce(evolve, self.decision, self.before.case), now=self.before.now)

    def then_refused(self, code: str) -> Refusal:
        """The request is refused by that name; nothing has changed."""
        assert isinstance(self.decision, Refusal), f"not refused: {self.decision!r}"
        assert self.decision.code == code, f"refused as {self.decision.code}, not {code}"
        return self.decision


def taken(case: CollectionCase, action: PerformStep, now: datetime) -> tuple[CaseEvent, ...]:
    """What goes on record when a step is carried out without trouble."""
    reference = contact_reference(case.case_id, action.step.name, action.cycle)
    done = StepPerformed(
        at=now,
        cause=reference,
        step=action.step.name,
        channel=action.step.channel,
        cycle=action.cycle,
        reference=reference,
        asked=case.asked,
    )
    if action.step.channel is not Channel.REFER:
        return (done,)
    return (done, handed_over(case, now, reference))
