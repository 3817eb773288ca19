"""Can today's program read what every earlier version wrote? Its events, and its cases.

A folder of ``golden/`` holds one JSON of each event type as that version wrote it, and the case
that they fold into. They are never changed: a field that is added later carries a default, and
nothing is renamed or tightened. A new version adds a folder of its own.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from domain.case import fold
from schemas.case import CollectionCase
from schemas.commands import Fact, Request
from schemas.events import EVENT, CaseEvent

GOLDEN = Path(__file__).parent / "golden"
ROOT = GOLDEN.parents[2]
VERSIONS = sorted(folder for folder in GOLDEN.iterdir() if folder.is_dir())
EVENTS = sorted(GOLDEN.glob("*/*.json"))
CASES = sorted(GOLDEN.glob("*/case/case.json"))
COMMANDS = sorted(GOLDEN.glob("*/commands/*.json"))
COMMAND: TypeAdapter[Request | Fact] = TypeAdapter(Request | Fact)

every_event = pytest.mark.parametrize(
    "file", EVENTS, ids=lambda file: f"{file.parent.name}-{file.stem}"
)


def types_of(union: Any) -> set[str]:
    """The types that a closed union knows."""
    return {member.model_fields["type"].default for member in get_args(get_args(union)[0])}


def with_strangers(value: Any) -> Any:
    """The same JSON as a newer version may write it: with fields that nobody knows here."""
    match value:
        case dict():
            known = {key: with_strangers(inner) for key, inner in value.items()}
            return {**known, "added_later": [1]}
        case list():
            return [with_strangers(inner) for inner in value]
        case _:
            return value


def assert_kept(written: Any, read: Any, place: str = "") -> None:
    """Everything that was written is still there; what was added since, at any depth, may be."""
    match written, read:
        case dict(), dict():
            for key, value in written.items():
                assert key in read, f"{place}.{key} is lost"
                assert_kept(value, read[key], f"{place}.{key}")
        case list(), list():
            assert len(written) == len(read), f"{place} has {len(read)} entries"
            for number, (one, other) in enumerate(zip(written, read, strict=True)):
                assert_kept(one, other, f"{place}[{number}]")
        case _:
            assert written == read, f"{place} was {written!r} and is read as {read!r}"


@every_event
def test_golden_event_is_still_read(file: Path) -> None:
    """What is on record for ever is understood for ever: every field that it has is kept."""
    written = json.loads(file.read_bytes())
    event = EVENT.validate_python(written)
    assert event.type == file.stem
    assert_kept(written, event.model_dump(mode="json"))


@every_event
def test_event_of_a_newer_version_is_read(file: Path) -> None:
    """During an upgrade an older worker reads what a newer one wrote, and ignores the rest."""
    written = json.loads(file.read_bytes())
    assert EVENT.validate_python(with_strangers(written)) == EVENT.validate_python(written)


@pytest.mark.parametrize("file", COMMANDS, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_golden_command_is_still_read(file: Path) -> None:
    """Facts kept in the database and requests in histories are read by every later version."""
    written = json.loads(file.read_bytes())
    command = COMMAND.validate_python(written)
    assert_kept(written, command.model_dump(mode="json"))
    assert COMMAND.validate_python(with_strangers(written)) == command


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.parents[1].name)
def test_golden_case_is_still_read(file: Path) -> None:
    """A workflow that was started by an earlier version still knows its case."""
    written = json.loads(file.read_bytes())
    case = CollectionCase.model_validate(written)
    assert CollectionCase.model_validate(with_strangers(written)) == case
    assert_kept(written, case.model_dump(mode="json"))


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.parents[1].name)
def test_golden_stream_still_folds_into_its_case(file: Path) -> None:
    """The same events mean the same case in every later version, which may know more of it."""
    order = json.loads((file.parent / "order.json").read_text(encoding="utf-8"))
    folder = file.parents[1]
    case = fold(EVENT.validate_json((folder / f"{name}.json").read_bytes()) for name in order)
    assert_kept(json.loads(file.read_bytes()), case.model_dump(mode="json"))


def test_today_is_golden() -> None:
    """The version that is being made has golden files of every event and command there is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = GOLDEN / project["version"]
    assert version in VERSIONS
    assert {file.stem for file in version.glob("*.json")} == types_of(CaseEvent)
    commands = {file.stem for file in (version / "commands").glob("*.json")}
    assert commands == types_of(Fact) | types_of(Request)
    assert (version / "case" / "case.json").exists()
