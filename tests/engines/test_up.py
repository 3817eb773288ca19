"""Does ``up`` start everything, keep it running, and leave nothing behind?"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from engines.addresses import addresses
from engines.places import sockets_of
from engines.ports import answers, free_ports
from schemas.settings import EngineAddresses, Settings
from tests.support.engines import folder_for_tests, is_alive

ROOT = Path(__file__).resolve().parents[2]

WORKER = """
import os, http.server
host, port = os.environ["HEALTH_ADDRESS"].split(":")
print(os.environ["SMTP_SECURITY"], os.environ["DATABASE_URL"], os.environ["TEMPORAL_ADDRESS"])
http.server.HTTPServer((host, int(port)), http.server.BaseHTTPRequestHandler).serve_forever()
"""

MIGRATE = """
import os, sys
sys.exit(f"cannot migrate {os.environ['DATABASE_URL']}" if "FAIL" in os.environ else 0)
"""


@dataclass
class House:
    """A copy of what ``up`` needs, with stand-ins for worker and migrations."""

    folder: Path
    given: dict[str, str] = field(default_factory=dict)

    def settings(self) -> Settings:
        """Return the settings of a program that works beside it."""
        return Settings.model_construct(var=self.folder / "var")

    def command(self) -> subprocess.Popen[str]:
        """Start ``up`` without waiting."""
        return subprocess.Popen(
            [sys.executable, "-m", "engines"],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **self.given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextlib.contextmanager
    def up(self) -> Iterator[Up]:
        """Bring it up, wait until it says so, and end it after."""
        process = self.command()
        up = Up(process, self)
        try:
            up.read_until("Relance is up")
            up.read_until("logs in")
            yield up
        finally:
            process.kill()
            process.communicate()


@dataclass
class Up:
    """An ``up`` that runs."""

    process: subprocess.Popen[str]
    house: House
    said: str = ""

    def read_until(self, words: str) -> str:
        """Read what it says up to a line that holds these words, and return that line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return line
        pytest.fail(f"never said {words!r}:\n{self.said}")

    def where(self) -> EngineAddresses:
        """Return what another program would find."""
        return addresses(self.house.settings())

    def children(self) -> dict[str, int]:
        """Return the process numbers of what it started, by what shows in the command line."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = entry.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                words = entry.joinpath("cmdline").read_text()
                if int(parent) == self.process.pid:
                    for name in ("postgres", "start-dev", "engines.mailbox", "worker.py"):
                        if name in words:
                            found[name] = int(entry.name)
        return found


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Give a house with ports of its own."""
    with folder_for_tests() as folder:
        for part in ("engines", "schemas"):
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        (folder / "worker.py").write_text(WORKER)
        (folder / "starter.py").write_text(MIGRATE)
        health, metrics = free_ports(2)
        yield House(
            folder,
            {
                "HEALTH_ADDRESS": f"127.0.0.1:{health}",
                "METRICS_ADDRESS": f"127.0.0.1:{metrics}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
        shutil.rmtree(sockets_of(folder / "var" / "postgres"), ignore_errors=True)


def all_gone(pids: list[int], seconds: float = 10) -> bool:
    """Tell whether processes end in time."""
    until = time.monotonic() + seconds
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for children in /proc")


@linux
async def test_brings_up_everything_keeps_it_up_and_takes_it_down(house: House) -> None:
    """One command starts all; what dies comes back; one Ctrl-C ends all, in order."""
    with house.up() as up:
        where = up.where()
        assert where.pid == up.process.pid
        assert where.temporal_ui
        assert answers(where.smtp_host, where.smtp_port)
        log = (house.folder / "var" / "log" / "worker.log").read_text()
        assert log.strip() == f"none {where.database_url} {where.temporal_address}"

        second = house.command()
        said, _ = second.communicate(timeout=10)
        assert second.returncode == 3
        assert f"already up in {house.folder / 'var'} (process {up.process.pid})" in said

        first = up.children()
        assert len(first) == 4
        for pid in first.values():
            os.kill(pid, signal.SIGKILL)
        for _ in first:
            up.read_until("ready again in")
        again = up.children()
        assert again.keys() == first.keys()
        assert not set(again.values()) & set(first.values())
        connection = await asyncpg.connect(where.database_url)
        await connection.close()

        up.process.send_signal(signal.SIGINT)
        rest, _ = up.process.communicate(timeout=15)
        assert up.process.returncode == 0
        names = [line.split(" … ended in")[0] for line in rest.splitlines() if "ended in" in line]
        assert names == ["worker", "mailbox", "Temporal", "PostgreSQL"]
        assert all_gone(list(again.values()), 0)
        assert not (house.folder / "var" / "engines.json").exists()


@linux
def test_a_killed_up_takes_everything_with_it(house: House) -> None:
    """Even when ``up`` itself is killed nothing goes on in secret, and the next one starts."""
    with house.up() as up:
        left = list(up.children().values())
        assert len(left) == 4
        up.process.kill()
        up.process.wait()
        assert all_gone(left)
        assert (house.folder / "var" / "engines.json").exists()
    with house.up() as again:
        assert again.where().pid == again.process.pid
        again.process.terminate()
        assert again.process.wait(15) == 0


def test_says_why_the_start_failed(house: House) -> None:
    """When the database cannot be brought up to date, its words are shown and nothing stays."""
    elsewhere = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "SMTP_HOST": "127.0.0.1"}
    failing = House(house.folder, {**house.given, **elsewhere, "FAIL": "1"})
    process = failing.command()
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "migrations: ended with code 1" in said
    assert "cannot migrate postgresql://" in said
    assert "PostgreSQL … ended" in said
    assert "Temporal" not in said  # the environment replaces it
    assert not (house.folder / "var" / "engines.json").exists()
