"""Do real bank files say to Relance what they say to an independent reader?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.bank import BankFile, FileFormat
from statements.reader import read_bank_file
from tests.conformance import comparing
from tests.conformance.tally import Difference, Tally

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "RELANCE_BANK_SAMPLES"
SUBJECTS = (
    *("files", "statements", "entries", "transactions", "amounts", "dates", "balances"),
    *("references", "parties", "texts", "codes", "identity"),
)

COMPARED: dict[FileFormat, Callable[[Tally, dict[str, Any], BankFile], None]] = {
    FileFormat.CAMT_052: comparing.compare_camt,
    FileFormat.CAMT_053: comparing.compare_camt,
    FileFormat.CAMT_054: comparing.compare_camt,
    FileFormat.CFONB_120: comparing.compare_cfonb,
    FileFormat.MT940: comparing.compare_swift,
    FileFormat.MT942: comparing.compare_swift,
    FileFormat.OFX: comparing.compare_ofx,
    FileFormat.OPEN_BANKING: comparing.compare_open_banking,
}

EXPLAINED: dict[str, tuple[str, Callable[[Difference], bool]]] = {
    "entries without a date or an amount are quarantined": (
        "nobody knows when or what they moved; the independent reader counts them",
        lambda one: "fail_nice/" in one.file and one.subject == "entries",
    ),
    "CDATA is text": (
        "the independent reader drops it",
        lambda one: one.file.endswith("suncorp.ofx") and one.expected == "",
    ),
    "30 February is the month's last day": (
        "a date must be one; the flag says that it was corrected",
        lambda one: one.subject == "dates" and one.expected == "2016-02-30",
    ),
    "a balance without currency has its statement's": (
        "the independent reader takes the amount's first digits for a currency",
        lambda one: one.file.endswith("raphaelm.sta") and one.subject == "balances",
    ),
    "a wrapped time of day is text": (
        "a line that begins with :12: or :26: is no field; the independent reader ends there",
        lambda one: "wrapped" in one.file and str(one.found).startswith(str(one.expected)),
    ),
    "a reference of zeros is none": (
        "it stands in every payment",
        lambda one: one.subject == "references" and one.expected == "000000" and not one.found,
    ),
    "bytes that are not UTF-8 are windows-1252": (
        "the file is in an old Hungarian code page that nothing in it names",
        lambda one: one.file.endswith("raiffeisen-cmi.sta") and one.subject == "texts",
    ),
}
"""Differences that are meant: name, why, and which."""


@pytest.fixture(scope="module")
def samples() -> Path:
    """The folder of sample files, from outside."""
    folder = Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "samples" / "bank")
    if not folder.is_dir():
        pytest.skip(f"no bank samples in {folder}; name their folder in {VARIABLE}")
    return folder


@pytest.fixture(scope="module")
def tally(samples: Path) -> Tally:
    """Every sample with expected values, read and compared."""
    found = Tally()
    for path in sorted(samples.rglob("*.expected.json")):
        expected = json.loads(path.read_text("utf-8"))
        source = path.with_name(path.name.removesuffix(".expected.json"))
        found.file = str(source.relative_to(samples))
        read = read_bank_file(source.read_bytes(), source.name)
        found.format = str(read.format)
        found.count("files", 1)
        if expected.get("expect_error"):
            found.same("identity", "bad entry", 1, len(read.quarantined))
        else:
            COMPARED[read.format](found, expected, read)
    return found


def test_real_files_say_what_an_independent_reader_found(
    tally: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every amount and sign of every real file is right, and 99 % of everything else."""
    with capsys.disabled():
        print(f"\n{tally.table(SUBJECTS)}")  # noqa: T201 - the table is what people run this for
    unexplained = [
        one for one in tally.differences if not any(fits(one) for _, fits in EXPLAINED.values())
    ]
    assert not unexplained, "\n".join(map(str, unexplained))
    assert tally.share(["amounts"]) == 1
    assert tally.share(SUBJECTS[1:]) >= 0.99


@pytest.mark.parametrize("name", EXPLAINED)
def test_every_explanation_is_still_needed(tally: Tally, name: str) -> None:
    """A difference that no longer exists is explained no longer."""
    _, fits = EXPLAINED[name]
    assert any(fits(one) for one in tally.differences)


def test_files_without_expected_values_are_read_too(samples: Path) -> None:
    """Every CSV sample is of a known layout, and its one garbled row is quarantined."""
    quarantined = 0
    for path in sorted(samples.rglob("*.csv")):
        read = read_bank_file(path.read_bytes(), path.name)
        assert read.transactions
        quarantined += len(read.quarantined)
    assert quarantined == 1
