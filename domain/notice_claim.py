"""What may a message say of interest and fixed sums? The accounts of its cases, added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from domain.agreed_interest import agreed_interest
from domain.charge_basis import basis_of, counted_until
from domain.interest import DayOutOfRangeError, state_claim
from domain.interest_regimes import UnknownRegimeError
from domain.rates import RateTable
from schemas.case import CollectionCase
from schemas.charges import StatedCharges
from schemas.claim_law import ClaimLaw
from schemas.credits import Credit as Noted
from schemas.identifiers import case_id
from schemas.interest import (
    FIRST_DAY,
    LAST_DAY,
    Claim,
    ClaimStatement,
    Credit,
    CreditKind,
    Dispute,
    ImputationPolicy,
    Receipt,
    WaivedPart,
    Waiver,
)
from schemas.money import Money, round_half_up
from schemas.notice import Notice, NoticeClaim
from schemas.parties import Capacity, Debtor
from schemas.pauses import StopKind
from schemas.plan import Charges


def claim_of_case(case: CollectionCase, debtor: Debtor | ClaimLaw) -> Claim:
    """A case as the interest engine wants it.

    Towards a consumer nothing runs until it is on record that a formal notice has reached them.
    """
    agreed = agreed_interest(case, debtor.capacity)
    insolvency = [stop.on for stop in case.stops if stop.kind is StopKind.INSOLVENCY]
    return Claim(
        amount=case.claim,
        country=debtor.country,
        capacity=debtor.capacity,
        due_date=case.due_date,
        payments=tuple(
            Receipt(day=one.received_on, amount=amount, reference=one.payment_id)
            for one in case.allocations
            if (amount := one.amount + one.charges if one.charges else one.amount).is_positive
        ),
        waivers=_waivers(case),
        credits=tuple(_credits(case)),
        disputes=tuple(
            Dispute(opened_on=one.raised_at.date(), amount=one.amount)
            for one in case.disputes
            if one.amount.is_positive
        ),
        formal_notice_on=_served_on(case),
        insolvency_on=min(insolvency, default=None),
        contract_rate=agreed.rate,
        creditor_is_individual=agreed.creditor_is_individual,
        day_count=agreed.day_count,
        holidays=tuple(holiday.day for holiday in case.calendar.holidays)
        if debtor.country == "DE"
        else (),
    )


def _credits(case: CollectionCase) -> Iterator[Credit]:
    """What less is owed than was invoiced, and from when.

    What was never owed counts as from the origin. So does what carries no day, or none that can be:
    in doubt less interest is claimed, never more. A set-off settles no more than the invoice.
    """
    none = Money.zero(case.claim.currency)
    never = sum((one.amount for one in case.credits if _never_owed(one)), none)
    dated = sum((one.amount for one in case.let_go), none)
    never += case.expected_credit or none
    never += (case.written_off or dated) - dated
    if never.is_positive:
        yield Credit(day=case.due_date, amount=never, kind=CreditKind.ERROR)
    room = case.claim - never
    for one in case.credits:
        amount = one.amount.at_most(room) if room.is_positive else none
        if not _never_owed(one) and amount.is_positive:
            room -= amount
            day = _possible(one.on, case)
            yield Credit(day=day, amount=amount, kind=one.kind, reference=one.credit_id)
    for part in case.let_go:
        if part.amount.is_positive:
            day = _possible(part.on, case)
            yield Credit(day=day, amount=part.amount, kind=CreditKind.WRITE_OFF)


def _never_owed(one: Noted) -> bool:
    return one.kind is CreditKind.ERROR or not one.amount.is_positive


def _possible(day: date | None, case: CollectionCase) -> date:
    return day if day and FIRST_DAY <= day <= LAST_DAY else case.due_date


def _served_on(case: CollectionCase) -> date | None:
    """When a formal notice reached the debtor, if that is a day on which an account can begin."""
    day = case.formal_notice_on
    return day if day and FIRST_DAY <= day <= LAST_DAY else None


def _waivers(case: CollectionCase) -> tuple[Waiver, ...]:
    """What was given up of claimed charges; a message never asks for it again."""
    charges = case.charges
    if charges is None:
        return ()
    parts = (
        (WaivedPart.INTEREST, charges.interest_waived),
        (WaivedPart.INDEMNITY, charges.indemnity_waived),
    )
    return tuple(
        Waiver(day=charges.on, part=part, amount=amount)
        for part, amount in parts
        if amount.is_positive
    )


def claims_of(notice: Notice) -> tuple[StatedCharges, ...]:
    """What a message claims beside each of its invoices, for the ledgers of their cases."""
    if notice.claim is None or not notice.claim.claimed:
        return ()
    return tuple(
        StatedCharges(
            case_id=case_id(notice.creditor.creditor, item.invoice),
            interest=item.statement.interest,
            indemnity=item.statement.indemnity,
            on=counted_until(item.statement),
            rates=tuple(row.row for row in item.statement.rates),
            basis=basis_of(item.statement),
        )
        for item in notice.items
        if item.statement and (item.statement.interest + item.statement.indemnity).is_positive
    )


def state_case(
    case: CollectionCase, debtor: Debtor, on: date, rates: RateTable, language: str = "en"
) -> ClaimStatement | None:
    """The account of a case on a day; None where no law says what late payment costs.

    Payments settle the invoice first, as the case itself counts them: what a message asks for of
    an invoice, and what it says of interest, are then parts of one sum.
    """
    policy = ImputationPolicy.PRINCIPAL_FIRST
    try:
        return state_claim(
            claim_of_case(case, debtor),
            on,
            rates,
            policy=policy,
            language=language,
        )
    except (UnknownRegimeError, DayOutOfRangeError, ValueError):
        # A message leaves without figures rather than not at all, or with figures nobody can prove.
        return None


def told(charges: Charges, debtor: Debtor) -> Charges:
    """What may be said of charges: towards a French public body nothing can be waived.

    Code de la commande publique, R2192-31: a waiver is void, so that it is only told what is due.
    """
    void = debtor.country == "FR" and debtor.capacity is Capacity.PUBLIC
    return Charges.STATE if charges is Charges.WAIVE and void else charges


def add_up(
    charges: Charges, principal: Money, statements: Sequence[ClaimStatement | None]
) -> NoticeClaim | None:
    """What the cases of a message owe beside their invoices.

    Args:
        charges: what the plan's step wants said of it.
        principal: what the message asks for of the invoices.
        statements: of each case, in its own currency; None where there is none.

    Returns:
        None when nothing is to be said, nothing is owed, or one case cannot be stated.
    """
    known = [one for one in statements if one is not None]
    if charges is Charges.NONE or len(known) < len(statements) or not known:
        return None
    currency = principal.currency
    interest, indemnity = Money.zero(currency), Money.zero(currency)
    for one in known:
        if one.total.currency != currency:
            return None
        interest += one.interest_owed
        indemnity += one.indemnity_owed
    if not (interest.is_positive or indemnity.is_positive):
        return None
    return NoticeClaim(
        charges=charges,
        on=known[0].on,
        principal=principal,
        interest=interest,
        indemnity=indemnity,
        daily_increment=_daily(known, currency),
        complete=all(one.complete for one in known),
        known_until=min(one.known_until for one in known),
        conventions=known[0].conventions,
        laws=tuple(dict.fromkeys(one.law for one in known)),
    )


def _daily(statements: Sequence[ClaimStatement], currency: str) -> Money | None:
    """What the next day adds to all of them; None when one of them does not know."""
    total = Decimal(0)
    for one in statements:
        if one.daily_increment is None:
            return None
        total += one.daily_increment
    return Money(amount=round_half_up(total, currency), currency=currency)
