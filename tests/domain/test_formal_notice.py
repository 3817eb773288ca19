"""What puts a debtor in default, when has it reached them, and what follows?"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from pathlib import Path

import pytest

from domain.case import decide, evolve
from domain.facts import read_fact
from domain.formal_notice import day_served, is_formal_notice, unproven_notices
from domain.notice_claim import claim_of_case, state_case
from domain.rate_file import read_rates
from schemas.case import ClosingReason, CollectionCase
from schemas.commands import Refusal
from schemas.events import CaseClosed
from schemas.parties import Capacity, Debtor
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.postage import LetterKind, PostalState
from schemas.service import ReportService
from tests.support.builders import a_case

FILE = Path(__file__).parents[2] / "rates" / "reference-rates.csv"
RATES = read_rates(FILE.read_bytes(), str(FILE))


@pytest.mark.parametrize(
    ("template", "is_one"),
    [("formal-notice", True), ("formal-notice-rent", True), ("firm", False), ("reminder", False)],
)
def test_a_formal_notice_is_known_by_its_text(template: str, *, is_one: bool) -> None:
    """Whatever the step is called: what it says puts the debtor in default, or does not."""
    assert is_formal_notice(template) is is_one


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("template", ["formal-notice", "firm"])
def test_a_simple_electronic_letter_is_no_proof_of_a_formal_notice(
    kind: LetterKind, template: str
) -> None:
    """Only that kind, and only where the law asks for a registered letter, is warned of."""
    step = DunningStep(name="n", day=1, channel=Channel.LETTER, template=template, letter=kind)
    warned = unproven_notices(DunningPlan(plan="p", steps=(step,)))
    wrong = kind is LetterKind.ELECTRONIC_SIMPLE and template == "formal-notice"
    assert [one.partition(":")[0] for one in warned] == (["n"] if wrong else [])


MADE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SHOWN = datetime(2026, 11, 4, 9, 0, tzinfo=UTC)
ENDED = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
HEARD = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "presented", "ended", "day"),
    [
        (PostalState.DELIVERED, SHOWN, ENDED, date(2026, 11, 20)),  # half past midnight in Paris
        (PostalState.REFUSED, SHOWN, ENDED, date(2026, 11, 4)),
        (PostalState.NOT_CLAIMED, SHOWN, ENDED, date(2026, 11, 4)),
        (PostalState.NOT_CLAIMED, None, ENDED, date(2026, 11, 20)),
        (PostalState.DELIVERED, SHOWN, None, date(2026, 11, 21)),  # nobody said when: today
        (PostalState.DELIVERED, None, MADE - timedelta(days=400), date(2026, 11, 21)),
        (PostalState.REFUSED, HEARD + timedelta(days=3), ENDED, date(2026, 11, 21)),
    ],
)
def test_a_notice_counts_from_its_delivery_or_first_presentation(
    state: PostalState, presented: datetime | None, ended: datetime | None, day: date
) -> None:
    """On the debtor's clock; a day that cannot be is replaced by today, never by an earlier one."""
    assert day_served(state, presented, ended, MADE, HEARD, "Europe/Paris") == day


def told(on: str, reference: str = "R1", **more: object) -> ReportService:
    """A notice has arrived."""
    said = {"command_id": f"{reference}-{on}-{more}", "reference": reference, "on": on}
    return ReportService.model_validate({**said, **more})


def served(*facts: ReportService) -> tuple[CollectionCase, int]:
    """A case that was told these things, and how many of them went on record."""
    case, recorded = a_case(owing="1000.00", due=date(2025, 3, 31)), 0
    for fact in facts:
        events = decide(case, fact, case.opened_at)
        assert not isinstance(events, Refusal)
        recorded += len(events)
        case = reduce(evolve, events, case)
    return case, recorded


def test_of_several_notices_the_first_that_arrived_counts() -> None:
    """In whatever order they are told, and told twice it is on record once."""
    facts = (told("2025-07-10", "R2"), told("2025-07-01", "R1"), told("2025-07-10", "R2", by="x"))
    case, recorded = served(*facts)
    assert (case.formal_notice_on, recorded) == (date(2025, 7, 1), 2)
    assert served()[0].formal_notice_on is None


def test_a_wrong_day_is_corrected_and_a_person_has_the_last_word() -> None:
    """What the provider says later changes nothing of what a person has found out."""
    case, _ = served(told("2025-07-01"), told("2025-07-03", by_hand=True), told("2025-07-02"))
    assert case.formal_notice_on == date(2025, 7, 3)
    case, _ = served(told("2025-07-03", by_hand=True), told("2025-07-05", by_hand=True))
    assert case.formal_notice_on == date(2025, 7, 5)


def test_a_receipt_that_comes_later_is_put_beside_the_day() -> None:
    """The scan of the receipt takes days; the day stands meanwhile."""
    case, recorded = served(told("2025-07-01"), told("2025-07-01", sha256="ab" * 32))
    assert (recorded, case.services[0].sha256) == (2, "ab" * 32)


def test_a_closed_case_hears_of_it_too() -> None:
    """Paid on the day the letter was delivered: what was served stays known."""
    case, _ = served()
    case = reduce(evolve, [CaseClosed(at=case.opened_at, reason=ClosingReason.PAID)], case)
    events = decide(case, told("2025-07-01"), case.opened_at)
    assert not isinstance(events, Refusal)
    assert reduce(evolve, events, case).formal_notice_on == date(2025, 7, 1)


def test_a_consumer_owes_interest_from_the_day_it_was_served() -> None:
    """The account and every later message: nothing before, the legal rate from the day after."""
    case, _ = served(told("2025-07-01", outcome="refused"))
    consumer = Debtor(creditor="a", debtor_id="D1", name="D", capacity=Capacity.CONSUMER)
    stated = state_case(case, consumer, date(2025, 7, 31), RATES)
    assert stated is not None
    # 30 days from 2 July at 2.76 %, as the creditor is a company: 1000 x 2.76 % x 30 / 365.
    assert (str(stated.interest), stated.interest_from) == ("2.27 EUR", date(2025, 7, 2))
    before = state_case(case, consumer, date(2025, 6, 30), RATES)
    assert before is not None
    assert before.interest.amount == 0


def test_a_day_beyond_every_account_is_left_out_of_it() -> None:
    """A slip of the year keeps no message from leaving, and no account from being stated."""
    case, _ = served(told("0205-07-01"))
    debtor = Debtor(creditor="a", debtor_id="D1", name="D")
    assert claim_of_case(case, debtor).formal_notice_on is None


@pytest.mark.parametrize("body", [{"on": "2025-07-01"}, {"on": "2025-07-01", "reference": "R1"}])
def test_a_plain_signal_can_say_it(body: dict[str, str]) -> None:
    """Any client of the engine may tell a case; its id follows from what is said."""
    fact = read_fact("formal_notice_served", [json.dumps(body).encode()], "x")
    assert isinstance(fact, ReportService)
    assert (fact.on, fact.command_id) == (
        date(2025, 7, 1),
        f"served-{body.get('reference', '')}-2025-07-01",
    )
