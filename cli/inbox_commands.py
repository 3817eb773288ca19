"""What came back by e-mail? Read the mailbox, list what it held, show one message."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from activities.inbox import Inbox
from activities.mail_accounts import MailAccountIncomplete, mailboxes_of
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.progress import progress
from cli.reach import database, everything
from cli.schedules import drop_schedule, every, keep_schedule
from domain.inbound_reply import excerpt
from schemas.inbound import InboundKind
from schemas.turns import InboxSummary
from store import inbound
from store.inbound import KeptMail

INBOX_SCHEDULE = "read-inbox"
INBOX_WORKFLOW = "ReadInbox"
NOT_CONFIGURED = (
    "there is no mailbox to read: set INBOX_HOST, INBOX_USERNAME and INBOX_PASSWORD, or name one "
    "under `inbox` in a creditor's file"
)


async def read(*, as_json: bool) -> Exit:
    """Take in what is new, here and now, and tell the cases."""
    async with everything() as reach:
        days = reach.settings.inbox_since_days
        try:
            mailboxes = mailboxes_of(reach.settings, reach.creditors, os.environ)
        except MailAccountIncomplete as error:
            raise CommandFailed(Exit.USAGE, str(error)) from error
        inbox = Inbox(reach.pool, reach.creditors, reach.telling, mailboxes, days)
        with progress("Reading", None) as advance:
            summary = await inbox.read(advance)
    if not summary.configured:
        raise CommandFailed(Exit.USAGE, NOT_CONFIGURED)
    if as_json:
        say_json(summary)
    else:
        say(_in_words(summary))
    for name, problem in summary.unreachable.items():
        say_error(f"not read: {name}: {problem}", Exit.PROBLEMS)
    if len(summary.unreachable) == summary.mailboxes:
        return Exit.UNREACHABLE
    return Exit.PROBLEMS if summary.unreachable else Exit.DONE


async def list_mail(kind: str, limit: int, *, unlinked: bool, as_json: bool) -> Exit:
    """Print what came in, the latest first."""
    if kind not in {"", *InboundKind}:
        known = ", ".join(InboundKind)
        raise CommandFailed(Exit.USAGE, f"--kind: {kind!r} is none; expected one of: {known}")
    async with database() as pool:
        found = await inbound.list_mail(pool, kind, limit, unlinked=unlinked)
    if as_json:
        say_json(found)
        return Exit.DONE
    several = len({name for one in found for name in one.mailboxes}) > 1
    rows = [_row(one, mailbox=several) for one in found]
    head = ("came in (UTC)", "message", "what", "from", "subject", "case")
    say_table(f"{len(rows)} messages", (*head, "mailbox") if several else head, rows)
    return Exit.DONE


def _row(one: KeptMail, *, mailbox: bool) -> tuple[str, ...]:
    """A message in the list; where it was seen, where there is more than one mailbox."""
    return (
        f"{one.received_at:%Y-%m-%d %H:%M}",
        *(one.inbound_id, one.kind.value, one.sender, excerpt(one.subject)),
        ", ".join(one.cases) or "unknown",
        *([", ".join(one.mailboxes)] if mailbox else []),
    )


async def show(message: str, *, raw: bool, as_json: bool) -> Exit:
    """Print one message: for people, for programs, or as it came."""
    async with database() as pool:
        found = await inbound.one_mail(pool, message)
        content = await inbound.raw_mail(pool, message) if raw and found else None
    if found is None:
        words = f"there is no message {message!r}; `starter.py inbox list` shows those there are"
        raise CommandFailed(Exit.NOT_FOUND, words)
    if content is not None:
        sys.stdout.buffer.write(content)
    elif as_json:
        say_json(found)
    else:
        _say(found)
    return Exit.DONE


async def schedule(minutes: int, *, remove: bool) -> Exit:
    """Have the engine read the mailbox every so many minutes, or no more."""
    async with everything() as reach:
        if remove:
            await drop_schedule(reach.client, INBOX_SCHEDULE)
            say("the engine reads no mailbox by itself any more")
            return Exit.DONE
        own = any(creditor.inbox for creditor in reach.creditors.values())
        if not reach.settings.inbox_host and not own:
            raise CommandFailed(Exit.USAGE, NOT_CONFIGURED)
        wanted = every(
            *(timedelta(minutes=minutes), INBOX_WORKFLOW, "inbox", reach.settings.task_queue),
            catch_up=timedelta(minutes=10),
        )
        await keep_schedule(reach.client, INBOX_SCHEDULE, wanted)
    say(f"the engine reads every mailbox every {minutes} minutes; its workers need their passwords")
    return Exit.DONE


def _in_words(summary: InboxSummary) -> str:
    new = ", ".join(f"{count} {kind}" for kind, count in summary.new.items()) or "nothing new"
    lost = (
        f"; {summary.unlinked} answers of unknown cases: `starter.py inbox list --unlinked`"
        if summary.unlinked
        else ""
    )
    return f"{summary.seen} messages looked at: {new}{lost}"


def _say(mail: KeptMail) -> None:
    say(f"{mail.inbound_id}  {mail.kind.value}: {mail.evidence}")
    say(f"from {_plain(mail.sender)}: {_plain(mail.subject)}")
    say(f"seen in {', '.join(mail.mailboxes) or 'no mailbox'}")
    say(f"case {', '.join(mail.cases)} (by {mail.linked_by})" if mail.cases else "case unknown")
    for failure in mail.failures:
        say(f"{failure.address}: {failure.failing.value} {failure.status} {_plain(failure.said)}")
    if mail.text:
        say()
        for line in mail.text.splitlines():
            say(_plain(line))


def _plain(words: str) -> str:
    """What a stranger wrote, without what would move a terminal's cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in words)
