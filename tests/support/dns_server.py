"""What may the DNS say of a domain? A name server on loopback that says what it is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.asyncresolver import Resolver

from activities.mail_domains import MailDomains

NOTHING = "NOERROR"
SILENCE = ""
SENDERS = {"x": NOTHING, "atelier-lumiere": NOTHING}
"""Domains of those who write in the tests."""


@dataclass
class NameServer:
    """A name server for one test.

    Attributes:
        says: by domain, the name of an RCODE; or the data of an MX record, or of a CNAME to a name
            that does not exist; or nothing at all.
        asked: the names it was asked for, in order.
        is_asked: it has been asked for one.
    """

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    def resolver(self) -> Resolver:
        """Asks this server alone."""
        resolver = Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        return resolver

    def domains(self, seconds: float = 2) -> MailDomains:
        """What Relance asks it by."""
        return MailDomains(self.resolver, seconds)

    def answer(self, question: bytes) -> bytes | None:
        """The bytes of its answer."""
        query = dns.message.from_wire(question)
        name = query.question[0].name
        domain = name.to_text(omit_final_dot=True)
        self.asked.append(domain)
        self.is_asked.set()
        said = self.says.get(domain, "NXDOMAIN")
        if said == SILENCE:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        kind, _, data = said.partition(" ")
        if kind == "CNAME":
            response.set_rcode(dns.rcode.NXDOMAIN)
        if data:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
        else:
            response.set_rcode(dns.rcode.from_text(kind))
        return response.to_wire()


class _Conversation(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if answer := self._answer(data):
            self._transport.sendto(answer, addr)


@contextlib.asynccontextmanager
async def name_server(**says: str) -> AsyncIterator[NameServer]:
    """Serve while the block runs; what it says is given by the first label below ``example``.

    It knows the world: ``example`` has name servers, and the sender's domain exists.
    """
    below = {f"{label}.example": said for label, said in {**SENDERS, **says}.items()}
    server = NameServer(says={"example": "NS ns.example.", **below})
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Conversation(server.answer), ("127.0.0.1", 0)
    )
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
        await asyncio.sleep(0)  # Let it close before its loop does.
