"""What would another plan change? The next step before and after, and what is passed over."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

from domain.case import decide
from domain.evolve import evolve
from domain.forecast import Forecast, first_of
from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.commands import Refusal
from schemas.events import PlanChanged, StepSkipped
from schemas.money import Money
from schemas.requests import ReplanCase


class PlanPreview(Frozen):
    """What a change of plan would mean for one case.

    Attributes:
        refusal: why it would not be changed, by name and sentence; None when it would.
        before: the next step as things are; None when nothing follows by itself.
        after: the next step by the new plan.
        skipped: steps of the new plan that would be passed over.
        again: steps that would be taken once more.
    """

    case_id: str
    invoice: str
    debtor_id: str
    outstanding: Money
    plan: str
    refusal: Refusal | None = None
    before: Forecast | None = None
    after: Forecast | None = None
    skipped: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


def preview(case: CollectionCase, request: ReplanCase, now: datetime) -> PlanPreview:
    """Decide as the case would, and look ahead on both plans; nothing is changed.

    Args:
        case: as it stands.
        request: the change of plan.
        now: the case's own clock, aware.
    """
    seen = PlanPreview(
        case_id=case.case_id,
        invoice=case.invoice,
        debtor_id=case.debtor_id,
        outstanding=case.outstanding,
        plan=case.plan.plan,
        before=first_of(case, now),
    )
    decision = decide(case, request, now)
    if isinstance(decision, Refusal):
        return seen.model_copy(update={"refusal": decision})
    after = reduce(evolve, decision, case)
    return seen.model_copy(
        update={
            "after": first_of(after, now),
            "skipped": tuple(one.step for one in decision if isinstance(one, StepSkipped)),
            "again": tuple(
                step for one in decision if isinstance(one, PlanChanged) for step in one.again
            ),
        }
    )
