"""What does a message say? Everything a text or a letter may mention, already decided."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from schemas.base import Frozen
from schemas.money import Money
from schemas.parties import Creditor, Debtor
from schemas.plan import Channel


class NoticeItem(Frozen):
    """One overdue invoice as a message lists it.

    Attributes:
        asked: what is still owed of it; ``amount`` less ``paid``.
        reference: ISO 11649 creditor reference.
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


class EarlierContact(Frozen):
    """A contact that left before this one, for messages that recall it."""

    on: date
    channel: Channel
    step: str


class Enclosure(Frozen):
    """A document that a message carries, or says where to find.

    Attributes:
        invoice: its number.
        name: of the attached file.
        attached: it is in the message; else it would have been too large.
        link: where it can be fetched instead, or empty.
    """

    invoice: str
    name: str = ""
    attached: bool = True
    link: str = ""


class Notice(Frozen):
    """One message to one debtor.

    Attributes:
        reference: the contact's unique reference.
        template: which text; a folder per language under ``templates/``.
        on: the business day it is dated.
        pay_by: the deadline it names.
        items: every overdue item it asks for; at least one, one currency.
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

    @property
    def total(self) -> Money:
        """What the message asks for altogether."""
        total = Money.zero(self.items[0].asked.currency)
        for item in self.items:
            total += item.asked
        return total


class EmailMessageText(Frozen):
    """A rendered e-mail before it becomes bytes."""

    subject: str
    text: str
    html: str


class Letter(Frozen):
    """A rendered letter.

    Attributes:
        pdf: the document's bytes, PDF/A-2a.
        sha256: of these bytes, hexadecimal.
    """

    pdf: bytes
    sha256: str
    pages: int = 1
