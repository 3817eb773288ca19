"""What keeps a case waiting? Disputes, promises, instalments, holds, and what forbids contact."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Frozen, Instant
from schemas.money import Money


class DisputeReason(StrEnum):
    """What a debtor contests."""

    NOT_RECEIVED = "not-received"
    DAMAGED = "damaged"
    QUALITY = "quality"
    PRICE = "price"
    QUANTITY = "quantity"
    NOT_ORDERED = "not-ordered"
    ALREADY_PAID = "already-paid"
    DUPLICATE = "duplicate"
    INVOICE_DETAILS = "invoice-details"
    OTHER = "other"


class Dispute(Frozen):
    """The debtor contests the invoice, or a part of it; the rest goes on.

    Attributes:
        dispute_id: the id of the command that raised it.
        amount: the contested part; never more than what was outstanding.
        owner: who decides it.
        deadline: when the owner is reminded.
        reminded: the owner has been.
    """

    dispute_id: str
    amount: Money
    reason: DisputeReason
    note: str = ""
    owner: str = ""
    raised_at: Instant
    deadline: Instant | None = None
    reminded: bool = False


class Instalment(Frozen):
    """A part of what is owed and the day by which it will be paid."""

    amount: Money
    on: date


class Arrangement(Frozen):
    """What the debtor has promised: one amount on one day, or instalments.

    Attributes:
        arrangement_id: the id of the command that recorded it.
        instalments: in the order of their days; a promise to pay has one.
        lapses: for each instalment the moment from which it counts as missed: its day plus the
            bank's tolerance.
        said_by: who promised.
        means: how it will be paid, in words.
        made_at: payments after this count for it.
        received: what has come in since.
        payments: ids of the payments that it came by.
        accelerates: a missed instalment makes everything due at once; else only itself is asked
            for, and the others keep their days.
        lapsed: how many instalments have come due and were noted as missed, where none accelerates.
    """

    arrangement_id: str
    instalments: tuple[Instalment, ...]
    lapses: tuple[Instant, ...]
    said_by: str = ""
    means: str = ""
    made_at: Instant
    received: Money
    payments: tuple[str, ...] = ()
    accelerates: bool = True
    lapsed: int = 0

    @property
    def is_promise(self) -> bool:
        """One amount on one day."""
        return len(self.instalments) == 1

    @property
    def total(self) -> Money:
        """What is promised altogether."""
        total = Money.zero(self.received.currency)
        for instalment in self.instalments:
            total += instalment.amount
        return total

    @property
    def is_kept(self) -> bool:
        """Everything promised has come in."""
        return self.received.amount >= self.total.amount

    @property
    def missing(self) -> Money:
        """What of the instalments noted as missed has still not come in."""
        due = Money.zero(self.received.currency)
        for instalment in self.instalments[: self.lapsed]:
            due += instalment.amount
        rest = due - self.received
        return rest if rest.is_positive else Money.zero(self.received.currency)

    def without(self, payment_id: str, amount: Money) -> Arrangement:
        """The same when a payment was taken back; one that never counted for it changes nothing."""
        if payment_id not in self.payments:
            return self
        left = tuple(one for one in self.payments if one != payment_id)
        return self.model_copy(update={"received": self.received - amount, "payments": left})

    @property
    def next_lapse(self) -> Instant | None:
        """When the next instalment that is not covered counts as missed; None when all are."""
        due = Money.zero(self.received.currency)
        for place, (instalment, lapse) in enumerate(
            zip(self.instalments, self.lapses, strict=True)
        ):
            due += instalment.amount
            if due.amount > self.received.amount and place >= self.lapsed:
                return lapse
        return None


class KeptPromise(Frozen):
    """What was promised and has come in; it counts again when that is taken back.

    Attributes:
        arrangement: with the payments that kept it.
        broken_before: how many promises in a row had been broken before it.
    """

    arrangement: Arrangement
    broken_before: int = 0


class Hold(Frozen):
    """The clock is stopped by decision.

    Attributes:
        until: when it wakes by itself; None for an open-ended one, which is always listed.
    """

    reason: str
    by: str
    since: Instant
    until: Instant | None = None


class Reading(Frozen):
    """An answer of the debtor that a person should read before the next contact.

    Attributes:
        message: the inbound message.
        task_id: of the task whose end lets the ladder go on; empty when only the day does.
        until: when it goes on by itself.
    """

    message: str
    task_id: str = ""
    since: Instant
    until: Instant


class StopKind(StrEnum):
    """What forbids every contact until a person decides otherwise."""

    INSOLVENCY = "insolvency"
    DECEASED = "deceased"
    UNKNOWN_ADDRESS = "unknown-address"
    DO_NOT_CONTACT = "do-not-contact"


class ContactStop(Frozen):
    """The debtor may not, or cannot, be contacted.

    Attributes:
        on: the day of the judgment, the death or the notice.
        deadline: the last day of what must be done about it, such as declaring the claim.
    """

    kind: StopKind
    on: date
    since: Instant
    deadline: date | None = None
    note: str = ""
