"""Does ``starter.py statement`` tell what a bank file says, without any engine?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "statements" / "samples"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person types it, with an engine that nobody can reach."""
    environment = {**os.environ, "DATABASE_URL": "postgresql://127.0.0.1:9/none", "COLUMNS": "160"}
    command = (sys.executable, "starter.py", "statement", *words)
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_statement_is_told_as_json_without_a_database() -> None:
    """Amounts are decimal texts, statements have their lines, and a refused file says why."""
    said = run(str(SAMPLES / "batch.camt.xml"), str(ROOT / "LICENSE"), "--json")
    assert said.returncode == 1
    first, second = json.loads(said.stdout)["files"]
    (statement,) = first["statements"]
    assert (first["format"], first["version"]) == ("camt.053", "001.08")
    assert statement["opening"]["amount"] == "1000.00"
    assert statement["entries"] == 4
    assert [one["amount"] for one in statement["transactions"]][:3] == ["100.00", "200.00", "-0.50"]
    assert statement["transactions"][0]["settles"] is True
    assert second["refused"]


def test_statement_is_told_in_words() -> None:
    """A person sees balances, whether they add up, and each line."""
    said = run(str(SAMPLES / "plain.cfonb.txt"))
    assert said.returncode == 0
    assert "1000.00 EUR" in said.stdout
    assert "adds up" in said.stdout
    assert "MENUISERIE DUBOIS" in said.stdout


def test_missing_file_is_named() -> None:
    """A file that is not there ends with the code for not found."""
    said = run("nowhere.xml")
    assert said.returncode == 5
    assert "nowhere.xml" in said.stderr
