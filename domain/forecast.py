"""What will happen to a case if nobody pays? The next action, folded forward."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, datetime

from domain.business_calendar import local_day
from domain.case import evolve
from domain.limitation_watch import unwatched
from domain.next_action import next_action
from domain.referral import barred_words, handed_over, proposed
from domain.time_to_sue import threatens_court
from schemas.actions import PerformStep, Record, SendNotice, Wait
from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.events import NoticeSent, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.money import Money
from schemas.plan import Channel

TURNS_AHEAD = 100
"""How many turns of a case are looked ahead at the most: no plan has as many steps."""


class Forecast(Frozen):
    """One step that will be taken if nothing changes.

    Attributes:
        at: when, on the case's clock.
        asked: what it will ask for.
        final: nothing follows by itself.
        barred_since: the last day for court, which will have passed by then: a message that
            announces a court stays in the house, and a person is told; a hand-over waits for a
            person's approval.
    """

    step: str
    channel: Channel
    at: Instant
    asked: Money
    final: bool = False
    barred_since: date | None = None


def forecast(
    case: CollectionCase, now: datetime, limit: int = TURNS_AHEAD, court_until: date | None = None
) -> tuple[Forecast, ...]:
    """Every step still to come, in order, if nobody pays and nobody says anything.

    A promise is therefore broken when it lapses, a hold ends on its day, and nothing follows what
    only a person can end: a stop, a hold without an end, a dispute about everything.

    Args:
        case: as it stands.
        now: from when to look, aware.
        limit: how many turns to look ahead at the most.
        court_until: the last day on which a court would hear the claim; None when it is not known.
    """
    coming: list[Forecast] = []
    steps = _coming(case, now, limit, court_until)
    while True:
        try:
            coming.append(next(steps))
        except StopIteration as end:
            return with_an_end(coming) if end.value else tuple(coming)


def first_of(case: CollectionCase, now: datetime) -> Forecast | None:
    """The next step alone, if any is still to come: far less to reckon than all of them."""
    return next(_coming(case, now, TURNS_AHEAD), None)


def _coming(
    case: CollectionCase, now: datetime, limit: int, court_until: date | None = None
) -> Generator[Forecast, None, bool]:
    """Each step still to come; answers whether there is nothing after the last of them."""
    case = unwatched(case)
    for _ in range(limit):
        action = next_action(case, now)
        match action:
            case PerformStep():
                coming = foreseen(case, action, now, court_until)
                yield coming
                case = after(case, action, coming)
            case SendNotice():
                case = after_notice(case, action, now)
            case Record(events=events):
                for event in events:
                    case = evolve(case, event)
            case Wait(until=None):
                return True
            case Wait(until=until) if until is not None:
                now = until
    return False


def foreseen(
    case: CollectionCase, action: PerformStep, now: datetime, court_until: date | None
) -> Forecast:
    """A step at the moment at which it will be taken, or stay in the house."""
    too_late = (
        court_until is not None
        and (threatens_court(action.step) or _unapproved(case, action))
        and local_day(case.calendar, now) > court_until
    )
    return Forecast(
        step=action.step.name,
        channel=action.step.channel,
        at=now,
        asked=case.asked,
        barred_since=court_until if too_late else None,
    )


def _unapproved(case: CollectionCase, action: PerformStep) -> bool:
    """Whether it is a hand-over to which nobody has agreed."""
    agreed = case.proposal is not None and case.proposal.approved_by
    return action.step.channel is Channel.REFER and not agreed


def after(case: CollectionCase, action: PerformStep, coming: Forecast) -> CollectionCase:
    """The case once its step is taken, or is not because no court would hear the claim."""
    if coming.barred_since is None:
        return after_step(case, action, coming.at)
    if action.step.channel is Channel.REFER:
        doubts = (barred_words(coming.barred_since),)
        return evolve(case, proposed(case, action.step, coming.at, doubts))
    reference = contact_reference(case.case_id, action.step.name, action.cycle)
    failed = StepFailed(
        at=coming.at,
        step=action.step.name,
        channel=action.step.channel,
        cycle=action.cycle,
        reference=reference,
        reason="ClaimBarred",
        explanation=f"barred since {coming.barred_since}",
    )
    return evolve(case, failed)


def after_notice(case: CollectionCase, action: SendNotice, now: datetime) -> CollectionCase:
    """The case once what was said has been answered."""
    reference = contact_reference(case.case_id, action.step.name, action.cycle)
    said = NoticeSent(at=now, kind=action.kind, about=action.about, reference=reference)
    return evolve(case, said)


def with_an_end(coming: list[Forecast]) -> tuple[Forecast, ...]:
    """The same, when nothing follows the last of them by itself."""
    return tuple(
        one.model_copy(update={"final": True}) if place == len(coming) else one
        for place, one in enumerate(coming, start=1)
    )


def after_step(case: CollectionCase, action: PerformStep, now: datetime) -> CollectionCase:
    """The case once its step is taken, and nothing else has happened with it."""
    reference = contact_reference(case.case_id, action.step.name, action.cycle)
    after = evolve(
        case,
        StepPerformed(
            at=now,
            step=action.step.name,
            channel=action.step.channel,
            cycle=action.cycle,
            reference=reference,
            asked=case.asked,
        ),
    )
    if action.step.channel is not Channel.REFER:
        return after
    return evolve(after, handed_over(after, now, reference))
