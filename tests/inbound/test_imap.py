"""Is a real IMAP server read as it should be? Against Debian's dovecot, where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.imap_mailbox import ImapMailbox, InboxAccount, InboxUnreachable
from activities.inbox import Inbox
from activities.library import read_creditors
from engines.ports import free_ports
from schemas.settings import InboxSecurity
from store import inbound
from store.pool import Pool
from tests.support.answers import answer, written_to
from tests.support.dovecot import PASSWORD, USER, Dovecot, dovecot
from tests.support.mail_source import Listening


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A mailbox on this machine."""
    with dovecot() as server:
        yield server


def account(server: Dovecot, **changes: object) -> InboxAccount:
    """How it is read."""
    fields = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": InboxSecurity.NONE,
        "username": USER,
        "password": PASSWORD,
        "timeout_seconds": 5,
    }
    return InboxAccount.model_validate(fields | changes)


async def test_a_real_mailbox_is_read_once_and_left_as_it_was(
    server: Dovecot, pool: Pool, listening: Listening
) -> None:
    """Read, read again, renumbered and read again: each message once, none marked as seen."""
    _, reference = await written_to(pool)
    source = account(server)
    creditors = read_creditors(Path("creditors"))
    inbox = Inbox(pool, creditors, listening, [lambda: ImapMailbox(source)])  # type: ignore[arg-type] # it tells

    async def read() -> dict[str, int]:
        return (await inbox.read(lambda _: None)).new

    assert await read() == {}
    server.deliver("1.one.here", answer("reply-gmail-french", reference))
    server.deliver("2.two.here", answer("bounce-postfix-unknown-user", reference))
    server.deliver("3.three.here", answer("absent-exchange-french", reference))
    assert await read() == {"bounce": 1, "out-of-office": 1, "reply": 1}
    before = await inbound.position(pool, ImapMailbox(source).name)
    assert await read() == {}
    server.deliver("4.four.here", answer("reply-iphone", reference))
    assert await read() == {"reply": 1}
    server.renumber()
    server.deliver("5.five.here", answer("reply-html-only", reference))
    assert await read() == {"reply": 1}
    after = await inbound.position(pool, ImapMailbox(source).name)
    assert before is not None
    assert after is not None
    assert before.uid_validity != after.uid_validity
    assert server.touched() == []
    kept = await inbound.list_mail(pool, "", 10, unlinked=False)
    assert len(kept) == 5
    raws = [await inbound.raw_mail(pool, one.inbound_id) for one in kept]
    assert answer("reply-gmail-french", reference) in raws


def test_a_message_that_has_gone_is_left_out(server: Dovecot) -> None:
    """Somebody deletes a message between the search and the fetch: the others come in."""
    box = ImapMailbox(account(server))
    box.open()
    server.deliver("9.nine.here", answer("reply-iphone"))
    box.close()
    box.open()
    (last,) = box.uids(0, None)[-1:]
    assert box.fetch(last)
    assert box.fetch(last + 1000) is None
    assert box.uids(last, None) == []
    box.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wr0ng"}, "refuses 'relance'"),
        ({"folder": "Nowhere"}, "cannot read Nowhere"),
        ({"security": InboxSecurity.STARTTLS}, "cannot read"),
        ({"security": InboxSecurity.TLS}, "cannot read"),
        ({"port": free_ports(1)[0]}, "cannot read"),
    ],
)
def test_what_is_wrong_with_the_account_is_said(
    server: Dovecot, change: dict[str, object], words: str
) -> None:
    """A wrong password, folder, port or security: one kind of error, never with the password."""
    box = ImapMailbox(account(server, **change))
    with pytest.raises(InboxUnreachable, match=words) as error:
        box.open()
    box.close()
    assert PASSWORD not in str(error.value)
    assert "wr0ng" not in str(error.value)
