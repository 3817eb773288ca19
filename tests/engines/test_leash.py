"""Does a child end with its parent, on each kind of system?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engines.leash import leashed
from tests.support.engines import is_alive

ROOT = Path(__file__).resolve().parents[2]

PARENT = """
import subprocess, sys, time
import engines.leash as leash
{change}
subprocess.Popen(leash.leashed(["/bin/sh", "-c", "echo $$; exec sleep 60"]))
time.sleep(60)
"""

ELSEWHERE = """
import runpy, sys
sys.platform = "darwin"
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

CHANGE = f"""
leashed = leash.leashed
leash.leashed = lambda *words: [sys.executable, "-c", {ELSEWHERE!r}, *leashed(*words)[3:]]
"""


@pytest.mark.parametrize("change", ["", CHANGE], ids=["this system", "a system that watches"])
def test_ends_with_its_parent(change: str) -> None:
    """A program that was started for us does not outlive us, however we end."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(change=change)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    outlived = is_alive(child)
    if outlived:
        os.kill(child, signal.SIGKILL)
    assert not outlived


def test_does_not_begin_without_its_parent() -> None:
    """A child whose parent died before it could be tied to it ends without doing anything."""
    stranger = leashed(["/bin/echo", "begun"])
    stranger[stranger.index(str(os.getpid()))] = "1"
    done = subprocess.run(stranger, check=False, capture_output=True, timeout=5)
    if sys.platform == "linux":
        assert (done.returncode, done.stdout) == (1, b"")


def test_hands_signals_on_where_it_watches() -> None:
    """Asking the leash to end asks the program, and its answer is ours."""
    words = leashed(
        ["/bin/sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"]
    )
    watching = [sys.executable, "-c", ELSEWHERE, *words[3:]]
    with subprocess.Popen(watching, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 7
