"""How does a case stand? The state that its events fold into."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Frozen, Instant
from schemas.calendar import ContactCalendar
from schemas.money import Money
from schemas.plan import Channel, DunningPlan


class CaseState(StrEnum):
    """Where a case is in its life."""

    OPEN = "open"
    EXHAUSTED = "exhausted"
    REFERRED = "referred"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a case ended."""

    PAID = "paid"
    CANCELLED = "cancelled"


class StepOutcome(StrEnum):
    """What became of a step."""

    PERFORMED = "performed"
    UNKNOWN = "unknown"
    FAILED = "failed"


class StepRecord(Frozen):
    """A step that was taken, or tried for good."""

    step: str
    channel: Channel
    outcome: StepOutcome
    at: Instant
    cycle: int = 1
    reference: str = ""


class Allocation(Frozen):
    """A payment and how much of it this case took."""

    payment_id: str
    amount: Money
    received_on: date


class TaskKind(StrEnum):
    """What a person is asked to do."""

    CALL = "call"
    DELIVERY_FAILED = "delivery-failed"
    DELIVERY_UNKNOWN = "delivery-unknown"
    DECIDE = "decide"
    HAND_OVER = "hand-over"
    UNALLOCATED_CASH = "unallocated-cash"
    UNREADABLE_FACT = "unreadable-fact"


class OpenTask(Frozen):
    """A task of this case that waits for a person.

    Attributes:
        step: the plan step it belongs to, or empty.
        cycle: of that step.
    """

    task_id: str
    kind: TaskKind
    opened_at: Instant
    summary: str
    step: str = ""
    cycle: int = 1


class CollectionCase(Frozen):
    """One overdue invoice, pursued until it is settled or referred.

    It is the whole argument of the case's workflow, so a case can be started again from its stream
    alone. Names and addresses are not in it: they stay in the database.

    Attributes:
        version: how many events it has folded.
        claim: the invoice amount including VAT.
        allocations: every payment seen, in order; a second one of the same id changes nothing.
        unallocated: received beyond the claim, or in another currency.
        steps: what was done, in order.
        given_back: steps that a person gave back to be tried again, once for each time.
        commands: ids of the latest commands, so that a repeated one changes nothing.
    """

    case_id: str
    creditor: str
    invoice: str
    debtor_id: str
    claim: Money
    due_date: date
    plan: DunningPlan
    calendar: ContactCalendar
    opened_at: Instant
    version: int = 0
    state: CaseState = CaseState.OPEN
    closing: ClosingReason | None = None
    closed_at: Instant | None = None
    allocations: tuple[Allocation, ...] = ()
    unallocated: tuple[Money, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    given_back: tuple[str, ...] = ()
    tasks: tuple[OpenTask, ...] = ()
    commands: tuple[str, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Nothing more will be done unless a fact reopens it."""
        return self.state is CaseState.CLOSED

    @property
    def paid(self) -> Money:
        """What payments have taken off the claim."""
        total = Money.zero(self.claim.currency)
        for allocation in self.allocations:
            total += allocation.amount
        return total

    @property
    def outstanding(self) -> Money:
        """What is still owed: the claim less what was paid, never below zero."""
        rest = self.claim - self.paid
        return rest if rest.is_positive else Money.zero(self.claim.currency)

    @property
    def level(self) -> int:
        """How far up the ladder the debtor has been dunned: steps that reached them."""
        return sum(1 for step in self.steps if step.outcome is not StepOutcome.FAILED)
