"""What exactly did the debtor get? The bytes of each message, kept before it begins to leave."""

from __future__ import annotations

import asyncio
import hashlib
import zlib

from schemas.base import Frozen, Instant
from schemas.notice import KeptMessage
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("messages")


class MessageOnRecord(Frozen):
    """A message as it was kept, and what became of its contact.

    Attributes:
        sha256: of the content, as it was kept.
        is_whole: the content still has that hash.
        is_settled: this is the rendering that the contact was settled with; when a contact was
            written anew, the others never left, or nobody knows.
    """

    reference: str
    sha256: str
    media_type: str
    template: str
    template_version: str
    language: str
    kept_at: Instant
    case_id: str
    step: str
    cycle: int
    channel: str
    state: str
    detail: str
    is_whole: bool
    is_settled: bool
    content: bytes


async def keep(connection: Connection, reference: str, message: KeptMessage) -> None:
    """Keep a message's exact bytes, once for each hash.

    Args:
        connection: in the transaction that begins the hand-over.
        reference: of its contact.
        message: as it is about to leave.
    """
    sha256, packed = await asyncio.to_thread(_packed, message.content)
    await connection.execute(
        _SQL["keep"],
        *(reference, sha256, message.media_type, message.template),
        *(message.template_version, message.language, len(message.content), packed),
    )


def _packed(content: bytes) -> tuple[str, bytes]:
    """Hash and pack off the event loop: a mail with attachments has many megabytes."""
    return hashlib.sha256(content).hexdigest(), zlib.compress(content)


async def find(pool: Pool, text: str) -> list[MessageOnRecord]:
    """The messages of a contact's reference, or with a hash, in the order they were kept.

    Args:
        pool: the database.
        text: a reference, a Message-ID that begins with one, or a SHA-256 in hexadecimal.
    """
    reference = text.strip("<> ").partition("@")[0].upper()
    rows = await pool.fetch(_SQL["find"], reference, text.strip().lower())
    found = []
    for row in rows:
        fields = dict(row)
        content = zlib.decompress(fields.pop("packed"))
        settled = fields.pop("settled_sha256")
        size = fields.pop("size")
        found.append(
            MessageOnRecord(
                **fields,
                content=content,
                is_whole=len(content) == size
                and hashlib.sha256(content).hexdigest() == fields["sha256"],
                is_settled=settled == fields["sha256"],
            )
        )
    return found
