"""Is the house tidy? What style can be counted is counted here, and the rest is for readers."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.tree import ROOT, committed, python_files, text_of

LINE, FUNCTION, FILE = 100, 50, 350
"""The most characters of a line, lines of a function, and lines of a file."""

LONG_FILES: dict[str, str] = {}
"""Files that are longer, each with its reason."""

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions that are longer, as ``file:name``, each with its reason."""

LONG_LINES = {"store/migrations/0001_events.sql": "a migration that was applied is not changed"}
"""Files with longer lines, each with its reason."""

DOUBLED_MIGRATIONS = {"0006", "0009", "0019", "0024"}
"""Numbers that two migrations carry; they have run, in the order of their full names."""

PICTURES = 400 * 1024
"""The most bytes of the pictures in the documentation, all together."""

PRAGMA = re.compile(r"  # (noqa|type: ignore).*")

UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\")")
ONE_MACHINE = re.compile(
    r"(?<![\w.-])/(?:ro" + r"ot|ho" + r"me/\w+|wo" + r"rk|Us" + r"ers/\w+)(?=[/\s'\"`)]|$)"
)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[FunctionNode]:
    """Every function of a module, also those inside others."""
    return (node for node in ast.walk(tree) if isinstance(node, FunctionNode))


def length(function: FunctionNode) -> int:
    """The lines of a function, from its ``def`` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def lines_of(*suffixes: str) -> Iterator[tuple[str, int, str]]:
    """Every line of the text files with these endings, or of all: file, number, text."""
    for name in committed():
        if suffixes and name.suffix not in suffixes:
            continue
        for number, line in enumerate((text_of(name) or "").splitlines(), start=1):
            yield str(name), number, line


def test_lines_are_short() -> None:
    """No line of code is longer than a reader's window."""
    found = [
        f"{file}:{at}"
        for file, at, line in lines_of(".py", ".sql")
        if len(PRAGMA.sub("", line)) > LINE
    ]
    assert {one.partition(":")[0] for one in found} <= LONG_LINES.keys(), "\n".join(found)


def test_functions_are_short() -> None:
    """A function is read at one glance."""
    found = {
        f"{file}:{function.name}": length(function)
        for file, tree in python_files()
        for function in functions(tree)
        if length(function) > FUNCTION
    }
    assert found.keys() <= LONG_FUNCTIONS.keys(), found


def test_files_are_short() -> None:
    """A file answers one question, so it does not need many lines."""
    found = {
        str(name): count
        for name in committed()
        if name.suffix in {".py", ".sql"}
        and (count := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > FILE
    }
    assert found.keys() <= LONG_FILES.keys(), found


def test_pictures_are_small() -> None:
    """Whoever clones the repository does not fetch megabytes of pictures."""
    sizes = [path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()]
    assert sum(sizes) <= PICTURES


def test_modules_open_with_their_question() -> None:
    """The first line of every module says, in one sentence, which question it answers."""
    found = []
    for file, tree in python_files():
        first, *_ = (ast.get_docstring(tree) or "").splitlines() or [""]
        if not re.fullmatch(r"[A-Z`].*[.?]", first):
            found.append(f"{file}: {first!r}")
    assert not found, "\n".join(found)


def test_every_test_has_a_sentence() -> None:
    """Each test says what the business would sign: a sentence with a capital and a full stop."""
    found = []
    for file, tree in python_files("tests", "bench"):
        for function in functions(tree):
            if not function.name.startswith("test_"):
                continue
            sentence = " ".join((ast.get_docstring(function) or "").split())
            if not re.fullmatch(r"\W*[A-Z0-9].*\.", sentence):
                found.append(f"{file}:{function.lineno}: {function.name}: {sentence!r}")
    assert not found, "\n".join(found)


def test_imports_name_what_they_take() -> None:
    """A star lets anything in, as it once did with a clock."""
    found = [
        f"{file}:{node.lineno}"
        for file, tree in python_files()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert not found, "\n".join(found)


def test_nothing_is_left_for_later() -> None:
    """What is not finished stands in an issue, not in a comment."""
    found = [f"{file}:{at}: {line}" for file, at, line in lines_of() if UNFINISHED.search(line)]
    assert not found, "\n".join(found)


def test_no_path_of_one_machine() -> None:
    """What is committed means the same on every machine."""
    found = [f"{file}:{at}: {line}" for file, at, line in lines_of() if ONE_MACHINE.search(line)]
    assert not found, "\n".join(found)


def test_locks_name_no_address() -> None:
    """The locks hold names, versions and hashes; where to get them from is everybody's own."""
    locks = [name for name in committed() if name.suffix == ".lock"]
    assert locks
    for name in locks:
        text = text_of(name) or ""
        assert "--hash=sha256:" in text
        assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text), name


def doubled(names: Iterable[str]) -> set[str]:
    """The numbers that several migrations carry."""
    numbers = Counter(name.partition("_")[0] for name in names)
    return {number for number, count in numbers.items() if count > 1}


def test_migrations_have_numbers_of_their_own() -> None:
    """Two migrations of one number have an order that nobody chose."""
    migrations = [name.name for name in committed() if name.parent.name == "migrations"]
    assert len(migrations) > 20
    assert doubled(migrations) == DOUBLED_MIGRATIONS


def test_migration_of_a_doubled_number_is_seen() -> None:
    """The number counts, whatever the words behind it."""
    assert doubled(["0001_events.sql", "0002_cases.sql", "0002_bank.sql"]) == {"0002"}


def test_nothing_points_elsewhere() -> None:
    """Every file is a file: a link would mean something else on another machine."""
    assert not [str(name) for name in committed() if (ROOT / name).is_symlink()]


@pytest.mark.parametrize("line", ["x = 1  # TO" + "DO: later", "# FIX" + "ME", "XX" + "X here"])
def test_unfinished_work_is_seen(line: str) -> None:
    """The marks that people leave for later are found."""
    assert UNFINISHED.search(line)


def test_path_of_one_machine_is_seen() -> None:
    """Somebody's own folders are found; addresses on the web and paths in images are not."""
    for path in ("/ho" + "me/claire/relance", "/wo" + "rk/main", "= '/ro" + "ot/x'"):
        assert ONE_MACHINE.search(path), path
    for path in ("https://example.com/home/page", "/var/lib/relance", "./work/x", "/homework/x"):
        assert not ONE_MACHINE.search(path), path


def test_functions_inside_others_are_counted() -> None:
    """A long function does not hide inside another one or in a class."""
    body = "\n".join(f"            x = {number}" for number in range(60))
    source = f"class A:\n    def outer(self):\n        def inner():\n{body}\n"
    assert [length(node) > FUNCTION for node in functions(ast.parse(source))] == [True, True]
    assert Path(__file__).name in {Path(file).name for file, _ in python_files("tests")}
