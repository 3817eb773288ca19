"""What does a workflow's code ask of the engine, and in which order? Read from its source alone.

Two versions with the same fingerprint write the same commands on the same path, whatever else was
changed; where the fingerprint moves, a case that sleeps today may not wake up tomorrow.
``python -m tests.replay.fingerprint`` writes the baseline anew.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASELINE = Path(__file__).with_name("fingerprints.json")

COMMANDS = frozenset(
    {
        *("execute_activity", "execute_activity_method", "execute_local_activity", "sleep"),
        *("start_activity", "start_activity_method", "start_local_activity", "wait_condition"),
        *("execute_child_workflow", "start_child_workflow", "continue_as_new", "patched"),
        *("upsert_memo", "upsert_search_attributes", "deprecate_patch", "wait", "wait_for"),
        *("uuid4", "uuid7", "random", "cancel", "as_completed", "signal", "all_handlers_finished"),
    }
)
"""Calls that write commands, or of which commands follow."""

Fingerprint = dict[str, dict[str, list[str]]]


def fingerprints(source: str) -> Fingerprint:
    """The commands of each workflow class of a source, by class and method, in their order.

    A call of the class's own method stands as ``.method``, so that a step moved from one method to
    another shows, and so does a control structure around a command, by its depth.
    """
    found: Fingerprint = {}
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_workflow(node):
            own = {one.name for one in node.body if isinstance(one, _FUNCTIONS)}
            found[node.name] = {
                one.name: lines
                for one in node.body
                if isinstance(one, _FUNCTIONS) and (lines := list(_commands(one.body, own, 0)))
            }
    return found


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match)


def _is_workflow(node: ast.ClassDef) -> bool:
    return any("workflow.defn" in ast.unparse(mark) for mark in node.decorator_list)


def _commands(nodes: list[ast.stmt] | list[ast.AST], own: set[str], depth: int) -> Iterator[str]:
    for node in nodes:
        inside = list(_commands(list(_in_order(node)), own, depth + isinstance(node, _BLOCKS)))
        if isinstance(node, _BLOCKS) and inside:
            yield f"{'  ' * depth}{_head(node)}"
        yield from inside
        if isinstance(node, ast.Call) and (word := _word(node, own)):
            yield f"{'  ' * depth}{word}"


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Children as they are evaluated: a call's arguments before the call itself."""
    return ast.iter_child_nodes(node)


def _head(node: ast.AST) -> str:
    """What decides whether, or how often, the commands inside are written."""
    match node:
        case ast.If(test=test) | ast.While(test=test):
            return f"{type(node).__name__.lower()} {ast.unparse(test)}"
        case ast.Match(subject=subject, cases=cases):
            patterns = " | ".join(
                ast.unparse(case.pattern) + (f" if {ast.unparse(case.guard)}" if case.guard else "")
                for case in cases
            )
            return f"match {ast.unparse(subject)}: {patterns}"
        case _:
            return type(node).__name__.lower()


def _word(call: ast.Call, own: set[str]) -> str:
    """A command with what names it: its activity, its patch; whether it has a timeout."""
    if not isinstance(call.func, ast.Attribute):
        return ""
    name = call.func.attr
    if isinstance(call.func.value, ast.Name) and call.func.value.id == "self" and name in own:
        return f".{name}"
    if name not in COMMANDS:
        return ""
    parts = []
    if call.args and (name.endswith("activity") or "child" in name or "patch" in name):
        parts.append(ast.unparse(call.args[0]))
    parts += [
        f"{word.arg}={ast.unparse(word.value)}"
        for word in call.keywords
        if word.arg in {"timeout", "task_queue", "activity_id", "id"}
    ]
    return f"{name}({', '.join(parts)})"


def of_the_house() -> Fingerprint:
    """The fingerprints of all workflows of this house."""
    found: Fingerprint = {}
    for file in sorted((ROOT / "workflows").glob("*.py")):
        found |= fingerprints(file.read_text("utf-8"))
    return found


def main() -> None:
    """Write the baseline."""
    BASELINE.write_text(json.dumps(of_the_house(), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{BASELINE.name} is written\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
