"""What was agreed about interest before anybody was late? Contract rates, and how days count."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.base import Frozen, Strict

Percent = Annotated[Decimal, Field(gt=0, le=100, decimal_places=4, allow_inf_nan=False)]
"""A yearly rate in percent, as a contract states it."""


class DayCount(StrEnum):
    """By how many days a year's interest is divided; the days counted are always the real ones."""

    ACT_365F = "ACT/365F"
    ACT_ACT = "ACT/ACT"


class RateOrigin(StrEnum):
    """Who says that a contract rate holds: the invoice goes before the general terms."""

    INVOICE = "the invoice"
    TERMS = "the general terms"


class TermsRates(Strict):
    """The rates of late payment in a creditor's general terms, percent a year.

    Attributes:
        business: towards businesses; None applies the law's own rate.
        consumer: towards consumers; as above. Public bodies always pay the law's own.
    """

    business: Percent | None = None
    consumer: Percent | None = None


class AgreedInterest(Frozen):
    """What a case keeps from its opening of how its interest is counted.

    Attributes:
        rate: of the contract, percent a year; None applies the law's own.
        origin: where that rate stands; None without one.
        creditor_is_individual: the creditor is a natural person outside their trade.
        day_count: by how many days a year is divided.
    """

    rate: Percent | None = None
    origin: RateOrigin | None = None
    creditor_is_individual: bool = False
    day_count: DayCount = DayCount.ACT_365F
