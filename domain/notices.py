"""Which event is a debtor answered, and when? Once each, soon, or not at all.

A promise is confirmed, a dispute acknowledged, a full payment thanked for, as the plan chooses. The
answer leaves a little after the event, so that what was typed wrongly can be put right, and so that
what was said of many invoices at once is answered in one message.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from domain.business_calendar import is_open, next_open_moment
from schemas.actions import SendNotice
from schemas.case import REACHED, CaseState, CollectionCase, NoticeRecord
from schemas.events import NoticeNotSent, NoticeSent
from schemas.identifiers import contact_reference
from schemas.plan import Channel, DunningStep, IfUnknown, NoticeKind
from schemas.turns import StepOrder

A_LITTLE_LATER = timedelta(minutes=5)
"""Between an event and its answer."""

TOO_LATE = timedelta(days=5)
"""An answer that has not left by then, over a long weekend, surprises more than it helps."""

NOTICE_TRIED_FOR = timedelta(days=1)
"""One that is put off again and again is tried for so long."""

_WRITTEN = frozenset({Channel.EMAIL, Channel.LETTER})


def due_notice(case: CollectionCase, now: datetime) -> SendNotice | None:
    """The answer that is due next, whether or not the debtor's contact hours are open.

    None while the case is held, stopped, referred or closed: then nobody is written to.

    Args:
        case: as it stands.
        now: the case's own clock, aware.
    """
    coming = _coming(case, now)
    return coming if coming is not None and coming.due_at <= now else None


def owes_thanks(case: CollectionCase, now: datetime) -> bool:
    """Whether a case that is paid stays open until the debtor has been thanked."""
    coming = _coming(case, now)
    return coming is not None and coming.kind is NoticeKind.SETTLEMENT


def answered_with(case: CollectionCase, other: CollectionCase, now: datetime) -> SendNotice | None:
    """The answer of another case of the same debtor that one message gives with a case's own.

    They go together when the same was said: a promise for the same day, a dispute for the same
    reason with the same owner and deadline, or the settlement of both.
    """
    own, joining = _coming(case, now), _coming(other, now)
    if own is None or joining is None or own.kind is not joining.kind:
        return None
    if case.claim.currency != other.claim.currency or joining.due_at > now + A_LITTLE_LATER:
        return None
    return joining if _what(case, own) == _what(other, joining) else None


def notice_moment(case: CollectionCase, now: datetime) -> datetime | None:
    """When an answer that waits will leave; None when none does, or one may leave now."""
    coming = _coming(case, now)
    if coming is None:
        return None
    at = max(coming.due_at, now)
    if not is_open(case.calendar, at):
        return next_open_moment(case.calendar, at, case.case_id)
    return at if at > now else None


def notice_step(kind: NoticeKind, about: str) -> DunningStep:
    """How an event is answered: by e-mail; in doubt again, under the same Message-ID.

    Its name is the business key: it follows from the kind and from what is answered.
    """
    digest = hashlib.sha256(about.encode()).hexdigest()[:12]
    return DunningStep(
        name=f"{kind.value}-{digest}",
        day=0,
        channel=Channel.EMAIL,
        template=kind.value,
        if_unknown=IfUnknown.RESEND,
    )


def notices_of(case: CollectionCase) -> dict[str, str]:
    """What each answer of a case would be about, by the name of its step."""
    return {notice_step(kind, about).name: about for kind, about, _ in _events(case)}


def now_answered(
    order: StepOrder, now: datetime, detail: str = "", sha256: str = "", *, unknown: bool = False
) -> NoticeSent:
    """What was said has been answered; with ``unknown``, perhaps it has.

    Args:
        order: the answer.
        now: the case's own clock.
        detail: where to find it: a Message-ID.
        sha256: of the exact bytes that left, hexadecimal.
        unknown: nobody can tell whether it left.
    """
    kind, reference = _kind_and_reference(order)
    return NoticeSent(
        at=now,
        cause=reference,
        kind=kind,
        about=order.about,
        reference=reference,
        delivery="unknown" if unknown else "accepted",
        detail=detail,
        sha256=sha256,
    )


def not_answered(order: StepOrder, now: datetime, reason: str, explanation: str) -> NoticeNotSent:
    """It could not be answered, and is let go: nobody need do anything.

    Args:
        order: the answer.
        now: the case's own clock.
        reason: names the condition, such as ``EmailAddressMissing``.
        explanation: for people.
    """
    kind, reference = _kind_and_reference(order)
    return NoticeNotSent(
        at=now,
        cause=reference,
        kind=kind,
        about=order.about,
        reference=reference,
        reason=reason,
        explanation=explanation,
    )


def _kind_and_reference(order: StepOrder) -> tuple[NoticeKind, str]:
    if order.answers is None:
        raise ValueError(f"{order.step.name} answers nothing")
    return order.answers, contact_reference(order.case_id, order.step.name, order.cycle)


def answered(event: NoticeSent | NoticeNotSent) -> NoticeRecord:
    """What a case remembers of an answer."""
    return NoticeRecord(
        kind=event.kind,
        about=event.about,
        at=event.at,
        sent=isinstance(event, NoticeSent),
        reference=event.reference,
    )


def _coming(case: CollectionCase, now: datetime) -> SendNotice | None:
    """The first answer that the case owes, due or not yet."""
    if case.stops or case.hold or case.state in {CaseState.CLOSED, CaseState.REFERRED}:
        return None
    done = {(one.kind, one.about) for one in case.notices}
    for kind, about, at in _events(case):
        late = kind is not NoticeKind.SETTLEMENT and at + TOO_LATE < now
        if (kind, about) not in done and not late:
            return SendNotice(
                kind=kind,
                about=about,
                step=notice_step(kind, about),
                level=max(case.level, 1),
                due_at=at if kind is NoticeKind.SETTLEMENT else at + A_LITTLE_LATER,
            )
    return None


def _what(case: CollectionCase, answer: SendNotice) -> tuple[object, ...]:
    """By what two answers are recognised as the same: all that was said, but for the amount.

    Any other answer is like none but that of its own case.
    """
    match answer.kind:
        case NoticeKind.PROMISE if case.arrangement and case.arrangement.is_promise:
            return (case.arrangement.instalments[0].on, case.arrangement.means)
        case NoticeKind.DISPUTE:
            said = [one for one in case.disputes if one.dispute_id == answer.about]
            return tuple((one.reason, one.note, one.owner, one.deadline) for one in said)
        case NoticeKind.SETTLEMENT:
            return ()
        case _:
            return (case.case_id,)


def _events(case: CollectionCase) -> list[tuple[NoticeKind, str, datetime]]:
    """What the plan wants answered and still holds: its kind, its id and its moment."""
    wanted = case.plan.notices
    found: list[tuple[NoticeKind, str, datetime]] = []
    if not case.outstanding.is_positive:
        written = any(one.outcome in REACHED and one.channel in _WRITTEN for one in case.steps)
        if wanted.settlement and written and case.paid.is_positive and case.changed_at:
            last = case.allocations[-1].payment_id
            found.append((NoticeKind.SETTLEMENT, last, case.changed_at))
        return found
    if wanted.promise and case.arrangement:
        made = case.arrangement
        found.append((NoticeKind.PROMISE, made.arrangement_id, made.made_at))
    if wanted.dispute:
        found += [(NoticeKind.DISPUTE, one.dispute_id, one.raised_at) for one in case.disputes]
    return found
