"""Where do letters go? To the folder, or to a provider; and what became of them comes back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from activities.delivery import Delivered
from activities.errors import DeliveryPostponed, DeliveryRefused, try_again
from activities.letter_drop import drop_letter
from activities.letter_pdf import address_block
from activities.letter_provider import LetterProvider
from activities.maileva import Maileva, MailevaAccount
from schemas.notice import Letter, Notice
from schemas.postage import LetterKind, PostalState, Posting
from schemas.requests import BounceKind, ReportBounce
from schemas.settings import Settings
from store import letters
from store.letters import KeptLetter
from store.pool import Pool

Report = Callable[[ReportBounce], Awaitable[object]]
"""Tells every case of a contact that it came back."""


class LetterAccountIncomplete(RuntimeError):  # noqa: N818 - reads as the condition it names
    """A provider was chosen, and its account is not wholly set."""


class LetterOffice:
    """Posts letters, by the folder or by a provider; one reference is one letter.

    Args:
        pool: of the database.
        folder: where letters are dropped when no provider takes them.
        provider: takes letters of every kind it knows.
    """

    def __init__(self, pool: Pool, folder: Path, provider: LetterProvider | None = None) -> None:
        self._pool = pool
        self._folder = folder
        self._provider = provider

    async def post(self, notice: Notice, letter: Letter, kind: LetterKind) -> Delivered:
        """Hand a letter over; asked again with the same reference, it is the same letter.

        Raises:
            DeliveryRefused: nobody will take it as it is.
            DeliveryPostponed: not now; nothing was posted.
            ApplicationError: retryable, when it may have been posted; asking again finds out.
        """
        if self._provider is None:
            return await self._drop(notice, letter, kind)
        provider = self._provider
        made = await provider.create(_posting(notice, letter, kind))
        # Of two attempts at once each may have made a draft: the first on record is posted.
        identity = await letters.keep_letter(
            self._pool, notice.reference, provider.name, made, kind
        )
        try:
            news = await provider.submit(identity)
        except DeliveryPostponed as problem:  # It may be posted: nobody gives the contact back.
            raise try_again(str(problem)) from problem
        if news.state is PostalState.REJECTED:
            raise DeliveryRefused("LetterRejected", f"{provider.name} rejected {identity}")
        async with self._pool.acquire() as connection, connection.transaction():
            await letters.hear(connection, news.model_copy(update={"reference": notice.reference}))
        return Delivered(detail=f"{provider.name} {identity}", sha256=letter.sha256)

    async def follow(self, report: Report) -> Counter[str]:
        """Ask the provider about every letter under way, archive proofs, tell of what came back.

        One letter that cannot be asked about does not keep the others from it.

        Returns:
            How many letters are in each state now, and how many could not be asked about.
        """
        found: Counter[str] = Counter()
        if self._provider is None:
            return found
        for letter in await letters.under_way(self._pool, self._provider.name):
            found[await self._state_of(self._provider, letter, report)] += 1
        return found

    async def look_at(self, provider_id: str, report: Report) -> None:
        """Ask the provider about one letter; what cannot be asked now is asked with all others."""
        if self._provider is None:
            return
        for letter in await letters.under_way(self._pool, self._provider.name):
            if letter.provider_id == provider_id:
                await self._state_of(self._provider, letter, report)

    async def _state_of(self, provider: LetterProvider, letter: KeptLetter, report: Report) -> str:
        try:
            return (await self._look(provider, letter, report)).value
        except (DeliveryPostponed, DeliveryRefused):
            return "not asked"

    async def _look(
        self, provider: LetterProvider, letter: KeptLetter, report: Report
    ) -> PostalState:
        news = (await provider.look(letter.provider_id)).model_copy(
            update={"reference": letter.reference}
        )
        for proof in await provider.proofs(letter.provider_id):
            await letters.keep_proof(self._pool, letter.reference, proof)
        async with self._pool.acquire() as connection, connection.transaction():
            now = await letters.hear(connection, news) or letter
            await letters.calls_are_seen(connection, provider.name, letter.provider_id)
        if not now.is_final:
            return now.state
        if not now.state.notifies:
            words = f"{now.state.value} {now.cause}".strip()
            await report(
                ReportBounce(
                    command_id=f"letter-{letter.reference}",
                    by=provider.name,
                    reference=letter.reference,
                    kind=BounceKind.OTHER,
                    diagnostic=f"the letter came back: {words}",
                )
            )
        await letters.is_reported(self._pool, letter.reference)
        return now.state

    async def _drop(self, notice: Notice, letter: Letter, kind: LetterKind) -> Delivered:
        try:
            return await asyncio.to_thread(drop_letter, self._folder, notice, letter, kind)
        except OSError as error:
            raise DeliveryPostponed(f"cannot write to {self._folder}: {error}") from error


def _posting(notice: Notice, letter: Letter, kind: LetterKind) -> Posting:
    lines = address_block(notice)
    if notice.debtor.country != notice.creditor.country:
        lines = lines[:-1]  # The country has a field of its own.
    creditor = notice.creditor
    return Posting(
        reference=notice.reference,
        kind=kind,
        recipient=tuple(lines),
        country=notice.debtor.country,
        sender=(creditor.name[:38], *creditor.address)[:6],
        sender_country=creditor.country,
        pdf=letter.pdf,
        pages=letter.pages,
    )


def provider_of(settings: Settings) -> LetterProvider | None:
    """Who posts letters, as the settings say; None for the folder.

    Raises:
        LetterAccountIncomplete: when the provider's account is not wholly set.
    """
    if settings.letter_provider == "folder":
        return None
    account = {
        "MAILEVA_URL": settings.maileva_url.rstrip("/"),
        "MAILEVA_TOKEN_URL": settings.maileva_token_url,
        "MAILEVA_CLIENT_ID": settings.maileva_client_id,
        "MAILEVA_CLIENT_SECRET": settings.maileva_client_secret.get_secret_value(),
    }
    if missing := [name for name, value in account.items() if not value]:
        raise LetterAccountIncomplete(
            f"LETTER_PROVIDER is maileva, which needs {', '.join(missing)}, too"
        )
    url, token_url, client_id, client_secret = account.values()
    return Maileva(
        MailevaAccount(
            url=url, token_url=token_url, client_id=client_id, client_secret=client_secret
        )
    )
