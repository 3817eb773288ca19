"""``./run demo``: months of collections in under a minute, on real engines; then it stays up."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from demo.story import DemoStory
from engines.addresses import LOCK
from engines.laptop import PortTaken
from engines.locks import is_held
from engines.places import PostgresUnavailable, placed
from engines.services import EngineFailed
from engines.supervisor import AlreadyUp, describe, run_engines
from engines.temporal_server import TemporalUnavailable
from schemas.settings import EngineAddresses, Settings

EXIT_FAILED = 1
EXIT_ALREADY_UP = 3
OWN_FOLDERS = ("temporal", "mailbox", "letters", "bank")


def main() -> int:
    """Play the demo; 0 when it went through, 1 when not, 3 when one is already up."""
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end when the story is told")
    asked = parser.parse_args()
    var = Path(os.environ.get("RELANCE_VAR", "var")).absolute() / "demo"
    os.environ["RELANCE_VAR"] = str(var)
    _stand_alone()
    os.environ.setdefault("EMAILS_PER_SECOND", "200")
    os.environ.setdefault("LETTERS_PER_SECOND", "200")
    try:
        return asyncio.run(_play(Settings(), stay=not asked.exit))
    except asyncio.CancelledError:
        return 0
    except AlreadyUp as error:
        sys.stderr.write(f"{error}\nEnd it first, with Ctrl-C in its own terminal.\n")
        return EXIT_ALREADY_UP
    except (EngineFailed, PortTaken, PostgresUnavailable, TemporalUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED


async def _play(settings: Settings, *, stay: bool) -> int:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run gives us one
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    _start_afresh(settings.var)
    async with run_engines(settings) as (found, supervisor):
        async with DemoStory.on(settings, found) as story:
            await story.play()
            await story.summary()
        _where_to_look(found, settings.var, stay=stay)
        if stay:
            sys.stdout.write("It stays up for you to look around; Ctrl-C ends it.\n")
            sys.stdout.flush()
            with suppress(asyncio.CancelledError):
                await supervisor.watch()
    return 0


def _stand_alone() -> None:
    """The demo plays on engines of its own: nothing fictitious ever reaches a real one."""
    ours = ("DATABASE_", "TEMPORAL_", "SMTP_")
    set_aside = sorted(name for name in os.environ if name.startswith(ours))
    for name in set_aside:
        del os.environ[name]
    if set_aside:
        sys.stdout.write(f"The demo uses engines of its own; not used: {', '.join(set_aside)}\n")


def _start_afresh(var: Path) -> None:
    """Every demo begins on an empty page; only the demo's own folder is emptied."""
    if is_held(var / LOCK):
        return  # One is up: run_engines says so, and nothing of it is touched.
    for folder in (placed(var / "postgres"), *(var / name for name in OWN_FOLDERS)):
        shutil.rmtree(folder, ignore_errors=True)


def _where_to_look(found: EngineAddresses, var: Path, *, stay: bool) -> None:
    shown = os.path.relpath(var)
    again = "" if stay else f"  RELANCE_VAR={shown} ./run up    # brings it up again, then:\n"
    sys.stdout.write(
        f"\nWhere to look:\n{describe(found, var)}\n\n{again}"
        f"  RELANCE_VAR={shown} .venv/bin/python starter.py list\n"
        f"  RELANCE_VAR={shown} .venv/bin/python starter.py show F-2043\n"
        f"  RELANCE_VAR={shown} .venv/bin/python starter.py tasks\n"
        f"  RELANCE_VAR={shown} .venv/bin/python starter.py unmatched\n"
        f"  ls {shown}/bank    # the statements that were fed\n\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # The SDK's threads may abort an interpreter that ends in the ordinary way.
