"""What has happened to a case? Facts in the past tense, kept for ever and never changed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.agreed_interest import AgreedInterest
from schemas.base import Frozen, Instant
from schemas.calendar import ContactCalendar
from schemas.case import ClosingReason
from schemas.charge_events import (
    ChargesClaimed,
    ChargesCorrected,
    ChargesReinstated,
    ChargesWaived,
    PaymentFreed,
)
from schemas.event_base import Happened as _Event
from schemas.inbound_events import ReplyReceived
from schemas.limitation_events import (
    InterruptionRecorded,
    InterruptionWithdrawn,
    LimitationNear,
)
from schemas.money import Money
from schemas.money_events import CreditNoteIssued, PaymentReceived, PaymentReversed, WrittenOff
from schemas.notice_events import NoticeNotSent, NoticeSent
from schemas.parties import Capacity
from schemas.pause_events import (
    ContactsAllowed,
    ContactsStopped,
    DisputeOverdue,
    DisputeRaised,
    DisputeResolved,
    HoldPlaced,
    HoldReleased,
    InstalmentMissed,
    InstalmentsAgreed,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    PromiseReinstated,
    PromiseWithdrawn,
)
from schemas.plan import DunningPlan
from schemas.referral_events import (
    CaseRecalled,
    CaseReferred,
    ReferralApproved,
    ReferralProposed,
    ReferralRejected,
    ReferralWithdrawn,
)
from schemas.service import FormalNoticeServed
from schemas.step_events import (
    CallTried,
    ContactBounced,
    LadderRestarted,
    PlanChanged,
    StepBroughtForward,
    StepFailed,
    StepGivenBack,
    StepPerformed,
    StepSkipped,
    StepUndone,
)

__all__ = [
    "EVENT",
    "CaseClosed",
    "CaseEvent",
    "CaseOpened",
    "CaseRecalled",
    "CaseReferred",
    "CaseReopened",
    "ContactBounced",
    "ContactsAllowed",
    "ContactsStopped",
    "CreditNoteIssued",
    "DisputeOverdue",
    "DisputeRaised",
    "DisputeResolved",
    "FactUnreadable",
    "FormalNoticeServed",
    "HoldPlaced",
    "HoldReleased",
    "InstalmentMissed",
    "InstalmentsAgreed",
    "InterruptionRecorded",
    "InterruptionWithdrawn",
    "InvoiceCorrected",
    "LadderRestarted",
    "LimitationNear",
    "NoticeNotSent",
    "NoticeSent",
    "PaymentReceived",
    "PaymentReversed",
    "PlanChanged",
    "PlanExhausted",
    "PromiseBroken",
    "PromiseKept",
    "PromiseMade",
    "PromiseReinstated",
    "PromiseWithdrawn",
    "RecordedEvent",
    "ReferralApproved",
    "ReferralProposed",
    "ReferralRejected",
    "ReferralWithdrawn",
    "ReplyReceived",
    "StepBroughtForward",
    "StepFailed",
    "StepGivenBack",
    "StepPerformed",
    "StepSkipped",
    "StepUndone",
    "TaskCompleted",
    "WrittenOff",
]


class CaseOpened(_Event):
    """An invoice is overdue and will be pursued by this plan, on this calendar.

    Attributes:
        country: of the debtor; empty where it was not written down.
        capacity: in which the debtor owes; None where it was not written down.
        interest: what was agreed about interest; None applies the law's own rate.
        invoiced_on: the invoice's date; None where it was not written down.
        delivered_on: the day of delivery or performance; None when it is not known.
    """

    type: Literal["CaseOpened"] = "CaseOpened"
    case_id: str
    creditor: str
    invoice: str
    debtor_id: str
    claim: Money
    due_date: date
    plan: DunningPlan
    calendar: ContactCalendar
    country: str = ""
    capacity: Capacity | None = None
    interest: AgreedInterest | None = None
    invoiced_on: date | None = None
    delivered_on: date | None = None


class InvoiceCorrected(_Event):
    """The ledger of record changed the invoice.

    Attributes:
        invoiced_on, delivered_on: the invoice's days; without the first nothing was said of either.
        expected: what of the reduction a dispute had conceded already; its credit note is no
            longer expected, so that it is not taken off twice.
    """

    type: Literal["InvoiceCorrected"] = "InvoiceCorrected"
    amount: Money
    due_date: date
    expected: Money | None = None
    invoiced_on: date | None = None
    delivered_on: date | None = None


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


class CaseReopened(_Event):
    """A closed case is pursued again, because money was taken back or a person decided so."""

    type: Literal["CaseReopened"] = "CaseReopened"
    reason: str


class CaseClosed(_Event):
    """Nothing more is pursued."""

    type: Literal["CaseClosed"] = "CaseClosed"
    reason: ClosingReason
    note: str = ""


CaseEvent = Annotated[
    CaseOpened
    | StepPerformed
    | StepFailed
    | ContactBounced
    | StepGivenBack
    | StepSkipped
    | StepBroughtForward
    | StepUndone
    | LadderRestarted
    | PlanChanged
    | CallTried
    | NoticeSent
    | NoticeNotSent
    | PaymentReceived
    | PaymentReversed
    | CreditNoteIssued
    | WrittenOff
    | ChargesClaimed
    | ChargesWaived
    | ChargesReinstated
    | ChargesCorrected
    | PaymentFreed
    | InvoiceCorrected
    | DisputeRaised
    | DisputeOverdue
    | DisputeResolved
    | PromiseMade
    | InstalmentsAgreed
    | PromiseKept
    | PromiseBroken
    | PromiseWithdrawn
    | PromiseReinstated
    | InstalmentMissed
    | HoldPlaced
    | HoldReleased
    | ContactsStopped
    | ContactsAllowed
    | ReplyReceived
    | FormalNoticeServed
    | InterruptionRecorded
    | InterruptionWithdrawn
    | LimitationNear
    | TaskCompleted
    | FactUnreadable
    | PlanExhausted
    | ReferralProposed
    | ReferralApproved
    | ReferralRejected
    | ReferralWithdrawn
    | CaseReferred
    | CaseRecalled
    | CaseReopened
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
