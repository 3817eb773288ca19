"""Which open items did a payment settle? What is open, who may have paid, and what was decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from schemas.base import Frozen


class DocumentType(StrEnum):
    """What an open item is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class OpenItem(Frozen):
    """An invoice or credit note of the creditor, with what is still open of it.

    Settled items belong here as well: a payment that names one goes on account, and its return
    re-opens it.

    Attributes:
        document: what the item is called wherever it is allocated, unique for one creditor.
        number: as it is printed and as payers type it; the document when empty.
        customer: who owes it.
        amount: including VAT, positive also for a credit note.
        open_amount: what is still open, from 0 to ``amount``.
        creditor_reference: RF, OGM, QRR, viitenumero or any other that the payer may quote.
        end_to_end_id: of the direct debit that collects it.
    """

    document: str
    number: str = ""
    type: DocumentType = DocumentType.INVOICE
    customer: str = ""
    issue_date: date | None = None
    due_date: date | None = None
    amount: Decimal = Decimal(0)
    open_amount: Decimal = Decimal(0)
    currency: str = "EUR"
    purchase_order: str = ""
    creditor_reference: str = ""
    end_to_end_id: str = ""


class Customer(Frozen):
    """Somebody who owes, as far as it helps to recognise a payer.

    Attributes:
        names: further names they pay under.
        ibans: without blanks; those the creditor's own records know.
        group: customers of one group pay for each other, if the payment names a number.
        mandates: references of their direct debit mandates.
    """

    customer: str
    name: str = ""
    names: tuple[str, ...] = ()
    siren: str = ""
    country: str = ""
    ibans: tuple[str, ...] = ()
    group: str = ""
    mandates: tuple[str, ...] = ()


class LearntPayer(Frozen):
    """An account that paid for a customer, learnt from a booking with number and name evidence.

    Attributes:
        transaction: ``item_key`` of the payment that taught it; undone when that is undone.
    """

    iban: str
    customer: str
    transaction: str = ""


class Status(StrEnum):
    """What became of a transaction.

    ``matched`` is booked; ``suggested`` waits for a person; ``on_account`` is a known payer's money
    that no open item explains; ``ignored`` concerns no open item, or has not moved the account;
    ``duplicate`` was already told; ``reversal`` takes an earlier payment back.
    """

    MATCHED = "matched"
    SUGGESTED = "suggested"
    ON_ACCOUNT = "on_account"
    UNMATCHED = "unmatched"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    REVERSAL = "reversal"


class Allocation(Frozen):
    """What of a payment goes to which open item.

    Attributes:
        amount: positive for an invoice; negative for a credit note that the payer deducted, so
            that the allocations of a payment add up to what of it was used. A reversal repeats the
            allocations that it takes back, with the signs they had.
    """

    document: str
    amount: Decimal


class DifferenceKind(StrEnum):
    """Why an item is settled though less, or more, came in than was open."""

    ROUNDING = "rounding"
    CHARGES = "charges"
    DISCOUNT = "discount"


class Difference(Frozen):
    """What is settled of an item beyond the money, stated apart from the allocations.

    Attributes:
        amount: settled without money; negative when more came in than was open.
    """

    document: str
    kind: DifferenceKind
    amount: Decimal


class EvidenceKind(StrEnum):
    """What a piece of evidence rests on."""

    CLASSIFICATION = "classification"
    IDENTITY = "identity"
    END_TO_END_ID = "end-to-end-id"
    MANDATE = "mandate"
    REFERENCE = "reference"
    NUMBER = "number"
    PURCHASE_ORDER = "purchase-order"
    PAYER = "payer"
    AMOUNT = "amount"
    CONTRADICTION = "contradiction"


class Evidence(Frozen):
    """Why, in words that a person can check against the statement.

    Attributes:
        words: an English sentence.
    """

    kind: EvidenceKind
    words: str


class Suggestion(Frozen):
    """One way to allocate a payment that a person may accept.

    Attributes:
        allocations: as they would be booked.
        differences: as they would be stated.
    """

    allocations: tuple[Allocation, ...] = ()
    differences: tuple[Difference, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Decision(Frozen):
    """What is done with a transaction, and why.

    Attributes:
        customer: whose money it is, where that is known.
        allocations: what is booked, or what a reversal takes back.
        differences: what is settled, or re-opened, without money.
        suggestions: for a person, the likeliest first.
        on_account: what of a booked payment no open item took.
        reverses: ``item_key`` of the payment that a reversal undoes, where it is on record.
        fee: what the bank kept inside a returned amount.
        learns: a payer that this booking teaches.
        unlearns: a payer that this reversal makes doubtful.
    """

    status: Status
    customer: str = ""
    allocations: tuple[Allocation, ...] = ()
    differences: tuple[Difference, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    on_account: Decimal = Decimal(0)
    reverses: str = ""
    fee: Decimal = Decimal(0)
    learns: LearntPayer | None = None
    unlearns: LearntPayer | None = None


class Booking(Frozen):
    """A payment that was booked, as far as a return has to recognise it.

    Attributes:
        transaction: its ``item_key``.
        entry: its ``entry_key``.
        amount: what it moved on the account.
        iban: of the payer.
    """

    transaction: str
    entry: str = ""
    booked_on: date | None = None
    amount: Decimal = Decimal(0)
    currency: str = ""
    customer: str = ""
    end_to_end_id: str = ""
    mandate: str = ""
    bank_reference: str = ""
    iban: str = ""
    payer_name: str = ""
    allocations: tuple[Allocation, ...] = ()
    differences: tuple[Difference, ...] = ()
    learnt: LearntPayer | None = None


class SightingKind(StrEnum):
    """Which sighting of a payment this is.

    ``replaces_sum``: the batch was counted as one sum, which these items now replace;
    ``adds_detail``: counted before, but now the bank says more about it.
    """

    FIRST = "first"
    DUPLICATE = "duplicate"
    REPLACES_SUM = "replaces_sum"
    ADDS_DETAIL = "adds_detail"


class SeenItem(Frozen):
    """A payment of an entry that was counted.

    Attributes:
        detail: how much the bank said about it: the number of letters and digits.
    """

    item_key: str
    amount: Decimal
    detail: int = 0


class SeenEntry(Frozen):
    """An entry of an account as far as files have told it, kept under its ``entry_key``.

    Attributes:
        amount: what the whole entry moved.
        is_sum: told as one sum so far, without the payments in it.
        items: what was counted of it.
    """

    entry_key: str
    amount: Decimal
    is_sum: bool = False
    items: tuple[SeenItem, ...] = ()


class Sighting(Frozen):
    """What a delivered transaction is to those told before, and what to remember.

    Attributes:
        replaces: ``item_key`` of the counted sum that is to be undone first.
        entry: what is now known of the entry; to be kept under its key.
    """

    kind: SightingKind
    entry: SeenEntry
    replaces: str = ""
