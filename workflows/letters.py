"""When are letters asked after? As often as their Temporal Schedule says, one round at a time."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.turns import LettersSummary
    from workflows import options


@workflow.defn(name="FollowLetters")
class FollowLettersWorkflow:
    """Runs the round's one activity."""

    @workflow.run
    async def run(self) -> LettersSummary:
        """Ask after every letter under way, archive its proofs and tell its cases."""
        summary: LettersSummary = await workflow.execute_activity(
            "follow_letters", result_type=LettersSummary, **options.FOLLOW_LETTERS
        )
        return summary
