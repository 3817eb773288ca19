"""What does an event of the money change?"""

from __future__ import annotations

from typing import assert_never

from domain.business_calendar import local_day
from schemas.case import Allocation, CollectionCase, TaskKind
from schemas.case_changes import CaseChanges
from schemas.charge_events import PaymentFreed
from schemas.credits import Credit, LetGo
from schemas.events import InvoiceCorrected
from schemas.interest import CreditKind
from schemas.money import Money
from schemas.money_events import CreditNoteIssued, PaymentReceived, PaymentReversed, WrittenOff

MoneyEvent = (
    PaymentReceived
    | PaymentReversed
    | PaymentFreed
    | CreditNoteIssued
    | WrittenOff
    | InvoiceCorrected
)


def after_money(case: CollectionCase, event: MoneyEvent) -> CaseChanges:
    """The fields that change; money received also counts for what was promised."""
    match event:
        case PaymentReceived():
            left = (event.unallocated,) if event.unallocated.is_positive else ()
            allocation = Allocation(
                payment_id=event.payment_id,
                amount=event.allocated,
                received_on=event.received_on,
                left_over=next(iter(left), None),
                charges=event.charges,
            )
            return {
                "allocations": (*case.allocations, allocation),
                "unallocated": (*case.unallocated, *left),
                **_charges_paid(case, event),
                **_promised(case, event),
            }
        case PaymentReversed():
            return {
                "allocations": tuple(
                    one for one in case.allocations if one.payment_id != event.payment_id
                ),
                "reversed_payments": (*case.reversed_payments, event.payment_id),
                **_no_longer_left_over(case, event),
                **_no_longer_promised(case, event),
            }
        case PaymentFreed():
            return _freed(case, event)
        case CreditNoteIssued():
            return {
                "credits": (*case.credits, *_credits(event)),
                "expected_credit": _still_expected(case, event.expected),
            }
        case InvoiceCorrected():
            return {
                "claim": event.amount,
                "due_date": event.due_date,
                "expected_credit": _still_expected(case, event.expected),
                **_days(event),
            }
        case WrittenOff():
            before = case.written_off or Money.zero(event.amount.currency)
            day = event.on or local_day(case.calendar, event.at)
            return {
                "written_off": before + event.amount,
                "let_go": (*case.let_go, LetGo(amount=event.amount, on=day)),
            }
        case _:
            assert_never(event)


def _freed(case: CollectionCase, event: PaymentFreed) -> CaseChanges:
    """Charges turned out not to be owed: what a payment had paid of them is unallocated now."""

    def less(one: Allocation) -> Allocation:
        if one.payment_id != event.payment_id or one.charges is None:
            return one
        changes = {"charges": one.charges - event.amount, "freed": (*one.freed, event.amount)}
        return one.model_copy(update=changes)

    return {
        "allocations": tuple(less(one) for one in case.allocations),
        "unallocated": (*case.unallocated, event.amount),
    }


def _credits(event: CreditNoteIssued) -> tuple[Credit, ...]:
    """What a note takes off the claim; what a dispute had conceded counts as never owed."""
    conceded = Credit(credit_id=event.credit_id, amount=event.expected, on=event.on)
    taken = Credit(credit_id=event.credit_id, amount=event.taken, on=event.on, kind=event.kind)
    if event.kind is CreditKind.ERROR:
        return (taken.model_copy(update={"amount": event.taken + event.expected}),)
    return tuple(one for one in (conceded, taken) if one.amount.is_positive)


def _days(event: InvoiceCorrected) -> CaseChanges:
    """The days that limitation counts from; where nothing was said of them, they stay."""
    if event.invoiced_on is None:
        return {}
    return {"invoiced_on": event.invoiced_on, "delivered_on": event.delivered_on}


def _still_expected(case: CollectionCase, come: Money | None) -> Money | None:
    """The credit that a dispute conceded and that has not come yet."""
    if case.expected_credit is None or come is None:
        return case.expected_credit
    left_over = case.expected_credit - come
    return left_over if left_over.is_positive else None


def _charges_paid(case: CollectionCase, event: PaymentReceived) -> CaseChanges:
    """Without the task about charges that are left, once this payment has paid them in full."""
    if event.charges is None or event.charges != case.charges_owed:
        return {}
    left = tuple(task for task in case.tasks if task.kind is not TaskKind.CHARGES_LEFT)
    return {"tasks": left}


def _promised(case: CollectionCase, event: PaymentReceived) -> CaseChanges:
    arrangement = case.arrangement
    if arrangement is None or event.allocated.currency != arrangement.received.currency:
        return {}
    changes = {
        "received": arrangement.received + event.allocated,
        "payments": (*arrangement.payments, event.payment_id),
    }
    return {"arrangement": arrangement.model_copy(update=changes)}


def _no_longer_promised(case: CollectionCase, event: PaymentReversed) -> CaseChanges:
    """What the payment counted for: the arrangement in force, and the one that was kept."""
    changes: CaseChanges = {}
    if case.arrangement:
        changes["arrangement"] = case.arrangement.without(event.payment_id, event.amount)
    if case.kept:
        left = case.kept.arrangement.without(event.payment_id, event.amount)
        changes["kept"] = case.kept.model_copy(update={"arrangement": left})
    return changes


def _no_longer_left_over(case: CollectionCase, event: PaymentReversed) -> CaseChanges:
    """A payment that was taken back has nothing left to allocate: neither money nor a task."""
    freed = [m for one in case.allocations if one.payment_id == event.payment_id for m in one.freed]
    unallocated, asked = list(case.unallocated), (TaskKind.UNALLOCATED_CASH, event.payment_id)
    for amount in (event.unallocated, *freed):
        if amount is not None and amount in unallocated:
            unallocated.remove(amount)
    tasks = tuple(task for task in case.tasks if (task.kind, task.about) != asked)
    return {"unallocated": tuple(unallocated), "tasks": tasks}
