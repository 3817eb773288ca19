"""What may people ask of a case beyond the basics, and what else may happen to it?"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.base import Frozen, Instant, Text
from schemas.charges import ChargesBasis
from schemas.interest import CreditKind, WaivedPart
from schemas.money import Money
from schemas.pauses import DisputeReason, Instalment, StopKind
from schemas.plan import DunningPlan


class Said(Frozen):
    """What every command carries.

    Attributes:
        command_id: the sender's own id; the same id twice is one command.
        by: who asks or reports.
    """

    command_id: Text = Field(min_length=1, max_length=200)
    by: Text = "unknown"


class RaiseDispute(Said):
    """The debtor contests the invoice, or a part of it.

    Attributes:
        amount: the contested part; None for everything that is asked for now.
    """

    type: Literal["raise_dispute"] = "raise_dispute"
    amount: Money | None = None
    reason: DisputeReason
    note: Text = Field(default="", max_length=2000)
    owner: Text = Field(default="", max_length=100)
    deadline: Instant | None = None


class ResolveDispute(Said):
    """A dispute was decided.

    Attributes:
        dispute_id: which, or how its id begins; may be empty when there is only one.
        every: all open disputes of the case at once.
        grace_days: in the creditor's favour, so many days pass before the ladder goes on.
    """

    type: Literal["resolve_dispute"] = "resolve_dispute"
    dispute_id: Text = ""
    in_favour_of: Literal["debtor", "creditor"]
    grace_days: int = Field(default=0, ge=0, le=90)
    note: Text = Field(default="", max_length=2000)
    every: bool = False


class PromiseToPay(Said):
    """The debtor names a day and an amount; None for everything that is asked for now.

    Attributes:
        acknowledged: where the debtor's written acknowledgement of the debt is kept, which starts
            limitation afresh; empty where there is none.
        acknowledged_sha256: of that file, hexadecimal; empty when it is no file.
    """

    type: Literal["promise_to_pay"] = "promise_to_pay"
    amount: Money | None = None
    on: date
    said_by: Text = Field(default="", max_length=100)
    means: Text = Field(default="", max_length=100)
    acknowledged: Text = Field(default="", max_length=500)
    acknowledged_sha256: Text = Field(default="", max_length=64)


class AgreeInstalments(Said):
    """Creditor and debtor agree on instalments; a signed plan acknowledges the debt.

    Attributes:
        acknowledged, acknowledged_sha256: as in :class:`PromiseToPay`.
    """

    type: Literal["agree_instalments"] = "agree_instalments"
    instalments: tuple[Instalment, ...] = Field(min_length=1, max_length=120)
    said_by: Text = Field(default="", max_length=100)
    accelerates: bool = True
    acknowledged: Text = Field(default="", max_length=500)
    acknowledged_sha256: Text = Field(default="", max_length=64)


class WithdrawPromise(Said):
    """A promise, or instalments, were recorded by mistake: nobody waits for them any more."""

    type: Literal["withdraw_promise"] = "withdraw_promise"
    reason: Text = Field(min_length=1, max_length=500)


class PlaceHold(Said):
    """Stop the clock; until a moment, or open-ended."""

    type: Literal["place_hold"] = "place_hold"
    reason: Text = Field(min_length=1, max_length=500)
    until: Instant | None = None


class Release(Said):
    """Let the clock run again: lifts a hold, or what forbids contact.

    Attributes:
        kind: what no longer forbids contact; None for the hold, or for the only thing there is.
    """

    type: Literal["release"] = "release"
    kind: StopKind | None = None
    reason: Text = Field(default="", max_length=500)


class SkipStep(Said):
    """Pass the next step over; empty for whichever is next."""

    type: Literal["skip_step"] = "skip_step"
    step: Text = ""
    reason: Text = Field(min_length=1, max_length=500)


class DoStepNow(Said):
    """Take the next step now, within contact hours; empty for whichever is next."""

    type: Literal["do_step_now"] = "do_step_now"
    step: Text = ""


class UndoStep(Said):
    """Take the last performed step back; empty for whichever was last."""

    type: Literal["undo_step"] = "undo_step"
    step: Text = ""
    reason: Text = Field(default="", max_length=500)


class ReplanCase(Said):
    """Go on by another plan.

    Attributes:
        plan: the whole of it, as it is now.
        mode: ``keep`` the position on the ladder, ``restart`` it, or ``move`` to a step.
        step: of the new plan, for ``move``.
    """

    type: Literal["replan_case"] = "replan_case"
    plan: DunningPlan
    mode: Literal["keep", "restart", "move"] = "keep"
    step: Text = ""
    reason: Text = Field(default="", max_length=500)


class ReferCase(Said):
    """Hand the case to an agency or a lawyer, now.

    Attributes:
        to: one of the plan's destinations; empty for the one that its rules name.
        without_notice: also when the debtor was never told of the hand-over, or may still pay.
    """

    type: Literal["refer_case"] = "refer_case"
    to: Text = Field(default="", max_length=100)
    reason: Text = Field(default="", max_length=500)
    without_notice: bool = False


class ApproveReferral(Said):
    """Agree to a hand-over that somebody else, or the plan, has proposed."""

    type: Literal["approve_referral"] = "approve_referral"
    note: Text = Field(default="", max_length=500)


class RejectReferral(Said):
    """Decide against a hand-over that was proposed; a person then decides what follows."""

    type: Literal["reject_referral"] = "reject_referral"
    reason: Text = Field(min_length=1, max_length=500)


class DeclareUncollectible(Said):
    """The agency or the lawyer gives up: nothing more can be had."""

    type: Literal["declare_uncollectible"] = "declare_uncollectible"
    reason: Text = Field(min_length=1, max_length=500)


class WriteOff(Said):
    """Stop asking for what is left."""

    type: Literal["write_off"] = "write_off"
    reason: Text = Field(min_length=1, max_length=500)


class ClaimCharges(Said):
    """Claim interest and the fixed sum, as the account states them on a day.

    Attributes:
        interest: all of it from the first day of delay to ``on``.
        rates: ids of the rate rows it rests on.
        reference: of the contact that claims it; empty for a person.
        basis: what it was counted by; None where it cannot be counted again.
    """

    type: Literal["claim_charges"] = "claim_charges"
    interest: Money
    indemnity: Money
    on: date
    rates: tuple[Text, ...] = ()
    reference: Text = ""
    basis: ChargesBasis | None = None


class WaiveCharges(Said):
    """Give up what was claimed of interest and fixed sum.

    Attributes:
        part: of which; None for both, interest first.
        amount: at most what is owed of it; None for all of that.
    """

    type: Literal["waive_charges"] = "waive_charges"
    part: WaivedPart | None = None
    amount: Money | None = None
    reason: Text = Field(min_length=1, max_length=500)


class ReinstateCharges(Said):
    """Claim again what had been waived."""

    type: Literal["reinstate_charges"] = "reinstate_charges"
    reason: Text = Field(default="", max_length=500)


class RecallCase(Said):
    """Take a referred case back from the agency or the lawyer."""

    type: Literal["recall_case"] = "recall_case"
    reason: Text = Field(min_length=1, max_length=500)


class ReopenCase(Said):
    """Pursue a closed case again."""

    type: Literal["reopen_case"] = "reopen_case"
    reason: Text = Field(min_length=1, max_length=500)


class ReversePayment(Said):
    """A payment was taken back."""

    type: Literal["payment_reversed"] = "payment_reversed"
    payment_id: Text = Field(min_length=1, max_length=200)
    reason: Text = Field(default="", max_length=500)


class IssueCreditNote(Said):
    """A credit note for this invoice, or a set-off; ``command_id`` is its number.

    Attributes:
        on: the day of the note; of a set-off, the day on which both debts were due.
        kind: an error was never owed, a gesture counts from its day, a set-off as money of its day.
    """

    type: Literal["credit_note_issued"] = "credit_note_issued"
    amount: Money
    on: date
    kind: CreditKind = CreditKind.ERROR


class ReceiveReply(Said):
    """The debtor has answered; ``command_id`` is the inbound message's.

    Attributes:
        excerpt: the first lines of what they wrote; the whole stays in the database.
        hold_days: working days for which no contact leaves, so that a person can read it.
        for_a_person: whether this case's task asks for it to be read.
    """

    type: Literal["reply_received"] = "reply_received"
    excerpt: Text = Field(default="", max_length=500)
    hold_days: int = Field(default=3, ge=0, le=30)
    for_a_person: bool = True


class StopContacts(Said):
    """The debtor is insolvent, dead, cannot be found, or must not be contacted."""

    type: Literal["contacts_stopped"] = "contacts_stopped"
    kind: StopKind
    on: date
    note: Text = Field(default="", max_length=2000)


class BounceKind(StrEnum):
    """Why a message came back (RFC 3463): what is wrong, and with whom.

    Attributes:
        HARD: there is no such mailbox, for good; the address is bad.
        SOFT: a full mailbox, a server that was away for days; the address may be good.
        BLOCKED: the receiving side turns our messages away, by a rule or as spam.
        OTHER: anything else, or unreadable.
    """

    HARD = "hard"
    SOFT = "soft"
    BLOCKED = "blocked"
    OTHER = "other"


class ReportBounce(Said):
    """A message that had left came back.

    Attributes:
        reference: of the contact.
        address: the one that failed, as the report names it, or empty.
        diagnostic: what the other side said.
    """

    type: Literal["contact_bounced"] = "contact_bounced"
    reference: Text = Field(min_length=1, max_length=100)
    kind: BounceKind
    address: Text = Field(default="", max_length=320)
    diagnostic: Text = Field(default="", max_length=1000)
