"""Who is the other side? The one whose account is not ours, or the one the direction names."""

from __future__ import annotations

from schemas.bank import Party


def counterparty_role(
    own: str, debtor: Party | None, creditor: Party | None, *, incoming: bool
) -> str:
    """Which of the two is the other side; empty when nobody can tell.

    The one whose account is not ours; else the only one named; else the direction decides.

    Args:
        own: our account.
        debtor: who paid, if named.
        creditor: who was paid, if named.
        incoming: money came, or money that had come went back.
    """
    ours = [
        one is not None and own and own in (one.iban, one.account) for one in (debtor, creditor)
    ]
    if ours[0] != ours[1]:
        return "creditor" if ours[0] else "debtor"
    if debtor is None or creditor is None:
        return "debtor" if debtor else "creditor" if creditor else ""
    return "debtor" if incoming else "creditor"
