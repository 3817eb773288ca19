"""What has happened to the charges of a case?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from schemas.base import Text
from schemas.event_base import Happened as _Event
from schemas.money import Money


class ChargesClaimed(_Event):
    """Interest and the fixed sum were claimed beside the invoice, by a message or a person.

    Attributes:
        interest: from the first day of delay to ``on``, all of it: a later claim takes its place.
        indemnity: the fixed sum for late payment.
        rates: ids of the rate rows it rests on.
        reference: of the contact; empty when a person claimed it.
    """

    type: Literal["ChargesClaimed"] = "ChargesClaimed"
    interest: Money
    indemnity: Money
    on: date
    rates: tuple[str, ...] = ()
    reference: str = ""


class ChargesWaived(_Event):
    """The creditor gave up what had been claimed, or a part of it."""

    type: Literal["ChargesWaived"] = "ChargesWaived"
    interest: Money
    indemnity: Money
    reason: Text = ""


class ChargesReinstated(_Event):
    """What had been waived is claimed again."""

    type: Literal["ChargesReinstated"] = "ChargesReinstated"
    interest: Money
    indemnity: Money
    reason: Text = ""
