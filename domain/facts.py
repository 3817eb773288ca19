"""What was the case told? Reads a fact that any client may have written, and loses none."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError

from schemas.commands import CorrectInvoice, Fact, NoteUnreadableFact, RecordPayment

EXCERPT_CHARACTERS = 400
"""How much of an unreadable fact is kept for the person who looks at it."""

READABLE: dict[str, type[RecordPayment | CorrectInvoice]] = {
    "payment_received": RecordPayment,
    "invoice_corrected": CorrectInvoice,
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
    excerpt = _recordable(b" ".join(arguments).decode("utf-8", "replace"))[:EXCERPT_CHARACTERS]

    def unreadable(problem: str) -> NoteUnreadableFact:
        return NoteUnreadableFact(
            command_id=fallback_id,
            by="signal",
            name=_recordable(name)[:100],
            problem=_recordable(problem),
            excerpt=excerpt,
        )

    model = READABLE.get(name)
    if model is None:
        return unreadable(f"no such signal; expected one of: {', '.join(READABLE)}")
    if len(arguments) != 1:
        return unreadable(f"expected one argument, got {len(arguments)}")
    try:
        fact = model.model_validate(_spelled_out(json.loads(arguments[0])))
    except ValidationError as error:
        return unreadable("; ".join(_problems(error)))
    except (ValueError, RecursionError) as error:
        return unreadable(f"not a JSON object: {error}")
    if isinstance(fact, RecordPayment) and not fact.amount.is_positive:
        return unreadable(f"a payment is more than nothing, got {fact.amount}")
    return fact


def _recordable(text: str) -> str:
    """PostgreSQL has no NUL character, and signals have any."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _spelled_out(data: object) -> dict[str, object]:
    """Accept the short form that people type at a command line."""
    if not isinstance(data, dict):
        raise ValueError(f"expected an object, got {type(data).__name__}")  # noqa: TRY004 - read_fact's family
    spelled = {"by": "signal", **data}
    if "payment_id" in spelled:
        spelled.setdefault("command_id", spelled["payment_id"])
    amount = spelled.get("amount")
    if not isinstance(amount, dict) and "currency" in spelled:
        spelled["amount"] = {"amount": amount, "currency": spelled["currency"]}
    return spelled


def _problems(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)[:5]
    ]
