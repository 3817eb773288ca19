"""Which names and files does a text use that do not exist? Found on every branch, unrendered."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Union

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import LoopContext
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
    "pay_by": date,
    "refer_on": date,
}
"""The types of the values that have fields."""

_LOOP = frozenset({"depth", "first", "index", "index0", "last", "length", "revindex", "revindex0"})


def unknown_variables(
    environment: TextEnvironment, source: str, known: frozenset[str]
) -> list[tuple[int, str]]:
    """Each name or field that a template uses and that does not exist, with its line.

    What another name stands for is followed (``set``, ``with``, ``for``); a field of something that
    cannot be followed is named, too, since nobody could say whether it exists.

    Args:
        environment: that parses it.
        source: of the template.
        known: the names that a text may use.

    Returns:
        The line, and what is wrong there.

    Raises:
        TemplateSyntaxError: when it cannot be read.
    """
    tree = environment.parse(source)
    unknown = find_undeclared_variables(tree) - known
    found = [
        (node.lineno, f"{node.name} does not exist")
        for node in tree.find_all(nodes.Name)
        if node.name in unknown and node.ctx == "load"
    ]
    types_of = _named(tree)
    looked_up: list[nodes.Getattr | nodes.Getitem] = [
        *tree.find_all(nodes.Getattr),
        *tree.find_all(nodes.Getitem),
    ]
    for node in looked_up:
        found += _field_problems(node, types_of)
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name):
            found.append((call.lineno, f"{_words(call.node)}(…) is a method call"))
    for one in tree.find_all(nodes.Filter):
        if one.name not in environment.filters:
            found.append((one.lineno, f"there is no filter {one.name}"))
    return sorted(set(found))


def files_used(environment: TextEnvironment, source: str) -> list[tuple[int, str | None]]:
    """Each file that a template includes or extends on any branch; None where none is named.

    Raises:
        TemplateSyntaxError: when it cannot be read.
    """
    tree = environment.parse(source)
    found: list[tuple[int, str | None]] = []
    for include in tree.find_all(nodes.Include):
        if not include.ignore_missing:
            found += [(include.lineno, name) for name in _names_of(include.template)]
    for extends in tree.find_all(nodes.Extends):
        found += [(extends.lineno, name) for name in _names_of(extends.template)]
    return found


def _names_of(node: nodes.Node) -> Iterator[str | None]:
    match node:
        case nodes.Const(value=str() as name):
            yield name
        case nodes.CondExpr(expr1=one, expr2=nodes.Node() as other):
            yield from (*_names_of(one), *_names_of(other))
        case _:
            yield None


def _named(tree: nodes.Template) -> dict[str, Any]:
    """What each name stands for; None for one that stands for several things."""
    types_of: dict[str, Any] = dict(ROOTS) | {"loop": LoopContext}
    for target, kind in _given(tree, types_of):
        names = [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name)
        for name in names:
            stands_for = kind if name is target else None
            if types_of.setdefault(name.name, stands_for) != stands_for:
                types_of[name.name] = None
    return types_of


def _given(tree: nodes.Template, types_of: Mapping[str, Any]) -> Iterator[tuple[nodes.Node, Any]]:
    """Each place where a name is given, in the order of the text, and what it is given to."""
    for node in tree.find_all((nodes.For, nodes.Assign, nodes.With)):
        match node:
            case nodes.For():
                yield node.target, _element(_type_of(node.iter, types_of))
            case nodes.Assign():
                yield node.target, _type_of(node.node, types_of)
            case nodes.With():
                for target, value in zip(node.targets, node.values, strict=True):
                    yield target, _type_of(value, types_of)


def _field_problems(
    node: nodes.Getattr | nodes.Getitem, types_of: Mapping[str, Any]
) -> Iterator[tuple[int, str]]:
    owner = _type_of(node.node, types_of)
    name = _field_named(node)
    if owner is None or (name is None and _fields(owner) is not None):
        words = f"{_words(node.node)} cannot be followed; write its name where its field is used"
        yield node.lineno, words
    elif name is not None and _field_type(owner, name) is None:
        yield node.lineno, f"{_words(node.node)}.{name} does not exist"


def _field_named(node: nodes.Getattr | nodes.Getitem) -> str | None:
    """The field that is looked up: ``claim.on`` and ``claim['on']`` are the same to Jinja2."""
    if isinstance(node, nodes.Getattr):
        return str(node.attr)
    name = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return name if isinstance(name, str) else None


def _type_of(node: nodes.Node | None, types_of: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - a table
    match node:
        case nodes.Name():
            return types_of.get(node.name)
        case nodes.Getattr():
            return _field_type(_type_of(node.node, types_of), node.attr)
        case nodes.Getitem():
            owner, name = _type_of(node.node, types_of), _field_named(node)
            return _element(owner) if name is None else _field_type(owner, name)
        case nodes.Filter(name="counted" | "default"):
            return _type_of(node.node, types_of)
        case nodes.Filter(name="first" | "last"):
            return _element(_type_of(node.node, types_of))
        case nodes.CondExpr(expr1=one, expr2=other):
            kind = _type_of(one, types_of)
            return kind if other is None or kind == _type_of(other, types_of) else None
        case nodes.Const():
            return type(node.value)
        case _:
            return None


def _fields(owner: Any) -> Mapping[str, Any] | None:
    return owner.model_fields if isinstance(owner, type) and issubclass(owner, BaseModel) else None


def _field_type(owner: Any, name: str) -> Any:
    """The type of a field or property; ``object`` when it is there and its type says nothing."""
    fields = _fields(owner)
    if owner is LoopContext:
        return int if name in _LOOP else None
    if fields is None:
        return type(getattr(owner, name)) if _has_plain(owner, name) else None
    if name in fields:
        return _plain(fields[name].annotation)
    value = getattr(owner, name, None)
    if not isinstance(value, property) or value.fget is None:
        return None
    return _plain(typing.get_type_hints(value.fget).get("return", object))


def _has_plain(owner: Any, name: str) -> bool:
    return isinstance(owner, type) and owner is not object and hasattr(owner, name)


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
