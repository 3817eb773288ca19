"""Which port? The one people expect where it is free, and any other where it is not.

A port that was found free is not listened on for some seconds yet: who starts just then would find
it free as well. So whoever means to listen on one claims it, by a lock on a file.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engines.locks import Held, hold

HOST = "127.0.0.1"

TRIES = 50
"""So many free ports are looked at before none is believed to be left."""


def is_free(port: int, host: str = HOST) -> bool:
    """Tell whether a program could listen on a port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # past conversations do not count
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return different ports that are free now."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def claim(port: int, held: contextlib.ExitStack) -> bool:
    """Keep every other start of Relance by this user from a port, until ``held`` is closed.

    Returns:
        False when another start has it.
    """
    try:
        held.enter_context(_claimed(_claims() / f"{port}.lock"))
    except Held:
        return False
    except OSError:
        return True  # nowhere to put a lock: then the first to listen has it
    return True


def claimed_port(held: contextlib.ExitStack) -> int:
    """Return a free port that no other start of Relance gets until ``held`` is closed.

    Raises:
        OSError: there is none.
    """
    for _ in range(TRIES):
        (port,) = free_ports(1)
        if claim(port, held):
            return port
    raise OSError("no port of this machine is free")


@contextlib.contextmanager
def _claimed(path: Path) -> Iterator[None]:
    """Hold a lock file during the block, and leave nothing of it.

    Raises:
        Held: another start has it, or had it just now and took its file away.
    """
    with hold(path, patience=0) as handle:
        try:
            is_still_there = path.stat().st_ino == os.fstat(handle).st_ino
        except FileNotFoundError:
            is_still_there = False
        if not is_still_there:
            raise Held(f"{path} was held by another process")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # others have claims there
                path.parent.rmdir()


def _claims() -> Path:
    """Where the claims of this user are, whichever folder Relance works in."""
    return Path(tempfile.gettempdir()) / f"relance-ports-{os.getuid()}"


def answers(host: str, port: int) -> bool:
    """Tell whether something listens on a port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
