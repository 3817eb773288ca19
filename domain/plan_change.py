"""Where does a case stand on another plan? Kept, begun again, or moved; nothing is done twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.business_calendar import local_day
from domain.evolve import evolve
from domain.ladder import cycle_of, last_taken
from domain.refusals import not_pursued
from domain.resume import restarted
from schemas.case import CollectionCase
from schemas.commands import Refusal
from schemas.events import CaseEvent, PlanChanged, StepSkipped
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.requests import ReplanCase

Answer = tuple[CaseEvent, ...] | Refusal


def replan(case: CollectionCase, command: ReplanCase, now: datetime) -> Answer:
    """The case goes on by another plan; every step that is thereby passed over says why.

    - ``keep``: the case stands where it stood: behind the last step that both plans name, or, when
      they share no name, on the same rung. The new plan's distance to the next step is counted from
      the day on which the last step really left.
    - ``restart``: the first step is due today; a ladder on which nobody has stepped is not hurried.
    - ``move``: a named step is next, on its own day, or at once when that has passed.
    """
    if refusal := not_pursued(case):
        return refusal
    if command.plan == case.plan and command.mode == "keep":
        return Refusal(
            code="PlanIsTheSame", sentence=f"The case goes by plan {case.plan.plan!r} already."
        )
    match command.mode:
        case "keep":
            return _keep(case, command, now)
        case "restart":
            changed = _changed(case, command, now)
            reason = f"plan {command.plan.plan!r} begins"
            after = evolve(case, changed)
            return (changed, *restarted(after, now, command.command_id, reason, by=command.by))
        case "move":
            return _move(case, command, now)


def rung_of(case: CollectionCase, plan: DunningPlan) -> int:
    """How many steps of another plan lie behind a case, by name where they share one, else by rung.

    Without a shared name a hand-over never counts as passed: that debtors were written to as often
    as another plan would have done does not mean that anybody took the case over.
    """
    gone = {record.step for record in case.steps}
    shared = [place for place, step in enumerate(plan.steps, start=1) if step.name in gone]
    if shared:
        return max(shared)
    so_far = [place for place, step in enumerate(case.plan.steps, start=1) if step.name in gone]
    rung = max(so_far, default=0)
    own = sum(1 for step in plan.steps if step.channel is not Channel.REFER)
    return min(rung, own)


def _keep(case: CollectionCase, command: ReplanCase, now: datetime) -> Answer:
    plan = command.plan
    rung = rung_of(case, plan)
    stands_on = plan.steps[rung - 1] if rung else None
    changed = _changed(case, command, now).model_copy(
        update={
            "step": stands_on.name if stands_on else "",
            "anchor": _anchor(case, plan, stands_on),
        }
    )
    why = f"plan {plan.plan!r} goes on behind {stands_on.name!r}" if stands_on else ""
    return (changed, *_passed_over(evolve(case, changed), plan.steps[:rung], changed, why))


def _move(case: CollectionCase, command: ReplanCase, now: datetime) -> Answer:
    plan, target = command.plan, command.plan.step(command.step)
    if target is None:
        names = ", ".join(step.name for step in plan.steps)
        return Refusal(
            code="StepUnknown",
            sentence=f"Plan {plan.plan!r} has no step {command.step!r}; its steps are: {names}.",
        )
    place = plan.steps.index(target)
    gone = {record.step for record in case.steps}
    again = tuple(step.name for step in plan.steps[place:] if step.name in gone)
    changed = _changed(case, command, now).model_copy(update={"step": target.name, "again": again})
    why = f"moved to {target.name!r} of plan {plan.plan!r}"
    return (changed, *_passed_over(evolve(case, changed), plan.steps[:place], changed, why))


def _changed(case: CollectionCase, command: ReplanCase, now: datetime) -> PlanChanged:
    return PlanChanged(
        at=now,
        by=command.by,
        cause=command.command_id,
        before=case.plan.plan,
        plan=command.plan,
        mode=command.mode,
        reason=command.reason,
    )


def _anchor(case: CollectionCase, plan: DunningPlan, rung: DunningStep | None) -> date | None:
    """The day zero that puts a rung of the new plan on the day on which the last step left.

    It is never earlier than before. Where the new plan has that very step too, its distances are
    kept anyway (``due_moment``), and day zero stays.
    """
    last = last_taken(case)
    if rung is None or last is None or plan.step(last.step):
        return case.anchor
    anchor = local_day(case.calendar, last.at) - timedelta(days=rung.day)
    return anchor if anchor > case.day_zero else case.anchor


def _passed_over(
    case: CollectionCase, steps: tuple[DunningStep, ...], changed: PlanChanged, why: str
) -> tuple[StepSkipped, ...]:
    gone = {record.step for record in case.steps}
    return tuple(
        StepSkipped(
            at=changed.at,
            by=changed.by,
            cause=changed.cause,
            step=step.name,
            channel=step.channel,
            cycle=cycle_of(case, step.name),
            reason=why,
        )
        for step in steps
        if step.name not in gone
    )
