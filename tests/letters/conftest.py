"""A provider on loopback, and letters for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from activities.maileva import Maileva, MailevaAccount
from tests.support.postal_provider import PostalProvider


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on loopback; yields its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def post() -> PostalProvider:
    """The provider behind the address."""
    return PostalProvider()


@pytest.fixture
async def maileva(post: PostalProvider) -> AsyncIterator[Maileva]:
    """Our side of the conversation, with little patience."""
    async with served(post.app()) as address:
        account = MailevaAccount(
            url=f"{address}/v4", token_url=f"{address}/token", client_id="us", client_secret="s"
        )
        client = httpx.AsyncClient(timeout=0.4)
        provider = Maileva(account, client)
        yield provider
        await provider.close()
