"""What does it mean that a message came back, or that a person found out that it arrived?"""

from __future__ import annotations

from datetime import datetime

from domain.task_figures import NewTask
from schemas.case import REACHED, CaseState, CollectionCase, TaskKind
from schemas.events import CaseEvent, ContactBounced
from schemas.plan import Channel
from schemas.requests import BounceKind, ReportBounce

PURSUED = frozenset({CaseState.OPEN, CaseState.EXHAUSTED})
"""States in which the creditor itself asks for its money."""


def came_back(case: CollectionCase, fact: ReportBounce, now: datetime) -> tuple[CaseEvent, ...]:
    """A message that had left never arrived: it uses up no step, and a person mends its cause.

    It goes on record also when no step of that reference does (yet, or any more): the case that is
    asked may be older than its stream, and whoever has the newer one must be heard.
    """
    done = next((one for one in case.steps if one.reference == fact.reference), None)
    bounced = ContactBounced(
        at=now,
        by=fact.by,
        cause=fact.command_id,
        reference=fact.reference,
        kind=fact.kind.value,
        diagnostic=fact.diagnostic,
    )
    if done is None:
        return (bounced,)
    changes = {"step": done.step, "channel": done.channel, "cycle": done.cycle}
    return (bounced.model_copy(update=changes),)


def about_a_bounce(case: CollectionCase, event: CaseEvent) -> NewTask | None:
    """A message that came back is for a person, once, and as long as somebody pursues the case.

    Our own steps are over once an agency or a lawyer has it, so there is nothing to try again. They
    write to the same address, and rely on what was sent before: they are told.
    """
    if not isinstance(event, ContactBounced) or case.is_closed:
        return None
    if not any(one.reference == event.reference and one.outcome in REACHED for one in case.steps):
        return None
    said = event.diagnostic or "the other side gave no reason"
    if case.state in PURSUED:
        return NewTask(TaskKind.DELIVERY_FAILED, f"{event.step!r} came back ({event.kind}): {said}")
    where = "postal" if event.channel is Channel.LETTER else "e-mail"
    bad = f", and the {where} address is bad" if event.kind == BounceKind.HARD else ""
    tell = f"tell {case.destination} that {event.step!r} never arrived{bad}"
    return NewTask(TaskKind.TELL_AGENCY, f"Came back after the hand-over: {tell} ({said})")
