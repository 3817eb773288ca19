"""Who posts a letter? The port: one reference is one letter, however often it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from activities.errors import DeliveryRefused
from schemas.postage import LetterKind, Made, NamedProof, PostalNews, Posting, Proof


class LetterProvider(Protocol):
    """Posts letters, says what became of them, and hands over the proofs.

    Every method may be called again after any failure: ``create`` finds the letter that an earlier
    call made of the same reference, also when its answer was lost.

    Attributes:
        name: under which its letters are kept.
        kinds: which it posts; no other one is ever made of a letter.

    Raises:
        DeliveryRefused: the provider will never take it as it is.
        DeliveryPostponed: the provider cannot be reached, or asks for patience.
    """

    name: str
    kinds: frozenset[LetterKind]

    async def create(self, posting: Posting, provider_id: str = "") -> Made:
        """Make the letter, or find the one there is by its id or else by our reference.

        While it is a draft, it then holds exactly this document and this recipient.
        """

    async def submit(self, provider_id: str, posting: Posting) -> PostalNews:
        """Have it posted, if it holds exactly this document; asked twice, it is posted once."""

    async def look(self, provider_id: str) -> PostalNews:
        """How far it has come."""

    async def close(self) -> None:
        """Let its connections go."""

    async def proofs(self, provider_id: str) -> Sequence[NamedProof]:
        """Which documents there are so far."""

    async def fetch(self, named: NamedProof) -> Proof:
        """One of them, as it comes, with what is suspicious about it."""


def kind_is_posted(provider: str, kinds: frozenset[LetterKind], kind: LetterKind) -> None:
    """A letter is never made one of another kind in silence.

    Raises:
        DeliveryRefused: ``LetterKindUnknown``, when the provider does not post it.
    """
    if kind not in kinds:
        words = f"{provider} posts no {kind.value} letters"
        raise DeliveryRefused("LetterKindUnknown", words)
