"""Is every word of ``--help`` there, and does every command that is written down exist?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import starter

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "bench/README.md", "docs")
CODE = ("activities", "cli", "demo", "domain", "engines", "store", "workflows")
DOOR = get_command(starter.app)
_WRITTEN = re.compile(r"starter\.py ([^`#|\n\"']+)")
_QUOTED = re.compile(r"`([a-z-]+ [^`\n]*--[^`\n]+)`")
"""A command with its options as a page quotes it, without the door's name."""


def commands(command: Any, name: str = "starter.py") -> Iterator[tuple[str, Any]]:
    """A command and all below it, each with what is typed for it."""
    yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {word}")


def unknown_words(written: str) -> list[str]:
    """What of a written command line is no command or no option of it."""
    command: Any = DOOR
    wrong, options = [], {"--help"}
    words = [re.sub(r"=.*|[\]).,:;]+$", "", word.lstrip("[(")) for word in written.split()]
    for position, word in enumerate(words):
        options |= {name for one in command.params for name in one.opts}
        if word.startswith("--"):
            wrong += [] if word in options else [word]
        elif hasattr(command, "commands") and words[position - 1] != "--by":
            if word not in command.commands:
                return [*wrong, word] if re.fullmatch(r"[a-z-]+", word) else wrong
            command = command.commands[word]
    return wrong


def test_every_command_and_option_says_what_it_means() -> None:
    """Whoever asks for help is told what each command does and what each option takes."""
    silent = [
        f"{name} {one.name}"
        for name, command in commands(DOOR)
        for one in (command, *command.params)
        if not (one.help or getattr(one, "hidden", False))
    ]
    assert not silent


@pytest.mark.parametrize("place", [*PAGES, *CODE])
def test_a_command_that_is_written_down_exists(place: str) -> None:
    """Nobody copies a command from a page or a message and is told that there is none."""
    found = ROOT / place
    paths = [found] if found.is_file() else [*found.rglob("*.md"), *found.rglob("*.py")]
    assert paths
    wrong = {}
    for path in paths:
        text = path.read_text("utf-8").replace("\\\n", " ")
        quoted = _QUOTED.findall(text) if path.suffix == ".md" else []
        known = [one for one in quoted if one.split()[0] in DOOR.commands]  # type: ignore[attr-defined] # a group has them
        for written in (*_WRITTEN.findall(text), *known):
            if words := unknown_words(written.split(";")[0]):
                wrong[f"{path.name}: {written}"] = words
    assert not wrong


def test_a_command_that_does_not_exist_would_be_found() -> None:
    """The search for wrong commands is not blind."""
    assert unknown_words("letters fetch") == ["fetch"]
    assert unknown_words("--by ana rates --country FR --old") == ["--old"]
    assert unknown_words("interrupt F-1 --kind … --on DATE") == []
