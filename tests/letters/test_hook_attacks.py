"""What can a caller do to us? Nothing that keeps the next one from being heard."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
import pytest

from activities import letter_hooks, web_pages
from activities.letter_hooks import hook_pages, signature
from activities.letter_office import LetterOffice
from activities.letter_results import LetterResults
from activities.web_pages import serving
from engines.mailbox import Mailbox
from schemas.events import StepFailed, StepPerformed
from store import facts
from store.pool import Pool
from tests.letters.conftest import its_lease_ends, sent, submit_unheard
from tests.letters.test_letter_following import Heard
from tests.letters.test_letter_results import NobodyThere
from tests.support.postal_provider import PostalProvider

SECRET = "between us"
PATH = "/letters/hooks/maileva"


async def _never(_letter: str) -> bool:
    raise AssertionError


async def _call(address: str, body: bytes, **headers: str) -> httpx.Response:
    now = str(int(time.time()))
    signed = {"X-Timestamp": now, "X-Signature": signature(SECRET, now, body), **headers}
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.post(f"{address}{PATH}", content=body, headers=signed)


async def _raw(address: str, *parts: bytes, pause: float = 0.05) -> bytes:
    """What the page answers to bytes that come one part after the other."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


HEAD = f"POST {PATH} HTTP/1.1\r\nHost: us\r\n".encode()

SLOW = {
    "no word at all": ((), b""),
    "half a head": ((HEAD,), b""),
    "a head without end": ((HEAD, *(b"X-%d: x\r\n" % n for n in range(12))), b""),
    "half a body": ((HEAD + b"Content-Length: 500\r\n\r\n", b"{"), b"408"),
    "a body that says it is huge": ((HEAD + b"Content-Length: 9999999999\r\n\r\n",), b"413"),
    "a huge body in pieces": (
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"11170\r\n" + b"x" * 70_000 + b"\r\n"),
        b"413",
    ),
}


async def test_nobody_holds_a_connection_for_long(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says nothing, half of it, or too much is hung up on, and the next one is heard."""
    monkeypatch.setattr(web_pages, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(letter_hooks, "BODY_SECONDS", 0.3)
    app = hook_pages(pool, "maileva", SECRET, _never)
    async with serving(app, "127.0.0.1:0") as address:
        answers = await asyncio.gather(*(_raw(address, *parts) for parts, _ in SLOW.values()))
        for answer, (name, (_, status)) in zip(answers, SLOW.items(), strict=True):
            assert status in answer.partition(b"\r\n")[0], name
        assert (await _call(address, b"not json")).status_code == 400


async def test_a_crowd_is_hung_up_on(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections cost files, of which the work needs some: there are only so many at once."""
    monkeypatch.setattr(web_pages, "CONNECTIONS_MAX", 5)
    monkeypatch.setattr(web_pages, "IDLE_SECONDS", 0.5)
    app = hook_pages(pool, "maileva", SECRET, _never)
    async with serving(app, "127.0.0.1:0") as address:
        started = time.monotonic()
        crowd = [asyncio.create_task(_raw(address)) for _ in range(5)]
        await asyncio.sleep(0.1)
        assert await _raw(address) == b""
        assert time.monotonic() - started < 0.45
        await asyncio.gather(*crowd)
        assert (await _call(address, b"not json")).status_code == 400


TWICE = b'{"id": "a", "resource_id": "b", "id": "c"}'
NUMBER = b'{"id": "a", "resource_id": "b", "x": ' + b"9" * 60_000 + b"}"


async def test_what_could_mean_two_things_is_refused(pool: Pool) -> None:
    """Signed or not: of two ids, or a number that takes minutes to read, nothing is made."""
    async with serving(hook_pages(pool, "maileva", SECRET, _never), "127.0.0.1:0") as address:
        for body in (TWICE, NUMBER):
            assert (await _call(address, body)).status_code == 400


async def test_what_a_body_is_called_changes_nothing(pool: Pool) -> None:
    """It is signed JSON, or it is nothing, whatever its content type says."""
    looked: list[str] = []

    async def look_at(letter: str) -> bool:
        looked.append(letter)
        return True

    body = json.dumps({"id": "call-1", "resource_id": "id-1"}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with serving(hook_pages(pool, "maileva", SECRET, look_at), "127.0.0.1:0") as address:
        forged = await _call(address, body, **{"X-Signature": "0" * 64})
        assert (forged.status_code, (await _call(address, body, **form)).status_code) == (401, 200)
    assert looked == ["id-1"]


async def test_two_workers_hear_one_call_at_once(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The call comes to both: its proofs are there once, and whatever is told twice is one fact."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.only()["recipients"][0].update(main_delivery_status="DELIVERED", deposit_proof_url="x")
    body = json.dumps({"id": "call-1", "resource_id": post.only()["id"]}).encode()
    results = LetterResults(pool, NobodyThere())
    app = hook_pages(pool, "maileva", SECRET, lambda one: office.look_at(one, results))
    async with serving(app, "127.0.0.1:0") as first, serving(app, "127.0.0.1:0") as second:
        calls = [_call(address, body) for address in (first, second) * 3]
        assert {one.status_code for one in await asyncio.gather(*calls)} == {200}
    assert await pool.fetchval("select count(*) from letter_proofs") == 1
    assert len(await facts.untold(pool, turn.case.case_id)) == 1


ENDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "came back": ({"main_delivery_status": "UNDELIVERED", "undelivered_cause": "N02"}, {}),
    "failed there": ({}, {"status": "ERROR"}),
    "rejected": ({}, {"status": "REJECTED"}),
    "delivered": ({"main_delivery_status": "DELIVERED"}, {}),
}


@pytest.mark.parametrize("end", ENDS)
async def test_an_end_that_comes_before_we_know_that_the_letter_left_is_not_lost(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, end: str
) -> None:
    """The answer to the submission was lost, and the provider calls about its end meanwhile.

    The step first finds out that it left, or that it did not; then its case hears of the end.
    """
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    delivery, sending = ENDS[end]
    post.only()["recipients"][0].update(delivery)
    post.only().update(sending)
    results = LetterResults(pool, NobodyThere())
    body = json.dumps({"id": "call-1", "resource_id": post.only()["id"]}).encode()
    app = hook_pages(pool, "maileva", SECRET, lambda one: office.look_at(one, results))
    async with serving(app, "127.0.0.1:0") as address:
        answers = [(await _call(address, body)).status_code for _ in range(2)]
    assert answers == [200 if end == "delivered" else 503] * 2  # Until it was told, call again.
    served = [one.type for one in await facts.untold(pool, turn.case.case_id)]
    await pool.execute("update facts set told_at = now()")  # As the case does that hears them.
    await its_lease_ends(pool)
    [event] = (await turn.attempt()).events
    heard = Heard()
    await office.follow(heard)
    assert isinstance(event, StepFailed if end == "rejected" else StepPerformed)
    assert heard.back == ([turn.reference] if end in {"came back", "failed there"} else [])
    assert served == (["formal_notice_served"] if end == "delivered" else [])
    assert post.only()["submitted"] == 1
