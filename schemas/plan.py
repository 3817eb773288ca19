"""What was agreed beforehand? The dunning plan: a ladder of steps counted from the due date."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Frozen, Name
from schemas.postage import LetterKind
from schemas.referral import Destination


class Channel(StrEnum):
    """How a step reaches the debtor, or who takes over."""

    EMAIL = "email"
    PHONE = "phone"
    LETTER = "letter"
    REFER = "refer"


class IfUnknown(StrEnum):
    """What follows when nobody knows whether a message left."""

    ASK = "ask"
    RESEND = "resend"


class ContactRole(StrEnum):
    """To whom an e-mail goes, by what they are for.

    ``billing`` is the debtor's ordinary contact, ``escalation`` the one for what has waited too
    long, ``account-manager`` the creditor's own person for this debtor.
    """

    BILLING = "billing"
    ESCALATION = "escalation"
    ACCOUNT_MANAGER = "account-manager"


class Enclose(StrEnum):
    """Whether an e-mail carries the invoices it is about.

    ``once``: each at its first mention in the debtor's conversation; ``always``; or ``never``.
    """

    ONCE = "once"
    ALWAYS = "always"
    NEVER = "never"


class Charges(StrEnum):
    """What a message says of interest and of the law's fixed sum.

    ``state`` tells what they come to and asks for the invoices alone, ``claim`` asks for both,
    ``waive`` offers to give them up for a payment in time, ``none`` names no figure.
    """

    NONE = "none"
    STATE = "state"
    CLAIM = "claim"
    WAIVE = "waive"


class NoticeKind(StrEnum):
    """What a message answers that no step of a ladder causes."""

    PROMISE = "promise"
    DISPUTE = "dispute"
    SETTLEMENT = "settlement"


class Notices(Frozen):
    """Which events a debtor is answered, by e-mail if they have an address.

    Attributes:
        promise: a promise or instalments are confirmed.
        dispute: a dispute is acknowledged.
        settlement: thanks, when everything is paid and something had been sent before.
    """

    promise: bool = False
    dispute: bool = False
    settlement: bool = False


class ResumePolicy(StrEnum):
    """Where a plan goes on after a pause."""

    CONTINUE = "continue"
    RESTART = "restart"
    NEAREST = "nearest"


class DunningStep(Frozen):
    """One rung of the ladder.

    Attributes:
        name: unique in its plan; the business key of the step.
        day: days after the due date; negative is before it.
        template: which text; defaults to the step's name.
        to: to whom an e-mail goes; a role that the debtor lacks is left out, if another is there.
        copy_to: who gets a copy that all can see.
        enclose: whether an e-mail carries its invoices.
        statement: whether an e-mail carries a statement of account; None leaves it to the step:
            from the firm tone on, and wherever charges are told, it does.
        if_unknown: ``ask`` a person (a letter always does) or ``resend`` with the same Message-ID.
        pay_within_days: the deadline that the message names, counted from the day it leaves.
        charges: what the message says of interest and of the fixed sum; it never changes what the
            invoice is owed.
        attempts: how often a call is tried before it counts as not reached; a French consumer is
            called at most four times in 30 days (practice after Code de la consommation, D223-9).
        done_within_days: working days in which the task of the step is to be done.
        letter: how its letter travels; ``registered`` gives a proof of receipt.
        threatens_court: its message announces a court, so it is not sent when the claim is barred;
            None leaves it to the template: formal and hand-over notices do.
    """

    name: Name
    day: int = Field(ge=-90, le=1825)
    channel: Channel
    template: Name = ""
    to: tuple[ContactRole, ...] = Field(default=(ContactRole.BILLING,), min_length=1)
    copy_to: tuple[ContactRole, ...] = ()
    enclose: Enclose = Enclose.ONCE
    if_unknown: IfUnknown = IfUnknown.ASK
    pay_within_days: int = Field(default=8, ge=0, le=90)
    charges: Charges = Charges.NONE
    attempts: int = Field(default=3, ge=1, le=10)
    done_within_days: int = Field(default=2, ge=0, le=60)
    letter: LetterKind = LetterKind.ORDINARY
    threatens_court: bool | None = None
    statement: bool | None = None

    @model_validator(mode="after")
    def _template_defaults_to_the_name(self) -> Self:
        if not self.template:
            object.__setattr__(self, "template", self.name)
        return self


class DunningPlan(Frozen):
    """The ladder; snapshotted into the case when it opens, so a changed file bends no running case.

    Attributes:
        plan: its short name.
        title: for people.
        steps: by ascending day; at least one.
        refer_to: who takes the case at a ``refer`` step, when no destinations are named.
        refer: destinations in the order in which they are asked; the first one that fits takes it.
        resume: where the ladder goes on after a pause: with the next step not yet taken, keeping
            its distances; from the first one again; or with the latest one whose day has passed.
        promise_days_max: a promise beyond so many days is refused.
        promises_in_a_row: after so many broken ones no further promise pauses the case.
        bank_days: working days that a promised payment may take to show on the account.
        notices: which events are answered.
        small_remainder: a rest of at most this, in the claim's currency, is written off.
        call_pause_days: working days for which the ladder rests when a debtor says on the phone
            that it is paid, or asks for the invoice again, or for instalments.
        tasks_go_to: who does the tasks of its cases; empty for whoever takes them.
        tasks_pass_to: whose a task becomes when its time is over; empty to leave it where it is.
    """

    plan: Name
    title: str = ""
    refer_to: str = "collection agency"
    refer: tuple[Destination, ...] = Field(default=(), max_length=20)
    resume: ResumePolicy = ResumePolicy.CONTINUE
    promise_days_max: int = Field(default=30, ge=0, le=365)
    promises_in_a_row: int = Field(default=2, ge=0, le=20)
    bank_days: int = Field(default=2, ge=0, le=30)
    small_remainder: Decimal = Field(default=Decimal(0), ge=0, le=1000)
    call_pause_days: int = Field(default=5, ge=0, le=60)
    tasks_go_to: str = Field(default="", max_length=100)
    tasks_pass_to: str = Field(default="", max_length=100)
    notices: Notices = Notices()
    steps: tuple[DunningStep, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _is_a_ladder(self) -> Self:
        names = [step.name for step in self.steps]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"step names must be unique, these are not: {', '.join(doubled)}")
        days = [step.day for step in self.steps]
        if days != sorted(days):
            raise ValueError("steps must stand in the order of their days")
        for step in self.steps[:-1]:
            if step.channel is Channel.REFER:
                raise ValueError(f"step {step.name!r} refers the case, so it must be the last")
        return self

    def step(self, name: str) -> DunningStep | None:
        """The step of that name, if the plan has it."""
        return next((step for step in self.steps if step.name == name), None)
