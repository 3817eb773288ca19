"""Which names does a template use that do not exist? Found without rendering, on every branch."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Union

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables
from pydantic import BaseModel

from activities.template_engine import TextEnvironment
from schemas.money import Money
from schemas.notice import EarlierContact, Notice, NoticeClaim, NoticeItem
from schemas.parties import Creditor, Debtor
from schemas.pauses import Arrangement, Dispute

ROOTS: Mapping[str, Any] = {
    "notice": Notice,
    "creditor": Creditor,
    "debtor": Debtor,
    "items": tuple[NoticeItem, ...],
    "earlier": tuple[EarlierContact, ...],
    "total": Money,
    "principal": Money,
    "claim": NoticeClaim,
    "promise": Arrangement,
    "dispute": Dispute,
}
"""The types of the values that have fields."""


def unknown_variables(
    environment: TextEnvironment, source: str, known: frozenset[str]
) -> list[tuple[int, str]]:
    """Each name or field that a template uses and that does not exist, with its line.

    Args:
        environment: that parses it.
        source: of the template.
        known: the names that a text may use.

    Raises:
        TemplateSyntaxError: when it cannot be read.
    """
    tree = environment.parse(source)
    unknown = find_undeclared_variables(tree) - known
    found = [
        (node.lineno, node.name)
        for node in tree.find_all(nodes.Name)
        if node.name in unknown and node.ctx == "load"
    ]
    types_of = dict(ROOTS) | _loop_variables(tree)
    for node in tree.find_all(nodes.Getattr):
        owner = _type_of(node.node, types_of)
        if _fields(owner) is not None and _field_type(owner, node.attr) is None:
            found.append((node.lineno, f"{_words(node.node)}.{node.attr}"))
    return sorted(set(found))


def _loop_variables(tree: nodes.Template) -> dict[str, Any]:
    """What each ``{% for %}`` names, and its type where that is known."""
    found: dict[str, Any] = {}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name):
            element = _element(_type_of(loop.iter, dict(ROOTS) | found))
            if element is not None:
                found[loop.target.name] = element
    return found


def _type_of(node: nodes.Node | None, types_of: Mapping[str, Any]) -> Any:
    match node:
        case nodes.Name():
            return types_of.get(node.name)
        case nodes.Getattr():
            return _field_type(_type_of(node.node, types_of), node.attr)
        case nodes.Getitem():
            return _element(_type_of(node.node, types_of))
        case nodes.Filter(name="counted"):
            return _type_of(node.node, types_of)
        case nodes.Filter(name="first" | "last"):
            return _element(_type_of(node.node, types_of))
        case _:
            return None


def _fields(owner: Any) -> Mapping[str, Any] | None:
    return owner.model_fields if isinstance(owner, type) and issubclass(owner, BaseModel) else None


def _field_type(owner: Any, name: str) -> Any:
    """The type of a field or property; ``object`` when it is there and its type says nothing."""
    fields = _fields(owner)
    if fields is None:
        return None
    if name in fields:
        return _plain(fields[name].annotation)
    value = getattr(owner, name, None)
    if not isinstance(value, property) or value.fget is None:
        return None
    return _plain(typing.get_type_hints(value.fget).get("return", object))


def _plain(annotation: Any) -> Any:
    """A type without ``None`` and without what only validates."""
    for part in _parts(annotation):
        if part is not type(None):
            return part
    return object


def _parts(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) in {Union, types.UnionType}:
        yield from typing.get_args(annotation)
    else:
        yield annotation


def _element(kind: Any) -> Any:
    if typing.get_origin(kind) in {tuple, list}:
        return _plain(typing.get_args(kind)[0])
    return None


def _words(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_words(node.node)}.{node.attr}"
        case nodes.Getitem():
            return f"{_words(node.node)}[…]"
        case _:
            return "…"
