"""How does a case hear what has happened? From the facts in the database, as often as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.cases import Cases
from domain.case import decide
from schemas.case import CollectionCase
from schemas.commands import Asked, Command, Happened, Refusal, fact_id
from store import event_store, facts
from store.facts import UntoldFact
from store.pool import Pool

TELL_TIMEOUT = timedelta(seconds=15)
AT_ONCE = 20
"""How many cases are told something at one time."""

Progress = Callable[[int], None]


class Telling:
    """Tells cases the facts they have not put on record yet."""

    def __init__(self, pool: Pool, client: Client, cases: Cases) -> None:
        self._pool = pool
        self._client = client
        self._cases = cases

    async def tell_all(self, progress: Progress = lambda _: None) -> tuple[int, int]:
        """Tell every untold fact; how many were heard, and how many were not.

        Args:
            progress: told after each how many of its page have been heard.
        """
        told, tried, last = 0, 0, None
        while page := await facts.all_untold(self._pool, last):
            last = page[-1]
            told += sum(await self.tell(page, progress))
            tried += len(page)
        return told, tried - told

    async def tell(
        self, waiting: Sequence[UntoldFact], progress: Progress = lambda _: None
    ) -> list[bool]:
        """Tell these facts, those of one case in order; whether each was heard.

        What a case was not told before comes first, and one that does not hear a fact is told none
        of the later ones: a payment that was taken back before it was heard would count for ever.
        """
        places = asyncio.Semaphore(AT_ONCE)
        heard: set[tuple[str, str]] = set()
        wanted = {_key(one) for one in waiting}

        async def one_case(queue: Sequence[UntoldFact]) -> None:
            async with places:
                for untold in queue:
                    if is_heard := await self.tell_one(untold):
                        heard.add(_key(untold))
                    progress(len(heard & wanted))
                    if not is_heard:
                        return

        queues = _in_order(waiting, await facts.untold_of(self._pool, {k for k, _ in wanted}))
        await asyncio.gather(*map(one_case, queues))
        return [_key(one) in heard for one in waiting]

    async def tell_one(self, untold: UntoldFact) -> bool:
        """Tell one fact to its case; a closed case has it put on its record all the same.

        Returns:
            Whether it is on record now. If not (the engine or its workers are away), nothing is
            lost: the fact stays untold, and the case's own gate finds it before any contact.
        """
        fact = untold.fact
        handle = self._client.get_workflow_handle(untold.case_id)
        try:
            await handle.execute_update(fact.type, fact, id=fact_id(fact), rpc_timeout=TELL_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return await self._record_on_closed_case(untold)
            return False
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            if _is_being_cancelled():
                raise
            return False
        except WorkflowUpdateFailedError:
            return await self._record_on_closed_case(untold)
        # On record under this id before the fact came in, and so not marked by the record itself.
        await facts.mark_told(self._pool, untold.case_id, fact_id(fact), "heard before")
        return True

    async def ask_running(self, case_id: str, request: Asked) -> bool:
        """Ask something of a case that a workflow runs; whether it was done.

        Not done is also: refused, or nobody there to ask. Nothing is kept of it.
        """
        handle = self._client.get_workflow_handle(case_id)
        try:
            await handle.execute_update(
                "submit", request, id=request.command_id, rpc_timeout=TELL_TIMEOUT
            )
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            if _is_being_cancelled():
                raise
            return False
        except (RPCError, WorkflowUpdateFailedError):
            return False
        return True

    async def _record_on_closed_case(self, untold: UntoldFact) -> bool:
        """Where no workflow runs any more, this is the one writer."""
        answer = await self.ask_closed_case(untold.case_id, untold.fact)
        if isinstance(answer, Refusal):
            raise TypeError(f"a fact was refused: {answer.sentence}")
        return answer is not None

    async def ask_closed_case(
        self, case_id: str, command: Command
    ) -> CollectionCase | Refusal | None:
        """Ask or tell something of a case that no workflow runs any more.

        A case that is thereby pursued again is started.

        Returns:
            The case afterwards; the refusal of a request; None when the case is not closed.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            case = await event_store.lock(connection, case_id)
            if not case.is_closed:
                return None
            events = decide(case, command, datetime.now(UTC))
            if isinstance(events, Refusal):
                return events
            if events:
                case = await event_store.append(connection, case_id, case.version, events)
            elif isinstance(command, Happened):
                await facts.mark_told(connection, case_id, fact_id(command), "nothing changed")
        if not case.is_closed:
            await self._cases.start([case])
        return case


def _key(untold: UntoldFact) -> tuple[str, str]:
    return untold.case_id, fact_id(untold.fact)


def _in_order(
    waiting: Sequence[UntoldFact], untold: Sequence[UntoldFact]
) -> list[list[UntoldFact]]:
    """What each case is told: the facts that wait, behind whatever came in before them."""
    wanted = {_key(one): one for one in waiting}
    queues: dict[str, list[UntoldFact]] = {one.case_id: [] for one in waiting}
    came_in: dict[str, list[UntoldFact]] = {case: [] for case in queues}
    for one in untold:
        came_in[one.case_id].append(one)
        if wanted.pop(_key(one), None):
            queues[one.case_id] = list(came_in[one.case_id])
    for one in wanted.values():  # Told before: to say so again does no harm.
        queues[one.case_id].append(one)
    return list(queues.values())


def _is_being_cancelled() -> bool:
    """Whether this very task was asked to stop: the SDK reports it as if the call had failed."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
