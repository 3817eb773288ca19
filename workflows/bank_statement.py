"""When is a bank file taken in? At once: read, matched, told; whatever dies begins again."""

from __future__ import annotations

from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.base import Frozen
    from schemas.feed import (
        FeedOrder,
        FeedRequest,
        FeedSummary,
        MatchSummary,
        ReadSummary,
        TellSummary,
    )
    from workflows import options

Answer = TypeVar("Answer", bound=Frozen)


@workflow.defn(name="BankStatement")
class BankStatementWorkflow:
    """Takes in one bank file, ``statement/{sha256}``.

    Each activity can be repeated: what a former attempt has done is found done.
    """

    @workflow.run
    async def run(self, request: FeedRequest) -> FeedSummary:
        """Read the file, match what is new in it, tell the cases, and sum up."""
        order = FeedOrder(
            sha256=request.sha256,
            name=request.name,
            account=request.account,
            now=request.now or workflow.now(),
        )
        order = await self._do("look_at_bank_file", order, FeedOrder)
        read = await self._do("read_bank_file", order, ReadSummary)
        if read.refused:
            return FeedSummary(sha256=order.sha256, name=order.name, read=read)
        matched = await self._do("match_bank_file", order, MatchSummary)
        told = await self._do("tell_bank_file", order, TellSummary)
        summary = await self._do("sum_up_bank_file", order, FeedSummary)
        stands = summary.matched.model_copy(update={"decided": matched.decided})
        return summary.model_copy(update={"read": read, "told": told, "matched": stands})

    async def _do(self, name: str, order: FeedOrder, answer: type[Answer]) -> Answer:
        """One part of the work, on the queue of the bank."""
        done: Answer = await workflow.execute_activity(
            name,
            order,
            result_type=answer,
            task_queue=options.bank_queue(workflow.info().task_queue),
            **options.BANK,
        )
        return done
