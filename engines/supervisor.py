"""Who keeps the engines running? One process that starts them, restarts them and ends them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import NoReturn

from engines.addresses import FILE, LOCK, running_engines
from engines.laptop import Laptop, Say, lay_out
from engines.locks import Held, hold
from engines.services import Child, EngineFailed, Service, run_to_end, tail
from schemas.settings import EngineAddresses, Settings

RESTART_SECONDS_MIN = 0.5
RESTART_SECONDS_MAX = 30.0
STEADY_SECONDS = 60.0
"""A service that ran this long has earned a quick restart again."""

STARTS_MAX = 8
"""After so many starts in a row, none of them steady, a person must look; a minute or more."""

Migrate = Callable[[Mapping[str, str], Path], Awaitable[object]]
"""Brings the database up to date, given an environment and a log."""


class AlreadyUp(Exception):  # noqa: N818 - reads as the condition it names
    """Another process runs the engines of this folder."""


class Supervisor:
    """Keeps services running: in order at the start, each by itself after, backwards at the end."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._children: list[Child] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._given_up: asyncio.Queue[str] = asyncio.Queue()

    def pid(self, name: str) -> int | None:
        """Return the process number of a service; ``None`` when it does not run."""
        return next((c.pid for c in self._children if c.service.name == name), None)

    async def start(self, service: Service) -> None:
        """Start a service, wait until it is ready, and keep it running from then on.

        Raises:
            EngineFailed: it does not start.
        """
        child = Child(service)
        self._children.append(child)
        seconds = await child.start()
        self._say(f"{service.name} … ready in {seconds:.1f} s")
        self._keepers.append(asyncio.create_task(self._keep(child)))

    async def stop(self) -> None:
        """End all services, the last started first; being cancelled ends them at once."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        try:
            while self._children:
                child = self._children[-1]
                begun = time.monotonic()
                await child.stop()
                self._children.pop()
                self._say(f"{child.service.name} … ended in {time.monotonic() - begun:.1f} s")
        finally:
            for child in reversed(self._children):
                child.kill()
            self._children.clear()

    async def watch(self) -> NoReturn:
        """Wait as long as everything can be kept running.

        Raises:
            EngineFailed: a service was started again and again, and never ran for long.
        """
        raise EngineFailed(await self._given_up.get())

    async def _keep(self, child: Child) -> None:
        """Start a service again whenever it ends, less and less eagerly, and not for ever."""
        name = child.service.name
        pause, starts, ran = RESTART_SECONDS_MIN, 1, True
        while True:
            why = await child.ended()
            if ran and time.monotonic() - child.started > STEADY_SECONDS:
                pause, starts = RESTART_SECONDS_MIN, 0
            if starts >= STARTS_MAX:
                self._given_up.put_nowait(
                    f"{name}: started {starts} times, and never ran for {STEADY_SECONDS:g} s "
                    f"({why}). Put right what its log says, then start again.\n"
                    f"{tail(child.service.log)}"
                )
                return
            starts, ran = starts + 1, False
            self._say(f"{name} … ended by itself ({why}); starting again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, RESTART_SECONDS_MAX)
            try:
                seconds = await child.start()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may succeed
                child.kill()
                self._say(f"{name} … does not start: {error}")
            else:
                ran = True
                self._say(f"{name} … ready again in {seconds:.1f} s")


async def migrate_with_starter(given: Mapping[str, str], log: Path) -> float:
    """Bring the database up to date with our own command.

    Raises:
        EngineFailed: it did not.
    """
    return await run_to_end("migrations", [sys.executable, "starter.py", "migrate"], given, log)


@contextlib.asynccontextmanager
async def run_engines(
    settings: Settings,
    *,
    with_worker: bool = True,
    say: Say | None = None,
    migrate: Migrate = migrate_with_starter,
    lay: Callable[..., Laptop] = lay_out,
) -> AsyncIterator[tuple[EngineAddresses, Supervisor]]:
    """Run what Relance stands on during the block, restarting what dies.

    Call it on the main thread: the children end with the thread that started them.

    Args:
        settings: as read from the environment, which replaces engines one by one.
        with_worker: whether to run the worker too.
        say: told what happens, line by line; standard output unless given.
        migrate: brings the database up to date, between the engines and the worker.
        lay: decides what is started; tests give stand-ins.

    Yields:
        Where everything is, and who keeps it running.

    Raises:
        AlreadyUp: another process runs the engines of this folder.
        EngineFailed: a service does not start.
        PortTaken: a port that the environment names is in use.
        PostgresUnavailable: there is no PostgreSQL to start.
        TemporalUnavailable: there is no Temporal to start.
    """
    say = say or _print
    var = settings.var.absolute()
    supervisor = Supervisor(say)
    _make_private(var)
    with contextlib.ExitStack() as held:
        _lock(held, var)
        (var / FILE).unlink(missing_ok=True)  # left by one that was killed
        laptop = lay(settings, say, held, with_worker=with_worker)
        try:
            for service in laptop.engines:
                await supervisor.start(service)
            begun = time.monotonic()
            await migrate(laptop.given, var / "log" / "migrate.log")
            say(f"migrations … done in {time.monotonic() - begun:.1f} s")
            _write_down(laptop.addresses, var / FILE)
            if laptop.worker:
                await supervisor.start(laptop.worker)
            yield laptop.addresses, supervisor
        finally:
            (var / FILE).unlink(missing_ok=True)
            await supervisor.stop()


def describe(found: EngineAddresses, var: Path) -> str:
    """Return a small table of where everything is."""
    rows = [
        ("database", found.database_url or "as DATABASE_URL says"),
        ("Temporal", found.temporal_address),
        ("its pages", found.temporal_ui),
        ("e-mail to", found.smtp_host and f"{found.smtp_host}:{found.smtp_port}"),
        ("kept in", found.mailbox),
        ("letters in", found.letters),
        ("health", found.health and f"http://{found.health}"),
        ("metrics", found.metrics and f"http://{found.metrics}/metrics"),
        ("logs in", str(var.absolute() / "log")),
    ]
    return "\n".join(f"  {name:<11} {where}" for name, where in rows if where)


def _make_private(var: Path) -> None:
    """Make our folder and that of the logs; what they hold about debtors is nobody else's."""
    var.mkdir(
        # PostgreSQL's user must pass through when we are root.
        mode=0o711 if os.geteuid() == 0 else 0o700,
        parents=True,
        exist_ok=True,
    )
    (var / "log").mkdir(mode=0o700, exist_ok=True)


def _lock(held: contextlib.ExitStack, var: Path) -> None:
    """Be the only one to run the engines of a folder, and leave our number for others."""
    try:
        handle = held.enter_context(hold(var / LOCK))
    except Held as error:
        pid = (var / LOCK).read_text().strip() or "unknown"
        found = running_engines(var)
        where = f"\n{describe(found, var)}" if found else ""
        raise AlreadyUp(f"Relance is already up in {var} (process {pid}).{where}") from error
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())


def _write_down(found: EngineAddresses, path: Path) -> None:
    """Write where everything is, so that a reader sees all of it or nothing."""
    half = path.with_name(f"{path.name}.half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(found.model_dump_json(indent=2) + "\n")
    half.replace(path)


def _print(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be closed; the engines go on
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
