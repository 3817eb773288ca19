"""What starts the time limit of a claim afresh, and who is warned that it runs out?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.base import Text
from schemas.event_base import Happened as _Event
from schemas.limitation import Interruption, InterruptionKind, LimitationAlarm
from schemas.requests import Said


class RecordInterruption(Said):
    """Something happened to the claim that starts its time limit afresh, with its proof."""

    type: Literal["record_interruption"] = "record_interruption"
    interruption: Interruption


class WithdrawInterruption(Said):
    """An interruption had been recorded by mistake.

    Attributes:
        on: the day that was recorded.
    """

    type: Literal["withdraw_interruption"] = "withdraw_interruption"
    kind: InterruptionKind
    on: date
    reason: Text = Field(min_length=1, max_length=500)


class InterruptionRecorded(_Event):
    """The time limit began afresh, or would have if the law let it."""

    type: Literal["InterruptionRecorded"] = "InterruptionRecorded"
    interruption: Interruption


class InterruptionWithdrawn(_Event):
    """What had been recorded by mistake counts no more."""

    type: Literal["InterruptionWithdrawn"] = "InterruptionWithdrawn"
    kind: InterruptionKind
    on: date
    reason: str = ""


class LimitationNear(_Event):
    """The last day to go to court has come as near as a person must be warned of."""

    type: Literal["LimitationNear"] = "LimitationNear"
    limitation_day: date
    alarm: LimitationAlarm
    law: str = ""
