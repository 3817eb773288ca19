"""What does a command reach? The database and the engine, opened for one command."""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.service import RPCError

from activities.cases import Cases
from activities.engine import connect_temporal, is_configured
from activities.library import read_creditors, read_plans
from activities.payload_codec import Keyring, PayloadKeysWrong
from activities.telling import Telling
from cli.outcome import CommandFailed, Exit
from engines.addresses import Engine, addresses
from schemas.parties import Creditor
from schemas.plan import DunningPlan
from schemas.settings import Settings
from store.pool import Connection, Pool, open_owner, open_pool


@dataclass(frozen=True)
class Reach:
    """The database and, when asked for, the engine."""

    settings: Settings
    pool: Pool
    client: Client
    creditors: dict[str, Creditor]
    plans: dict[str, DunningPlan]

    @property
    def cases(self) -> Cases:
        """Opens and starts cases."""
        return Cases(self.pool, self.client, self.creditors, self.plans, self.settings.task_queue)

    @property
    def telling(self) -> Telling:
        """Tells cases what has happened."""
        return Telling(self.pool, self.client, self.cases)


@asynccontextmanager
async def database() -> AsyncIterator[Pool]:
    """The database alone, as the application's role."""
    settings = Settings()
    found = addresses(settings, [Engine.POSTGRES])
    async with open_pool(found.database_url, 4) as pool:
        yield pool


@asynccontextmanager
async def owner() -> AsyncIterator[Connection]:
    """The database as its owner, for migrations and rebuilding."""
    async with open_owner(owner_dsn()) as connection:
        yield connection


def owner_dsn() -> str:
    """``DATABASE_OWNER_URL`` when it is set, else the application's own address."""
    settings = Settings()
    if url := settings.database_owner_url.get_secret_value():
        return url
    return addresses(settings, [Engine.POSTGRES]).database_url


@asynccontextmanager
async def everything() -> AsyncIterator[Reach]:
    """The database and the engine.

    Raises:
        CommandFailed: when Temporal does not answer.
    """
    settings = Settings()
    needed = [Engine.POSTGRES] if is_configured() else [Engine.POSTGRES, Engine.TEMPORAL]
    found = addresses(settings, needed)
    creditors = read_creditors(settings.creditors_folder)
    plans = read_plans(settings.plans_folder)
    try:
        keys = Keyring.read(settings.payload_keys.get_secret_value())
    except PayloadKeysWrong as error:
        raise CommandFailed(Exit.USAGE, str(error)) from error
    try:
        client = await connect_temporal(found.temporal_address, keys=keys)
    except (RuntimeError, RPCError) as error:
        words = f"Temporal does not answer ({error}). Start it with ./run up."
        raise CommandFailed(Exit.UNREACHABLE, words) from error
    async with open_pool(found.database_url, 8) as pool:
        yield Reach(settings, pool, client, creditors, plans)


def author() -> str:
    """Who gives the command: ``RELANCE_AUTHOR``, else the login of this machine."""
    try:
        return os.environ.get("RELANCE_AUTHOR") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def only(creditors: dict[str, Creditor], wanted: str) -> Creditor:
    """The creditor of that name; or the only one there is, when none is named.

    Raises:
        CommandFailed: when there is none, or more than one to choose from.
    """
    names = ", ".join(sorted(creditors))
    if wanted:
        if wanted not in creditors:
            raise CommandFailed(Exit.USAGE, f"no creditor {wanted!r}; expected one of: {names}")
        return creditors[wanted]
    if len(creditors) != 1:
        raise CommandFailed(Exit.USAGE, f"name one with --creditor; expected one of: {names}")
    return next(iter(creditors.values()))
