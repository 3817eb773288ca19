"""What does a hand-written YAML file say, and where exactly is it wrong? All problems at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from schemas.base import Frozen

MAX_CHARACTERS = 65_536
"""A plan of forty steps has four thousand; anything larger is no plan."""

MAX_DEPTH = 12
"""Nested deeper than this, a file is an attack or a mistake."""

Path = tuple[str | int, ...]
"""Where a value stands, as ``("steps", 2, "channel")``."""

_IN_WORDS = {
    r"^[a-z0-9][a-z0-9-]{0,62}$": "a short name of lower-case letters, digits and hyphens",
    r"^[A-Z]{2}$": "a country of two capital letters, such as FR",
    r"^[A-Z]{3}$": "a currency of three capital letters, such as EUR",
    r"^[a-z]{2}$": "a language of two lower-case letters, such as fr",
}


class Problem(Frozen):
    """Something wrong in a file.

    Attributes:
        line: 1 for the first line.
        field: where it stands, as ``steps[2].channel``; empty for the file as a whole.
        message: the value that was found and what was expected.
    """

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.field, self.message) if part)


class DocumentError(ValueError):
    """A file cannot be used; ``problems`` are all the reasons."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Document:
    """The plain values of a file and the line that each of them stands on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.value: Any = None
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def problem(self, path: Path, message: str) -> None:
        """Note that something is wrong at a place."""
        line = 1
        for length in range(len(path), -1, -1):
            # A missing field has no line of its own: its group's line is the nearest.
            if path[:length] in self.lines:
                line = self.lines[path[:length]]
                break
        field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        self.problems.append(
            Problem(file=self.file, line=line, field=field.lstrip("."), message=message)
        )

    def text(self, *path: str | int) -> str:
        """The text at a place; empty when there is none, or something else."""
        value = self.value
        for part in path:
            if isinstance(part, str) and isinstance(value, dict):
                value = value.get(part)
            elif isinstance(part, int) and isinstance(value, list) and part < len(value):
                value = value[part]
            else:
                return ""
        return value if isinstance(value, str) else ""


AnyModel = TypeVar("AnyModel", bound=BaseModel)


def read_model(
    text: str,
    file: str,
    model: type[AnyModel],
    check: Callable[[Document], None] | None = None,
    error: type[DocumentError] = DocumentError,
) -> AnyModel:
    """Read YAML 1.2 text into a model.

    Args:
        text: what the file holds; tags, anchors and a second document are refused.
        file: its name, for messages only.
        model: what it must fit; wrong types and unknown fields are problems.
        check: finds what no type can say and notes it in the document; it sees raw values.
        error: what to raise.

    Raises:
        DocumentError: with every problem found, in the order of the lines.
    """
    document = Document(file)
    _load(text, document)
    if document.value is not None:
        if check is not None and isinstance(document.value, dict):
            check(document)
        read = _validated(document, model)
        if read is not None and not document.problems:
            return read
    raise error(tuple(sorted(document.problems, key=lambda problem: problem.line)))


def _validated(document: Document, model: type[AnyModel]) -> AnyModel | None:
    already = bool(document.problems)
    try:
        # JSON, because strict JSON takes a list for a tuple and a text for a named choice, but
        # neither "3" nor true for a number.
        return model.model_validate_json(json.dumps(document.value), strict=True, extra="forbid")
    except ValidationError as invalid:
        _explain(invalid, document, model.model_json_schema(), rules_told=already)
    return None


def _explain(
    invalid: ValidationError, document: Document, schema: dict[str, Any], *, rules_told: bool
) -> None:
    """Note each error of pydantic in the words of a person who writes the file."""
    errors = invalid.errors(include_url=False, include_context=False)
    # A list of which every item is wrong is also called too short; the items say it better.
    groups = {found["loc"][:length] for found in errors for length in range(len(found["loc"]))}
    meant = {
        (*found["loc"][:-1], _meant(found["loc"], schema))
        for found in errors
        if found["type"] == "extra_forbidden"
    }
    for found in errors:
        path, kind = found["loc"], found["type"]
        if kind == "value_error":
            # A rule over a whole group; the check has told it better, with its own line.
            if not rules_told:
                document.problem(path, found["msg"].removeprefix("Value error, "))
        elif path not in groups and not (kind == "missing" and path in meant):
            document.problem(path, _message(kind, path, found["input"], schema))


def _message(kind: str, path: Path, value: object, schema: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        meant = _meant(path, schema)
        known = ", ".join(_schema_at(schema, path[:-1]).get("properties", {}))
        return f"unknown field; {f'did you mean {meant}?' if meant else f'known here are {known}'}"
    expected = _expected(_schema_at(schema, path))
    if kind == "missing":
        return f"missing; expected {expected}"
    return f"{shown(value)} is not {expected}"


def _meant(path: Path, schema: dict[str, Any]) -> str:
    """The field that an unknown one was probably meant to be, or empty."""
    fields = list(_schema_at(schema, path[:-1]).get("properties", {}))
    return next(iter(get_close_matches(str(path[-1]), fields, n=1, cutoff=0.6)), "")


def shown(value: object) -> str:
    """A value as a message quotes it: short, and in YAML's words."""
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a group of fields"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    quoted = repr(value)
    return quoted if len(quoted) <= 80 else f"{quoted[:76]}…{quoted[-1]}"


def _schema_at(schema: dict[str, Any], path: Path) -> dict[str, Any]:
    """The JSON Schema of the value at a path; empty where the schema says nothing."""
    node = schema
    for part in (*path, None):
        choices = [one for one in node.get("anyOf", ()) if one.get("type") != "null"]
        node = choices[0] if len(choices) == 1 else node
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        if isinstance(part, int):
            node = node.get("items", {})
        elif isinstance(part, str):
            node = node.get("properties", {}).get(part, {})
    return node


def _expected(schema: dict[str, Any]) -> str:
    """What a JSON Schema asks for, in words."""
    for choice in schema.get("anyOf", ()):
        if {"exclusiveMinimum", "maximum"} <= set(choice):
            return (
                f"a number above {choice['exclusiveMinimum']:g} and at most {choice['maximum']:g}"
            )
    kind = "enum" if "enum" in schema else schema.get("type")
    words = {"object": "a group of fields", "boolean": "true or false"}.get(kind or "")
    match kind:
        case "enum":
            words = f"one of {', '.join(schema['enum'])}"
        case "integer":
            span = (schema.get("minimum"), schema.get("maximum"))
            words = "a whole number" + (f" from {span[0]} to {span[1]}" if None not in span else "")
        case "array":
            low, high = schema.get("minItems", 0), schema.get("maxItems")
            words = "a list" + (f" of {low} to {high}" if high is not None else "")
        case "string" if "pattern" in schema:
            words = _IN_WORDS.get(schema["pattern"], f"a text that fits {schema['pattern']}")
        case "string" if "maxLength" in schema:
            words = f"a text of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
        case "string":
            words = "a text (put it in quotes if it looks like a number)"
    return words or "what belongs here"


def _load(text: str, document: Document) -> None:
    """Fill the document with plain values and lines; notes syntax errors."""
    if len(text) > MAX_CHARACTERS:
        document.problem((), f"{len(text)} characters; at most {MAX_CHARACTERS} are read")
        return
    text = text.removeprefix("\ufeff")
    try:
        for line, message in _forbidden(text):
            document.lines[()] = line
            document.problem((), message)
            return
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        document.lines[()] = mark.line + 1 if mark else 1
        context = f" {broken.context}" if broken.context else ""
        document.problem((), f"no YAML:{context} {broken.problem or ''}".rstrip())
        return
    except (YAMLError, ValueError) as broken:
        document.problem((), f"no YAML: {' '.join(str(broken).split())}")
        return
    document.value = _plain(root, (), document) if root is not None else None
    if document.value is None:
        document.problem((), "the file is empty")


def _forbidden(text: str) -> Iterator[tuple[int, str]]:
    """What no file of ours needs and attacks are made of, before anything is built from it."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        line = event.start_mark.line + 1
        kind = type(event).__name__
        if kind.endswith("StartEvent"):
            depth += 1
        elif kind.endswith("EndEvent"):
            depth -= 1
        if depth > MAX_DEPTH:
            yield line, f"nested deeper than {MAX_DEPTH} levels"
        if getattr(event, "anchor", None):
            yield line, "anchors and aliases (& and *) are not read; write the value out"
        if getattr(event, "tag", None):
            yield line, f"tags such as {event.tag} are not read; write a plain value"
        if kind == "DocumentStartEvent" and event.version:
            yield line, "a %YAML directive is not read; files are YAML 1.2"


def _plain(node: Node, path: Path, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _group(node, path, document)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, place), document) for place, item in enumerate(node.value)]
    return _scalar(str(node.tag), str(node.value))


def _group(node: MappingNode, path: Path, document: Document) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
        at = (*path, key)
        line = key_node.start_mark.line + 1
        if key in values:
            first = document.lines[at]
            document.lines[at] = line
            document.problem(at, f"stands here a second time; the first is in line {first}")
            continue
        document.lines[at] = line
        values[key] = _plain(value_node, at, document)
    return values


def _scalar(tag: str, text: str) -> Any:
    """A scalar of YAML 1.2's core schema; whatever is not certain stays the text it is."""
    kind = tag.rpartition(":")[2]
    # 0478… and +33… are telephone numbers or postcodes: as numbers they would be lost.
    if kind == "int" and re.fullmatch(r"-?(0|[1-9][0-9]{0,18})", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"-?[0-9]{1,18}\.[0-9]{1,18}", text):
        return float(text)
    return {"null": None, "bool": text.lower() == "true"}.get(kind, text)
