"""Who plays in the workflow's tests? One stage for all, each test with cases of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from schemas.plan import Channel
from tests.support.stage import Stage, open_stage


@pytest.fixture(scope="session")
async def stage(temporal: str) -> AsyncIterator[Stage]:
    """The workflow among fake activities; every task replays, so that no replay goes untested."""
    async with open_stage(temporal, cached=0) as stage:
        yield stage


@pytest.fixture(scope="session")
async def quiet(temporal: str) -> AsyncIterator[Stage]:
    """A stage on which nobody serves the queue of e-mails."""
    async with open_stage(temporal, without=[Channel.EMAIL], cached=0) as stage:
        yield stage
