"""What does a case need next? It looks at the case as it stands, never at the last message."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.business_calendar import is_open, local_day, next_open_moment
from domain.charge_corrections import with_corrections
from domain.evolve import evolve
from domain.ladder import cycle_of, due_moment, level_of, pending_step, pending_steps
from domain.limitation_watch import due_warning, next_warning
from domain.money_rules import ended_by_money
from domain.notices import due_notice, notice_moment
from domain.referral import awaiting, before_hand_over
from domain.reply_rules import being_read
from domain.resume import is_paused, resumed
from schemas.actions import Action, PerformStep, Record, Wait
from schemas.case import CaseState, CollectionCase
from schemas.events import (
    CaseClosed,
    CaseEvent,
    DisputeOverdue,
    HoldReleased,
    InstalmentMissed,
    PlanExhausted,
    PromiseBroken,
    StepSkipped,
)
from schemas.pauses import Arrangement, Dispute, Hold
from schemas.plan import Channel, DunningStep


def next_action(case: CollectionCase, now: datetime) -> Action:
    """The one next thing, or what is waited for.

    Missed, doubled or late messages cannot derail it: a missed day loses no step, and whatever
    happened, the answer follows from the case and the clock alone.

    Args:
        case: as it stands.
        now: the case's own clock, aware.
    """
    if late := next((one for one in case.disputes if _is_late(one, now)), None):
        return Record(events=(_overdue(late, now),))
    if near := due_warning(case, now):
        return Record(events=(near,))
    return _not_beyond(_next_deadline(case, now), _apart_from_deadlines(case, now))


def _apart_from_deadlines(case: CollectionCase, now: datetime) -> Action:
    """The next action apart from reminders of disputes and warnings, which wait for nothing."""
    return _at_rest(case) or _answering(case, now) or on_its_ladder(case, now)


def on_its_ladder(case: CollectionCase, now: datetime) -> Action:
    """The next action of the ladder: without reminders, warnings and answers, which come first.

    Args:
        case: as it stands.
        now: the case's own clock, aware.
    """
    if resting := _at_rest(case):
        return resting
    if not case.outstanding.is_positive:
        ended = CaseClosed(at=now, reason=ended_by_money(case))
        return Record(events=with_corrections(case, (ended,)))
    if pausing := _paused(case, now):
        return pausing
    if case.proposal and not case.proposal.step:
        return awaiting(case.proposal)
    # While one instalment is late the ladder goes on; the next may be missed meanwhile.
    lapse = case.arrangement.next_lapse if case.arrangement else None
    return _not_beyond(lapse, _ladder(case, now))


def _answering(case: CollectionCase, now: datetime) -> Action | None:
    """The answer that the debtor is owed; it comes before the ladder and before the end."""
    answer = due_notice(case, now)
    if answer is None or is_open(case.calendar, now):
        return answer
    if case.outstanding.is_positive:
        return None
    return Wait(
        until=next_open_moment(case.calendar, now, case.case_id),
        reason="OutsideContactHours",
        sentence="Everything is paid; the case ends when the debtor has been thanked.",
    )


def _not_beyond(deadline: datetime | None, action: Action) -> Action:
    """A wait ends at a deadline, if it would not end before."""
    if not isinstance(action, Wait) or deadline is None:
        return action
    return action.model_copy(update={"until": min(action.until or deadline, deadline)})


def _at_rest(case: CollectionCase) -> Wait | None:
    """Why the clock alone will never change this case."""
    match case.state:
        case CaseState.CLOSED:
            ended = case.closing.value if case.closing else "closed"
            return Wait(until=None, reason="CaseIsClosed", sentence=f"The case is {ended}.")
        case CaseState.REFERRED if case.outstanding.is_positive:
            return Wait(
                until=None,
                reason="CaseIsReferred",
                sentence=f"The case is with: {case.destination}; own contacts have stopped.",
            )
        case _:
            return None


def _paused(case: CollectionCase, now: datetime) -> Action | None:
    """What keeps the whole case waiting, or what the clock makes of it."""
    if case.stops:
        kinds = ", ".join(one.kind.value for one in case.stops)
        return Wait(
            until=None,
            reason="ContactsStopped",
            sentence=f"The debtor may not be contacted: {kinds}.",
        )
    if case.hold:
        return _held(case, case.hold, now)
    if case.arrangement and (waiting := _promised(case, case.arrangement, now)):
        return waiting
    if answer := being_read(case, now):
        return Wait(
            until=answer.until,
            reason="ReplyReceived",
            sentence="The debtor has answered; contacts wait for somebody to read it, "
            f"until {_local(case, answer.until)} at the latest.",
        )
    if not case.asked.is_positive:
        return Wait(
            until=None,
            reason="Disputed",
            sentence=f"Everything that is owed, {case.outstanding}, is in dispute.",
        )
    return None


def _held(case: CollectionCase, hold: Hold, now: datetime) -> Action:
    if hold.until is not None and hold.until <= now:
        released = HoldReleased(at=now, reason="its time was over")
        return Record(events=(released, *resumed(evolve(case, released), now)))
    until = f"until {_local(case, hold.until)}" if hold.until else "without an end"
    return Wait(until=hold.until, reason="OnHold", sentence=f"On hold {until}: {hold.reason}.")


def _promised(case: CollectionCase, arrangement: Arrangement, now: datetime) -> Action | None:
    lapse = arrangement.next_lapse
    if lapse is not None and lapse <= now:
        lapsed = sum(1 for one in arrangement.lapses if one <= now)
        if not arrangement.accelerates and lapsed < len(arrangement.lapses):
            return _instalment_missed(case, arrangement, lapsed, now)
        broken = PromiseBroken(
            at=now,
            arrangement_id=arrangement.arrangement_id,
            promised=arrangement.total,
            received=arrangement.received,
        )
        return Record(events=(broken, *_resumed(case, broken, now)))
    if arrangement.missing.is_positive:
        return None
    words = "promised" if arrangement.is_promise else "agreed in instalments"
    last = arrangement.instalments[-1].on
    return Wait(
        until=lapse,
        reason="Promised" if arrangement.is_promise else "PayingByInstalments",
        sentence=f"{arrangement.total} is {words}, until {last}.",
    )


def _instalment_missed(
    case: CollectionCase, arrangement: Arrangement, lapsed: int, now: datetime
) -> Record:
    """Record the missed instalment; the others keep their days, the missing sum is asked for."""
    after = arrangement.model_copy(update={"lapsed": lapsed})
    missed = InstalmentMissed(
        at=now,
        arrangement_id=arrangement.arrangement_id,
        lapsed=lapsed,
        missing=after.missing,
    )
    return Record(events=(missed, *_resumed(case, missed, now)))


def _resumed(case: CollectionCase, event: CaseEvent, now: datetime) -> tuple[CaseEvent, ...]:
    """What the resume policy says, if the missed day ends a pause; else the ladder runs already."""
    return resumed(evolve(case, event), now) if is_paused(case) else ()


def _ladder(case: CollectionCase, now: datetime) -> Action:
    """The next step of the plan, at its moment."""
    step = pending_step(case)
    if step is None:
        return _at_its_end(case, now)
    if step.day < 0 and local_day(case.calendar, now) > case.due_date:
        early = (one for one in pending_steps(case) if one.day < 0)
        return Record(events=tuple(_too_late(case, one, now) for one in early))
    due_at = due_moment(case, step)
    if due_at > now:
        return Wait(
            until=due_at,
            reason="NextStepNotDue",
            sentence=f"Step {step.name!r} is due on {_local(case, due_at)}.",
        )
    if step.channel is Channel.REFER and (first := before_hand_over(case, step, now)):
        return first
    if not is_open(case.calendar, now):
        opens = next_open_moment(case.calendar, now, case.case_id)
        return Wait(
            until=opens,
            reason="OutsideContactHours",
            sentence=f"Step {step.name!r} is due, but now is outside the debtor's contact hours.",
        )
    return PerformStep(
        step=step, cycle=cycle_of(case, step.name), level=level_of(case, step), due_at=due_at
    )


def _at_its_end(case: CollectionCase, now: datetime) -> Action:
    if case.state is CaseState.EXHAUSTED:
        return Wait(
            until=None,
            reason="PlanIsExhausted",
            sentence="Every step of the plan has been taken; a person decides what follows.",
        )
    return Record(events=(PlanExhausted(at=now, outstanding=case.outstanding),))


def _too_late(case: CollectionCase, step: DunningStep, now: datetime) -> StepSkipped:
    """Skip a reminder of the due date that comes too late: the case was opened late, or waited."""
    return StepSkipped(
        at=now,
        step=step.name,
        channel=step.channel,
        cycle=cycle_of(case, step.name),
        reason="the due date has passed",
    )


def _overdue(dispute: Dispute, now: datetime) -> DisputeOverdue:
    return DisputeOverdue(
        at=now, dispute_id=dispute.dispute_id, owner=dispute.owner, amount=dispute.amount
    )


def _is_late(dispute: Dispute, now: datetime) -> bool:
    return not dispute.reminded and dispute.deadline is not None and dispute.deadline <= now


def _next_deadline(case: CollectionCase, now: datetime) -> datetime | None:
    """The earliest reminder, warning or answer to come; None when none is."""
    waiting = [one.deadline for one in case.disputes if one.deadline and not one.reminded]
    if warning := next_warning(case, now):
        waiting.append(warning)
    if answer := notice_moment(case, now):
        waiting.append(answer)
    return min(waiting, default=None)


def _local(case: CollectionCase, moment: datetime) -> str:
    """A moment as the debtor's clock shows it, and whose clock that is."""
    zone = ZoneInfo(case.calendar.time_zone)
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
