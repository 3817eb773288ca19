"""Can a person look at what debtors read, before and after it was sent?"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.outcome import CommandFailed
from cli.template_command import Asked, preview
from tests.cli.conftest import Type
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_a_text_is_seen_before_it_is_sent_and_after(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """The check passes, a case's next letter can be looked at, and what was sent is shown."""
    checked = await starter("template", "check")
    assert (checked.code, "all well" in checked.out) == (0, True)
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    case = await house.steps("F-1", 1)
    words = ("--case", "F-1", "--lang", "de", "--charges", "claim", "--out", str(tmp_path))
    seen = await starter("template", "preview", "formal-notice", *words)
    assert seen.code == 0, seen.err
    assert (tmp_path / "formal-notice.de.business.pdf").read_bytes().startswith(b"%PDF")
    nothing = await starter("template", "preview", "promise", "--case", "F-1")
    assert (nothing.code, "no promise" in nothing.err) == (5, True)
    lost = await starter("template", "preview", "firm", "--case", "F-404")
    assert (lost.code, "F-404" in lost.err) == (5, True)
    file = tmp_path / "sent.eml"
    sent = await starter("message", case.steps[0].reference, "--save", str(file))
    assert sent.code == 0, sent.err
    assert "these bytes left" in sent.out
    assert hashlib.sha256(file.read_bytes()).hexdigest() in sent.out
    assert (await starter("message", "RNOTHING")).code == 5


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("nonsense"), "expected one of: before-due, call, courtesy"),
        (Asked("hand-over"), "there is no text 'hand-over'"),
        (Asked("../x"), "no name of a step or a text"),
        (Asked("call", kind="letter"), "there is no letter 'call', only: script"),
        (Asked("firm", country="FRA"), "--country: 'FRA' is no country"),
        (Asked("firm", language="xx"), "expected one of: de, en, fr"),
    ],
)
async def test_what_cannot_be_shown_is_named(asked: Asked, said: str, tmp_path: Path) -> None:
    """Whoever mistypes a text, a kind or a country reads what there is."""
    with pytest.raises(CommandFailed, match=re.escape(said)):
        await preview(asked, tmp_path, show=False)


async def test_without_a_screen_the_path_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing can show a text, its file is named all the same."""
    monkeypatch.setattr("webbrowser.open", lambda _address: False)
    assert await preview(Asked("firm", language="de"), tmp_path, show=True) == 0
    said = capsys.readouterr()
    assert str(tmp_path / "firm.de.business.pdf") in said.out
    assert "open the file yourself" in said.err
