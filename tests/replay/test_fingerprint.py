"""Did somebody change what a workflow asks of the engine, and say so?"""

from __future__ import annotations

import json
import re

import pytest

from tests.replay.fingerprint import BASELINE, ROOT, Fingerprint, fingerprints, of_the_house

WHAT_TO_DO = """\
The commands of a workflow have moved: {moved}.
Cases that sleep now have histories of the former order and may never wake up again.
1. Keep the former path, and take the new one only where patched("a-name-of-the-day") says so
   (docs: temporal.io, "Patching"); the golden histories must still replay, unchanged.
2. Record a history of the new path: python -m tests.replay.record its-name
3. Write the baseline anew, in the same commit: python -m tests.replay.fingerprint
Where no such command can stand in a running case (a new handler, a mere renaming), 3 is enough,
once the golden histories replay.
"""
SOURCE = (ROOT / "workflows" / "collection_case.py").read_text("utf-8")


def moved(before: Fingerprint, after: Fingerprint) -> list[str]:
    """Where two fingerprints differ, as ``Class.method``."""
    return sorted(
        f"{name}.{method}"
        for name in before.keys() | after.keys()
        for method in before.get(name, {}).keys() | after.get(name, {}).keys()
        if before.get(name, {}).get(method) != after.get(name, {}).get(method)
    )


def test_no_workflow_moves_its_commands_unnoticed() -> None:
    """What the engine is asked for, and in which order, is as it was when cases began."""
    changed = moved(json.loads(BASELINE.read_text("utf-8")), of_the_house())
    assert not changed, WHAT_TO_DO.format(moved=", ".join(changed))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"record_events", order', '"write_events", order', "_record"),
        ("timeout=left,", "timeout=None,", "_rest"),
        ("await self._rest(action)", "await workflow.sleep(60)", "_pursue"),
        ("        for fact in result.facts:", "        workflow.uuid4()\n        for fact in ():",
         "_perform"),
        ("if self._step is not None:", "if self._step is None:", "_news"),
        ("if self._callers:", "if False:", "_take_turn"),
        ("workflow.continue_as_new(case)", "pass", "run"),
        ("recorded = await self._record(*events, told", ('recorded = workflow.patched("new") or '
         "await self._record(*events, told"), "_take_in"),
    ],
)  # fmt: skip
def test_a_moved_command_is_noticed(old: str, new: str, where: str) -> None:
    """The check can fail: each of these edits would strand sleeping cases, and is named."""
    assert SOURCE.count(old) >= 1
    assert f"CollectionCaseWorkflow.{where}" in moved(
        fingerprints(SOURCE), fingerprints(SOURCE.replace(old, new, 1))
    )


def test_what_commands_do_not_hang_on_may_change() -> None:
    """Words, summaries and helpers are free to change."""
    edited = SOURCE.replace("summary=action.step.name", 'summary="step"')
    edited = re.sub(r'"""[^"]+"""', '"""Other words."""', edited)
    assert edited != SOURCE
    assert moved(fingerprints(SOURCE), fingerprints(edited)) == []
