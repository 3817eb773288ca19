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

    async def look_at(letter: str) -> bool:
        looked.append(letter)
        return True

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


async def test_a_call_is_looked_at_until_its_letter_was_asked_about(pool: Pool) -> None:
    """Who calls while we cannot ask is told to call again, and is then looked at, once."""
    answers = [RuntimeError("the database is away"), False, True]
    looked: list[str] = []

    async def look_at(letter: str) -> bool:
        looked.append(letter)
        answer = answers[len(looked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    app = hook_pages(pool, "maileva", SECRET, look_at, lambda: float(NOW))
    body = json.dumps({"id": "call-1", "resource_id": "id-1"}).encode()
    async with served(app) as address:
        assert [await _call(address, body) for _ in range(5)] == [500, 503, 200, 200, 200]
    assert looked == ["id-1"] * 3


STRANGE = {
    "nested too deeply": b'{"id": "a", "resource_id": "b", "x": '
    + b"[" * 30_000
    + b"]" * 30_000
    + b"}",
    "a character that nobody keeps": b'{"id": "a", "resource_id": "b\\u0000"}',
    "half a character": b'{"id": "a", "resource_id": "b", "x": "\\ud800"}',
    "no number": b'{"id": "a", "resource_id": "b", "x": NaN}',
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE)
async def test_strange_content_is_the_callers_mistake(pool: Pool, body: bytes) -> None:
    """What cannot be read or kept is answered with 400, signed or not, and nothing is looked at."""

    async def look_at(_letter: str) -> bool:
        raise AssertionError

    app = hook_pages(pool, "maileva", SECRET, look_at, lambda: float(NOW))
    async with served(app) as address:
        assert await _call(address, body) == 400


@pytest.mark.parametrize(
    ("timestamp", "signed"),
    [
        (str(NOW), "é".encode("latin-1")),
        ("²".encode("latin-1"), None),
        ("9" * 5000, None),
        ("", None),
    ],
)
async def test_strange_headers_are_not_believed(
    pool: Pool, timestamp: str | bytes, signed: bytes | None
) -> None:
    """A signature or a moment of odd characters is turned away like any other that is not ours."""

    async def look_at(_letter: str) -> bool:
        raise AssertionError

    app = hook_pages(pool, "maileva", SECRET, look_at, lambda: float(NOW))
    moment = timestamp.decode("latin-1") if isinstance(timestamp, bytes) else timestamp
    given = signed or signature(SECRET, moment, b"{}").encode()
    headers = {b"X-Timestamp": moment.encode("latin-1"), b"X-Signature": given}
    async with served(app) as address, httpx.AsyncClient() as client:
        url = f"{address}/letters/hooks/maileva"
        assert (await client.post(url, content=b"{}", headers=headers)).status_code == 401


async def test_nobody_may_call_where_there_is_no_secret(pool: Pool) -> None:
    """Without a secret there is no page: a call that anybody could make is worth nothing."""

    async def look_at(_letter: str) -> bool:
        raise AssertionError

    with pytest.raises(ValueError, match="secret"):
        hook_pages(pool, "maileva", "", look_at)
