"""Which SQL is meant? Named queries out of ``store/sql/*.sql``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_HEAD = re.compile(r"^--\s*name:\s*([a-z_]+)\s*$", re.MULTILINE)
_FOLDER = Path(__file__).parent / "sql"


@cache
def queries(name: str) -> dict[str, str]:
    """The queries of one file, by the name in their ``-- name: …`` heads.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when two queries of the file have one name.
    """
    text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    _, *parts = _HEAD.split(text)
    names, bodies = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{name}.sql names two queries alike: {sorted(names)}")
    return {key: body.strip() for key, body in zip(names, bodies, strict=True)}
