"""Who posts a letter? The port: one reference is one letter, however often it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from schemas.money import Money
from schemas.postage import LetterKind, PostalNews, Posting, Proof


class LetterProvider(Protocol):
    """Posts letters, says what became of them, and hands over the proofs.

    Every method may be called again after any failure: ``create`` finds the letter that an earlier
    call made of the same reference, also when its answer was lost.

    Raises:
        DeliveryRefused: the provider will never take it as it is.
        DeliveryPostponed: the provider cannot be reached, or asks for patience.
    """

    name: str

    async def quote(self, kind: LetterKind, pages: int, country: str) -> Money | None:
        """What it would cost; None when the provider does not say."""

    async def create(self, posting: Posting) -> str:
        """Make the letter, or find the one there is; answers with the provider's own id."""

    async def submit(self, provider_id: str) -> PostalNews:
        """Have it printed and posted; asked twice, it is posted once."""

    async def look(self, provider_id: str) -> PostalNews:
        """How far it has come."""

    async def close(self) -> None:
        """Let its connections go."""

    async def proofs(self, provider_id: str) -> Sequence[Proof]:
        """The documents there are so far."""
