"""How does a child end with its parent? Through a tiny program that ties itself to it first.

Run as ``python -I -S leash.py PARENT SIGNAL UID GID COMMAND…`` and so free of our own imports. A
program of its own, because a function run between fork and exec may deadlock in a process with
threads. Linux ties a child to the *thread* that started it: start children from a thread that
lives as long as the process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

PARENT_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of ``linux/prctl.h``."""

POLL_SECONDS = 0.25
"""How often the parent is looked for on systems that do not tell us of its death."""

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


def leashed(
    command: Sequence[object],
    *,
    on_parent_death: signal.Signals = signal.SIGTERM,
    owner: tuple[int, int] | None = None,
) -> list[str]:
    """Return the command line that runs a command for as long as this process lives.

    Args:
        command: the program and its arguments.
        on_parent_death: the signal it gets when this process is gone.
        owner: user and group ids to become first; only root can ask for that.
    """
    uid, gid = owner or (-1, -1)
    leash = [sys.executable, "-I", "-S", __file__, os.getpid(), int(on_parent_death), uid, gid]
    return [str(word) for word in (*leash, *command)]


def main(words: Sequence[str]) -> NoReturn:
    """Give up rights, tie this process to its parent, and become the command."""
    parent, number, uid, gid = (int(word) for word in words[:4])
    command = list(words[4:])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform != "linux":
        sys.exit(_watch(command, parent, number))
    # After the change of user, which would clear it.
    ctypes.CDLL(None, use_errno=True).prctl(PARENT_DEATH_SIGNAL, number)
    if os.getppid() != parent:  # it died before we were tied to it
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _watch(command: list[str], parent: int, number: int) -> int:
    """Stay beside the command, hand signals on, and end it when the parent is gone."""
    # A signal that comes before there is anybody to hand it to waits; the child starts without it.
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    child = subprocess.Popen(  # noqa: S603 - our own command
        command,
        preexec_fn=_unblock,  # noqa: PLW1509 - there is one thread
    )
    for forwarded in FORWARDED:
        signal.signal(forwarded, lambda received, _frame: child.send_signal(received))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    warned = False
    while (code := child.poll()) is None:
        if not warned and os.getppid() != parent:
            child.send_signal(number)
            warned = True
        time.sleep(POLL_SECONDS)
    return code


def _unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)


if __name__ == "__main__":
    main(sys.argv[1:])
