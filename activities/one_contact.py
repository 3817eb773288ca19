"""How does a debtor get one message a day? The first case that is due speaks for the others."""

from __future__ import annotations

from datetime import timedelta

from activities.errors import try_again
from domain.ladder import cycle_of
from domain.sharing import due_step, joins
from schemas.case import CollectionCase
from schemas.plan import IfUnknown
from schemas.turns import StepOrder
from store import shared_contacts
from store.contacts import Contact, ContactState
from store.pool import Connection
from store.shared_contacts import CoveredStep

LOOK_AGAIN = timedelta(seconds=5)
"""When a covered case looks again whether the message that speaks for it has left."""


async def spoken_for(connection: Connection, order: StepOrder) -> Contact | None:
    """The contact of another case that has taken this step already, or may have.

    Args:
        connection: in a transaction that holds the debtor's lock.
        order: the step that is about to be taken.

    Returns:
        Accepted, unknown, or left behind in the middle of its hand-over, which is as unknown.

    Raises:
        ApplicationError: retryable, while that contact is on its way.
    """
    place = (order.case_id, order.step.name, order.cycle)
    contact = await shared_contacts.covering(connection, *place)
    if contact is None:
        return None
    if contact.state in {ContactState.ACCEPTED, ContactState.UNKNOWN}:
        return contact
    handing_over = contact.state is ContactState.HANDING_OVER
    if handing_over and contact.lease_is_over and order.step.if_unknown is IfUnknown.ASK:
        return contact
    if not await shared_contacts.leave_behind(connection, contact.reference):
        raise try_again("another invoice's message speaks for this one", after=LOOK_AGAIN)
    # Whoever claimed it has left it lying, and cannot begin any more; this case goes its own way.
    await shared_contacts.uncover_step(connection, *place)
    return None


async def speak_for_others(
    connection: Connection, case: CollectionCase, order: StepOrder, contact: Contact
) -> list[CoveredStep]:
    """Gather the debtor's other cases that are due today by the same channel.

    Args:
        connection: in a transaction that holds the debtor's lock.
        case: whose contact it is.
        order: its step.
        contact: freshly claimed; nothing of it has left.
    """
    if contact.attempts > 1:
        await shared_contacts.uncover_all(connection, contact.reference)
    joining: list[CoveredStep] = []
    for other in await shared_contacts.other_cases(connection, case):
        if not joins(case, other, order.step.channel, order.now):
            continue
        action = due_step(other, order.step.channel, order.now)
        if action is None:
            continue
        name, cycle = action.step.name, cycle_of(other, action.step.name)
        if not await shared_contacts.is_on_its_way(connection, other.case_id, name, cycle):
            joining.append(CoveredStep(case=other, step=name, cycle=cycle))
    if joining:
        await shared_contacts.cover(connection, contact.reference, joining)
    return joining
