"""What does Tryton take for the same? A peer that is only run, in an environment of its own.

Tryton is free software under the GPL. It is no dependency: who asks for the comparison has it
installed into ``var/bench/tryton``, once, by this interpreter's own pip; then it is run as a
program of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from engines.leash import leashed

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "bench" / "tryton"
PACKAGES = (
    *("trytond==8.2.1", "trytond-account-dunning==8.2.0", "trytond-account-dunning-email==8.2.0"),
    *("proteus==8.2.0", "psycopg[binary]", "psycopg_pool"),
)
TIMEOUT_SECONDS = 7200


def measure(dsn: str, smtp_port: int, lines: int, debtors: int) -> dict[str, object]:
    """Dun so many lines with Tryton, in a database of its own on the same server.

    Args:
        dsn: of the server, as a user who may make databases.
        smtp_port: of the mail server on this machine.
        lines: overdue lines.
        debtors: to whom they belong, in turn.

    Raises:
        RuntimeError: when it did not get through, with its last words.
    """
    server = urlsplit(dsn)._replace(path="/").geturl()  # Tryton makes and names its own database
    program = ROOT / "bench" / "peer_tryton.py"
    command = leashed([_interpreter(), program, server, smtp_port, lines, debtors])
    load = os.getloadavg()[0]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    if done.returncode:
        raise RuntimeError(f"Tryton ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "load_before": round(load, 2)}


def _interpreter() -> Path:
    """The Python of Tryton's environment, which is made on first use."""
    python = FOLDER / "bin" / "python"
    made = FOLDER / "made"
    if made.exists() and made.read_text() == "\n".join(PACKAGES):
        return python
    sys.stderr.write(f"Installing Tryton into {FOLDER}, once …\n")
    subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
    install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES]
    subprocess.run(install, check=True)
    made.write_text("\n".join(PACKAGES))
    return python
