"""Can a mail server stop the reading? One that says nonsense, or too much, or never ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from activities import imap_client
from activities.imap_mailbox import ImapMailbox, InboxAccount, InboxUnreachable
from schemas.mail_server import InboxSecurity

GOOD = {
    "CAPABILITY": b"* CAPABILITY IMAP4REV1\r\n%t OK done\r\n",
    "LOGIN": b"%t OK done\r\n",
    "EXAMINE": b"* OK [UIDVALIDITY 7] x\r\n%t OK done\r\n",
    "SEARCH": b"* SEARCH 1 2\r\n%t OK done\r\n",
    "FETCH": b"* 1 FETCH (UID 1 BODY[]<0> {5}\r\nhello)\r\n%t OK done\r\n",
    "LOGOUT": b"* BYE bye\r\n%t OK done\r\n",
}
Talk = Callable[[socket.socket], None]


def _endless(line: socket.socket) -> None:
    """Says something, and something more, without end."""
    while True:
        line.sendall(b"* 1 EXISTS\r\n" * 1000)


def _a_letter_at_a_time(line: socket.socket) -> None:
    """Each within the timeout, and never a whole line."""
    while True:
        line.sendall(b"x")
        time.sleep(0.05)


@contextmanager
def server(says: dict[str, bytes | Talk]) -> Iterator[ImapMailbox]:
    """A mailbox at a server that says what a test has it say, instead of what it should."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def talk() -> None:
        line, _ = listener.accept()
        lines.append(line)
        with suppress(OSError), line.makefile("rb") as heard:
            word, tag = "CONNECT", b""
            while True:
                said = says.get(word, GOOD.get(word, b"* OK ready\r\n"))
                if callable(said):
                    said(line)
                else:
                    line.sendall(said.replace(b"%t", tag))
                if not (command := heard.readline().split()):
                    return
                tag, word = command[0], command[1].decode()
                word = command[2].decode() if word == "UID" else word

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    where = {"host": "127.0.0.1", "port": listener.getsockname()[1], "timeout_seconds": 2}
    box = ImapMailbox(
        InboxAccount.model_validate(where | {"security": InboxSecurity.NONE, "username": "u"})
    )
    try:
        yield box
    finally:
        box.close()
        for line in lines:
            line.close()
        listener.close()
        thread.join(5)


def read(box: ImapMailbox) -> list[bytes | None]:
    """All that is in it."""
    box.open()
    return [box.fetch(uid) for uid in box.uids(0, None)]


def test_a_good_server_is_read() -> None:
    """What the others are compared with."""
    with server({}) as box:
        assert read(box) == [b"hello", b"hello"]


ENDLESS: dict[str, dict[str, bytes | Talk]] = {
    "a greeting by letters": {"CONNECT": _a_letter_at_a_time},
    "a message by letters": {"FETCH": _a_letter_at_a_time},
    "an endless answer to the login": {"LOGIN": _endless},
    "an endless answer to the fetch": {"FETCH": _endless},
    "a message of a million gigabytes": {"FETCH": b"* 1 FETCH (BODY[]<0> {%d}\r\n" % 10**18},
    "a number beyond all numbers": {"FETCH": b"* 1 FETCH (BODY[]<0> {%d}\r\n" % 10**30},
    "a UID that is none": {"SEARCH": b"* SEARCH %d\r\n%%t OK done\r\n" % 10**20},
    "a validity that is none": {"EXAMINE": b"* OK [UIDVALIDITY %d] x\r\n%%t OK y\r\n" % 10**20},
    "words for UIDs": {"SEARCH": b"* SEARCH one two\r\n%t OK done\r\n"},
    "no to a message": {"FETCH": b"%t NO not now\r\n"},
    "a greeting of any byte": {"CONNECT": bytes(range(256)) + b"\r\n"},
    "good-bye at once": {"CONNECT": b"* BYE\r\n"},
}


@pytest.mark.parametrize("name", ENDLESS)
def test_no_server_keeps_the_others_from_being_read(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whatever it says, and however long: it is one that cannot be read, and soon."""
    monkeypatch.setattr(imap_client, "CONVERSATION_SECONDS", 0.4)
    monkeypatch.setattr(imap_client, "LINES_BYTES", 100_000)
    began = time.monotonic()
    with server(ENDLESS[name]) as box, pytest.raises(InboxUnreachable):
        read(box)
    assert time.monotonic() - began < 10


def test_an_endless_good_bye_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything was read; whoever does not let go is let go."""
    monkeypatch.setattr(imap_client, "LINES_BYTES", 100_000)
    with server({"LOGOUT": _endless}) as box:
        assert read(box) == [b"hello", b"hello"]
