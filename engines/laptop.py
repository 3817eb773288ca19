"""What makes up Relance on a laptop? The engines nothing else was given for, and the worker."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engines.leash import leashed
from engines.places import placed
from engines.ports import answers, claim, claimed_port, is_free
from engines.postgres import ENVIRONMENT, Cluster, locked, prepare
from engines.services import Service
from engines.temporal_server import TemporalServer
from schemas.settings import EngineAddresses, Settings

HOST = "127.0.0.1"
TEMPORAL_PORT = 7233
TEMPORAL_UI_PORT = 8233
SMTP_PORT = 1025

Say = Callable[[str], None]
"""Tells a person what happens, line by line."""


class PortTaken(Exception):  # noqa: N818 - reads as the condition it names
    """A port that was asked for by name is in use."""


@dataclass
class Laptop:
    """What is to be started, in order, and where it will be.

    Attributes:
        engines: what the worker stands on, in the order of starting.
        given: the environment of the worker and of the migrations.
    """

    addresses: EngineAddresses
    given: dict[str, str]
    engines: list[Service] = field(default_factory=list)
    worker: Service | None = None


class _Ports:
    """Finds ports, each of them ours as long as the engines run.

    Args:
        say: told when something is elsewhere than expected.
        held: keeps them from others that start just then.
        usual: those that people expect, where they are free.
    """

    def __init__(self, say: Say, held: contextlib.ExitStack, *, usual: bool) -> None:
        self._say = say
        self._held = held
        self._usual = usual

    def any(self) -> int:
        """Return a port that nobody expects."""
        return claimed_port(self._held)

    def near(self, whose: str, preferred: int) -> int:
        """Return the port people expect, or another one, said aloud, when it is taken."""
        if not self._usual:
            return self.any()
        if self._is_ours(preferred):
            return preferred
        port = self.any()
        self._say(f"Port {preferred} is taken: {whose} will be on {port}.")
        return port

    def address(self, name: str, settings: Settings) -> str:
        """Return the address of a setting; a taken port gives another unless it was asked for.

        Raises:
            PortTaken: it was asked for.
        """
        given: str = getattr(settings, name)
        host, port = split(given)
        if name not in settings.model_fields_set:
            return f"{host}:{self.near(name.replace('_address', ''), port)}"
        if not self._is_ours(port, host):
            raise PortTaken(
                f"{name.upper()}={given}: this port is taken. Free it, or name another."
            )
        return given

    def _is_ours(self, port: int, host: str = HOST) -> bool:
        return is_free(port, host) and claim(port, self._held)


def lay_out(
    settings: Settings,
    say: Say,
    held: contextlib.ExitStack,
    *,
    with_worker: bool = True,
    usual_ports: bool = True,
) -> Laptop:
    """Decide what must be started and where, and prepare the data folder of PostgreSQL.

    Args:
        settings: as read from the environment, which replaces engines.
        say: told when something is elsewhere than expected.
        held: keeps the lock of the data folder, and the ports from others that start just then.
        with_worker: whether the worker is part of it.
        usual_ports: those that people expect, where they are free; else any.

    Raises:
        PortTaken: a port of the environment is in use.
        PostgresUnavailable: see ``engines.postgres``.
        TemporalUnavailable: see ``engines.temporal_server``.
    """
    var = settings.var.absolute()
    ports = _Ports(say, held, usual=usual_ports)
    laptop = Laptop(
        EngineAddresses(
            pid=os.getpid(),
            # An address of the environment may carry a password: it is not written down.
            database_url="",
            temporal_address=settings.temporal_address,
            smtp_host=settings.smtp_host,
            smtp_port=settings.smtp_port if settings.smtp_host else 0,
            letters=str(settings.letters.absolute()),
        ),
        {**os.environ, "RELANCE_VAR": str(var), "PYTHONUNBUFFERED": "1"},
    )
    if not settings.database_url.get_secret_value():
        asked = var / "postgres"
        data = placed(asked)
        held.enter_context(locked(data))
        if not (data / "PG_VERSION").exists():
            say("PostgreSQL … making an empty database, once")
        _add_postgres(laptop, prepare(data, asked=asked), var, say)
    if not settings.temporal_address:
        _add_temporal(laptop, var, ports)
    if not settings.smtp_host:
        _add_mailbox(laptop, var, ports)
    if with_worker:
        _add_worker(laptop, settings, var, ports)
    return laptop


def _add_postgres(laptop: Laptop, cluster: Cluster, var: Path, say: Say) -> None:
    for note in cluster.notes:
        say(note)
    laptop.addresses = laptop.addresses.model_copy(update={"database_url": cluster.dsn})
    laptop.given |= {"DATABASE_URL": cluster.dsn, "DATABASE_OWNER_URL": cluster.dsn}
    laptop.engines.append(
        Service(
            "PostgreSQL",
            cluster.command,
            cluster.is_ready,
            var / "log" / "postgres.log",
            environment=ENVIRONMENT,
            folder=Path("/"),
            before_start=cluster.before_start,
            stop_signal=signal.SIGINT,
            stop_seconds=30,
        )
    )


def _add_temporal(laptop: Laptop, var: Path, ports: _Ports) -> None:
    port = ports.near("Temporal", TEMPORAL_PORT)
    ui_port = ports.near("Temporal's pages", TEMPORAL_UI_PORT)
    folder = var / "temporal"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = TemporalServer(port, ports.any(), ui_port, folder / "temporal.db")
    server.command()  # says now, not later, when the program is missing
    laptop.addresses = laptop.addresses.model_copy(
        update={"temporal_address": server.address, "temporal_ui": server.ui}
    )
    # What the user's environment says about a cluster elsewhere must not be mixed with ours.
    laptop.given = _without(laptop.given, "TEMPORAL_")
    laptop.given |= {"TEMPORAL_ADDRESS": server.address, "TEMPORAL_NAMESPACE": "default"}
    log = var / "log" / "temporal.log"
    laptop.engines.append(
        Service("Temporal", server.command, server.is_ready, log, environment=_bare())
    )


def _add_mailbox(laptop: Laptop, var: Path, ports: _Ports) -> None:
    port = ports.near("the mailbox", SMTP_PORT)
    folder = var / "mailbox"
    laptop.addresses = laptop.addresses.model_copy(
        update={"smtp_host": HOST, "smtp_port": port, "mailbox": str(folder)}
    )
    laptop.given = _without(laptop.given, "SMTP_")
    laptop.given |= {"SMTP_HOST": HOST, "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
    words = ["-m", "engines.mailbox", "--folder", str(folder), "--port", str(port)]
    laptop.engines.append(
        Service(
            "mailbox",
            lambda: leashed([sys.executable, *words]),
            lambda: answers(HOST, port),
            var / "log" / "mailbox.log",
            environment=_bare(),
        )
    )


def _add_worker(laptop: Laptop, settings: Settings, var: Path, ports: _Ports) -> None:
    health = ports.address("health_address", settings)
    metrics = ports.address("metrics_address", settings)
    laptop.addresses = laptop.addresses.model_copy(update={"health": health, "metrics": metrics})
    laptop.given |= {"HEALTH_ADDRESS": health, "METRICS_ADDRESS": metrics}
    host, port = split(health)
    laptop.worker = Service(
        "worker",
        # A worker whose engines are gone cannot finish anything, so it need not try.
        lambda: leashed([sys.executable, "worker.py"], on_parent_death=signal.SIGKILL),
        lambda: answers(host, port),
        var / "log" / "worker.log",
        environment=laptop.given,
        stop_seconds=settings.drain_seconds + 5,
    )


def split(address: str) -> tuple[str, int]:
    """Return host and port of ``host:port``.

    Raises:
        ValueError: it is none.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{address!r} is not of the form host:port")
    return host.strip("[]") or HOST, int(port)


def _bare() -> dict[str, str]:
    """Return an environment without addresses and secrets, for programs that need none."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _without(given: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name: value for name, value in given.items() if not name.startswith(prefix)}
