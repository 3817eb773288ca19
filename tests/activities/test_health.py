"""Is a worker that cannot work found out, and is one that can left alone?"""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from urllib.parse import urlsplit

import asyncpg
import pytest

from activities import health
from activities.health import health_pages
from engines.ports import free_ports
from store.pool import open_pool


async def get(address: str, path: str) -> tuple[int, dict[str, object]]:
    """What a page says."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(body)


async def test_a_worker_whose_database_goes_away_is_not_ready(
    postgres: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lives on, says which check fails and nothing secret, and is ready again by itself."""
    monkeypatch.setattr(health, "CHECK_SECONDS", 1.0)
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    name = urlsplit(database).path.strip("/")
    admin = await asyncpg.connect(postgres)
    async with open_pool(database, 2) as pool:
        checks = {"database": lambda: pool.fetchval("select 1"), "other": lambda: asyncio.sleep(0)}
        async with health_pages(address, checks):
            assert await get(address, "/live") == (200, {"live": True})
            assert (await get(address, "/ready"))[0] == 200
            await admin.execute(f'alter database "{name}" allow_connections false')
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
            )
            await get(address, "/ready")
            code, body = await get(address, "/ready")
            checked = body["checks"]
            assert isinstance(checked, dict)
            assert (code, body["ready"], checked["other"]) == (503, False, "")
            assert checked["database"]
            assert name not in checked["database"]
            assert (await get(address, "/live"))[0] == 200
            await admin.execute(f'alter database "{name}" allow_connections true')
            assert (await get(address, "/ready"))[0] == 200
    await admin.close()


async def test_a_check_that_hangs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page never waits for ever."""
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    (port,) = free_ports(1)
    async with health_pages(f"127.0.0.1:{port}", {"slow": lambda: asyncio.sleep(30)}):
        code, body = await get(f"127.0.0.1:{port}", "/ready")
    assert (code, body["checks"]) == (503, {"slow": "no answer"})


async def test_a_taken_port_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """A second worker on the same address says so, instead of ending without a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OSError, match=r"(?i)in use"):
            async with health_pages(address, {}):
                pass
