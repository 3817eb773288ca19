"""Is anything kept that nobody uses? What the product defines, the product itself uses."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.support.tree import committed, python_files, text_of

TESTS_AND_MEASURES = ("tests", "bench")

TEMPLATES = {".j2", ".mjml", ".html", ".txt", ".typ"}

CALLED_BY_OTHERS = {
    **dict.fromkeys(("handle_startendtag", "handle_endtag", "handle_data"), "html.parser"),
    **dict.fromkeys(("handle_comment", "unknown_decl"), "html.parser"),
    **dict.fromkeys(("handle_RCPT", "handle_DATA"), "aiosmtpd"),
    "_get_mailbox_client": "imap_tools",
    "is_safe_callable": "jinja2",
    "with_context": "temporalio",
    **dict.fromkeys(("ITEM_COLUMNS", "CUSTOMER_COLUMNS"), "the measures, which write such tables"),
    "sandboxed": "the tests, which run every workflow in it",
}
"""What a library calls by its name, or something beside the product does, with who."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(tree: ast.Module) -> Iterator[str]:
    """Every name that a module defines, but for what a decorator hands on to somebody else."""
    for node in ast.walk(tree):
        if isinstance(node, Definition) and not node.decorator_list:
            yield node.name
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


def uses(tree: ast.Module) -> Iterator[str]:
    """Every name that a module reads, also the words of its text: templates and SQL are text."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(value=str(text)) if len(text) < 100:
                yield from re.findall(r"\w+", text)
            case _:
                pass


def unused(product: Iterable[tuple[str, ast.Module]], elsewhere: Iterable[str] = ()) -> list[str]:
    """What is defined and used nowhere, as ``file:name``."""
    modules = list(product)
    used = Counter(elsewhere)
    for _, tree in modules:
        used.update(uses(tree))
    return [
        f"{file}:{name}"
        for file, tree in modules
        for name in definitions(tree)
        if name not in used and not name.startswith("__")
    ]


def test_nothing_is_defined_in_vain() -> None:
    """Code that only the tests use, or nobody, is read and kept by people for nothing."""
    product = [
        (file, tree)
        for file, tree in python_files()
        if file.partition("/")[0] not in TESTS_AND_MEASURES
    ]
    templates = (text_of(name) or "" for name in committed() if name.suffix in TEMPLATES)
    words = (word for text in templates for word in re.findall(r"\w+", text))
    found = unused(product, words)
    assert {one.rpartition(":")[2] for one in found} == CALLED_BY_OTHERS.keys(), found


def test_what_is_defined_in_vain_is_seen() -> None:
    """A function that nobody calls is found, and so is a method."""
    source = """
from elsewhere import borrowed
LIMIT = 3
def left_over(): ...
def used(): return LIMIT
class Kept:
    def method(self): return used()
    def forgotten(self): ...
kept = Kept().method
print(kept)
"""
    assert unused([("a.py", ast.parse(source))]) == ["a.py:left_over", "a.py:forgotten"]
