"""How is a letter posted, and what became of it? Kinds, states, proofs."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from schemas.base import Frozen, Instant


class LetterKind(StrEnum):
    """How a letter travels.

    A qualified electronic letter equals a registered one on paper (CPCE L100, eIDAS art. 44); a
    simple one (eIDAS art. 43) does not, and is never taken for it.
    """

    ORDINARY = "ordinary"
    TRACKED = "tracked"
    REGISTERED = "registered"
    ELECTRONIC_QUALIFIED = "electronic-qualified"
    ELECTRONIC_SIMPLE = "electronic-simple"

    @property
    def is_electronic(self) -> bool:
        """It goes to an e-mail address, and nothing of it is on paper."""
        return self in {LetterKind.ELECTRONIC_QUALIFIED, LetterKind.ELECTRONIC_SIMPLE}


class PostalState(StrEnum):
    """How far a letter has come, in this order; the last six are final."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    POSTED = "posted"
    PRESENTED = "presented"
    DELIVERED = "delivered"
    REFUSED = "refused"
    NOT_CLAIMED = "not-claimed"
    UNDELIVERABLE = "undeliverable"
    REJECTED = "rejected"
    ERROR = "error"

    @property
    def is_final(self) -> bool:
        """Nothing more will happen to the letter."""
        return self in FINAL

    @property
    def notifies(self) -> bool:
        """The debtor counts as notified: who refuses a letter or leaves it lying has had it."""
        return self in {PostalState.DELIVERED, PostalState.REFUSED, PostalState.NOT_CLAIMED}


FINAL = frozenset(
    {
        *(PostalState.DELIVERED, PostalState.REFUSED, PostalState.NOT_CLAIMED),
        *(PostalState.UNDELIVERABLE, PostalState.REJECTED, PostalState.ERROR),
    }
)


class PostalNews(Frozen):
    """What a provider says of a letter.

    Attributes:
        reference: of the contact, which is the idempotency key.
        state: how far it has come.
        cause: why it could not be delivered, in the provider's words; empty otherwise.
        at: when it happened, as the provider says.
        presented_at: when it was first presented, where the provider says that apart.
    """

    reference: str
    state: PostalState
    cause: str = ""
    at: Instant | None = None
    presented_at: Instant | None = None


class NamedProof(Frozen):
    """A document that a provider says there is.

    Attributes:
        kind: as in :class:`Proof`.
        path: where the provider has it.
    """

    kind: str
    path: str


class Proof(Frozen):
    """A document that proves something about a letter; kept at once, as providers keep it a year.

    Attributes:
        kind: such as ``deposit``, ``content``, ``acknowledgement``, ``return``, ``refusal``,
            ``not-claimed``.
        sha256: of the content, hexadecimal.
        doubt: what is suspicious about it; empty for a good one.
    """

    kind: str
    content: bytes
    media_type: str = "application/pdf"
    sha256: str
    doubt: str = ""


class Posting(Frozen):
    """What a provider is asked to post.

    Attributes:
        reference: of the contact; the same reference is the same letter.
        recipient: lines as on the envelope, the town last; without the country.
        sender: likewise.
        email: where an electronic letter goes; empty on paper.
        is_professional: the debtor owes as a business or a public body, not as a consumer.
        colour: it is printed in colours.
        duplex: it is printed on both sides of a sheet.
    """

    reference: str
    kind: LetterKind
    recipient: tuple[str, ...]
    country: str
    sender: tuple[str, ...]
    sender_country: str
    pdf: bytes
    pages: int
    email: str = ""
    is_professional: bool = True
    colour: bool = False
    duplex: bool = True

    @property
    def sha256(self) -> str:
        """Of the document, hexadecimal."""
        return hashlib.sha256(self.pdf).hexdigest()


class Made(Frozen):
    """A letter as its provider has it.

    Attributes:
        provider_id: the provider's own id.
        is_draft: nothing of it was posted yet, and it can still be changed.
    """

    provider_id: str
    is_draft: bool
