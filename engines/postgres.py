"""How does a laptop get a PostgreSQL? One server of our own per data folder, gone when we are."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from engines.binaries import find_binaries, major_version
from engines.leash import leashed
from engines.locks import Held, hold
from engines.places import Owner, PostgresUnavailable, make_sockets, placed, server_owner

MAX_CONNECTIONS = 200
START_SECONDS = 60
STOP_SECONDS = 30
"""Fast shutdown rolls back and writes a checkpoint; after this long it is cut short."""

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""All the server sees of ours: PG… variables of the user must not bend it."""


@dataclass(frozen=True)
class Cluster:
    """A data folder that is ready to be served.

    Attributes:
        data: where the data is; not where it was asked for when the server's user, being another
            than root, could not have reached it there.
        sockets: the folder of the Unix socket, which only the server's user (and root) can enter.
        tcp_port: on 127.0.0.1; ``None`` for the socket alone.
        fast: gives up safety against a crash of the machine, for tests.
        notes: what a person should be told, such as where the data went.
    """

    binaries: Path
    data: Path
    sockets: Path
    owner: Owner | None
    tcp_port: int | None = None
    fast: bool = False
    notes: tuple[str, ...] = ()

    @property
    def dsn(self) -> str:
        """How to connect, as superuser and over the socket: who may enter its folder is trusted."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets))}&port={self._port}"

    @property
    def password_file(self) -> Path:
        """Holds the superuser's password, which connections over TCP must give."""
        return self.data.with_name(f"{self.data.name}.password")

    @property
    def _port(self) -> int:
        return self.tcp_port or 5432

    def command(self) -> list[str]:
        """Return the command line of the server; it ends when this process does."""
        settings = {
            "unix_socket_directories": self.sockets,
            "listen_addresses": "127.0.0.1" if self.tcp_port else "",
            "port": self._port,
            "max_connections": MAX_CONNECTIONS,
            "max_wal_size": "512MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "cluster_name": "relance",
        }
        if self.fast:
            settings |= dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
        words = [f"-c{name}={value}" for name, value in settings.items()]
        return leashed(
            [self.binaries / "postgres", "-D", self.data, *words],
            on_parent_death=signal.SIGINT,  # fast shutdown
            owner=self.owner,
        )

    def before_start(self) -> None:
        """Clear what a killed server left, once that server is really gone.

        Raises:
            PostgresUnavailable: a server still works on the data.
        """
        left = self.data / "postmaster.pid"
        until = time.monotonic() + STOP_SECONDS
        while (pid := _first_number(left)) and _serves(pid, self.data):
            if time.monotonic() > until:
                raise PostgresUnavailable(f"{self.data}: PostgreSQL {pid} still works on it.")
            time.sleep(0.1)
        # Its number may belong to another program by now, which PostgreSQL would take for a server.
        left.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """Tell whether the server accepts connections, by the word it writes about itself."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"


@contextlib.contextmanager
def embedded_postgres(
    data: Path, *, fast: bool = False, tcp_port: int | None = None
) -> Iterator[str]:
    """Serve a data folder, made if it is missing, while the block runs; yield the DSN.

    Call it from a thread that lives as long as the process (see ``engines.leash``).

    Args:
        data: the data folder; its neighbours ``….lock`` and ``….log``, which
            holds the server's own words, belong to it.
        fast: for tests: a crash of the machine may lose data.
        tcp_port: also listen on 127.0.0.1, for clients without Unix sockets. They must give the
            password that ``….password`` holds.

    Raises:
        PostgresUnavailable: no PostgreSQL is installed, another process serves this folder, or the
            folder belongs to another version.
    """
    place = placed(Path(data))
    with locked(place):
        cluster = prepare(place, fast=fast, tcp_port=tcp_port, asked=Path(data))
        for note in cluster.notes:
            sys.stderr.write(note + "\n")
        cluster.before_start()
        log = place.with_name(f"{place.name}.log")
        with log.open("ab") as words:
            process = subprocess.Popen(  # noqa: S603 - our own command
                cluster.command(),
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,  # Ctrl-C is for us, who stop it in order
            )
        try:
            _wait(cluster, process, log)
            yield cluster.dsn
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait()
            with contextlib.suppress(OSError):
                cluster.sockets.rmdir()


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Be the only owner of a data folder for the time of the block.

    Raises:
        PostgresUnavailable: another process is.
    """
    try:
        with hold(data.with_name(f"{data.name}.lock")):
            yield
    except Held as error:
        raise PostgresUnavailable(f"{data}: another process serves this data folder.") from error


def prepare(
    data: Path, *, fast: bool = False, tcp_port: int | None = None, asked: Path | None = None
) -> Cluster:
    """Make a data folder ready to be served; the caller holds its lock.

    Args:
        data: as returned by ``placed``.
        fast: as for ``embedded_postgres``.
        tcp_port: as for ``embedded_postgres``.
        asked: where the user wanted the data, for the note that says it is elsewhere.

    Raises:
        PostgresUnavailable: as for ``embedded_postgres``.
    """
    owner = server_owner()
    notes: tuple[str, ...] = ()
    if asked is not None and asked.absolute() != data:
        notes = (f"PostgreSQL's data is in {data}: its user could not reach {asked.absolute()}.",)
    binaries = find_binaries(owner)
    cluster = Cluster(binaries, data, make_sockets(data, owner), owner, tcp_port, fast, notes)
    _expect_owner(data, owner)
    if (data / "PG_VERSION").exists():
        _expect_version(data, major_version(binaries))
    else:
        _initialise(cluster)
    return cluster


def _expect_owner(data: Path, owner: Owner | None) -> None:
    """Refuse a folder of another user: PostgreSQL would, in words that do not help."""
    expected = owner.uid if owner else os.geteuid()
    if data.exists() and data.stat().st_uid != expected and os.geteuid() != 0:
        raise PostgresUnavailable(
            f"{data} belongs to user {data.stat().st_uid}, and PostgreSQL would run as {expected}. "
            "Start as the user who made it, or move the folder away."
        )


def _expect_version(data: Path, binaries: int) -> None:
    """Refuse a folder that another major version wrote."""
    written = (data / "PG_VERSION").read_text().strip()
    if written != str(binaries):
        raise PostgresUnavailable(
            f"{data} was written by PostgreSQL {written}, and the programs here are version "
            f"{binaries}. Dump it with version {written} (pg_dumpall) and load it into an empty "
            f"folder, or set PG_BIN to the programs of version {written}."
        )


def _initialise(cluster: Cluster) -> None:
    """Make an empty cluster beside its place, then move it there: a kill leaves no half of one."""
    data, owner = cluster.data, cluster.owner
    if data.exists() and any(data.iterdir()):
        raise PostgresUnavailable(f"{data} is neither empty nor a data folder of PostgreSQL.")
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)  # left by a kill; the lock says nobody is at it
    new.mkdir(mode=0o700)
    secret = data.with_name(f"{data.name}.password")
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(f"{os.urandom(24).hex()}\n")
    if owner:
        os.chown(new, owner.uid, owner.gid)
        os.chown(secret, owner.uid, owner.gid)
    locale = ["--locale=C"]
    if major_version(cluster.binaries) >= 17:  # the same order of words on every machine
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [cluster.binaries / "initdb", "-D", new, "-U", "postgres", "-E", "UTF8", *locale]
    command += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
    command += ["--data-checksums", *(["--no-sync"] if cluster.fast else [])]
    done = subprocess.run(  # noqa: S603 - our own command
        leashed(command, owner=owner),
        check=False,
        capture_output=True,
        cwd="/",
        env=ENVIRONMENT,
        text=True,
    )
    if done.returncode:
        raise PostgresUnavailable(f"initdb could not make {data}: {done.stderr.strip()[-800:]}")
    if data.exists():
        data.rmdir()
    new.rename(data)


def _wait(cluster: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server accepts connections."""
    until = time.monotonic() + START_SECONDS
    while not cluster.is_ready():
        if process.poll() is not None:
            raise PostgresUnavailable(f"PostgreSQL ended with {process.returncode}; see {log}.")
        if time.monotonic() > until:
            raise PostgresUnavailable(f"PostgreSQL is not ready after {START_SECONDS} s; see {log}")
        time.sleep(0.02)


def _serves(pid: int, data: Path) -> bool:
    """Tell whether a process is a PostgreSQL at work on this folder, and not a later namesake."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # runs as another user, so it cannot be the one that wrote this folder
    if sys.platform != "linux":
        ask = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        said = subprocess.run(ask, check=False, capture_output=True, text=True)  # noqa: S603
        return "postgres" in said.stdout
    try:
        return Path(f"/proc/{pid}/cwd").resolve() == data.resolve()
    except OSError:
        return False  # gone meanwhile


def _first_number(path: Path) -> int:
    """Return the number on a file's first line; 0 when there is none."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0
