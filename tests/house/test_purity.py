"""Are the rules pure? No clock, no chance, no environment, no files and no network in the core."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.tree import python_files

CORE = ("schemas", "domain", "statements")

MODULES = {
    *("time", "random", "secrets", "os", "sys", "platform", "locale", "getpass", "pwd", "signal"),
    *("socket", "ssl", "select", "selectors", "http", "smtplib", "ftplib", "requests", "httpx"),
    *("subprocess", "multiprocessing", "threading", "asyncio", "concurrent", "anyio", "ctypes"),
    *("asyncpg", "sqlite3", "temporalio", "aiosmtplib", "logging", "structlog", "builtins"),
    *("tempfile", "shutil", "glob", "fcntl", "mmap", "pickle", "typer", "rich", "starlette"),
    *("urllib.request", "importlib.resources", "pydantic_settings"),
}
"""What the core never imports."""

ATTRIBUTES = {
    *("now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "uuid1", "uuid4"),
    *("environ", "getenv", "urandom", "cwd", "home", "expanduser", "resolve", "iterdir", "rglob"),
    *("read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "touch"),
    *("is_file", "is_dir", "exists", "stat"),
}
"""What the core never asks of anything: a clock, chance, the environment, the disk."""

NAMES = {
    *("open", "print", "input", "eval", "exec", "compile", "breakpoint", "globals", "__import__"),
    *("uuid1", "uuid4", "getenv", "environ"),
    # Text has another hash in every process, and an object another address.
    *("hash", "id"),
}
"""What the core never calls."""

EXCEPTIONS = {
    ("schemas/settings.py", "pydantic_settings"): "the one model that the doors fill",
    ("domain/holidays.py", "importlib.resources"): "tables of an installed package",
    ("domain/holidays.py", "read_text"): "the same; never imported by a workflow",
    ("domain/countries.py", "importlib.resources"): "tables of an installed package",
    ("domain/countries.py", "read_text"): "the same; never imported by a workflow",
    ("statements/csv_profiles.py", "importlib.resources"): "profiles that come with the package",
    ("statements/csv_profiles.py", "read_text"): "the same; never imported by a workflow",
}
"""Where the core does it all the same, and why."""


FLOATS = {
    "schemas/settings.py": "seconds, and messages a second",
    "domain/yaml_document.py": "a number that somebody wrote, on its way to be refused",
}
"""Where there are floats all the same; none of them is money."""


def impurities(file: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of everything that a rule may not use, with the exceptions."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found = [name for alias in names if (name := _banned_module(alias.name))]
            case ast.ImportFrom(module=str(module), names=names):
                inner = [f"{module}.{alias.name}" for alias in names]
                found = [name for full in (module, *inner) if (name := _banned_module(full))][:1]
                found += [alias.name for alias in names if alias.name in NAMES]
            case ast.Attribute(attr=name) if name in ATTRIBUTES:
                found = [name]
            case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
                found = [name]
            case ast.Global() | ast.AsyncFunctionDef() | ast.Await():
                found = [type(node).__name__]
            case _:
                continue
        yield from ((node.lineno, name) for name in found if (file, name) not in EXCEPTIONS)


def _banned_module(name: str) -> str:
    parts = name.split(".")
    prefixes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return next((prefix for prefix in prefixes if prefix in MODULES), "")


def floats(tree: ast.Module) -> Iterator[int]:
    """Lines that make a float or name one."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float()) | ast.Name(id="float"):
                yield node.lineno
            case ast.Attribute(value=ast.Name(id="math")):
                yield node.lineno


def test_core_is_pure() -> None:
    """Time is an argument and everything else is, too: the same question, the same answer."""
    found = [
        f"{file}:{line}: {name}"
        for file, tree in python_files(*CORE)
        for line, name in impurities(file, tree)
    ]
    assert not found, "\n".join(found)


def test_core_knows_no_floats() -> None:
    """An amount is exact, so no number of the core is a float."""
    found = [
        f"{file}:{line}"
        for file, tree in python_files(*CORE)
        if file not in FLOATS
        for line in floats(tree)
    ]
    assert not found, "\n".join(found)


def test_exceptions_are_needed() -> None:
    """An exception that nothing needs any more is taken off the list."""
    trees = dict(python_files(*CORE))
    for file, name in EXCEPTIONS:
        unexcused = {found for _, found in impurities(f"as/{file}", trees[file])}
        assert name in unexcused, f"{file} does without {name}"


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os.path",
        "import urllib.request",
        "from urllib import request",
        "from random import choice",
        "from uuid import uuid4",
        "from datetime import datetime\nmoment = datetime.now()",
        "moment: datetime = Field(default_factory=datetime.now)",
        "day = date.today()",
        "text = Path('x').read_text()",
        "text = open('x')",
        "number = hash('x')",
        "async def rule(): ...",
    ],
)
def test_impurity_is_seen(source: str) -> None:
    """Each way in which the world creeps into a rule is found."""
    assert list(impurities("domain/rule.py", ast.parse(source)))


@pytest.mark.parametrize("source", ["rate = 0.1", "rate = float('1')", "rate = math.ceil(x)"])
def test_float_is_seen(source: str) -> None:
    """Each way in which a float gets into a rule is found."""
    assert list(floats(ast.parse(source)))


def test_purity_lets_honest_rules_pass() -> None:
    """A rule that is given its time, and an id that follows from names, are pure."""
    source = """
from datetime import datetime
from urllib.parse import quote
from uuid import UUID, uuid5
def rule(now: datetime) -> UUID:
    return uuid5(UUID(int=0), quote(now.isoformat()))
"""
    assert not list(impurities("domain/rule.py", ast.parse(source)))
