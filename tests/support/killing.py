"""How are machines killed? All of Relance as processes of its own, and SIGKILL to any by number."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import asyncpg
from temporalio.service import RPCError

from engines.addresses import running_engines
from engines.places import sockets_of
from schemas.settings import EngineAddresses

PATIENCE_SECONDS = 150.0  # beyond the lease of a hand-over that was cut short
VICTIMS = {
    "worker": "worker.py",
    "PostgreSQL": "bin/postgres -D",
    "Temporal": "server start-dev",
}
"""What the command line of each machine holds."""

Found = TypeVar("Found")


class Victims:
    """The processes below one that keeps them running, to be killed by number."""

    def __init__(self, root: int) -> None:
        self._root = root

    def alive(self, name: str) -> list[int]:
        """The numbers of a machine's processes, those that have run longest first."""
        words = VICTIMS[name]
        return sorted(pid for pid in _descendants(self._root) if words in _command(pid))

    def kill(self, name: str, at_most: int | None = None) -> int:
        """SIGKILL a machine; how many processes it was."""
        found = self.alive(name)[:at_most]
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)


def _descendants(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(stat[1])
    found, wanted = [], {root}
    while wanted:
        wanted = {pid for pid, parent in parents.items() if parent in wanted}
        found.extend(wanted)
    return found


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """An environment for machines of our own: no address of anybody else's in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1", "RELANCE_VAR": str(folder / "var"), **settings}


@asynccontextmanager
async def everything_up(
    folder: Path, *words: str, **settings: str
) -> AsyncIterator[tuple[EngineAddresses, Victims]]:
    """``./run up`` as its own process, as a person starts it.

    Args:
        folder: of this run's own.
        words: arguments of the command.
        settings: of the environment.
    """
    with (folder / "up.log").open("wb") as log:
        up = subprocess.Popen(  # noqa: ASYNC220 - once, at the start
            [sys.executable, "-m", "engines", *words],
            env=environment(folder, **settings),
            stdout=log,
            stderr=log,
        )
    try:
        yield await _up(folder, up), Victims(up.pid)
    finally:
        up.terminate()
        await asyncio.to_thread(up.wait, 60)
        # A server that was killed could not clear its socket away.
        shutil.rmtree(sockets_of(folder / "var" / "postgres"), ignore_errors=True)


async def _up(folder: Path, up: subprocess.Popen[bytes]) -> EngineAddresses:
    async def look() -> EngineAddresses | None:
        assert up.poll() is None, (folder / "up.log").read_text()
        said = (folder / "up.log").read_text()
        return running_engines(folder / "var") if "Relance is up" in said else None

    return await patiently(look, "everything up")


async def patiently(
    look: Callable[[], Awaitable[Found | None]],
    what: str,
    seconds: float = PATIENCE_SECONDS,
) -> Found:
    """Look until there is something; engines that are down in between do not matter."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    trouble: BaseException | None = None
    while loop.time() < end:
        try:
            if (found := await asyncio.wait_for(look(), 20)) is not None:
                return found
        except (OSError, RPCError, RuntimeError, TimeoutError, asyncpg.PostgresError) as error:
            trouble = error
        except asyncpg.InterfaceError as error:
            trouble = error
        await asyncio.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds:g} seconds ({trouble!r})")
