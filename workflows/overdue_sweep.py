"""When are new cases opened? Once a day, after the bank: for every newly overdue invoice."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.turns import SweepOrder, SweepRequest, SweepSummary
    from workflows import options


@workflow.defn(name="OverdueSweep")
class OverdueSweepWorkflow:
    """Runs the sweep's one activity; a Temporal Schedule starts it each working day."""

    @workflow.run
    async def run(self, request: SweepRequest) -> SweepSummary:
        """Sweep as of the request's moment, or of now."""
        order = SweepOrder(now=request.now or workflow.now())
        summary: SweepSummary = await workflow.execute_activity(
            "sweep_overdue", order, result_type=SweepSummary, **options.SWEEP
        )
        return summary
