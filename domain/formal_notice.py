"""What is a formal notice, when has it reached the debtor, and what proves that?"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.business_calendar import local_day
from schemas.case import CollectionCase, StepOutcome
from schemas.case_changes import CaseChanges
from schemas.events import FormalNoticeServed
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.postage import LetterKind, PostalState
from schemas.service import ReportService

FORMAL_TEMPLATE = "formal-notice"
"""The text that puts the debtor in default (Code civil 1344), and texts whose names begin so."""


def is_formal_notice(template: str) -> bool:
    """Whether a message of this text puts the debtor in default, once it has reached them."""
    return template.startswith(FORMAL_TEMPLATE)


def day_served(
    state: PostalState,
    presented_at: datetime | None,
    ended_at: datetime | None,
    since: datetime,
    now: datetime,
    zone: str,
) -> date:
    """From which day a letter counts that notified its debtor.

    It takes effect when it is received (Code civil 1344, 1231-6); refused or not claimed, on the
    day of its first presentation (Cass. 1re civ. 20 Jan 2021, 19-20.680, for the letter nobody
    claims). A moment that nobody told, or that cannot be, is replaced by today: in doubt less
    interest is asked for.

    Args:
        state: one that notifies.
        presented_at: the first presentation.
        ended_at: the delivery, the refusal, or the end of the 15 days.
        since: when the letter was made; nothing reached anybody before.
        now: when we heard of it.
        zone: where the debtor is.
    """
    moment = ended_at if state is PostalState.DELIVERED else presented_at or ended_at
    first, day, last = (
        (one or now).astimezone(ZoneInfo(zone)).date() for one in (since, moment, now)
    )
    return day if first <= day <= last else last


def serve(
    case: CollectionCase, fact: ReportService, now: datetime
) -> tuple[FormalNoticeServed, ...]:
    """Put on record that a formal notice has reached the debtor; said again, it changes nothing.

    Of one notice the latest word counts, so that a wrong day can be corrected; but what a person
    has said no provider changes.
    """
    service = fact.service
    known = next((one for one in case.services if one.reference == service.reference), None)
    if known == service or (known and known.by_hand and not service.by_hand):
        return ()
    return (FormalNoticeServed(at=now, by=fact.by, cause=fact.command_id, service=service),)


def after_service(case: CollectionCase, event: FormalNoticeServed) -> CaseChanges:
    """One service of each notice, the latest word of it."""
    others = (one for one in case.services if one.reference != event.service.reference)
    return {"services": (*others, event.service)}


def notice_sent(case: CollectionCase) -> str:
    """The reference of the last formal notice that left for a case; empty when none did."""
    for done in reversed(case.steps):
        step = case.plan.step(done.step)
        left = done.outcome in {StepOutcome.PERFORMED, StepOutcome.UNKNOWN}
        if left and step and is_formal_notice(step.template):
            return done.reference
    return ""


def notice_left_on(case: CollectionCase) -> date | None:
    """The debtor's own day on which that notice left; None when none did."""
    reference = notice_sent(case)
    sent = next((one for one in case.steps if reference and one.reference == reference), None)
    return local_day(case.calendar, sent.at) if sent else None


def unproven_notices(plan: DunningPlan) -> tuple[str, ...]:
    """A sentence for each formal notice that travels as what is no registered letter in law."""
    return tuple(
        f"{step.name}: a simple electronic registered letter (eIDAS art. 43) proves nothing where "
        "the law asks for a registered one; say electronic-qualified or registered"
        for step in plan.steps
        if _is_simple(step)
    )


def _is_simple(step: DunningStep) -> bool:
    wanted = step.channel is Channel.LETTER and is_formal_notice(step.template)
    return wanted and step.letter is LetterKind.ELECTRONIC_SIMPLE
