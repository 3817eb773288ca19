"""What is due? The one next thing that a case needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Frozen, Instant
from schemas.events import CaseEvent
from schemas.plan import DunningStep, NoticeKind


class PerformStep(Frozen):
    """Carry out a step of the plan now."""

    type: Literal["perform_step"] = "perform_step"
    step: DunningStep
    cycle: int
    level: int
    due_at: Instant


class SendNotice(Frozen):
    """Answer an event now.

    Attributes:
        about: the id of the arrangement, the dispute or the last payment.
        step: how, in the words of a plan; it is none of the case's ladder.
    """

    type: Literal["send_notice"] = "send_notice"
    kind: NoticeKind
    about: str
    step: DunningStep
    cycle: int = 1
    level: int
    due_at: Instant


class Record(Frozen):
    """Put what follows from the clock alone on record."""

    type: Literal["record"] = "record"
    events: tuple[CaseEvent, ...]


class Wait(Frozen):
    """Nothing is due.

    Attributes:
        until: when to look again; None when only people or the bank can change anything.
        reason: names the condition, such as ``NextStepNotDue``.
        sentence: why nothing happens now, for people.
    """

    type: Literal["wait"] = "wait"
    until: Instant | None
    reason: str
    sentence: str


Action = Annotated[PerformStep | SendNotice | Record | Wait, Field(discriminator="type")]
"""The answer of ``next_action``."""
