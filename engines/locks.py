"""Who is at it? Locks on files, which the system takes away from a process that dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE_SECONDS = 0.5
"""How long another holder is given to go: one that was just killed takes a moment."""


class Held(Exception):  # noqa: N818 - reads as the condition it names
    """Another process holds the lock."""


@contextlib.contextmanager
def hold(path: Path, patience: float = PATIENCE_SECONDS) -> Iterator[int]:
    """Be the only holder of a lock file during the block; yield its file descriptor.

    Args:
        path: the lock file; made when it is missing.
        patience: for how many seconds another holder is given to go.

    Raises:
        Held: another process is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        until = time.monotonic() + patience
        while not _locked(handle, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise Held(f"{path} is held by another process")
            time.sleep(0.02)
        yield handle
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Tell whether a process holds a lock file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return not _locked(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
