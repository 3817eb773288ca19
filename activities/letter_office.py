"""Where do letters go? To the folder, or to a provider; and what became of them comes back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog

from activities.delivery import Delivered
from activities.errors import DeliveryPostponed, DeliveryRefused, DeliveryUncertain
from activities.letter_drop import drop_letter
from activities.letter_pdf import address_block
from activities.letter_prices import FOLDER, Printing
from activities.letter_provider import LetterProvider
from activities.letter_results import Results
from activities.maileva import Maileva
from activities.maileva_electronic import MailevaElectronic
from activities.maileva_sendings import MailevaAccount
from domain.postage import travels_as
from domain.postal_address import sender_lines
from schemas.commands import Refusal
from schemas.letter_price import LetterFormat, Quote
from schemas.notice import Letter, Notice
from schemas.parties import Capacity
from schemas.postage import LetterKind, Made, PostalState, Posting
from schemas.settings import Settings
from store import letter_costs, letters
from store.letters import KeptLetter
from store.pool import Pool

log = structlog.get_logger()

NOT_ASKED = "not asked"
"""How a letter is counted that its provider could not be asked about."""


class LetterAccountIncomplete(RuntimeError):  # noqa: N818 - reads as the condition it names
    """A provider was chosen, and its account is not wholly set."""


class LetterOffice:
    """Posts letters, by the folder or by providers; one reference is one letter.

    Args:
        pool: of the database.
        folder: where letters are dropped when no provider takes them; it takes every kind.
        providers: each takes the letters of its kinds; a kind of none of them is not posted.
        printing: how they are printed, and what each costs.
    """

    def __init__(
        self,
        pool: Pool,
        folder: Path,
        providers: Sequence[LetterProvider] = (),
        printing: Printing | None = None,
    ) -> None:
        self._pool = pool
        self._folder = folder
        self._providers = {one.name: one for one in providers}
        self._printing = printing or Printing()

    async def close(self) -> None:
        """Let the connections of the providers go."""
        for provider in self._providers.values():
            await provider.close()

    async def kind_for(self, wanted: LetterKind, notice: Notice) -> LetterKind:
        """How a notice travels, where a plan wants a kind; said before anything is printed or paid.

        One that a provider has already stays as it was begun: it may be posted.

        Raises:
            DeliveryRefused: nobody may send it so, or nobody posts the kind.
        """
        if known := await letters.read_letter(self._pool, notice.reference):
            return known.kind
        kind = travels_as(wanted, notice.debtor, notice.on)
        if isinstance(kind, Refusal):
            raise DeliveryRefused(kind.code, kind.sentence)
        if self._providers and self._provider_of(kind) is None:
            names = ", ".join(self._providers)
            words = f"no provider of this office ({names}) posts {kind.value} letters"
            raise DeliveryRefused("LetterKindUnknown", words)
        return kind

    async def post(self, notice: Notice, letter: Letter, kind: LetterKind) -> Delivered:
        """Hand a letter over; asked again with the same reference, it is the same letter.

        Raises:
            DeliveryRefused: nobody will take it as it is.
            DeliveryPostponed: not now; nothing was posted.
            DeliveryUncertain: it may have been posted; asking again finds out.
        """
        known = await letters.read_letter(self._pool, notice.reference)
        if known is None and not self._providers:
            return await self._drop(notice, letter, kind)
        # What was begun may be posted already: it stays with whoever has it.
        provider = self._provider_of(known.kind if known else kind)
        if provider is None and known:
            words = f"{known.provider} has this letter, and is not set up here any more"
            raise DeliveryUncertain(words)
        if provider is None:
            raise DeliveryRefused("LetterKindUnknown", f"nobody posts {kind.value} letters")
        kind = known.kind if known else kind
        printing = {"colour": self._printing.colour, "duplex": self._printing.duplex}
        posting = _posting(notice, letter, kind).model_copy(update=printing)
        try:
            made = await self._made(provider, posting, known)
        except (DeliveryPostponed, DeliveryRefused) as problem:
            if known and await _may_be_posted(provider, known, problem):
                raise DeliveryUncertain(str(problem)) from problem
            raise
        if made.is_draft:
            await letters.is_leaving(self._pool, notice.reference, letter.sha256)
        # What had left already keeps the price it left with.
        quote = self._quote(provider.name, notice, letter, kind)
        await letter_costs.keep(self._pool, notice.reference, quote, again=made.is_draft)
        try:
            news = await provider.submit(made.provider_id, posting)
        except DeliveryPostponed as problem:  # It may be posted: nobody gives the contact back.
            raise DeliveryUncertain(str(problem)) from problem
        async with self._pool.acquire() as connection, connection.transaction():
            kept = await letters.hear(
                connection, news.model_copy(update={"reference": notice.reference})
            )
        if news.state is PostalState.REJECTED:
            await letters.is_reported(self._pool, notice.reference)  # Its step says it, at once.
            words = f"{provider.name} rejected {made.provider_id}"
            raise DeliveryRefused("LetterRejected", words)
        posted = kept.sha256 if kept else ""
        detail = f"{provider.name} {made.provider_id}"
        return Delivered(detail=detail, sha256=posted or letter.sha256)

    async def _made(
        self, provider: LetterProvider, posting: Posting, known: KeptLetter | None
    ) -> Made:
        """The letter that is to be submitted, holding this document while it is a draft."""
        made = await provider.create(posting, known.provider_id if known else "")
        # Of two attempts at once each may have made a draft: the first on record is posted.
        identity = await letters.keep_letter(
            self._pool, posting.reference, provider.name, made.provider_id, posting.kind
        )
        if identity == made.provider_id:
            return made
        return await provider.create(posting, identity)

    async def follow(self, results: Results) -> Counter[str]:
        """Ask the providers about every letter under way, archive proofs, tell what became of it.

        One letter that cannot be asked about does not keep the others from it.

        Returns:
            How many letters are in each state now, and how many could not be asked about.
        """
        found: Counter[str] = Counter()
        for provider in self._providers.values():
            last = ""
            while page := await letters.under_way(self._pool, provider.name, after=last):
                last = page[-1].reference
                for letter in page:
                    found[await self._state_of(provider, letter, results)] += 1
        return found

    async def look_at(self, provider_id: str, results: Results) -> bool:
        """Ask about one letter; what cannot be asked now is asked with all others.

        Returns:
            False when it could not be asked.
        """
        asked = True
        for provider in self._providers.values():
            for letter in await letters.under_way(self._pool, provider.name, of=provider_id):
                state = await self._state_of(provider, letter, results)
                asked = asked and state != NOT_ASKED
        return asked

    def _provider_of(self, kind: LetterKind) -> LetterProvider | None:
        return next((one for one in self._providers.values() if kind in one.kinds), None)

    async def _state_of(
        self, provider: LetterProvider, letter: KeptLetter, results: Results
    ) -> str:
        try:
            return (await self._look(provider, letter, results)).value
        except (DeliveryPostponed, DeliveryRefused):
            return NOT_ASKED

    async def _look(
        self, provider: LetterProvider, letter: KeptLetter, results: Results
    ) -> PostalState:
        news = (await provider.look(letter.provider_id)).model_copy(
            update={"reference": letter.reference}
        )
        async with self._pool.acquire() as connection, connection.transaction():
            now = await letters.hear(connection, news) or letter
        has_news = letter.reported_at is None
        has_news |= await self._archive(provider, letter)
        if now.is_final and has_news:
            tell = results.notified if now.state.notifies else results.came_back
            if not await tell(now):
                raise DeliveryPostponed("its step is to hear first that it left")
            await letters.is_reported(self._pool, letter.reference)
        await letters.calls_are_seen(self._pool, letter.provider_id)
        return now.state

    async def _archive(self, provider: LetterProvider, letter: KeptLetter) -> bool:
        """Keep every proof there is, each at once; what cannot be had is asked for again.

        One that cannot be had, or is suspicious, keeps nothing else from being heard: the letter's
        other proofs, and what became of it.

        Returns:
            Whether a good one has come.
        """
        has_news, missing = False, set[str]()
        try:
            named = await provider.proofs(letter.provider_id)
        except (DeliveryPostponed, DeliveryRefused) as error:
            log.warning("a letter's proofs cannot be listed", problem=type(error).__name__)
            named = []
            missing.add(letters.ALL_PROOFS)
        for one in named:
            try:
                proof = await provider.fetch(one)
            except (DeliveryPostponed, DeliveryRefused) as error:
                log.warning("a letter's proof cannot be had", kind=one.kind, problem=str(error))
                missing.add(one.kind)
                continue
            is_new = await letters.keep_proof(self._pool, letter.reference, proof)
            if proof.doubt:
                log.warning("a letter's proof is suspicious", kind=one.kind, doubt=proof.doubt)
                missing.add(one.kind)
            has_news |= is_new and not proof.doubt
        await letters.are_missing(self._pool, letter.reference, missing)
        return has_news

    async def _drop(self, notice: Notice, letter: Letter, kind: LetterKind) -> Delivered:
        quote = self._quote(FOLDER, notice, letter, kind)
        try:
            dropped = await asyncio.to_thread(drop_letter, self._folder, notice, letter, quote)
        except OSError as error:
            raise DeliveryPostponed(f"cannot write to {self._folder}: {error}") from error
        await letter_costs.keep(self._pool, notice.reference, quote, again=False)
        return dropped

    def _quote(self, provider: str, notice: Notice, letter: Letter, kind: LetterKind) -> Quote:
        """What the letter costs us; the debtor never hears of it (CPCE L111-8)."""
        wanted = LetterFormat(
            kind=kind,
            pages=letter.pages,
            country=notice.debtor.country,
            sent_from=notice.creditor.country,
            colour=self._printing.colour,
            duplex=self._printing.duplex,
        )
        return self._printing.quote(provider, wanted, notice.on)


async def _may_be_posted(
    provider: LetterProvider, letter: KeptLetter, problem: DeliveryPostponed | DeliveryRefused
) -> bool:
    """An earlier attempt was about to submit it, and may have; a draft certainly was not posted."""
    if not letter.sha256 or isinstance(problem, DeliveryPostponed):
        return bool(letter.sha256)
    try:
        return (await provider.look(letter.provider_id)).state is not PostalState.DRAFT
    except (DeliveryPostponed, DeliveryRefused):
        return True


def _posting(notice: Notice, letter: Letter, kind: LetterKind) -> Posting:
    creditor = notice.creditor
    if kind.is_electronic:  # It goes to the e-mail address, whoever lives where.
        lines = [" ".join(notice.debtor.name.split())]
    else:
        lines = address_block(notice)
        if notice.debtor.country != creditor.country:
            lines = lines[:-1]  # The country has a field of its own.
    return Posting(
        reference=notice.reference,
        kind=kind,
        recipient=tuple(lines),
        country=notice.debtor.country,
        sender=sender_lines(creditor.name, creditor.address),
        sender_country=creditor.country,
        pdf=letter.pdf,
        pages=letter.pages,
        email=notice.debtor.email.strip(),
        is_professional=notice.debtor.capacity is not Capacity.CONSUMER,
    )


def providers_of(settings: Settings) -> tuple[LetterProvider, ...]:
    """Who posts letters, as the settings say; nobody for the folder.

    One account posts both ways: on paper, and electronically where the address of that API is set.

    Raises:
        LetterAccountIncomplete: when the provider's account is not wholly set.
    """
    if settings.letter_provider == "folder":
        return ()
    paper = _account(settings)
    electronic_url = settings.maileva_electronic_url.rstrip("/")
    if not electronic_url:
        return (Maileva(paper),)
    electronic = paper.model_copy(update={"url": electronic_url})
    return Maileva(paper), MailevaElectronic(electronic)


def _account(settings: Settings) -> MailevaAccount:
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
    return MailevaAccount(
        url=url, token_url=token_url, client_id=client_id, client_secret=client_secret
    )


def posted_kinds(settings: Settings) -> dict[LetterKind, str]:
    """Who posts each kind, as the settings say; the folder takes them all.

    Raises:
        LetterAccountIncomplete: when the provider's account is not wholly set.
    """
    if settings.letter_provider == "folder":
        return dict.fromkeys(LetterKind, FOLDER)
    _account(settings)
    adapters = (Maileva, MailevaElectronic) if settings.maileva_electronic_url else (Maileva,)
    return {kind: adapter.name for adapter in adapters for kind in adapter.kinds}
