"""What exactly did the debtor get? The bytes of each message, kept before it begins to leave."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from typing import NamedTuple

from schemas.base import Frozen, Instant
from schemas.notice import KeptMessage
from store.pool import Pool
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


class PackedMessage(NamedTuple):
    """A message as it is kept, once for each hash."""

    sha256: str | None
    size: int | None = None
    packed: bytes | None = None
    media_type: str | None = None
    template: str | None = None
    template_version: str | None = None
    language: str | None = None


NO_MESSAGE = PackedMessage(None)
"""Something is handed over of which nothing is kept."""


async def pack(message: KeptMessage | None) -> PackedMessage:
    """A message ready to be kept, when its hand-over begins.

    It is hashed and packed off the event loop: a mail with attachments has many megabytes.
    """
    return NO_MESSAGE if message is None else await asyncio.to_thread(_packed, message)


def _packed(message: KeptMessage) -> PackedMessage:
    content = message.content
    return PackedMessage(
        hashlib.sha256(content).hexdigest(),
        len(content),
        zlib.compress(content),
        *(message.media_type, message.template, message.template_version, message.language),
    )


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
