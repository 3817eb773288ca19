"""What will a debtor receive if nobody pays? All their cases folded forward, as the policy allows.

Nobody knows what the bank will tell and what people will allocate, so a silent bank and money that
is not allocated hold nothing back here; what they hold back today is in what is ``waited`` for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.business_calendar import local_day
from domain.contact_policy import why_wait
from domain.evolve import evolve
from domain.forecast import Forecast, after, after_notice, foreseen, with_an_end
from domain.limitation_watch import unwatched
from domain.next_action import next_action
from domain.sharing import SHARED_CHANNELS, joins
from domain.time_to_sue import kept_apart
from schemas.actions import PerformStep, Record, SendNotice, Wait
from schemas.case import CollectionCase
from schemas.contact_policy import ContactPolicy
from schemas.contact_situation import ContactSituation, PastContact, WaitingContact
from schemas.identifiers import contact_reference

TURNS = 200
"""How far each case is folded forward at the most; every step takes a few turns."""


class WaitedFor:
    """What a case's last gate said: since when its step waits, and until when."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since = since
        self.until = until


@dataclass(frozen=True)
class Standing:
    """From where a case is folded forward.

    Attributes:
        clock: from when it is looked at.
        waited: what its step waits for already.
        court_until: the last day on which a court would hear it; None when that is not known.
    """

    clock: datetime
    waited: WaitedFor | None = None
    court_until: date | None = None


class _Ahead:
    """A case on its way into the future."""

    def __init__(self, case: CollectionCase, standing: Standing) -> None:
        self.case = case
        self.clock = standing.clock
        self.court_until = standing.court_until
        self.turns = 0
        self.rests = False
        self.waiting: WaitingContact | None = None
        self.coming: list[Forecast] = []


def forecast_debtor(
    cases: Sequence[CollectionCase],
    standing: Mapping[str, Standing],
    policy: ContactPolicy,
    situation: ContactSituation,
    until: datetime,
) -> dict[str, tuple[Forecast, ...]]:
    """The steps of one debtor's cases until a moment, joined and spaced as they will be.

    Args:
        cases: the debtor's, as they stand.
        standing: from where each of them is folded forward, by case id.
        policy: of the creditor.
        situation: the debtor's capacity and contacts so far.
        until: how far to look.
    """
    return _Future(cases, standing, policy, situation).unfold(until)


class _Future:
    """The debtor's cases, the one whose turn comes first always first."""

    def __init__(
        self,
        cases: Sequence[CollectionCase],
        standing: Mapping[str, Standing],
        policy: ContactPolicy,
        situation: ContactSituation,
    ) -> None:
        self._policy = policy.model_copy(
            update={"bank_feed_max_age_days": 0, "unallocated_hold_days": 0}
        )
        self._capacity = situation.capacity
        self._contacts = list(situation.contacts)
        self._ahead = [_Ahead(unwatched(case), standing[case.case_id]) for case in cases]
        for one in self._ahead:
            if waits := standing[one.case.case_id].waited:
                self._wait(one, since=waits.since, until=waits.until)

    def unfold(self, until: datetime) -> dict[str, tuple[Forecast, ...]]:
        """Take one turn after the other until nothing is due before that moment."""
        while ready := [one for one in self._ahead if not one.rests and one.clock <= until]:
            self._turn(min(ready, key=lambda one: (one.clock, one.case.case_id)))
        return {
            one.case.case_id: with_an_end(one.coming) if one.rests else tuple(one.coming)
            for one in self._ahead
        }

    def _turn(self, one: _Ahead) -> None:
        one.turns += 1
        action = next_action(one.case, one.clock)
        match action:
            case PerformStep():
                self._step(one, action)
            case SendNotice():
                one.case = after_notice(one.case, action, one.clock)
            case Record(events=events):
                for event in events:
                    one.case = evolve(one.case, event)
            case Wait(until=until):
                one.rests = until is None
                one.clock = until or one.clock
        one.rests = one.rests or one.turns > TURNS

    def _step(self, one: _Ahead, action: PerformStep) -> None:
        """At its turn it is taken, with the others of the debtor that are due that day."""
        situation = ContactSituation(
            capacity=self._capacity,
            contacts=tuple(self._contacts),
            waiting=tuple(
                other.waiting for other in self._ahead if other.waiting and other is not one
            ),
            waiting_since=one.waiting.since if one.waiting else None,
        )
        wait = why_wait(one.case, action.step, one.clock, self._policy, situation)
        if wait is not None and wait.until is not None and wait.until > one.clock:
            self._wait(one, since=situation.waiting_since or one.clock, until=wait.until)
            return
        now, channel = one.clock, action.step.channel
        coming = foreseen(one.case, action, now, one.court_until)
        if coming.barred_since:
            _take(one, action, coming)
            return
        reference = contact_reference(one.case.case_id, action.step.name, action.cycle)
        joining = self._joining(one, action) if channel in SHARED_CHANNELS else []
        self._contacts.append(PastContact(reference=reference, channel=channel, at=now))
        _take(one, action, coming)
        for other, taken in joining:
            _take(other, taken, foreseen(other.case, taken, now, None))

    def _joining(self, one: _Ahead, own: PerformStep) -> list[tuple[_Ahead, PerformStep]]:
        today = local_day(one.case.calendar, one.clock)
        found: list[tuple[_Ahead, PerformStep]] = []
        for other in self._ahead:
            later = other.waiting is None and local_day(one.case.calendar, other.clock) > today
            if other is one or other.rests or later:
                continue
            if action := joins(one.case, other.case, own.step.channel, one.clock):
                found.append((other, action))
        taken = [(other.case, action.step) for other, action in found]
        barred = {
            each.case.case_id
            for each in (one, *(other for other, _ in found))
            if each.court_until and local_day(each.case.calendar, one.clock) > each.court_until
        }
        apart = kept_apart((one.case, own.step), taken, barred)
        return [(other, action) for other, action in found if other.case.case_id not in apart]

    @staticmethod
    def _wait(one: _Ahead, *, since: datetime, until: datetime) -> None:
        one.clock = max(one.clock, until)
        action = next_action(one.case, one.clock)
        if isinstance(action, PerformStep):
            one.waiting = WaitingContact(
                channel=action.step.channel,
                currency=one.case.claim.currency,
                since=since,
                until=until,
            )


def _take(one: _Ahead, action: PerformStep, coming: Forecast) -> None:
    one.coming.append(coming)
    one.case = after(one.case, action, coming)
    one.waiting = None
    one.clock = max(one.clock, coming.at + timedelta(seconds=1))
