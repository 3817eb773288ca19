"""Has a formal notice reached the debtor? ``served``: what a person knows of a letter by hand."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cli.outcome import CommandFailed, Exit, say, say_error
from cli.reach import Reach, author, everything, only
from cli.typed import one_of
from cli.under_way import clock_of
from domain.formal_notice import notice_left_on, notice_sent
from schemas.case import CollectionCase
from schemas.identifiers import case_id, case_parts
from schemas.invoice import Invoice
from schemas.postage import Proof
from schemas.service import ReportService
from store import letters, read_models, receivables, services
from store.facts import UntoldFact

MOST_BYTES = 20_000_000
"""A scan is smaller."""

OUTCOMES = ("delivered", "refused", "not-claimed")

MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
"""What a proof may be, by its first bytes."""


async def served(number: str, on: date, outcome: str, proof: Path | None, creditor: str) -> Exit:
    """Put on record when a formal notice reached the debtor, for every invoice it was about."""
    one_of(outcome, OUTCOMES, "--outcome")
    content = _read(proof) if proof else b""
    async with everything() as reach:
        who = only(reach.creditors, creditor)
        invoice = await receivables.read_invoice(reach.pool, who.creditor, number)
        if invoice is None:
            raise CommandFailed(Exit.NOT_FOUND, f"there is no invoice {number!r} of {who.creditor}")
        case = await read_models.case_if_any(reach.pool, case_id(who.creditor, number))
        if case is None:
            _is_likely(invoice, None, on)
            words = f"{number} has no case yet; say it again when it has (open, sweep)"
            raise CommandFailed(Exit.NOT_FOUND, words)
        _is_likely(invoice, case, on)
        reference = notice_sent(case)
        cases = await _cases(reach, case, reference)
        fact = ReportService(
            command_id=f"served-{uuid.uuid4()}",
            by=author(),
            reference=reference,
            on=on,
            outcome=outcome,
            letter=_kind(case, reference),
            sha256=await _keep(reach, reference, outcome, content),
            by_hand=True,
        )
        await services.keep_service(reach.pool, cases, fact)
        heard = await reach.telling.tell([UntoldFact(case_id=one, fact=fact) for one in cases])
    numbers = ", ".join(case_parts(one)[1] for one in cases)
    say(f"formal notice {outcome}, served on {on}: {numbers}")
    if left := len(heard) - sum(heard):
        say_error(f"{left} could not be told now; they hear of it before any contact", Exit.DONE)
    return Exit.DONE


async def _cases(reach: Reach, case: CollectionCase, reference: str) -> tuple[str, ...]:
    """Every case that the notice was about; the one that is named, where it left elsewhere."""
    notice = await services.read_notice(reach.pool, reference) if reference else None
    if notice is None:
        say(f"no formal notice left here for {case.invoice}; the day is kept for it alone")
        return (case.case_id,)
    return tuple(dict.fromkeys((case.case_id, *notice.cases)))


async def _keep(reach: Reach, reference: str, outcome: str, content: bytes) -> str:
    """Archive the proof with the letter's others; the hash of it, or nothing without one."""
    if not content:
        return ""
    sha256 = hashlib.sha256(content).hexdigest()
    if not reference:
        say(f"sha256 {sha256} is on record; keep the file yourself, no letter here takes it")
        return sha256
    kind = "acknowledgement" if outcome == "delivered" else "return"
    media_type = _media_type(content) or ""
    proof = Proof(kind=kind, content=content, media_type=media_type, sha256=sha256)
    await letters.keep_proof(reach.pool, reference, proof)
    return sha256


def _kind(case: CollectionCase, reference: str) -> str:
    """How the notice was to travel, by the plan."""
    done = next((one for one in case.steps if one.reference == reference), None)
    step = case.plan.step(done.step) if done else None
    return step.letter.value if step else ""


def _is_likely(invoice: Invoice, case: CollectionCase | None, on: date) -> None:
    """A day that can be: not before the invoice or the notice, and not tomorrow."""
    now = datetime.now(UTC)
    seen_from = clock_of(case, None, now) if case else now
    if on > seen_from.date() + timedelta(days=1):
        raise CommandFailed(Exit.USAGE, f"--on: {on} is still to come; say it when it has come")
    if on < invoice.issue_date:
        words = f"--on: {on} is before the invoice's own date {invoice.issue_date}"
        raise CommandFailed(Exit.USAGE, words)
    left_on = notice_left_on(case) if case else None
    if left_on is not None and on < left_on:
        words = f"--on: {on} is before {left_on}, the day on which the formal notice left"
        raise CommandFailed(Exit.REFUSED, f"ServedBeforeSent: {words}")


def _read(proof: Path) -> bytes:
    try:
        if proof.stat().st_size > MOST_BYTES:
            raise CommandFailed(Exit.USAGE, f"--proof: {proof} is larger than 20 MB")
        content = proof.read_bytes()
    except OSError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"--proof: cannot read {proof}: {error}") from error
    if _media_type(content) is None:
        raise CommandFailed(Exit.USAGE, f"--proof: {proof} is no PDF, JPEG or PNG")
    return content


def _media_type(content: bytes) -> str | None:
    return next((kind for start, kind in MEDIA_TYPES.items() if content.startswith(start)), None)
