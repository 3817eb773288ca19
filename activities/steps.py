"""How does each channel carry out a step? E-mail, phone task, letter, referral."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from temporalio import activity

from activities.delivery import BeginHandOver, Delivered, Step
from activities.email_message import EmailAddressInvalid, EmailAddressMissing
from activities.errors import DeliveryRefused
from activities.heartbeat import uninterrupted
from activities.letter_office import LetterOffice
from activities.letter_pdf import AddressDoesNotFit, AddressMissing, LetterPress
from activities.library import read_rate_table
from activities.notice_turn import NoticeTurn
from activities.notices import gather_notice, tone_of
from activities.outgoing_mail import OutgoingMail, PostRoom
from activities.press import CharacterMissing
from activities.smtp import Mailer
from activities.step_turn import NO_POLICY_OF_ITS_OWN, StepTurn
from activities.template_engine import TemplateBroken, TemplateMissing
from activities.texts import TooManyItems
from domain.notice_claim import claims_of
from domain.telephone import NO_USABLE_NUMBER, telephone_number
from schemas.notice import KeptMessage, Notice
from schemas.parties import Creditor
from schemas.turns import StepOrder, TurnResult
from store.pool import Pool
from store.receivables import read_debtor

UNFIT = (
    *(EmailAddressInvalid, EmailAddressMissing, AddressDoesNotFit, AddressMissing),
    *(CharacterMissing, TemplateBroken, TemplateMissing, TooManyItems),
)
"""What is wrong with the address or the text; only a person can mend it."""

NOT_AGREED = "the consumer has not agreed to electronic letters"


class Steps:
    """The four channels, each an activity of its own on a task queue of its own."""

    def __init__(
        self,
        pool: Pool,
        creditors: Mapping[str, Creditor],
        mailer: Mailer | PostRoom,
        templates: Path,
        letters: Path | LetterOffice,
        rates: Path | None = None,
    ) -> None:
        self._pool = pool
        self._creditors = creditors
        room = mailer if isinstance(mailer, PostRoom) else PostRoom(mailer)
        self._mail = OutgoingMail(pool, room, templates)
        self._office = LetterOffice(pool, letters) if isinstance(letters, Path) else letters
        self._rates = rates
        self._press = LetterPress(templates)

    @activity.defn(name="send_email")
    async def send_email(self, order: StepOrder) -> TurnResult:
        """Write the e-mail and hand it to the mail server, once."""
        turn = self._turn(order, repeatable=False)
        return await uninterrupted(turn.take(self._email))

    @activity.defn(name="send_notice")
    async def send_notice(self, order: StepOrder) -> TurnResult:
        """Answer an event by e-mail, once."""
        return await uninterrupted(NoticeTurn(self._pool, order).take(self._email))

    @activity.defn(name="open_phone_task")
    async def open_phone_task(self, order: StepOrder) -> TurnResult:
        """Put a call on the worklist; the task is a row that follows from the event."""
        turn = self._turn(order, repeatable=True)
        return await uninterrupted(turn.take(self._call))

    @activity.defn(name="post_letter")
    async def post_letter(self, order: StepOrder) -> TurnResult:
        """Print the letter and drop it, once: its reference is the file's name."""
        turn = self._turn(order, repeatable=True)
        return await uninterrupted(turn.take(self._letter))

    @activity.defn(name="refer_case")
    async def refer_case(self, order: StepOrder) -> TurnResult:
        """Put the hand-over on record and before a person."""
        turn = self._turn(order, repeatable=True)
        return await uninterrupted(turn.take(_on_record))

    def _turn(self, order: StepOrder, *, repeatable: bool) -> StepTurn:
        creditor = self._creditors.get(order.creditor)
        policy = creditor.contact if creditor else NO_POLICY_OF_ITS_OWN
        return StepTurn(self._pool, order, repeatable=repeatable, policy=policy)

    async def _email(self, step: Step, begin: BeginHandOver) -> Delivered:
        notice = await self._notice(step)
        address = notice.debtor.email
        try:
            delivered = await self._mail.send(step, notice, begin)
        except UNFIT as error:
            raise _refused(error, address) from error
        except DeliveryRefused as refusal:
            refusal.address = address
            raise
        return delivered.model_copy(update={"address": address})

    async def _call(self, step: Step, _begin: BeginHandOver) -> Delivered:
        """On record is the whole effect; a number that nobody can dial is corrected first."""
        case = step.case
        debtor = await read_debtor(self._pool, case.creditor, case.debtor_id)
        if debtor is None or not debtor.phone or telephone_number(debtor.phone, debtor.country):
            return Delivered()
        return Delivered(detail=NO_USABLE_NUMBER)

    async def _letter(self, step: Step, begin: BeginHandOver) -> Delivered:
        notice = await self._notice(step)
        # A message for several cases travels as its firmest step wants, whose text it has.
        wanted = tone_of(step).letter
        kind = await self._office.kind_for(wanted, notice)
        try:
            letter = await asyncio.to_thread(self._press.print, notice, kind)
        except UNFIT as error:
            why = "" if kind is wanted else f"{NOT_AGREED}, so it goes on paper: "
            to = [notice.debtor.email] if kind.is_electronic else notice.debtor.address.lines
            raise _refused(error, "\n".join(to), why) from error
        kept = KeptMessage(
            content=letter.pdf,
            media_type="application/pdf",
            template=notice.template,
            template_version=letter.template_version,
            language=letter.language,
            charges=claims_of(notice),
        )
        await begin(kept)
        posted = await self._office.post(notice, letter, kind)
        if kind is wanted:
            return posted
        detail = f"{posted.detail} ({kind.value}, not {wanted.value}: not agreed to)"
        return posted.model_copy(update={"detail": detail})

    async def _notice(self, step: Step) -> Notice:
        rates = read_rate_table(self._rates) if self._rates else None
        return await gather_notice(self._pool, self._creditors, step, rates)


async def _on_record(_step: Step, _begin: BeginHandOver) -> Delivered:
    """Nothing leaves the house: being on record is the whole effect."""
    return Delivered()


def _refused(error: Exception, address: str = "", why: str = "") -> DeliveryRefused:
    return DeliveryRefused(type(error).__name__, f"{why}{error}", address=address)
