"""How does a case begin that others have pursued before? At its step, without a burst."""

from __future__ import annotations

from itertools import pairwise

import pytest

from domain.late_opening import steps_before
from schemas.case import StepOutcome
from tests.support.builders import a_case, after_due, paris
from tests.support.given import given


def test_earlier_steps_are_on_record_as_skipped() -> None:
    """Nobody here sent them, so they raise no level; the record says why they are not taken."""
    case = a_case(opened_at=paris(after_due(20)))
    skipped = steps_before(case, "firm", "camille")
    assert [(one.step, one.reason, one.by) for one in skipped] == [
        (step, "before Relance", "camille") for step in ("courtesy", "reminder", "call")
    ]
    story = given(case, *skipped)
    assert story.case.level == 0
    story.next_waits("NextStepNotDue", until=after_due(30))


def test_a_case_opened_long_after_its_step_makes_no_burst() -> None:
    """Opened on day 100 at the firm mail: it leaves once now, and the rest at its distances."""
    case = a_case(opened_at=paris(after_due(100)))
    story = given(case, *steps_before(case, "firm", "import")).lives_until(after_due(200))
    taken = [(one.step, one.at) for one in story.case.steps if one.outcome is StepOutcome.PERFORMED]
    assert [step for step, _ in taken] == ["firm", "formal-notice", "hand-over"]
    assert taken[0][1].date() == after_due(100)
    assert all((later - earlier).days >= 14 for (_, earlier), (_, later) in pairwise(taken))


def test_first_step_skips_nothing_and_an_unknown_one_is_named() -> None:
    """What the plan does not have is an error that lists what it has."""
    case = a_case()
    assert steps_before(case, "courtesy", "import") == ()
    with pytest.raises(ValueError, match="its steps are: courtesy, reminder"):
        steps_before(case, "relance 3", "import")
