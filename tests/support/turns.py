"""How is a step tried? One attempt of the real activity after the other, and where it dies."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.delivery import BeginHandOver, Delivered, Step
from activities.step_turn import StepTurn
from activities.steps import Steps
from engines.mailbox import Mailbox
from schemas.case import CollectionCase
from schemas.contact import Contact
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from schemas.turns import StepOrder, TurnResult
from store import contacts
from store.pool import Pool
from tests.support.cases import MORNING

LEASE = 0.6
"""How long a hand-over is waited for in these tests, in seconds."""


class KilledError(BaseException):
    """The process dies here; nothing after this line runs, not even a handler."""


class Turn:
    """One step of one case, to be tried as often as a test wants."""

    def __init__(self, pool: Pool, mailbox: Mailbox, steps: Steps, case: CollectionCase) -> None:
        self.pool = pool
        self.mailbox = mailbox
        self.steps = steps
        self.case = case
        step = case.plan.steps[0]
        self.order = StepOrder(
            case_id=case.case_id,
            creditor="atelier",
            version=case.version,
            step=step,
            cycle=1,
            level=1,
            now=MORNING,
        )
        self.reference = contact_reference(case.case_id, step.name, 1)
        self.repeatable = step.channel is not Channel.EMAIL
        self.result = TurnResult()

    async def attempt(self, order: StepOrder | None = None, waited: float = 0) -> TurnResult:
        """One attempt of the real activity, as a worker makes it."""
        channel = self.order.step.channel
        effect = {
            Channel.EMAIL: self.steps.send_email,
            Channel.PHONE: self.steps.open_phone_task,
            Channel.LETTER: self.steps.post_letter,
            Channel.REFER: self.steps.refer_case,
        }[channel]
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(
            environment.info,
            started_time=environment.info.scheduled_time + timedelta(seconds=waited),
        )
        return await environment.run(effect, order or self.order)

    async def deliver_with(
        self, deliver: Callable[[Step, BeginHandOver], Awaitable[Delivered]]
    ) -> TurnResult:
        """One attempt that delivers in a way of the test's own."""

        async def run() -> TurnResult:
            return await StepTurn(self.pool, self.order, repeatable=self.repeatable).take(deliver)

        return await ActivityEnvironment().run(run)

    async def contact(self) -> Contact:
        """How its contact stands."""
        (contact,) = await contacts.contacts_of(self.pool, self.order.case_id)
        return contact

    def message_ids(self) -> list[str]:
        """What the mail server accepted for it."""
        ids = (str(mail.message["Message-ID"]) for mail in self.mailbox.received())
        return [one for one in ids if self.reference.lower() in one]


async def dies(step: Turn, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One attempt that dies at a point."""
    mailer, settle = step.steps._mail._room.house, StepTurn._settle_together

    async def send(*_: object, begin: BeginHandOver, **__: object) -> None:
        if point == "began":
            await begin()
        raise KilledError

    async def never(*_: object) -> None:
        raise KilledError

    async def settle_and_die(self: StepTurn, *arguments: object) -> None:
        await settle(self, *arguments)  # type: ignore[arg-type]
        raise KilledError

    with monkeypatch.context() as patch:
        if point == "looked":
            patch.setattr(contacts, "claim", never)
        elif point in {"claimed", "began"}:
            patch.setattr(mailer, "send", send)
        elif point == "accepted":
            patch.setattr(StepTurn, "_settle_together", never)
        elif point == "settled":
            patch.setattr(StepTurn, "_settle_together", settle_and_die)
        with pytest.raises(KilledError):
            await step.attempt()


Make = Callable[..., Awaitable[Turn]]
"""Opens a case whose first step is due now."""
