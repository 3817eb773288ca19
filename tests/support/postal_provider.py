"""A letter provider of our own, in the shape of a real one, that misbehaves as it is told."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class PostalProvider:
    """Keeps letters in memory.

    Attributes:
        letters: by their id; documents as the bytes of a PDF, by their names.
        fails: how often the next calls of a method and path fail, and how: a status, ``lost``
            (done, but the answer never comes) or ``slow``.
        asked: how often each method and path was asked.
        no_proofs: proofs that cannot be had, by name, and the status that is said instead.
        odd_proofs: what is handed over as a proof instead, by its name, all of it or torn off.
    """

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget every letter, and behave."""
        self.letters: dict[str, dict[str, Any]] = {}
        self.fails: dict[str, list[int | str]] = {}
        self.asked: Counter[str] = Counter()
        self.no_proofs: dict[str, int] = {}
        self.odd_proofs: dict[str, Response] = {}
        self.tokens = 0
        self._ids = itertools.count(1)

    def app(self) -> Starlette:
        """The provider's pages."""
        return Starlette(
            routes=[
                Route("/token", self._token, methods=["POST"]),
                *self._sendings_at("/v4"),
                Route("/v4/sendings/{id}/recipients/{r}/download_{proof}", self._proof),
                *self._sendings_at("/lre"),
                Route("/lre/sendings/{id}/recipients/{r}/proofs", self._proofs),
                Route("/lre/sendings/{id}/recipients/{r}/proofs/{proof}/download", self._proof),
            ]
        )

    def _sendings_at(self, root: str) -> list[Route]:
        """What the two APIs have in common, on paper and electronically."""
        one = f"{root}/sendings/{{id}}"
        both = ["GET", "POST"]
        return [
            Route(f"{root}/sendings", self._sendings, methods=both),
            Route(one, self._sending, methods=["GET"]),
            Route(f"{one}/submit", self._submit, methods=["POST"]),
            Route(f"{one}/documents", self._documents, methods=both),
            Route(f"{one}/documents/{{d}}", self._less, methods=["DELETE"]),
            Route(f"{one}/recipients", self._recipients, methods=both),
            Route(f"{one}/recipients/{{r}}", self._less, methods=["DELETE"]),
        ]

    def only(self) -> dict[str, Any]:
        """The one letter there is."""
        (letter,) = self.letters.values()
        return letter

    async def _token(self, _request: Request) -> Response:
        self.tokens += 1
        return JSONResponse({"access_token": f"t{self.tokens}", "expires_in": 3600})

    async def _sendings(self, request: Request) -> Response:
        if request.method == "GET":
            wanted = request.query_params["custom_id"]
            same = [one for one in self.letters.values() if one["custom_id"] == wanted]
            return await self._said(
                "GET sendings", request, {"sendings": [_told(one) for one in same]}
            )
        if problem := await self._problem("POST sendings", before=True):
            return problem
        said = await request.json()
        identity = f"id-{next(self._ids)}"
        letter = {**said, "id": identity, "status": "DRAFT", "documents": [], "recipients": []}
        self.letters[identity] = letter
        return await self._said("POST sendings", request, _told(letter))

    async def _sending(self, request: Request) -> Response:
        return await self._said(
            "GET sending", request, _told(self.letters[request.path_params["id"]])
        )

    async def _submit(self, request: Request) -> Response:
        if problem := await self._problem("POST submit", before=True):
            return problem
        letter = self.letters[request.path_params["id"]]
        if letter["status"] != "DRAFT":
            return JSONResponse({"message": "not a draft"}, status_code=409)
        letter["status"] = "PENDING"
        letter["submitted"] = letter.get("submitted", 0) + 1
        return await self._said("POST submit", request, {})

    async def _documents(self, request: Request) -> Response:
        letter = self.letters[request.path_params["id"]]
        if request.method == "POST":
            body = await request.body()
            (name,) = re.findall(rb'filename="([^"]+)"', body)
            (pdf,) = re.findall(rb"(%PDF-.*?)\r\n--", body, re.DOTALL)
            identity = f"d{next(self._ids)}"
            letter["documents"].append({"id": identity, "name": name.decode(), "pdf": pdf})
        told = [{"id": one["id"], "name": one["name"]} for one in letter["documents"]]
        return await self._said("documents", request, {"documents": told})

    async def _recipients(self, request: Request) -> Response:
        letter = self.letters[request.path_params["id"]]
        if request.method == "POST":
            said = await request.json()
            if any(len(str(line)) > 38 for line in said.values()):
                return JSONResponse({"message": "a line is too long"}, status_code=400)
            letter["recipients"].append({**said, "id": f"r{next(self._ids)}"})
        return await self._said("recipients", request, {"recipients": letter["recipients"]})

    async def _less(self, request: Request) -> Response:
        """A document or a recipient is taken out of a draft."""
        letter = self.letters[request.path_params["id"]]
        name = "documents" if "d" in request.path_params else "recipients"
        gone = request.path_params.get("d") or request.path_params["r"]
        letter[name] = [one for one in letter[name] if one["id"] != gone]
        return await self._said(f"DELETE {name}", request, {})

    async def _proofs(self, request: Request) -> Response:
        told = self.letters[request.path_params["id"]].get("proofs", [])
        return await self._said("proofs", request, {"proofs": told})

    async def _proof(self, request: Request) -> Response:
        name = request.path_params["proof"]
        if status := self.no_proofs.get(name):
            return JSONResponse({"message": "not here"}, status_code=status)
        if odd := self.odd_proofs.get(name):
            return odd
        return Response(a_proof(name))

    async def _said(self, name: str, request: Request, said: dict[str, Any]) -> Response:
        if request.headers.get("Authorization") != f"Bearer t{self.tokens}":
            return JSONResponse({"message": "who are you?"}, status_code=401)
        if problem := await self._problem(name, before=False):
            return problem
        return JSONResponse(said)

    async def _problem(self, name: str, *, before: bool) -> Response | None:
        """What goes wrong with this call: before anything is done, or after it was."""
        waiting = self.fails.get(name, [])
        if not waiting or (isinstance(waiting[0], int) != before and name.startswith("POST")):
            if not before:
                self.asked[name] += 1
            return None
        wrong = waiting.pop(0)
        if wrong in {"lost", "slow"}:
            await asyncio.sleep(0.6)
            return Response(status_code=502)
        return JSONResponse({"message": "out of order"}, status_code=int(wrong))


def a_proof(name: str) -> bytes:
    """The proof of a name, as whole as a PDF is by its first and last bytes."""
    return f"%PDF-1.7\nproof {name}\n%%EOF\n".encode()


def _told(letter: dict[str, Any]) -> dict[str, Any]:
    """A sending as it is told: its documents and recipients are asked for apart."""
    return {name: value for name, value in letter.items() if name not in _APART}


_APART = frozenset({"documents", "recipients", "proofs", "submitted"})
