"""Is there such a domain? Asked of the DNS when a mail server doubts it, and never for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.name import from_text, root
from dns.rdatatype import MX
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

    async def look_up(self, domain: str) -> DomainVerdict:
        """Whether mail to this domain can ever arrive.

        Only an answer that says so makes it certain. A server that fails, says nothing or cannot be
        reached, a machine that names none, and a name that is none are all uncertain.

        Args:
            domain: as it travels, with letters beyond ASCII encoded (IDNA).
        """
        if not domain.strip(".") or domain.startswith("["):  # RFC 5321, 4.1.3: an address literal
            return DomainVerdict.UNCERTAIN
        try:
            async with asyncio.timeout(self._seconds):
                resolver = await asyncio.to_thread(self._resolver)
                # Absolute, so that no domain of our own is tried behind it.
                answer = await resolver.resolve(
                    *(from_text(f"{domain}."), MX),
                    lifetime=self._seconds,
                    raise_on_no_answer=False,
                    search=False,
                )
        except NXDOMAIN as unknown:
            return _unknown(unknown)
        except (DNSException, OSError, ValueError):
            return DomainVerdict.UNCERTAIN
        return _of(answer)


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
