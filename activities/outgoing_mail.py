"""What leaves with an e-mail, and to whom? Recipients, conversation and documents, then SMTP."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from activities.delivery import BeginHandOver, Delivered, Step
from activities.documents import find_document
from activities.email_message import (
    Attachment,
    Dispatch,
    EmailAddressInvalid,
    EmailAddressMissing,
    build_email,
    mailbox,
    message_id,
)
from activities.errors import DeliveryRefused
from activities.mail_pace import Turn
from activities.notices import tone_of
from activities.smtp import Mailer
from activities.smtp_conversation import NEEDS_SMTPUTF8, Handed
from activities.statement_pdf import StatementPress
from activities.texts import render_email
from domain.enclosures import Document, Statement, carries_statement, enclosures
from domain.notice_claim import claims_of
from domain.recipients import Recipient, recipients_of
from schemas.notice import KeptMessage, Notice
from schemas.plan import DunningStep
from store import bounces, correspondence
from store.correspondence import Correspondence, Earlier, EnclosedDocument
from store.pool import PASSING_PROBLEMS, Pool

SAID_CHARACTERS = 300

STATEMENT = ""
"""Where an invoice's number would stand, for the statement of account: no invoice is called so."""

ATTACHMENT_BYTES = 10 * 1024 * 1024
"""Of one message, before they are encoded; encoded they are a third larger."""


@dataclass(frozen=True)
class PostRoom:
    """What e-mails leave by, and what they may carry.

    Attributes:
        house: the mailer of creditors without an account of their own.
        accounts: mailers of the creditors that have one, by short name.
        documents: the folder of the invoices' documents; None for none.
        attachment_bytes: of one message, before they are encoded.
    """

    house: Mailer
    accounts: Mapping[str, Mailer] = field(default_factory=dict)
    documents: Path | None = None
    attachment_bytes: int = ATTACHMENT_BYTES

    def mailer_of(self, creditor: str) -> Mailer:
        """By which account a creditor's mail leaves."""
        return self.accounts.get(creditor, self.house)

    async def close(self) -> None:
        """Say good-bye on every kept connection."""
        for mailer in (self.house, *self.accounts.values()):
            await mailer.close()


class OutgoingMail:
    """Puts e-mails together and hands them over."""

    def __init__(self, pool: Pool, room: PostRoom, templates: Path) -> None:
        self._pool = pool
        self._room = room
        self._templates = templates
        self._statements = StatementPress(templates)

    async def send(self, step: Step, notice: Notice, begin: BeginHandOver) -> Delivered:
        """Write the e-mail of a step and hand it to the mail server, once its turn is near.

        Where the server takes no letters beyond ASCII (RFC 6531), it goes to those who need none.

        Raises:
            EmailAddressMissing, EmailAddressInvalid, TemplateBroken, …: it cannot be written.
            DeliveryRefused, DeliveryPostponed, DeliveryUnknown: as :meth:`Mailer.send`.
        """
        rule = tone_of(step)
        recipients = _usable(recipients_of(rule, notice.debtor, notice.creditor))
        _not_to_a_bad_address(recipients, notice)
        async with self._room.mailer_of(notice.creditor.creditor).turn() as turn:
            try:
                return await self._leave(step, notice, begin, turn, recipients)
            except DeliveryRefused as refusal:
                reached, others = _by_letters(recipients)
                if refusal.reason != NEEDS_SMTPUTF8 or all(one.copied for one in reached):
                    raise
            return await self._leave(step, notice, begin, turn, reached, others)

    async def _leave(
        self,
        step: Step,
        notice: Notice,
        begin: BeginHandOver,
        turn: Turn,
        recipients: Sequence[Recipient],
        left_out: Sequence[Recipient] = (),
    ) -> Delivered:
        """One message to these recipients, with whom it cannot reach on record beside them."""
        rule = tone_of(step)
        before = await correspondence.read_correspondence(
            *(self._pool, notice.creditor.creditor, notice.debtor.debtor_id, notice.reference),
            [item.invoice for item in notice.items],
        )
        follows = [_id_of(one, _domain(notice)) for one in before.earlier]
        notice, attached = await self._enclosed(rule, notice, before)
        dispatch = Dispatch(tuple(recipients), follows, tuple(attached.values()))
        message, kept = await asyncio.to_thread(_written, notice, self._templates, step, dispatch)
        # As the headers have them: without spaces, and with the domain in ASCII.
        (sender,) = message["From"].addresses
        to = [one.addr_spec for one in message["To"].addresses]
        copies = [one.addr_spec for one in message["Cc"].addresses] if "Cc" in message else []
        everybody = [*recipients, *left_out]
        documents = [_recorded(number, one) for number, one in attached.items()]
        # To whom it goes and with which documents, before anything leaves.
        await correspondence.put_on_record(self._pool, notice, everybody, documents)
        sent_to = dict(zip([one.address for one in recipients], [*to, *copies], strict=True))
        try:
            handed = await self._room.mailer_of(notice.creditor.creditor).send(
                kept.content,
                sender=sender.addr_spec,
                recipients=to,
                copies=copies,
                begin=partial(begin, kept),
                turn=turn,
            )
        except DeliveryRefused as refusal:
            await self._mark_bad(notice, sent_to, refusal.gone, str(refusal))
            raise
        unreached = {one.address: NEEDS_SMTPUTF8 for one in left_out}
        handed = handed.model_copy(update={"left_out": {**handed.left_out, **unreached}})
        await self._note(notice, {**sent_to, **{one: one for one in unreached}}, handed)
        return Delivered(
            detail=_detail(str(message["Message-ID"]), handed, len(everybody)),
            sha256=hashlib.sha256(kept.content).hexdigest(),
        )

    async def _enclosed(
        self, rule: DunningStep, notice: Notice, before: Correspondence
    ) -> tuple[Notice, dict[str, Attachment]]:
        """The notice with what it says of documents; and by invoice, what is attached.

        The statement of account goes first, under a name that no invoice has.
        """
        creditor, known = notice.creditor.creditor, before.documents
        folder, files = self._room.documents, {number: file for number, (file, _) in known.items()}
        found = await asyncio.to_thread(_found, folder, creditor, files) if folder else {}
        documents = [
            Document(
                invoice=number,
                size=found[number][1] if number in found else 0,
                link=known[number][1] if number in known else "",
            )
            for number in (item.invoice for item in notice.items)
        ]
        account = None
        if carries_statement(rule):
            account = await asyncio.to_thread(self._account, notice)
        chosen = enclosures(
            *(documents, before.sent),
            policy=rule.enclose,
            bytes_max=self._room.attachment_bytes,
            statement=Statement(name=account.name, size=len(account.content)) if account else None,
        )
        paths = {
            one.invoice: (one.name, found[one.invoice][0])
            for one in chosen
            if one.attached and not one.statement
        }
        attached = await asyncio.to_thread(_read, paths) if paths else {}
        if account and any(one.attached and one.statement for one in chosen):
            attached = {STATEMENT: account, **attached}
        return notice.model_copy(update={"enclosures": chosen}), attached

    def _account(self, notice: Notice) -> Attachment:
        """One statement of account for all that the message is about."""
        name = self._statements.file_name(notice)
        return Attachment(name=name, content=self._statements.print(notice).pdf)

    async def _note(self, notice: Notice, sent_to: Mapping[str, str], handed: Handed) -> None:
        """What the server said of each recipient, by the address as it was imported."""
        states = {
            address: ("refused", handed.left_out[on_the_wire][:SAID_CHARACTERS])
            if on_the_wire in handed.left_out
            else ("accepted", "")
            for address, on_the_wire in sent_to.items()
        }
        # The message has left: no trouble with the database may make that unknown again.
        with suppress(*PASSING_PROBLEMS):
            await correspondence.answered(self._pool, notice.reference, states)
            for one in handed.gone:
                await self._mark_bad(notice, sent_to, [one], handed.left_out[one])

    async def _mark_bad(
        self, notice: Notice, sent_to: Mapping[str, str], gone: Sequence[str], said: str
    ) -> None:
        """No mail goes to these again, as they were imported, until they are corrected."""
        for address, on_the_wire in sent_to.items():
            if on_the_wire in gone:
                creditor = notice.creditor.creditor
                await bounces.mark_bad(self._pool, creditor, address, said, notice.reference)


def _found(folder: Path, creditor: str, files: Mapping[str, str]) -> dict[str, tuple[Path, int]]:
    """The documents there are, by invoice, each with its size."""
    paths = {
        number: find_document(folder, creditor, number, file) for number, file in files.items()
    }
    return {number: (path, path.stat().st_size) for number, path in paths.items() if path}


def _recorded(invoice: str, one: Attachment) -> EnclosedDocument:
    sha256 = hashlib.sha256(one.content).hexdigest()
    if invoice == STATEMENT:
        return EnclosedDocument(kind="statement", document=one.name, sha256=sha256)
    return EnclosedDocument(kind="invoice", document=invoice, sha256=sha256)


def _written(
    notice: Notice, templates: Path, step: Step, dispatch: Dispatch
) -> tuple[EmailMessage, KeptMessage]:
    """The message, and its bytes; ten megabytes of attachments take a while to encode."""
    text = render_email(notice, templates)
    message = build_email(notice, text, domain=_domain(notice), sent_at=step.now, dispatch=dispatch)
    kept = KeptMessage(
        content=message.as_bytes(),
        media_type="message/rfc822",
        template=notice.template,
        template_version=text.template_version,
        language=text.language,
        charges=claims_of(notice),
    )
    return message, kept


def _not_to_a_bad_address(recipients: Sequence[Recipient], notice: Notice) -> None:
    """No mail goes again where one came back for good, until the address is corrected."""
    debtor, addressed = notice.debtor, [one for one in recipients if not one.copied]
    if debtor.email_problem and all(one.address == debtor.email.strip() for one in addressed):
        words = f"no mail arrives at {debtor.email}: {debtor.email_problem}; correct it first"
        raise DeliveryRefused("EmailAddressBad", words)


def _usable(wanted: Sequence[Recipient]) -> tuple[Recipient, ...]:
    """Without those whose address is none, as long as somebody is left to be addressed."""
    fine = tuple(one for one in wanted if _is_address(one.address))
    return fine if any(not one.copied for one in fine) else tuple(wanted)


def _by_letters(
    recipients: Sequence[Recipient],
) -> tuple[list[Recipient], list[Recipient]]:
    """Those whom any mail server can reach, and those whose mailbox has letters beyond ASCII."""
    plain = [one for one in recipients if one.address.rpartition("@")[0].isascii()]
    return plain, [one for one in recipients if one not in plain]


def _is_address(address: str) -> bool:
    try:
        mailbox("", address, whose="somebody")
    except (EmailAddressInvalid, EmailAddressMissing):
        return False
    return True


def _read(paths: Mapping[str, tuple[str, Path]]) -> dict[str, Attachment]:
    return {
        invoice: Attachment(name=name, content=path.read_bytes())
        for invoice, (name, path) in paths.items()
    }


def _domain(notice: Notice) -> str:
    return notice.creditor.email.rpartition("@")[2]


def _id_of(one: Earlier, domain: str) -> str:
    return one.message_id or message_id(one.reference, domain)


def _detail(message_id: str, handed: Handed, everybody: int) -> str:
    """Where to find it; how many recipients it did not go to, whose addresses stay out of it."""
    left_out = len(handed.left_out)
    return (
        f"{message_id} ({left_out} of {everybody} recipients refused)" if left_out else message_id
    )
