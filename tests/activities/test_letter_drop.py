"""Is a letter in the folder whole or absent, whatever the folder does?"""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.delivery import Delivered
from activities.letter_drop import drop_letter, dropped_letters
from schemas.letter_price import LetterFormat, Quote
from schemas.postage import LetterKind
from tests.activities.test_letter_pdf import PRESS, notice

LETTER = PRESS.print(notice())


def dropped(folder: Path, reference: str = "RABCDEFGHIJKLMNO") -> Delivered:
    """A letter, dropped."""
    about = notice().model_copy(update={"reference": reference})
    quote = Quote(provider="folder", wanted=LetterFormat(kind=LetterKind.ORDINARY))
    return drop_letter(folder, about, LETTER, quote)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write fails at its end: no half letter, no draft of one; with room again it is there."""

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            dropped(tmp_path / "letters")
    assert list((tmp_path / "letters").iterdir()) == []
    dropped(tmp_path / "letters")
    [line] = dropped_letters(tmp_path / "letters")
    assert line.problem == ""


def test_a_folder_that_was_taken_away_is_made_again(tmp_path: Path) -> None:
    """Somebody removed it after the last letter: the next one lies in a new one."""
    dropped(tmp_path / "letters")
    (tmp_path / "letters").rename(tmp_path / "taken")
    dropped(tmp_path / "letters", "RSECOND")
    assert [one.reference for one in dropped_letters(tmp_path / "letters")] == ["RSECOND"]


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"file": "x.pdf"}'])
def test_a_spoilt_manifest_is_written_anew(tmp_path: Path, spoilt: str) -> None:
    """Half a manifest, or somebody else's: the letter is dropped as if there were none."""
    first = dropped(tmp_path)
    manifest = (tmp_path / first.detail).with_suffix(".json")
    manifest.write_text(spoilt, "utf-8")
    assert dropped(tmp_path) == first
    assert json.loads(manifest.read_text("utf-8"))["sha256"] == LETTER.sha256


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    """What has the letter's name already, and is no file, stops it with a reason."""
    (tmp_path / "2026-10-21-RABCDEFGHIJKLMNO.pdf").mkdir()
    with pytest.raises(OSError, match="2026-10-21-RABCDEFGHIJKLMNO"):
        dropped(tmp_path)
    assert [path.name[0] for path in tmp_path.iterdir()] == ["2"]


def test_many_at_once_write_into_one_folder(tmp_path: Path) -> None:
    """Each letter is there once, whole, with its manifest, and nothing else is."""
    references = [f"R{number:03}" for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda one: dropped(tmp_path, one), references))
    found = dropped_letters(tmp_path)
    assert [(one.reference, one.problem) for one in found] == [(one, "") for one in references]
    assert len(list(tmp_path.iterdir())) == 48


@pytest.mark.parametrize("file", ["../x.pdf", "another.pdf", "/etc/passwd"])
def test_a_manifest_names_its_own_file_only(tmp_path: Path, file: str) -> None:
    """Whatever somebody wrote into it: nothing outside is read, and it is a problem."""
    first = dropped(tmp_path)
    manifest = (tmp_path / first.detail).with_suffix(".json")
    said = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**said, "file": file}), "utf-8")
    [line] = dropped_letters(tmp_path)
    assert "names another file" in line.problem
