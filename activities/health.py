"""Is this worker well? Two pages: ``/live`` says it runs, ``/ready`` that it can work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from activities.web_pages import serving

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


async def _look(check: Check) -> str:
    """Empty when all is well, else what is wrong; without addresses or other secrets."""
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except TimeoutError:
        return "no answer"
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the page must say so
        return type(error).__name__
    return ""
