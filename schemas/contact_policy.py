"""How often, and at which hours, may a debtor be contacted? Set for each creditor and capacity."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import Strict
from schemas.calendar import ContactWindow

Weekday = Annotated[int, Field(ge=1, le=7)]
"""ISO: 1 is Monday."""


class ContactRules(Strict):
    """How often debtors of one capacity may be contacted.

    E-mails, letters and calls are contacts, whatever invoice they are about; handing a case over
    is none. Calls to one debtor that are put on the worklist on one day are one call.

    Attributes:
        gap_days: from one contact to the next, in days of the debtor's calendar: 1 is at most one
            a day, 2 leaves a day free between them, 0 is no gap.
        per_week: contacts in any seven days in a row; 0 is no cap.
        calls_per_30_days: calls in any thirty days in a row; 0 is no cap of their own.
        letters_wait: whether a letter keeps the gap to e-mails and calls too. By default it keeps
            it to other letters only: a formal notice never waits for a courtesy mail.
        weekdays: ISO weekdays on which contacts may leave; empty for the country's working days.
        hours: in which contacts may leave, in order; empty for the usual ones of the capacity.
    """

    gap_days: int = Field(default=2, ge=0, le=60)
    per_week: int = Field(default=3, ge=0, le=21)
    calls_per_30_days: int = Field(default=0, ge=0, le=60)
    letters_wait: bool = False
    weekdays: tuple[Weekday, ...] = Field(default=(), max_length=7)
    hours: tuple[ContactWindow, ...] = Field(default=(), max_length=6)


class ConsumerContactRules(ContactRules):
    """Consumers are contacted less: two contacts a week and four calls in thirty days at most."""

    gap_days: int = Field(default=3, ge=0, le=60)
    per_week: int = Field(default=2, ge=0, le=21)
    calls_per_30_days: int = Field(default=4, ge=0, le=60)


class ContactPolicy(Strict):
    """When a creditor's debtors may be contacted; the group ``contact`` of a creditor's file.

    Attributes:
        unallocated_hold_days: for how long enough unallocated money of a debtor keeps contacts
            waiting for somebody to allocate it; 0 is never.
        bank_feed_max_age_days: bank days (T2) for which the bank may have been silent before every
            contact waits for it; 0 is off, as it must be without a bank feed.
    """

    business: ContactRules = ContactRules()
    consumer: ConsumerContactRules = ConsumerContactRules()
    public: ContactRules = ContactRules()
    unallocated_hold_days: int = Field(default=5, ge=0, le=60)
    bank_feed_max_age_days: int = Field(default=0, ge=0, le=60)
