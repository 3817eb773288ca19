"""By which law and terms was an account counted, beside what its case knows?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from schemas.agreed_interest import DayCount
from schemas.base import CountryCode, Frozen
from schemas.parties import Capacity


class ClaimLaw(Frozen):
    """What decides an account's interest and fixed sum and is no fact of the case.

    Attributes:
        country: whose law of late payment was applied.
        contract_rate: percent a year from the contract; None where the law's own rate was applied.
        formal_notice_on: the day a formal notice reached the debtor, as the account was told.
        creditor_is_individual: the creditor is a natural person outside their trade.
        day_count: by how many days a year was divided.
        holidays: public holidays, where a due date on one moves to the next working day.
    """

    country: CountryCode
    capacity: Capacity
    contract_rate: Decimal | None = None
    formal_notice_on: date | None = None
    creditor_is_individual: bool = False
    day_count: DayCount = DayCount.ACT_365F
    holidays: tuple[date, ...] = ()
