"""When is the mailbox read? As often as its Temporal Schedule says, one reading at a time."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.turns import InboxSummary
    from workflows import options


@workflow.defn(name="ReadInbox")
class ReadInboxWorkflow:
    """Runs the reading's one activity."""

    @workflow.run
    async def run(self) -> InboxSummary:
        """Take in what is new and tell the cases."""
        summary: InboxSummary = await workflow.execute_activity(
            "read_inbox", result_type=InboxSummary, **options.READ_INBOX
        )
        return summary
