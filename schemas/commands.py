"""What may be asked of a case, and what may happen to it?

Requests of people can be refused with a named reason. Facts have happened; they never are.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Frozen, Instant, Text
from schemas.limitation_events import RecordInterruption, WithdrawInterruption
from schemas.money import Money
from schemas.pauses import DisputeReason
from schemas.requests import (
    AgreeInstalments,
    ApproveReferral,
    ClaimCharges,
    DeclareUncollectible,
    DoStepNow,
    IssueCreditNote,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    RecallCase,
    ReceiveReply,
    ReferCase,
    ReinstateCharges,
    RejectReferral,
    Release,
    ReopenCase,
    ReplanCase,
    ReportBounce,
    ResolveDispute,
    ReversePayment,
    Said,
    SkipStep,
    StopContacts,
    UndoStep,
    WaiveCharges,
    WithdrawPromise,
    WriteOff,
)
from schemas.service import ReportService

__all__ = [
    "AgreeInstalments",
    "ApproveReferral",
    "Asked",
    "CancelCase",
    "ClaimCharges",
    "Command",
    "CompleteTask",
    "CorrectInvoice",
    "DeclareUncollectible",
    "DoStepNow",
    "Fact",
    "Happened",
    "IssueCreditNote",
    "NoteUnreadableFact",
    "PlaceHold",
    "PromiseToPay",
    "RaiseDispute",
    "RecallCase",
    "ReceiveReply",
    "RecordInterruption",
    "RecordPayment",
    "ReferCase",
    "Refusal",
    "ReinstateCharges",
    "RejectReferral",
    "Release",
    "ReopenCase",
    "ReplanCase",
    "ReportBounce",
    "ReportService",
    "Request",
    "ResolveDispute",
    "ReversePayment",
    "Said",
    "SkipStep",
    "StopContacts",
    "UndoStep",
    "WaiveCharges",
    "WithdrawInterruption",
    "WithdrawPromise",
    "WriteOff",
    "fact_id",
]


class CancelCase(Said):
    """Stop pursuing this invoice."""

    type: Literal["cancel_case"] = "cancel_case"
    reason: Text = Field(min_length=1, max_length=500)


class CompleteTask(Said):
    """A person has done a task and says what came of it.

    Attributes:
        promised_on: the day that an outcome names: of a promise, or until when to wait.
        amount: promised or contested; None for everything that is asked for.
        reason: what is contested.
        again_at: when to call again, if somebody named a time.
    """

    type: Literal["complete_task"] = "complete_task"
    task_id: Text
    outcome: Text = Field(min_length=1, max_length=40)
    note: Text = Field(default="", max_length=2000)
    promised_on: date | None = None
    amount: Money | None = None
    reason: DisputeReason | None = None
    again_at: Instant | None = None


class RecordPayment(Said):
    """Money has arrived for this invoice; ``command_id`` is the payment's id.

    Attributes:
        written_off: of what is then left, so much is not asked for: a discount that was earned,
            charges of banks on the way, a rounding; None for nothing.
        write_off_reason: says which of them.
    """

    type: Literal["payment_received"] = "payment_received"
    amount: Money
    received_on: date
    source: Text = "unknown"
    written_off: Money | None = None
    write_off_reason: Text = Field(default="", max_length=500)


class CorrectInvoice(Said):
    """The ledger of record now says another amount, due date, or day that limitation counts from.

    Attributes:
        issue_date: of the invoice; None when nothing is said of either day.
        delivery_date: None when it is not known.
    """

    type: Literal["invoice_corrected"] = "invoice_corrected"
    amount: Money
    due_date: date
    issue_date: date | None = None
    delivery_date: date | None = None


class NoteUnreadableFact(Said):
    """Somebody told the case something that could not be read; a person must look."""

    type: Literal["unreadable_fact"] = "unreadable_fact"
    name: Text
    problem: Text
    excerpt: Text = ""


Asked = (
    CancelCase
    | CompleteTask
    | RaiseDispute
    | ResolveDispute
    | PromiseToPay
    | AgreeInstalments
    | WithdrawPromise
    | PlaceHold
    | Release
    | SkipStep
    | DoStepNow
    | UndoStep
    | WriteOff
    | RecallCase
    | ReopenCase
    | ReplanCase
    | ReferCase
    | ApproveReferral
    | RejectReferral
    | DeclareUncollectible
    | ClaimCharges
    | WaiveCharges
    | ReinstateCharges
    | RecordInterruption
    | WithdrawInterruption
)

Happened = (
    RecordPayment
    | ReversePayment
    | IssueCreditNote
    | CorrectInvoice
    | StopContacts
    | ReportBounce
    | ReceiveReply
    | ReportService
    | NoteUnreadableFact
)

Request = Annotated[Asked, Field(discriminator="type")]
"""What people ask; may be refused."""

Fact = Annotated[Happened, Field(discriminator="type")]
"""What has happened; never refused."""

Command = Asked | Happened


def fact_id(fact: Happened) -> str:
    """What identifies a fact to its case: a bank and a ledger may number alike."""
    kind = fact.name if isinstance(fact, NoteUnreadableFact) else fact.type
    return f"{kind}:{fact.command_id}"


class Refusal(Frozen):
    """A request that the rules do not allow, by name and in a sentence for people.

    Attributes:
        code: names the condition, such as ``CaseIsClosed``.
        sentence: what a person reads.
    """

    code: str
    sentence: str
