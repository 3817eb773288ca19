"""Is it a customer's payment at all? Outgoing money, taxes, own transfers and returns are not."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from domain.matching.plain import plain
from schemas.bank import BankTransaction, Flag, TransactionKind, TransactionStatus

_OWN_RETURN = re.compile(
    r"\b(?:REJET|RETOUR|ANNULATION|ANNUL|REJECTED|RETURNED)\s+(?:DE\s+|DU\s+|OF\s+)?(?:VOTRE\s+)?"
    r"(?:VIR|VRT|VIREMENT|VIREMENTS|SCT|TRANSFER)\b(?!\s+RECU)"
    r"|\b(?:VIR|VRT|VIREMENT)\s+(?:SEPA\s+|EMIS\s+|INST\s+)*"
    r"(?:REJETE|RETOURNE|REJET|RETOUR|ANNULE)\b"
)
_RETURNED_RECEIPT = re.compile(
    r"\b(?:IMPAYES?|IMPAYEE?S?|REJET|REJETE|REJETEE|UNPAID|REFUND\s+REQUEST|RETOUR\s+PRLV|RECALL)\b"
    r"|\b(?:RETOUR|ANNULATION|EXTOURNE|CONTREPASSATION|R[ -]TRANSACTION)\b"
)
_FEE = re.compile(
    r"\b(?:FRAIS|COMMISSIONS?|COM\s+(?:SUR|DE|MVT)|AGIOS|COTISATION|ABONNEMENT|TENUE\s+DE\s+COMPTE|"
    r"BANK\s+FEES?|CHARGES?\s+BANCAIRES)\b"
)
_NO_CUSTOMER = re.compile(
    r"\b(?:REMB(?:OURSEMENT|T)?\.?\s+(?:DE\s+)?(?:CREDIT\s+(?:DE\s+)?)?"
    r"(?:TVA|IS|IMPOTS?|CFE|CVAE|CICE|CIR|URSSAF)|"
    r"CREDIT\s+(?:DE\s+)?TVA|URSSAF|CPAM|IJSS|INDEMNITES?\s+JOURNALIERES|AGEFIPH|OPCO|"
    r"INTERETS?\s+CREDITEURS?|DEBLOCAGE|PRET\s+N|REMISE\s+(?:CB|CARTES?)|TELECOLLECTE|"
    r"VERSEMENT\s+ESPECES|DEPOT\s+ESPECES|APPORT\s+(?:EN\s+)?COMPTE|"
    r"INDEMNITE\s+(?:DE\s+)?SINISTRE|SINISTRE\s+N|VIR(?:EMENT)?\s+INTERNE|"
    r"VIR(?:EMENT)?\s+(?:DE\s+)?TRESORERIE|VIR(?:EMENT)?\s+(?:DE\s+)?COMPTE\s+A\s+COMPTE)\b"
)
_NO_CUSTOMER_NAME = re.compile(
    r"\b(?:URSSAF|CPAM|AGIRC|ARRCO|MSA|POLE\s+EMPLOI|FRANCE\s+TRAVAIL|KLESIA|MALAKOFF|"
    r"DGFIP\s+(?:IMPOT|TVA|REMB)\w*|SIE\s+|SERVICE\s+DES\s+IMPOTS)\b"
)
_CHEQUES = re.compile(r"\b(?:REMISE|REM)\s+(?:DE\s+)?(?:CHQ|CHEQUES?)\b")
_PUBLIC_TREASURY = re.compile(
    r"\b(?:DRFIP|DDFIP|DGFIP|TRESOR\s+PUBLIC|TRESORERIE|PAIERIE|SGC|TRES\s+PUB|RECETTE\s+DES\s+"
    r"FINANCES|AGENT\s+COMPTABLE)\b"
)
_FACTOR = re.compile(
    r"\b(?:FACTOR\w*|FACTO|AFFACTURAGE|EUROFACTOR|CGA|BIBBY|COFACREDIT|FACTOFRANCE|DEFACTO)\b"
)
_NOT_MATCHED = {
    Flag.NO_DETAILS: "A batch in one sum; the payments in it are told elsewhere.",
    Flag.REMAINDER: "What a batch moved beyond its payments; nobody says for what.",
}
_FOREIGN_CODES = frozenset(("XBCT", "XICT", "XRCD"))
_AFB_FOREIGN = frozenset(("18", "19", "45"))


class Class(StrEnum):
    """What a transaction is for matching."""

    RECEIPT = "receipt"
    RETURNED_RECEIPT = "returned-receipt"
    IGNORED = "ignored"
    NOT_MATCHED = "not-matched"


def classify(
    transaction: BankTransaction, own_accounts: Collection[str], own_names: Collection[str]
) -> tuple[Class, str]:
    """What a transaction is for matching, and why in a sentence.

    Args:
        transaction: as the bank told it.
        own_accounts: IBANs of the creditor.
        own_names: its compact names; money from oneself is no payment.
    """
    if transaction.status is not TransactionStatus.BOOKED:
        return Class.IGNORED, f"The bank calls it {transaction.status}; only booked money settles."
    if transaction.amount == 0:
        return Class.IGNORED, "It moved nothing on the account."
    said = all_text(transaction)
    if transaction.amount < 0:
        return _money_out(transaction, said)
    for flag, why in _NOT_MATCHED.items():
        if flag in transaction.flags:
            return Class.NOT_MATCHED, why
    why = _no_payment(transaction, said, own_accounts, own_names)
    return (Class.IGNORED, why) if why else (Class.RECEIPT, "")


def _no_payment(
    transaction: BankTransaction,
    said: str,
    own_accounts: Collection[str],
    own_names: Collection[str],
) -> str:
    """Why money that came in is nobody's payment; empty when it may be one."""
    other = transaction.counterparty
    name = plain(other.name) if other else ""
    if transaction.kind is TransactionKind.RETURNED_PAYMENT:
        return "The bank's code says that our own payment came back."
    if _OWN_RETURN.search(said):
        return "The text says that our own transfer came back."
    if other is not None and other.iban and other.iban in own_accounts:
        return "It came from an account of our own."
    if name and name in own_names:
        return "It came from ourselves."
    if _NO_CUSTOMER_NAME.search(name) or _NO_CUSTOMER.search(said):
        return "The text says tax, insurance, interest or own money, not a sale."
    return ""


def _money_out(transaction: BankTransaction, said: str) -> tuple[Class, str]:
    if Flag.REMAINDER in transaction.flags:
        return Class.IGNORED, "Charges that the bank kept from a batch."
    if transaction.kind is TransactionKind.RETURNED_RECEIPT:
        if _FEE.search(said) and not _names_an_original(transaction):
            return Class.IGNORED, "A fee of the bank for a return."
        return Class.RETURNED_RECEIPT, "The bank's code says that a customer's payment came back."
    if _FEE.search(said):
        return Class.IGNORED, "A fee of the bank."
    if _RETURNED_RECEIPT.search(said):
        return Class.RETURNED_RECEIPT, "The text says that a customer's payment came back."
    return Class.IGNORED, "Money of ours that left."


def _names_an_original(transaction: BankTransaction) -> bool:
    return bool(
        transaction.end_to_end_id
        or transaction.mandate
        or transaction.returned is not None
        or transaction.counterparty is not None
    )


def all_text(transaction: BankTransaction) -> str:
    """Everything that the payer and the bank say in words, plain."""
    return plain(" ".join((*transaction.remittance, transaction.bank_text)))


def is_cheque_deposit(transaction: BankTransaction) -> bool:
    """Whether it is a remittance of cheques: no payer, and often several."""
    afb = transaction.proprietary_code[:2]
    return afb in {"02", "15"} or bool(_CHEQUES.search(all_text(transaction)))


def is_public_treasury(name: str) -> bool:
    """Whether a payer is a public accountant, who pays for every public body of the region."""
    return bool(_PUBLIC_TREASURY.search(plain(name)))


def is_factor(name: str) -> bool:
    """Whether a payer is a factor, who pays for the customers it bought invoices of."""
    return bool(_FACTOR.search(plain(name)))


def is_foreign(transaction: BankTransaction) -> bool:
    """Whether money came from abroad or in another currency, so that banks may keep charges."""
    other = transaction.counterparty
    payer_country = other.iban[:2] if other and other.iban else ""
    own_country = transaction.account[:2]
    crossed = payer_country.isalpha() and own_country.isalpha() and payer_country != own_country
    return bool(
        transaction.charges
        or (transaction.instructed and transaction.instructed.currency != transaction.currency)
        or transaction.bank_code.rpartition("/")[2] in _FOREIGN_CODES
        or transaction.proprietary_code[:2] in _AFB_FOREIGN
        or crossed
    )
