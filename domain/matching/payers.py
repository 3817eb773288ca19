"""Who paid? Mandate, account, name, ultimate debtor and words of the text, each with its weight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.matching.book import Book
from domain.matching.classify import all_text, is_factor, is_public_treasury
from domain.matching.plain import compact, plain, words
from domain.matching.traps import sirens
from schemas.bank import BankTransaction, Party
from schemas.matching import Evidence, EvidenceKind

CERTAIN, NAMED, CLOSE, SHARED = 3, 2, 1, 0
"""The weights: account or mandate; name, SIREN or customer number; close name; a shared account."""

_CUSTOMER_CODE = re.compile(
    r"\b(?:CLT|CLIENT|CLI|CUSTOMER|CUST|COMPTE|CPTE|CPT|CODE|KUNDE|KD|KUNDENNR)\b"
    r"[ .:#]*(?:N[O°R]?\b|CLIENT\b)?[ .:#]*([A-Z]{0,4}[ \-]?[0-9A-Z]{2,12})"
)
_PAYER_IN_LABEL = re.compile(
    r"\b(?:VIR(?:EMENT)?|VRT)\s+(?:SEPA\s+|INST(?:ANTANE)?\s+|RECU\s+|EUROPEEN\s+)*"
    r"(?:RECU\s+)?(?:DE|DU|D'|FROM|PAR)\s+(.+)"
)


@dataclass(slots=True)
class Claim:
    """Why somebody may be the payer; the weight is that of the best reason."""

    weight: int
    words: str


@dataclass(slots=True)
class Payers:
    """Everybody who may have paid.

    Attributes:
        is_pool: a public accountant or a factor, who pays for others and needs a number.
        groups: groups of which the payer's name is that of the group.
    """

    claims: dict[str, Claim] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    is_pool: bool = False

    def add(self, customers: Iterable[str], weight: int, words_of_it: str) -> None:
        """One more reason for somebody."""
        for customer in customers:
            known = self.claims.get(customer)
            if known is None or known.weight < weight:
                self.claims[customer] = Claim(weight, words_of_it)

    def weight(self, customer: str) -> int:
        """How sure it is that this customer paid: 0 for not at all."""
        claim = self.claims.get(customer)
        return claim.weight if claim else 0

    @property
    def best(self) -> str:
        """The one customer with the best reason; empty where two have equal ones."""
        return self.likely[0] if len(self.likely) == 1 else ""

    @property
    def likely(self) -> tuple[str, ...]:
        """Those with the best reason, several where reasons are equally good."""
        most = max((one.weight for one in self.claims.values()), default=0)
        if most == SHARED or self.is_pool:
            return ()
        return tuple(customer for customer, one in self.claims.items() if one.weight == most)

    def evidence(self, customer: str) -> tuple[Evidence, ...]:
        """Why this customer, in words."""
        claim = self.claims.get(customer)
        if claim is None or not claim.words:
            return ()
        return (Evidence(kind=EvidenceKind.PAYER, words=claim.words),)


def payers_of(transaction: BankTransaction, book: Book) -> Payers:
    """Everybody who may have paid, and why."""
    found = Payers()
    _by_mandate(transaction, book, found)
    _by_account(transaction, book, found)
    said = all_text(transaction)
    ultimate = transaction.ultimate_debtor
    if ultimate is not None and ultimate.name:
        _by_name(ultimate.name, book, found, "the ultimate debtor")
    name = _payer_name(transaction)
    if name:
        found.is_pool = is_public_treasury(name) or is_factor(name)
        if not found.is_pool:
            _by_name(name, book, found, "the payer")
            found.groups |= book.groups_named(name)
    _by_text(said, book, found)
    for party in (transaction.counterparty, ultimate):
        _by_identifier(party, book, found)
    return found


def _payer_name(transaction: BankTransaction) -> str:
    """The payer's name, out of the bank's label where no field has it."""
    other = transaction.counterparty
    if other is not None and other.name:
        return other.name
    label = _PAYER_IN_LABEL.search(plain(transaction.bank_text))
    return label.group(1).strip() if label else ""


def _by_mandate(transaction: BankTransaction, book: Book, found: Payers) -> None:
    customers = book.by_mandate.get(transaction.mandate.strip().upper(), set())
    if transaction.mandate and len(customers) == 1:
        found.add(customers, CERTAIN, f"Mandate {transaction.mandate} is of {_named(customers)}.")


def _by_account(transaction: BankTransaction, book: Book, found: Payers) -> None:
    other = transaction.counterparty
    if other is None or not other.iban:
        return
    customers = book.customers_of_iban(compact(other.iban))
    if len(customers) == 1:
        found.add(customers, CERTAIN, f"The account {other.iban} is known of {_named(customers)}.")
    elif customers:
        words_of_it = f"The account {other.iban} pays for several: {_named(customers)}."
        found.add(customers, SHARED, words_of_it)


def _by_name(name: str, book: Book, found: Payers, who: str) -> None:
    equal = book.names.equal(name)
    if len(equal) > 1:
        exact = {one for one in equal if compact(book.customers[one].name) == compact(name)}
        equal = frozenset(exact) if len(exact) == 1 else equal
    if equal:
        found.add(equal, NAMED, f"“{name}” is {who}, by name {_named(equal)}.")
        return
    close, score = book.names.close(name)
    if close:
        customer = book.customers[close].name
        found.add((close,), CLOSE, f"“{name}” is {who}; close to “{customer}” ({score} of 100).")


def _by_text(said: str, book: Book, found: Payers) -> None:
    inside = book.names.inside(said)
    if len(inside) <= 3:
        for customer, typed in inside.items():
            # A single word may as well be somebody's own name.
            weight = NAMED if " " in typed else CLOSE
            found.add((customer,), weight, f"The text names “{typed}”, customer {customer}.")
    for siren in sirens(said):
        customers = book.by_siren.get(siren, set())
        if len(customers) == 1:
            found.add(customers, NAMED, f"The text has the SIREN {siren} of {_named(customers)}.")
    for hit in _CUSTOMER_CODE.finditer(said):
        customers = book.by_customer_code.get(compact(hit.group(1)), set())
        if len(customers) == 1:
            found.add(customers, NAMED, f"The text has the customer number of {_named(customers)}.")
    for word in words(said):
        if len(word) >= 5 and any(sign.isdigit() for sign in word) and not word.isdigit():
            customers = book.by_customer_code.get(word, set())
            if len(customers) == 1:
                found.add(customers, NAMED, f"The text has the customer number {word}.")


def _by_identifier(party: Party | None, book: Book, found: Payers) -> None:
    for identifier in party.identifiers if party else ():
        customers = book.by_siren.get(compact(identifier)[:9], set())
        if len(customers) == 1:
            found.add(customers, NAMED, f"The payer's SIREN is that of {_named(customers)}.")


def _named(customers: Iterable[str]) -> str:
    return ", ".join(sorted(customers)[:4])
