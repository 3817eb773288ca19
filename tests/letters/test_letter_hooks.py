"""What does a letter provider call about? Only what is signed, fresh and new is heard."""

from __future__ import annotations

import json

import httpx
import pytest

from activities.letter_hooks import hook_pages, signature
from store.pool import Pool
from tests.letters.conftest import served

NOW = 1_800_000_000
SECRET = "between us"


async def _call(address: str, body: bytes, *, secret: str = SECRET, at: int = NOW) -> int:
    signed = {"X-Timestamp": str(at), "X-Signature": signature(secret, str(at), body)}
    async with httpx.AsyncClient() as client:
        url = f"{address}/letters/hooks/maileva"
        return (await client.post(url, content=body, headers=signed)).status_code


async def test_calls_are_signed_fresh_and_heard_once(pool: Pool) -> None:
    """A forged, an old or an unreadable call is turned away; the same call twice is heard once."""
    looked: list[str] = []

    async def look_at(letter: str) -> None:
        looked.append(letter)

    app = hook_pages(pool, "maileva", SECRET, look_at, lambda: float(NOW))
    body = json.dumps({"id": "call-1", "resource_id": "id-1", "event": "ON_STATUS"}).encode()
    async with served(app) as address:
        assert await _call(address, body, secret="somebody else's") == 401
        assert await _call(address, body, at=NOW - 3600) == 401
        assert await _call(address, b"not json") == 400
        assert await _call(address, b'{"id": 7, "resource_id": "id-1"}') == 400
        assert await _call(address, b"x" * 100_000) == 413
        assert looked == []
        assert [await _call(address, body) for _ in range(3)] == [200, 200, 200]
    assert looked == ["id-1"]


async def test_nobody_may_call_where_there_is_no_secret(pool: Pool) -> None:
    """Without a secret there is no page: a call that anybody could make is worth nothing."""

    async def look_at(_letter: str) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match="secret"):
        hook_pages(pool, "maileva", "", look_at)
