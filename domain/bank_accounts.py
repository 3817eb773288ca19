"""Whose account is it? Statements name it as an IBAN, or as the bank has always written it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.base import Frozen
from schemas.parties import Creditor

_SEPARATORS = re.compile(r"[^A-Z0-9]+")
_IBAN_HEAD = 4
"""Country and check digits; what follows is the national number."""

_FRENCH_NUMBER = slice(14, 25)
"""Between bank, branch and key."""


class OwnAccount(Frozen):
    """An account of a creditor.

    Attributes:
        account: as it is kept: the IBAN where the creditor's file has one.
    """

    creditor: str
    account: str


class UnknownAccountError(LookupError):
    """No creditor, or more than one, has an account; the words say what to do."""


def own_account(account: str, creditors: Iterable[Creditor]) -> OwnAccount:
    """The creditor that has an account.

    Args:
        account: as the statement names it: an IBAN, or the national number inside it.
        creditors: all of them.

    Raises:
        UnknownAccountError: when it is nobody's, or more than one creditor's.
    """
    wanted = plain_account(account)
    if not wanted:
        raise UnknownAccountError(
            "the file does not say of which account it is; name it with --account"
        )
    found = {
        (creditor.creditor, own)
        for creditor in creditors
        for own in accounts_of(creditor)
        if wanted in names_of(own)
    }
    if not found:
        raise UnknownAccountError(
            f"account {account} is of no creditor; if it is yours, write it under bank_accounts in "
            "the creditor's file and restart the workers, or name the account with --account"
        )
    if len(found) > 1:
        names = ", ".join(sorted(creditor for creditor, _ in found))
        raise UnknownAccountError(f"account {account} is of more than one creditor: {names}")
    [(creditor, own)] = found
    return OwnAccount(creditor=creditor, account=own)


def accounts_of(creditor: Creditor) -> tuple[str, ...]:
    """Every account of a creditor, the one that messages name first."""
    return tuple(
        dict.fromkeys(
            plain
            for one in (creditor.iban, *creditor.bank_accounts)
            if (plain := plain_account(one))
        )
    )


def names_of(iban: str) -> set[str]:
    """How banks write an account: as IBAN, without its head, and in France the bare number."""
    names = {iban, iban[_IBAN_HEAD:]}
    if iban.startswith("FR"):
        names.add(iban[_FRENCH_NUMBER])
    return names - {""}


def plain_account(account: str) -> str:
    """An account without blanks and punctuation, in capitals."""
    return _SEPARATORS.sub("", account.upper())
