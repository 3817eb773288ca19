"""How are the commands tried? As a person types them, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import House

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its standard output, read as JSON."""
        return json.loads(self.out)


Type = Callable[..., Awaitable[Said]]


async def run_starter(*words: str, environment: dict[str, str]) -> Said:
    """Run ``starter.py`` with these words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "starter.py", *words),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return Said(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def environment(house: House, temporal: str, tmp_path: Path) -> dict[str, str]:
    """The environment that names the house's engines."""
    return {
        "DATABASE_URL": house.owner,
        "TEMPORAL_ADDRESS": temporal,
        "TASK_QUEUE": house.means.settings.task_queue,
        "RELANCE_VAR": str(tmp_path / "var"),
        "RELANCE_AUTHOR": "camille",
        "COLUMNS": "200",
    }


@pytest.fixture
def starter(environment: dict[str, str]) -> Type:
    """Types a command."""

    async def type_(*words: str) -> Said:
        return await run_starter(*words, environment=environment)

    return type_
