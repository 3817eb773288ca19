"""What do workflows and activities say to each other? One argument and one answer a call."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from schemas.actions import Wait
from schemas.base import Frozen, Instant
from schemas.commands import Fact
from schemas.events import CaseEvent
from schemas.plan import DunningStep, NoticeKind

OVERTAKEN = "WrongExpectedVersion"
"""The type of failure by which an activity says that another writer was quicker.

No retry mends it: the workflow reads its stream again.
"""


class StepOrder(Frozen):
    """Carry out one step of one case.

    Attributes:
        version: of the case when the workflow looked; the effect is off when it has moved on.
        now: the case's own clock when it looked.
        answers: the kind of event that is answered; None for a step of the ladder.
        about: the id of what is answered.
    """

    case_id: str
    creditor: str
    version: int
    step: DunningStep
    cycle: int
    level: int
    now: Instant
    answers: NoticeKind | None = None
    about: str = ""


class GiveUpOrder(Frozen):
    """A step has been tried for as long as it is worth trying: put on record what is known.

    Attributes:
        step: as it was ordered.
        now: the case's own clock when it gave up.
        explanation: the last error, for the person who opens the task.
    """

    step: StepOrder
    now: Instant
    explanation: str = ""


class TurnResult(Frozen):
    """What came of a turn.

    Attributes:
        events: what is now on record.
        facts: what the case had not been told yet; nothing was sent because of it.
        not_now: nothing was sent, because the debtor's contact hours are over; look again.
        wait: nothing was sent, because of the contact policy: until when, and why.
    """

    events: tuple[CaseEvent, ...] = ()
    facts: tuple[Fact, ...] = ()
    not_now: bool = False
    wait: Wait | None = None


class RecordOrder(Frozen):
    """Put events on record.

    Attributes:
        version: the version behind which they go.
        told: the fact that has now been heard, even when it changed nothing.
    """

    case_id: str
    version: int
    events: tuple[CaseEvent, ...] = ()
    told: str = ""


class SweepOrder(Frozen):
    """Open a case for each newly overdue invoice.

    Attributes:
        now: the moment that counts as now; each creditor's "today" follows from it.
    """

    now: Instant


class SweepRequest(Frozen):
    """Run the sweep; without a moment, as of the sweep's own clock."""

    now: Instant | None = None


class SweepSummary(Frozen):
    """What the sweep did.

    Attributes:
        opened: new cases put on record.
        started: workflows started, also for cases that an earlier sweep left unstarted.
        told: facts that cases had not heard and have now.
        untold: facts that could not be told; the next sweep tries again.
        given_back: steps that are tried again, because the debtor's address was corrected.
        problems: what a person should look at, in sentences.
        barred: of the new cases, those that no court hears any more, or for thirty days at the
            most, in sentences; the first of ``barred_count``.
    """

    on: date
    opened: int = 0
    started: int = 0
    told: int = 0
    untold: int = 0
    given_back: int = 0
    problems: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    barred_count: int = 0


class InboxSummary(Frozen):
    """What a reading of all mailboxes brought.

    Attributes:
        configured: there is a mailbox to read.
        seen: messages looked at that had not been seen in this place.
        new: how many of them were new, by kind.
        unlinked: new answers of which nobody knows the case.
        unreachable: mailboxes that could not be read, or not to their end: by name, what was wrong.
        mailboxes: how many there are.
    """

    configured: bool = True
    seen: int = 0
    new: dict[str, int] = Field(default_factory=dict)
    unlinked: int = 0
    unreachable: dict[str, str] = Field(default_factory=dict)
    mailboxes: int = 1


class LettersSummary(Frozen):
    """What a round of asking after letters found.

    Attributes:
        states: how many letters are in each state now.
        not_asked: how many their provider could not be asked about.
    """

    states: dict[str, int] = Field(default_factory=dict)
    not_asked: int = 0


class CaseSummary(Frozen):
    """How a case ended: the result of its workflow."""

    case_id: str
    closing: str
    level: int
    version: int
