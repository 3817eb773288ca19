"""Which documents does an e-mail carry? The account and new invoices, as far as they fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from schemas.base import Frozen
from schemas.notice import Enclosure
from schemas.plan import Charges, DunningStep, Enclose

STATEMENT_TEMPLATES = ("firm", "formal-notice", "hand-over-notice")
"""Texts that come with a statement of account, where a plan's step does not say whether they do."""

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


class Document(Frozen):
    """An invoice's document, as it was found.

    Attributes:
        invoice: its number.
        size: in bytes; 0 when there is no file.
        link: where the debtor can fetch it, or empty.
    """

    invoice: str
    size: int = 0
    link: str = ""


class Statement(Frozen):
    """A statement of account, as it was made.

    Attributes:
        name: of its file.
        size: in bytes.
    """

    name: str
    size: int


def carries_statement(step: DunningStep) -> bool:
    """Whether the e-mail of a step carries a statement of account.

    Where the plan does not say: from the firm tone on, and wherever interest or the fixed sum is
    told, because a debtor can then count again what is asked.
    """
    if step.statement is not None:
        return step.statement
    return step.charges is not Charges.NONE or step.template.startswith(STATEMENT_TEMPLATES)


def enclosures(
    documents: Sequence[Document],
    sent: Collection[str],
    *,
    policy: Enclose,
    bytes_max: int,
    statement: Statement | None = None,
) -> tuple[Enclosure, ...]:
    """What is done about each document: the statement first, then in the order of the invoices.

    Args:
        documents: of the invoices that the message is about.
        sent: invoices whose documents the debtor has in this conversation.
        policy: of the plan's step; it is about the invoices alone.
        bytes_max: of all attachments together, before they are encoded.
        statement: of account; None for a message without one.

    Returns:
        Those that are attached, and those that are not but for whom a link or a word stands; an
        invoice without file and link, or whose document the debtor has, is not among them.
    """
    left, found = bytes_max, []
    if statement is not None:
        fits = statement.size <= left
        left -= statement.size if fits else 0
        found.append(Enclosure(name=statement.name, attached=fits, statement=True))
    for one in documents if policy is not Enclose.NEVER else ():
        if one.invoice in sent and policy is Enclose.ONCE:
            continue
        attached = 0 < one.size <= left
        left -= one.size if attached else 0
        if attached or one.link or one.size:
            found.append(
                Enclosure(
                    invoice=one.invoice,
                    name=file_name(one.invoice),
                    attached=attached,
                    link="" if attached else one.link,
                )
            )
    return tuple(found)


def file_name(invoice: str) -> str:
    """The name under which a document is attached: safe on any machine, and still its number."""
    return f"{_UNFIT.sub('-', invoice).strip('.-') or 'document'}.pdf"
