"""Which way do the arrows run? Each folder answers one question and imports only what it may."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.support.tree import TESTS_AND_TOOLS, committed, python_files

MAY_IMPORT: dict[str, set[str]] = {
    "schemas": set(),
    "domain": {"schemas"},
    "statements": {"schemas"},
    "store": {"schemas", "domain"},
    "activities": {"store", "domain", "statements", "schemas"},
    # The design allows the signatures of activities, too. They are called by name, so that no
    # activity's imports ever reach the workflow sandbox.
    "workflows": {"domain", "schemas"},
    "console": {"workflows", "store", "domain", "schemas"},
    # The engines of the laptop: below everything, and known to the doors alone.
    "engines": {"schemas", "domain"},
    # What the commands of starter.py do.
    "cli": {"activities", "engines", "store", "workflows", "domain", "statements", "schemas"},
    "demo": {
        *("worker", "starter", "cli", "engines", "activities", "workflows", "store"),
        *("domain", "statements", "schemas"),
    },
    "worker": {
        *("engines", "activities", "workflows", "store", "domain", "statements", "schemas"),
    },
    "starter": {
        *("cli", "engines", "activities", "workflows", "store"),
        *("domain", "statements", "schemas"),
    },
}
"""Who may import whom; nobody imports console or demo, and only demo imports a door."""


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and top-level name of each import, wherever in the module it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "").partition(".")[0]


def forbidden(file: str, tree: ast.Module) -> list[str]:
    """The arrows of a file that are not in the table, as ``file:line: why``."""
    place = file.partition("/")[0].removesuffix(".py")
    known = MAY_IMPORT[place] | {place}
    return [
        f"{file}:{line}: {place} may not import {name or 'relatively'}"
        for line, name in imported(tree)
        if name.startswith(".") or (name in {*MAY_IMPORT, "tests"} and name not in known)
    ]


def test_arrows_run_one_way() -> None:
    """No folder imports what the table of the design does not let it import."""
    found = [
        problem
        for file, tree in python_files()
        if file.partition("/")[0] not in TESTS_AND_TOOLS
        for problem in forbidden(file, tree)
    ]
    assert not found, "\n".join(found)


def test_every_folder_is_in_the_table() -> None:
    """A folder or door that the table does not know has no place in the house."""
    places = {
        name.parts[0].removesuffix(".py")
        for name in committed()
        if name.suffix == ".py" and name.parts[0] not in TESTS_AND_TOOLS
    }
    assert places <= set(MAY_IMPORT), places - set(MAY_IMPORT)
    assert {"schemas", "domain", "store", "activities", "workflows"} <= places


def test_table_has_no_way_around() -> None:
    """From no folder do the arrows lead back to it."""
    reach = {place: set(direct) for place, direct in MAY_IMPORT.items()}
    for _ in MAY_IMPORT:
        reach = {
            place: direct.union(*(reach[name] for name in direct))
            for place, direct in reach.items()
        }
    assert not [place for place, reached in reach.items() if place in reached]


def test_forbidden_arrow_is_seen() -> None:
    """An arrow the wrong way is named with its line, even inside a function or under a guard."""
    source = """
def look():
    from store.pool import Pool
    with guard():
        import worker, json
    from .facts import read_fact
"""
    assert forbidden("domain/rule.py", ast.parse(source)) == [
        "domain/rule.py:3: domain may not import store",
        "domain/rule.py:6: domain may not import .facts",
        "domain/rule.py:5: domain may not import worker",
    ]
