"""Would the containers start? As far as that can be read off the files, without a Docker engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
READ_BY_COMPOSE_ITSELF = {"COMPOSE_PROFILES"}
SCRIPTS = sorted((ROOT / "deploy").rglob("*.sh"))

Service = Mapping[str, Any]


def services() -> dict[str, Service]:
    """Every service of the compose file by name, with merge keys resolved."""
    return dict(YAML(typ="safe").load(COMPOSE)["services"])


def is_one_shot(service: Service) -> bool:
    """Whether the service does its work and ends."""
    return bool(service["restart"] == "no")


def is_watched(service: Service) -> bool:
    """Whether the service says how its health is looked at."""
    return "test" in service.get("healthcheck", {})


def seconds(duration: str) -> float:
    """A duration of compose, such as ``90s`` or ``1m30s``, in seconds."""
    parts = re.findall(r"(\d+)(ms|s|m|h)", duration)
    factors = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    return sum(float(number) * factors[unit] for number, unit in parts)


def relance_services() -> dict[str, Service]:
    """The services that run our own image."""
    return {name: one for name, one in services().items() if one["image"].startswith("relance:")}


def test_compose_file_fits_its_specification() -> None:
    """The compose file has no key that Compose does not know."""
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", str(COMPOSE)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_image_is_pinned() -> None:
    """Every image is pinned to one version, and the retired auto-setup image is not used."""
    for name, service in services().items():
        _, _, tag = service["image"].rpartition(":")
        assert re.match(r"v?\d+\.\d+", tag), f"{name}: {service['image']} names no version"
        assert "auto-setup" not in service["image"], name


def test_temporal_tools_have_the_version_of_the_server() -> None:
    """The schema is prepared by the tools of the very server that will use it."""
    images = {name: service["image"] for name, service in services().items()}
    _, server = images["temporal"].split(":")
    assert images["temporal-schema"] == f"temporalio/admin-tools:{server}"
    assert images["temporal-init"] == f"temporalio/admin-tools:{server}"
    assert images["grant-worker"] == images["postgres"]


def test_our_image_has_the_version_of_the_project() -> None:
    """The image of all our services is named with the version that is in pyproject.toml."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {service["image"] for service in relance_services().values()} == {f"relance:{version}"}


def test_every_long_running_service_is_watched_and_restarted() -> None:
    """What runs for ever says how it feels, comes back when it dies and is given time to end."""
    running = {name: one for name, one in services().items() if not is_one_shot(one)}
    assert {"postgres", "temporal", "temporal-ui", "worker", "mail"} == set(running)
    for name, service in running.items():
        assert is_watched(service), f"{name} has no health check"
        assert service["restart"] == "unless-stopped", name


def test_every_variable_is_explained_and_used() -> None:
    """Whoever fills in .env finds there every variable that Compose asks for, and no other."""
    text = re.sub(r"^\s*#.*$", "", COMPOSE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) == asked | READ_BY_COMPOSE_ITSELF
    for block in re.findall(r"(?:^[A-Z_]+=.*\n)+", example, flags=re.MULTILINE):
        before = example[: example.index(block)].rstrip("\n").rpartition("\n")[2]
        assert before.startswith("#"), f"no comment above {block}"


def test_no_secret_stands_in_a_file() -> None:
    """Passwords and keys have no default: neither in the example nor in the compose file."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    given = dict(re.findall(r"^([A-Z_]*(?:PASSWORD|KEYS))=(.*)$", example, flags=re.MULTILINE))
    assert set(given.values()) == {""}
    text = COMPOSE.read_text(encoding="utf-8")
    endings = dict(re.findall(r"\$\{([A-Z_]*(?:PASSWORD|KEYS))([^}]*)\}", text))
    assert set(given) == set(endings)
    # Some mail servers ask for none, and not everybody has a mailbox read.
    assert {name for name, ending in endings.items() if ending != ":?"} == {
        *("SMTP_PASSWORD", "INBOX_PASSWORD"),
    }
    assert endings["SMTP_PASSWORD"] == endings["INBOX_PASSWORD"] == ":-"
    for found in re.findall(r"^ *\w*(?:PASSWORD|PWD|KEYS): (.*)$", text, flags=re.MULTILINE):
        assert "${" in found, f"a password is written out: {found}"


def test_every_setting_that_compose_gives_is_one_that_relance_reads() -> None:
    """A misspelt setting is not passed over in silence."""
    settings = (ROOT / "schemas" / "settings.py").read_text(encoding="utf-8")
    known = set(re.findall(r'validation_alias="([A-Z_]+)"', settings)) | {"TEMPORAL_NAMESPACE"}
    for name, service in relance_services().items():
        assert set(service["environment"]) <= known, name


def test_every_volume_is_there() -> None:
    """Every file that is mounted exists, and every named volume is declared."""
    declared = YAML(typ="safe").load(COMPOSE)["volumes"]
    used = set()
    for name, service in services().items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name}: {source} is missing"
                assert volume.endswith(":ro"), f"{name} may write to {source}"
            else:
                used.add(source)
    assert used == set(declared)


def test_postgres_keeps_its_data_where_its_version_expects_it() -> None:
    """A new container finds the old data: from 18 on the volume is one folder higher."""
    postgres = services()["postgres"]
    assert postgres["image"].startswith("postgres:18.")
    assert "postgres:/var/lib/postgresql" in postgres["volumes"]


def test_every_service_waits_for_what_can_be_waited_for() -> None:
    """A service waits for the end of what ends, and for the health of what stays."""
    every = services()
    for name, service in every.items():
        for target, how in service.get("depends_on", {}).items():
            assert target in every, f"{name} waits for {target}, which is no service"
            if is_one_shot(every[target]):
                assert how["condition"] == "service_completed_successfully", name
            else:
                assert how["condition"] == "service_healthy", name
                assert is_watched(every[target]), target
            assert not every[target].get("profiles"), f"{name} waits for optional {target}"


def test_worker_starts_last() -> None:
    """No worker runs before its tables, its rights, its namespace and its search attributes."""
    every = services()
    reached: set[str] = set()
    waiting = ["worker"]
    while waiting:
        for target in every[waiting.pop()].get("depends_on", {}):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached == {
        *("postgres", "migrate", "grant-worker"),
        *("temporal-schema", "temporal", "temporal-init"),
    }


def test_number_of_shards_is_the_one_for_ever() -> None:
    """The number of history shards stays: no running cluster survives another one."""
    assert services()["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


def test_ports_open_on_this_machine_only() -> None:
    """Nothing listens beyond the loopback, and PostgreSQL listens to no one outside at all."""
    for name, service in services().items():
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), f"{name}: {port}"
    assert "ports" not in services()["postgres"]
    assert "network_mode" not in COMPOSE.read_text(encoding="utf-8")


def test_databases_have_no_way_out() -> None:
    """PostgreSQL stands on an internal network only; a published port has an open network."""
    networks = YAML(typ="safe").load(COMPOSE)["networks"]
    inner = {name for name, network in networks.items() if network.get("internal")}
    every = services()
    assert set(every["postgres"]["networks"]) <= inner
    for name, service in every.items():
        assert set(service["networks"]) <= set(networks), name
        if service.get("ports"):
            assert set(service["networks"]) - inner, f"{name} publishes a port to nobody"


def test_services_reach_what_they_talk_to() -> None:
    """A service shares a network with everything that it waits for or is told the address of."""
    every = services()
    for name, service in every.items():
        text = json.dumps(service.get("environment", {}))
        spoken = {other for other in every if re.search(rf'[@"]{other}[:"]', text)}
        for other in spoken - {name}:
            shared = set(service["networks"]) & set(every[other]["networks"])
            assert shared, f"{name} cannot reach {other}"


def test_our_services_can_do_little_harm() -> None:
    """Our containers run as nobody in particular, change no file of theirs and gain no rights."""
    assert set(relance_services()) == {"migrate", "worker", "cli"}
    for name, service in relance_services().items():
        assert service["user"] == "10001:10001", name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
    for name, service in services().items():
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not service.get("privileged"), name


def test_only_migrations_and_people_own_the_tables() -> None:
    """A worker never learns the password of the role that may change what has been recorded."""
    assert "DATABASE_OWNER_URL" not in services()["worker"]["environment"]
    assert "DATABASE_OWNER_URL" in services()["migrate"]["environment"]
    assert "relance_worker:" in services()["worker"]["environment"]["DATABASE_URL"]


def test_worker_may_finish_what_it_began() -> None:
    """A worker is given more time to end than it takes to drain."""
    worker = services()["worker"]
    drain = float(worker["environment"]["DRAIN_SECONDS"])
    assert seconds(worker["stop_grace_period"]) >= drain + 15


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_can_be_run(script: Path) -> None:
    """Every script is executable, is good sh, and stops at the first error."""
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert re.search(r"^set -eu$", text, flags=re.MULTILINE)
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0


def test_every_script_is_used() -> None:
    """No script lies in deploy/ that no service runs."""
    mounted = COMPOSE.read_text(encoding="utf-8")
    assert SCRIPTS
    for script in SCRIPTS:
        assert f"./{script.relative_to(ROOT)}:" in mounted, script.name


def test_email_queue_has_one_partition() -> None:
    """The rate limit of e-mails is exact, since their queue is not split."""
    path = ROOT / "deploy" / "temporal" / "dynamicconfig" / "relance.yaml"
    config = YAML(typ="safe").load(path)
    email = [{"value": 1, "constraints": {"taskQueueName": "relance-email"}}]
    assert config["matching.numTaskqueueReadPartitions"] == email
    assert config["matching.numTaskqueueWritePartitions"] == email
    assert config["matching.enableFairness"] == [{"value": True}]
    assert config["limit.maxIDLength"] == [{"value": 255}]
    assert services()["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"].endswith(path.name)
