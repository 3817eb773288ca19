"""On what do tests stand? Real engines, made for the run and gone with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from engines.mailbox import Mailbox, mailbox
from engines.places import sockets_of
from engines.ports import free_ports
from engines.postgres import embedded_postgres
from engines.temporal_server import TemporalServer

READY_SECONDS = 30


@contextlib.contextmanager
def folder_for_tests() -> Iterator[Path]:
    """Give a folder that other users may pass through, as PostgreSQL's does when we are root."""
    with tempfile.TemporaryDirectory(prefix="relance-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        try:
            yield folder
        finally:  # a server that was killed could not clear its socket away
            shutil.rmtree(sockets_of(folder / "postgres"), ignore_errors=True)


@contextlib.contextmanager
def postgres_for_tests() -> Iterator[str]:
    """Serve an empty PostgreSQL without safety against a crash; yield its superuser's DSN."""
    with folder_for_tests() as folder, embedded_postgres(folder / "postgres", fast=True) as dsn:
        yield dsn


@contextlib.asynccontextmanager
async def fresh_database(admin_dsn: str, template: str = "template1") -> AsyncIterator[str]:
    """Copy a database for one test and drop it after; yield the DSN of the copy.

    Args:
        admin_dsn: of another database of the server, as a user who may create databases.
        template: name of the database to copy, such as a migrated one; nobody may be connected.
    """
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY wal_log')
        try:
            yield named_database(admin_dsn, name)
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


def named_database(dsn: str, name: str) -> str:
    """Return the DSN of another database of the same server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


@contextlib.contextmanager
def temporal_for_tests() -> Iterator[str]:
    """Serve a Temporal in memory that can skip time; yield its address."""
    port, http_port = free_ports(2)
    server = TemporalServer(port, http_port)
    with folder_for_tests() as folder, (folder / "temporal.log").open("wb") as log:
        process = subprocess.Popen(
            server.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder
        )
        try:
            until = time.monotonic() + READY_SECONDS
            while not server.is_ready():
                if process.poll() is not None or time.monotonic() > until:
                    words = (folder / "temporal.log").read_text()[-2000:]
                    raise RuntimeError(f"Temporal is not ready ({process.returncode}): {words}")
                time.sleep(0.05)
            yield server.address
        finally:
            process.kill()  # in memory: nothing to save
            process.wait()


@contextlib.asynccontextmanager
async def mailbox_for_tests(*, later_times: int = 1) -> AsyncIterator[Mailbox]:
    """Keep e-mail in a folder of the test; yield where (``host``, ``port``) and what it got."""
    with folder_for_tests() as folder:
        async with mailbox(folder / "mailbox", later_times=later_times) as box:
            yield box


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (one that only waits for its parent to look does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True
