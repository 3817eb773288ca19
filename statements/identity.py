"""Is it the same payment? Keys that are equal for it in every file, and differ for its twin."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from schemas.bank import BankStatement
from statements.values import reference

MIN_REFERENCE_CHARACTERS = 6
MIN_REFERENCE_DIGITS = 3
"""A shorter or wordier reference is a constant of the bank more often than an identity."""

_DIGIT = re.compile("[0-9]")
_SEPARATORS = re.compile(r"[^A-Z0-9]+")


class KeyMaker:
    """Makes the keys of one file's entries.

    Two equal lines are two payments: they get the ordinals 1 and 2. The ordinal counts on through
    the file, so that twins on two pages stay twins, and starts again where a statement repeats an
    earlier one.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, int]] = {}

    def start_again(self, account: str) -> None:
        """A statement repeats what the file has already said of this account."""
        self._seen.pop(account, None)

    def entry_key(
        self,
        account: str,
        bank_reference: str,
        amount: Decimal,
        currency: str,
        fingerprint: Iterable[str],
    ) -> tuple[str, str]:
        """The key of an entry, and what it was made from.

        Args:
            account: the account holder's own.
            bank_reference: what the bank calls the entry; ISO gives 052, 053 and 054 the same.
            amount: signed as the file says it, before any reversal is turned round.
            currency: of the account.
            fingerprint: date, texts and end-to-end id, used when there is no such reference.

        Returns:
            The key, as ``digest-ordinal``, and ``bank-reference`` or ``fingerprint``.
        """
        usable = is_identity(bank_reference)
        named = [bank_reference] if usable else [plain_text(part) for part in fingerprint]
        # Trailing zeros are no difference: one file says 10.5 and the other 10.50.
        figure = f"{amount.normalize():f}"
        basis = "bank-reference" if usable else "fingerprint"
        whole = "\x1f".join((basis, account, figure, currency, *named))
        digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        seen = self._seen.setdefault(account, {})
        seen[digest] = ordinal = seen.get(digest, 0) + 1
        return f"{digest}-{ordinal}", basis


class ItemKeyMaker:
    """Makes the keys of the details of one entry.

    A reference that the bank repeats inside the entry tells nothing apart; the ordinal does.
    """

    def __init__(self, entry_key: str) -> None:
        self._entry_key = entry_key
        self._seen: dict[str, int] = {}

    def item_key(self, references: Iterable[str], number: int) -> str:
        """The key of a detail: by its first usable reference, else by its number in the entry."""
        named = next((one for one in references if one), f"#{number}")
        self._seen[named] = ordinal = self._seen.get(named, 0) + 1
        digest = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"{self._entry_key}/{digest}-{ordinal}"


def is_identity(text: str) -> bool:
    """Whether a bank reference may identify an entry: no constant, and not too short for one."""
    if len(text) < MIN_REFERENCE_CHARACTERS or not reference(text):
        return False
    plain = plain_text(text)
    return (
        len(plain) >= MIN_REFERENCE_CHARACTERS
        and len(_DIGIT.findall(plain)) >= MIN_REFERENCE_DIGITS
        and plain.strip(plain[0]) != ""
    )


def plain_text(text: str) -> str:
    """A text without case, accents, blanks and punctuation, which differ from file to file."""
    upper = text.upper()
    if not upper.isascii():
        upper = unicodedata.normalize("NFKD", upper)
    return _SEPARATORS.sub("", upper)


def day_text(day: date | None) -> str:
    """A day as part of a fingerprint."""
    return day.isoformat() if day else ""


def statement_key(statement: BankStatement) -> str:
    """What identifies a statement: account, id, sequence, page and period.

    The kind is part of it, since some banks number reports and statements alike.
    """
    days = [day_text(one.day) if one else "" for one in (statement.opening, statement.closing)]
    amounts = [
        f"{one.amount.normalize():f}" if one else ""
        for one in (statement.opening, statement.closing)
    ]
    whole = "\x1f".join(
        (
            *(statement.kind, statement.account, statement.id, statement.sequence, statement.page),
            *(statement.period_from, statement.period_to, *days, *amounts),
        )
    )
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]
