"""Who takes a case over, and who must agree? Destinations by rule, and proposals to approve."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from schemas.base import CountryCode, Frozen, Instant, Text
from schemas.parties import Capacity


class DestinationKind(StrEnum):
    """What kind of firm takes a case over."""

    AGENCY = "agency"
    LAWYER = "lawyer"


class Approval(StrEnum):
    """Whether a person must agree to a hand-over."""

    AUTOMATIC = "automatic"
    REQUIRED = "required"


class ReferralConditions(Frozen):
    """Which cases a destination takes.

    Attributes:
        min_amount: outstanding at least, in the claim's currency.
        max_amount: outstanding at most, in the claim's currency; None for no limit.
        min_age_days: days past the due date; a younger case waits for that day.
        countries: of the debtor; empty for any.
        capacities: in which the debtor owes; empty for any.
        no_open_dispute: a case of which a part is in dispute waits until that is decided.
    """

    min_amount: Decimal = Field(default=Decimal(0), ge=0)
    max_amount: Decimal | None = Field(default=None, ge=0)
    min_age_days: int = Field(default=0, ge=0, le=3650)
    countries: tuple[CountryCode, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    no_open_dispute: bool = True


class Destination(Frozen):
    """An agency or a lawyer, and which cases they take.

    Attributes:
        to: their name, as it stands in tasks and on record.
        approval: ``required`` when a person must agree before the hand-over.
    """

    to: Text = Field(min_length=1, max_length=100)
    kind: DestinationKind = DestinationKind.AGENCY
    when: ReferralConditions = ReferralConditions()
    approval: Approval = Approval.AUTOMATIC


class Proposal(Frozen):
    """A hand-over that waits for a person's word.

    Attributes:
        by: who proposed it; empty when the plan did.
        step: the plan's step that proposed it; empty when a person did.
        against: conditions of the destination that do not hold, in sentences.
        approved_by: who agreed; empty as long as nobody has.
    """

    proposal_id: str
    to: str
    kind: DestinationKind = DestinationKind.AGENCY
    by: str = ""
    at: Instant
    step: str = ""
    against: tuple[str, ...] = ()
    approved_by: str = ""
