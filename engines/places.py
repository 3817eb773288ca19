"""Where may the files of PostgreSQL be? Where its user can reach them, and nobody else."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import stat
from pathlib import Path
from typing import NamedTuple

SHARED = Path("/var/tmp")  # noqa: S108 - what is put there is checked for its owner
"""Where root puts what an unprivileged user must reach: unlike /tmp it outlives a restart."""


class PostgresUnavailable(Exception):  # noqa: N818 - reads as the condition it names
    """PostgreSQL cannot be started on this machine, for the reason given."""


class Owner(NamedTuple):
    """The user PostgreSQL runs as when we are root, whom it refuses."""

    uid: int
    gid: int


def server_owner() -> Owner | None:
    """Return the unprivileged user to run the server as; ``None`` when we are one ourselves.

    Raises:
        PostgresUnavailable: we are root and the machine has neither ``postgres`` nor ``nobody``.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return Owner(user.pw_uid, user.pw_gid)
    raise PostgresUnavailable(
        "PostgreSQL refuses to run as root, and this machine has no user 'postgres' or 'nobody' to "
        "run it as. Start as another user, or set DATABASE_URL to a server that is running."
    )


def placed(data: Path) -> Path:
    """Return where the data must be so that the server's user can reach it."""
    data = data.absolute()
    if server_owner() is None or reachable(data.parent):
        return data
    return shared_folder(f"relance-{_digest(data)}") / data.name


def sockets_of(data: Path) -> Path:
    """Return the folder of a server's socket: in /tmp, for its path must stay below 104 bytes."""
    return Path("/tmp") / f"relance-{_digest(data)}"  # noqa: S108 - checked when it is made


def make_sockets(data: Path, owner: Owner | None) -> Path:
    """Make the folder of the socket, or check that the one that is there is ours.

    Raises:
        PostgresUnavailable: somebody else made it.
    """
    folder = sockets_of(data)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if owner:
            os.chown(folder, owner.uid, owner.gid)
    status = folder.lstat()
    expected = owner.uid if owner else os.geteuid()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (expected, os.geteuid()):
        raise PostgresUnavailable(f"{folder} exists and is not ours; remove it.")
    if owner:
        os.chown(folder, owner.uid, owner.gid)  # a kill may have come between making and giving
    folder.chmod(0o700)
    return folder


def reachable(path: Path) -> bool:
    """Tell whether any user may enter every folder down to ``path`` and use what is there."""
    for form in {path.absolute(), path.resolve()}:  # links are followed through both
        for step in (form, *form.parents):
            if step.exists() and not step.stat().st_mode & stat.S_IXOTH:
                return False
    return True


def shared_folder(name: str) -> Path:
    """Return a folder of root's that others may pass through, made if it is missing.

    Raises:
        PostgresUnavailable: somebody else was there first.
    """
    folder = SHARED / name
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o711)
        folder.chmod(0o711)
    expect_own(folder)
    return folder


def expect_own(folder: Path) -> None:
    """Refuse a folder in a shared place that another user may have prepared.

    Raises:
        PostgresUnavailable: it is not ours, or others may write to it.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PostgresUnavailable(f"{folder} exists and is not ours; remove it or set PG_BIN.")


def _digest(data: Path) -> str:
    return hashlib.sha256(str(data).encode()).hexdigest()[:12]
