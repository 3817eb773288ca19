"""Which files are ours? Those that are committed, or would be; never what tools leave behind."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS_AND_TOOLS = frozenset({"tests", "bench", "docs"})
"""Folders that nothing runs on: they may look at everything."""


@cache
def committed() -> tuple[Path, ...]:
    """Every file of the tree, relative to its root, in order."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = {Path(line) for line in listed.stdout.splitlines()}
    else:  # An unpacked archive: whatever is in it.
        names = {file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file()}
    return tuple(sorted(name for name in names if (ROOT / name).is_file() and _ours(name)))


def _ours(name: Path) -> bool:
    return not {".venv", "var", "build", "__pycache__"} & set(name.parts)


def python_files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Python files with their syntax trees: all of them, or those below some folders."""
    for name in committed():
        if name.suffix == ".py" and (not folders or name.parts[0] in folders):
            yield str(name), _parsed(name)


@cache
def _parsed(name: Path) -> ast.Module:
    """Every house test looks at most files; nobody changes a tree."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def text_of(name: Path) -> str | None:
    """What a file says, if it is text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
