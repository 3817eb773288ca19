"""Are the files of creditors and plans read all, or named all that are wrong?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from activities.library import read_creditors, read_plans
from domain.yaml_document import DocumentError

PLANS = Path("plans")


def test_the_files_of_the_house_are_read() -> None:
    """Every creditor names a plan that there is."""
    plans = read_plans(PLANS)
    assert {creditor.plan for creditor in read_creditors(Path("creditors")).values()} <= set(plans)


def test_all_problems_of_all_files_are_named(tmp_path: Path) -> None:
    """Two wrong files and one that is no text: whoever mends them sees all three at once."""
    (tmp_path / "a.yaml").write_text("plan: A B\nsteps: []\n")
    (tmp_path / "b.yml").write_text("plan: b\n")
    (tmp_path / "c.yaml").write_bytes(b"plan: \xff\xfe")
    with pytest.raises(DocumentError) as wrong:
        read_plans(tmp_path)
    named = {Path(problem.file).name for problem in wrong.value.problems}
    assert named == {"a.yaml", "b.yml", "c.yaml"}


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    """Two files of one plan: nobody could say which of them a case would follow."""
    for name in ("one.yaml", "two.yaml"):
        shutil.copy(PLANS / "standard.yaml", tmp_path / name)
    with pytest.raises(DocumentError, match="the name 'standard' is taken"):
        read_plans(tmp_path)


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    """A house without a plan would open no case and say nothing."""
    with pytest.raises(DocumentError, match="expected at least one"):
        read_plans(tmp_path)
