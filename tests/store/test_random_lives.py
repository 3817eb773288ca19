"""Do record, read models and cases agree, whatever a case has been through?"""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings

from domain.case import fold
from schemas.events import CaseEvent
from store import event_store
from store.pool import open_owner, open_pool
from store.read_models import case_as_it_stands
from store.rebuild import audit, rebuild
from tests.support.lives import lives

NUMBERS = itertools.count()


@given(life=lives())
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_what_is_rebuilt_from_any_life_is_what_was_there(
    database: str, life: list[CaseEvent]
) -> None:
    """Appended one by one, folded, read back and rebuilt: the same case, and a whole chain."""
    number = f"F-{next(NUMBERS)}"
    opening = life[0].model_copy(update={"invoice": number, "case_id": f"case/atelier/{number}"})
    async with open_pool(database, 1) as pool:
        async with pool.acquire() as connection, connection.transaction():
            (case,) = await event_store.open_streams(connection, [opening])  # type: ignore[list-item]
            for event in life[1:]:
                case = await event_store.append(connection, case.case_id, case.version, [event])
        assert case == fold([opening, *life[1:]]) == await case_as_it_stands(pool, case.case_id)
        async with pool.acquire() as connection:
            read = await event_store.read_stream(connection, case.case_id)
        assert fold([one.event for one in read]) == case
    async with open_owner(database) as owner:
        assert (await audit(owner)).findings == ()
        assert (await rebuild(owner)).changed == 0
