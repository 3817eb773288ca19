"""Where does a case begin that others have pursued before? At a named step; the rest is skipped."""

from __future__ import annotations

from schemas.case import CollectionCase
from schemas.events import StepSkipped

BEFORE = "before Relance"
"""Why the earlier steps are not taken; nobody here knows when, or whether, others took them."""


def steps_before(case: CollectionCase, step: str, by: str) -> tuple[StepSkipped, ...]:
    """The steps of the plan before a named one, passed over when the case is opened.

    Args:
        case: just opened.
        step: of its plan, with which it begins.
        by: who opened it.

    Raises:
        ValueError: when the plan has no such step; the message names those it has.
    """
    names = [one.name for one in case.plan.steps]
    if step not in names:
        raise ValueError(
            f"plan {case.plan.plan!r} has no step {step!r}; its steps are: {', '.join(names)}"
        )
    return tuple(
        StepSkipped(at=case.opened_at, by=by, step=one.name, channel=one.channel, reason=BEFORE)
        for one in case.plan.steps[: names.index(step)]
    )
