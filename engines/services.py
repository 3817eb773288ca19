"""What is a service? A program that is started, is ready some time later, and is asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engines.leash import leashed

ROOT = Path(__file__).resolve().parent.parent
"""Where the programs of Relance are."""

POLL_SECONDS = 0.03
"""How often a start or an end that is awaited is looked for."""

WATCH_SECONDS = 0.25
"""How often a service that should run on is looked after; it costs a laptop's battery."""

LOG_BYTES_MAX = 20 * 1024 * 1024
"""A longer log is put aside at the next start, in place of the one put aside before."""

TAIL_LINES = 12
"""How many of a log's last lines a message to a person shows."""


class EngineFailed(Exception):  # noqa: N818 - reads as the condition it names
    """A service or a step of the start did not do its work; the message ends with its words."""


def _nothing() -> None:
    """Stand where a service has nothing to prepare."""


@dataclass(frozen=True)
class Service:
    """A program to be kept running.

    Attributes:
        command: gives the command line at each start; it must end with this process
            (see ``engines.leash``).
        is_ready: may block for a second or two; called off the main thread.
        environment: all the program sees of one.
        before_start: called before each start, also after a crash.
        stop_signal: asks the program to end in order.
        stop_seconds: after these it is killed.
    """

    name: str
    command: Callable[[], Sequence[str]]
    is_ready: Callable[[], bool]
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = ROOT
    before_start: Callable[[], None] = _nothing
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10
    ready_seconds: float = 60


class Child:
    """One run after another of a service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.started = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process number; ``None`` when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> float:
        """Start it and return the seconds until it was ready.

        Call it on the main thread, whose life the child is tied to.

        Raises:
            EngineFailed: it ended, was not ready in time, or another program is in its place.
        """
        self.service.before_start()
        if await asyncio.to_thread(self.service.is_ready):
            raise EngineFailed(
                f"{self.service.name}: another program answers where it is to be. End that one, "
                "then start again."
            )
        self.started = time.monotonic()
        self._process = start_program(
            self.service.command(), self.service.environment, self.service.folder, self.service.log
        )
        while not await asyncio.to_thread(self.service.is_ready):
            if self._process.poll() is not None:
                raise EngineFailed(self._why(f"ended at once ({self._ending()})"))
            if time.monotonic() - self.started > self.service.ready_seconds:
                raise EngineFailed(self._why(f"not ready after {self.service.ready_seconds:g} s"))
            await asyncio.sleep(POLL_SECONDS)
        return time.monotonic() - self.started

    async def ended(self, poll_seconds: float = WATCH_SECONDS) -> str:
        """Return when it does not run any more, and how it ended."""
        while self.pid is not None:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(poll_seconds)
        return self._ending()

    async def stop(self) -> None:
        """Ask it to end, wait, and end it if it does not."""
        if self._process is None or self.pid is None:
            return
        try:
            self._process.send_signal(self.service.stop_signal)
            async with asyncio.timeout(self.service.stop_seconds):
                await self.ended(POLL_SECONDS)
        except TimeoutError:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """End it now."""
        if self._process is not None:
            kill_program(self._process)

    def _ending(self) -> str:
        code = self._process.poll() if self._process else None
        if code is None or code >= 0:
            return f"code {code}"
        return signal.Signals(-code).name

    def _why(self, what: str) -> str:
        return f"{self.service.name}: {what}.\n{tail(self.service.log)}"


async def run_to_end(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> float:
    """Run a program of Relance to its end and return the seconds it took.

    Raises:
        EngineFailed: it ended with another code than 0.
    """
    begun = time.monotonic()
    process = start_program(leashed(command), environment, ROOT, log)
    try:
        while process.poll() is None:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(POLL_SECONDS)
    finally:
        kill_program(process)
    if process.returncode:
        raise EngineFailed(f"{name}: ended with code {process.returncode}.\n{tail(log)}")
    return time.monotonic() - begun


def start_program(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> subprocess.Popen[bytes]:
    """Start a program whose words go to a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_name(f"{log.name}.old"))
    with log.open("ab") as words:
        return subprocess.Popen(  # noqa: S603 - our own commands
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,  # Ctrl-C is for us, who stop it in order
        )


def kill_program(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started in its group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tail(log: Path) -> str:
    """Return the last lines of a log, with its name, for a message to a person."""
    try:
        words = log.read_bytes()[-8000:].decode(errors="replace").splitlines()[-TAIL_LINES:]
    except OSError:
        words = []
    return "\n".join([f"The end of {log}:", *(f"  {line[:300]}" for line in words)])
