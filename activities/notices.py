"""What does this contact have to say? Gathers a notice from the case and the latest addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from activities.delivery import Step
from activities.errors import DeliveryPostponed, DeliveryRefused
from domain.business_calendar import days_overdue, local_day
from domain.interest_words import LANGUAGES
from domain.item_account import account_of_case
from domain.ladder import due_moment, level_of, pending_steps
from domain.languages import LAST_RESORT, languages_for
from domain.notice_claim import add_up, state_case, told
from domain.notices import notices_of
from domain.rates import RateTable
from domain.referral import destination_of
from domain.sharing import firmest
from domain.time_to_sue import barred_among, threatens_court
from schemas.case import CollectionCase, StepOutcome
from schemas.interest import ClaimStatement
from schemas.invoice import Invoice
from schemas.notice import EarlierContact, Notice, NoticeItem
from schemas.parties import Creditor, Debtor
from schemas.pauses import Arrangement, Dispute, Instalment
from schemas.plan import Channel, Charges, DunningStep, NoticeKind
from store.court_facts import court_facts
from store.pool import Pool
from store.receivables import read_debtor, read_invoices


async def gather_notice(
    pool: Pool, creditors: Mapping[str, Creditor], step: Step, rates: RateTable | None = None
) -> Notice:
    """Everything the message may mention, with amounts and dates as of the step's own moment.

    Args:
        pool: the database.
        creditors: by their short names.
        step: what is about to be sent.
        rates: the reference rates; without them no message names interest or fixed sums.

    Raises:
        DeliveryRefused: when creditor, debtor or invoice is not known here, or the claim is barred.
        DeliveryPostponed: when another claim of the message is.
    """
    case, order = step.case, step.order
    creditor = creditors.get(case.creditor)
    if creditor is None:
        raise DeliveryRefused("CreditorUnknown", f"there is no creditor file for {case.creditor!r}")
    debtor = await read_debtor(pool, case.creditor, case.debtor_id)
    if debtor is None:
        raise DeliveryRefused("NotImported", f"the debtor of {case.case_id} is not imported")
    today = step.now.astimezone(ZoneInfo(creditor.time_zone)).date()
    if order.answers is not None:
        return await _answer(pool, creditor, debtor, step, today)
    cases = [case, *(other.case for other in step.others)]
    cases.sort(key=lambda one: (one.due_date, one.invoice))
    steps, tone = _steps(step), tone_of(step)
    await _none_is_barred(pool, step, cases)
    charges = told(tone.charges, debtor)
    stated = partial(_stated, debtor, creditor, today, charges, rates)
    invoices = await read_invoices(pool, case.creditor, [one.invoice for one in cases])
    items = [_item(invoices, one, today, stated(one)) for one in cases]
    principal = sum((item.asked for item in items[1:]), items[0].asked)
    pay_by = _pay_by(order.step, cases, today)
    return Notice(
        reference=step.reference,
        template=tone.template,
        level=max(level_of(*one) for one in steps),
        on=today,
        pay_by=pay_by,
        creditor=creditor,
        debtor=debtor,
        items=tuple(items),
        earlier=_earlier(cases),
        claim=add_up(charges, principal, [item.statement for item in items]),
        follows=_follows(case, order.step),
        refer_to=destination.to if (destination := destination_of(case)) else "",
        refer_on=_refer_on(case, pay_by),
    )


async def _answer(
    pool: Pool, creditor: Creditor, debtor: Debtor, step: Step, today: date
) -> Notice:
    """What answers an event: about one case, and the promise or dispute as it stands."""
    case, order = step.case, step.order
    cases = [case, *(other.case for other in step.others)]
    promise = _promised(cases) if order.answers is NoticeKind.PROMISE else None
    dispute = None
    if order.answers is NoticeKind.DISPUTE:
        about = [order.about, *(notices_of(one.case)[one.step] for one in step.others)]
        dispute = _disputed(cases, about, ZoneInfo(creditor.time_zone))
    cases.sort(key=lambda one: (one.due_date, one.invoice))
    pay_by = today + timedelta(days=order.step.pay_within_days)
    invoices = await read_invoices(pool, case.creditor, [one.invoice for one in cases])
    return Notice(
        reference=step.reference,
        template=order.step.template,
        level=order.level,
        on=today,
        pay_by=promise.instalments[-1].on if promise else pay_by,
        creditor=creditor,
        debtor=debtor,
        items=tuple(_item(invoices, one, today, None) for one in cases),
        earlier=_earlier(cases),
        promise=promise,
        dispute=dispute,
    )


def _promised(cases: list[CollectionCase]) -> Arrangement | None:
    """The promise of these cases, which is for the same day, as one; or the one that is alone."""
    made = [case.arrangement for case in cases if case.arrangement]
    if len(made) < 2:
        return made[0] if made else None
    parts = [one.instalments[0].amount for one in made]
    together = Instalment(amount=sum(parts[1:], parts[0]), on=made[0].instalments[0].on)
    return made[0].model_copy(update={"instalments": (together,)})


def _disputed(cases: list[CollectionCase], about: list[str], zone: ZoneInfo) -> Dispute | None:
    """The disputes of these ids as one, with the deadline on the creditor's clock."""
    found = [one for case in cases for one in case.disputes if one.dispute_id in about]
    if not found:
        return None
    amounts = [one.amount for one in found]
    changes: dict[str, object] = {"amount": sum(amounts[1:], amounts[0])}
    if found[0].deadline is not None:
        changes["deadline"] = found[0].deadline.astimezone(zone)
    return found[0].model_copy(update=changes)


async def _none_is_barred(pool: Pool, step: Step, cases: Sequence[CollectionCase]) -> None:
    """Nobody is threatened with a court that would not hear the claim any more."""
    if not any(threatens_court(one) for _, one in _steps(step)):
        return
    facts = await court_facts(pool, [one.case_id for one in cases])
    barred = barred_among(cases, facts, step.now)
    if limit := barred.get(step.case.case_id):
        name, day = step.order.step.name, limit.limitation_day
        words = f"{name!r} announces a court, and the claim is barred since {day}"
        raise DeliveryRefused("ClaimBarred", f"{words} ({limit.law})")
    if barred:  # It was not when they joined: the message is put together anew, without them.
        words = f"no court would hear {', '.join(sorted(barred))} any more"
        raise DeliveryPostponed(words)


def tone_of(step: Step) -> DunningStep:
    """The firmest of the steps that a message takes: its text, its recipients, its documents.

    An answer is no step of any ladder, and has a tone of its own.
    """
    return step.order.step if step.order.answers else firmest(_steps(step))


def _steps(step: Step) -> list[tuple[CollectionCase, DunningStep]]:
    found = [(step.case, step.order.step)]
    for other in step.others:
        taken = other.case.plan.step(other.step)
        found.extend([(other.case, taken)] if taken else [])
    return found


def _pay_by(step: DunningStep, cases: list[CollectionCase], today: date) -> date:
    """The deadline that the message names: before anything is due, the first due date."""
    first = min(case.due_date for case in cases)
    return first if first > today else today + timedelta(days=step.pay_within_days)


def _stated(
    debtor: Debtor,
    creditor: Creditor,
    today: date,
    charges: Charges,
    rates: RateTable | None,
    case: CollectionCase,
) -> ClaimStatement | None:
    """What a case has cost by today, if the message is to say so."""
    if charges is Charges.NONE or rates is None:
        return None
    wanted = languages_for(debtor.language, debtor.country, creditor.language)
    language = next((one for one in wanted if one in LANGUAGES), LAST_RESORT)
    return state_case(case, debtor, today, rates, language)


def _follows(case: CollectionCase, step: DunningStep) -> str:
    """What comes after a step, so that a message announces nothing that will not happen."""
    after = [one for one in pending_steps(case) if one.name != step.name]
    return after[0].template if after else ""


def _refer_on(case: CollectionCase, pay_by: date) -> date | None:
    """When the case would be handed over: never before the deadline that the message names.

    Where nobody would take it, nobody is announced.
    """
    last = case.plan.steps[-1]
    if last.channel is not Channel.REFER or destination_of(case) is None:
        return None
    return max(local_day(case.calendar, due_moment(case, last)), pay_by + timedelta(days=1))


def _item(
    invoices: Mapping[str, Invoice],
    case: CollectionCase,
    today: date,
    statement: ClaimStatement | None,
) -> NoticeItem:
    invoice = invoices.get(case.invoice)
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
        statement=statement,
        account=account_of_case(case),
        delivered_on=invoice.delivery_date,
    )


def _earlier(cases: list[CollectionCase]) -> tuple[EarlierContact, ...]:
    """What reached the debtor about any of these invoices since it was due, each message once.

    A call task on a worklist is no call yet, and who was written to before the due date was not
    reminded of anything.
    """
    found: dict[str, EarlierContact] = {}
    for case in cases:
        for done in case.steps:
            on = local_day(case.calendar, done.at)
            performed = done.outcome is StepOutcome.PERFORMED
            if performed and done.channel is not Channel.PHONE and on > case.due_date:
                told = EarlierContact(on=on, channel=done.channel, step=done.step)
                found.setdefault(done.reference or f"{case.case_id}/{done.step}/{on}", told)
    return tuple(sorted(found.values(), key=lambda one: one.on))
