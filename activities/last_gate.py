"""May this contact leave now? The policy, asked under the debtor's lock with what is known now."""

from __future__ import annotations

from datetime import datetime

from domain.contact_policy import held_back, why_wait
from schemas.case import CollectionCase
from schemas.contact_policy import ContactPolicy
from schemas.contact_situation import ContactSituation
from schemas.turns import StepOrder, TurnResult
from store.contact_situation import keep_waiting, read_situation, wait_no_more
from store.pool import Connection


class LastGate:
    """The gate of one step, in the transaction that will claim its contact.

    Args:
        connection: in a transaction; it holds the debtor's lock when the gate is asked.
        case: whose step is due.
        order: the step.
        policy: the creditor's.
        now: the case's own clock.
    """

    def __init__(
        self,
        connection: Connection,
        case: CollectionCase,
        order: StepOrder,
        policy: ContactPolicy,
        now: datetime,
    ) -> None:
        self.case = case
        self.order = order
        self._connection = connection
        self._policy = policy
        self.now = now
        self._situation = ContactSituation()

    async def keeps_waiting(self) -> TurnResult | None:
        """Why the step waits, put down for people; None when it may be taken.

        A contact that has begun to leave is never kept: what became of it must be found out.
        """
        step, cycle = self.order.step, self.order.cycle
        self._situation = await read_situation(
            self._connection, self.case, step.name, cycle, self.now
        )
        if self._situation.under_way:
            return None
        wait = why_wait(self.case, step, self.now, self._policy, self._situation)
        if wait is None:
            if self._situation.waiting_since:
                await wait_no_more(self._connection, self.case.case_id)
            return None
        await keep_waiting(self._connection, self.case, self.order, wait, self.now)
        return TurnResult(wait=wait)

    def is_open_to(self, other: CollectionCase) -> bool:
        """Whether the contact may speak for another case of the debtor too."""
        return held_back(other, self.now, self._policy, self._situation) is None
