"""What has been written to a debtor before? Their conversation, its documents and recipients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from domain.recipients import Recipient
from schemas.base import Frozen
from store.pool import Pool
from store.queries import queries

_SQL = queries("correspondence")

CONVERSATION_DAYS = 400
"""A message older than this begins no thread any more."""

CONVERSATION_MAX = 12
"""So many of the latest messages are named as what a message follows."""


class Earlier(Frozen):
    """A message of the conversation: ours by its contact's reference, theirs by its Message-ID."""

    reference: str = ""
    message_id: str = ""


class Recorded(Frozen):
    """A recipient of a contact, and what the mail server said of them."""

    address: str
    role: str
    copied: bool
    state: str
    said: str = ""


class EnclosedDocument(Frozen):
    """A document that leaves with a contact.

    Attributes:
        kind: of which an invoice's leaves once in a conversation, a statement each time.
        document: the invoice's number; of a statement, its file name.
        sha256: of its bytes, hexadecimal.
    """

    kind: Literal["invoice", "statement"]
    document: str
    sha256: str


async def conversation(
    pool: Pool, creditor: str, debtor_id: str, reference: str
) -> tuple[Earlier, ...]:
    """What was written to a debtor, and answered, before a contact; oldest first."""
    rows = await pool.fetch(
        _SQL["conversation"],
        *(creditor, debtor_id, reference, CONVERSATION_DAYS, CONVERSATION_MAX),
    )
    return tuple(
        Earlier(
            reference=row["reference"],
            message_id=row["message_id"] or (row["detail"] if row["detail"][:1] == "<" else ""),
        )
        for row in reversed(rows)
    )


async def documents_sent(pool: Pool, creditor: str, debtor_id: str, reference: str) -> set[str]:
    """Invoices whose documents the debtor has got with another contact than this one."""
    rows = await pool.fetch(_SQL["documents_sent"], creditor, debtor_id, reference)
    return {row["document"] for row in rows}


async def documents_of(
    pool: Pool, creditor: str, numbers: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """By invoice number, the document's file and link as they were imported."""
    rows = await pool.fetch(_SQL["documents"], creditor, list(numbers))
    return {row["number"]: (row["document"], row["document_link"]) for row in rows}


async def enclose(
    pool: Pool,
    reference: str,
    creditor: str,
    debtor_id: str,
    documents: Sequence[EnclosedDocument],
) -> None:
    """Remember which documents leave with a contact: these, and no others any more."""
    await pool.execute(
        _SQL["enclose"],
        *(reference, creditor, debtor_id, [one.kind for one in documents]),
        *([one.document for one in documents], [one.sha256 for one in documents]),
    )


async def enclosed(pool: Pool, reference: str) -> list[EnclosedDocument]:
    """What left with a contact, the statement of account first."""
    return [
        EnclosedDocument.model_validate(dict(row))
        for row in await pool.fetch(_SQL["enclosed"], reference)
    ]


async def address(pool: Pool, reference: str, recipients: Sequence[Recipient]) -> None:
    """Remember to whom a contact goes."""
    await pool.execute(
        _SQL["address"],
        reference,
        [one.address for one in recipients],
        [one.role.value for one in recipients],
        [one.copied for one in recipients],
    )


async def answered(pool: Pool, reference: str, states: Mapping[str, tuple[str, str]]) -> None:
    """Remember what became of each address: its state, and what the server said."""
    await pool.execute(
        _SQL["answered"],
        reference,
        list(states),
        [state for state, _ in states.values()],
        [said for _, said in states.values()],
    )


async def recipients(pool: Pool, reference: str) -> list[Recorded]:
    """To whom a contact went."""
    return [
        Recorded.model_validate(dict(row))
        for row in await pool.fetch(_SQL["recipients"], reference)
    ]
