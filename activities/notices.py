"""What does this contact have to say? Gathers a notice from the case and the latest addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from activities.errors import DeliveryRefused
from activities.step_turn import Step
from domain.business_calendar import days_overdue, local_day
from domain.ladder import level_of
from domain.sharing import firmest
from schemas.case import CollectionCase, StepOutcome
from schemas.notice import EarlierContact, Notice, NoticeItem
from schemas.parties import Creditor
from schemas.plan import Channel, DunningStep
from store.pool import Pool
from store.receivables import read_debtor, read_invoice


async def gather_notice(pool: Pool, creditors: Mapping[str, Creditor], step: Step) -> Notice:
    """Everything the message may mention, with amounts and dates as of the step's own moment.

    Raises:
        DeliveryRefused: when the creditor, the debtor or the invoice is not known here.
    """
    case, order = step.case, step.order
    creditor = creditors.get(case.creditor)
    if creditor is None:
        raise DeliveryRefused("CreditorUnknown", f"there is no creditor file for {case.creditor!r}")
    debtor = await read_debtor(pool, case.creditor, case.debtor_id)
    if debtor is None:
        raise DeliveryRefused("NotImported", f"the debtor of {case.case_id} is not imported")
    today = step.now.astimezone(ZoneInfo(creditor.time_zone)).date()
    cases = [case, *(other.case for other in step.others)]
    cases.sort(key=lambda one: (one.due_date, one.invoice))
    items = [await _item(pool, one, today) for one in cases]
    steps, tone = _steps(step), tone_of(step)
    return Notice(
        reference=step.reference,
        template=tone.template,
        level=max(level_of(*one) for one in steps),
        on=today,
        pay_by=_pay_by(order.step.pay_within_days, today),
        creditor=creditor,
        debtor=debtor,
        items=tuple(items),
        earlier=_earlier(case),
    )


def tone_of(step: Step) -> DunningStep:
    """The firmest of the steps that a message takes: its text, its recipients, its documents."""
    return firmest(_steps(step))


def _steps(step: Step) -> list[tuple[CollectionCase, DunningStep]]:
    found = [(step.case, step.order.step)]
    for other in step.others:
        taken = other.case.plan.step(other.step)
        found.extend([(other.case, taken)] if taken else [])
    return found


async def _item(pool: Pool, case: CollectionCase, today: date) -> NoticeItem:
    invoice = await read_invoice(pool, case.creditor, case.invoice)
    if invoice is None:
        raise DeliveryRefused("NotImported", f"the invoice of {case.case_id} is not imported")
    return NoticeItem(
        invoice=case.invoice,
        issue_date=invoice.issue_date,
        due_date=case.due_date,
        amount=case.claim - case.credited,
        paid=case.paid,
        asked=case.asked,
        days_overdue=days_overdue(case.due_date, today),
        purchase_order=invoice.purchase_order,
        reference=invoice.reference,
    )


def _pay_by(days: int, today: date) -> date:
    return today + timedelta(days=days)


def _earlier(case: CollectionCase) -> tuple[EarlierContact, ...]:
    """What reached the debtor before: a call task on a worklist is no call yet."""
    return tuple(
        EarlierContact(on=local_day(case.calendar, done.at), channel=done.channel, step=done.step)
        for done in case.steps
        if done.outcome is StepOutcome.PERFORMED and done.channel is not Channel.PHONE
    )
