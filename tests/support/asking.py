"""What do people, banks and courts say to a case? Each request and fact as short as its story."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from schemas.commands import (
    AgreeInstalments,
    ApproveReferral,
    DeclareUncollectible,
    DoStepNow,
    IssueCreditNote,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    RecallCase,
    ReferCase,
    RejectReferral,
    Release,
    ReopenCase,
    ReplanCase,
    ResolveDispute,
    ReversePayment,
    SkipStep,
    StopContacts,
    UndoStep,
    WaiveCharges,
    WithdrawPromise,
    WriteOff,
)
from schemas.interest import WaivedPart
from schemas.pauses import DisputeReason, Instalment, StopKind
from schemas.plan import DunningPlan
from tests.support.builders import DUE, a_plan, after_due, euros


def plan_with(**settings: Any) -> DunningPlan:
    """The ordinary plan, but for what the story settles otherwise."""
    return DunningPlan.model_validate({**a_plan().model_dump(), **settings})


def a_dispute(
    amount: str | None = None,
    *,
    deadline: datetime | None = None,
    owner: str = "",
    reason: DisputeReason = DisputeReason.DAMAGED,
    request: str = "D-1",
) -> RaiseDispute:
    """The debtor contests an amount, or everything."""
    return RaiseDispute(
        command_id=request,
        by="claire",
        amount=None if amount is None else euros(amount),
        reason=reason,
        owner=owner,
        deadline=deadline,
    )


def for_the_debtor(
    dispute: str = "", *, every: bool = False, request: str = "D-end"
) -> ResolveDispute:
    """The debtor is right."""
    return ResolveDispute(
        command_id=request, by="sales", dispute_id=dispute, every=every, in_favour_of="debtor"
    )


def for_the_creditor(
    dispute: str = "", *, every: bool = False, grace: int = 0, request: str = "D-end"
) -> ResolveDispute:
    """The creditor is right; a few days of grace, if the story says."""
    return ResolveDispute(
        command_id=request,
        by="sales",
        dispute_id=dispute,
        every=every,
        in_favour_of="creditor",
        grace_days=grace,
    )


def a_promise(amount: str | None = None, *, on: date, request: str = "PR-1") -> PromiseToPay:
    """The debtor names a day, and an amount or everything."""
    return PromiseToPay(
        command_id=request,
        by="claire",
        amount=None if amount is None else euros(amount),
        on=on,
        said_by="Mme Durand",
        means="bank transfer",
    )


def a_replan(
    plan: DunningPlan, mode: str = "keep", step: str = "", *, request: str = "RP-1"
) -> ReplanCase:
    """The case is to go by another plan."""
    words = {"plan": plan, "mode": mode, "step": step, "reason": "new terms"}
    return ReplanCase.model_validate({"command_id": request, "by": "claire", **words})


def a_referral(
    to: str = "", *, by: str = "claire", request: str = "RF-1", untold: bool = True
) -> ReferCase:
    """Somebody hands the case over, knowing that the debtor may not have been told."""
    return ReferCase(command_id=request, by=by, to=to, reason="large", without_notice=untold)


def an_approval(by: str = "anna", *, request: str = "AP-1") -> ApproveReferral:
    """Somebody agrees."""
    return ApproveReferral(command_id=request, by=by)


def a_rejection(by: str = "anna", *, request: str = "RJ-1") -> RejectReferral:
    """Somebody does not agree."""
    return RejectReferral(command_id=request, by=by, reason="we call once more")


def uncollectible(request: str = "UN-1") -> DeclareUncollectible:
    """The agency gives up."""
    return DeclareUncollectible(command_id=request, by="claire", reason="no assets")


def instalments(
    *parts: tuple[str, int], accelerates: bool = True, request: str = "IN-1"
) -> AgreeInstalments:
    """Amounts and the days after the due date by which they will be paid."""
    return AgreeInstalments(
        command_id=request,
        by="claire",
        instalments=tuple(
            Instalment(amount=euros(amount), on=after_due(day)) for amount, day in parts
        ),
        said_by="Mme Durand",
        accelerates=accelerates,
    )


def a_withdrawal(*, request: str = "W-1") -> WithdrawPromise:
    """The promise had been recorded by mistake."""
    return WithdrawPromise(command_id=request, by="claire", reason="another debtor's call")


def a_hold(until: datetime | None = None, *, request: str = "H-1") -> PlaceHold:
    """Somebody stops the clock."""
    return PlaceHold(command_id=request, by="claire", reason="new manager", until=until)


def a_release(kind: StopKind | None = None, *, request: str = "H-end") -> Release:
    """Somebody lets the clock run."""
    return Release(command_id=request, by="claire", kind=kind, reason="settled")


def a_stop(kind: StopKind, *, on: date = DUE, request: str = "I-1") -> StopContacts:
    """The debtor may not be contacted."""
    return StopContacts(command_id=request, by="register", kind=kind, on=on)


def a_skip(step: str = "", *, request: str = "S-1") -> SkipStep:
    """The next step is to be passed over."""
    return SkipStep(command_id=request, by="claire", step=step, reason="he has just called")


def do_now(step: str = "", *, request: str = "N-1") -> DoStepNow:
    """The next step is to be taken now."""
    return DoStepNow(command_id=request, by="claire", step=step)


def an_undo(step: str = "", *, request: str = "B-1") -> UndoStep:
    """The last performed step is to be taken back."""
    return UndoStep(command_id=request, by="claire", step=step, reason="sent by mistake")


def a_write_off(request: str = "W-1") -> WriteOff:
    """Nobody is to ask for the rest."""
    return WriteOff(command_id=request, by="claire", reason="not worth a lawyer")


def a_recall(request: str = "RC-1") -> RecallCase:
    """The agency gives the case back."""
    return RecallCase(command_id=request, by="claire", reason="the agency gave up")


def a_reopening(request: str = "RO-1") -> ReopenCase:
    """A closed case is to be pursued again."""
    return ReopenCase(command_id=request, by="claire", reason="closed by mistake")


def a_reversal(payment: str = "P-1", *, request: str = "V-1") -> ReversePayment:
    """The bank takes a payment back."""
    return ReversePayment(command_id=request, by="bank", payment_id=payment, reason="MD06")


def a_credit_note(
    amount: str, *, number: str = "AV-1", currency: str = "EUR", on: date = DUE
) -> IssueCreditNote:
    """The ledger credits the invoice."""
    money = euros(amount).model_copy(update={"currency": currency})
    return IssueCreditNote(command_id=number, by="ledger", amount=money, on=on)


def waive_charges(
    part: WaivedPart | None = None, amount: str = "", *, request: str = "W-1"
) -> WaiveCharges:
    """The creditor gives charges up."""
    most = euros(amount) if amount else None
    return WaiveCharges(
        command_id=request, by="claire", part=part, amount=most, reason="paid at once"
    )
