"""How does a person get the account on paper? The statement that a firm e-mail would enclose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from activities.press import CharacterMissing
from activities.statement_pdf import StatementPress
from activities.template_engine import TemplateBroken, TemplateMissing
from activities.texts import TooManyItems
from cli.outcome import CommandFailed, Exit, say_error
from cli.typed import one_of
from domain.business_calendar import days_overdue
from domain.ledger_figures import LedgerFigures, claimed_of
from domain.notice_claim import add_up, told
from schemas.account import ItemAccount
from schemas.base import Frozen
from schemas.interest import ClaimStatement
from schemas.invoice import Invoice
from schemas.money import Money
from schemas.notice import Letter, Notice, NoticeClaim, NoticeItem
from schemas.parties import Creditor, Debtor
from schemas.plan import Charges
from schemas.settings import Settings

CHARGES = (Charges.NONE, Charges.STATE, Charges.CLAIM)
"""What a document may say of charges; only a message with a deadline can offer to waive them."""


@dataclass(frozen=True)
class TypedPaper:
    """What a person typed about a document; no file when they want none."""

    file: Path | None = None
    language: str = ""
    charges: str = ""


@dataclass(frozen=True)
class Paper:
    """Where an account is written to, and how.

    Attributes:
        language: of its words; empty for the debtor's own.
        charges: what it says of interest and fixed sums; None says what the cases do: it claims
            what a case has claimed and is owed still, and states the rest.
    """

    file: Path
    language: str = ""
    charges: Charges | None = None


def paper_of(typed: TypedPaper) -> Paper | None:
    """What a person wants on paper; None for nothing.

    Raises:
        CommandFailed: when something of it is none, or is about a document that nobody wants.
    """
    if typed.charges:
        one_of(typed.charges, CHARGES, "--charges")
    if typed.file is None:
        if typed.language:
            raise CommandFailed(Exit.USAGE, "--lang is about a document: say --pdf FILE, too")
        return None
    if typed.language and not re.fullmatch(r"[a-z]{2}", typed.language):
        words = f"--lang {typed.language!r}: expected two letters, such as de"
        raise CommandFailed(Exit.USAGE, words)
    charges = Charges(typed.charges) if typed.charges else None
    return Paper(typed.file, typed.language, charges)


class Owed(Frozen):
    """What a document needs to know of an invoice.

    Attributes:
        principal: as invoiced, with everything that took something off it.
        due_date: as the account counts it.
        ledger: what its case has claimed beside it; None when nothing was.
    """

    invoice: Invoice
    debtor: Debtor
    principal: ItemAccount
    due_date: date
    ledger: LedgerFigures | None = None


State = Callable[[int, str], ClaimStatement]
"""Gives the account of the invoice in a place, its conventions said in a language."""


def write_document(
    paper: Paper, who: Creditor, day: date, owed: Sequence[Owed], state: State
) -> None:
    """Write one document for all these invoices.

    Raises:
        CommandFailed: when they are of several debtors or currencies, when there are no words in
            the language, or when the file cannot be written.
    """
    _belong_together(owed)
    press = StatementPress(Settings().templates_folder)
    try:
        language = paper.language or press.language_of(_notice(paper, who, day, owed, None))
        stated = [state(place, language) for place in range(len(owed))]
        notice = _notice(paper, who, day, owed, stated)
        document = press.print(notice, language=language, deadline=False)
    except TemplateMissing as error:
        raise CommandFailed(Exit.USAGE, f"--lang {paper.language}: {error}") from error
    except (CharacterMissing, TemplateBroken, TooManyItems) as error:
        raise CommandFailed(Exit.PROBLEMS, str(error)) from error
    _save(document, paper.file)


def _belong_together(owed: Sequence[Owed]) -> None:
    first = owed[0]
    for other in owed[1:]:
        whose = first.debtor.debtor_id, other.debtor.debtor_id
        if whose[0] != whose[1]:
            words = f"{first.invoice.number} is of {whose[0]}, {other.invoice.number} of {whose[1]}"
            raise CommandFailed(Exit.USAGE, f"--pdf is the account of one debtor: {words}")
        money = first.principal.invoiced.currency, other.principal.invoiced.currency
        if money[0] != money[1]:
            words = f"{first.invoice.number} is in {money[0]}, {other.invoice.number} in {money[1]}"
            raise CommandFailed(Exit.USAGE, f"--pdf is an account in one currency: {words}")


def _notice(
    paper: Paper,
    who: Creditor,
    day: date,
    owed: Sequence[Owed],
    stated: Sequence[ClaimStatement] | None,
) -> Notice:
    """What a message about these invoices would say; it is in no contact and names no deadline."""
    debtor = owed[0].debtor
    charges = paper.charges or Charges.STATE
    shown = stated if stated is not None and charges is not Charges.NONE else [None] * len(owed)
    items = [_item(one, day, statement) for one, statement in zip(owed, shown, strict=True)]
    principal = sum((one.asked for one in items[1:]), items[0].asked)
    claim = add_up(told(charges, debtor), principal, shown)
    if claim is not None and stated is not None:
        parts = [claimed_of(one.ledger, of) for one, of in zip(owed, stated, strict=True)]
        if paper.charges is None:
            claim, items = _as_in_the_ledger(claim, items, parts)
        elif charges is Charges.CLAIM:
            _warn_of_unclaimed(items, parts)
    return Notice(
        reference="",
        template="statement",
        level=0,
        on=day,
        pay_by=day,
        creditor=who,
        debtor=debtor,
        items=tuple(sorted(items, key=lambda one: (one.due_date, one.invoice))),
        claim=claim,
    )


def _as_in_the_ledger(
    claim: NoticeClaim, items: list[NoticeItem], parts: list[tuple[Money, Money]]
) -> tuple[NoticeClaim, list[NoticeItem]]:
    """A document claims what cases have claimed, invoice by invoice; the rest is only stated."""
    none = Money.zero(claim.principal.currency)
    interest = sum((one for one, _ in parts), none)
    indemnity = sum((one for _, one in parts), none)
    claimed = interest + indemnity
    if not claimed.is_positive:
        return claim, items
    figures = {
        "charges": Charges.CLAIM,
        "interest": interest,
        "indemnity": indemnity,
        "only_stated": claim.interest + claim.indemnity - claimed,
    }
    told_apart = [
        item.model_copy(update={"claimed": of_interest + of_indemnity})
        for item, (of_interest, of_indemnity) in zip(items, parts, strict=True)
    ]
    return claim.model_copy(update=figures), told_apart


def _warn_of_unclaimed(items: list[NoticeItem], parts: list[tuple[Money, Money]]) -> None:
    """Who says that all is to be claimed is told what no ledger has yet."""
    for item, (interest, indemnity) in zip(items, parts, strict=True):
        if item.statement is None:
            continue
        owed = item.statement.interest_owed + item.statement.indemnity_owed
        missing = owed - interest - indemnity
        if missing.is_positive:
            words = f"warning: {item.invoice}: {missing} of the charges is in no ledger yet"
            say_error(f"{words}; `charges claim {item.invoice}` puts it there", Exit.DONE)


def _item(one: Owed, day: date, statement: ClaimStatement | None) -> NoticeItem:
    principal = one.principal
    return NoticeItem(
        invoice=one.invoice.number,
        issue_date=one.invoice.issue_date,
        due_date=one.due_date,
        amount=principal.invoiced,
        paid=principal.settled,
        asked=principal.asked,
        days_overdue=days_overdue(one.due_date, day),
        purchase_order=one.invoice.purchase_order,
        reference=one.invoice.reference,
        statement=statement,
        account=principal,
    )


def _save(document: Letter, file: Path) -> None:
    try:
        file.write_bytes(document.pdf)
    except OSError as error:
        raise CommandFailed(Exit.PROBLEMS, f"cannot write {file}: {error.strerror}") from error
    pages = f"{document.pages} page{'s' * (document.pages != 1)}"
    words = f"saved {len(document.pdf)} bytes, {pages}, sha256 {document.sha256}: {file}"
    say_error(words, Exit.DONE)
