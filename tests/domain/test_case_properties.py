"""What holds of every case, whatever plan and calendar it has and whatever is on its record?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_calendar import closed_because, local_day
from domain.case import decide, evolve, fold
from domain.evolve import REMEMBERED_COMMANDS
from domain.forecast import forecast
from domain.next_action import next_action
from schemas.actions import PerformStep, Record, Wait
from schemas.case import CollectionCase
from schemas.case_changes import CaseChanges
from schemas.commands import CancelCase, Command, NoteUnreadableFact, Refusal
from schemas.events import EVENT, CaseEvent, CaseOpened
from tests.support.builders import a_case
from tests.support.strategies import FACTS, MOMENTS, openings

GOLDEN = Path(__file__).parent / "golden" / "0.1.0"
EVERY_EVENT = [EVENT.validate_json(file.read_bytes()) for file in sorted(GOLDEN.glob("*.json"))]


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
    names = [one.step for one in coming]
    # Only what reminds of a due date may be passed over, when that has gone by.
    assert names == [one.name for one in case.plan.steps if one.day >= 0 or one.name in names]


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


def test_the_latest_commands_are_remembered() -> None:
    """However much was said before: what was said last, and is said again, changes nothing."""
    case = a_case()
    for number in range(REMEMBERED_COMMANDS + 5):
        said = NoteUnreadableFact(command_id=f"n-{number}", by="x", name="x", problem="x")
        events = decide(case, said, case.opened_at)
        assert events
        assert not isinstance(events, Refusal)
        case = reduce(evolve, events, case)
    assert decide(case, said, case.opened_at) == ()
    assert len(case.commands) == REMEMBERED_COMMANDS


def test_what_events_may_change_are_fields_of_a_case() -> None:
    """The changes that the type checker knows have the names and types of the case's own fields."""
    fields = get_type_hints(CollectionCase)
    changes = get_type_hints(CaseChanges)
    assert changes
    assert {name: fields[name] for name in changes} == changes
