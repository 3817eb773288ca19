"""May this contact leave now? Go, or wait until a moment, with the reason by name.

What counts: e-mails, letters and calls are contacts with the debtor, whatever invoice they are
about; a hand-over is none. A message that speaks for many invoices is one contact, and so are the
calls that are put on the worklist on one day. A letter keeps the gap to letters only, unless the
rules say ``letters_wait``; the cap of the week counts for it as for all. Whoever has waited longer
goes first: a step keeps clear of the day on which an earlier one will leave, so that no channel
starves; the steps of one channel and currency leave together, as one message.

How to plug in another reason to wait: add its facts to ``ContactSituation``, have
``store/sql/contact_situation.sql`` answer them (the bank feed fills ``suggested`` and
``bank_read_on`` there), and add a rule to ``held_back``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.bank_days import bank_days_between
from domain.business_calendar import (
    contact_moment,
    local_day,
    next_open_moment,
)
from schemas.actions import Wait
from schemas.case import CollectionCase
from schemas.contact_policy import ContactPolicy, ContactRules
from schemas.contact_situation import ContactSituation
from schemas.money import Money
from schemas.parties import Capacity
from schemas.plan import Channel, DunningStep

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
DAY = timedelta(days=1)

LOOKED_BACK = timedelta(days=62)
"""How far back contacts count: beyond the longest gap, week or month that a creditor may set."""

LOOK_AT_THE_BANK = timedelta(hours=3)
"""When a contact looks again whether the bank has told something."""

FOR_ITS_TURN = frozenset({"MinimumGap", "WeeklyCap", "CallCap", "AnotherContactFirst"})
"""Reasons of a wait whose end is a place in the queue, which others keep clear of."""

TRIES = 400
"""A turn that is not found within so many looks is looked for again later."""


class _Taken(NamedTuple):
    """A day on which a contact was made, or will be."""

    day: date
    channel: Channel
    ahead: bool = False


def rules_for(policy: ContactPolicy, capacity: Capacity) -> ContactRules:
    """The rules for debtors of a capacity."""
    rules: dict[Capacity, ContactRules] = {
        Capacity.BUSINESS: policy.business,
        Capacity.CONSUMER: policy.consumer,
        Capacity.PUBLIC: policy.public,
    }
    return rules[capacity]


def why_wait(
    case: CollectionCase,
    step: DunningStep,
    now: datetime,
    policy: ContactPolicy,
    situation: ContactSituation,
) -> Wait | None:
    """None when the contact may leave now; else until when it waits, and why.

    Args:
        case: whose step is due, within the debtor's contact hours.
        step: the one that is due.
        now: the case's own clock, aware.
        policy: of the creditor.
        situation: of the debtor, read under the debtor's lock.
    """
    if held := held_back(case, now, policy, situation):
        return held
    if step.channel is Channel.REFER:
        return None
    return _for_its_turn(case, step, now, rules_for(policy, situation.capacity), situation)


def held_back(
    case: CollectionCase, now: datetime, policy: ContactPolicy, situation: ContactSituation
) -> Wait | None:
    """What is unclear about the debtor's money, and keeps any contact about this case waiting."""
    return (
        _bank_is_silent(case, now, policy, situation)
        or _payment_suggested(case, now, situation)
        or _money_unallocated(case, now, policy, situation)
    )


def _bank_is_silent(
    case: CollectionCase, now: datetime, policy: ContactPolicy, situation: ContactSituation
) -> Wait | None:
    allowed = policy.bank_feed_max_age_days
    if not allowed:
        return None
    last, today = situation.bank_read_on, local_day(case.calendar, now)
    if last and bank_days_between(last, today) <= allowed:
        return None
    known = f"has told nothing since {last}" if last else "has not told of every account yet"
    return Wait(
        until=_opening(case, now + LOOK_AT_THE_BANK),
        reason="BankFeedIsStale",
        sentence=f"The bank {known}; at most {allowed} bank days are allowed before a contact.",
    )


def _payment_suggested(
    case: CollectionCase, now: datetime, situation: ContactSituation
) -> Wait | None:
    open_still = [one for one in situation.suggested if one.until > now]
    total = _sum(case, [one.amount for one in open_still])
    if not total.is_positive:
        return None
    ends = max(one.until for one in open_still)
    return Wait(
        until=_tomorrow_or(case, now, ends),
        reason="PaymentSuggested",
        sentence=f"{total} may be this debtor's payment; a person says so until "
        f"{_day(case, ends)}.",
    )


def _money_unallocated(
    case: CollectionCase, now: datetime, policy: ContactPolicy, situation: ContactSituation
) -> Wait | None:
    hold = timedelta(days=policy.unallocated_hold_days)
    fresh = [one for one in situation.unallocated if one.since + hold > now]
    total = _sum(case, [one.amount for one in fresh])
    if not _is_enough(case, total):
        return None
    ends = max(one.since for one in fresh) + hold
    return Wait(
        until=_tomorrow_or(case, now, ends),
        reason="MoneyUnallocated",
        sentence=f"{total} of this debtor are not allocated, enough for the {case.asked} asked; "
        f"the task about them is waited for until {_day(case, ends)}.",
    )


def _for_its_turn(
    case: CollectionCase,
    step: DunningStep,
    now: datetime,
    rules: ContactRules,
    situation: ContactSituation,
) -> Wait | None:
    """The debtor has been contacted too lately or too often, or another contact goes first."""
    taken = _taken(case, step, now, situation)
    today = local_day(case.calendar, now)
    reason, sentence = _blocked(today, step.channel, rules, taken)
    if not reason:
        return None
    until = _first_free(case, step.channel, today, rules, taken)
    return Wait(
        until=until,
        reason=reason,
        sentence=f"Step {step.name!r} waits until {_day(case, until)}: {sentence}.",
    )


def _taken(
    case: CollectionCase, step: DunningStep, now: datetime, situation: ContactSituation
) -> list[_Taken]:
    """The days of the debtor's contacts, and of those that have waited longer than this one."""
    calendar, today = case.calendar, local_day(case.calendar, now)
    since = situation.waiting_since or now
    days = [
        _Taken(local_day(calendar, one.at), one.channel)
        for one in situation.contacts
        if one.channel is not Channel.REFER
    ]
    days += [
        _Taken(local_day(calendar, one.until), one.channel, ahead=True)
        for one in situation.waiting
        if one.since < since
        and (one.channel, one.currency) != (step.channel, case.claim.currency)
        and local_day(calendar, one.until) >= today
    ]
    calls = {one for one in days if one.channel is Channel.PHONE}
    return [one for one in days if one.channel is not Channel.PHONE] + sorted(calls)


def _first_free(
    case: CollectionCase,
    channel: Channel,
    today: date,
    rules: ContactRules,
    taken: Sequence[_Taken],
) -> datetime:
    """The first moment of contact on a day after today that nothing keeps free."""
    day = today
    for _ in range(TRIES):
        moment = contact_moment(case.calendar, day + DAY, case.case_id)
        if not _blocked(moment.day, channel, rules, taken)[0]:
            break
        day = moment.day
    return moment.at


def _blocked(
    day: date, channel: Channel, rules: ContactRules, taken: Sequence[_Taken]
) -> tuple[str, str]:
    """Why no contact by this channel leaves on a day, by name and in words; both empty if it may.

    Days on both sides count: what will leave soon keeps its gap as well.
    """
    if channel is Channel.PHONE and any(one[:2] == (day, channel) for one in taken):
        return "", ""
    if near := _too_near(day, channel, rules, taken):
        if near.ahead:
            what = f"a contact by {near.channel.value} has waited longer and leaves on {near.day}"
            return "AnotherContactFirst", what
        words = f"the debtor was contacted on {near.day} by {near.channel.value}"
        return "MinimumGap", f"{words}, and from one contact to the next are {rules.gap_days} days"
    if rules.per_week and _is_full(day, [one.day for one in taken], WEEK, rules.per_week):
        return "WeeklyCap", f"{rules.per_week} contacts in seven days are the most"
    calls = [one.day for one in taken if one.channel is Channel.PHONE]
    most = rules.calls_per_30_days
    if channel is Channel.PHONE and most and _is_full(day, calls, MONTH, most):
        return "CallCap", f"{most} calls in thirty days are the most"
    return "", ""


def _too_near(
    day: date, channel: Channel, rules: ContactRules, taken: Sequence[_Taken]
) -> _Taken | None:
    letters_only = channel is Channel.LETTER and not rules.letters_wait
    for one in taken:
        if letters_only and one.channel is not Channel.LETTER:
            continue
        if abs((day - one.day).days) < rules.gap_days:
            return one
    return None


def _is_full(day: date, days: Sequence[date], span: timedelta, cap: int) -> bool:
    """Whether one more on a day would be too many in some span of days in a row."""
    return any(
        sum(1 for one in days if start <= one < start + span) >= cap
        for start in (day - DAY * back for back in range(span.days))
    )


def _sum(case: CollectionCase, amounts: Sequence[Money]) -> Money:
    total = Money.zero(case.claim.currency)
    for amount in amounts:
        if amount.currency == total.currency:
            total += amount
    return total


def _is_enough(case: CollectionCase, total: Money) -> bool:
    return total.is_positive and total.amount >= case.asked.amount


def _tomorrow_or(case: CollectionCase, now: datetime, ends: datetime) -> datetime:
    """When to look again at what a person may settle: tomorrow, or at its end if sooner."""
    tomorrow = contact_moment(case.calendar, local_day(case.calendar, now) + DAY, case.case_id)
    return min(tomorrow.at, _opening(case, ends))


def _opening(case: CollectionCase, moment: datetime) -> datetime:
    return next_open_moment(case.calendar, moment, case.case_id)


def _day(case: CollectionCase, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(case.calendar.time_zone)).date()
