"""When may a debtor be contacted again? Gap, caps, turns, and what is unclear about their money."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_calendar import local_day
from domain.contact_policy import rules_for, why_wait
from schemas.actions import Wait
from schemas.contact_policy import ContactPolicy, ContactRules
from schemas.contact_situation import (
    ContactSituation,
    PastContact,
    SuggestedPayment,
    UnallocatedMoney,
    WaitingContact,
)
from schemas.parties import Capacity
from schemas.plan import Channel, DunningStep
from tests.support.builders import PARIS, a_case, euros, paris

MONDAY = date(2027, 1, 11)
NOON = paris(MONDAY)
POLICY = ContactPolicy()


def _step(channel: Channel = Channel.EMAIL) -> DunningStep:
    return DunningStep(name="reminder", day=10, channel=channel)


def _past(day: date, channel: Channel = Channel.EMAIL) -> PastContact:
    return PastContact(reference=f"R-{day}-{channel}", channel=channel, at=paris(day))


def _ask(
    *contacts: PastContact,
    channel: Channel = Channel.EMAIL,
    policy: ContactPolicy = POLICY,
    now: datetime = NOON,
    **facts: object,
) -> Wait | None:
    situation = ContactSituation.model_validate({"contacts": contacts, **facts})
    return why_wait(a_case(), _step(channel), now, policy, situation)


def _until(wait: Wait | None) -> date:
    assert wait is not None
    assert wait.until is not None
    return local_day(PARIS, wait.until)


def test_nothing_keeps_a_first_contact() -> None:
    """A debtor whom nobody has contacted is contacted."""
    assert _ask() is None


def test_a_contact_of_yesterday_keeps_the_next_one_waiting() -> None:
    """Two days lie between contacts: after Sunday's mail, Monday's goes on Tuesday, and says so."""
    wait = _ask(_past(MONDAY - timedelta(days=1)))
    assert _until(wait) == MONDAY + timedelta(days=1)
    assert wait
    assert wait.reason == "MinimumGap"
    assert "contacted on 2027-01-10 by email" in wait.sentence
    assert _ask(_past(MONDAY - timedelta(days=2))) is None


def test_a_wait_ends_within_contact_hours() -> None:
    """What may go on Saturday by the gap goes on Monday morning."""
    friday = MONDAY + timedelta(days=4)
    wait = _ask(_past(friday), now=paris(friday, hour=15))
    assert _until(wait) == MONDAY + timedelta(days=7)


def test_the_cap_of_the_week_counts_every_channel() -> None:
    """Three contacts in seven days are the most: the fourth waits until one of them is old."""
    days = [MONDAY - timedelta(days=back) for back in (6, 4, 2)]
    wait = _ask(_past(days[0]), _past(days[1], Channel.LETTER), _past(days[2], Channel.PHONE))
    assert wait
    assert wait.reason == "WeeklyCap"
    assert _until(wait) == MONDAY + timedelta(days=1)


def test_a_formal_notice_does_not_wait_for_a_courtesy_mail() -> None:
    """A letter keeps the gap to letters only; if the creditor wants it, to everything."""
    mail, letter = _past(MONDAY - timedelta(days=1)), _past(MONDAY, Channel.LETTER)
    assert _ask(mail, channel=Channel.LETTER) is None
    assert _until(_ask(letter, channel=Channel.LETTER)) == MONDAY + timedelta(days=2)
    strict = ContactPolicy(business=ContactRules(letters_wait=True))
    assert _until(_ask(mail, channel=Channel.LETTER, policy=strict)) == MONDAY + timedelta(days=1)
    assert _until(_ask(letter, channel=Channel.EMAIL)) == MONDAY + timedelta(days=2)


def test_calls_of_one_day_are_one_call() -> None:
    """Who calls a debtor speaks about all invoices: a second task waits for none."""
    assert _ask(_past(MONDAY, Channel.PHONE), channel=Channel.PHONE) is None
    assert _ask(_past(MONDAY, Channel.PHONE), channel=Channel.EMAIL) is not None


def test_a_hand_over_is_no_contact() -> None:
    """The agency gets the case whenever the last mail was; and it keeps nobody waiting."""
    assert _ask(_past(MONDAY), channel=Channel.REFER) is None
    assert _ask(_past(MONDAY, Channel.REFER)) is None


def test_consumers_are_contacted_less() -> None:
    """Two contacts a week and four calls in thirty days: the fifth call waits for weeks."""
    consumer = {"capacity": Capacity.CONSUMER}
    two = [_past(MONDAY - timedelta(days=6)), _past(MONDAY - timedelta(days=3))]
    assert _ask(*two) is None
    wait = _ask(*two, **consumer)
    assert wait
    assert wait.reason == "WeeklyCap"
    calls = [_past(MONDAY - timedelta(days=back), Channel.PHONE) for back in (29, 21, 14, 7)]
    assert _ask(*calls, channel=Channel.PHONE) is None
    wait = _ask(*calls, channel=Channel.PHONE, **consumer)
    assert wait
    assert wait.reason == "CallCap"
    assert _until(wait) == MONDAY + timedelta(days=1)


def test_who_has_waited_longer_goes_first() -> None:
    """A call of another invoice has waited since Friday and is due today: the mail keeps clear."""
    call = WaitingContact(
        channel=Channel.PHONE, currency="EUR", since=NOON - timedelta(days=3), until=NOON
    )
    wait = _ask(waiting=[call])
    assert wait
    assert wait.reason == "AnotherContactFirst"
    assert _until(wait) == MONDAY + timedelta(days=2)
    assert _ask(waiting=[call], waiting_since=NOON - timedelta(days=4)) is None
    mail = call.model_copy(update={"channel": Channel.EMAIL})
    assert _ask(waiting=[mail]) is None
    assert _ask(waiting=[call], now=NOON + timedelta(days=2)) is None


def test_a_contact_keeps_its_distance_to_one_that_goes_first_tomorrow() -> None:
    """A call of another invoice is due tomorrow, and has waited longer: today's mail goes after."""
    tomorrow = NOON + timedelta(days=1)
    call = WaitingContact(
        channel=Channel.PHONE, currency="EUR", since=NOON - timedelta(days=3), until=tomorrow
    )
    wait = _ask(waiting=[call])
    assert wait
    assert wait.reason == "AnotherContactFirst"
    assert _until(wait) == MONDAY + timedelta(days=3)


def test_enough_unallocated_money_holds_the_contact() -> None:
    """Somebody who has paid is not reminded because nobody knew for which invoice."""
    enough = UnallocatedMoney(amount=euros("100.00"), since=NOON - timedelta(days=1))
    wait = _ask(unallocated=[enough])
    assert wait
    assert wait.reason == "MoneyUnallocated"
    assert _until(wait) == MONDAY + timedelta(days=1)
    assert "100.00 EUR" in wait.sentence
    little = enough.model_copy(update={"amount": euros("99.99")})
    assert _ask(unallocated=[little]) is None
    assert _ask(unallocated=[little, little]) is not None
    assert _ask(unallocated=[enough], now=NOON + timedelta(days=5)) is None
    assert _ask(unallocated=[enough], channel=Channel.REFER) is not None
    never = ContactPolicy(unallocated_hold_days=0)
    assert _ask(unallocated=[enough], policy=never) is None


def test_a_suggested_payment_holds_the_contact() -> None:
    """What matching believes to be this debtor's payment is looked at before they are reminded."""
    fits = SuggestedPayment(amount=euros("100.00"), until=NOON + timedelta(days=2))
    wait = _ask(suggested=[fits])
    assert wait
    assert wait.reason == "PaymentSuggested"
    assert _ask(suggested=[fits], now=NOON + timedelta(days=2)) is None


def test_a_bank_that_is_silent_holds_every_contact() -> None:
    """After two bank days without a statement nobody is reminded; without the setting, yes."""
    strict = ContactPolicy(bank_feed_max_age_days=2)
    thursday = MONDAY - timedelta(days=4)
    assert _ask(policy=strict, bank_read_on=thursday) is None
    wait = _ask(policy=strict, bank_read_on=thursday - timedelta(days=1))
    assert wait
    assert wait.reason == "BankFeedIsStale"
    assert wait.until == NOON + timedelta(hours=3)
    assert _ask(policy=strict) is not None
    assert _ask() is None


class _Debtor:
    """The cases of one debtor, each with a step to take, as the last gate treats them."""

    def __init__(self, steps: list[tuple[int, Channel]], policy: ContactPolicy) -> None:
        self.policy = policy
        self.open = {
            number: (a_case().model_copy(update={"case_id": f"case/atelier/{number}"}), channel)
            for number, (_, channel) in enumerate(steps)
        }
        self.next = {
            number: paris(MONDAY + timedelta(days=day), hour=10, minute=number)
            for number, (day, _) in enumerate(steps)
        }
        self.waiting: dict[int, WaitingContact] = {}
        self.left: list[PastContact] = []
        self.taken: dict[int, datetime] = {}

    def live(self) -> None:
        """Ask the gate again and again until every step is taken."""
        while self.open:
            number = min(self.open, key=lambda one: self.next[one])
            self._wake(number, self.next[number])

    def _wake(self, number: int, now: datetime) -> None:
        case, channel = self.open[number]
        before = self.waiting.get(number)
        situation = ContactSituation(
            contacts=tuple(self.left),
            waiting=tuple(one for key, one in self.waiting.items() if key != number),
            waiting_since=before.since if before else None,
        )
        wait = why_wait(case, _step(channel), now, self.policy, situation)
        if wait is None:
            self._contact(number, channel, now)
            return
        assert wait.until is not None
        assert wait.until > now
        since = before.since if before else now
        self.next[number] = wait.until
        self.waiting[number] = WaitingContact(
            channel=channel, currency="EUR", since=since, until=wait.until
        )

    def _contact(self, number: int, channel: Channel, now: datetime) -> None:
        """It leaves, and speaks for whatever is due by the same channel."""
        self.left.append(PastContact(reference=f"R{number}", channel=channel, at=now))
        joined = [
            key
            for key, (_, other) in self.open.items()
            if other is channel and (self.next[key] <= now or key in self.waiting)
        ]
        for key in {number, *(joined if channel is not Channel.PHONE else ())}:
            del self.open[key]
            self.waiting.pop(key, None)
            self.taken[key] = now


contact_channels = st.sampled_from([Channel.EMAIL, Channel.LETTER, Channel.PHONE])


@given(
    steps=st.lists(st.tuples(st.integers(0, 12), contact_channels), min_size=1, max_size=12),
    gap=st.integers(0, 4),
    cap=st.integers(1, 4),
    letters_wait=st.booleans(),
)
def test_contacts_are_joined_or_spaced_and_none_starves(
    *, steps: list[tuple[int, Channel]], gap: int, cap: int, letters_wait: bool
) -> None:
    """However a debtor's invoices fall due: gap and cap hold, and every step is taken in time."""
    rules = ContactRules(gap_days=gap, per_week=cap, letters_wait=letters_wait)
    debtor = _Debtor(steps, ContactPolicy(business=rules))
    debtor.live()
    left = sorted(debtor.left, key=lambda one: one.at)
    contacts = list(dict.fromkeys((local_day(PARIS, one.at), one.channel) for one in left))
    for place, (day, channel) in enumerate(contacts):
        for later, other in contacts[place + 1 :]:
            if letters_wait or other is not Channel.LETTER or channel is Channel.LETTER:
                assert (later - day).days >= gap
    days = [day for day, _ in contacts]
    for day in days:
        assert sum(1 for one in days if day <= one < day + timedelta(days=7)) <= cap
    assert set(debtor.taken) == set(range(len(steps)))
    for number, (day, _) in enumerate(steps):
        waited = debtor.taken[number] - paris(MONDAY + timedelta(days=day))
        assert waited.days <= len(steps) * (max(gap, 7) + 3)


@pytest.mark.parametrize("capacity", Capacity)
def test_every_capacity_has_rules(capacity: Capacity) -> None:
    """No debtor is without a gap and a cap unless the creditor's file says so."""
    rules = rules_for(POLICY, capacity)
    assert rules.gap_days >= 2
    assert 2 <= rules.per_week <= 3
