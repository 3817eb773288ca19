"""What was the case told? Reads a fact that any client may have written, and loses none."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError

from schemas.commands import CorrectInvoice, Fact, NoteUnreadableFact, RecordPayment
from schemas.requests import (
    IssueCreditNote,
    ReceiveReply,
    ReportBounce,
    ReversePayment,
    StopContacts,
)
from schemas.service import ReportService

EXCERPT_CHARACTERS = 400
"""How much of an unreadable fact is kept for the person who looks at it."""

FACT_BYTES = 20_000
"""A longer one is no fact, and would not fit into what the engine can carry further."""

Readable = (
    RecordPayment
    | ReversePayment
    | IssueCreditNote
    | CorrectInvoice
    | StopContacts
    | ReceiveReply
    | ReportBounce
    | ReportService
)

READABLE: dict[str, type[Readable]] = {
    "payment_received": RecordPayment,
    "payment_reversed": ReversePayment,
    "credit_note_issued": IssueCreditNote,
    "invoice_corrected": CorrectInvoice,
    "contacts_stopped": StopContacts,
    "contact_bounced": ReportBounce,
    "reply_received": ReceiveReply,
    "formal_notice_served": ReportService,
}
"""The facts that may be sent as plain signals, by the signal's name."""


def read_fact(name: str, arguments: Sequence[bytes], fallback_id: str) -> Fact:
    """The fact that a signal carries; whatever cannot be read becomes a fact for a person.

    A payment may be written ``{"payment_id": …, "amount": "100.00", "currency": "EUR",
    "received_on": "2026-11-21"}`` or with ``command_id`` and a nested amount.

    Args:
        name: the signal's name.
        arguments: the raw JSON of each argument.
        fallback_id: identifies the fact when it does not say its own id.
    """
    try:
        return _read(name, arguments)
    except ValidationError as error:
        problem = "; ".join(_problems(error))
    except ValueError as error:
        problem = str(error)
    except RecursionError:
        problem = "not a JSON object: it is nested too deeply"
    excerpt = b" ".join(arguments).decode("utf-8", "replace")
    return NoteUnreadableFact(
        command_id=fallback_id,
        by="signal",
        name=name[:100],
        problem=problem[:EXCERPT_CHARACTERS],
        excerpt=excerpt[:EXCERPT_CHARACTERS],
    )


def _read(name: str, arguments: Sequence[bytes]) -> Fact:
    model = READABLE.get(name)
    if model is None:
        raise ValueError(f"no such signal; expected one of: {', '.join(READABLE)}")
    if len(arguments) != 1:
        raise ValueError(f"expected one argument, got {len(arguments)}")
    if len(arguments[0]) > FACT_BYTES:
        raise ValueError(f"expected at most {FACT_BYTES} bytes, got {len(arguments[0])}")
    try:
        data = json.loads(arguments[0])
    except ValueError as error:
        raise ValueError(f"not a JSON object: {error}") from error
    return model.model_validate(_spelled_out(name, data))


def _spelled_out(kind: str, data: object) -> dict[str, object]:
    """Accept the short form that people type at a command line."""
    if not isinstance(data, dict):
        raise ValueError(f"not a JSON object: got {type(data).__name__}")  # noqa: TRY004 - read_fact's family
    spelled = {"by": "signal", **data}
    for name in ("payment_id", "credit_id"):
        if name in spelled:
            spelled.setdefault("command_id", spelled[name])
    if kind == "formal_notice_served":
        told = f"served-{spelled.get('reference', '')}-{spelled.get('on', '')}"
        spelled.setdefault("command_id", told[:200])
    elif "reference" in spelled:
        spelled.setdefault("command_id", f"bounce-{spelled['reference']}"[:200])
    amount = spelled.get("amount")
    if not isinstance(amount, dict) and "currency" in spelled:
        spelled["amount"] = {"amount": amount, "currency": spelled["currency"]}
    return spelled


def _problems(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)[:5]
    ]
