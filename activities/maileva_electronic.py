"""How do registered letters go electronically? In the shape of Maileva's qualified LRE API, v1.3.

It was tried against a server of our own in that shape, never against the provider itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activities.letter_provider import kind_is_posted
from activities.maileva_sendings import MailevaApi, identity_of, moment_of
from schemas.postage import LetterKind, Made, NamedProof, PostalNews, PostalState, Posting

STATES = {
    "DRAFT": PostalState.DRAFT,
    "PENDING": PostalState.SUBMITTED,
    # The addressee was told that a letter waits, and has 15 days from the next one (CPCE R53-3).
    "PROCESSED": PostalState.PRESENTED,
    "ACCEPTED": PostalState.DELIVERED,
    "REFUSED": PostalState.REFUSED,
    "NOT_CLAIMED": PostalState.NOT_CLAIMED,
    "REJECTED": PostalState.REJECTED,
    "ERROR": PostalState.ERROR,
}
_ORDER = list(PostalState)

PROOFS = {
    "DEPOSIT_PROOF": "deposit",
    "ACKNOWLEDGMENT_OF_RECEIPT": "acknowledgement",
    "REFUSAL_PROOF": "refusal",
    "NOT_CLAIMED_PROOF": "not-claimed",
}


class MailevaElectronic(MailevaApi):
    """A provider of qualified electronic registered letters (eIDAS art. 44), over HTTP."""

    name = "maileva-electronic"
    kinds = frozenset({LetterKind.ELECTRONIC_QUALIFIED})

    async def create(self, posting: Posting, provider_id: str = "") -> Made:
        """Make the letter, or find the one there is; a draft then holds exactly this one."""
        kind_is_posted(self.name, self.kinds, posting.kind)
        fields = {"sender_name": posting.sender[0], "sender_country_code": posting.sender_country}
        named = "company" if posting.is_professional else "last_name"
        recipient = {
            "type": "PROFESSIONAL" if posting.is_professional else "INDIVIDUAL",
            named: posting.recipient[0],
            "email": posting.email,
            "country_code": posting.country,
        }
        return await self._sendings.draft(posting, provider_id, fields, recipient)

    async def look(self, provider_id: str) -> PostalNews:
        """How far it has come: of what is said of sending and recipient, the later state counts."""
        found = await self._sendings.read(provider_id)
        state, at = _state(found), moment_of(found.get("modification_date"))
        for recipient in (await self._sendings.recipients(provider_id))[:1]:
            there = _state(recipient)
            if "status" in recipient and _ORDER.index(there) >= _ORDER.index(state):
                state, at = there, moment_of(recipient.get("status_date")) or at
        return PostalNews(
            reference=str(found.get("custom_id", "")),
            state=state,
            at=at,
            presented_at=moment_of(found.get("processed_date")),
        )

    async def proofs(self, provider_id: str) -> Sequence[NamedProof]:
        """Which documents there are so far."""
        found: list[NamedProof] = []
        for recipient in await self._sendings.recipients(provider_id):
            place = f"/sendings/{provider_id}/recipients/{identity_of(recipient)}/proofs"
            for one in await self._sendings.listed(place, "proofs"):
                if kind := PROOFS.get(str(one.get("type"))):
                    path = f"{place}/{identity_of(one)}/download"
                    found.append(NamedProof(kind=kind, path=path))
        return found


def _state(found: dict[str, Any]) -> PostalState:
    """A word nobody knows is no end."""
    return STATES.get(str(found.get("status", "DRAFT")), PostalState.SUBMITTED)
