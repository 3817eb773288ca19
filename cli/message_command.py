"""What exactly was sent? ``message`` shows the kept bytes of a contact, or saves them."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.reach import database
from store import messages
from store.messages import MessageOnRecord


async def message(text: str, save: Path | None, *, as_json: bool) -> Exit:
    """Show the messages of a reference; save the one that left, if a file is named.

    Raises:
        CommandFailed: when nothing was kept under it.
    """
    async with database() as pool:
        found = await messages.find(pool, text)
    if not found:
        words = f"no message is kept under {text!r}; `show CASE` names the references of a case"
        raise CommandFailed(Exit.NOT_FOUND, words)
    broken = [one for one in found if not one.is_whole]
    if as_json:
        say_json([one.model_dump(mode="json", exclude={"content"}) for one in found])
    else:
        for one in found:
            _print(one)
    for one in broken:
        say_error(f"{one.sha256}: the kept bytes are not those that were kept", Exit.PROBLEMS)
    if save is not None:
        left = next((one for one in found if one.is_settled), found[-1])
        _save(left, save)
    return Exit.PROBLEMS if broken else Exit.DONE


def _save(one: MessageOnRecord, file: Path) -> None:
    file.write_bytes(one.content)
    say_error(f"saved {len(one.content)} bytes, sha256 {one.sha256}: {file}", Exit.DONE)


def _print(one: MessageOnRecord) -> None:
    say(f"{one.reference}  {one.case_id}, {one.step} by {one.channel}: {one.state} {one.detail}")
    say(f"  kept {one.kept_at:%Y-%m-%d %H:%M:%S} UTC, {len(one.content)} bytes, {one.media_type}")
    say(f"  sha256 {one.sha256}{_standing(one)}")
    say(f"  text {one.template} ({one.language}), version {one.template_version}")
    if one.media_type == "message/rfc822":
        mail = message_from_bytes(one.content, policy=default)
        say()
        for name in ("From", "To", "Date", "Subject", "Message-ID"):
            say(f"{name}: {mail[name]}")
        body = mail.get_body(("plain",))
        say()
        say(body.get_content() if body is not None else "")


def _standing(one: MessageOnRecord) -> str:
    """Whether these bytes are those that the contact ended with."""
    if one.is_settled:
        return " (these bytes left)"
    return " (written anew afterwards)" if one.state == "accepted" else ""
