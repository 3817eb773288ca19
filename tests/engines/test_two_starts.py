"""Do two that start at once stay out of each other's way, and does one that cannot go on end?"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from pydantic import SecretStr

from engines import supervisor
from engines.laptop import PortTaken, lay_out
from engines.ports import HOST, claim, claimed_port, free_ports
from engines.services import EngineFailed, Service
from engines.supervisor import Supervisor
from schemas.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"DATABASE_URL": "postgresql://elsewhere/", "TEMPORAL_ADDRESS": "temporal:7233"}

WORKER = """
import os, http.server
host, port = os.environ["HEALTH_ADDRESS"].split(":")

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["RELANCE_VAR"].encode())

http.server.HTTPServer((host, int(port)), Page).serve_forever()
"""


@pytest.fixture(autouse=True)
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims of this test alone; whoever else runs Relance here is not asked."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_two_that_choose_before_either_listens_choose_differently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find the usual ports free in the same second; the second is told where it will be."""
    smtp, health, metrics = free_ports(3)
    monkeypatch.setattr("engines.laptop.SMTP_PORT", smtp)
    settings = Settings.model_construct(
        set(),
        var=tmp_path,
        database_url=SecretStr("postgresql://elsewhere/"),
        temporal_address="temporal:7233",
        health_address=f"{HOST}:{health}",
        metrics_address=f"{HOST}:{metrics}",
    )
    named = settings.model_copy(update={"health_address": settings.health_address})
    said: list[str] = []
    with contextlib.ExitStack() as held:
        first = lay_out(settings, said.append, held).addresses
        assert (first.smtp_port, first.health, said) == (smtp, f"{HOST}:{health}", [])
        second = lay_out(settings, said.append, held).addresses
        places = [first.smtp_port, second.smtp_port, first.health, second.health]
        assert len({*places, first.metrics, second.metrics}) == 6
        assert f"Port {smtp} is taken: the mailbox will be on {second.smtp_port}." in said
        with pytest.raises(PortTaken, match="HEALTH_ADDRESS"):
            lay_out(named, said.append, held)


def test_a_claim_ends_with_whoever_made_it(tmp_path: Path) -> None:
    """When the first has ended, the port is anybody's again, and nothing is left of the claim."""
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        port = claimed_port(first)
        assert not claim(port, second)
        first.close()
        assert claim(port, second)
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []


def _copy(folder: Path) -> Path:
    for part in ("engines", "schemas"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "worker.py").write_text(WORKER)
    (folder / "starter.py").write_text("")
    return folder


def test_two_ups_at_once_both_come_up(tmp_path: Path) -> None:
    """Started in the same moment, each has a worker of its own on ports of its own."""
    folders = [_copy(tmp_path / name) for name in ("one", "two")]
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), **ELSEWHERE}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "engines"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for folder in folders
    ]
    try:
        health = [_health(one) for one in both]
        assert len(set(health)) == 2
        for folder, address in zip(folders, health, strict=True):
            with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 - our own page
                assert page.read().decode() == str(folder / "var")
        for one in both:
            one.send_signal(signal.SIGTERM)
        endings = [one.communicate(timeout=15)[0] for one in both]
        assert not [said for said in endings if "ended by itself" in said]
    finally:
        for one in both:
            one.kill()
            one.communicate()


def _health(up: subprocess.Popen[str]) -> str:
    """What it says where its worker's pages are."""
    assert up.stdout is not None
    said = ""
    for line in up.stdout:
        said += line
        if line.split()[:1] == ["health"]:
            return line.split()[1]
    pytest.fail(f"never came up:\n{said}")


def _service(tmp_path: Path, program: str, *, ready: bool) -> Service:
    folder = tmp_path / "begun"

    def is_ready() -> bool:
        return ready or folder.exists()

    return Service(
        "worker",
        lambda: [sys.executable, "-c", program.format(folder=str(folder))],
        is_ready,
        tmp_path / "worker.log",
        before_start=lambda: folder.rmdir() if folder.exists() else None,
    )


async def test_a_service_that_never_lasts_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that cannot reach its engines says why, and what to do, instead of going on."""
    monkeypatch.setattr(supervisor, "RESTART_SECONDS_MIN", 0.01)
    monkeypatch.setattr(supervisor, "STARTS_MAX", 3)
    program = "import os, sys; os.mkdir({folder!r}); sys.exit('cannot reach 127.0.0.1:7233')"
    said: list[str] = []
    keeper = Supervisor(said.append)
    await keeper.start(_service(tmp_path, program, ready=False))
    with pytest.raises(EngineFailed, match="started 3 times") as failed:
        async with asyncio.timeout(20):
            await keeper.watch()
    assert "cannot reach 127.0.0.1:7233" in str(failed.value)
    assert "then start again" in str(failed.value)
    assert len([line for line in said if "starting again" in line]) == 2
    await keeper.stop()


async def test_what_another_program_answers_is_not_taken_for_ours(tmp_path: Path) -> None:
    """Something answers where the service is to be: it is said, not believed to be ready."""
    service = _service(tmp_path, "", ready=True)
    with pytest.raises(EngineFailed, match="another program answers"):
        await Supervisor(print).start(service)
