"""How are letters posted by La Poste? An adapter in the shape of Maileva's registered-mail API.

It was tried against a server of our own in that shape, never against the provider itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import httpx

from activities.errors import DeliveryPostponed, DeliveryRefused
from schemas.base import Frozen
from schemas.money import Money
from schemas.postage import LetterKind, PostalNews, PostalState, Posting, Proof

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

PATIENCE = httpx.Timeout(20.0, connect=5.0)
TOKEN_MARGIN = 30.0
"""Seconds before its end from which a token is not used any more."""

MOST_BYTES = 20_000_000
"""No proof is larger; what claims to be is not read."""


class MailevaAccount(Frozen):
    """Whose letters they are.

    Attributes:
        url: without a slash at its end, such as ``https://…/registered_mail/v4``.
        token_url: of the OAuth2 server.
    """

    url: str
    token_url: str
    client_id: str
    client_secret: str


class Maileva:
    """A letter provider over HTTP.

    Args:
        account: whose letters they are.
        client: for tests; closed with ``close``.
    """

    name = "maileva"

    def __init__(self, account: MailevaAccount, client: httpx.AsyncClient | None = None) -> None:
        self._account = account
        self._client = client or httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False)
        self._token, self._until = "", 0.0

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def quote(self, kind: LetterKind, pages: int, country: str) -> Money | None:  # noqa: ARG002 - the port's
        """The API names no price before a letter is made."""
        _postage(kind)
        return None

    async def create(self, posting: Posting) -> str:
        """Make the letter, or find the one that an earlier call made of the same reference."""
        postage = _postage(posting.kind)
        found = await self._of_reference(posting.reference)
        if found is None:
            made = await self._ask(
                "POST",
                "/sendings",
                json={
                    "name": posting.reference,
                    "custom_id": posting.reference,
                    "postage_type": postage,
                    **_lines("sender", posting.sender, posting.sender_country),
                },
            )
            found = _said(made)
        identity = _identity(found)
        if STATES.get(str(found.get("status")), PostalState.DRAFT) is PostalState.DRAFT:
            await self._fill(identity, posting)
        return identity

    async def submit(self, provider_id: str) -> PostalNews:
        """Have it posted; what is no draft any more was submitted before."""
        news = await self.look(provider_id)
        if news.state is not PostalState.DRAFT:
            return news
        try:
            await self._ask("POST", f"/sendings/{provider_id}/submit")
        except DeliveryRefused:
            news = await self.look(provider_id)  # The answer to an earlier one may have been lost.
            if news.state is PostalState.DRAFT:
                raise
            return news
        return news.model_copy(update={"state": PostalState.SUBMITTED})

    async def look(self, provider_id: str) -> PostalNews:
        """How far it has come; what the postman did counts more than what the printer did."""
        found = _said(await self._ask("GET", f"/sendings/{provider_id}"))
        state = STATES.get(str(found.get("status")), PostalState.SUBMITTED)
        cause, at = "", found.get("modification_date")
        for recipient in (await self._recipients(provider_id))[:1]:
            state, cause = _delivered(recipient, state)
            at = recipient.get("main_delivery_status_date") or at
        return PostalNews(
            reference=str(found.get("custom_id", "")), state=state, cause=cause, at=at or None
        )

    async def proofs(self, provider_id: str) -> Sequence[Proof]:
        """Every document there is so far."""
        found = []
        for recipient in await self._recipients(provider_id):
            for path, kind in PROOFS.items():
                if recipient.get(f"{path}_url") or recipient.get(f"{path}_available"):
                    place = f"/sendings/{provider_id}/recipients/{recipient['id']}/download_{path}"
                    content = (await self._ask("GET", place)).content
                    if len(content) > MOST_BYTES:
                        raise DeliveryPostponed(f"{place} is larger than {MOST_BYTES} bytes")
                    digest = hashlib.sha256(content).hexdigest()
                    found.append(Proof(kind=kind, content=content, sha256=digest))
        return found

    async def _of_reference(self, reference: str) -> dict[str, Any] | None:
        answer = await self._ask("GET", "/sendings", params={"custom_id": reference})
        same = [
            one for one in _said(answer).get("sendings", []) if one.get("custom_id") == reference
        ]
        return same[0] if same else None

    async def _fill(self, identity: str, posting: Posting) -> None:
        """Document and recipient, each unless an earlier call has put it there."""
        documents = _said(await self._ask("GET", f"/sendings/{identity}/documents"))
        if not documents.get("documents"):
            await self._ask(
                "POST",
                f"/sendings/{identity}/documents",
                files={"document": (f"{posting.reference}.pdf", posting.pdf, "application/pdf")},
                data={"metadata": '{"priority": 1}'},
            )
        if not await self._recipients(identity):
            lines = _lines("", posting.recipient, posting.country)
            lines["custom_id"] = posting.reference
            await self._ask("POST", f"/sendings/{identity}/recipients", json=lines)

    async def _recipients(self, identity: str) -> list[dict[str, Any]]:
        answer = await self._ask("GET", f"/sendings/{identity}/recipients")
        return list(_said(answer).get("recipients", []))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One exchange, with what each failure means for the letter."""
        for fresh in (False, True):
            token = await self._authorise(anew=fresh)
            answer = await self._exchange(
                method,
                f"{self._account.url}{path}",
                headers={"Authorization": f"Bearer {token}"},
                **more,
            )
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                break
        if answer.is_success:
            return answer
        words = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        if answer.status_code in {400, 404, 409, 413, 422}:
            raise DeliveryRefused("LetterRefused", words)
        raise DeliveryPostponed(words)

    async def _exchange(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            return await self._client.request(method, url, **more)
        except httpx.HTTPError as error:
            raise DeliveryPostponed(f"{method} {url}: {type(error).__name__} {error}") from error

    async def _authorise(self, *, anew: bool) -> str:
        if not anew and self._token and time.monotonic() < self._until:
            return self._token
        answer = await self._exchange(
            "POST",
            self._account.token_url,
            data={"grant_type": "client_credentials"},
            auth=(self._account.client_id, self._account.client_secret),
        )
        if not answer.is_success:
            raise DeliveryPostponed(f"the provider's sign-in answers {answer.status_code}")
        said = _said(answer)
        self._token = str(said["access_token"])
        self._until = time.monotonic() + float(said.get("expires_in", 60)) - TOKEN_MARGIN
        return self._token


def _said(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError as error:
        raise DeliveryPostponed(f"the provider answers no JSON: {answer.text[:200]}") from error
    if not isinstance(said, dict):
        raise DeliveryPostponed(f"the provider answers no object: {answer.text[:200]}")
    return said


def _postage(kind: LetterKind) -> str:
    if kind not in POSTAGE:
        raise DeliveryRefused("LetterKindUnknown", f"this provider posts no {kind.value} letters")
    return POSTAGE[kind]


def _identity(found: dict[str, Any]) -> str:
    identity = str(found.get("id", ""))
    if not identity or not identity.replace("-", "").isalnum():
        raise DeliveryPostponed(f"the provider names no letter: {str(found)[:200]}")
    return identity


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
