"""How far has a message to a debtor come, and for which cases does it speak?"""

from __future__ import annotations

from enum import StrEnum

from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.charges import StatedCharges


class ContactState(StrEnum):
    """How far a contact has come."""

    CLAIMED = "claimed"
    HANDING_OVER = "handing over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class Contact(Frozen):
    """A contact as it stands.

    Attributes:
        owner: which attempt holds it.
        lease_until: until then, a hand-over that has begun may still be under way.
        charges: what it claims beside each of its invoices, as it began to leave; only an accepted
            one has claimed it.
        perhaps_left: an earlier attempt was in the middle of its hand-over; nobody knows of it.
    """

    reference: str
    case_id: str
    step: str
    cycle: int
    channel: str
    state: ContactState
    owner: str
    lease_until: Instant
    attempts: int = 1
    last_error: str = ""
    detail: str = ""
    sha256: str = ""
    address: str = ""
    creditor: str = ""
    debtor_id: str = ""
    lease_is_over: bool = False
    perhaps_left: bool = False
    charges: tuple[StatedCharges, ...] = ()


class CoveredStep(Frozen):
    """A case that another case's contact speaks for, and the step that is thereby taken."""

    case: CollectionCase
    step: str
    cycle: int
