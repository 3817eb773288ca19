"""What has been written to a debtor before? Their conversation, its documents and recipients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from domain.recipients import Recipient
from schemas.base import Frozen
from schemas.notice import Notice
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


class Correspondence(Frozen):
    """What was written to a debtor before a contact, and what its invoices have to show.

    Attributes:
        earlier: what was written and answered, oldest first.
        documents: by invoice number, the document's file and link as they were imported.
        sent: invoices whose documents the debtor has got with another contact.
    """

    earlier: tuple[Earlier, ...] = ()
    documents: Mapping[str, tuple[str, str]] = Field(default_factory=dict)
    sent: frozenset[str] = frozenset()


async def read_correspondence(
    pool: Pool, creditor: str, debtor_id: str, reference: str, numbers: Sequence[str] = ()
) -> Correspondence:
    """What stands before a contact, in one answer.

    Args:
        pool: the database.
        creditor: the creditor's short name.
        debtor_id: whom the contact is for.
        reference: of the contact.
        numbers: the invoices that it is about.
    """
    row = await pool.fetchrow(
        _SQL["correspondence"],
        *(creditor, debtor_id, reference, CONVERSATION_DAYS, CONVERSATION_MAX, list(numbers)),
    )
    if row is None:
        return Correspondence()
    return Correspondence(
        earlier=tuple(
            Earlier(
                reference=one["reference"],
                message_id=one["message_id"] or (one["detail"] if one["detail"][:1] == "<" else ""),
            )
            for one in row["conversation"]
        ),
        documents=row["documents"],
        sent=row["sent"],
    )


async def put_on_record(
    pool: Pool,
    notice: Notice,
    recipients: Sequence[Recipient],
    documents: Sequence[EnclosedDocument],
) -> None:
    """Remember to whom a contact goes, and with which documents: these, and no others any more."""
    await pool.execute(
        _SQL["put_on_record"],
        *(notice.reference, notice.creditor.creditor, notice.debtor.debtor_id),
        *([one.kind for one in documents], [one.document for one in documents]),
        [one.sha256 for one in documents],
        [one.address for one in recipients],
        [one.role.value for one in recipients],
        [one.copied for one in recipients],
    )


async def enclosed(pool: Pool, reference: str) -> list[EnclosedDocument]:
    """What left with a contact, the statement of account first."""
    return [
        EnclosedDocument.model_validate(dict(row))
        for row in await pool.fetch(_SQL["enclosed"], reference)
    ]


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
