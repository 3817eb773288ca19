"""What does a claim of charges rest on? Taken from the account that states it."""

from __future__ import annotations

from datetime import date

from schemas.charges import ChargesBasis
from schemas.interest import ClaimStatement


def basis_of(statement: ClaimStatement) -> ChargesBasis | None:
    """What a statement was counted by; None for one that does not say it."""
    if statement.counted_by is None:
        return None
    rows = tuple(dict.fromkeys((*statement.rates, *statement.limits)))
    return ChargesBasis(law=statement.counted_by, rates=rows, lacking=lacking_rows(statement))


def lacking_rows(statement: ClaimStatement) -> tuple[str, ...]:
    """Ids of the rate rows that a statement would have needed and nobody has published."""
    wanted = (*(one.wanted for one in statement.segments), *statement.limits_wanted)
    return tuple(dict.fromkeys(row for row in wanted if row))


def counted_until(statement: ClaimStatement) -> date:
    """The last day that a statement really counted: not one whose rate nobody knows yet.

    Where no day has a rate it is the first day of delay, from which the fixed sum is owed.
    """
    if not statement.segments or statement.segments[-1].rate is not None:
        return statement.on
    known = [one.last_day for one in statement.segments if one.rate is not None]
    return known[-1] if known else statement.segments[0].first_day
