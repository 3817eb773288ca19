"""Why not? What the rules refuse, by name and in a sentence, and what they leave to a person."""

from __future__ import annotations

from datetime import datetime

from domain.facts import EXCERPT_CHARACTERS
from schemas.case import CaseState, CollectionCase
from schemas.commands import (
    CorrectInvoice,
    NoteUnreadableFact,
    RecordPayment,
    Refusal,
    StopContacts,
)
from schemas.events import FactUnreadable
from schemas.requests import IssueCreditNote, ReversePayment


def case_is_closed(case: CollectionCase) -> Refusal:
    """Nothing can be asked of a case that has ended."""
    reason = case.closing.value if case.closing else "closed"
    return Refusal(
        code="CaseIsClosed",
        sentence=f"Case {case.case_id} is already closed ({reason}); nothing was changed.",
    )


def not_pursued(case: CollectionCase) -> Refusal | None:
    """Nothing can be done to the steps of a case that has ended or that somebody else has."""
    if case.is_closed:
        return case_is_closed(case)
    if case.state is CaseState.REFERRED:
        return Refusal(
            code="CaseIsReferred",
            sentence=f"Case {case.case_id} is with: {case.destination}; recall it first.",
        )
    return None


def facts_left_to_a_person(
    fact: RecordPayment | CorrectInvoice | ReversePayment | IssueCreditNote | StopContacts,
    problem: str,
    now: datetime,
) -> tuple[FactUnreadable]:
    """Record for a person what was said and cannot be true, such as a payment of nothing."""
    said = NoteUnreadableFact(
        command_id=fact.command_id,
        by=fact.by,
        name=fact.type,
        problem=problem,
        excerpt=fact.model_dump_json()[:EXCERPT_CHARACTERS],
    )
    return (unreadable(said, now),)


def unreadable(fact: NoteUnreadableFact, now: datetime) -> FactUnreadable:
    """Something was said that could not be read; it is kept as it came."""
    return FactUnreadable(
        at=now,
        by=fact.by,
        cause=fact.command_id,
        name=fact.name,
        problem=fact.problem,
        excerpt=fact.excerpt,
    )
