"""What do a payer's words say about the amount? Part payment, discount, balance, charges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_PARTIAL = re.compile(
    r"\b(?:AC+OMPTES?|AC+PTES?|ACPT|PARTIEL(?:LE)?S?|PARTIELLEMENT|PARTIAL(?:LY)?|VERSEMENTS?|"
    r"VERST|VRST|MENSUALITES?|AVANCE|TEILZAHLUNG|ANZAHLUNG|INSTALL?MENTS?|PART PAYMENT|A VALOIR|"
    r"ECHELONNE(?:MENT)?|1ER\b|PREMIER|ACC\.? ?PARTIEL|PAIEMENT EN [2-9])\b"
    r"|\b(?:ECHEANCE|ECH)\b(?!\W*(?:DU|AU|LE|DE|A|FIN)?\W*[0-9]{1,2}[/.\- ]+"
    r"(?:[0-9]{1,2}|[A-Z]{3,})[/.\- ]+[0-9])"
)
_DISCOUNT = re.compile(r"\b(?:ESCOMPTE|ESCPTE|ESCPT|ESC|SKONTO|DISCOUNT|CASH DISC)\b")
_BALANCE = re.compile(
    r"\b(?:SOLDE|RELEVE|RLV|TOUT COMPTE|BALANCE|STATEMENT|TOTALITE|TOUTES FACT\w*|KONTOAUSZUG|"
    r"REGUL\w*)\b"
)
_CHARGES = re.compile(r"\b(?:FRAIS|CHARGES?|FEES?|SHA|SPESEN)\b")
_INVOICE = re.compile(
    r"\b(?:FACT\w*|FACS?|FCTS?|FTS?|FCTRE|INV|INVOICES?|RECHNUNG(?:EN)?|RG|FATTURA|FACTUUR)\b"
    r"\W*(?:N(?:O|R|UM|UMERO)?S?\b)?\W*(?:[A-Z]{1,5}[ \-/]?)?[0-9]{3,}"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of a text say.

    Attributes:
        names_invoice: a word for invoice stands before digits.
    """

    partial: bool = False
    discount: bool = False
    balance: bool = False
    charges: bool = False
    names_invoice: bool = False


@lru_cache(maxsize=4096)
def wording_of(text: str) -> Wording:
    """What the words of a plain text say."""
    return Wording(
        partial=bool(_PARTIAL.search(text)),
        discount=bool(_DISCOUNT.search(text)),
        balance=bool(_BALANCE.search(text)),
        charges=bool(_CHARGES.search(text)),
        names_invoice=bool(_INVOICE.search(text)),
    )
