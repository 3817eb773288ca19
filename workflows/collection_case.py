"""When does a case act? One loop: take a turn, or rest until something is due or changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import reduce

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.case import decide, evolve
    from domain.facts import read_fact
    from domain.next_action import next_action
    from domain.step_rules import as_meant
    from domain.steps import order_of
    from schemas.actions import Action, PerformStep, Record, SendNotice, Wait
    from schemas.case import CollectionCase
    from schemas.commands import (
        CorrectInvoice,
        Fact,
        IssueCreditNote,
        ReceiveReply,
        RecordPayment,
        Refusal,
        ReportBounce,
        ReportService,
        Request,
        ReversePayment,
        StopContacts,
        fact_id,
    )
    from schemas.events import CaseEvent
    from schemas.turns import (
        OVERTAKEN,
        CaseSummary,
        GiveUpOrder,
        RecordOrder,
        StepOrder,
        TurnResult,
    )
    from workflows import options


@workflow.defn(name="CollectionCase")
class CollectionCaseWorkflow:
    """Pursues one overdue invoice. A turn looks, acts and records; turns never interleave."""

    @workflow.init
    def __init__(self, case: CollectionCase) -> None:
        self._case = case
        self._turn = asyncio.Lock()
        self._heard = 0
        self._callers = 0
        self._step: workflow.ActivityHandle[TurnResult] | None = None

    @workflow.run
    async def run(self, _case: CollectionCase) -> CaseSummary:
        """Take turns until the case is closed; its end is the workflow's result."""
        try:
            await self._pursue()
        except (Exception, asyncio.CancelledError):
            await self._hear_out()
            raise
        await self._hear_out()
        case = self._case
        if not case.is_closed:
            workflow.continue_as_new(case)
        closing = case.closing.value if case.closing else ""
        return CaseSummary(
            case_id=case.case_id, closing=closing, level=case.level, version=case.version
        )

    # Requests of people may be refused, so they are updates; the validator keeps refusals out of
    # history, and the handler asks again because another request may have come first.

    @workflow.update
    async def submit(self, request: Request) -> int:
        """Do what a person asks, or refuse it by name; answers with the case's version."""
        request = as_meant(self._case, request)
        async with self._news():
            recorded = False
            while not recorded:
                events = decide(self._case, request, workflow.now())
                if isinstance(events, Refusal):
                    raise _refused(events)
                recorded = await self._record(*events)
        return self._case.version

    @submit.validator
    def refuse(self, request: Request) -> None:
        """Refuse before anything is written."""
        decision = decide(self._case, request, workflow.now())
        if isinstance(decision, Refusal):
            raise _refused(decision)

    # Facts have happened and are never refused. The bank feed sends updates; anybody may send the
    # same as a plain signal, and one that cannot be read becomes a task, not a lost message.

    @workflow.update
    async def payment_received(self, payment: RecordPayment) -> int:
        """Money has arrived."""
        return await self._hear(payment)

    @workflow.update
    async def payment_reversed(self, reversal: ReversePayment) -> int:
        """A payment was taken back."""
        return await self._hear(reversal)

    @workflow.update
    async def credit_note_issued(self, note: IssueCreditNote) -> int:
        """A credit note reduces the claim."""
        return await self._hear(note)

    @workflow.update
    async def contacts_stopped(self, stop: StopContacts) -> int:
        """The debtor may not be contacted any more."""
        return await self._hear(stop)

    @workflow.update
    async def contact_bounced(self, bounce: ReportBounce) -> int:
        """A message that had left came back."""
        return await self._hear(bounce)

    @workflow.update
    async def reply_received(self, reply: ReceiveReply) -> int:
        """The debtor has answered."""
        return await self._hear(reply)

    @workflow.update
    async def formal_notice_served(self, service: ReportService) -> int:
        """A formal notice has reached the debtor."""
        return await self._hear(service)

    @workflow.update
    async def invoice_corrected(self, correction: CorrectInvoice) -> int:
        """The ledger of record has changed the invoice."""
        return await self._hear(correction)

    @workflow.signal(dynamic=True)
    async def fact_signalled(self, name: str, arguments: Sequence[RawValue]) -> None:
        """Any signal, whatever its name and payload."""
        raw = [argument.payload.data for argument in arguments]
        await self._hear(read_fact(name, raw, fallback_id=str(workflow.uuid4())))

    @workflow.query
    def case(self) -> CollectionCase:
        """The case as this workflow knows it; the database is what people are shown."""
        return self._case

    async def _pursue(self) -> None:
        """Take turns, and rest between them, as long as the case and this run's history allow."""
        while not self._run_is_over():
            action = await self._take_turn()
            if isinstance(action, Wait):
                await self._rest(action)
            # A step or a record that was under way when the workflow was cancelled has finished
            # its work, and thereby kept the cancellation from being seen.
            if workflow.cancellation_reason() is not None:
                raise asyncio.CancelledError

    async def _hear_out(self) -> None:
        """Wait until every message handler has finished, so that no message is lost at a run's end.

        Never in a ``finally``: a run that is dropped from the worker's memory passes there too.
        """
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _run_is_over(self) -> bool:
        return self._case.is_closed or workflow.info().is_continue_as_new_suggested()

    async def _take_turn(self) -> Action:
        """Do the one thing that is due and put it on record."""
        async with self._turn:
            action = next_action(self._case, workflow.now())
            match action:
                case PerformStep() | SendNotice() if self._callers:
                    pass  # News waits for its turn, which comes before any step.
                case PerformStep() | SendNotice():
                    return await self._perform(action)
                case Record(events=events):
                    await self._record(*events)
                case Wait():
                    pass
        return action

    async def _rest(self, wait: Wait) -> None:
        """Sleep until something is due or anything is heard; without a date, without a timer."""
        heard = self._heard
        left = wait.until - workflow.now() if wait.until else None
        if left is not None and left <= timedelta(0):
            return
        try:
            await workflow.wait_condition(
                lambda: self._heard != heard or self._run_is_over(),
                timeout=left,
                timeout_summary=wait.reason,
            )
        except TimeoutError:
            return

    async def _perform(self, action: PerformStep | SendNotice) -> Action:
        """Carry out one step: the activity puts it on record in the effect's own transaction."""
        order = order_of(self._case, action, workflow.now())
        channel, answers = action.step.channel, isinstance(action, SendNotice)
        self._step = workflow.start_activity(
            options.NOTICE_ACTIVITY if answers else options.STEP_ACTIVITY[channel],
            order,
            result_type=TurnResult,
            task_queue=options.channel_queue(workflow.info().task_queue, channel),
            summary=action.step.name,
            **(options.NOTICE if answers else options.STEP),
        )
        try:
            result = await self._step
        except (ActivityError, asyncio.CancelledError) as error:
            await self._step_went_wrong(order, error)
            return action
        finally:
            self._step = None
        self._believe(result.events)
        for fact in result.facts:
            await self._take_in(fact)
        if result.events or result.facts:
            return action
        if result.wait is not None:
            return result.wait
        # The gate's clock was past the contact hours; ours may be seconds behind. Do not spin.
        return Wait(
            until=workflow.now() + options.LOOK_AGAIN,
            reason="OutsideContactHours",
            sentence="Nothing was sent: the debtor's contact hours were over.",
        )

    async def _step_went_wrong(self, order: StepOrder, error: BaseException) -> None:
        """Cancelled by news: look again. Overtaken: read the stream. Given up: record that."""
        if is_cancelled_exception(error):
            if workflow.cancellation_reason() is not None:
                raise error
            return
        if await self._overtaken(error):
            return
        last = GiveUpOrder(step=order, now=workflow.now(), explanation=str(_root(error))[:500])
        try:
            result = await workflow.execute_activity(
                "give_up_step", last, result_type=TurnResult, **options.RECORD
            )
        except ActivityError as clash:
            if not await self._overtaken(clash):
                raise
        else:
            self._believe(result.events)

    async def _hear(self, fact: Fact) -> int:
        async with self._news():
            await self._take_in(fact)
        return self._case.version

    async def _take_in(self, fact: Fact) -> None:
        """Put a fact on record; one that was heard before is only marked as told."""
        recorded = False
        while not recorded:
            events = decide(self._case, fact, workflow.now())
            if isinstance(events, Refusal):  # No rule refuses a fact; a property test says so.
                return
            recorded = await self._record(*events, told=fact_id(fact))

    @asynccontextmanager
    async def _news(self) -> AsyncIterator[None]:
        """Take the next turn; a step that waits in its queue or to be tried again is cancelled."""
        self._callers += 1
        if self._step is not None:
            self._step.cancel()
        try:
            async with self._turn:
                yield
        finally:
            self._callers -= 1

    async def _record(self, *events: CaseEvent, told: str = "") -> bool:
        """Put facts on record first, then believe them.

        Answers False when another writer was quicker: the stream has been read again, and what
        to record must be decided anew.
        """
        if not events and not told:
            return True
        order = RecordOrder(
            case_id=self._case.case_id, version=self._case.version, events=events, told=told
        )
        try:
            await workflow.execute_activity("record_events", order, **options.RECORD)
        except ActivityError as error:
            if await self._overtaken(error):
                return False
            raise
        self._believe(events)
        return True

    async def _overtaken(self, error: BaseException) -> bool:
        """Another writer was quicker, so the stream wins: read it again."""
        cause = error.__cause__
        if not isinstance(cause, ApplicationError) or cause.type != OVERTAKEN:
            return False
        self._case = await workflow.execute_activity(
            "read_case", self._case.case_id, result_type=CollectionCase, **options.RECORD
        )
        self._heard += 1
        return True

    def _believe(self, events: Sequence[CaseEvent]) -> None:
        self._case = reduce(evolve, events, self._case)
        self._heard += len(events)


def _root(error: BaseException) -> BaseException:
    """What went wrong in the first place: the words that help a person."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _refused(refusal: Refusal) -> ApplicationError:
    return ApplicationError(refusal.sentence, type=refusal.code, non_retryable=True)
