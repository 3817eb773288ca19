"""Is a claim that no court hears any more ever swept into a message that threatens with one?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from activities.steps import Steps
from domain.time_to_sue import kept_apart
from engines.mailbox import Mailbox
from schemas.case import CollectionCase
from schemas.events import StepFailed, StepPerformed
from schemas.plan import Channel, DunningPlan, DunningStep
from store.pool import Pool
from tests.support.builders import a_case
from tests.support.cases import MORNING, opened
from tests.support.ledger import owe
from tests.support.turns import Turn

RECENT, BARRED = date(2026, 11, 10), date(2019, 11, 10)

Open = Callable[..., Awaitable[Turn]]


@pytest.fixture
def due(pool: Pool, mailbox: Mailbox, steps: Steps) -> Open:
    """A case whose only step is due now."""

    async def make(number: str, template: str, on: date, channel: Channel = Channel.EMAIL) -> Turn:
        step = DunningStep(name=template, day=3, channel=channel)
        await owe(pool, number, due=on)
        plan = DunningPlan(plan="short", steps=(step,))
        case = await opened(pool, number, plan=plan, due_date=on)
        return Turn(pool, mailbox, steps, case)

    return make


def said(mailbox: Mailbox) -> str:
    """The latest mail's text."""
    body = mailbox.received()[-1].message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def printed(folder: Path) -> str:
    """The words of the one letter in a folder."""
    (file,) = folder.rglob("*.pdf")
    pdf = pypdfium2.PdfDocument(file)
    words = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    return words


def later(turn: Turn) -> dict[str, object]:
    """Beyond the distance that contacts of a debtor keep."""
    return {"order": turn.order.model_copy(update={"now": MORNING + timedelta(days=10)})}


async def test_a_formal_notice_leaves_a_barred_claim_out(due: Open, tmp_path: Path) -> None:
    """Two letters are due, one claim is barred: the notice names the other, a person the barred."""
    first = await due("F-1", "formal-notice", RECENT, Channel.LETTER)
    old = await due("F-OLD", "formal-notice", BARRED, Channel.LETTER)
    (performed,) = (await first.attempt()).events
    assert isinstance(performed, StepPerformed)
    words = printed(tmp_path)
    assert "F-1" in words
    assert "F-OLD" not in words
    (failed,) = (await old.attempt(**later(old))).events
    assert isinstance(failed, StepFailed)
    assert failed.reason == "ClaimBarred"


async def test_a_barred_claim_is_asked_for_courteously_apart_from_a_threat(
    due: Open, mailbox: Mailbox
) -> None:
    """One mail would have spoken for both in the firmer words; the barred one has its own."""
    first = await due("F-1", "hand-over-notice", RECENT)
    old = await due("F-OLD", "courtesy", BARRED)
    await first.attempt()
    assert "F-1" in said(mailbox)
    assert "F-OLD" not in said(mailbox)
    before = len(mailbox.received())
    (performed,) = (await old.attempt(**later(old))).events
    assert isinstance(performed, StepPerformed)
    assert len(mailbox.received()) == before + 1
    assert "F-OLD" in said(mailbox)


async def test_a_barred_claim_that_goes_first_takes_no_threat_along(
    due: Open, mailbox: Mailbox
) -> None:
    """Its own courteous words stay courteous: the other's notice leaves by itself."""
    old = await due("F-OLD", "courtesy", BARRED)
    other = await due("F-1", "hand-over-notice", RECENT)
    (performed,) = (await old.attempt()).events
    assert isinstance(performed, StepPerformed)
    assert "F-1" not in said(mailbox)
    await other.attempt(**later(other))
    assert "F-1" in said(mailbox)
    assert "F-OLD" not in said(mailbox)


async def test_without_a_threat_they_share_their_message(due: Open, mailbox: Mailbox) -> None:
    """Where nobody names a court, a barred claim is listed with the others, as ever."""
    first = await due("F-1", "courtesy", RECENT)
    await due("F-OLD", "courtesy", BARRED)
    await first.attempt()
    assert "F-1" in said(mailbox)
    assert "F-OLD" in said(mailbox)


def _step(template: str) -> DunningStep:
    return DunningStep(name=template, day=3, channel=Channel.EMAIL)


def _case(case_id: str) -> CollectionCase:
    return a_case().model_copy(update={"case_id": case_id})


COURT, KIND = _step("hand-over-notice"), _step("courtesy")


@pytest.mark.parametrize(
    ("lead", "joining", "barred", "apart"),
    [
        (KIND, {"a": KIND, "b": KIND}, "a", ""),
        (KIND, {"a": COURT, "b": KIND}, "a", "a"),
        (KIND, {"a": KIND, "b": COURT}, "a", "a"),
        (COURT, {"a": KIND, "b": KIND}, "a", "a"),
        (COURT, {"a": KIND, "b": COURT}, "", ""),
        (KIND, {"a": KIND, "b": COURT}, "lead", "b"),
        (KIND, {"a": COURT, "b": COURT}, "a", "a"),
    ],
)
def test_who_is_kept_apart(
    lead: DunningStep, joining: dict[str, DunningStep], barred: str, apart: str
) -> None:
    """No message that is left names a court to anybody whom it could not hear."""
    taken = [(_case(name), step) for name, step in joining.items()]
    found = kept_apart((_case("lead"), lead), taken, {barred})
    assert found == frozenset(apart and {apart})
    left = {name: step for name, step in joining.items() if name not in found} | {"lead": lead}
    named = any(step is COURT for step in left.values())
    assert not (named and barred in left)
