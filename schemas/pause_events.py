"""What has made a case wait, and what has let it go on?"""

from __future__ import annotations

from typing import Literal

from schemas.event_base import Happened as _Event
from schemas.money import Money
from schemas.pauses import Arrangement, ContactStop, Dispute, Hold, StopKind


class DisputeRaised(_Event):
    """The debtor contests the invoice or a part of it."""

    type: Literal["DisputeRaised"] = "DisputeRaised"
    dispute: Dispute


class DisputeOverdue(_Event):
    """A dispute has not been decided by its deadline; its owner is reminded."""

    type: Literal["DisputeOverdue"] = "DisputeOverdue"
    dispute_id: str
    owner: str = ""
    amount: Money


class DisputeResolved(_Event):
    """A dispute was decided.

    Attributes:
        in_favour_of: ``debtor``: the part leaves the claim, a credit note is expected;
            ``creditor``: it is asked for again.
    """

    type: Literal["DisputeResolved"] = "DisputeResolved"
    dispute_id: str
    in_favour_of: Literal["debtor", "creditor"]
    amount: Money
    note: str = ""


class PromiseMade(_Event):
    """The debtor promised to pay an amount by a day."""

    type: Literal["PromiseMade"] = "PromiseMade"
    arrangement: Arrangement


class InstalmentsAgreed(_Event):
    """It was agreed to pay by instalments."""

    type: Literal["InstalmentsAgreed"] = "InstalmentsAgreed"
    arrangement: Arrangement


class PromiseKept(_Event):
    """Everything that was promised has come in."""

    type: Literal["PromiseKept"] = "PromiseKept"
    arrangement_id: str


class PromiseBroken(_Event):
    """A promise, or an instalment, was not kept by its day and the bank's tolerance.

    Attributes:
        received: what had come in of it: a promise may be kept in part.
    """

    type: Literal["PromiseBroken"] = "PromiseBroken"
    arrangement_id: str
    promised: Money
    received: Money


class PromiseWithdrawn(_Event):
    """A promise, or instalments, had been recorded by mistake; they count neither way."""

    type: Literal["PromiseWithdrawn"] = "PromiseWithdrawn"
    arrangement_id: str
    reason: str = ""


class PromiseReinstated(_Event):
    """What had kept a promise was taken back: it is to be kept again, by the days it named.

    Attributes:
        arrangement: with what has come in for it and was not taken back.
    """

    type: Literal["PromiseReinstated"] = "PromiseReinstated"
    arrangement: Arrangement


class InstalmentMissed(_Event):
    """An instalment was not paid, and it was agreed that the others keep their days.

    Attributes:
        lapsed: how many of the instalments have come due by now.
        missing: what of them has not come in.
    """

    type: Literal["InstalmentMissed"] = "InstalmentMissed"
    arrangement_id: str
    lapsed: int
    missing: Money


class HoldPlaced(_Event):
    """Somebody stopped the clock."""

    type: Literal["HoldPlaced"] = "HoldPlaced"
    hold: Hold


class HoldReleased(_Event):
    """The clock runs again: its time was over, or somebody decided so."""

    type: Literal["HoldReleased"] = "HoldReleased"
    reason: str = ""


class ContactsStopped(_Event):
    """The debtor may not be contacted any more."""

    type: Literal["ContactsStopped"] = "ContactsStopped"
    stop: ContactStop


class ContactsAllowed(_Event):
    """The debtor may be contacted again."""

    type: Literal["ContactsAllowed"] = "ContactsAllowed"
    kind: StopKind
    reason: str = ""
