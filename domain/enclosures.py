"""Which documents does an e-mail carry? Those not sent yet, as far as they fit; else their link."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from schemas.base import Frozen
from schemas.notice import Enclosure
from schemas.plan import Enclose

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


def enclosures(
    documents: Sequence[Document],
    sent: Collection[str],
    *,
    policy: Enclose,
    bytes_max: int,
) -> tuple[Enclosure, ...]:
    """What is done about each document, in the order of the invoices.

    Args:
        documents: of the invoices that the message is about.
        sent: invoices whose documents the debtor has in this conversation.
        policy: of the plan's step.
        bytes_max: of all attachments together, before they are encoded.

    Returns:
        Those that are attached, and those that are not but for whom a link or a word stands; an
        invoice without file and link, or whose document the debtor has, is not among them.
    """
    if policy is Enclose.NEVER:
        return ()
    left, found = bytes_max, []
    for one in documents:
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
