"""Will cases that sleep today wake up under this version of the workflow?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from temporalio.worker import UnsandboxedWorkflowRunner

from tests.replay.record import LONG_STORIES, STORIES
from tests.replay.replaying import golden, replayed
from worker import Means

ROOT = Path(__file__).parents[2]


async def test_every_golden_history_replays() -> None:
    """Whatever a case has been through, this version takes it on where it stands."""
    assert await replayed(golden()) == {}


async def test_they_replay_as_production_runs_them() -> None:
    """Without the sandbox, which only watches, the same workflows take the same turns."""
    runner = Means.__dataclass_fields__["workflow_runner"].default_factory()
    assert isinstance(runner, UnsandboxedWorkflowRunner)
    assert await replayed(golden(), runner=runner) == {}


def test_they_replay_whatever_the_order_of_hashes() -> None:
    """Nothing hangs on the order in which a set is walked: another seed replays them too."""
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    done = subprocess.run(
        [sys.executable, "-m", "tests.replay.replaying"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{len(golden())} of {len(golden())} ")


def test_every_story_has_its_history() -> None:
    """No path that a case can take is left without a golden history."""
    recorded = {file.stem for file in golden()}
    told = {story.__name__.replace("_", "-") for story in (*STORIES, *LONG_STORIES)}
    assert told <= recorded


async def test_a_history_of_another_workflow_does_not_replay() -> None:
    """The replay can fail: a history in which something else was called is noticed."""
    files = [file for file in golden() if "paid-at-the-end" in file.name]
    failed = await replayed(files, edit=("open_phone_task", "send_telegram"))
    assert list(failed) == [file.name for file in files]
    assert "send_telegram" in failed[files[0].name]
