"""Does the list of behaviours say what the tests say? Every test in it exists, and every code."""

from __future__ import annotations

import ast
import re

from tests.support.tree import ROOT, python_files

PAGE = "docs/behaviours.md"
ROW = re.compile(
    r"^\| (?P<codes>[A-Z]\d+(?: [A-Z]\d+)*) \| [^|]+ \| (?:keeps|corrects)[^|]* "
    r"\| `(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)` \|$"
)
BRACKETS = re.compile(
    r"\(((?:as )?(?:[A-Za-z0-9 ]+ )?[A-Z]\d{1,2}(?:, (?:[A-Za-z ]+ )?[A-Z]\d{1,2})*)\)"
)
CODE = re.compile(r"\b[A-Z]\d{1,2}\b")


def _rows() -> list[re.Match[str]]:
    """The rows with a test."""
    lines = (ROOT / PAGE).read_text(encoding="utf-8").splitlines()
    found = [(line, ROW.match(line)) for line in lines if "::" in line]
    assert all(row for _, row in found), [line for line, row in found if not row]
    return [row for _, row in found if row]


def _tests() -> dict[str, str]:
    """Every test with its docstring, by file and name."""
    return {
        f"{file}::{node.name}": ast.get_docstring(node) or ""
        for file, tree in python_files("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_behaviour_has_a_test_that_exists() -> None:
    """Whoever reads of a behaviour finds the test that holds it."""
    rows = _rows()
    assert len(rows) > 60
    missing = {f"{row['file']}::{row['test']}" for row in rows} - set(_tests())
    assert not missing, missing


def test_every_test_beside_another_system_is_listed() -> None:
    """A test that was written because another system promises something says so on the page."""
    listed = {f"{row['file']}::{row['test']}" for row in _rows()}
    beside = {one for one in _tests() if one.startswith("tests/peers/")}
    assert beside <= listed, beside - listed


def test_every_code_in_a_test_is_explained() -> None:
    """A code in brackets in a docstring of the rules' tests is one of the page's."""
    page = set(CODE.findall((ROOT / PAGE).read_text(encoding="utf-8")))
    used = {
        code
        for name, words in _tests().items()
        if name.startswith(("tests/domain/test_", "tests/peers/"))
        for group in BRACKETS.findall(words)
        for code in CODE.findall(group)
    }
    assert used
    assert used <= page, used - page
