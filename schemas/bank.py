"""What does the bank say? One record for every source: a transaction as it moved the account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from schemas.base import Frozen


class FileFormat(StrEnum):
    """What kind of file a bank file is."""

    CAMT_052 = "camt.052"
    CAMT_053 = "camt.053"
    CAMT_054 = "camt.054"
    CFONB_120 = "cfonb120"
    MT940 = "mt940"
    MT942 = "mt942"
    OFX = "ofx"
    CSV = "csv"
    OPEN_BANKING = "open-banking-json"


class TransactionStatus(StrEnum):
    """Whether a transaction has moved the account; only ``booked`` settles anything."""

    BOOKED = "booked"
    PENDING = "pending"
    INFORMATION = "information"


class TransactionKind(StrEnum):
    """What a transaction is, seen from the account holder.

    A returned receipt takes back money that a customer had paid; a returned payment is our own
    transfer coming home, which nobody has paid.
    """

    RECEIPT = "receipt"
    PAYMENT = "payment"
    RETURNED_RECEIPT = "returned-receipt"
    RETURNED_PAYMENT = "returned-payment"


class Flag(StrEnum):
    """What a person should know about how a transaction was read."""

    REMAINDER = "remainder"
    """What an entry moved beyond the sum of its details: charges, or details the bank left out."""
    AMOUNT_UNKNOWN = "amount-unknown"
    """The detail states another currency than the account; ``amount`` is 0, ``stated`` has it."""
    NO_DETAILS = "batch-without-details"
    """One sum for several payments; the file that lists them is another one."""
    SIGN_OF_ENTRY = "sign-of-entry"
    """The details only add up with the entry's direction, so their own was put aside."""
    REVERSAL_TURNED = "reversal-turned"
    """The statement only adds up when its reversals are read the other way round."""
    NO_BOOKING_DATE = "no-booking-date"
    """The bank gives no booking date; the statement's or the value date stands in."""
    DATE_CORRECTED = "date-corrected"
    """The bank gave a day that no calendar has; the month's last day stands in."""


class Party(Frozen):
    """Somebody in a transaction, as the bank names them.

    Attributes:
        iban: without blanks; empty when the account is of another kind.
        account: an account number that is no IBAN.
        bic: of their bank.
        identifiers: such as a SIREN, a BIC or a creditor identifier, in the file's order.
    """

    name: str = ""
    iban: str = ""
    account: str = ""
    bic: str = ""
    identifiers: tuple[str, ...] = ()


class StructuredReference(Frozen):
    """What the payer said in fields instead of free text.

    Attributes:
        reference: the creditor's reference (ISO 11649, Swiss QRR, Belgian OGM, …), unchecked.
        type: as the bank names it, such as ``SCOR``.
        document: number of the document paid, such as the invoice.
        document_type: such as ``CINV`` (invoice) or ``CREN`` (credit note).
        amount: what is paid of that document, when it is said.
    """

    reference: str = ""
    type: str = ""
    issuer: str = ""
    document: str = ""
    document_type: str = ""
    document_date: date | None = None
    amount: Decimal | None = None
    texts: tuple[str, ...] = ()


class Charge(Frozen):
    """A fee of the bank; ``amount`` is negative when the account holder pays it.

    Attributes:
        included: whether the booked amount already contains it, when the bank says so.
    """

    amount: Decimal
    currency: str = ""
    included: bool | None = None
    type: str = ""


class ReturnInformation(Frozen):
    """Why money came back.

    Attributes:
        code: ISO reason such as ``AC04``, or the bank's own.
        original_code: bank transaction code of what is undone.
    """

    code: str = ""
    texts: tuple[str, ...] = ()
    originator: str = ""
    original_code: str = ""


class Batch(Frozen):
    """The batch that an entry books in one sum.

    Attributes:
        count: how many payments it says it has.
        total: their sum, when it is said; without sign.
    """

    message_id: str = ""
    payment_information_id: str = ""
    count: int | None = None
    total: Decimal | None = None


class Balance(Frozen):
    """What stood on the account.

    Attributes:
        type: ISO code: ``OPBD`` opening booked, ``CLBD`` closing booked, ``PRCD`` previous
            closing, ``ITBD`` interim, ``CLAV`` available, …
        amount: signed.
    """

    type: str
    amount: Decimal
    currency: str = ""
    day: date | None = None


class StatedAmount(Frozen):
    """An amount as somebody stated it, perhaps in another currency than the account's."""

    amount: Decimal
    currency: str = ""


class BankTransaction(Frozen):
    """One payment as it moved the account; a batch is split into its payments.

    Attributes:
        statement, entry, detail: where it stands: the number of the statement in its file, of the
            entry in its statement, and of the detail in its entry (0 when the entry has none).
        place: the same for people, with the line where the file has lines.
        account: the account holder's own, IBAN without blanks or the bank's number.
        amount: what it moved on the account; negative when money left.
        entry_amount: what the whole entry moved.
        entry_key, item_key: the same payment has the same keys in every file (bank-statements.md).
        key_basis: ``bank-reference`` or ``fingerprint``, what the keys were made from.
        remittance: free text of the payer, part by part as it stands in the file.
        bank_text: the bank's own words: label, additional information.
        parts: everything else that was said, as (name, text), so that nothing is lost.
        counterparty: the other side; ``counterparty_role`` is ``debtor`` or ``creditor``.
        bank_code: ISO domain/family/sub-family, such as ``PMNT/RCDT/ESCT``.
        proprietary_code: the bank's own; with French banks the AFB code comes first.
        reversal: the bank says that it undoes something.
        stated: the detail's own amount where it differs from ``amount``.
        instructed: what the payer ordered, where the bank tells.
    """

    statement: int = 0
    entry: int = 0
    detail: int = 0
    place: str = ""
    account: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    status: TransactionStatus = TransactionStatus.BOOKED
    kind: TransactionKind = TransactionKind.RECEIPT
    booking_date: date | None = None
    value_date: date | None = None
    entry_amount: Decimal = Decimal(0)
    entry_key: str = ""
    item_key: str = ""
    key_basis: str = ""
    remittance: tuple[str, ...] = ()
    bank_text: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    references: tuple[StructuredReference, ...] = ()
    debtor: Party | None = None
    creditor: Party | None = None
    ultimate_debtor: Party | None = None
    ultimate_creditor: Party | None = None
    counterparty: Party | None = None
    counterparty_role: str = ""
    end_to_end_id: str = ""
    mandate: str = ""
    creditor_scheme_id: str = ""
    bank_reference: str = ""
    entry_reference: str = ""
    transaction_id: str = ""
    instruction_id: str = ""
    payment_information_id: str = ""
    message_id: str = ""
    uetr: str = ""
    cheque: str = ""
    other_references: tuple[tuple[str, str], ...] = ()
    bank_code: str = ""
    proprietary_code: str = ""
    purpose: str = ""
    reversal: bool = False
    returned: ReturnInformation | None = None
    stated: StatedAmount | None = None
    instructed: StatedAmount | None = None
    charges: tuple[Charge, ...] = ()
    batch: Batch | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def settles(self) -> bool:
        """Whether it moved money: pending and informational lines never settle anything."""
        return self.status is TransactionStatus.BOOKED and self.amount != 0


class BankStatement(Frozen):
    """One statement, report or notification of one account.

    Attributes:
        number: 1 for the first of its file.
        kind: ``statement``, ``report`` (052, MT942) or ``notification`` (054).
        account: IBAN without blanks or the bank's number.
        account_number: as the file has it, where ``account`` was made from it.
        copy_duplicate: ``COPY``, ``CODU`` or ``DUPL`` when the bank says so.
        entries, transaction_count: how many were read; an entry may hold many transactions.
        credit, debit: sums of the booked entries, debit negative.
        adds_up: opening + booked entries = closing; None when that cannot be said.
        difference: closing less (opening + entries) where it does not add up.
        reversals_turned: whether it adds up only with its reversals turned round.
        complete: False when the file breaks off inside it.
    """

    number: int = 0
    kind: str = "statement"
    id: str = ""
    sequence: str = ""
    page: str = ""
    account: str = ""
    account_number: str = ""
    account_name: str = ""
    owner: Party | None = None
    servicer: str = ""
    currency: str = ""
    created: str = ""
    period_from: str = ""
    period_to: str = ""
    copy_duplicate: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    balances: tuple[Balance, ...] = ()
    entries: int = 0
    transaction_count: int = 0
    credit: Decimal = Decimal(0)
    debit: Decimal = Decimal(0)
    adds_up: bool | None = None
    difference: Decimal | None = None
    reversals_turned: bool = False
    complete: bool = True
    texts: tuple[str, ...] = ()
    key: str = ""


class Quarantined(Frozen):
    """Something that could not be read; the rest of the file was.

    Attributes:
        place: where it stands, for people.
        excerpt: what stands there, shortened.
    """

    statement: int = 0
    place: str = ""
    reason: str = ""
    excerpt: str = ""


class Notice(Frozen):
    """Something about a file that a person should know, though everything was read."""

    code: str
    sentence: str
    statement: int = 0


class BankFile(Frozen):
    """All that a file says.

    Attributes:
        name: of the file; inside an archive ``archive.zip/name``.
        version: of the format, such as ``001.08``, or a CSV profile's name.
        sha256: of the file's bytes, hexadecimal.
    """

    name: str = ""
    format: FileFormat
    version: str = ""
    encoding: str = ""
    sha256: str = ""
    statements: tuple[BankStatement, ...] = ()
    transactions: tuple[BankTransaction, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    notices: tuple[Notice, ...] = ()


class RefusedFile(Frozen):
    """A file that is no bank statement, or may not be read.

    Attributes:
        reason: what it looks like, and what would be read.
    """

    name: str = ""
    reason: str
