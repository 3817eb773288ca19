"""What does a letter provider call about? A page that believes nobody who cannot sign.

A call is kept once, whatever its content says: what became of the letter is then asked of the
provider itself, so that a forged, old or reordered call can change nothing. A call that came when
the provider could not be asked is not done: called again, it is looked at again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store import letters
from store.pool import Pool

MOST_BYTES = 64 * 1024
TOLERANCE_SECONDS = 300
"""How old, or how far ahead, a signed call may be; a recorded one is of no use later."""

LONGEST_ID = 200

_SECONDS = re.compile(r"[0-9]{1,12}")

LookAt = Callable[[str], Awaitable[bool]]
"""Asks the provider about the letter of an id; False when it could not be asked."""


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
        body = await _body(request)
        if body is None:
            return _answer(413, f"at most {MOST_BYTES} bytes")
        if why_not := _unbelievable(request, body, secret, clock()):
            return _answer(401, why_not)
        ids = _ids(body)
        if ids is None:
            return _answer(400, "expected JSON with 'id' and 'resource_id'")
        call_id, provider_id, said = ids
        if not await letters.keep_call(pool, provider, call_id, provider_id, said):
            return _answer(200, "known")
        if not await look_at(provider_id):
            return _answer(503, "kept, but you could not be asked about it: call again")
        await letters.calls_are_seen(pool, provider_id)
        return _answer(200, "kept")

    return Starlette(routes=[Route(f"/letters/hooks/{provider}", called, methods=["POST"])])


def _unbelievable(request: Request, body: bytes, secret: str, now: float) -> str:
    """Why a call is not the provider's own of this moment; empty when it is."""
    timestamp = request.headers.get("X-Timestamp", "")
    given = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode()):
        return "the signature is not ours"
    if not _SECONDS.fullmatch(timestamp) or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return "the call is too old"
    return ""


async def _body(request: Request) -> bytes | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return body


def _ids(body: bytes) -> tuple[str, str, dict[str, Any]] | None:
    try:
        said = json.loads(body)
        kept = json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    if b"\\u0000" in kept:  # The database keeps no such character.
        return None
    if not isinstance(said, dict):
        return None
    ids = [said.get("id"), said.get("resource_id")]
    if not all(isinstance(one, str) and 0 < len(one) <= LONGEST_ID for one in ids):
        return None
    return str(ids[0]), str(ids[1]), said


def _answer(status: int, words: str) -> Response:
    return JSONResponse({"said": words}, status_code=status)
