"""Does an e-mail reach the mail server, and is its answer believed for what it is?"""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import smtp
from activities.errors import (
    ClaimLost,
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUnknown,
)
from activities.smtp import Mailer, SmtpAccount
from activities.smtp_conversation import for_the_wire
from schemas.settings import SmtpSecurity
from tests.support.smtp_server import HANG_UP, SILENCE, Server, smtp_server

MESSAGE = b"Subject: x\r\n\r\n.hidden dot\r\nend\r\n"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A mail server that does as it is told."""
    async with smtp_server() as server:
        yield server


class Sender:
    """A mailer on one account, which remembers what it began."""

    def __init__(self, server: Server, **changes: Any) -> None:
        account = {"security": SmtpSecurity.NONE, "timeout_seconds": 0.3, **changes}
        self.mailer = Mailer(SmtpAccount(host="127.0.0.1", port=server.port, **account))
        self.began = 0

    async def send(self, message: bytes = MESSAGE) -> None:
        """Hand one message over."""

        async def begin() -> None:
            self.began += 1

        await self.mailer.send(
            message, sender="a@x.example", recipients=["b@y.example"], begin=begin
        )


@pytest.fixture
async def sender(server: Server) -> AsyncIterator[Sender]:
    """A mailer for that server."""
    sender = Sender(server)
    yield sender
    await sender.mailer.close()


async def test_connections_are_kept(server: Server, sender: Sender) -> None:
    """Messages follow each other on one connection, which ends politely."""
    for _ in range(5):
        await sender.send()
    assert (server.connections, len(server.messages), sender.began) == (1, 5, 5)
    assert server.messages[0] == MESSAGE.replace(b"\n.", b"\n..") + b".\r\n"
    await sender.mailer.close()
    assert server.heard["QUIT"] == 1


async def test_only_so_many_at_once(server: Server) -> None:
    """However much is due, the server sees as many connections as were agreed on."""
    server.pause = 0.01
    sender = Sender(server, connections=3, timeout_seconds=5)
    await asyncio.gather(*(sender.send() for _ in range(12)))
    assert (server.connections, server.at_once_max, len(server.messages)) == (3, 3, 12)
    await sender.mailer.close()


@pytest.mark.parametrize("idle", [0.0, 60.0])
async def test_a_dead_connection_is_noticed(
    server: Server, sender: Sender, monkeypatch: pytest.MonkeyPatch, idle: float
) -> None:
    """The server dropped the kept line, or answers nothing on it: a new one is opened."""
    monkeypatch.setattr(smtp, "IDLE_SECONDS", idle)
    await sender.send()
    if idle:
        server.hang_up()
        await asyncio.sleep(0.02)
    else:
        server.says["NOOP"] = b"421 been idle too long"
    await sender.send()
    assert (server.connections, len(server.messages)) == (2, 2)


async def test_an_idle_connection_is_asked_whether_it_lives(
    server: Server, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while, a connection is used only once it has answered."""
    monkeypatch.setattr(smtp, "IDLE_SECONDS", 0.0)
    await sender.send()
    await sender.send()
    assert (server.connections, server.heard["NOOP"]) == (1, 1)


CERTAIN = [
    ("CONNECT", b"554 no service", DeliveryPostponed),
    ("CONNECT", b"421 busy", DeliveryPostponed),
    ("CONNECT", HANG_UP, DeliveryPostponed),
    ("CONNECT", SILENCE, DeliveryPostponed),
    ("EHLO", b"550 not you", DeliveryPostponed),
    ("MAIL", b"451 later", DeliveryPostponed),
    ("MAIL", b"421 closing", DeliveryPostponed),
    ("MAIL", b"550 sender not allowed", DeliveryPostponed),
    ("MAIL", b"554 5.7.1 you are on a list", DeliveryPostponed),
    ("MAIL", b"530 authenticate first", DeliveryPostponed),
    ("MAIL", HANG_UP, DeliveryPostponed),
    ("MAIL", SILENCE, DeliveryPostponed),
    ("RCPT", b"450 greylisted", DeliveryPostponed),
    ("RCPT", b"550 no such mailbox", DeliveryRefused),
    ("RCPT", b"550 5.1.1 unknown user", DeliveryRefused),
    ("RCPT", b"554 5.7.1 <b@y.example>: Relay access denied", DeliveryPostponed),
    ("RCPT", b"554 denied", DeliveryPostponed),
    ("RCPT", b"550 5.7.1 sender is blocked", DeliveryPostponed),
    ("RCPT", b"550 relay not permitted", DeliveryPostponed),
    ("RCPT", b"503 bad sequence", DeliveryPostponed),
    ("RCPT", HANG_UP, DeliveryPostponed),
    ("RCPT", SILENCE, DeliveryPostponed),
    ("RCPT", b"what?", DeliveryPostponed),
    ("DATA", b"451 later", DeliveryPostponed),
    ("DATA", b"554 no", DeliveryRefused),
    ("DATA", HANG_UP, DeliveryPostponed),
    ("DATA", SILENCE, DeliveryPostponed),
    ("DATA", b"250 what?", DeliveryPostponed),
]
"""Before the server waits for the message, whatever it says or does not: nothing has left."""

AFTER = [
    ("MESSAGE", b"451 disk full", DeliveryPostponed),
    ("MESSAGE", b"421 going down", DeliveryPostponed),
    ("MESSAGE", b"554 looks like spam", DeliveryRefused),
    ("MESSAGE", HANG_UP, DeliveryUnknown),
    ("MESSAGE", SILENCE, DeliveryUnknown),
    ("MESSAGE", b"ok", DeliveryUnknown),
    ("MESSAGE", b"354 and then?", DeliveryUnknown),
]
"""After it: a no is a no, and everything that is neither yes nor no is unknown."""


@pytest.mark.parametrize(("stage", "answer", "outcome"), [*CERTAIN, *AFTER])
async def test_each_answer_at_each_stage(
    server: Server, sender: Sender, stage: str, answer: bytes, outcome: type[Exception]
) -> None:
    """Refused for good, put off, or unknown; and the next message is none the worse for it."""
    good = server.says[stage]
    server.says[stage] = answer
    with pytest.raises(outcome):
        await sender.send()
    assert sender.began == (stage == "MESSAGE")
    server.says[stage] = good
    await sender.send()
    assert server.messages[-1].endswith(b"end\r\n.\r\n")
    assert len(server.messages) == 1 + (stage == "MESSAGE")


async def test_any_yes_is_a_yes(server: Server, sender: Sender) -> None:
    """A server that says 251 after the message has taken it; it must not get it again."""
    server.says["MESSAGE"] = b"251 will forward"
    await sender.send()
    assert len(server.messages) == 1


async def test_what_a_server_says_can_be_put_on_record(server: Server, sender: Sender) -> None:
    """Latin-1, control characters and endless words become one line that a database can keep."""
    server.says["RCPT"] = "550 boîte\x00\x1b[31m inconnue ".encode("latin-1") + b"!" * 2000
    with pytest.raises(DeliveryRefused) as refusal:
        await sender.send()
    words = refusal.value.explanation
    assert "inconnue" in words
    assert words.isprintable()
    assert words.encode("utf-8")
    assert len(words) < 600


async def test_a_claim_that_was_lost_sends_nothing(server: Server, sender: Sender) -> None:
    """The last question before the message is answered with no: the line is dropped instead."""

    async def begin() -> None:
        raise ClaimLost("another attempt has it")

    with pytest.raises(ClaimLost):
        await sender.mailer.send(
            MESSAGE, sender="a@x.example", recipients=["b@y.example"], begin=begin
        )
    await sender.send()
    assert len(server.messages) == 1


async def test_the_line_drops_while_the_contact_is_begun(server: Server, sender: Sender) -> None:
    """Not one byte of the message was written: it certainly did not leave."""

    async def begin() -> None:
        server.hang_up()
        await asyncio.sleep(0.02)

    with pytest.raises(DeliveryPostponed):
        await sender.mailer.send(
            MESSAGE, sender="a@x.example", recipients=["b@y.example"], begin=begin
        )
    assert server.messages == []


async def test_a_wrong_password_is_never_the_end_of_a_contact(server: Server) -> None:
    """The account is wrong, not the debtor: it is put off, and the password is not told."""
    server.says |= {"EHLO": b"250-here\r\n250 AUTH PLAIN LOGIN", "AUTH": b"535 no"}
    sender = Sender(server, username="relance", password="s3cret")
    with pytest.raises(DeliveryPostponed) as error:
        await sender.send()
    assert "s3cret" not in str(error.value)
    server.says["AUTH"] = b"235 welcome"
    await sender.send()
    assert len(server.messages) == 1
    await sender.mailer.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody has signed; with its key in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
async def test_only_a_trusted_server_gets_the_message(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, security: SmtpSecurity
) -> None:
    """Encrypted from the start or later; with a certificate nobody vouches for, nothing leaves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    async with smtp_server(tls=context, from_the_start=security is SmtpSecurity.TLS) as server:
        sender = Sender(server, security=security, timeout_seconds=3)
        with pytest.raises(DeliveryPostponed, match=r"(?i)certificate"):
            await sender.send()
        assert (sender.began, server.heard["MAIL"]) == (0, 0)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
        await sender.send()
        assert (sender.began, len(server.messages)) == (1, 1)
        await sender.mailer.close()


async def test_no_message_leaves_in_the_clear_by_mistake(server: Server) -> None:
    """STARTTLS was asked for and the server has none: nothing leaves, not even the password."""
    sender = Sender(server, security=SmtpSecurity.STARTTLS, username="relance", password="s3cret")
    with pytest.raises(DeliveryPostponed):
        await sender.send()
    assert (server.heard["AUTH"], server.heard["MAIL"]) == (0, 0)


@given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"x", b"..", b"\r\n.\r\n"])))
def test_no_message_ends_before_its_end(parts: list[bytes]) -> None:
    """Whatever stands in a message, the server reads it to its end, line for line, no further."""
    message = b"".join(parts)
    sent = for_the_wire(message)
    assert sent.count(b"\r\n") == sent.count(b"\r") == sent.count(b"\n")
    *lines, end, nothing = sent.split(b"\r\n")
    assert (end, nothing) == (b".", b"")
    assert b"." not in lines
    assert [line.removeprefix(b".") if line.startswith(b".") else line for line in lines] == (
        re.split(rb"\r\n|\r|\n", re.sub(rb"(\r\n|\r|\n)\Z", b"", message))
    )
