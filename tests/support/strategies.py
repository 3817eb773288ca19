"""Which cases, facts and requests may there be? Any; the properties of the rules range over all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from schemas.calendar import ContactCalendar, Holiday
from schemas.case import CollectionCase
from schemas.commands import (
    AgreeInstalments,
    ApproveReferral,
    Asked,
    CancelCase,
    ClaimCharges,
    CompleteTask,
    CorrectInvoice,
    DeclareUncollectible,
    DoStepNow,
    IssueCreditNote,
    NoteUnreadableFact,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    RecallCase,
    ReceiveReply,
    RecordPayment,
    ReferCase,
    ReinstateCharges,
    RejectReferral,
    Release,
    ReopenCase,
    ReplanCase,
    ReportBounce,
    ResolveDispute,
    ReversePayment,
    SkipStep,
    StopContacts,
    UndoStep,
    WaiveCharges,
    WithdrawPromise,
    WriteOff,
)
from schemas.events import CaseOpened
from schemas.identifiers import case_id, contact_reference
from schemas.interest import WaivedPart
from schemas.money import Money
from schemas.pauses import DisputeReason, Instalment, StopKind
from schemas.plan import Channel, DunningPlan, ResumePolicy
from schemas.referral import Approval, Destination, ReferralConditions
from schemas.requests import BounceKind
from schemas.service import ReportService
from tests.support.builders import DUE, a_plan, an_opening

CONTACTS = st.sampled_from([Channel.EMAIL, Channel.PHONE, Channel.LETTER])
CENTS = st.integers(1, 500) | st.integers(5_000, 100_000)
MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2028, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware by its second argument
ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Pacific/Auckland"])
DUE_DATES = st.dates(DUE - timedelta(days=60), DUE + timedelta(days=60))


def money(cents: int, currency: str = "EUR") -> Money:
    """An amount given in cents."""
    return Money(amount=Decimal(cents) / 100, currency=currency)


DESTINATIONS = st.builds(
    Destination,
    to=st.sampled_from(["Recouvra", "Maître Colin"]),
    approval=st.sampled_from(Approval),
    when=st.builds(
        ReferralConditions,
        min_amount=st.sampled_from([Decimal(0), Decimal(20)]),
        min_age_days=st.sampled_from([0, 40]),
        countries=st.sampled_from([(), (), ("FR",)]),
        no_open_dispute=st.booleans(),
    ),
)


@st.composite
def plans(draw: st.DrawFn, *, by_rule: bool = False) -> DunningPlan:
    """Any short ladder, with or without a hand-over at its end, resuming in any way.

    Args:
        draw: as the library calls it.
        by_rule: destinations with conditions say who takes the case, and who must agree.
    """
    days = sorted(draw(st.lists(st.integers(-10, 60), min_size=1, max_size=6)))
    steps = [(f"step-{place}", day, draw(CONTACTS)) for place, day in enumerate(days)]
    if draw(st.booleans()):
        steps.append(("hand-over", days[-1] + draw(st.integers(0, 10)), Channel.REFER))
    return a_plan(*steps).model_copy(
        update={
            "plan": draw(st.sampled_from(["standard", "other"])),
            "refer": tuple(draw(st.lists(DESTINATIONS, max_size=2 if by_rule else 0))),
            "resume": draw(st.sampled_from(ResumePolicy)),
            "small_remainder": Decimal(draw(st.sampled_from(["0", "0", "1.00"]))),
            "bank_days": draw(st.integers(0, 3)),
            "promises_in_a_row": draw(st.integers(0, 3)),
        }
    )


@st.composite
def calendars(draw: st.DrawFn) -> ContactCalendar:
    """Any working days, with holidays around the time of the case."""
    holidays = draw(st.sets(st.dates(DUE, DUE + timedelta(days=60)), max_size=6))
    return ContactCalendar(
        time_zone=draw(ZONES),
        weekdays=tuple(sorted(draw(st.sets(st.integers(1, 7), min_size=2)))),
        holidays=tuple(Holiday(day=day, name="Feast") for day in sorted(holidays)),
    )


@st.composite
def openings(draw: st.DrawFn, *, by_rule: bool = False) -> CaseOpened:
    """Any case, opened before, on, or long after its due date."""
    late = timedelta(days=draw(st.integers(-20, 100)), hours=draw(st.integers(0, 23)))
    opening = an_opening(
        owing=str(money(draw(CENTS)).amount),
        opened_at=datetime(2027, 1, 4, tzinfo=UTC) + late,
        plan=draw(plans(by_rule=by_rule)),
        calendar=draw(calendars()),
    )
    return opening.model_copy(update={"country": draw(st.sampled_from(["", "FR"]))})


AMOUNTS = st.integers(-500, 5_000) | st.integers(1, 100_000)
CURRENCIES = st.sampled_from(["EUR", "EUR", "EUR", "USD"])
IDS = st.sampled_from([f"id-{number}" for number in range(30)])
NEW_IDS = st.integers(0, 10_000).map(lambda number: f"request-{number}") | IDS
REFERENCES = st.builds(
    contact_reference,
    st.just(case_id("atelier", "F-1")),
    st.integers(0, 5).map(lambda place: f"step-{place}"),
    st.integers(1, 2),
)
DAYS = st.integers(0, 30)
FACTS = st.one_of(
    st.builds(
        RecordPayment,
        command_id=IDS,
        amount=st.builds(money, AMOUNTS, CURRENCIES),
        received_on=DUE_DATES,
    ),
    st.builds(
        CorrectInvoice,
        command_id=IDS,
        amount=st.builds(money, AMOUNTS, CURRENCIES),
        due_date=DUE_DATES | st.sampled_from([date.min, date.max]),
    ),
    st.builds(NoteUnreadableFact, command_id=IDS, name=st.just("bounce"), problem=st.text()),
    st.builds(ReversePayment, command_id=IDS, payment_id=IDS),
    st.builds(
        ReportService,
        command_id=IDS,
        reference=st.sampled_from(["", "R1", "R2"]),
        on=DUE_DATES,
        outcome=st.sampled_from(["delivered", "refused", "not-claimed"]),
        by_hand=st.booleans(),
    ),
    st.builds(ReceiveReply, command_id=IDS, excerpt=st.text(max_size=50), hold_days=DAYS),
    st.builds(
        ReportBounce,
        command_id=IDS,
        reference=REFERENCES,
        kind=st.sampled_from(list(BounceKind)),
    ),
    st.builds(
        IssueCreditNote,
        command_id=IDS,
        amount=st.builds(money, AMOUNTS, CURRENCIES),
        on=DUE_DATES,
    ),
)
STOPS = st.builds(
    StopContacts,
    command_id=NEW_IDS,
    kind=st.sampled_from(list(StopKind)),
    on=DUE_DATES | st.sampled_from([date.min, date.max]),
)
ENDINGS = st.one_of(
    st.builds(CancelCase, command_id=NEW_IDS, reason=st.just("asked")),
    st.builds(
        CompleteTask, command_id=NEW_IDS, task_id=st.just("nothing"), outcome=st.just("done")
    ),
    st.builds(WriteOff, command_id=NEW_IDS, reason=st.just("asked")),
    st.builds(
        ClaimCharges,
        command_id=NEW_IDS,
        interest=st.integers(0, 50).map(money),
        indemnity=st.sampled_from([0, 4000]).map(money),
        on=st.just(date(2027, 3, 1)),
    ),
    st.builds(
        WaiveCharges,
        command_id=NEW_IDS,
        part=st.sampled_from([*WaivedPart, None]),
        amount=st.none() | st.integers(1, 50).map(money),
        reason=st.just("asked"),
    ),
    st.builds(ReinstateCharges, command_id=NEW_IDS, reason=st.just("asked")),
)
STEP_REQUESTS = st.one_of(
    st.builds(SkipStep, command_id=NEW_IDS, reason=st.just("asked")),
    st.builds(DoStepNow, command_id=NEW_IDS),
    st.builds(UndoStep, command_id=NEW_IDS),
    st.builds(DoStepNow, command_id=NEW_IDS, step=st.just("step-1")),
    st.builds(RecallCase, command_id=NEW_IDS, reason=st.just("asked")),
    st.builds(ReopenCase, command_id=NEW_IDS, reason=st.just("asked")),
)
REFERRALS = st.one_of(
    st.builds(
        ReferCase,
        command_id=NEW_IDS,
        to=st.sampled_from(["", "recouvra"]),
        by=st.just("anna"),
        without_notice=st.booleans(),
    ),
    st.builds(ApproveReferral, command_id=NEW_IDS, by=st.sampled_from(["anna", "claire"])),
    st.builds(RejectReferral, command_id=NEW_IDS, reason=st.just("no")),
    st.builds(DeclareUncollectible, command_id=NEW_IDS, reason=st.just("asked")),
)
REPLANS = st.builds(
    ReplanCase,
    command_id=NEW_IDS,
    plan=plans(by_rule=True),
    mode=st.sampled_from(["keep", "restart", "move"]),
    step=st.sampled_from(["step-0", "step-1", "step-2", "hand-over"]),
)


def pausing(now: datetime) -> st.SearchStrategy[Asked]:
    """Any request that makes a case wait, with days around now."""
    days = st.integers(-1, 40).map(lambda count: (now + timedelta(days=count)).date())
    moments = st.integers(-10, 900).map(lambda hours: now + timedelta(hours=hours))
    amounts = st.none() | st.builds(money, AMOUNTS, CURRENCIES)
    parts = st.builds(Instalment, amount=st.builds(money, st.integers(-1, 9_000)), on=days)
    ordered = st.lists(parts, min_size=1, max_size=3, unique_by=lambda one: one.on).map(
        lambda found: tuple(sorted(found, key=lambda one: one.on))
    )
    return st.one_of(
        st.builds(
            RaiseDispute,
            command_id=NEW_IDS,
            amount=amounts,
            reason=st.sampled_from(list(DisputeReason)),
            deadline=st.none() | moments,
        ),
        st.builds(PromiseToPay, command_id=NEW_IDS, amount=amounts, on=days),
        st.builds(
            AgreeInstalments, command_id=NEW_IDS, instalments=ordered, accelerates=st.booleans()
        ),
        st.builds(
            PlaceHold, command_id=NEW_IDS, reason=st.just("asked"), until=moments | st.none()
        ),
    )


def letting_go_on(case: CollectionCase) -> st.SearchStrategy[Asked | ReversePayment]:
    """Any request or fact that ends what a case waits for, or undoes what has ended it."""
    disputes = [one.dispute_id for one in case.disputes]
    payments = [one.payment_id for one in case.allocations]
    kinds = [one.kind for one in case.stops]
    return st.one_of(
        st.builds(
            ResolveDispute,
            command_id=NEW_IDS,
            dispute_id=st.sampled_from(["", "no such", *disputes]),
            in_favour_of=st.sampled_from(["debtor", "creditor"]),
            grace_days=st.sampled_from([0, 0, 3, 30]),
        ),
        st.builds(Release, command_id=NEW_IDS, kind=st.sampled_from([*kinds, None])),
        st.builds(Release, command_id=NEW_IDS, kind=st.sampled_from([*kinds, None])),
        st.builds(
            ReversePayment,
            command_id=NEW_IDS,
            payment_id=st.sampled_from(["no such", *payments]),
        ),
        st.builds(WithdrawPromise, command_id=NEW_IDS, reason=st.just("by mistake")),
    )
