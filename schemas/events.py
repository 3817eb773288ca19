"""What has happened to a case? Facts in the past tense, kept for ever and never changed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.base import Frozen, Instant, Text
from schemas.calendar import ContactCalendar
from schemas.case import ClosingReason
from schemas.money import Money
from schemas.plan import Channel, DunningPlan


class _Event(Frozen):
    """What every event carries.

    Attributes:
        at: the business moment, on the case's own clock.
        by: who or what caused it.
        cause: id of the command, fact or contact it came from; a repeated cause changes nothing.
    """

    at: Instant
    by: str = "relance"
    cause: str = ""


class CaseOpened(_Event):
    """An invoice is overdue and will be pursued by this plan, on this calendar."""

    type: Literal["CaseOpened"] = "CaseOpened"
    case_id: str
    creditor: str
    invoice: str
    debtor_id: str
    claim: Money
    due_date: date
    plan: DunningPlan
    calendar: ContactCalendar


class StepPerformed(_Event):
    """A step reached the debtor, or was put before a person, or handed the case over.

    Attributes:
        reference: the contact's unique reference.
        asked: what was still owed, and asked for.
        delivery: ``accepted``, or ``unknown`` when nobody can tell whether the message left.
        detail: where to find it: a Message-ID, a file name.
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


class StepGivenBack(_Event):
    """A failed step is to be tried again, because a person has mended its cause."""

    type: Literal["StepGivenBack"] = "StepGivenBack"
    step: str


class PaymentReceived(_Event):
    """Money arrived.

    Attributes:
        allocated: what this case took of it.
        unallocated: what was left over, in the payment's own currency.
    """

    type: Literal["PaymentReceived"] = "PaymentReceived"
    payment_id: str
    amount: Money
    received_on: date
    allocated: Money
    unallocated: Money
    source: str = "unknown"


class InvoiceCorrected(_Event):
    """The ledger of record changed the invoice."""

    type: Literal["InvoiceCorrected"] = "InvoiceCorrected"
    amount: Money
    due_date: date


class TaskCompleted(_Event):
    """A person did a task."""

    type: Literal["TaskCompleted"] = "TaskCompleted"
    task_id: str
    outcome: str
    note: str = ""


class FactUnreadable(_Event):
    """Something was said to the case that could not be read; nothing is lost, a person looks."""

    type: Literal["FactUnreadable"] = "FactUnreadable"
    name: str
    problem: str
    excerpt: str = ""


class PlanExhausted(_Event):
    """Every step has been taken and money is still owed; a person decides."""

    type: Literal["PlanExhausted"] = "PlanExhausted"
    outstanding: Money


class CaseReferred(_Event):
    """The case was handed to a collection agency or a lawyer; own contacts stop."""

    type: Literal["CaseReferred"] = "CaseReferred"
    to: str
    outstanding: Money
    reference: str


class CaseClosed(_Event):
    """Nothing more is pursued."""

    type: Literal["CaseClosed"] = "CaseClosed"
    reason: ClosingReason
    note: str = ""


CaseEvent = Annotated[
    CaseOpened
    | StepPerformed
    | StepFailed
    | StepGivenBack
    | PaymentReceived
    | InvoiceCorrected
    | TaskCompleted
    | FactUnreadable
    | PlanExhausted
    | CaseReferred
    | CaseClosed,
    Field(discriminator="type"),
]
"""Any event of a case."""

EVENT: TypeAdapter[CaseEvent] = TypeAdapter(CaseEvent)
"""Reads an event from the event store's JSON."""


class RecordedEvent(Frozen):
    """An event with its place on record.

    Attributes:
        stream: the case id.
        version: 1 for the first event of the stream.
        hash: of this event and the one before it, hexadecimal.
    """

    stream: str
    version: int
    event_id: str
    event: CaseEvent
    recorded_at: Instant
    global_position: int = 0
    hash: str = ""
