"""How does an invoice's principal stand? Told from its case, or from the payments alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.account import ItemAccount, Movement, MovementKind
from schemas.case import CollectionCase
from schemas.interest import Receipt
from schemas.money import Money


def account_of_case(case: CollectionCase, on: date | None = None) -> ItemAccount:
    """The principal of a case.

    Args:
        case: as it stands.
        on: payments and disputes after this day are not looked at; None looks at all. Credits and
            what was written off count as from the origin, as the interest counts them.
    """
    movements = [
        *(
            Movement(
                kind=MovementKind.PAYMENT,
                amount=one.amount,
                on=one.received_on,
                reference=one.payment_id,
            )
            for one in case.allocations
            if one.amount.is_positive and (on is None or one.received_on <= on)
        ),
        *_credits(case),
    ]
    disputes = [one.amount for one in case.disputes if on is None or one.raised_at.date() <= on]
    return _account(case.claim, movements, disputes, _missing(case))


def account_of_invoice(amount: Money, receipts: Iterable[Receipt], on: date) -> ItemAccount:
    """The principal of an invoice that has no case: as invoiced, less what came in by a day."""
    movements = [
        Movement(kind=MovementKind.PAYMENT, amount=one.amount, on=one.day, reference=one.reference)
        for one in receipts
        if one.day <= on
    ]
    return _account(amount, movements, [], None)


def _credits(case: CollectionCase) -> list[Movement]:
    found = [
        Movement(kind=MovementKind.CREDIT, amount=one.amount, on=one.on, reference=one.credit_id)
        for one in case.credits
        if one.amount.is_positive
    ]
    for kind, amount in (
        (MovementKind.EXPECTED_CREDIT, case.expected_credit),
        (MovementKind.WRITE_OFF, case.written_off),
    ):
        if amount is not None and amount.is_positive:
            found.append(Movement(kind=kind, amount=amount))
    return found


def _missing(case: CollectionCase) -> Money | None:
    """What an instalment plan lacks by now: no more than that is asked for."""
    arrangement = case.arrangement
    return arrangement.missing if arrangement and arrangement.missing.is_positive else None


def _account(
    amount: Money, movements: list[Movement], disputes: list[Money], most: Money | None
) -> ItemAccount:
    none = Money.zero(amount.currency)
    whole = ItemAccount(
        invoiced=amount,
        movements=tuple(sorted(movements, key=lambda one: one.on or date.max)),
        disputed=none,
        asked=none,
    )
    disputed = sum(disputes, none).at_most(whole.outstanding)
    asked = whole.outstanding - disputed
    if most is not None:
        asked = asked.at_most(most)
    return whole.model_copy(update={"disputed": disputed, "asked": asked})
