"""What does the last gate have to know of a debtor, and which steps does it keep waiting?"""

from __future__ import annotations

from datetime import datetime

from domain.bank_verdict import FEED
from domain.contact_policy import FOR_ITS_TURN, LOOKED_BACK
from schemas.actions import Wait
from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.contact_situation import ContactSituation
from schemas.identifiers import contact_reference
from schemas.turns import StepOrder
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("contact_situation")


class WaitingStep(Frozen):
    """A step that is due and that its gate keeps waiting.

    Attributes:
        reason: names the condition, such as ``MinimumGap``.
        since: from when on it has waited.
    """

    step: str
    cycle: int
    reason: str
    sentence: str
    since: Instant
    until: Instant


async def read_situation(
    connection: Pool | Connection, case: CollectionCase, step: str, cycle: int, now: datetime
) -> ContactSituation:
    """How a debtor stands when a step of one of their cases is due.

    Args:
        connection: in a transaction that holds the debtor's lock, when a contact is to follow.
        case: whose step is due.
        step: its name.
        cycle: which time it is taken.
        now: the case's own clock.
    """
    row = await connection.fetchrow(
        _SQL["situation"],
        *(case.creditor, case.debtor_id, contact_reference(case.case_id, step, cycle), now),
        *(case.case_id, step, cycle, sorted(FOR_ITS_TURN), FEED, LOOKED_BACK),
    )
    return ContactSituation.model_validate(dict(row) if row else {})


class DebtorOutlook(Frozen):
    """A debtor with open cases, as a forecast needs them."""

    name: str = ""
    situation: ContactSituation = ContactSituation()


async def outlooks(
    pool: Pool, creditor: str = "", debtor_id: str = ""
) -> dict[tuple[str, str], DebtorOutlook]:
    """The debtors with open cases, by creditor and number; empty words do not filter."""
    rows = await pool.fetch(_SQL["outlooks"], creditor, debtor_id, LOOKED_BACK)
    return {
        (row["creditor"], row["debtor_id"]): DebtorOutlook(
            name=row["name"],
            situation=ContactSituation.model_validate(
                {"capacity": row["capacity"], "contacts": row["contacts"]}
            ),
        )
        for row in rows
    }


async def keep_waiting(
    connection: Connection, case: CollectionCase, order: StepOrder, wait: Wait, now: datetime
) -> None:
    """Put down why a step waits; for as long as it is the same step, it keeps its place."""
    await connection.execute(
        _SQL["wait"],
        *(case.case_id, case.creditor, case.debtor_id, order.step.name, order.cycle),
        *(order.step.channel.value, case.claim.currency, wait.reason, wait.sentence),
        *(now, wait.until or now),
    )


async def wait_no_more(connection: Connection, case: str) -> None:
    """Forget that a step of the case waits: it may leave now, or the case has ended."""
    await connection.execute(_SQL["wait_no_more"], case)


async def waiting_steps(pool: Pool | Connection, case: str = "") -> dict[str, WaitingStep]:
    """What the gates said last, by case, where they said to wait; of one case or of all."""
    rows = await pool.fetch(_SQL["waiting_steps"], case)
    return {row["case_id"]: WaitingStep.model_validate(dict(row)) for row in rows}
