"""Who is warned before a claim is barred, and what gives it new time?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from domain.case import decide, evolve, fold
from domain.forecast import forecast
from domain.limitation_watch import next_warning, watched
from domain.next_action import next_action
from domain.worklist import place
from schemas.actions import Record, Wait
from schemas.case import CollectionCase, TaskKind
from schemas.commands import CancelCase, CorrectInvoice, Refusal
from schemas.events import LimitationNear
from schemas.limitation import Interruption, InterruptionKind, LimitationAlarm
from schemas.limitation_events import RecordInterruption, WithdrawInterruption
from schemas.parties import Capacity
from schemas.pauses import Instalment
from schemas.requests import AgreeInstalments, PlaceHold, PromiseToPay, ReversePayment
from tests.support.builders import a_case, a_payment, an_opening, euros, paris

INVOICED = date(2022, 6, 15)
LAST_DAY = date(2027, 6, 15)
SIX, THREE, THIRTY = date(2026, 12, 15), date(2027, 3, 15), date(2027, 5, 16)


def a_claim(**changes: object) -> CollectionCase:
    """A French business's invoice of 15 June 2022, on hold so that nothing else happens."""
    told = {"country": "FR", "capacity": Capacity.BUSINESS, "invoiced_on": INVOICED, **changes}
    opening = an_opening(due=date(2022, 7, 15)).model_copy(update=told)
    case = fold([opening])
    return after(case, PlaceHold(command_id="h", reason="quiet"), date(2026, 11, 1))


def after(case: CollectionCase, command: object, on: date) -> CollectionCase:
    """The case after a command at noon of a day."""
    events = decide(case, command, paris(on))  # type: ignore[arg-type]
    assert not isinstance(events, Refusal), events
    for event in events:
        case = evolve(case, event)
    return case


def warned(case: CollectionCase, on: date) -> tuple[CollectionCase, list[LimitationAlarm]]:
    """The case after what the clock makes of it at noon of a day, and the warnings given."""
    given: list[LimitationAlarm] = []
    while isinstance(action := next_action(case, paris(on)), Record):
        for event in action.events:
            assert isinstance(event, LimitationNear)
            given.append(event.alarm)
            case = evolve(case, event)
    return case, given


def summaries(case: CollectionCase) -> list[str]:
    """The warnings on the worklist."""
    return [task.summary for task in case.tasks if task.kind is TaskKind.LIMITATION]


def interruption(kind: str, on: date) -> RecordInterruption:
    """Something that happened to the claim, proved by a letter."""
    what = Interruption(kind=InterruptionKind(kind), day=on, proof="binder 7")
    return RecordInterruption(command_id=f"{kind}-{on}", interruption=what)


def test_each_threshold_opens_one_task_and_never_a_second() -> None:
    """Six months, three months and thirty days before the last day; each once."""
    case = a_claim()
    assert warned(case, SIX - timedelta(days=1))[1] == []
    for threshold, alarm in ((SIX, "six_months"), (THREE, "three_months"), (THIRTY, "thirty_days")):
        case, given = warned(case, threshold)
        assert given == [alarm]
        assert warned(case, threshold)[1] == []
        assert warned(case, threshold + timedelta(days=20))[1] == []
        [summary] = summaries(case)
        assert summary.startswith("Limitation on 2027-06-15: court or acknowledgement needed")
    assert warned(case, LAST_DAY + timedelta(days=40))[1] == []


def test_a_case_wakes_by_itself_for_its_warnings() -> None:
    """Even on hold without an end, stopped or exhausted: the morning of the next threshold."""
    case = a_claim()
    action = next_action(case, paris(date(2026, 11, 2)))
    assert isinstance(action, Wait)
    assert action.until == paris(SIX, hour=0)
    assert (action.reason, next_warning(case, paris(THIRTY))) == ("OnHold", None)


def test_an_engine_that_was_away_warns_once_of_the_nearest() -> None:
    """Whoever comes back after four months is told the three months, not all that passed."""
    assert warned(a_claim(), date(2027, 4, 20))[1] == ["three_months"]
    assert warned(a_claim(), LAST_DAY + timedelta(days=1))[1] == []


def test_a_warning_is_off_the_list_when_the_day_moves_or_the_case_ends() -> None:
    """An acknowledgement gives five years; a cancelled claim needs none; a reversal takes back."""
    case, _ = warned(a_claim(), SIX)
    written = after(case, interruption("acknowledgement", date(2027, 1, 10)), date(2027, 1, 12))
    assert summaries(written) == []
    limit = watched(written)
    assert limit is not None
    assert limit.limitation_day == date(2032, 1, 10)
    assert warned(written, THREE)[1] == []
    assert warned(written, date(2031, 7, 10))[1] == ["six_months"]
    cancelled = after(case, CancelCase(command_id="c", reason="gift"), date(2027, 1, 12))
    assert summaries(cancelled) == []
    paid = after(case, a_payment("40.00", on=date(2027, 2, 1)), date(2027, 2, 1))
    assert summaries(paid) == []
    payment = paid.allocations[0].payment_id
    back = ReversePayment(command_id="r", payment_id=payment)
    again, given = warned(after(paid, back, date(2027, 2, 3)), date(2027, 2, 4))
    assert given == ["six_months"]
    assert len(summaries(again)) == 1


def test_a_warning_comes_before_all_money_on_the_worklist() -> None:
    """A day that the law sets is a legal deadline, whatever the sum."""
    case, _ = warned(a_claim(), SIX)
    [task] = [task for task in case.tasks if task.kind is TaskKind.LIMITATION]
    assert place(case, task, paris(SIX)).urgency == 0


def test_what_the_law_does_not_count_is_refused_with_the_reason() -> None:
    """In France a registered formal notice does not interrupt; in the Netherlands it does."""
    notice = interruption("formal_notice", date(2026, 11, 3))
    refused = decide(a_claim(), notice, paris(date(2026, 11, 4)))
    assert isinstance(refused, Refusal)
    assert refused.code == "DoesNotInterrupt"
    assert "formal_notice does not interrupt (Code de commerce L110-4" in refused.sentence
    dutch = after(a_claim(country="NL"), notice, date(2026, 11, 4))
    limit = watched(dutch)
    assert limit is not None
    assert limit.limitation_day == date(2031, 11, 3)
    late = interruption("acknowledgement", date(2027, 7, 1))
    barred = decide(a_claim(), late, paris(date(2027, 7, 2)))
    assert isinstance(barred, Refusal)
    assert "too late" in barred.sentence
    future = decide(a_claim(), late, paris(date(2027, 6, 1)))
    assert isinstance(future, Refusal)
    assert future.code == "InterruptionInTheFuture"


def test_an_interruption_is_recorded_once_and_may_be_withdrawn() -> None:
    """The same act told twice changes nothing; a mistake is taken back with its reason."""
    act = interruption("court_claim", date(2026, 11, 3))
    case = after(a_claim(), act, date(2026, 11, 4))
    same = act.model_copy(update={"command_id": "again"})
    assert decide(case, same, paris(date(2026, 11, 5))) == ()
    mistake = WithdrawInterruption(
        command_id="w", kind=InterruptionKind.COURT_CLAIM, on=date(2026, 11, 3), reason="other file"
    )
    without = after(case, mistake, date(2026, 11, 6))
    limit = watched(without)
    assert limit is not None
    assert limit.limitation_day == LAST_DAY
    unknown = decide(
        without, mistake.model_copy(update={"command_id": "x"}), paris(date(2026, 11, 7))
    )
    assert isinstance(unknown, Refusal)
    assert unknown.code == "InterruptionUnknown"


@pytest.mark.parametrize("proof", ["", "plan-signed.pdf"])
def test_a_signed_plan_acknowledges_the_debt_when_the_person_says_so(proof: str) -> None:
    """Instalments and promises give new time only with the debtor's writing as proof."""
    today = date(2026, 11, 3)
    parts = (Instalment(amount=euros("100.00"), on=date(2026, 12, 1)),)
    plan = AgreeInstalments(command_id="p", instalments=parts, acknowledged=proof)
    promised = PromiseToPay(command_id="p", on=date(2026, 11, 10), acknowledged=proof)
    for command in (plan, promised):
        limit = watched(after(a_claim(), command, today))
        assert limit is not None
        assert limit.limitation_day == (date(2031, 11, 3) if proof else LAST_DAY)


def test_delivery_starts_the_period_and_british_law_the_due_date() -> None:
    """Five years from delivery in France, six from the due date in England."""
    french = watched(a_claim(delivered_on=date(2022, 5, 20)))
    british = watched(a_claim(country="GB"))
    assert french is not None
    assert british is not None
    assert (french.limitation_day, french.start) == (date(2027, 5, 20), "delivery")
    assert (british.limitation_day, british.start) == (date(2028, 7, 15), "the due date")


def test_a_day_of_delivery_that_comes_later_moves_the_last_day() -> None:
    """The ledger of record is right: the warning about the day that was is off the list."""
    case, _ = warned(a_claim(), SIX)
    told = {"amount": case.claim, "due_date": case.due_date, "issue_date": INVOICED}
    same = CorrectInvoice(command_id="same", **told)
    assert decide(case, same, paris(SIX)) == ()
    delivered = CorrectInvoice(command_id="later", **told, delivery_date=date(2022, 5, 20))
    moved = after(case, delivered, SIX)
    assert (moved.delivered_on, summaries(moved)) == (date(2022, 5, 20), [])
    limit = watched(moved)
    assert limit is not None
    assert limit.limitation_day == date(2027, 5, 20)
    assert warned(moved, SIX)[1] == ["six_months"]
    silent = CorrectInvoice(command_id="old", amount=case.claim, due_date=date(2022, 7, 20))
    assert after(moved, silent, SIX).delivered_on == date(2022, 5, 20)


def test_cases_of_before_and_unknown_laws_are_not_watched() -> None:
    """No day is made up where nobody wrote down what it is counted from."""
    assert watched(a_claim(invoiced_on=None)) is None
    assert watched(a_claim(country="JP")) is None
    assert watched(a_case()) is None


def test_a_forecast_is_not_lengthened_by_warnings() -> None:
    """What leaves, and what is the last of it, is the same with and without them."""
    told = {"country": "FR", "capacity": Capacity.BUSINESS, "invoiced_on": date(2026, 11, 1)}
    plain = a_case()
    case = plain.model_copy(update=told)
    now = plain.opened_at
    assert forecast(case, now) == forecast(plain, now)
    assert forecast(case, now)[-1].final


@each(st.lists(st.dates(date(2026, 11, 2), date(2027, 8, 1)), max_size=12))
def test_nobody_is_warned_more_than_three_times(days: list[date]) -> None:
    """However often and irregularly the clock is asked, each threshold is told once at most."""
    case, told = a_claim(), list[LimitationAlarm]()
    for day in sorted(days):
        case, given = warned(case, day)
        told += given
    assert len(told) == len(set(told)) <= 3
    assert len(summaries(case)) <= 1
    assert isinstance(next_action(case, paris(date(2027, 8, 2))), Wait)


def test_the_moment_of_a_warning_is_a_local_morning() -> None:
    """Midnight in Paris, kept as an instant."""
    moment = next_warning(a_claim(), paris(date(2026, 11, 2)))
    assert moment == datetime.fromisoformat("2026-12-14T23:00:00+00:00")
