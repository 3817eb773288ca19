"""How many mails a second? Our mailer against bare aiosmtplib, at the same server, in turn.

Both hand ready messages with an attachment of 60 kB to one mail server, a process of its own, over
eight kept connections. Ours asks before each message whether it may still leave, tells every
recipient apart, and knows at each point whether anything has left; the bare one calls ``sendmail``.
A second figure writes each message first: text, HTML, MIME and attachment. The last writes and
sends 2,000 messages and says how large the process is after 200, 1,000 and all of them.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import aiosmtplib

from activities.email_message import Attachment, Dispatch, build_email
from activities.library import read_creditors
from activities.smtp import Mailer, SmtpAccount
from activities.texts import render_email
from bench.ground import process
from bench.resident import MARKS, QUICK, growth, resident_megabytes
from engines.leash import leashed
from engines.ports import answers, free_ports
from schemas.money import Money
from schemas.notice import Notice, NoticeItem
from schemas.parties import Creditor, Debtor
from schemas.settings import SmtpSecurity

CONNECTIONS = 8
SENDER, RECIPIENT = "a@atelier.example", "b@menuiserie.example"
ATTACHMENT = Attachment("F-1.pdf", b"%PDF-1.7\n" + b"x" * 60_000)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

Send = Callable[[int], Awaitable[object]]


def main(*, quick: bool) -> None:
    """Print the figures as lines of JSON."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = leashed([sys.executable, "-m", "bench.sink", str(folder / "notes"), str(port)])
        with process(command, folder / "sink.log", lambda: answers("127.0.0.1", port)):
            for figure in asyncio.run(_measure(port, quick=quick)):
                print(json.dumps(figure), flush=True)


async def _measure(port: int, *, quick: bool) -> list[dict[str, object]]:
    count, rounds = (200, 1) if quick else (1_000, 5)
    notice = _notice(0)
    content = _written(notice)
    mailer = Mailer(
        SmtpAccount(
            host="127.0.0.1", port=port, security=SmtpSecurity.NONE, connections=CONNECTIONS
        )
    )

    async def ours(_: int) -> None:
        await mailer.send(content, sender=SENDER, recipients=[RECIPIENT], begin=_begin)

    async def written(number: int) -> None:
        message = await asyncio.to_thread(_written, _notice(number))
        await mailer.send(message, sender=SENDER, recipients=[RECIPIENT], begin=_begin)

    rates: dict[str, list[float]] = {"ours": [], "bare": [], "written": []}
    for _ in range(rounds):
        rates["bare"].append(await _bare(port, content, count))
        rates["ours"].append(await _rate(ours, count))
        rates["written"].append(await _rate(written, count // 5))
    read, sent = {}, 0
    for mark in QUICK if quick else MARKS:
        await _rate(written, mark - sent)
        read[mark], sent = resident_megabytes(), mark
    await mailer.close()
    middle = {name: statistics.median(found) for name, found in rates.items()}
    return [
        {
            "bench": "mails",
            "messages": count,
            "bytes": len(content),
            "connections": CONNECTIONS,
            "mails_per_second": round(middle["ours"]),
            "bare_aiosmtplib_per_second": round(middle["bare"]),
            "ratio": round(middle["ours"] / middle["bare"], 2),
            "written_and_sent_per_second": round(middle["written"]),
            **growth(read),
        }
    ]


async def _rate(send: Send, count: int) -> float:
    """Messages a second, with as many under way as there are connections."""
    waiting = iter(range(count))

    async def line() -> None:
        for number in waiting:
            await send(number)

    started = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - started)


async def _bare(port: int, content: bytes, count: int) -> float:
    """The library alone, on as many connections, which it need not open while it is measured."""
    lines = [aiosmtplib.SMTP(hostname="127.0.0.1", port=port) for _ in range(CONNECTIONS)]
    for smtp in lines:
        await smtp.connect()
    idle = list(lines)

    async def send(_: int) -> None:
        smtp = idle.pop()
        await smtp.sendmail(SENDER, [RECIPIENT], content)
        idle.append(smtp)

    rate = await _rate(send, count)
    for smtp in lines:
        await smtp.quit()
    return rate


async def _begin() -> None:
    """The question to the database is not measured here."""


def _written(notice: Notice) -> bytes:
    text = render_email(notice, Path("templates"))
    dispatch = Dispatch(attachments=[ATTACHMENT])
    return build_email(
        notice, text, domain="atelier.example", sent_at=NOW, dispatch=dispatch
    ).as_bytes()


def _notice(number: int) -> Notice:
    owed = Money(amount=Decimal("1234.56"), currency="EUR")
    return Notice(
        reference=f"RBENCH{number:010d}",
        template="courtesy",
        level=1,
        on=date(2026, 11, 20),
        pay_by=date(2026, 12, 1),
        creditor=_creditor(),
        debtor=Debtor(creditor="atelier", debtor_id="D1", name="Dubois", email=RECIPIENT),
        items=(
            NoticeItem(
                invoice="F-1",
                issue_date=date(2026, 10, 1),
                due_date=date(2026, 11, 1),
                amount=owed,
                paid=Money.zero("EUR"),
                asked=owed,
                days_overdue=19,
            ),
        ),
    )


@cache
def _creditor() -> Creditor:
    return read_creditors(Path("creditors"))["atelier"]
