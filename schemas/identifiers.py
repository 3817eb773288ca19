"""What is it called? Business keys, each derived in one place and the same for ever."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from urllib.parse import quote, unquote
from uuid import UUID, uuid5

NAMESPACE = UUID("6f6b1f9e-6d0a-5d0b-9a57-0f4b8f1f5f11")
"""The root of every name-based id of Relance (RFC 9562, version 5); it never changes."""


def case_id(creditor: str, invoice: str) -> str:
    """The id of an invoice's case, its stream and its workflow: ``case/{creditor}/{invoice}``."""
    return f"case/{quote(creditor, safe='')}/{quote(invoice, safe='')}"


def case_parts(case: str) -> tuple[str, str]:
    """The creditor and the invoice number that a case id names.

    Raises:
        ValueError: when the text is no case id.
    """
    parts = case.split("/")
    if len(parts) != 3 or parts[0] != "case":
        raise ValueError(f"{case!r} is no case id; expected case/CREDITOR/INVOICE")
    return unquote(parts[1]), unquote(parts[2])


def event_id(case: str, version: int, cause: str) -> UUID:
    """The id of an event: the same for every retry of the turn that caused it."""
    return uuid5(NAMESPACE, f"{case}@{version}:{cause}")


def task_id(case: str, version: int) -> str:
    """The id of the task that a case's event of this version opens: eight characters to type."""
    return b32encode(uuid5(NAMESPACE, f"task:{case}@{version}").bytes)[:8].decode().lower()


def contact_reference(case: str, step: str, cycle: int) -> str:
    """The unique reference of one contact; the root of its Message-ID and of its claim.

    Args:
        case: the case id.
        step: the plan step's name.
        cycle: which time the step is done; 1 for the first.
    """
    digest = hashlib.sha256(f"{case}\n{step}\n{cycle}".encode()).digest()
    return "R" + b32encode(digest)[:15].decode()


def transaction_id(account: str, item_key: str) -> str:
    """What people call a bank transaction: a few letters and digits that follow from its keys."""
    digest = hashlib.sha256(f"{account}\n{item_key}".encode()).digest()
    return "t" + b32encode(digest)[:11].decode().lower()


def statement_workflow(sha256: str) -> str:
    """The id of the workflow that takes a bank file in: ``statement/{sha256}``."""
    return f"statement/{sha256}"


def bank_payment_id(tx: str, turn: int) -> str:
    """The id of the payment that a bank transaction is for a case.

    Args:
        tx: of the bank transaction.
        turn: which time it is allocated to this document, 1 for the first: a case never counts a
            payment again that was taken back.
    """
    return f"bank-{tx}" if turn == 1 else f"bank-{tx}.{turn}"
