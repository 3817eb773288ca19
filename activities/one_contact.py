"""How does a debtor get one message a day? The first case that is due speaks for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from activities.errors import try_again
from activities.last_gate import LastGate
from domain.ladder import cycle_of, level_of, pending_step
from domain.sharing import SHARED_CHANNELS, joins
from domain.spoken_for import as_said, claimed_with
from domain.steps import order_of, perhaps_taken
from domain.time_to_sue import TakenStep, barred_among, kept_apart, threatens_court
from schemas.actions import PerformStep
from schemas.case import CollectionCase
from schemas.contact import Contact, ContactState, CoveredStep
from schemas.events import CaseEvent
from schemas.identifiers import contact_reference
from schemas.plan import IfUnknown
from schemas.turns import StepOrder
from store import contacts, event_store, shared_contacts
from store.contact_situation import wait_no_more
from store.contacts import Settled
from store.court_facts import court_facts
from store.pool import Connection

SPOKEN = frozenset({ContactState.ACCEPTED, ContactState.UNKNOWN, ContactState.REFUSED})
"""Nothing more becomes of it by itself."""

LOCK_TRIES = 40
LOCK_PAUSE_SECONDS = 0.05

LOOK_AGAIN = timedelta(seconds=5)
"""When a covered case looks again whether the message that speaks for it has left."""


async def lock_debtor(connection: Connection, case: CollectionCase) -> None:
    """Keep every other contact of this debtor waiting until the transaction ends.

    Whoever waits holds a connection, and those who are waited for may need one: so not for long.

    Raises:
        ApplicationError: retryable, when somebody else puts a contact together meanwhile.
    """
    for _ in range(LOCK_TRIES):
        if await shared_contacts.try_to_lock_debtor(connection, case.creditor, case.debtor_id):
            return
        await asyncio.sleep(LOCK_PAUSE_SECONDS)
    raise try_again("another contact of this debtor is being put together", after=LOOK_AGAIN)


async def spoken_for(connection: Connection, order: StepOrder) -> Contact | None:
    """The contact of another case that has taken this step already, or may have.

    Args:
        connection: in a transaction that holds the debtor's lock.
        order: the step that is about to be taken.

    Returns:
        Accepted, unknown, or left behind when it may have left already, which is as unknown.

    Raises:
        ApplicationError: retryable, while that contact is on its way.
    """
    place = (order.case_id, order.step.name, order.cycle)
    contact = await shared_contacts.covering(connection, *place)
    if contact is None:
        return None
    if contact.state in SPOKEN:
        return contact
    may_repeat = order.step.if_unknown is IfUnknown.RESEND
    may_have_left = contact.state is ContactState.HANDING_OVER or contact.perhaps_left
    if may_have_left and contact.lease_is_over and not may_repeat:
        return contact
    if not await shared_contacts.leave_behind(connection, contact.reference, even_begun=may_repeat):
        raise try_again("another invoice's message speaks for this one", after=LOOK_AGAIN)
    # Whoever claimed it has left it lying, and cannot begin any more; this case goes its own way.
    await shared_contacts.uncover_step(connection, *place)
    return None


async def hear_of_messages(
    connection: Connection, case_id: str, version: int, now: datetime
) -> bool:
    """Put on record that a message has spoken for a case, before its ladder moves on without it.

    On another ladder, or beyond the step, nobody would look for a message that left for it. One
    that has not begun to leave is written anew, for the case as it will stand.

    Args:
        connection: in a transaction.
        case_id: whose ladder changes.
        version: of the case when that was decided.
        now: the case's own clock.

    Returns:
        Whether there was such a message: what was to be recorded must be decided anew.

    Raises:
        ApplicationError: retryable, while that message is being handed over.
    """
    case = await event_store.lock(connection, case_id)
    step = pending_step(case)
    if case.version != version or step is None or step.channel not in SHARED_CHANNELS:
        return False
    await lock_debtor(connection, case)
    due = PerformStep(
        step=step, cycle=cycle_of(case, step.name), level=level_of(case, step), due_at=now
    )
    order = order_of(case, due, now)
    place = (case_id, step.name, order.cycle)
    if await shared_contacts.call_back(connection, *place):
        await shared_contacts.uncover_step(connection, *place)
    contact = await spoken_for(connection, order)
    if contact is None:
        return await _own_may_have_left(connection, case, order)
    await record_as_said(connection, contact, case, order, now)
    return True


async def _own_may_have_left(
    connection: Connection, case: CollectionCase, order: StepOrder
) -> bool:
    """The case's own message, whose process died in the hand-over: nobody knows, and it says so."""
    reference = contact_reference(order.case_id, order.step.name, order.cycle)
    if not await contacts.may_have_left(connection, reference):
        return False
    own = await contacts.find(connection, reference)
    if own and own.state is ContactState.HANDING_OVER and not own.lease_is_over:
        raise try_again("its own message is being handed over", after=LOOK_AGAIN)
    words = "it was begun, and then the ladder was moved"
    event = perhaps_taken(case, order, order.now, words, own.charges if own else ())
    await event_store.append(connection, order.case_id, order.version, [event])
    await contacts.settle(connection, reference, Settled(state=ContactState.UNKNOWN, detail=words))
    return True


async def record_as_said(
    connection: Connection, contact: Contact, case: CollectionCase, order: StepOrder, now: datetime
) -> tuple[CaseEvent, ...]:
    """Put on record what became of a step for which another case's message has spoken."""
    event = as_said(contact, case, order, now)
    charges = contact.charges if contact.state is ContactState.ACCEPTED else ()
    events = (event, *claimed_with(event, case.case_id, charges))
    await event_store.append(connection, case.case_id, order.version, events)
    await wait_no_more(connection, case.case_id)
    return events


async def speak_for_others(
    connection: Connection, gate: LastGate, contact: Contact
) -> list[CoveredStep]:
    """Gather the debtor's other cases that are due today by the same channel.

    Args:
        connection: in a transaction that holds the debtor's lock.
        gate: that has let this contact pass.
        contact: freshly claimed; nothing of it has left.
    """
    case, order = gate.case, gate.order
    if contact.attempts > 1:
        await shared_contacts.uncover_all(connection, contact.reference)
    due: list[tuple[CollectionCase, PerformStep]] = []
    for other in await shared_contacts.other_cases(connection, case):
        action = joins(case, other, order.step.channel, order.now)
        if action and gate.is_open_to(other):
            due.append((other, action))
    apart = await _kept_apart(connection, (case, order.step), due, gate.now)
    joining = [
        CoveredStep(case=other, step=action.step.name, cycle=action.cycle)
        for other, action in due
        if other.case_id not in apart
    ]
    if joining:
        gone = await shared_contacts.on_their_way(connection, joining)
        joining = [one for one in joining if one.case.case_id not in gone]
    if joining:
        await shared_contacts.cover(connection, contact.reference, joining)
    return joining


async def _kept_apart(
    connection: Connection,
    lead: TakenStep,
    due: Sequence[tuple[CollectionCase, PerformStep]],
    now: datetime,
) -> frozenset[str]:
    """Those of the cases that would be threatened with a court that hears them no more."""
    taken = [(other, action.step) for other, action in due]
    if not taken or not any(threatens_court(step) for _, step in [lead, *taken]):
        return frozenset()
    cases = [one for one, _ in [lead, *taken]]
    facts = await court_facts(connection, [one.case_id for one in cases])
    return kept_apart(lead, taken, barred_among(cases, facts, now))
