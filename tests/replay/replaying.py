"""Does today's workflow still do what it did? Replays the golden histories.

``python -m tests.replay.replaying`` prints what does not replay, and fails if anything does not.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, WorkflowRunner

from worker import WORKFLOWS, sandboxed

HISTORIES = Path(__file__).parent / "histories"


def golden() -> list[Path]:
    """The golden histories."""
    return sorted(HISTORIES.glob("*.json"))


async def replayed(
    files: Iterable[Path],
    *,
    edit: tuple[str, str] = ("", ""),
    workflow: type | None = None,
    runner: WorkflowRunner | None = None,
) -> dict[str, str]:
    """What does not replay: by file, what the engine says about it.

    Args:
        files: histories as JSON.
        edit: a text of the histories, and what it is replaced with first.
        workflow: replayed instead of the workflows of today.
        runner: in what the workflows run, if not in the sandbox.
    """
    replayer = Replayer(
        workflows=[workflow] if workflow else WORKFLOWS,
        workflow_runner=runner or sandboxed(),
        data_converter=pydantic_data_converter,
    )
    failed = {}
    for file in files:
        text = file.read_text("utf-8").replace(*edit) if edit[0] else file.read_text("utf-8")
        result = await replayer.replay_workflow(
            WorkflowHistory.from_json(file.stem, text), raise_on_replay_failure=False
        )
        if result.replay_failure is not None:
            failed[file.name] = str(result.replay_failure)
    return failed


def main() -> int:
    """Replay all; 0 when all do."""
    failed = asyncio.run(replayed(golden()))
    for name, words in failed.items():
        sys.stdout.write(f"{name}: {words}\n")
    sys.stdout.write(f"{len(golden()) - len(failed)} of {len(golden())} histories replay\n")
    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    os._exit(main())  # The SDK's threads may abort an interpreter that ends in the ordinary way.
