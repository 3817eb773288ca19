"""What when a message comes back? On record for each of its cases; tried again once corrected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

from activities.telling import Progress, Telling
from domain.tasks import TRY_AGAIN
from schemas.commands import CompleteTask
from schemas.requests import ReportBounce
from store import bounces
from store.bounces import BounceState, FailedTask
from store.facts import UntoldFact
from store.pool import Pool
from store.shared_contacts import lock_debtor


class Bounces:
    """Takes reports of bounces in, and has steps tried again whose address was corrected."""

    def __init__(self, pool: Pool, telling: Telling) -> None:
        self._pool = pool
        self._telling = telling

    async def report(self, bounce: ReportBounce) -> BounceState:
        """Keep a bounce, and tell every case of its contact; who cannot be told hears of it later.

        Returns:
            ``UNDER_WAY`` asks for the same report again in some minutes; all others are final.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            kept = await bounces.keep_bounce(connection, bounce)
        if kept.fact is not None:
            await self._telling.tell(
                [UntoldFact(case_id=case, fact=kept.fact) for case in kept.cases]
            )
        return kept.state

    async def give_back_corrected(self, progress: Progress) -> int:
        """Try the steps again whose debtors have another address since; how many."""
        return await self.give_back(await bounces.corrected(self._pool), "sweep", progress)

    async def give_back(
        self, tasks: Sequence[FailedTask], by: str, progress: Progress = lambda _: None
    ) -> int:
        """Answer tasks about failed e-mails with "try again"; how many cases did.

        A case refuses when a later step has left since: the task stays for a person.

        Args:
            tasks: to be answered.
            by: who has corrected the address.
            progress: told after each how many steps are tried again so far.
        """
        given_back = 0
        for debtor, group in groupby(tasks, key=lambda task: (task.creditor, task.debtor_id)):
            async with one_message(self._pool, *debtor):
                answers = await asyncio.gather(*(self._try_again(task, by) for task in group))
            given_back += sum(answers)
            progress(given_back)
        return given_back

    async def _try_again(self, task: FailedTask, by: str) -> bool:
        again = CompleteTask(
            command_id=f"corrected-{task.task_id}",
            by=by,
            task_id=task.task_id,
            outcome=TRY_AGAIN,
            note="the address was corrected",
        )
        return await self._telling.ask_running(task.case_id, again)


@asynccontextmanager
async def one_message(pool: Pool, creditor: str, debtor_id: str) -> AsyncIterator[None]:
    """Let what is given back during the block leave as one message of its debtor.

    The debtor's lock keeps every contact from being put together until the block ends. What is
    asked of a case in it must therefore be answered within seconds.
    """
    async with pool.acquire() as connection, connection.transaction():
        await lock_debtor(connection, creditor, debtor_id)
        yield
