"""What has happened to the steps of a case?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from schemas.base import Instant, Text
from schemas.charges import StatedCharges
from schemas.event_base import Happened as _Event
from schemas.money import Money
from schemas.plan import Channel, DunningPlan


class StepPerformed(_Event):
    """A step reached the debtor, or was put before a person, or handed the case over.

    Attributes:
        reference: the contact's unique reference.
        asked: what was still owed, and asked for.
        delivery: ``accepted``, or ``unknown`` when nobody can tell whether the message left.
        detail: where to find it: a Message-ID, a file name.
        claims: the charges that it claims if it arrived, while nobody can tell; what an accepted
            message claims is an event of its own.
    """

    type: Literal["StepPerformed"] = "StepPerformed"
    step: str
    channel: Channel
    cycle: int = 1
    reference: str
    asked: Money
    delivery: Literal["accepted", "unknown"] = "accepted"
    detail: Text = ""
    sha256: str = ""
    claims: StatedCharges | None = None


class StepFailed(_Event):
    """A step could not be carried out, and no retry will mend it; a person must look.

    Attributes:
        reason: names the condition, such as ``AddressMissing``.
        explanation: a sentence for the person who opens the task.
    """

    type: Literal["StepFailed"] = "StepFailed"
    step: str
    channel: Channel
    cycle: int = 1
    reference: str
    reason: str
    explanation: Text


class ContactBounced(_Event):
    """A message that had left came back: it never arrived, and used up no step.

    Attributes:
        reference: of the contact.
        kind: ``hard``, ``soft``, ``blocked`` or ``other``.
        diagnostic: what the other side said.
        step: that had been taken with it; empty when the case knows none.
    """

    type: Literal["ContactBounced"] = "ContactBounced"
    reference: str
    kind: str
    diagnostic: Text = ""
    step: str = ""
    channel: Channel = Channel.EMAIL
    cycle: int = 1


class StepGivenBack(_Event):
    """A failed step is to be tried again, because a person has mended its cause."""

    type: Literal["StepGivenBack"] = "StepGivenBack"
    step: str


class StepSkipped(_Event):
    """A step was passed over, for the reason given; it is not done, and raises no level."""

    type: Literal["StepSkipped"] = "StepSkipped"
    step: str
    channel: Channel
    cycle: int = 1
    reason: str


class StepBroughtForward(_Event):
    """A person wants the next step taken now, within the debtor's contact hours."""

    type: Literal["StepBroughtForward"] = "StepBroughtForward"
    step: str


class StepUndone(_Event):
    """A person took a performed step back: the level goes down by one."""

    type: Literal["StepUndone"] = "StepUndone"
    step: str
    reason: str = ""


class CallTried(_Event):
    """A call reached nobody; its task stays open.

    Attributes:
        attempt: the how manieth it was.
        again_at: when the next one makes sense.
        due_at: until when the task is to be done now.
    """

    type: Literal["CallTried"] = "CallTried"
    task_id: str
    outcome: str
    attempt: int
    again_at: Instant
    due_at: Instant | None = None
    note: str = ""


class LadderRestarted(_Event):
    """The plan begins again from its first step.

    Attributes:
        anchor: the day from which its days are now counted.
    """

    type: Literal["LadderRestarted"] = "LadderRestarted"
    anchor: date
    reason: str = ""


class PlanChanged(_Event):
    """A running case goes on by another plan.

    Attributes:
        before: name of the plan so far.
        plan: the new one, as it is now.
        mode: ``keep`` the position, ``restart``, or ``move`` to a step.
        step: where the case now stands (``keep``), or what it was moved to (``move``).
        anchor: the day from which the plan's days are now counted; None when that is unchanged.
        again: steps on record that will be taken once more.
    """

    type: Literal["PlanChanged"] = "PlanChanged"
    before: str
    plan: DunningPlan
    mode: Literal["keep", "restart", "move"]
    step: str = ""
    anchor: date | None = None
    again: tuple[str, ...] = ()
    reason: str = ""
