"""What must a case amount to? An account of its own, kept beside the rules to compare them with."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from schemas.case import REACHED, CollectionCase
from schemas.events import (
    CaseEvent,
    CaseReopened,
    ContactBounced,
    CreditNoteIssued,
    DisputeResolved,
    InstalmentMissed,
    InvoiceCorrected,
    LadderRestarted,
    PaymentReceived,
    PaymentReversed,
    PlanChanged,
    PromiseBroken,
    PromiseKept,
    PromiseReinstated,
    PromiseWithdrawn,
    StepGivenBack,
    StepPerformed,
    StepUndone,
    WrittenOff,
)
from schemas.money import Money


@dataclass
class Account:
    """What a test remembers beside the case.

    Attributes:
        received: of each payment that has not been taken back, what came.
        credited: by credit notes and concessions, each once.
        let_go: written off.
        level: steps that reached the debtor, less those taken back.
        done: every step that was carried out, with its cycle.
        withdrawn: promises that had been recorded by mistake.
    """

    stream: list[CaseEvent] = field(default_factory=list)
    received: dict[str, Money] = field(default_factory=dict)
    credited: Decimal = Decimal(0)
    let_go: Decimal = Decimal(0)
    level: int = 0
    done: list[tuple[str, int]] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)

    def remember(self, case: CollectionCase, event: CaseEvent) -> None:
        """An event that is about to be believed by a case."""
        self.stream.append(event)
        self._money(event)
        match event:
            case StepPerformed():
                assert event.asked == _to_ask(case)
                self.level += 1
            case StepUndone():
                self.level -= 1
            case ContactBounced():
                arrived = [one.reference for one in case.steps if one.outcome in REACHED]
                self.level -= arrived.count(event.reference)
            case StepGivenBack():
                reached = {one.step for one in case.steps if one.outcome in REACHED}
                self.level -= event.step in reached
            case PlanChanged():
                reached = {one.step for one in case.steps if one.outcome in REACHED}
                self.level -= len(reached & set(event.again))
            case LadderRestarted():
                self.level = 0
            case PromiseWithdrawn():
                self.withdrawn.add(event.arrangement_id)
            case PromiseKept() | PromiseBroken() | InstalmentMissed():
                assert event.arrangement_id not in self.withdrawn
            case PromiseReinstated():
                assert case.arrangement is None
                assert not event.arrangement.is_kept
            case _:
                pass

    def _money(self, event: CaseEvent) -> None:
        match event:
            case PaymentReceived():
                assert event.payment_id not in self.received
                self.received[event.payment_id] = event.amount
            case PaymentReversed():
                self.received[event.payment_id] = Money.zero(event.amount.currency)
            case CreditNoteIssued():
                self.credited += event.amount.amount - event.expected.amount
            case DisputeResolved(in_favour_of="debtor"):
                self.credited += event.amount.amount
            case InvoiceCorrected(expected=Money()) if event.expected:
                self.credited -= event.expected.amount
            case WrittenOff():
                self.let_go += event.amount.amount
            case CaseReopened():
                self.let_go = Decimal(0)
            case _:
                pass


def _to_ask(case: CollectionCase) -> Money:
    """What is owed and not contested; of instalments without acceleration what they lack."""
    free = case.outstanding - case.disputed
    arrangement = case.arrangement
    if arrangement is None or not arrangement.lapsed:
        return free
    due = sum(
        (one.amount.amount for one in arrangement.instalments[: arrangement.lapsed]), Decimal(0)
    )
    lacking = due - arrangement.received.amount
    return Money(amount=min(free.amount, lacking), currency=free.currency) if lacking > 0 else free
