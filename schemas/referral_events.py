"""What has happened on the way to an agency or a lawyer, and back?"""

from __future__ import annotations

from typing import Literal

from schemas.event_base import Happened as _Event
from schemas.money import Money
from schemas.referral import DestinationKind, Proposal


class ReferralProposed(_Event):
    """The plan or a person proposes a hand-over; another person must agree."""

    type: Literal["ReferralProposed"] = "ReferralProposed"
    proposal: Proposal
    outstanding: Money


class ReferralApproved(_Event):
    """A person who did not propose it agreed to the hand-over."""

    type: Literal["ReferralApproved"] = "ReferralApproved"
    proposal_id: str


class ReferralRejected(_Event):
    """A person decided against the hand-over."""

    type: Literal["ReferralRejected"] = "ReferralRejected"
    proposal_id: str
    reason: str


class ReferralWithdrawn(_Event):
    """The plan's own proposal no longer suits the case, because money or the invoice changed."""

    type: Literal["ReferralWithdrawn"] = "ReferralWithdrawn"
    proposal_id: str
    reason: str


class CaseReferred(_Event):
    """The case was handed to a collection agency or a lawyer; own contacts stop."""

    type: Literal["CaseReferred"] = "CaseReferred"
    to: str
    kind: DestinationKind = DestinationKind.AGENCY
    outstanding: Money
    reference: str


class CaseRecalled(_Event):
    """The case came back from the agency or the lawyer."""

    type: Literal["CaseRecalled"] = "CaseRecalled"
    reason: str
