"""When is it due? Terms of payment as a contract states them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Frozen


class TermMethod(StrEnum):
    """How days and months are put together; all the same, only the contract can tell which.

    ``NET``: so many days after the issue. ``EOM_A``: the days, then the end of that month.
    ``EOM_B``: the end of the month of issue, then the days.
    """

    NET = "NET"
    EOM_A = "EOM_A"
    EOM_B = "EOM_B"


class PaymentTerm(Frozen):
    """A term such as ``NET_30``, ``EOM_A_45`` or ``EOM_B_30_DAY_10``.

    Attributes:
        days: calendar days; the day of issue is not counted.
        day_of_month: the first such day after the date found, 31 meaning the last of a month.
    """

    method: TermMethod
    days: int = Field(ge=0, le=365)
    day_of_month: int | None = Field(default=None, ge=1, le=31)

    @model_validator(mode="after")
    def _day_after_a_month_end(self) -> Self:
        if self.method is TermMethod.NET and self.day_of_month is not None:
            raise ValueError("a day of the month belongs to an end-of-month term")
        return self

    def __str__(self) -> str:
        day = f"_DAY_{self.day_of_month}" if self.day_of_month else ""
        return f"{self.method.value}_{self.days}{day}"


class Agreement(StrEnum):
    """What was agreed or sold, as far as it decides how late a payment may fall due."""

    NOTHING = "nothing"
    AGREED = "agreed"
    EXPRESSLY_END_OF_MONTH = "expressly_end_of_month"
    PERIODIC_INVOICE = "periodic_invoice"
    TRANSPORT = "transport"
    PERISHABLE_FOOD = "perishable_food"
    CATTLE_AND_FRESH_MEAT = "cattle_and_fresh_meat"
    ALCOHOL = "alcohol"
    WINE = "wine"
    PUBLIC_HOSPITAL = "public_hospital"
    PUBLIC_UNDERTAKING = "public_undertaking"


class DueDate(Frozen):
    """A due date, and what a person should know of it."""

    day: date
    warnings: tuple[str, ...] = ()
