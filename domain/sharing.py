"""Which other cases of a debtor does a contact speak for? One message, in the firmest tone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.business_calendar import local_day
from domain.ladder import level_of
from domain.next_action import next_action, on_its_ladder
from schemas.actions import PerformStep, Wait
from schemas.case import CollectionCase
from schemas.plan import Channel, DunningStep

SHARED_CHANNELS = frozenset({Channel.EMAIL, Channel.LETTER})
"""Channels whose messages list every item; a call and a hand-over are about one case each."""

REFUSED_FOR_ALL = frozenset(
    {
        *("RefusedByServer", "EmailAddressMissing", "EmailAddressInvalid", "EmailAddressBad"),
        *("NoSuchDomain", "DomainTakesNoMail", "AddressNeedsSmtpUtf8"),
        *("CameBack", "AddressMissing", "AddressDoesNotFit"),
    }
)
"""Why a message did not arrive that would not arrive for any other invoice either."""

MessageKey = tuple[str, str, str, str]
"""Creditor, debtor, channel and currency: what the cases of one message have in common."""


def joins(
    case: CollectionCase, other: CollectionCase, channel: Channel, now: datetime
) -> PerformStep | None:
    """The step of another case of the same debtor that is due today by the same channel, if any.

    What is not due yet is never told in one message with what is overdue.

    Args:
        case: whose contact is about to leave.
        other: of the same debtor.
        channel: of the contact.
        now: the case's own clock.
    """
    if other.case_id == case.case_id or other.claim.currency != case.claim.currency:
        return None
    if _is_overdue(case, now) is not _is_overdue(other, now):
        return None
    return due_step(other, channel, now)


def _is_overdue(case: CollectionCase, now: datetime) -> bool:
    return local_day(case.calendar, now) > case.due_date


def due_step(other: CollectionCase, channel: Channel, now: datetime) -> PerformStep | None:
    """The step that a case takes today by a channel, if nothing keeps it waiting.

    Reminders, warnings and answers of the same day are left aside: they change no step.
    """
    action = on_its_ladder(other, now)
    if isinstance(action, Wait) and action.reason == "NextStepNotDue" and action.until is not None:
        if local_day(other.calendar, action.until) != local_day(other.calendar, now):
            return None
        action = on_its_ladder(other, action.until)
    if isinstance(action, PerformStep) and action.step.channel is channel:
        return action
    return None


def message_now(case: CollectionCase, now: datetime) -> MessageKey | None:
    """Which message a case that is due now would be part of; None when it would be part of none.

    Cases with the same answer are spoken for by whichever of them is the first to be taken.
    """
    action = next_action(case, now)
    if not isinstance(action, PerformStep) or action.step.channel not in SHARED_CHANNELS:
        return None
    return case.creditor, case.debtor_id, action.step.channel.value, case.claim.currency


def firmest(steps: Iterable[tuple[CollectionCase, DunningStep]]) -> DunningStep:
    """The step whose text the shared message uses: the highest on its ladder, the first of equals.

    Args:
        steps: each case with the step it takes; at least one.
    """
    return max(steps, key=lambda one: level_of(*one))[1]
