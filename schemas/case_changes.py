"""Which fields of a case may an event change, and of what type are they?"""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from schemas.base import Instant
from schemas.case import (
    Allocation,
    CaseState,
    ClosingReason,
    NoticeRecord,
    OpenTask,
    StepRecord,
)
from schemas.charges import ClaimedCharges
from schemas.credits import Credit, LetGo
from schemas.limitation import Interruption, LimitationWarned
from schemas.money import Money
from schemas.pauses import Arrangement, ContactStop, Dispute, Hold, KeptPromise, Reading
from schemas.plan import DunningPlan
from schemas.referral import Proposal
from schemas.service import Service


class CaseChanges(TypedDict, total=False):
    """The fields of a ``CollectionCase`` that one event sets; the others stay as they are.

    A copy with changes checks neither names nor types. The type checker does, by these.
    """

    claim: Money
    due_date: date
    plan: DunningPlan
    state: CaseState
    closing: ClosingReason | None
    closed_at: Instant | None
    allocations: tuple[Allocation, ...]
    unallocated: tuple[Money, ...]
    steps: tuple[StepRecord, ...]
    given_back: tuple[str, ...]
    tasks: tuple[OpenTask, ...]
    reversed_payments: tuple[str, ...]
    credits: tuple[Credit, ...]
    expected_credit: Money | None
    written_off: Money | None
    let_go: tuple[LetGo, ...]
    disputes: tuple[Dispute, ...]
    arrangement: Arrangement | None
    promises_broken: int
    kept: KeptPromise | None
    hold: Hold | None
    stops: tuple[ContactStop, ...]
    notices: tuple[NoticeRecord, ...]
    readings: tuple[Reading, ...]
    anchor: date | None
    restarts: int
    brought_forward: str
    proposal: Proposal | None
    referred_to: str
    undone_step: str
    undone_at: Instant | None
    charges: ClaimedCharges | None
    invoiced_on: date | None
    delivered_on: date | None
    interruptions: tuple[Interruption, ...]
    limitation_warned: LimitationWarned | None
    services: tuple[Service, ...]
