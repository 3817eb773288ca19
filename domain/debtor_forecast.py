"""What will a debtor receive if nobody pays? All their cases folded forward, as the policy allows.

Nobody knows what the bank will tell and what people will allocate, so a silent bank and money that
is not allocated hold nothing back here; what they hold back today is in what is ``waited`` for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from domain.business_calendar import local_day
from domain.contact_policy import why_wait
from domain.evolve import evolve
from domain.forecast import Forecast, after_notice, after_step, with_an_end
from domain.limitation_watch import unwatched
from domain.next_action import next_action
from domain.sharing import SHARED_CHANNELS, joins
from schemas.actions import PerformStep, Record, SendNotice, Wait
from schemas.case import CollectionCase
from schemas.contact_policy import ContactPolicy
from schemas.contact_situation import ContactSituation, PastContact, WaitingContact
from schemas.identifiers import contact_reference
from schemas.plan import Channel

TURNS = 200
"""How far each case is folded forward at the most; every step takes a few turns."""


class WaitedFor:
    """What a case's last gate said: since when its step waits, and until when."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since = since
        self.until = until


class _Ahead:
    """A case on its way into the future."""

    def __init__(self, case: CollectionCase, clock: datetime) -> None:
        self.case = case
        self.clock = clock
        self.turns = 0
        self.rests = False
        self.waiting: WaitingContact | None = None
        self.coming: list[Forecast] = []


def forecast_debtor(
    cases: Sequence[CollectionCase],
    clocks: Mapping[str, datetime],
    policy: ContactPolicy,
    situation: ContactSituation,
    waited: Mapping[str, WaitedFor],
    until: datetime,
) -> dict[str, tuple[Forecast, ...]]:
    """The steps of one debtor's cases until a moment, joined and spaced as they will be.

    Args:
        cases: the debtor's, as they stand.
        clocks: from when each of them is looked at.
        policy: of the creditor.
        situation: the debtor's capacity and contacts so far.
        waited: which of the cases wait for their turn already.
        until: how far to look.
    """
    return _Future(cases, clocks, policy, situation, waited).unfold(until)


class _Future:
    """The debtor's cases, the one whose turn comes first always first."""

    def __init__(
        self,
        cases: Sequence[CollectionCase],
        clocks: Mapping[str, datetime],
        policy: ContactPolicy,
        situation: ContactSituation,
        waited: Mapping[str, WaitedFor],
    ) -> None:
        self._policy = policy.model_copy(
            update={"bank_feed_max_age_days": 0, "unallocated_hold_days": 0}
        )
        self._capacity = situation.capacity
        self._contacts = list(situation.contacts)
        self._ahead = [_Ahead(unwatched(case), clocks[case.case_id]) for case in cases]
        for one in self._ahead:
            if waits := waited.get(one.case.case_id):
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
        reference = contact_reference(one.case.case_id, action.step.name, action.cycle)
        self._contacts.append(PastContact(reference=reference, channel=channel, at=now))
        joining = self._joining(one, channel) if channel in SHARED_CHANNELS else []
        for other, taken in [(one, action), *joining]:
            _take(other, taken, now)

    def _joining(self, one: _Ahead, channel: Channel) -> list[tuple[_Ahead, PerformStep]]:
        today = local_day(one.case.calendar, one.clock)
        found: list[tuple[_Ahead, PerformStep]] = []
        for other in self._ahead:
            later = other.waiting is None and local_day(one.case.calendar, other.clock) > today
            if other is one or other.rests or later:
                continue
            if action := joins(one.case, other.case, channel, one.clock):
                found.append((other, action))
        return found

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


def _take(one: _Ahead, action: PerformStep, now: datetime) -> None:
    one.coming.append(
        Forecast(step=action.step.name, channel=action.step.channel, at=now, asked=one.case.asked)
    )
    one.case = after_step(one.case, action, now)
    one.waiting = None
    one.clock = max(one.clock, now + timedelta(seconds=1))
