"""When did a formal notice reach the debtor, and what proves it?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.base import Frozen, Text
from schemas.event_base import Happened as _Event
from schemas.requests import Said

Outcome = Literal["delivered", "refused", "not-claimed"]
"""How it was served: who refuses a registered letter, or leaves it lying, has been served."""


class Service(Frozen):
    """A formal notice that has reached the debtor.

    Attributes:
        reference: of its contact; empty for one that did not leave this house.
        on: the day from which it counts: of delivery, or of the first presentation of a letter that
            was refused or not claimed.
        letter: how it travelled, such as ``registered``; empty when nobody said so.
        sha256: of the document that proves it, hexadecimal; empty while there is none.
        by_hand: a person has said so, whom no provider contradicts.
    """

    reference: Text = Field(default="", max_length=100)
    on: date
    outcome: Outcome = "delivered"
    letter: Text = Field(default="", max_length=40)
    sha256: Text = Field(default="", max_length=64)
    by_hand: bool = False


class ReportService(Said, Service):
    """A formal notice has reached the debtor."""

    type: Literal["formal_notice_served"] = "formal_notice_served"

    @property
    def service(self) -> Service:
        """What it says, without who says it."""
        return Service.model_validate(self.model_dump(include=set(Service.model_fields)))


class FormalNoticeServed(_Event):
    """A formal notice has reached the debtor; where the law says so, interest runs from then."""

    type: Literal["FormalNoticeServed"] = "FormalNoticeServed"
    service: Service
