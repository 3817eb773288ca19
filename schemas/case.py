"""How does a case stand? The state that its events fold into."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.agreed_interest import AgreedInterest
from schemas.base import Frozen, Instant
from schemas.calendar import ContactCalendar
from schemas.charges import ClaimedCharges, StatedCharges
from schemas.credits import Credit, LetGo
from schemas.limitation import Interruption, LimitationWarned
from schemas.money import Money
from schemas.parties import Capacity
from schemas.pauses import Arrangement, ContactStop, Dispute, Hold, KeptPromise, Reading
from schemas.plan import Channel, DunningPlan, NoticeKind
from schemas.referral import Proposal
from schemas.service import Service


class CaseState(StrEnum):
    """Where a case is in its life."""

    OPEN = "open"
    EXHAUSTED = "exhausted"
    REFERRED = "referred"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a case ended."""

    PAID = "paid"
    CREDITED = "credited"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written-off"
    RECOVERED = "recovered"
    UNCOLLECTIBLE = "uncollectible"


class StepOutcome(StrEnum):
    """What became of a step."""

    PERFORMED = "performed"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SKIPPED = "skipped"


REACHED = frozenset({StepOutcome.PERFORMED, StepOutcome.UNKNOWN})
"""Outcomes of steps that reached the debtor, or may have: they raise the level."""


class StepRecord(Frozen):
    """A step that was taken, or tried for good.

    Attributes:
        claims: the charges that its message claims if it arrived, while nobody can tell.
    """

    step: str
    channel: Channel
    outcome: StepOutcome
    at: Instant
    cycle: int = 1
    reference: str = ""
    claims: StatedCharges | None = None


class NoticeRecord(Frozen):
    """An event that was answered, or could not be.

    Attributes:
        about: the id of the arrangement, the dispute or the last payment.
    """

    kind: NoticeKind
    about: str
    at: Instant
    sent: bool = True
    reference: str = ""


class Allocation(Frozen):
    """A payment and how much of it this case took.

    Attributes:
        left_over: what it did not take, in the payment's own currency; None when it took all.
        charges: what it paid of interest and the fixed sum, beyond the claim itself.
        freed: what it had paid of them that turned out not to be owed, each time it did.
    """

    payment_id: str
    amount: Money
    received_on: date
    left_over: Money | None = None
    charges: Money | None = None
    freed: tuple[Money, ...] = ()


class TaskKind(StrEnum):
    """What a person is asked to do."""

    CALL = "call"
    DELIVERY_FAILED = "delivery-failed"
    DELIVERY_UNKNOWN = "delivery-unknown"
    DECIDE = "decide"
    HAND_OVER = "hand-over"
    APPROVE = "approve"
    UNALLOCATED_CASH = "unallocated-cash"
    PROMISE_BROKEN = "promise-broken"
    DISPUTE_OVERDUE = "dispute-overdue"
    CONTACT_STOPPED = "contact-stopped"
    TELL_AGENCY = "tell-agency"
    UNREADABLE_FACT = "unreadable-fact"
    REPLY_RECEIVED = "reply-received"
    SEND_INVOICE = "send-invoice"
    AGREE_INSTALMENTS = "agree-instalments"
    CORRECT_NUMBER = "correct-number"
    CHARGES_LEFT = "charges-left"
    LIMITATION = "limitation"


class OpenTask(Frozen):
    """A task of this case that waits for a person.

    Attributes:
        step: the plan step it belongs to, or empty.
        cycle: of that step.
        about: what else it belongs to, by id or name: a payment, an arrangement, a kind of stop.
            Whatever ends or rewords the task finds it by that, never by its words.
        owner: whose it is; empty for whoever takes it.
        due_at: until when it is to be done; afterwards it passes to somebody else.
        attempts: calls that reached nobody so far.
        not_before: when the next call makes sense, or was asked for.
    """

    task_id: str
    kind: TaskKind
    opened_at: Instant
    summary: str
    step: str = ""
    cycle: int = 1
    owner: str = ""
    due_at: Instant | None = None
    attempts: int = 0
    not_before: Instant | None = None
    about: str = ""


class CollectionCase(Frozen):
    """One overdue invoice, pursued until it is settled or referred.

    It is the whole argument of the case's workflow, so a case can be started again from its stream
    alone. Names and addresses are not in it: they stay in the database.

    Attributes:
        version: how many events it has folded.
        claim: the invoice amount including VAT.
        allocations: every payment seen, in order; a second one of the same id changes nothing.
        unallocated: received beyond the claim, or in another currency.
        steps: what was done, in order.
        given_back: steps that a person gave back to be tried again, once for each time.
        commands: ids of the latest commands, so that a repeated one changes nothing.
        reversed_payments: ids of payments that were taken back; they never count again.
        expected_credit: conceded in a dispute, its credit note still to come.
        written_off: what is no longer asked for.
        let_go: the parts of it, each with its day; the rest was let go before days were kept.
        anchor: the day from which the plan's days are counted; the due date by default.
        restarts: how often the ladder has begun again.
        brought_forward: the step that a person wants taken now, or empty.
        promises_broken: in a row.
        kept: the latest promise, when it was kept, or the case ended paid with it, and nothing was
            promised since.
        changed_at: the moment of the last event.
        charges: interest and fixed sum that were claimed beside the claim; None when none were.
        stops: what forbids contact, at most one of each kind; contact waits for the last of them.
        notices: events that were answered, each once.
        country: of the debtor; empty in cases opened before it was written down.
        capacity: in which the debtor owes; None as above.
        proposal: a hand-over that waits for approval, or was approved and is about to happen.
        referred_to: who has the case, or had it last.
        undone_step: the step that was taken back last, if it has not been taken since.
        undone_at: when.
        readings: answers of the debtor that a person should read before the next contact.
        interest: what was agreed about interest; None applies the law's own rate.
        invoiced_on: the invoice's date; None in cases opened before it was written down.
        delivered_on: the day of delivery or performance; None when it is not known.
        interruptions: what gave the claim new time, besides part payments.
        limitation_warned: the last warning that the claim will be barred; None when its day moved.
        services: formal notices that have reached the debtor, one of each reference.
    """

    case_id: str
    creditor: str
    invoice: str
    debtor_id: str
    claim: Money
    due_date: date
    plan: DunningPlan
    calendar: ContactCalendar
    opened_at: Instant
    version: int = 0
    state: CaseState = CaseState.OPEN
    closing: ClosingReason | None = None
    closed_at: Instant | None = None
    allocations: tuple[Allocation, ...] = ()
    unallocated: tuple[Money, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    given_back: tuple[str, ...] = ()
    tasks: tuple[OpenTask, ...] = ()
    commands: tuple[str, ...] = ()
    reversed_payments: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    expected_credit: Money | None = None
    written_off: Money | None = None
    let_go: tuple[LetGo, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    arrangement: Arrangement | None = None
    promises_broken: int = 0
    kept: KeptPromise | None = None
    hold: Hold | None = None
    stops: tuple[ContactStop, ...] = ()
    notices: tuple[NoticeRecord, ...] = ()
    readings: tuple[Reading, ...] = ()
    anchor: date | None = None
    restarts: int = 0
    brought_forward: str = ""
    changed_at: Instant | None = None
    country: str = ""
    capacity: Capacity | None = None
    proposal: Proposal | None = None
    referred_to: str = ""
    undone_step: str = ""
    undone_at: Instant | None = None
    charges: ClaimedCharges | None = None
    interest: AgreedInterest | None = None
    invoiced_on: date | None = None
    delivered_on: date | None = None
    interruptions: tuple[Interruption, ...] = ()
    limitation_warned: LimitationWarned | None = None
    services: tuple[Service, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Nothing more will be done unless a fact reopens it."""
        return self.state is CaseState.CLOSED

    @property
    def paid(self) -> Money:
        """What payments have taken off the claim."""
        total = Money.zero(self.claim.currency)
        for allocation in self.allocations:
            total += allocation.amount
        return total

    @property
    def credited(self) -> Money:
        """What credit notes, also those still to come, have taken off the claim."""
        total = self.expected_credit or Money.zero(self.claim.currency)
        for credit in self.credits:
            total += credit.amount
        return total

    @property
    def outstanding(self) -> Money:
        """What is still owed: the claim less payments, credits and write-offs, never below zero."""
        rest = self.claim - self.paid - self.credited
        if self.written_off:
            rest -= self.written_off
        return rest if rest.is_positive else Money.zero(self.claim.currency)

    @property
    def formal_notice_on(self) -> date | None:
        """The day on which the first formal notice reached the debtor; None while none has."""
        return min((one.on for one in self.services), default=None)

    @property
    def charges_paid(self) -> Money:
        """What payments beyond the claim have paid of its charges."""
        total = Money.zero(self.claim.currency)
        for allocation in self.allocations:
            if allocation.charges:
                total += allocation.charges
        return total

    @property
    def charges_owed(self) -> Money:
        """Charges claimed, not waived and not paid; never a part of ``outstanding``."""
        none = Money.zero(self.claim.currency)
        if self.charges is None:
            return none
        rest = self.charges.left - self.charges_paid
        return rest if rest.is_positive else none

    @property
    def disputed(self) -> Money:
        """What the debtor contests of what is outstanding."""
        total = Money.zero(self.claim.currency)
        for dispute in self.disputes:
            total += dispute.amount
        return total.at_most(self.outstanding)

    @property
    def uncontested(self) -> Money:
        """What is outstanding and not contested."""
        return self.outstanding - self.disputed

    @property
    def asked(self) -> Money:
        """What messages ask for: of what is not contested, all; or what instalments missed."""
        if self.arrangement and self.arrangement.missing.is_positive:
            return self.uncontested.at_most(self.arrangement.missing)
        return self.uncontested

    @property
    def destination(self) -> str:
        """Who has the case, or had it last; else who takes it when nobody else is named."""
        return self.referred_to or self.plan.refer_to

    @property
    def day_zero(self) -> date:
        """The day from which the plan's days are counted."""
        return self.anchor or self.due_date

    @property
    def level(self) -> int:
        """How far up the ladder the debtor has been dunned: steps that reached them."""
        return sum(1 for step in self.steps if step.outcome in REACHED)
