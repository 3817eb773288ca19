"""What may a case have been through? A whole life, drawn at random, as it stands on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce

from hypothesis import strategies as st

from domain.case import decide, evolve, fold
from domain.next_action import next_action
from domain.steps import failed, order_of
from schemas.actions import PerformStep, Record, Wait
from schemas.case import CollectionCase
from schemas.commands import Command
from schemas.events import CaseEvent, CaseOpened
from tests.support.given import taken
from tests.support.strategies import (
    ENDINGS,
    FACTS,
    STEP_REQUESTS,
    STOPS,
    letting_go_on,
    openings,
    pausing,
)


@st.composite
def lives(draw: st.DrawFn) -> list[CaseEvent]:
    """The stream of any case: people ask, banks tell, weeks pass, steps are taken or fail."""
    opening: CaseOpened = draw(openings())
    stream: list[CaseEvent] = [opening]
    case, now = fold(stream), opening.at
    for turn in draw(st.lists(st.integers(0, 9), min_size=5, max_size=25)):
        now += timedelta(hours=draw(st.integers(0, 24 * 7)))
        events = (
            _by_itself(case, now, fails=turn == 9)
            if turn > 3
            else _asked(case, draw(_commands(case, turn, now)), now)
        )
        stream += events
        case = reduce(evolve, events, case)
    return stream


def _commands(case: CollectionCase, turn: int, now: datetime) -> st.SearchStrategy[Command]:
    kinds = [FACTS, pausing(now), letting_go_on(case), STEP_REQUESTS | STOPS | ENDINGS]
    return kinds[turn]


def _asked(case: CollectionCase, command: Command, now: datetime) -> tuple[CaseEvent, ...]:
    decision = decide(case, command, now)
    return decision if isinstance(decision, tuple) else ()


def _by_itself(case: CollectionCase, now: datetime, *, fails: bool) -> tuple[CaseEvent, ...]:
    match action := next_action(case, now):
        case Record(events=events):
            return events
        case PerformStep() if fails:
            order = order_of(case, action, now)
            return (failed(order, now, "DeliveryDeadlinePassed", "no answer"),)
        case PerformStep():
            return taken(case, action, now)
        case Wait():
            return ()
