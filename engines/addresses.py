"""Where are the engines? The environment wins, then those that ``./run up`` started."""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from engines.locks import is_held
from schemas.settings import EngineAddresses, Settings

FILE = "engines.json"
LOCK = "up.lock"


class Engine(StrEnum):
    """What Relance stands on; the value is the variable that replaces it."""

    POSTGRES = "DATABASE_URL"
    TEMPORAL = "TEMPORAL_ADDRESS"
    SMTP = "SMTP_HOST"


class EnginesNotRunning(Exception):  # noqa: N818 - reads as the condition it names
    """No environment names the engines, and no ``./run up`` of this folder runs."""


def addresses(settings: Settings, needs: Collection[Engine] = tuple(Engine)) -> EngineAddresses:
    """Return where the engines are; the environment wins, engine by engine.

    Args:
        settings: as read from the environment.
        needs: the engines that must be there; the address of another one may come back empty.

    Raises:
        EnginesNotRunning: an engine that is needed is neither named nor running.
    """
    running = running_engines(settings.var)
    found = running or EngineAddresses(pid=os.getpid(), database_url="", temporal_address="")
    given: dict[str, object] = {}
    if url := settings.database_url.get_secret_value():
        given["database_url"] = url
    if settings.temporal_address:
        given |= {"temporal_address": settings.temporal_address, "temporal_ui": ""}
    if settings.smtp_host:
        given |= {"smtp_host": settings.smtp_host, "smtp_port": settings.smtp_port, "mailbox": ""}
    found = found.model_copy(update=given)
    have = {
        Engine.POSTGRES: found.database_url,
        Engine.TEMPORAL: found.temporal_address,
        Engine.SMTP: found.smtp_host,
    }
    missing = [engine.value for engine in Engine if engine in needs and not have[engine]]
    if missing:
        raise EnginesNotRunning(_explain(missing, settings.var, running))
    return found


def running_engines(var: Path) -> EngineAddresses | None:
    """Return what the ``./run up`` of a folder wrote; ``None`` when none runs.

    A killed ``up`` leaves its file behind, and its process number may be another program's by now:
    the lock decides, which dies with its holder.
    """
    if not is_held(var / LOCK):
        return None
    try:
        return EngineAddresses.model_validate_json((var / FILE).read_bytes())
    except (OSError, ValidationError):  # still starting, or another user's
        return None


def _explain(missing: list[str], var: Path, running: EngineAddresses | None) -> str:
    """Say what to do in one sentence or two."""
    names = ", ".join(missing)
    if running:
        return (
            f"The engines of {var.absolute()} (process {running.pid}) were started with {names} in "
            f"their environment; set {names} here too."
        )
    return f"Nothing runs in {var.absolute()}. Start it with ./run up, or set {names}."
