"""Which engines do the tests share? One PostgreSQL, one Temporal and one mailbox a run."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engines.mailbox import Mailbox
from store.migrate import migrate
from tests.support.engines import (
    fresh_database,
    mailbox_for_tests,
    named_database,
    postgres_for_tests,
    temporal_for_tests,
)
from tests.support.house import House, open_house

TEMPLATE = "relance_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server; the DSN of its superuser."""
    with postgres_for_tests() as dsn:
        yield dsn


@pytest.fixture(scope="session")
async def migrated(postgres: str) -> str:
    """The server's DSN, with a migrated database to copy from."""
    import asyncpg  # noqa: PLC0415 - only where a database is used

    admin = await asyncpg.connect(postgres)
    await admin.execute(f'create database "{TEMPLATE}"')
    await admin.close()
    await migrate(named_database(postgres, TEMPLATE))
    return postgres


@pytest.fixture
async def database(migrated: str) -> AsyncIterator[str]:
    """A migrated database of the test's own; its owner's DSN."""
    async with fresh_database(migrated, TEMPLATE) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def temporal() -> Iterator[str]:
    """The address of a Temporal that can skip time."""
    with temporal_for_tests() as address:
        yield address


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server of the test's own that keeps what it receives."""
    async with mailbox_for_tests() as box:
        yield box


@pytest.fixture
async def house(
    database: str, temporal: str, mailbox: Mailbox, tmp_path: Path
) -> AsyncIterator[House]:
    """All of Relance, running on real engines, with a clock the test moves."""
    async with open_house(database, temporal, mailbox, tmp_path) as house:
        yield house


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the longest stories first, so that cores which share the tests end together."""
    items.sort(key=lambda item: "scenarios" not in item.path.parts)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End without the interpreter's own clean-up: the SDK's threads may abort in it."""
    status = getattr(config, "relance_exit_status", None)
    if status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the run ended, for the hook above."""
    session.config.relance_exit_status = int(exitstatus)  # type: ignore[attr-defined]
