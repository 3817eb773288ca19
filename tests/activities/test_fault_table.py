"""What becomes of an e-mail when its mail server misbehaves? Each fault happens, and is told.

The table of docs/e-mail.md is what really happened here, row by row.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import ssl
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from activities.errors import DeliveryPostponed, DeliveryRefused, DeliveryUnknown
from activities.smtp import Mailer, SmtpAccount
from engines.ports import free_ports
from schemas.events import StepFailed
from schemas.settings import SmtpSecurity
from store.pool import Pool
from tests.support.dns_server import NameServer, name_server
from tests.support.smtp_server import HANG_UP, SILENCE, Server, smtp_server
from tests.support.turns import Make

PAGE = Path(__file__).parents[2] / "docs" / "e-mail.md"
HEAD = ("| fault | the message | seen by the server | after |", "|---|---|---|---|")
TIMEOUT = 0.4
MESSAGE = b"Subject: x\r\n\r\nhello\r\n"
TEN_MEGABYTES = MESSAGE + base64.encodebytes(bytes(10 * 1024 * 1024))


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes:
        says: what the server says at a stage, instead of what it should.
        account: what is different about our account.
        mends: the stage says what it should from the second attempt on.
        tls: the server has a certificate that nobody vouches for.
        nobody: nothing listens there at all.
        dns: what the DNS says of the recipient's domain.
        message: what is sent.
    """

    words: str
    says: dict[str, bytes] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)
    recipient: str = "b@y.example"
    mends: bool = False
    tls: bool = False
    nobody: bool = False
    pause: float = 0
    dns: str = "SERVFAIL"
    message: bytes = MESSAGE


INJECTION = "\r\nBcc: x@evil.example"
AUTH = {"EHLO": b"250-here\r\n250 AUTH PLAIN LOGIN"}
STARTTLS = {"security": SmtpSecurity.STARTTLS}
TLS = {"security": SmtpSecurity.TLS}
KNOWN = {"username": "relance", "password": "s3cret"}
DOUBT = {"RCPT": b"450 4.1.2 <b@y.example>: Recipient address rejected: Domain not found"}

FAULTS = [
    Fault("451 for a recipient", {"RCPT": b"451 4.3.0 later"}),
    Fault(
        "greylisted, accepted when it comes again", {"RCPT": b"450 4.2.0 greylisted"}, mends=True
    ),
    Fault("550 for a recipient: no such mailbox", {"RCPT": b"550 5.1.1 no such mailbox"}),
    Fault("550 for a recipient: unknown domain", {"RCPT": b"550 5.1.2 domain not found"}),
    Fault("450 for a recipient: unknown domain, and the DNS says so", DOUBT, dns="NXDOMAIN"),
    Fault("450 for a recipient: its domain takes no mail (null MX)", DOUBT, dns="MX 0 ."),
    Fault("450 for a recipient: unknown domain, and the DNS does not answer", DOUBT, dns=""),
    Fault("552 after the message: too large", {"MESSAGE": b"552 5.3.4 too large"}),
    Fault("451 after the message", {"MESSAGE": b"451 4.3.0 disk full"}),
    Fault("421 busy", {"CONNECT": b"421 4.3.2 busy"}),
    Fault("nobody answers the call", nobody=True),
    Fault("silence from the start", {"CONNECT": SILENCE}),
    Fault("silence at a recipient", {"RCPT": SILENCE}),
    Fault("slow at every word, within the timeout", pause=0.1),
    Fault("slow at every word, beyond the timeout", pause=2 * TIMEOUT),
    Fault("cut before the message", {"DATA": HANG_UP}),
    Fault("cut after the message", {"MESSAGE": HANG_UP}),
    Fault("silence after the message", {"MESSAGE": SILENCE}),
    Fault("a certificate nobody vouches for", account=TLS, tls=True),
    Fault("no encryption where it was agreed", account=STARTTLS),
    Fault("wrong password", {**AUTH, "AUTH": b"535 5.7.8 no"}, account=KNOWN),
    Fault("our sender is not allowed", {"MAIL": b"553 5.7.1 not yours"}),
    Fault("é@ at a server without SMTPUTF8", recipient="é@y.example"),
]
LARGE = Fault("10 MB attached", account={"timeout_seconds": 20}, message=TEN_MEGABYTES)

AFTER = {
    "left": "accepted",
    "put off": "tried again for three days, then a task",
    "refused": "a failed step and a task at once",
    "unknown": "a person is asked, or the same Message-ID again (`if_unknown`)",
}


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate of the server's own making."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate with")
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(
        [openssl, "req", "-x509", *key, "-subj", "/CN=x", "-keyout", file, "-out", f"{file}.crt"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{file}.crt", file)
    return context


async def outcome(attempt: Callable[[], Awaitable[Any]], seconds_max: float) -> str:
    """One attempt, in a word; never longer than the timeouts of its few steps."""
    began = time.monotonic()
    try:
        await attempt()
    except DeliveryPostponed:
        word = "put off"
    except DeliveryRefused:
        word = "refused"
    except DeliveryUnknown:
        word = "unknown"
    else:
        word = "left"
    assert time.monotonic() - began < seconds_max
    return word


async def happens(fault: Fault, server: Server, names: NameServer) -> str:
    """A row of the table: what becomes of a message under this fault."""
    account: dict[str, Any] = {
        "security": SmtpSecurity.NONE,
        "timeout_seconds": TIMEOUT,
        **fault.account,
    }
    port = free_ports(1)[0] if fault.nobody else server.port
    place = SmtpAccount(host="127.0.0.1", port=port, **account)
    mailer = Mailer(place, domains=names.domains(TIMEOUT))
    good = dict(server.says)
    server.says |= fault.says
    server.pause = fault.pause

    async def attempt() -> None:
        async def begin() -> None:
            return None

        await mailer.send(
            fault.message, sender="a@x.example", recipients=[fault.recipient], begin=begin
        )

    word = await outcome(attempt, 10 * account["timeout_seconds"])
    if fault.mends:
        server.says = good
        word = f"{word}, then {await outcome(attempt, 10 * TIMEOUT)}"
    await mailer.close()
    seen = {0: "nothing", 1: "the message"}[len(server.messages)]
    return f"| {fault.words} | {word} | {seen} | {AFTER[word.rpartition(', then ')[2]]} |"


async def test_the_table_of_faults_is_what_happens(untrusted: ssl.SSLContext) -> None:
    """Whoever reads the page knows what a bad mail server does to a case."""

    async def row(fault: Fault) -> str:
        tls = untrusted if fault.tls else None
        async with (
            smtp_server(tls=tls, from_the_start=fault.tls) as server,
            name_server(y=fault.dns) as names,
        ):
            return await happens(fault, server, names)

    rows = await asyncio.gather(*(row(fault) for fault in FAULTS))
    rows.append(await row(LARGE))  # Alone: it would make the others' short timeouts too short.
    table = "\n".join([*HEAD, *rows])
    assert table in PAGE.read_text("utf-8"), f"docs/e-mail.md should say:\n{table}"


HOSTILE = {
    "a header in the debtor's name, behind a line break": {"name": f"Evil{INJECTION}"},
    "a header in the address, behind a line break": {"email": f"a@b.example{INJECTION}"},
    "two addresses in one": {"email": "a@b.example, x@evil.example"},
}


async def test_nobody_writes_headers_but_us(pool: Pool, turn: Make) -> None:
    """What an import holds adds neither a header nor a recipient; an address that tries is none."""
    rows = []
    for number, (words, columns) in enumerate(HOSTILE.items()):
        step = await turn(number=f"F-{number}")
        for column, value in columns.items():
            await pool.execute(
                f"update debtors set {column} = $1 where debtor_id = $2",  # noqa: S608 - our own names
                *(value, f"D-F-{number}"),
            )
        (event,) = (await step.attempt()).events
        mails = [mail for mail in step.mailbox.received() if step.message_ids()]
        word = "refused" if isinstance(event, StepFailed) else "left"
        if mails:
            assert mails[-1].recipients == ("factures@menuiserie.example",)
            assert mails[-1].message["Bcc"] is None
        seen = "the message, to whom it is for alone" if step.message_ids() else "nothing"
        rows.append(f"| {words} | {word} | {seen} | {AFTER[word]} |")
    assert "\n".join(rows) in PAGE.read_text("utf-8"), "\n".join(rows)
