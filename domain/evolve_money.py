"""What does an event of the money change?"""

from __future__ import annotations

from typing import Any, assert_never

from schemas.case import Allocation, CollectionCase, Credit
from schemas.money import Money
from schemas.money_events import CreditNoteIssued, PaymentReceived, PaymentReversed, WrittenOff


def after_money(
    case: CollectionCase,
    event: PaymentReceived | PaymentReversed | CreditNoteIssued | WrittenOff,
) -> dict[str, Any]:
    """The fields that change; money received also counts for what was promised."""
    match event:
        case PaymentReceived():
            allocation = Allocation(
                payment_id=event.payment_id, amount=event.allocated, received_on=event.received_on
            )
            left = (event.unallocated,) if event.unallocated.is_positive else ()
            return {
                "allocations": (*case.allocations, allocation),
                "unallocated": (*case.unallocated, *left),
                **_promised(case, event.allocated),
            }
        case PaymentReversed():
            return {
                "allocations": tuple(
                    one for one in case.allocations if one.payment_id != event.payment_id
                ),
                "reversed_payments": (*case.reversed_payments, event.payment_id),
                **_promised(case, Money.zero(event.amount.currency) - event.amount),
            }
        case CreditNoteIssued():
            expected = case.expected_credit or Money.zero(event.expected.currency)
            left_over = expected - event.expected
            credit = Credit(credit_id=event.credit_id, amount=event.taken + event.expected)
            return {
                "credits": (*case.credits, credit),
                "expected_credit": left_over if left_over.is_positive else None,
            }
        case WrittenOff():
            before = case.written_off or Money.zero(event.amount.currency)
            return {"written_off": before + event.amount}
        case _:
            assert_never(event)


def _promised(case: CollectionCase, change: Money) -> dict[str, Any]:
    arrangement = case.arrangement
    if arrangement is None or change.currency != arrangement.received.currency:
        return {}
    received = arrangement.received + change
    return {"arrangement": arrangement.model_copy(update={"received": received})}
