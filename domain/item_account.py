"""How does an invoice's principal stand? Told from its case, or from the payments alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.account import ItemAccount, Movement, MovementKind
from schemas.case import CollectionCase
from schemas.interest import Credit, CreditKind, Receipt
from schemas.money import Money


def account_of_case(case: CollectionCase, on: date | None = None) -> ItemAccount:
    """The principal of a case.

    Args:
        case: as it stands.
        on: payments, gestures, set-offs, disputes and what was written off after this day are not
            looked at; None looks at all. A credit note for an error counts as from the origin, as
            the interest counts it.
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
        *_credits(case, on),
        *_let_go(case, on),
    ]
    disputes = [one.amount for one in case.disputes if on is None or one.raised_at.date() <= on]
    return _account(case.claim, movements, disputes, _missing(case))


def account_of_invoice(
    amount: Money, receipts: Iterable[Receipt], noted: Iterable[Credit], on: date
) -> ItemAccount:
    """The principal of an invoice that has no case: as invoiced, less what came off by a day.

    A credit note for an error counts on every day, as :func:`account_of_case` has it.
    """
    movements = [
        Movement(kind=MovementKind.PAYMENT, amount=one.amount, on=one.day, reference=one.reference)
        for one in receipts
        if one.day <= on
    ]
    movements += [
        Movement(kind=MovementKind.CREDIT, amount=one.amount, on=one.day, reference=one.reference)
        for one in noted
        if one.kind is CreditKind.ERROR or one.day <= on
    ]
    return _account(amount, movements, [], None)


def _credits(case: CollectionCase, on: date | None) -> list[Movement]:
    found = [
        Movement(kind=MovementKind.CREDIT, amount=one.amount, on=one.on, reference=one.credit_id)
        for one in case.credits
        if one.amount.is_positive and (one.kind is CreditKind.ERROR or _by(one.on, on))
    ]
    if case.expected_credit is not None and case.expected_credit.is_positive:
        found.append(Movement(kind=MovementKind.EXPECTED_CREDIT, amount=case.expected_credit))
    return found


def _let_go(case: CollectionCase, on: date | None) -> list[Movement]:
    """What was written off, each part with its day; without one where none was kept."""
    kind, none = MovementKind.WRITE_OFF, Money.zero(case.claim.currency)
    rest = case.written_off or none
    found = []
    for one in case.let_go:
        rest -= one.amount
        if one.amount.is_positive and _by(one.on, on):
            found.append(Movement(kind=kind, amount=one.amount, on=one.on))
    return [*found, Movement(kind=kind, amount=rest)] if rest.is_positive else found


def _by(day: date | None, on: date | None) -> bool:
    return day is None or on is None or day <= on


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
