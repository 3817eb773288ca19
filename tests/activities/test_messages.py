"""Is what was sent kept, byte for byte, and can anybody be shown it?"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from activities.steps import Steps
from schemas.contact import ContactState
from schemas.notice import KeptMessage
from schemas.plan import Channel
from store import contacts, messages
from store.pool import Pool
from tests.support.turns import Make, dies


async def test_the_kept_bytes_are_those_the_mail_server_got(pool: Pool, turn: Make) -> None:
    """Nothing but the server's own trace stands before the kept bytes in what it received."""
    step = await turn()
    await step.attempt()
    (kept,) = await messages.find(pool, step.reference)
    (file,) = (
        path
        for path in step.mailbox.folder.glob("*.eml")
        if step.reference.lower().encode() in path.read_bytes()
    )
    received = file.read_bytes()
    assert received.endswith(kept.content)
    trace = received[: -len(kept.content)]
    assert b"\r\n\r\n" not in trace  # headers of the server's own, and no body
    contact = await step.contact()
    assert kept.sha256 == contact.sha256 == hashlib.sha256(kept.content).hexdigest()
    assert kept.is_whole
    assert kept.is_settled
    assert (kept.template, kept.language) == ("courtesy", "fr")
    assert len(kept.template_version) == 12
    # By its Message-ID and by its hash, too.
    assert [one.reference for one in await messages.find(pool, contact.detail)] == [step.reference]
    assert [one.reference for one in await messages.find(pool, kept.sha256)] == [step.reference]


async def test_the_kept_letter_is_the_file_that_was_dropped(
    pool: Pool, turn: Make, tmp_path: Path
) -> None:
    """The PDF in the folder and the kept one are the same file."""
    step = await turn(Channel.LETTER)
    await step.attempt()
    (kept,) = await messages.find(pool, step.reference)
    (dropped,) = (tmp_path / "letters").rglob("*.pdf")
    assert kept.content == dropped.read_bytes()
    assert kept.media_type == "application/pdf"


async def test_a_message_is_kept_exactly_when_it_begins_to_leave(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the hand-over nothing is kept; of one that broke off in it, the bytes are known."""
    step = await turn()
    await dies(step, "claimed", monkeypatch)
    assert await messages.find(pool, step.reference) == []
    await dies(step, "accepted", monkeypatch)
    (kept,) = await messages.find(pool, step.reference)
    assert kept.state == ContactState.HANDING_OVER
    assert not kept.is_settled


async def test_the_same_bytes_are_stored_once(pool: Pool, turn: Make) -> None:
    """Two contacts with the same content share it; nobody can change what is kept."""
    one, two = await turn(number="F-1"), await turn(number="F-2")
    await one.attempt()
    await two.attempt()
    same = KeptMessage(content=b"the same", media_type="text/plain")
    await pool.execute("update contacts set state = 'claimed', owner = 'me'")
    for reference in (one.reference, two.reference):
        leaving = contacts.Leaving(message=await messages.pack(same))
        assert await contacts.begin_hand_over(pool, reference, "me", 60, leaving)
        assert not await contacts.begin_hand_over(pool, reference, "me", 60, leaving)
    sha256 = hashlib.sha256(b"the same").hexdigest()
    assert len(await messages.find(pool, sha256)) == 2
    count = await pool.fetchval("select count(*) from message_contents where sha256 = $1", sha256)
    assert count == 1
    for statement in ("update messages set template = 'x'", "delete from message_contents"):
        with pytest.raises(Exception, match="permission denied"):
            await pool.execute(statement)


async def test_a_changed_part_makes_another_version(
    pool: Pool, turn: Make, steps: Steps, tmp_path: Path
) -> None:
    """A message says by which version of its texts it was made: their words, wherever they lie."""
    folder = tmp_path / "templates"
    ignored = shutil.ignore_patterns("*.ttf", "de", "en")
    shutil.copytree(Path("templates"), folder, ignore=ignored)
    steps._mail._templates = folder
    versions = []
    for number, footer in (("F-1", "A"), ("F-2", "A"), ("F-3", "B")):
        (folder / "fr" / "_footer.txt").write_text(footer, "utf-8")
        step = await turn(number=number)
        await step.attempt()
        (kept,) = await messages.find(pool, step.reference)
        versions.append(kept.template_version)
    assert versions[0] == versions[1] != versions[2]
