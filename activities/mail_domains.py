"""Is there such a domain? Asked of the DNS when a mail server doubts it, and never for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_address

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.name import from_text, root
from dns.rdatatype import MX, NS, RdataType
from dns.resolver import NXDOMAIN, Answer

DNS_SECONDS = 5.0
"""How long an answer is waited for, however many servers are asked."""


class DomainVerdict(StrEnum):
    """What is known of a domain.

    Attributes:
        UNCERTAIN: it exists, or nobody could say; whoever wants to write there tries again.
        NO_SUCH_DOMAIN: the DNS knows no such name (RFC 1035, 4.1.1; RFC 8020).
        NO_MAIL: it exists and says that it takes no mail (null MX, RFC 7505, 3).
    """

    UNCERTAIN = "Uncertain"
    NO_SUCH_DOMAIN = "NoSuchDomain"
    NO_MAIL = "DomainTakesNoMail"


class MailDomains:
    """Asks the DNS about domains.

    Args:
        resolver: makes what asks; by default it asks the servers that this machine names.
        seconds: how long an answer is waited for.
    """

    def __init__(
        self, resolver: Callable[[], Resolver] = Resolver, seconds: float = DNS_SECONDS
    ) -> None:
        self._resolver = resolver
        self._seconds = seconds

    async def look_up(self, domain: str, known: Sequence[str] = ()) -> DomainVerdict:
        """Whether mail to this domain can ever arrive.

        Only an answer that says so makes it certain. A server that fails, says nothing or cannot be
        reached, a machine that names none, and a name that is none are all uncertain. So is one of
        which a server says that there is no such name, if it says so of every name (before a login
        page), or knows no more than the names of its own house.

        Args:
            domain: as it travels, with letters beyond ASCII encoded (IDNA).
            known: names that certainly exist, such as the mail server's; whoever says that there is
                no such domain must know one of them, and the name servers of the domain above it.
        """
        if not domain.strip(".") or domain.startswith("["):  # RFC 5321, 4.1.3: an address literal
            return DomainVerdict.UNCERTAIN
        try:
            async with asyncio.timeout(self._seconds):
                resolver = await asyncio.to_thread(self._resolver)
                servers = list(resolver.nameservers)
                for server in servers:
                    resolver.nameservers = [server]
                    seconds = self._seconds / len(servers)
                    with suppress(DNSException, OSError):
                        return await _said(resolver, domain, known, seconds)
        except (DNSException, OSError, ValueError):
            pass
        return DomainVerdict.UNCERTAIN


async def _said(
    resolver: Resolver, domain: str, known: Sequence[str], seconds: float
) -> DomainVerdict:
    """What one server says of a domain.

    Raises:
        DNSException, OSError: nothing of use.
    """
    try:
        answer = await _ask(resolver, domain, MX, seconds)
    except NXDOMAIN as unknown:
        verdict = _unknown(unknown)
    else:
        verdict = _of(answer)
    if verdict is not DomainVerdict.NO_SUCH_DOMAIN:
        return verdict
    for name in filter(_is_public, known):
        if await _knows(resolver, name, seconds):
            return verdict
    return DomainVerdict.UNCERTAIN


async def _knows(resolver: Resolver, name: str, seconds: float) -> bool:
    """Whether a server knows a name, and the world in which it is."""
    with suppress(DNSException, OSError, ValueError):
        await _ask(resolver, name, MX, seconds)
        above = await _ask(resolver, name.rstrip(".").rpartition(".")[2], NS, seconds)
        return bool(above.rrset)
    return False


async def _ask(resolver: Resolver, name: str, kind: RdataType, seconds: float) -> Answer:
    """An answer, which may hold nothing; absolute, so that no domain of ours is tried behind it."""
    return await resolver.resolve(
        *(from_text(f"{name.rstrip('.')}."), kind),
        lifetime=seconds,
        raise_on_no_answer=False,
        search=False,
    )


def _is_public(name: str) -> bool:
    """Whether everybody calls it so: no address, and no name of one network alone."""
    try:
        ip_address(name)
    except ValueError:
        return "." in name.strip(".")
    return False


def _unknown(said: NXDOMAIN) -> DomainVerdict:
    """A name that leads to one that does not exist (CNAME) exists itself, and may be mended."""
    responses = said.responses()  # type: ignore[no-untyped-call] # as its library left it
    leads_on = any(response.answer for response in responses.values())
    return DomainVerdict.UNCERTAIN if leads_on else DomainVerdict.NO_SUCH_DOMAIN


def _of(answer: Answer) -> DomainVerdict:
    """RFC 7505, 3: the one mail server of a domain that takes no mail is the root."""
    servers = list(answer.rrset or ())
    if len(servers) == 1 and servers[0].exchange == root:
        return DomainVerdict.NO_MAIL
    return DomainVerdict.UNCERTAIN
