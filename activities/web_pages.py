"""How are pages served beside the work? On a port of their own, without patience for callers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

IDLE_SECONDS = 15.0
"""So long a connection may be open without a whole head of a request: nobody is that slow."""

CONNECTIONS_MAX = 200
"""More at once are hung up on; each costs a file, of which the work needs some, too."""


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that hangs up on callers who do not come to the point, and on too many of them."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take a caller in, if there is room, and begin to count."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            transport.close()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(IDLE_SECONDS, self._lose_patience)

    def _lose_patience(self) -> None:
        """Hang up unless a request is being answered; its body has a limit of its own."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.close()
        else:
            self._wait()


@asynccontextmanager
async def serving(app: Starlette, address: str) -> AsyncIterator[str]:
    """Serve pages while the block runs.

    Args:
        app: the pages.
        address: ``host:port``; port 0 takes any.

    Yields:
        Where they are, as ``http://host:port``.

    Raises:
        OSError: when the port is taken.
    """
    host, _, port = address.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host or "127.0.0.1",
        port=int(port),
        http=ImpatientProtocol,
        log_level="warning",
        lifespan="off",
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Not uvicorn's own way of binding, which ends the process where the port is taken.
    listening = socket.create_server((config.host, config.port))
    await server.startup(sockets=[listening])
    loop = asyncio.create_task(server.main_loop())
    try:
        yield f"http://{config.host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await loop
        await server.shutdown(sockets=[listening])
