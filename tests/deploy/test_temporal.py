"""Do the scripts of Temporal prepare it? A real server and a recording tool say."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "temporal"
TEMPORAL = Path(sys.executable).parent / "temporal"

RECORDER = """#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in *"$FAILS"*) exit 1 ;; esac
"""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a script of ours says in this environment."""
    return subprocess.run(
        ["sh", DEPLOY / script],
        env={"PATH": f"{TEMPORAL.parent}:/usr/bin:/bin", "HOME": "/nonexistent", **environment},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A Temporal server that has not been prepared; it need not answer yet."""
    where = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [TEMPORAL, "server", "start-dev", "--headless", "--port", where.partition(":")[2]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield where
    finally:
        server.terminate()
        server.wait(30)


def test_namespace_and_search_attribute_are_made_once(address: str) -> None:
    """A server is ready for cases after one run, keeps histories 30 days, and bears another."""
    for _ in range(2):
        done = run("init.sh", {"TEMPORAL_ADDRESS": address, "PAUSE_SECONDS": "0.2"})
        assert done.returncode == 0, done.stderr
    environment = {**os.environ, "TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": "relance"}
    said = [
        subprocess.run(
            [TEMPORAL, "operator", *words],
            env=environment,
            text=True,
            capture_output=True,
            check=True,
        ).stdout.split()
        for words in (["namespace", "describe", "-n", "relance"], ["search-attribute", "list"])
    ]
    assert "720h0m0s" in said[0]
    assert said[1][said[1].index("Creditor") + 1] == "Keyword"


def test_waiting_for_a_server_ends() -> None:
    """A server that never comes is given up, and the reason is said."""
    nowhere = f"127.0.0.1:{free_port()}"
    done = run(
        "init.sh", {"TEMPORAL_ADDRESS": nowhere, "ATTEMPTS_MAX": "2", "PAUSE_SECONDS": "0.1"}
    )
    assert done.returncode != 0
    assert "given up after 2 attempts" in done.stderr
    assert nowhere in done.stderr


def schema_run(folder: Path, fails: str) -> tuple[int, list[str]]:
    """Exit code and calls of setup-schema.sh when the call that contains a text fails."""
    tool = folder / "temporal-sql-tool"
    tool.write_text(RECORDER, encoding="utf-8")
    tool.chmod(0o755)
    log = folder / "calls"
    done = run(
        "setup-schema.sh",
        {
            "PATH": f"{folder}:/usr/bin:/bin",
            "LOG": str(log),
            "FAILS": fails,
            "SQL_HOST": "postgres",
            "SQL_USER": "temporal",
            "SQL_PASSWORD": "secret",
        },
    )
    return done.returncode, log.read_text(encoding="utf-8").splitlines()


def test_schemas_are_set_up_in_order(tmp_path: Path) -> None:
    """Both databases get their tables; that a database exists already is no reason to stop."""
    code, calls = schema_run(tmp_path, fails=" create")
    server = "--plugin postgres12 --ep postgres -p 5432 -u temporal"
    folder = "/etc/temporal/schema/postgresql/v12"
    assert code == 0
    assert calls == [
        f"{server} --db {database} {step}"
        for database, kind in (("temporal", "temporal"), ("temporal_visibility", "visibility"))
        for step in (
            "create",
            "setup-schema -v 0.0",
            f"update-schema -d {folder}/{kind}/versioned",
        )
    ]


@pytest.mark.parametrize("step", ["setup-schema", "update-schema"])
def test_schema_that_cannot_be_set_up_stops_the_start(tmp_path: Path, step: str) -> None:
    """No server starts on a schema that is half made: the step that fails is the last."""
    code, calls = schema_run(tmp_path, fails=step)
    assert code != 0
    assert step in calls[-1]
    assert all("visibility" not in call for call in calls)
