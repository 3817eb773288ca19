"""What do Maileva's letter APIs have in common? Sign-in, failures, and a sending from its draft on.

They were tried against a server of our own in their shape, never against the provider itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from activities.errors import DeliveryPostponed, DeliveryRefused
from domain.letter_proof import proof_of
from schemas.base import Frozen
from schemas.postage import LetterKind, Made, NamedProof, PostalNews, PostalState, Posting, Proof

PATIENCE = httpx.Timeout(20.0, connect=5.0)
TOKEN_MARGIN = 30.0
"""Seconds before its end from which a token is not used any more."""

EXCHANGE_SECONDS = 120.0
"""A whole exchange, however slowly its answer drips."""

MOST_BYTES = 20_000_000
"""No proof is larger; what is larger is not read to its end."""

HOME = ZoneInfo("Europe/Paris")
"""Where a moment without a time zone was written."""

Fields = Mapping[str, Any]


class MailevaAccount(Frozen):
    """Whose letters they are.

    Attributes:
        url: of one API, without a slash at its end, such as ``https://…/registered_mail/v4``.
        token_url: of the OAuth2 server, the same for all of them.
    """

    url: str
    token_url: str
    client_id: str
    client_secret: str


class Sendings:
    """The sendings of one API, each found by our reference.

    Args:
        account: whose letters they are.
        client: for tests; closed with ``close``.
    """

    def __init__(self, account: MailevaAccount, client: httpx.AsyncClient | None = None) -> None:
        self._account = account
        self._client = client or httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False)
        self._token, self._until = "", 0.0

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def draft(
        self, posting: Posting, provider_id: str, fields: Fields, recipient: Fields
    ) -> Made:
        """Make the sending, or find the one there is; a draft then holds exactly this letter.

        Args:
            posting: its reference is ours.
            provider_id: the provider's own id, where we know it; else the reference is asked for.
            fields: of the sending, beside its names.
            recipient: of the letter.
        """
        found = await self.read(provider_id) if provider_id else None
        found = found or await self._of_reference(posting.reference)
        if found is None:
            names = {"name": posting.reference, "custom_id": posting.reference}
            made = await self.ask("POST", "/sendings", json={**names, **fields})
            found = said(made)
        identity = identity_of(found)
        is_draft = found.get("status", "DRAFT") == "DRAFT"
        if is_draft:
            await self._put_in(identity, posting)
            await self._address(identity, {**recipient, "custom_id": posting.reference})
        return Made(provider_id=identity, is_draft=is_draft)

    async def submit(self, identity: str, posting: Posting) -> bool:
        """Have a draft posted; False when the provider refuses, perhaps because it was before.

        Raises:
            DeliveryRefused: it is a draft, and the provider will not have it.
            DeliveryPostponed: not now; or the draft holds something else than this letter.
        """
        held = [one.get("name") for one in await self._documents(identity)]
        if held != [_document_name(posting)]:
            raise DeliveryPostponed(f"draft {identity} holds another letter; it is filled anew")
        try:
            await self.ask("POST", f"/sendings/{identity}/submit")
        except DeliveryRefused:
            # The answer to an earlier one may have been lost.
            if (await self.read(identity)).get("status", "DRAFT") == "DRAFT":
                raise
            return False
        return True

    async def read(self, identity: str) -> dict[str, Any]:
        """A sending as the provider tells it."""
        return said(await self.ask("GET", f"/sendings/{identity}"))

    async def recipients(self, identity: str) -> list[dict[str, Any]]:
        """To whom it goes, and what became of it there."""
        return await self.listed(f"/sendings/{identity}/recipients", "recipients")

    async def listed(self, path: str, name: str) -> list[dict[str, Any]]:
        """What stands under a name in the answer of a path."""
        return _list(await self.ask("GET", path), name)

    async def download(self, path: str) -> bytes:
        """A document of the provider, exactly as it comes.

        Raises:
            DeliveryRefused: it is not there, or larger than any proof.
            DeliveryPostponed: it cannot be had now, or broke off in the middle.
        """
        return (await self.ask("GET", path)).content

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
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

    async def _of_reference(self, reference: str) -> dict[str, Any] | None:
        answer = await self.ask("GET", "/sendings", params={"custom_id": reference})
        found = _list(answer, "sendings")
        return next((one for one in found if one.get("custom_id") == reference), None)

    async def _put_in(self, identity: str, posting: Posting) -> None:
        """Leave this document in a draft and no other: an earlier attempt may have printed another.

        A document is named by its hash, so that the one that is there can be told from ours.
        """
        name, is_there = _document_name(posting), False
        for one in await self._documents(identity):
            if one.get("name") == name and not is_there:
                is_there = True
            else:
                await self.ask("DELETE", f"/sendings/{identity}/documents/{identity_of(one)}")
        if not is_there:
            await self.ask(
                "POST",
                f"/sendings/{identity}/documents",
                files={"document": (name, posting.pdf, "application/pdf")},
                data={"metadata": json.dumps({"priority": 1, "name": name})},
            )

    async def _documents(self, identity: str) -> list[dict[str, Any]]:
        return await self.listed(f"/sendings/{identity}/documents", "documents")

    async def _address(self, identity: str, recipient: Fields) -> None:
        """Leave this recipient in a draft and no other: the address may have been corrected."""
        is_there = False
        for one in await self.recipients(identity):
            if not is_there and recipient.items() <= one.items():
                is_there = True
            else:
                await self.ask("DELETE", f"/sendings/{identity}/recipients/{identity_of(one)}")
        if not is_there:
            await self.ask("POST", f"/sendings/{identity}/recipients", json=dict(recipient))

    async def _exchange(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            async with (
                asyncio.timeout(EXCHANGE_SECONDS),
                self._client.stream(method, url, **more) as answer,
            ):
                return await _whole(answer, f"{method} {url}")
        except (httpx.HTTPError, TimeoutError) as error:
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
        found = said(answer)
        self._token = str(found.get("access_token", ""))
        lasts = found.get("expires_in", 60)
        seconds = float(lasts) if isinstance(lasts, int | float) else 60.0
        self._until = time.monotonic() + seconds - TOKEN_MARGIN
        return self._token


class MailevaApi(ABC):
    """What an adapter of one of the APIs need not say again.

    Args:
        account: whose letters they are.
        client: for tests; closed with ``close``.
    """

    name: str
    kinds: frozenset[LetterKind]

    def __init__(self, account: MailevaAccount, client: httpx.AsyncClient | None = None) -> None:
        self._sendings = Sendings(account, client)

    async def close(self) -> None:
        """Let the connections go."""
        await self._sendings.close()

    async def submit(self, provider_id: str, posting: Posting) -> PostalNews:
        """Have it posted; what is no draft any more was submitted before."""
        news = await self.look(provider_id)
        if news.state is not PostalState.DRAFT:
            return news
        if not await self._sendings.submit(provider_id, posting):
            return await self.look(provider_id)
        return news.model_copy(update={"state": PostalState.SUBMITTED})

    async def fetch(self, named: NamedProof) -> Proof:
        """A document, as it comes, with what is suspicious about it."""
        return proof_of(named.kind, await self._sendings.download(named.path))

    @abstractmethod
    async def look(self, provider_id: str) -> PostalNews:
        """How far it has come."""


async def _whole(answer: httpx.Response, what: str) -> httpx.Response:
    """An answer that was read to its end, which is not without end."""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise DeliveryRefused("AnswerTooLarge", f"{what}: more than {MOST_BYTES} bytes")
    return httpx.Response(answer.status_code, content=bytes(body))


def said(answer: httpx.Response) -> dict[str, Any]:
    """The object that the provider answers with."""
    try:
        found = answer.json()
    except ValueError as error:
        raise DeliveryPostponed(f"the provider answers no JSON: {answer.text[:200]}") from error
    if not isinstance(found, dict):
        raise DeliveryPostponed(f"the provider answers no object: {answer.text[:200]}")
    return found


def moment_of(text: object) -> datetime | None:
    """A moment as the provider writes it; None where it writes none that can be read."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=HOME)
    except ValueError:
        return None


def identity_of(found: Fields) -> str:
    """The id that the provider gave something; never a piece of a path.

    Raises:
        DeliveryPostponed: when there is none.
    """
    identity = str(found.get("id", ""))
    if not identity or not identity.replace("-", "").replace("_", "").isalnum():
        raise DeliveryPostponed(f"the provider names no letter: {str(found)[:200]}")
    return identity


def _list(answer: httpx.Response, name: str) -> list[dict[str, Any]]:
    found = said(answer).get(name, [])
    if not isinstance(found, Sequence):
        raise DeliveryPostponed(f"the provider answers no list of {name}")
    return [one for one in found if isinstance(one, dict)]


def _document_name(posting: Posting) -> str:
    return f"{posting.sha256}.pdf"
