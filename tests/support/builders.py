"""Which case, plan or payment is meant? Those of every story, but for what the story names."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.case import opened
from schemas.calendar import ContactCalendar
from schemas.case import CollectionCase
from schemas.commands import CancelCase, CompleteTask, CorrectInvoice, RecordPayment
from schemas.events import CaseOpened, StepFailed, StepPerformed
from schemas.identifiers import case_id, contact_reference
from schemas.money import Money
from schemas.plan import Channel, DunningPlan, DunningStep

DUE = date(2027, 1, 4)
"""A Monday; every step of ``a_plan()`` then falls on a working day."""

PARIS = ContactCalendar()
"""Monday to Friday from nine to six in Paris, without holidays."""

LADDER = (
    ("courtesy", 3, Channel.EMAIL),
    ("reminder", 10, Channel.EMAIL),
    ("call", 15, Channel.PHONE),
    ("firm", 30, Channel.EMAIL),
    ("formal-notice", 45, Channel.LETTER),
    ("hand-over", 60, Channel.REFER),
)
"""Names, days and channels of the ordinary plan."""


def euros(amount: str) -> Money:
    """An amount in EUR."""
    return Money(amount=Decimal(amount), currency="EUR")


def paris(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of a day in Paris, as an instant in UTC."""
    return datetime.combine(day, time(hour, minute), ZoneInfo("Europe/Paris")).astimezone(UTC)


def after_due(days: int) -> date:
    """So many days after the due date."""
    return DUE + timedelta(days=days)


def a_plan(*steps: tuple[str, int, Channel]) -> DunningPlan:
    """A plan of these steps, or the ordinary ladder of six."""
    return DunningPlan(
        plan="standard",
        steps=tuple(
            DunningStep(name=name, day=day, channel=channel)
            for name, day, channel in steps or LADDER
        ),
    )


def an_opening(
    *,
    owing: str = "100.00",
    currency: str = "EUR",
    due: date = DUE,
    opened_at: datetime | None = None,
    plan: DunningPlan | None = None,
    calendar: ContactCalendar = PARIS,
    invoice: str = "F-1",
) -> CaseOpened:
    """The first event of a case; on time unless the story says when."""
    return CaseOpened(
        at=opened_at or paris(due + timedelta(days=1), hour=6),
        case_id=case_id("atelier", invoice),
        creditor="atelier",
        invoice=invoice,
        debtor_id="D1",
        claim=Money(amount=Decimal(owing), currency=currency),
        due_date=due,
        plan=plan or a_plan(),
        calendar=calendar,
    )


def a_case(
    *,
    owing: str = "100.00",
    currency: str = "EUR",
    due: date = DUE,
    opened_at: datetime | None = None,
    plan: DunningPlan | None = None,
    calendar: ContactCalendar = PARIS,
) -> CollectionCase:
    """A case just opened."""
    opening = an_opening(
        owing=owing, currency=currency, due=due, opened_at=opened_at, plan=plan, calendar=calendar
    )
    return opened(opening)


def performed(
    step: str, on: date, *, channel: Channel = Channel.EMAIL, cycle: int = 1, unknown: bool = False
) -> StepPerformed:
    """A step that was taken at noon of a day; nobody knows whether it left, if the story says."""
    reference = contact_reference(case_id("atelier", "F-1"), step, cycle)
    return StepPerformed(
        at=paris(on),
        cause=reference,
        step=step,
        channel=channel,
        cycle=cycle,
        reference=reference,
        asked=euros("100.00"),
        delivery="unknown" if unknown else "accepted",
    )


def failed(step: str, on: date, *, channel: Channel = Channel.EMAIL, cycle: int = 1) -> StepFailed:
    """A step that no retry would mend, at noon of a day."""
    reference = contact_reference(case_id("atelier", "F-1"), step, cycle)
    return StepFailed(
        at=paris(on),
        cause=reference,
        step=step,
        channel=channel,
        cycle=cycle,
        reference=reference,
        reason="EmailAddressMissing",
        explanation="the debtor has no e-mail address",
    )


def a_payment(
    amount: str = "100.00", *, payment: str = "P-1", currency: str = "EUR", on: date = DUE
) -> RecordPayment:
    """Money that the bank reports."""
    return RecordPayment(
        command_id=payment,
        by="bank",
        amount=Money(amount=Decimal(amount), currency=currency),
        received_on=on,
        source="test",
    )


def a_correction(
    amount: str = "100.00", *, due: date = DUE, currency: str = "EUR", correction: str = "C-1"
) -> CorrectInvoice:
    """What the ledger of record says now."""
    return CorrectInvoice(
        command_id=correction,
        by="ledger",
        amount=Money(amount=Decimal(amount), currency=currency),
        due_date=due,
    )


def a_cancellation(request: str = "X-1") -> CancelCase:
    """A person who stops a case."""
    return CancelCase(command_id=request, by="claire", reason="credited by hand")


def an_outcome(task: str, outcome: str, *, request: str = "T-1") -> CompleteTask:
    """A person who says what came of a task."""
    return CompleteTask(command_id=request, by="claire", task_id=task, outcome=outcome)
