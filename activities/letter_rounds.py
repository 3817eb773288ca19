"""How does the engine ask after letters? A round of all that are under way, beating meanwhile."""

from __future__ import annotations

from temporalio import activity

from activities.heartbeat import beating
from activities.letter_office import NOT_ASKED, LetterOffice
from activities.letter_results import LetterResults
from activities.telling import Telling
from schemas.turns import LettersSummary
from store.pool import Pool


class LetterRounds:
    """Asks every provider about its letters; twice, or again after a crash, changes nothing."""

    def __init__(self, pool: Pool, office: LetterOffice, telling: Telling) -> None:
        self._office = office
        self._results = LetterResults(pool, telling)

    @activity.defn(name="follow_letters")
    async def follow_letters(self) -> LettersSummary:
        """Do a round; a letter that could not be asked about now is asked about in the next."""
        async with beating():
            return await self.follow()

    async def follow(self) -> LettersSummary:
        """Do a round here and now."""
        states = await self._office.follow(self._results)
        not_asked = states.pop(NOT_ASKED, 0)
        return LettersSummary(states=dict(sorted(states.items())), not_asked=not_asked)
