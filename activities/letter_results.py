"""What do cases hear of a letter's end? That it came back, or that it was served."""

from __future__ import annotations

from typing import Protocol

from activities.bounces import Bounces
from activities.telling import Telling
from domain.formal_notice import day_served, is_formal_notice
from schemas.requests import BounceKind, ReportBounce
from schemas.service import ReportService
from store import services
from store.bounces import BounceState
from store.facts import UntoldFact
from store.letters import KeptLetter
from store.pool import Pool


class Results(Protocol):
    """Hears the end of every letter that a provider has; False asks to be told again later."""

    async def came_back(self, letter: KeptLetter) -> bool:
        """It reached nobody."""

    async def notified(self, letter: KeptLetter) -> bool:
        """Its debtor counts as notified; said again when a proof of it has come."""


class LetterResults:
    """Tells every case of a contact what became of its letter; twice does no harm."""

    def __init__(self, pool: Pool, telling: Telling) -> None:
        self._pool = pool
        self._telling = telling

    async def came_back(self, letter: KeptLetter) -> bool:
        """The contact has failed: no level is raised, and a person mends the address.

        Returns:
            False while its step still waits to hear that the letter left: it hears of that first.
        """
        words = f"{letter.state.value} {letter.cause}".strip()
        bounce = ReportBounce(
            command_id=f"letter-{letter.reference}",
            by=letter.provider,
            reference=letter.reference,
            kind=BounceKind.OTHER,
            diagnostic=f"the letter came back: {words}",
        )
        state = await Bounces(self._pool, self._telling).report(bounce)
        return state is not BounceState.UNDER_WAY

    async def notified(self, letter: KeptLetter) -> bool:
        """A formal notice has been served on the debtor; of other letters nothing follows."""
        notice = await services.read_notice(self._pool, letter.reference)
        if notice is None or not is_formal_notice(notice.template):
            return True
        on = day_served(
            *(letter.state, letter.presented_at, letter.ended_at),
            *(notice.made_at, letter.updated_at, notice.zone),
        )
        fact = ReportService.model_validate(
            {
                "command_id": f"served-{letter.reference}-{notice.proof[:12]}",
                "by": letter.provider,
                "reference": letter.reference,
                "on": on,
                "outcome": letter.state.value,
                "letter": letter.kind.value,
                "sha256": notice.proof,
            }
        )
        await services.keep_service(self._pool, notice.cases, fact)
        await self._telling.tell([UntoldFact(case_id=one, fact=fact) for one in notice.cases])
        return True
