"""What do the tests of effects stand on? The real channels, and steps that are due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities import step_turn
from activities.library import read_creditors
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from engines.mailbox import Mailbox
from schemas.plan import Channel, IfUnknown
from schemas.settings import SmtpSecurity
from store.pool import Pool, open_pool
from tests.support.cases import one_step_plan, opened
from tests.support.ledger import owe
from tests.support.turns import LEASE, Make, Turn


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 8) as pool:
        yield pool


@pytest.fixture
async def steps(pool: Pool, mailbox: Mailbox, tmp_path: Path) -> AsyncIterator[Steps]:
    """The real channels: an SMTP server, a folder for letters."""
    mailer = Mailer(
        SmtpAccount(
            host=mailbox.host, port=mailbox.port, security=SmtpSecurity.NONE, timeout_seconds=2
        )
    )
    creditors = read_creditors(Path("creditors"))
    rates = Path("rates/reference-rates.csv")
    yield Steps(pool, creditors, mailer, Path("templates"), tmp_path / "letters", rates)
    await mailer.close()


@pytest.fixture
def turn(pool: Pool, mailbox: Mailbox, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A case whose first step is due now; nobody is waited for as long as in earnest."""
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", LEASE)
    monkeypatch.setattr(step_turn, "SETTLE_PAUSE_SECONDS", 0.05)

    async def make(
        channel: Channel = Channel.EMAIL,
        if_unknown: IfUnknown = IfUnknown.ASK,
        number: str = "F-1",
        email: str = "factures@menuiserie.example",
        address: tuple[str, ...] = ("3 rue du Port", "33000 BORDEAUX"),
    ) -> Turn:
        await owe(pool, number, debtor=f"D-{number}", email=email, address=address)
        case = await opened(
            pool, number, debtor_id=f"D-{number}", plan=one_step_plan(channel, if_unknown)
        )
        return Turn(pool, mailbox, steps, case)

    return make
