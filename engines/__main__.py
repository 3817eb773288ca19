"""How is Relance brought up on a laptop? ``python -m engines`` starts everything and stays."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from pydantic import ValidationError

from engines.laptop import PortTaken
from engines.places import PostgresUnavailable
from engines.services import EngineFailed
from engines.supervisor import AlreadyUp, describe, run_engines
from engines.temporal_server import TemporalUnavailable
from schemas.settings import Settings

EXIT_FAILED = 1
EXIT_SETTINGS = 2
EXIT_ALREADY_UP = 3


async def _stay(settings: Settings, *, with_worker: bool) -> None:
    """Run everything until a signal comes; another one cuts the ending short."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run gives us one
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    async with run_engines(settings, with_worker=with_worker) as (found, supervisor):
        sys.stdout.write(f"\nRelance is up (process {found.pid}). Ctrl-C ends it.\n")
        sys.stdout.write(f"{describe(found, settings.var)}\n\n")
        sys.stdout.flush()
        await supervisor.watch()


def main() -> int:
    """Start everything, stay, and return the exit code."""
    parser = argparse.ArgumentParser(prog="./run up", description="Start all engines and stay.")
    parser.add_argument("--without-worker", action="store_true", help="the engines alone")
    asked = parser.parse_args()
    try:
        asyncio.run(_stay(Settings(), with_worker=not asked.without_worker))
    except asyncio.CancelledError:
        return 0
    except ValidationError as error:
        sys.stderr.write(f"The environment cannot be read: {error}\n")
        return EXIT_SETTINGS
    except AlreadyUp as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_ALREADY_UP
    except (EngineFailed, PortTaken, PostgresUnavailable, TemporalUnavailable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
