"""What do the tests of inbound mail stand on? A database, a mailbox, and a case to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.inbox import Inbox
from activities.library import read_creditors
from store.pool import Pool, open_pool
from tests.support.mail_source import FakeMailbox, Listening

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 4) as pool:
        yield pool


@pytest.fixture
def source() -> FakeMailbox:
    """An empty mailbox."""
    return FakeMailbox()


@pytest.fixture
def listening() -> Listening:
    """The cases' ears."""
    return Listening()


@pytest.fixture
def inbox(pool: Pool, source: FakeMailbox, listening: Listening) -> Inbox:
    """The reader of that mailbox."""
    creditors = read_creditors(Path("creditors"))
    return Inbox(pool, creditors, listening, [lambda: source])  # type: ignore[arg-type] # it tells
