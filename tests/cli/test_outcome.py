"""Does a command leave as its caller expects?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """Whoever looks at the first lines only (`| head`) hears of no trouble with a database."""
    typed = f"{sys.executable} starter.py interest --country FR --capacity business"
    typed += " --amount 1000 --due 2016-03-31 --paid 2026-04-30 --json"
    found = subprocess.run(  # noqa: S602 - a pipe of the shell is what is tried
        f"{typed} | true", shell=True, cwd=TOP, capture_output=True, text=True, check=False
    )
    assert found.stderr == ""
