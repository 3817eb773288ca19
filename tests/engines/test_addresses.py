"""Is each engine found where it is, and is it said what to do when it is nowhere?"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from engines.addresses import FILE, LOCK, Engine, EnginesNotRunning, addresses
from engines.laptop import PortTaken, lay_out, split
from engines.locks import hold
from engines.ports import is_free
from schemas.settings import EngineAddresses, Settings

RUNNING = EngineAddresses(
    pid=1,
    database_url="postgresql://here/",
    temporal_address="127.0.0.1:7233",
    smtp_host="127.0.0.1",
    smtp_port=1025,
    mailbox="var/mailbox",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget what the environment of the tests says."""
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "SMTP_HOST", "HEALTH_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RELANCE_VAR", str(tmp_path))


@contextlib.contextmanager
def running(var: Path, found: EngineAddresses = RUNNING) -> Iterator[None]:
    """Look as an ``up`` does that runs."""
    with hold(var / LOCK):
        (var / FILE).write_text(found.model_dump_json())
        yield


@contextlib.contextmanager
def taken() -> Iterator[int]:
    """Give a port somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_finds_what_up_started(tmp_path: Path) -> None:
    """With nothing in the environment, the engines of the running ``up`` are used."""
    with running(tmp_path):
        assert addresses(Settings()) == RUNNING


def test_the_environment_wins_engine_by_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company's own database replaces ours, while the mailbox stays."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/")
    with running(tmp_path):
        found = addresses(Settings())
    assert found.database_url == "postgresql://elsewhere/"
    assert found.smtp_port == 1025


def test_needs_no_up_when_the_environment_names_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """In production nothing of the laptop is looked for."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal:7233")
    monkeypatch.setenv("SMTP_HOST", "smtp.example")
    found = addresses(Settings())
    assert (found.pid, found.smtp_host, found.smtp_port) == (os.getpid(), "smtp.example", 587)


def test_says_what_to_do_when_nothing_runs(tmp_path: Path) -> None:
    """Who forgot to start the engines reads how to, not a stack of calls."""
    with running(tmp_path):
        pass  # it was killed: its file is there, its lock is not
    with pytest.raises(EnginesNotRunning, match=r"\./run up, or set DATABASE_URL") as refusal:
        addresses(Settings(), needs=[Engine.POSTGRES])
    assert "TEMPORAL_ADDRESS" not in str(refusal.value)


def test_asks_for_what_up_itself_was_given(tmp_path: Path) -> None:
    """An address with a password is not written down, so it must be given again."""
    with (
        running(tmp_path, RUNNING.model_copy(update={"database_url": ""})),
        pytest.raises(EnginesNotRunning, match="set DATABASE_URL here too"),
    ):
        addresses(Settings())


def test_survives_a_damaged_file(tmp_path: Path) -> None:
    """A file that is cut off counts as none."""
    with running(tmp_path):
        (tmp_path / FILE).write_text('{"pid": 1')
        with pytest.raises(EnginesNotRunning):
            addresses(Settings())


def test_takes_another_port_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the usual port is taken the mailbox is elsewhere, and people are told where."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal:7233")
    said: list[str] = []
    with taken() as port, contextlib.ExitStack() as held:
        monkeypatch.setattr("engines.laptop.SMTP_PORT", port)
        laptop = lay_out(Settings(), said.append, held)
    assert laptop.addresses.smtp_port != port
    assert f"Port {port} is taken: the mailbox will be on {laptop.addresses.smtp_port}." in said
    assert [service.name for service in laptop.engines] == ["mailbox"]
    assert laptop.given["SMTP_PORT"] == str(laptop.addresses.smtp_port)
    assert laptop.addresses.database_url == ""


def test_refuses_a_taken_port_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that the environment names is a promise to others, so it is not replaced."""
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "SMTP_HOST"):
        monkeypatch.setenv(name, "elsewhere")
    with taken() as port, contextlib.ExitStack() as held:
        monkeypatch.setenv("HEALTH_ADDRESS", f"127.0.0.1:{port}")
        assert not is_free(port)
        with pytest.raises(PortTaken, match=f"HEALTH_ADDRESS=127.0.0.1:{port}"):
            lay_out(Settings(), print, held)


@pytest.mark.parametrize("wrong", ["8088", "localhost:", "localhost:http", "localhost:70000"])
def test_refuses_what_is_no_address(wrong: str) -> None:
    """An address that is mistyped is shown as it was typed."""
    with pytest.raises(ValueError, match=wrong):
        split(wrong)
