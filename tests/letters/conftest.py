"""A provider on loopback, and letters for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from temporalio.exceptions import ApplicationError

from activities.letter_office import LetterOffice
from activities.library import read_creditors
from activities.maileva import Maileva
from activities.maileva_electronic import MailevaElectronic
from activities.maileva_sendings import MailevaAccount
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from engines.mailbox import Mailbox
from schemas.plan import Channel, Charges, DunningPlan, DunningStep
from schemas.postage import LetterKind
from schemas.settings import SmtpSecurity
from store.pool import Pool, open_pool
from tests.support.cases import opened
from tests.support.ledger import owe
from tests.support.postal_provider import PostalProvider
from tests.support.turns import Turn


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on loopback; yields its address."""
    # Named as TCP, or asyncio leaves each answer to Nagle's algorithm: 40 ms on loopback.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    config = uvicorn.Config(app, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@dataclass(frozen=True)
class Desk:
    """Our side of both conversations, with little patience."""

    paper: Maileva
    electronic: MailevaElectronic

    def of(self, kind: LetterKind) -> Maileva | MailevaElectronic:
        """Whoever posts a kind."""
        return self.electronic if kind in self.electronic.kinds else self.paper


@pytest.fixture(scope="session")
async def post_house() -> AsyncIterator[tuple[PostalProvider, str]]:
    """The provider and its address, for all tests in turn."""
    provider = PostalProvider()
    async with served(provider.app()) as address:
        yield provider, address


@pytest.fixture
def post(post_house: tuple[PostalProvider, str]) -> PostalProvider:
    """The provider behind the address, without any letter yet."""
    post_house[0].begin_anew()
    return post_house[0]


@pytest.fixture
async def desk(post: PostalProvider, post_house: tuple[PostalProvider, str]) -> AsyncIterator[Desk]:
    """One account, on paper and electronically."""
    address = post_house[1]
    paper = MailevaAccount(
        url=f"{address}/v4", token_url=f"{address}/token", client_id="us", client_secret="s"
    )
    electronic = paper.model_copy(update={"url": f"{address}/lre"})
    async with httpx.AsyncClient(timeout=0.4) as client:
        yield Desk(Maileva(paper, client), MailevaElectronic(electronic, client))


@pytest.fixture
def maileva(desk: Desk) -> Maileva:
    """Who posts on paper."""
    return desk.paper


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 4) as pool:
        yield pool


@pytest.fixture
def office(pool: Pool, desk: Desk, tmp_path: Path) -> LetterOffice:
    """An office whose letters go to the provider, on paper and electronically."""
    return LetterOffice(pool, tmp_path, (desk.paper, desk.electronic))


RATES = Path("rates/reference-rates.csv")

NOTICE = DunningStep(
    name="notice",
    day=3,
    channel=Channel.LETTER,
    template="formal-notice",
    letter=LetterKind.REGISTERED,
)


async def sent(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    kind: LetterKind = LetterKind.REGISTERED,
    template: str = "formal-notice",
    charges: Charges = Charges.NONE,
    **owed: object,
) -> Turn:
    """A formal notice whose step is due, ready to be taken; a registered letter by default."""
    nobody = SmtpAccount(host="127.0.0.1", port=9, security=SmtpSecurity.NONE)
    creditors = read_creditors(Path("creditors"))
    steps = Steps(pool, creditors, Mailer(nobody), Path("templates"), office, RATES)
    await owe(pool, "F-1", **owed)  # type: ignore[arg-type] # an address, where the story has one
    changes = {"letter": kind, "template": template, "charges": charges}
    step = NOTICE.model_copy(update=changes)
    plan = DunningPlan(plan="short", steps=(step,))
    case = await opened(pool, "F-1", plan=plan)
    return Turn(pool, mailbox, steps, case)


async def submit_unheard(turn: Turn, post: PostalProvider) -> None:
    """The provider has the letter; its answer to the submission never arrives."""
    post.fails = {"POST submit": ["lost"]}
    with pytest.raises(ApplicationError, match="ReadTimeout"):
        await turn.attempt()


async def its_lease_ends(pool: Pool) -> None:
    """The attempt that held the contact is believed dead: the next one may take it over."""
    await pool.execute("update contacts set lease_until = now() - interval '1 second'")
