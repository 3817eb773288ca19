"""What does a letter provider call about? A page that believes nobody who cannot sign.

A call is kept once, whatever its content says: what became of the letter is then asked of the
provider itself, so that a forged, old or reordered call can change nothing. A call that came when
the provider could not be asked is not done: called again, it is looked at again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store import letters
from store.pool import Pool

MOST_BYTES = 64 * 1024
TOLERANCE_SECONDS = 300
"""How old, or how far ahead, a signed call may be; a recorded one is of no use later."""

BODY_SECONDS = 10.0
"""So long a call's body may take; it fits into one packet or a few."""

LONGEST_ID = 200

UNREAD = frozenset({408, 413})
"""Answers to a call whose body was not read to its end."""

_NUMBER = re.compile(r"[0-9]{1,12}")

LookAt = Callable[[str], Awaitable[bool]]
"""Asks the provider about the letter of an id; False when it could not be asked."""


class CallRefused(Exception):  # noqa: N818 - a refusal is the answer, not an accident
    """A call that is not heard; its status tells the caller whose mistake it is."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What a provider writes into ``X-Signature``: HMAC-SHA256 of moment and body, hexadecimal."""
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def hook_pages(
    pool: Pool, provider: str, secret: str, look_at: LookAt, clock: Callable[[], float] = time.time
) -> Starlette:
    """The page for a provider's calls: ``POST /letters/hooks/PROVIDER``.

    Args:
        pool: of the database.
        provider: whose calls these are.
        secret: shared with the provider; never empty.
        look_at: asks the provider what became of the letter.
        clock: seconds since 1970.

    Raises:
        ValueError: when there is no secret, since anybody could call then.
    """
    if not secret:
        raise ValueError("without a secret nobody's call could be believed")

    async def called(request: Request) -> Response:
        try:
            body = await _body(request)
            _believe(request, body, secret, clock())
            call_id, provider_id, said = _ids(body)
        except CallRefused as refused:
            return _answer(refused.status, str(refused))
        if not await letters.keep_call(pool, provider, call_id, provider_id, said):
            return _answer(200, "known")
        if not await look_at(provider_id):
            return _answer(503, "kept, but you could not be asked about it: call again")
        await letters.calls_are_seen(pool, provider_id)
        return _answer(200, "kept")

    return Starlette(routes=[Route(f"/letters/hooks/{provider}", called, methods=["POST"])])


def _believe(request: Request, body: bytes, secret: str, now: float) -> None:
    """Refuse a call that is not the provider's own of this moment."""
    timestamp = request.headers.get("X-Timestamp", "")
    given = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode()):
        raise CallRefused(401, "the signature is not ours")
    if not _NUMBER.fullmatch(timestamp) or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise CallRefused(401, "the call is too old")


async def _body(request: Request) -> bytes:
    """The body; one that says beforehand that it is too large is not read at all."""
    announced = request.headers.get("Content-Length", "")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if not (_NUMBER.fullmatch(announced) and int(announced) > MOST_BYTES):
                async for part in request.stream():
                    body += part
                    if len(body) > MOST_BYTES:
                        break
                else:
                    return bytes(body)
    except TimeoutError:
        raise CallRefused(408, f"the body took more than {BODY_SECONDS:.0f} seconds") from None
    except ClientDisconnect:
        raise CallRefused(400, "the body broke off") from None
    raise CallRefused(413, f"at most {MOST_BYTES} bytes")


def _ids(body: bytes) -> tuple[str, str, dict[str, Any]]:
    """The call's own id, the letter's, and all that it says."""
    refused = CallRefused(400, "expected JSON with 'id' and 'resource_id'")
    try:
        said = json.loads(body, object_pairs_hook=_once)
        kept = json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise refused from None
    if b"\\u0000" in kept or not isinstance(said, dict):  # The database keeps no NUL.
        raise refused
    ids = [said.get("id"), said.get("resource_id")]
    if not all(isinstance(one, str) and 0 < len(one) <= LONGEST_ID for one in ids):
        raise refused
    return str(ids[0]), str(ids[1]), said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names each stand once: of two ids nobody could say which is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _answer(status: int, words: str) -> Response:
    # What is left of a body that was not read is nobody's next request.
    headers = {"Connection": "close"} if status in UNREAD else None
    return JSONResponse({"said": words}, status_code=status, headers=headers)
