"""Is the bank's word fresh enough to write to somebody? Per account, the last booked day counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain.bank_days import bank_days_between
from schemas.base import Frozen


class Staleness(Frozen):
    """Why contacts wait for the bank.

    Attributes:
        account: whose statement is missing.
        sentence: what a person reads.
    """

    account: str
    sentence: str


def staleness(
    booked_to: Mapping[str, date | None], today: date, max_age_days: int | None
) -> Staleness | None:
    """The first account whose statements are older than the creditor allows; None when all is well.

    Args:
        booked_to: of each of the creditor's accounts, the last day that a statement covers.
        today: in the creditor's time zone.
        max_age_days: so many bank days the last statement may be old; None asks for nothing.
    """
    if max_age_days is None:
        return None
    for account, last in sorted(booked_to.items()):
        if last is None:
            words = f"no statement of account {account} was ever fed"
        elif (age := bank_days_between(last, today)) > max_age_days:
            words = f"the last statement of account {account} is of {last}, {age} bank days old"
        else:
            continue
        sentence = f"Contacts wait for the bank: {words}; the creditor allows {max_age_days}."
        return Staleness(account=account, sentence=sentence)
    return None
