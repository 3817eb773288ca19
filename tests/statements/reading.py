"""How are the small samples of the tests read?"""

from __future__ import annotations

from pathlib import Path

from schemas.bank import BankFile
from statements.reader import read_bank_file

SAMPLES = Path(__file__).resolve().parent / "samples"


def sample(name: str) -> bytes:
    """The bytes of a sample."""
    return (SAMPLES / name).read_bytes()


def read(name: str) -> BankFile:
    """A sample, read."""
    return read_bank_file(sample(name), name)
