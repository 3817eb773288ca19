"""What becomes of a word before the due date, once the due date has passed?"""

from __future__ import annotations

from datetime import timedelta

from domain.forecast import forecast
from domain.sharing import joins
from schemas.case import CollectionCase, StepOutcome
from schemas.plan import Channel, DunningPlan
from tests.support.builders import a_case, a_plan, after_due, paris
from tests.support.given import given

EARLY = a_plan(
    ("before-due", -7, Channel.EMAIL),
    ("courtesy", 3, Channel.EMAIL),
    ("reminder", 10, Channel.EMAIL),
)


def _opened(days: int, plan: DunningPlan = EARLY) -> CollectionCase:
    """A case that was opened so many days after its due date."""
    return a_case(plan=plan).model_copy(update={"opened_at": paris(after_due(days), 8)})


def test_a_case_in_time_is_told_before_the_due_date() -> None:
    """Opened a week before, a case takes each step on its day."""
    story = given(_opened(-7)).lives_until(after_due(4))
    assert story.history == [("before-due", after_due(-7)), ("courtesy", after_due(3))]


def test_nobody_reads_of_a_due_date_that_has_passed() -> None:
    """A case that is opened late begins at the next step; the one passed over says why."""
    story = given(_opened(5)).lives_until(after_due(12))
    [early, *taken] = story.case.steps
    assert (early.step, early.outcome) == ("before-due", StepOutcome.SKIPPED)
    assert [one.step for one in taken][:1] == ["courtesy"]
    assert [one.step for one in forecast(_opened(5), paris(after_due(5)))] == [
        "courtesy",
        "reminder",
    ]


def test_what_is_not_due_yet_is_told_by_itself() -> None:
    """A reminder of what is overdue does not list an invoice that is not due before next week."""
    morning = paris(after_due(3), 8)
    overdue = a_case()
    coming = _opened(3).model_copy(
        update={
            "case_id": "case/atelier/other",
            "due_date": overdue.due_date + timedelta(days=10),
        }
    )
    both_early = coming.model_copy(update={"case_id": "case/atelier/third"})
    assert not joins(overdue, coming, Channel.EMAIL, morning)
    assert joins(both_early, coming, Channel.EMAIL, morning)
