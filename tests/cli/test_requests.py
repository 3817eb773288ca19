"""Do people get what they ask of cases, of one or of many, and a refusal by name otherwise?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.business_calendar import closed_because
from domain.holidays import contact_calendar
from schemas.case import CaseState, ClosingReason, StepOutcome
from schemas.parties import Capacity
from tests.cli.conftest import Type, run_starter
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def _three(house: House) -> None:
    for number in ("F-1", "F-2", "F-3"):
        await house.invoice(number, amount="100.00", due=TODAY, debtor=f"D{number}")
        await house.open(number, datetime.now(UTC))


async def test_a_blank_selection_means_nothing(house: House, starter: Type) -> None:
    """Nobody was named, so nobody is put on hold (ADempiere#2369 meant everybody)."""
    await _three(house)
    said = await starter("hold", "--reason", "why", "--yes")
    assert said.code == 2
    assert "Nothing was selected" in said.err
    assert (await starter("asleep", "--json")).data == []


async def test_many_are_shown_before_they_are_asked(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """A dry run shows count and money and asks nothing; the same job twice asks nothing twice."""
    await _three(house)
    shown = await starter("hold", "--state", "open", "--reason", "audit", "--dry-run")
    assert "3 cases would be on hold: 300.00 EUR" in shown.out
    unasked = await starter("hold", "--state", "open", "--reason", "audit")
    assert (unasked.code, "--yes" in unasked.err) == (2, True)
    assert (await house.case("F-1")).hold is None
    listed = tmp_path / "ids.txt"
    listed.write_text("F-1\ncase/atelier/F-3\n", "utf-8")
    words = ("hold", "--file", str(listed), "--reason", "audit", "--yes", "--job", "a", "--json")
    first = await starter(*words)
    assert (first.data["asked"], first.data["done"]) == (2, 2)
    version = (await house.case("F-1")).version
    await starter(*words)
    assert (await house.case("F-1")).version == version
    asleep = (await starter("asleep", "--json")).data
    assert {(one["invoice"], one["wakes_at"]) for one in asleep} == {("F-1", None), ("F-3", None)}


async def test_a_hold_wakes_by_itself_and_the_ladder_goes_on(house: House, starter: Type) -> None:
    """Held over the day of its first step, a case takes it when the hold ends, not before."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    until = TODAY + timedelta(days=20)
    await starter("hold", "F-1", "--reason", "holidays", "--until", until.isoformat())
    await house.skip_to("F-1", at(TODAY + timedelta(days=15)))
    assert (await house.case("F-1")).steps == ()
    assert "On hold until" in (await starter("why", "F-1")).out
    await house.skip_to("F-1", at(until + timedelta(days=5)))
    case = await house.steps("F-1", 1)
    assert case.hold is None
    assert len(house.mails()) == 1


async def test_a_second_contact_keeps_the_gap_and_says_so(house: House, starter: Type) -> None:
    """A mail today, another invoice due tomorrow: it waits, `why` and `show` say for what."""
    monday = _ordinary_week()
    for number, due in (("F-1", monday), ("F-2", monday + timedelta(days=1))):
        await house.invoice(number, amount="100.00", due=due)
        await house.open(number, datetime.now(UTC))
    first, second = monday + timedelta(days=3), monday + timedelta(days=4)
    await house.skip_to("F-1", at(first, hour=17))
    await house.steps("F-1", 1)
    await house.skip_to("F-2", at(second, hour=17))
    (row,) = await _eventually(lambda: house.pool.fetch("select * from waiting"))
    assert row["reason"] == "MinimumGap"
    assert (await house.case("F-2")).steps == ()
    assert f"was contacted on {first} by email" in (await starter("show", "F-2")).out
    await house.skip_to("F-2", row["until"])
    await house.steps("F-2", 1)
    assert await house.pool.fetch("select * from waiting") == []
    assert len(house.mails()) == 2


def _ordinary_week() -> date:
    """A Monday after next whose Thursday and Friday, and the Monday after it, are no holidays."""
    calendar = contact_calendar("FR", Capacity.BUSINESS, TODAY.year, TODAY.year + 1, "UTC")
    mondays = (TODAY + timedelta(days=7 * week - TODAY.weekday()) for week in range(2, 9))
    return next(
        day
        for day in mondays
        if not any(closed_because(calendar, day + timedelta(days=on)) for on in (3, 4, 7))
    )


async def _eventually(look: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
    for _ in range(500):
        if found := await look():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was seen")


async def test_a_part_in_dispute_is_not_asked_for(house: House, starter: Type) -> None:
    """The debtor contests 40 of 100: the mail asks for 60; decided for them, 60 is the claim."""
    await house.invoice("F-1", amount="100.00", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await starter("dispute", "F-1", "--reason", "quality", "--amount", "40")
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    await house.steps("F-1", 1)
    [_receipt_of_the_dispute, mail] = house.mails()
    assert "60,00" in str(mail.message["Subject"])
    too_much = await starter("dispute", "F-1", "--reason", "price", "--amount", "70")
    assert too_much.code == 4
    assert "DisputeMoreThanAsked" in too_much.err
    assert (await starter("resolve", "F-1", "--for", "debtor")).code == 0
    assert str((await house.case("F-1")).outstanding) == "60.00 EUR"


async def test_a_promise_waits_and_is_kept_or_broken(house: House, starter: Type) -> None:
    """Confirmed, then nothing leaves until the bank's day; unkept, a task and the next step."""
    await house.invoice("F-1", amount="100.00", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    day = TODAY + timedelta(days=12)
    await starter("promise", "F-1", "--on", TODAY.isoformat())
    withdrawal = ("promise", "F-1", "--withdraw", "--reason", "the call was about F-2")
    assert (await starter("promise", "F-1", "--withdraw")).code == 2
    assert (await starter(*withdrawal)).code == 0
    assert "the call was about F-2" in (await starter("show", "F-1")).out
    again = await starter(*withdrawal)
    assert (again.code, "NothingPromised" in again.err) == (4, True)
    assert (await starter("promise", "F-1", "--on", day.isoformat(), "--means", "cheque")).code == 0
    far = await starter("promise", "F-1", "--on", (TODAY + timedelta(days=300)).isoformat())
    assert "AlreadyPromised" in far.err
    await house.skip_to("F-1", at(day))
    [confirmation] = house.mails()
    assert "100,00" in str(confirmation.message)
    await house.skip_to("F-1", at(day + timedelta(days=9)))
    await house.steps("F-1", 1)
    kinds = {task["kind"] for task in (await starter("tasks", "--json")).data}
    assert "promise-broken" in kinds
    assert len(house.mails()) == 2


async def test_a_returned_payment_opens_the_paid_case_again(house: House, starter: Type) -> None:
    """The bank takes a direct debit back: exactly that money is owed, and the ladder goes on."""
    await house.invoice("F-1", amount="100.00", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await starter("pay", "F-1", "100", "--id", "sepa-1")
    assert (await house.case("F-1")).closing is ClosingReason.PAID
    said = await starter("reverse", "F-1", "sepa-1", "--reason", "AM04")
    assert "100.00 EUR outstanding" in said.out
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    case = await house.steps("F-1", 1)
    assert str(case.asked) == "100.00 EUR"
    assert len(house.mails()) == 1


async def test_steps_are_skipped_done_and_taken_back(house: House, starter: Type) -> None:
    """The next step may be passed over, another taken back, and only in order."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    assert (await starter("skip", "F-1", "--reason", "spoke to them")).code == 0
    wrong = await starter("skip", "F-1", "--step", "call", "--reason", "no")
    assert "StepIsNotNext" in wrong.err
    await house.skip_to("F-1", at(TODAY + timedelta(days=13)))
    case = await house.steps("F-1", 2)
    assert [step.outcome for step in case.steps] == [StepOutcome.SKIPPED, StepOutcome.PERFORMED]
    assert case.level == 1
    await starter("hold", "F-1", "--reason", "wait")
    assert (await starter("undo", "F-1", "--reason", "wrong text")).code == 0
    assert (await house.case("F-1")).level == 0
    assert "NothingToUndo" in (await starter("undo", "F-1")).err


async def test_a_written_off_case_can_be_told_and_reopened(house: House, starter: Type) -> None:
    """What is written off is no longer asked for; what ended by mistake is pursued again."""
    await _three(house)
    await starter("pay", "F-3", "100")
    assert "NothingOwed" in (await starter("reopen", "F-3", "--reason", "no")).err
    assert (await starter("write-off", "F-1", "--reason", "too small")).code == 0
    assert (await house.case("F-1")).closing is ClosingReason.WRITTEN_OFF
    assert (await starter("reopen", "F-1", "--reason", "not so small")).code == 0
    assert str((await house.case("F-1")).asked) == "100.00 EUR"
    await starter("cancel", "F-2", "--reason", "oops")
    assert (await starter("reopen", "F-2", "--reason", "by mistake")).code == 0
    assert not (await house.case("F-2")).is_closed
    await house.pay("F-2", "100.00", on=TODAY)
    await house.until("F-2", lambda case: case.closing is ClosingReason.PAID)


async def test_insolvency_stops_every_case_of_the_debtor(house: House, starter: Type) -> None:
    """The debtor is insolvent: nothing leaves, and the claim's declaration has its last day."""
    await house.invoice("F-1", due=TODAY, debtor="D1")
    await house.invoice("F-2", due=TODAY, debtor="D1")
    for number in ("F-1", "F-2"):
        await house.open(number, datetime.now(UTC))
    day = TODAY.isoformat()
    assert (await starter("stop", "--debtor", "D1", "--kind", "insolvency", "--on", day)).code == 0
    tasks = (await starter("tasks", "--json")).data
    assert len([one for one in tasks if "declare the claim by" in one["summary"]]) == 2
    await house.skip_to("F-1", at(TODAY + timedelta(days=15)))
    assert house.mails() == []
    reasons = {one["reason"] for one in (await starter("why", "--all", "--json")).data}
    assert reasons == {"ContactsStopped"}


async def test_the_forecast_says_what_will_leave(house: House, starter: Type) -> None:
    """Within 20 days the courtesy, the reminder and the call of each case; none of a held one."""
    await _three(house)
    await starter("hold", "F-3", "--reason", "wait")
    coming = (await starter("forecast", "--days", "20", "--json")).data
    assert {(one["invoice"], one["step"]) for one in coming} == {
        (number, step) for number in ("F-1", "F-2") for step in ("courtesy", "reminder", "call")
    }


async def test_contacts_are_listed_and_the_unknown_ones_apart(house: House, starter: Type) -> None:
    """What left for a case is listed; what nobody knows about has a list of its own."""
    await house.invoice("F-1", due=TODAY, email="unanswered@dubois.example")
    await house.invoice("F-2", due=TODAY, debtor="D2", email="a@dubois.example")
    for number in ("F-1", "F-2"):
        await house.open(number, datetime.now(UTC))
        await house.skip_to(number, at(TODAY + timedelta(days=9)))
        await house.steps(number, 1)
    [left] = (await starter("contacts", "F-2", "--json")).data
    assert left["state"] == "accepted"
    [unknown] = (await starter("contacts", "--unknown", "--json")).data
    assert (unknown["case_id"], unknown["state"]) == ("case/atelier/F-1", "unknown")
    kinds = [task["kind"] for task in (await starter("tasks", "--json")).data]
    assert kinds == ["delivery-unknown"]


async def test_another_plan_is_shown_before_it_is_applied(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """The preview names each case's next step before and after and the total; then it is done."""
    await _three(house)
    await starter("skip", "F-1", "--reason", "spoke to them")
    plan = tmp_path / "gentle.yaml"
    plan.write_text(GENTLE, "utf-8")
    words = ("replan", "--state", "open", "--to", str(plan))
    shown = await starter(*words, "--dry-run", "--json")
    total = shown.data["total"]
    assert (total["changed"], total["skipped"], total["refusals"]) == (3, 0, {})
    assert {(one["before"]["step"], one["after"]["step"]) for one in shown.data["cases"]} == {
        ("reminder", "please"),
        ("courtesy", "courtesy"),
    }
    assert "3 cases would be on plan gentle" in (await starter(*words, "--dry-run")).out
    assert (await house.case("F-1")).plan.plan == "standard"
    assert (await starter(*words, "--yes", "--reason", "new terms")).code == 0
    assert {(await house.case(f"F-{number}")).plan.plan for number in (1, 2, 3)} == {"gentle"}
    again = await starter("replan", "F-1", "--to", str(plan))
    assert "PlanIsTheSame" in again.err
    wrong = await starter("replan", "F-1", "--to", str(plan), "--mode", "move", "--step", "firm")
    assert wrong.code == 2
    assert "courtesy, please, out" in wrong.err


GENTLE = """\
plan: gentle
steps:
  - {name: courtesy, day: 5, channel: email}
  - {name: please, day: 20, channel: email}
  - {name: out, day: 60, channel: refer}
refer:
  - to: Maître Colin
    kind: lawyer
    when: {min_amount: 5000, countries: [FR], capacities: [business]}
    approval: required
  - to: Recouvra
"""


async def test_two_people_hand_a_case_to_the_lawyer(
    house: House, starter: Type, environment: dict[str, str], tmp_path: Path
) -> None:
    """Camille proposes and cannot approve; Anna can, and own contacts stop; the rest is told."""
    await house.invoice("F-1", amount="6000.00", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    plan = tmp_path / "gentle.yaml"
    plan.write_text(GENTLE, "utf-8")
    await starter("replan", "F-1", "--to", str(plan))
    assert "DestinationUnknown" in (await starter("refer", "F-1", "--to", "Nobody")).err
    assert "DebtorNotTold" in (await starter("refer", "F-1")).err
    told = ("--reason", "large", "--without-notice")
    assert (await starter("refer", "F-1", *told)).code == 0
    [asked] = (await starter("why", "--all", "--json")).data
    assert asked["reason"] == "AwaitingApproval"
    [sleeper] = (await starter("asleep", "--json")).data
    assert (sleeper["reason"], sleeper["wakes_at"]) == ("AwaitingApproval", None)
    assert "ApproverIsProposer" in (await starter("approve", "F-1")).err
    approved = await run_starter(
        "approve", "F-1", environment={**environment, "RELANCE_AUTHOR": "anna"}
    )
    assert approved.code == 0
    case = await house.case("F-1")
    assert (case.state, case.referred_to) == (CaseState.REFERRED, "Maître Colin")
    given_up = await starter("uncollectible", "F-1", "--reason", "no assets")
    assert given_up.code == 0
    assert (await house.case("F-1")).closing is ClosingReason.UNCOLLECTIBLE


async def test_a_barred_claim_is_foretold_and_referred_only_on_purpose(
    house: House, starter: Type
) -> None:
    """Its formal notice is announced as one that stays; to hand it over takes a deliberate yes."""
    await house.invoice("F-OLD", amount="100.00", due=date(2019, 11, 10))
    await house.open("F-OLD", datetime.now(UTC))
    shown = await starter("show", "F-OLD")
    assert re.search(r"formal-notice \(not sent: the last day .* was 2024-\d\d-\d\d\)", shown.out)
    assert shown.out.count("(not sent") == 1
    unasked = await starter("refer", "F-OLD")
    assert "warning: case/atelier/F-OLD: the last day to go to court was 2024" in unasked.err
    assert (unasked.code, "--yes" in unasked.err) == (2, True)
    assert (await house.case("F-OLD")).proposal is None
    assert (await house.case("F-OLD")).state is CaseState.OPEN
    asked = await starter("refer", "F-OLD", "--yes", "--without-notice")
    assert asked.code == 0
    case = await house.case("F-OLD")
    assert case.proposal is not None or case.state is CaseState.REFERRED
