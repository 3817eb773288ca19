"""By which names are people refused, and what only they can end? As the rules spell them."""

from __future__ import annotations

REFUSALS = {
    "AlreadyPromised",
    "ApproverIsProposer",
    "ApproverUnknown",
    "CaseIsClosed",
    "CaseIsNotClosed",
    "CaseIsNotPursued",
    "CaseIsNotReferred",
    "CaseIsReferred",
    "DayMissing",
    "DestinationUnknown",
    "DisputeMoreThanAsked",
    "DisputeUnknown",
    "HoldEndsInThePast",
    "InstalmentsMoreThanOwed",
    "InstalmentsOutOfOrder",
    "LaterStepDone",
    "NoDestinationFits",
    "NoStepLeft",
    "NotOnHold",
    "NothingAsked",
    "NothingOwed",
    "NothingToApprove",
    "NothingToUndo",
    "PlanIsTheSame",
    "PromiseInThePast",
    "PromiseMoreThanAsked",
    "PromiseTooFarOut",
    "ReferralAlreadyProposed",
    "StepIsNotNext",
    "StepNotInPlan",
    "StepTriedSince",
    "StepUnknown",
    "StopNotNamed",
    "TaskIsNotOpen",
    "TooManyBrokenPromises",
    "PromiseWithoutDay",
    "DisputeWithoutReason",
    "CallAgainInThePast",
    "WrongCurrency",
}
"""What a request may be refused as; each is a name that people read."""

NOBODYS_CLOCK = {
    "AwaitingApproval",
    "CaseIsClosed",
    "CaseIsReferred",
    "ContactsStopped",
    "Disputed",
    "OnHold",
    "PlanIsExhausted",
    "ReferralWaitsForDispute",
}
"""Waits that only people, or the bank, can end."""
