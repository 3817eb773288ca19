"""To whom does an e-mail go? The roles that the step names, as far as the debtor has them."""

from __future__ import annotations

from schemas.base import Frozen
from schemas.parties import Creditor, Debtor
from schemas.plan import ContactRole, DunningStep


class Recipient(Frozen):
    """One address a message goes to.

    Attributes:
        name: shown beside the address; empty for none.
        copied: it gets a copy that all can see.
    """

    address: str
    role: ContactRole
    name: str = ""
    copied: bool = False


def recipients_of(step: DunningStep, debtor: Debtor, creditor: Creditor) -> tuple[Recipient, ...]:
    """Everybody a step's e-mail goes to, each address once; those addressed before those copied.

    A role that nobody fills is left out. When none of those to be addressed is filled, the
    ordinary contact is addressed: an escalation without a contact of its own must not be silent.

    Args:
        step: names the roles.
        debtor: with the addresses of today.
        creditor: whose account manager is meant where the debtor has none of their own.
    """
    known = {
        ContactRole.BILLING: (debtor.email, debtor.name),
        ContactRole.ESCALATION: (debtor.escalation_email, debtor.name),
        ContactRole.ACCOUNT_MANAGER: (debtor.account_manager or creditor.account_manager, ""),
    }
    filled = [role for role in step.to if known[role][0].strip()]
    wanted = [(role, False) for role in filled or [ContactRole.BILLING]]
    wanted += [(role, True) for role in step.copy_to if known[role][0].strip()]
    found: dict[str, Recipient] = {}
    for role, copied in wanted:
        address, name = known[role]
        recipient = Recipient(address=address.strip(), role=role, name=name, copied=copied)
        found.setdefault(address.strip().lower(), recipient)
    return tuple(found.values())
