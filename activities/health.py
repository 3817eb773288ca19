"""Is this worker well? Two pages: ``/live`` says it runs, ``/ready`` that it can work."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Check = Callable[[], Awaitable[object]]
CHECK_SECONDS = 3.0


@asynccontextmanager
async def health_pages(address: str, checks: Mapping[str, Check]) -> AsyncIterator[None]:
    """Serve the health pages while the worker runs.

    Args:
        address: ``host:port``.
        checks: each raises when what it looks at is not well; by name.

    Raises:
        OSError: when the port is taken.
    """

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def ready(_request: Request) -> JSONResponse:
        names = list(checks)
        found = await asyncio.gather(*(_look(checks[name]) for name in names))
        report = dict(zip(names, found, strict=True))
        well = all(problem == "" for problem in report.values())
        return JSONResponse({"ready": well, "checks": report}, status_code=200 if well else 503)

    app = Starlette(routes=[Route("/live", live), Route("/ready", ready)])
    async with serving(app, address):
        yield


@asynccontextmanager
async def serving(app: Starlette, address: str) -> AsyncIterator[None]:
    """Serve pages while the block runs.

    Args:
        app: the pages.
        address: ``host:port``.

    Raises:
        OSError: when the port is taken.
    """
    host, _, port = address.rpartition(":")
    config = uvicorn.Config(
        app, host=host or "127.0.0.1", port=int(port), log_level="warning", lifespan="off"
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Not uvicorn's own way of binding, which ends the process where the port is taken.
    sockets = [socket.create_server((config.host, config.port))]
    await server.startup(sockets=sockets)
    loop = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await loop
        await server.shutdown(sockets=sockets)


async def _look(check: Check) -> str:
    """Empty when all is well, else what is wrong; without addresses or other secrets."""
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except TimeoutError:
        return "no answer"
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the page must say so
        return type(error).__name__
    return ""
