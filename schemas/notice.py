"""What does a message say? Everything a text or a letter may mention, already decided."""

from __future__ import annotations

import hashlib
from datetime import date

from pydantic import Field

from schemas.account import ItemAccount
from schemas.base import Frozen
from schemas.charges import StatedCharges
from schemas.interest import CONTRACT_LAW, ClaimStatement
from schemas.money import Money
from schemas.parties import Creditor, Debtor
from schemas.pauses import Arrangement, Dispute
from schemas.plan import Channel, Charges


class NoticeItem(Frozen):
    """One overdue invoice as a message lists it.

    Attributes:
        asked: what is still owed of it; ``amount`` less ``paid``.
        reference: ISO 11649 creditor reference.
        statement: its account on the day of the message; None when the plan's step asks for none.
        account: its principal, with every payment and credit; None in a message without it.
        delivered_on: the day of delivery or performance; None when it is not known.
        claimed: what is claimed beside it by a document that tells claimed charges from stated
            ones; None in all others.
    """

    invoice: str
    issue_date: date
    due_date: date
    amount: Money
    paid: Money
    asked: Money
    days_overdue: int
    purchase_order: str = ""
    reference: str = ""
    statement: ClaimStatement | None = None
    account: ItemAccount | None = None
    delivered_on: date | None = None
    claimed: Money | None = None


class EarlierContact(Frozen):
    """A contact that left before this one, for messages that recall it."""

    on: date
    channel: Channel
    step: str


class Enclosure(Frozen):
    """A document that a message carries, or says where to find.

    Attributes:
        invoice: its number; empty for the statement of account.
        name: of the attached file.
        attached: it is in the message; else it would have been too large.
        link: where it can be fetched instead, or empty.
        statement: it is the statement of account, which is about all invoices of the message.
    """

    invoice: str = ""
    name: str = ""
    attached: bool = True
    link: str = ""
    statement: bool = False


class NoticeClaim(Frozen):
    """What late payment has cost by the day of a message, beside the invoices.

    Attributes:
        charges: whether the message states, claims or waives it.
        on: the last day that is counted.
        principal: what is asked of the invoices themselves.
        interest: still owed of it, over all invoices.
        indemnity: the law's fixed sums, over all invoices.
        daily_increment: what a further day adds; None when a rate is not published yet.
        complete: the rate of every day was known.
        known_until: the last day up to which interest could be counted.
        conventions: how it was counted, to print under it.
        laws: the articles that were applied.
        only_stated: what is told beside the part that is claimed, and not asked for; None where all
            of it is treated alike.
    """

    charges: Charges
    on: date
    principal: Money
    interest: Money
    indemnity: Money
    daily_increment: Money | None = None
    complete: bool = True
    known_until: date
    conventions: str = ""
    laws: tuple[str, ...] = ()
    only_stated: Money | None = None

    @property
    def by_contract(self) -> bool:
        """A contract alone says what late payment costs: no law is named for it."""
        return set(self.laws) == {CONTRACT_LAW}

    @property
    def stated(self) -> bool:
        """It is told, and not asked for."""
        return self.charges is Charges.STATE

    @property
    def claimed(self) -> bool:
        """It is asked for, with the invoices."""
        return self.charges is Charges.CLAIM

    @property
    def waived(self) -> bool:
        """It is given up, if the invoices are paid in time."""
        return self.charges is Charges.WAIVE

    @property
    def total_with_charges(self) -> Money:
        """Invoices, interest and fixed sums."""
        return self.principal + self.interest + self.indemnity


class Notice(Frozen):
    """One message to one debtor.

    Attributes:
        reference: the contact's unique reference.
        template: which text; a folder per language under ``templates/``.
        on: the business day it is dated.
        pay_by: the deadline it names.
        items: every overdue item it asks for; at least one, one currency.
        claim: what late payment has cost; None when the plan's step names no figure, or none is
            owed.
        promise: what the debtor has promised, in a message that confirms it.
        dispute: what the debtor contests, in a message that confirms it.
        follows: the text of the plan's step after this one; empty when none is left.
        refer_to: to whom the plan hands the case at its end.
        refer_on: when it would, or did; None when the plan hands it to nobody.
    """

    reference: str
    template: str
    level: int
    on: date
    pay_by: date
    creditor: Creditor
    debtor: Debtor
    items: tuple[NoticeItem, ...] = Field(min_length=1)
    earlier: tuple[EarlierContact, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    claim: NoticeClaim | None = None
    promise: Arrangement | None = None
    dispute: Dispute | None = None
    follows: str = ""
    refer_to: str = ""
    refer_on: date | None = None

    @property
    def principal(self) -> Money:
        """What the message asks for of the invoices themselves."""
        total = Money.zero(self.items[0].asked.currency)
        for item in self.items:
            total += item.asked
        return total

    @property
    def paid(self) -> Money:
        """What has come in for the invoices."""
        total = Money.zero(self.items[0].paid.currency)
        for item in self.items:
            total += item.paid
        return total

    @property
    def waived(self) -> Money:
        """What nobody asks for any more, though it was not paid: a small remainder, say."""
        total = Money.zero(self.items[0].amount.currency)
        for item in self.items:
            total += item.amount - item.paid - item.asked
        return total

    @property
    def at_contract_rate(self) -> bool:
        """Its interest runs, on any day, at a rate of the contract's own and not at the law's."""
        accounts = [item.statement for item in self.items if item.statement is not None]
        parts = [part for account in accounts for part in account.segments]
        return any(part.rate is not None and part.row is None for part in parts)

    @property
    def total(self) -> Money:
        """What the message is about: what it asks for, with what it claims; or what is promised."""
        if self.promise is not None:
            return self.promise.total
        if self.claim is not None and self.claim.claimed:
            return self.claim.total_with_charges
        return self.principal


class EmailMessageText(Frozen):
    """A rendered e-mail before it becomes bytes.

    Attributes:
        language: of the text.
        template_version: of the files it was made from; see :class:`KeptMessage`.
    """

    subject: str
    text: str
    html: str
    language: str = ""
    template_version: str = ""


class Letter(Frozen):
    """A rendered letter.

    Attributes:
        pdf: the document's bytes, PDF/A-2a.
        sha256: of these bytes, hexadecimal.
        language: of the text.
        template_version: of the files it was made from; see :class:`KeptMessage`.
    """

    pdf: bytes
    sha256: str
    pages: int = 1
    language: str = ""
    template_version: str = ""


class KeptMessage(Frozen):
    """The exact bytes of a message, as they are handed over.

    Attributes:
        media_type: ``message/rfc822`` or ``application/pdf``.
        template: its name.
        template_version: the first twelve digits of the SHA-256 over the files it was made from.
        language: of the text.
        charges: what it claims beside each of its invoices.
    """

    content: bytes
    media_type: str
    template: str = ""
    template_version: str = ""
    language: str = ""
    charges: tuple[StatedCharges, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()
