"""Does a bank code say that money came back? ISO sub-families and French AFB operation codes."""

from __future__ import annotations

import re
from decimal import Decimal

from schemas.bank import TransactionKind

ISO_RETURNS = frozenset(
    (
        *("UPDD", "PRDD", "RRTN", "RCDD", "PADD", "RPCR", "ARPD", "ARET", "AREV"),
        *("RRCT", "RPBC", "UPCT", "UPCQ", "URCQ", "UPQC", "UPTC", "RRDD", "REVR"),
    )
)
"""Sub-families of ISO 20022's external bank transaction codes that undo something."""

AFB_RETURNS = frozenset(
    (
        *("03", "10", "26", "27", "33", "34", "38", "98", "99"),
        *("B3", "B4", "C3", "C4", "C5", "12"),
    )
)
"""AFB operation codes that undo something: unpaid cheques, bills and debits, recalls, own
transfers that come back (12, C3, C5) and cancellations."""

_AFB_WITH_INTERNAL = re.compile(r"([0-9A-Z]{2})/[0-9A-Z]{4}")
_AFB_ISSUERS = ("CFONB", "AFB")


def afb_code(proprietary: str, issuer: str = "") -> str:
    """The AFB operation code that begins a French bank's own code, or empty."""
    found = _AFB_WITH_INTERNAL.fullmatch(proprietary)
    if found:
        return found.group(1)
    if len(proprietary) >= 2 and any(name in issuer.upper() for name in _AFB_ISSUERS):
        return proprietary[:2]
    return ""


def is_return(iso_code: str, afb: str) -> bool:
    """Whether the codes of a transaction say that it undoes something."""
    return iso_code.rpartition("/")[2] in ISO_RETURNS or afb in AFB_RETURNS


def kind_of(amount: Decimal, *, returned: bool) -> TransactionKind:
    """What a transaction is: the direction in which money went, and whether it came back."""
    if amount >= 0:
        return TransactionKind.RETURNED_PAYMENT if returned else TransactionKind.RECEIPT
    return TransactionKind.RETURNED_RECEIPT if returned else TransactionKind.PAYMENT
