"""How are letters posted by La Poste? An adapter in the shape of Maileva's registered-mail API.

It was tried against a server of our own in that shape, never against the provider itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activities.letter_provider import kind_is_posted
from activities.maileva_sendings import MailevaApi, identity_of, moment_of
from schemas.postage import LetterKind, Made, NamedProof, PostalNews, PostalState, Posting

POSTAGE = {
    LetterKind.ORDINARY: "ECONOMIC",
    LetterKind.TRACKED: "TRACKED_MAIL",
    LetterKind.REGISTERED: "REGISTERED_MAIL_J3_AR",
}
"""What the API calls each kind on paper; electronic letters are another API of the provider."""

STATES = {
    "DRAFT": PostalState.DRAFT,
    "PENDING": PostalState.SUBMITTED,
    "BLOCKED": PostalState.SUBMITTED,
    "PREPARING": PostalState.SUBMITTED,
    "ACCEPTED": PostalState.ACCEPTED,
    "PROCESSED": PostalState.POSTED,
    "REJECTED": PostalState.REJECTED,
    "CANCELED": PostalState.REJECTED,
    "ERROR": PostalState.ERROR,
}

UNDELIVERED = {"N03": PostalState.NOT_CLAIMED, "N05": PostalState.REFUSED}
"""Causes after which the debtor counts as notified; all others are no delivery."""

PROOFS = {
    "deposit_proof": "deposit",
    "content_proof": "content",
    "acknowledgement_of_receipt": "acknowledgement",
    "undelivered_mail": "return",
}


class Maileva(MailevaApi):
    """A provider of letters on paper, over HTTP."""

    name = "maileva"
    kinds = frozenset(POSTAGE)

    async def create(self, posting: Posting, provider_id: str = "") -> Made:
        """Make the letter, or find the one there is; a draft then holds exactly this one."""
        kind_is_posted(self.name, self.kinds, posting.kind)
        fields = {
            "postage_type": POSTAGE[posting.kind],
            "color_printing": posting.colour,
            "duplex_printing": posting.duplex,
            **_lines("sender", posting.sender, posting.sender_country),
        }
        recipient = _lines("", posting.recipient, posting.country)
        return await self._sendings.draft(posting, provider_id, fields, recipient)

    async def look(self, provider_id: str) -> PostalNews:
        """How far it has come; what the postman did counts more than what the printer did."""
        found = await self._sendings.read(provider_id)
        state = STATES.get(str(found.get("status", "DRAFT")), PostalState.SUBMITTED)
        cause, at = "", moment_of(found.get("modification_date"))
        for recipient in (await self._sendings.recipients(provider_id))[:1]:
            state, cause = _delivered(recipient, state)
            at = moment_of(recipient.get("main_delivery_status_date")) or at
        reference = str(found.get("custom_id", ""))
        return PostalNews(reference=reference, state=state, cause=cause, at=at)

    async def proofs(self, provider_id: str) -> Sequence[NamedProof]:
        """Which documents there are so far."""
        return [
            NamedProof(
                kind=kind,
                path=f"/sendings/{provider_id}/recipients/{identity_of(one)}/download_{name}",
            )
            for one in await self._sendings.recipients(provider_id)
            for name, kind in PROOFS.items()
            if one.get(f"{name}_url") or one.get(f"{name}_available")
        ]


def _lines(prefix: str, lines: Sequence[str], country: str) -> dict[str, str]:
    """Six lines: the town is always the sixth, whatever is empty between."""
    place = f"{prefix}_" if prefix else ""
    padded = [*lines[:-1], *[""] * (6 - len(lines)), lines[-1]]
    named = {f"{place}address_line_{number}": line for number, line in enumerate(padded, start=1)}
    return {**named, f"{place}country_code": country}


def _delivered(recipient: dict[str, Any], state: PostalState) -> tuple[PostalState, str]:
    match recipient.get("main_delivery_status"):
        case "FIRST_PRESENTATION":
            return PostalState.PRESENTED, ""
        case "DELIVERED":
            return PostalState.DELIVERED, ""
        case "UNDELIVERED":
            cause = str(recipient.get("undelivered_cause", ""))
            return UNDELIVERED.get(cause, PostalState.UNDELIVERABLE), cause
        case _:
            return state, ""
