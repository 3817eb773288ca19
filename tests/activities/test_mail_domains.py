"""Is a domain that does not exist the end of a message? Only when the DNS itself says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import dns.resolver
import pytest
from dns.asyncresolver import Resolver
from dns.nameserver import Do53Nameserver

from activities.errors import DeliveryPostponed, DeliveryRefused
from activities.mail_domains import DomainVerdict, MailDomains
from activities.smtp import Mailer, SmtpAccount
from activities.smtp_conversation import Handed
from schemas.events import StepFailed
from schemas.settings import SmtpSecurity
from store.pool import Pool
from store.read_models import list_tasks
from tests.support.dns_server import NOTHING, SILENCE, NameServer, name_server
from tests.support.smtp_server import Server, by_name, smtp_server
from tests.support.turns import Make

DOUBT = b"450 4.1.2 <x>: Recipient address rejected: Domain not found"
NULL_MX, CERTAIN = "MX 0 .", {DomainVerdict.NO_SUCH_DOMAIN, DomainVerdict.NO_MAIL}

WORLD = {
    "gone": "NXDOMAIN",
    "null": NULL_MX,
    "fine": "MX 10 mail.fine.example.",
    "bare": NOTHING,
    "alias": "CNAME nowhere.example.",
    "odd": "MX 10 .",
    "broken": "SERVFAIL",
    "closed": "REFUSED",
    "silent": SILENCE,
}


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """A DNS with every kind of answer."""
    async with name_server(**WORLD) as server:
        yield server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A mail server that doubts whatever domain does not begin with ``good``."""
    async with smtp_server() as server:
        by_name(server, lambda address: b"250 ok" if "@good" in address else DOUBT)
        yield server


async def send(server: Server, names: NameServer, *recipients: str, **account: Any) -> Handed:
    """Hand a message over to these recipients."""
    fields = {"host": "127.0.0.1", "port": server.port, "security": SmtpSecurity.NONE}
    mailer = Mailer(SmtpAccount(**fields | account), domains=names.domains(0.5))

    async def begin() -> None:
        return None

    try:
        return await mailer.send(
            b"Subject: x\r\n\r\nx\r\n", sender="a@x.example", recipients=recipients, begin=begin
        )
    finally:
        await mailer.close()


@pytest.mark.parametrize(
    ("label", "verdict"),
    [
        ("gone", DomainVerdict.NO_SUCH_DOMAIN),
        ("null", DomainVerdict.NO_MAIL),
        ("odd", DomainVerdict.NO_MAIL),
        *((label, DomainVerdict.UNCERTAIN) for label in WORLD if label not in "gone null odd"),
    ],
)
async def test_only_an_answer_that_says_so_is_certain(
    server: Server, names: NameServer, label: str, verdict: DomainVerdict
) -> None:
    """No such name, or a null MX: final at once, by name. Anything else is tried again."""
    known = ("127.0.0.1", "x.example")
    assert await names.domains(0.3).look_up(f"{label}.example", known) is verdict
    final = DeliveryRefused if verdict in CERTAIN else DeliveryPostponed
    with pytest.raises(final) as problem:
        await send(server, names, f"x@{label}.example")
    if isinstance(problem.value, DeliveryRefused):
        assert (problem.value.reason, problem.value.gone) == (verdict, (f"x@{label}.example",))
    assert server.messages == []


NO_WITNESS = {
    "every name": {"x.example": "NXDOMAIN", "example": "NXDOMAIN"},
    "all but its own house's": {"example": "NXDOMAIN"},
    "all but its own house's, below a root of its own": {"example": NOTHING},
    "all, by refusing": {"x.example": "REFUSED", "example": "REFUSED"},
    "all, by silence": {"x.example": SILENCE},
}


@pytest.mark.parametrize("unknown", NO_WITNESS)
async def test_a_resolver_that_does_not_know_us_is_not_believed(
    server: Server, names: NameServer, unknown: str
) -> None:
    """A login page or a split DNS says of every name that there is none: it is tried again."""
    names.says |= NO_WITNESS[unknown]
    with pytest.raises(DeliveryPostponed):
        await send(server, names, "x@gone.example", "y@good.example")
    assert server.messages == []


@pytest.mark.parametrize(
    ("host", "sender", "verdict"),
    [
        ("smtp.relay.example", "nobody.example", DomainVerdict.NO_SUCH_DOMAIN),
        ("nowhere.example", "x.example", DomainVerdict.NO_SUCH_DOMAIN),
        ("smtp", "localhost", DomainVerdict.UNCERTAIN),
        ("192.0.2.1", "::1", DomainVerdict.UNCERTAIN),
        ("nowhere.example", "", DomainVerdict.UNCERTAIN),
    ],
)
async def test_whoever_knows_our_mail_server_or_our_domain_is_believed(
    names: NameServer, host: str, sender: str, verdict: DomainVerdict
) -> None:
    """One of the two is enough; an address, or a name of our own network, says nothing."""
    names.says["smtp.relay.example"] = NOTHING
    assert await names.domains().look_up("gone.example", (host, sender)) is verdict


async def test_where_one_name_server_is_away_the_next_is_asked(names: NameServer) -> None:
    """The first says nothing, the second knows: as every program on this machine has it."""
    async with name_server(gone=SILENCE) as away:

        def both() -> Resolver:
            resolver = names.resolver()
            resolver.nameservers = [Do53Nameserver("127.0.0.1", one.port) for one in (away, names)]
            return resolver

        found = await MailDomains(both, 1).look_up("gone.example", ("x.example",))
    assert found is DomainVerdict.NO_SUCH_DOMAIN


@pytest.mark.parametrize("domain", ["", "a..b", "x" * 64 + ".example", "[192.0.2.1]"])
async def test_what_is_no_name_is_never_certain(names: NameServer, domain: str) -> None:
    """A literal, a label too long, an empty one: uncertain, and nobody is asked about it."""
    assert await names.domains().look_up(domain) is DomainVerdict.UNCERTAIN
    assert names.asked == []


def _no_servers() -> Any:
    raise dns.resolver.NoResolverConfiguration


async def test_a_machine_without_name_servers_is_uncertain() -> None:
    """There is nobody to ask: as before, it is tried again."""
    assert await MailDomains(_no_servers).look_up("gone.example") is DomainVerdict.UNCERTAIN


@pytest.mark.parametrize(
    "said", [b"250 ok", b"451 4.3.0 later", b"450 4.2.0 greylisted", b"550 5.1.2 no such domain"]
)
async def test_the_dns_is_asked_only_about_a_doubt(names: NameServer, said: bytes) -> None:
    """Accepted, put off for another reason, refused: nobody is asked anything."""
    async with smtp_server() as server:
        server.says["RCPT"] = said
        try:
            await send(server, names, "x@gone.example")
        except (DeliveryPostponed, DeliveryRefused):
            assert said != b"250 ok"
    assert names.asked == []


async def test_one_whose_domain_is_gone_keeps_the_message_from_nobody(
    server: Server, names: NameServer
) -> None:
    """Two are addressed, one domain is gone: the other gets the message, and it is said."""
    handed = await send(server, names, "x@gone.example", "y@good.example", "z@null.example")
    assert len(server.messages) == 1
    assert sorted(handed.gone) == sorted(handed.left_out) == ["x@gone.example", "z@null.example"]
    assert handed.left_out["x@gone.example"].startswith("NoSuchDomain: ")
    assert {*names.asked} == {"gone.example", "null.example", "x.example", "example"}


@pytest.mark.parametrize("also", ["silent", "broken"])
async def test_one_of_whom_nobody_knows_is_waited_for(
    server: Server, names: NameServer, also: str
) -> None:
    """One domain is gone, of the other nobody can say: later, and to all at once."""
    with pytest.raises(DeliveryPostponed):
        await send(server, names, "x@gone.example", f"z@{also}.example", "y@good.example")
    assert server.messages == []


async def test_a_slow_resolver_holds_no_connection(server: Server, names: NameServer) -> None:
    """One connection, and a DNS that says nothing: the next message leaves meanwhile."""
    account = SmtpAccount(
        host="127.0.0.1", port=server.port, security=SmtpSecurity.NONE, connections=1
    )
    mailer = Mailer(account, domains=names.domains(0.6))

    async def begin() -> None:
        return None

    async def one(to: str) -> float:
        began = time.monotonic()
        try:
            await mailer.send(b"x\r\n", sender="a@x.example", recipients=[to], begin=begin)
        except DeliveryPostponed:
            assert "silent" in to
        return time.monotonic() - began

    slow = asyncio.create_task(one("x@silent.example"))
    await asyncio.wait_for(names.is_asked.wait(), 5)
    await one("y@good.example")
    assert not slow.done()
    assert await slow < 5
    await mailer.close()


async def test_a_step_to_no_domain_fails_at_once_and_its_address_is_bad(
    pool: Pool, turn: Make, server: Server, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named failure, a task, and no mail there again until the address is corrected."""
    step = await turn(email="Compta@gone.example")
    house = step.steps._mail._room.house
    monkeypatch.setattr(house, "_account", house._account.model_copy(update={"port": server.port}))
    monkeypatch.setattr(house, "_domains", names.domains())
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepFailed)
    assert (event.reason, event.explanation) == (
        "NoSuchDomain",
        "there is no domain gone.example",
    )
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-failed"
    assert await pool.fetchval("select address from bad_addresses") == "compta@gone.example"


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        (b"550 5.1.1 no such mailbox", ["compta@good.example"]),
        (b"550 5.2.2 mailbox full", []),
        (b"550 not today", []),
    ],
)
async def test_no_mail_goes_again_where_nobody_lives(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch, said: bytes, bad: list[str]
) -> None:
    """The server knows no such mailbox: the address is bad, as after a bounce that says so."""
    step = await turn(email="Compta@good.example")
    house = step.steps._mail._room.house
    async with smtp_server() as strict:
        strict.says["RCPT"] = said
        account = house._account.model_copy(update={"port": strict.port})
        monkeypatch.setattr(house, "_account", account)
        (event,) = (await step.attempt()).events
    assert isinstance(event, StepFailed)
    assert event.reason == "RefusedByServer"
    assert [row[0] for row in await pool.fetch("select address from bad_addresses")] == bad


async def test_each_mailbox_that_is_none_is_told(names: NameServer) -> None:
    """Two are addressed and neither exists: both addresses are bad, not only the first."""
    async with smtp_server() as strict:
        strict.says["RCPT"] = b"550 5.1.1 no such mailbox"
        with pytest.raises(DeliveryRefused) as problem:
            await send(strict, names, "x@good.example", "y@good.example")
    assert problem.value.gone == ("x@good.example", "y@good.example")
