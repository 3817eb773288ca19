"""A step is due: what keeps it? Its last gate, another invoice's message, or its own attempts."""

from __future__ import annotations

from datetime import datetime

from schemas.actions import PerformStep, Wait
from schemas.case import CollectionCase
from store import contacts, shared_contacts
from store.contact_situation import WaitingStep
from store.pool import Pool


def clock_of(case: CollectionCase, waits: WaitingStep | None, now: datetime) -> datetime:
    """The moment to look from: a case whose clock was moved ahead is seen from where it is."""
    known = [case.changed_at, waits.since if waits else None]
    return max(now, *(one for one in known if one))


async def what_keeps(
    pool: Pool,
    case: CollectionCase,
    due: PerformStep,
    waits: WaitingStep | None,
    now: datetime,
) -> Wait:
    """Why a step that is due has not left, by name and in a sentence.

    Args:
        pool: any.
        case: as it stands.
        due: its step.
        waits: what its last gate said.
        now: what the gate said of a time before this keeps nothing any more.
    """
    name, place = due.step.name, (due.step.name, due.cycle)
    if waits and (waits.step, waits.cycle) == place and waits.until > now:
        return Wait(until=waits.until, reason=waits.reason, sentence=waits.sentence)
    if shared := await shared_contacts.covering(pool, case.case_id, *place):
        words = f"another invoice's message speaks for step {name!r}: {shared.reference}"
        return Wait(
            until=due.due_at, reason="SpokenFor", sentence=f"{words} is {shared.state.value}."
        )
    for contact in await contacts.contacts_of(pool, case.case_id):
        if (contact.step, contact.cycle) == place and contact.last_error:
            words = f"attempt {contact.attempts}: {contact.last_error}"
            sentence = f"Step {name!r} is being tried; {words}."
            return Wait(until=due.due_at, reason="BeingTried", sentence=sentence)
    return Wait(
        until=due.due_at,
        reason="DueNow",
        sentence=f"Step {name!r} is due and waits for a worker and its channel's turn.",
    )
