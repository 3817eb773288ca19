"""How many cases start a second? ``Cases.start`` against bare starts of the same payload.

Both start with the same delay, as many at a time, on the same server: what is compared is what the
case adds (its next action, search attributes, the fairness key, the note that it was started).
"""

from __future__ import annotations

import statistics
import time
import uuid
from datetime import date, timedelta

from bench.bare import Idle
from bench.cases import at_once, openings, put_on_record
from bench.ground import Ground
from schemas.case import CollectionCase
from tests.support.house import ATELIER, House

DELAY_DAYS = 30


async def measure(here: Ground, *, quick: bool) -> list[dict[str, object]]:
    """Rounds of both, in turn."""
    count, rounds = (100, 1) if quick else (500, 3)
    async with here.house() as house:
        ours, bare, size = [], [], 0
        await _start(house, await _recorded(house, 20))
        for _ in range(rounds):
            cases = await _recorded(house, count)
            size = len(cases[0].model_dump_json())
            ours.append(count / await _start(house, cases))
            bare.append(count / await _bare(house, cases))
    rate, bare_rate = statistics.median(ours), statistics.median(bare)
    return [
        {
            "bench": "starts",
            "starts": count,
            "rounds": rounds,
            "payload_bytes": size,
            "starts_per_second": round(rate),
            "bare_per_second": round(bare_rate),
            "ratio": round(rate / bare_rate, 2),
            "all_starts_per_second": [round(one) for one in ours],
            "all_bare_per_second": [round(one) for one in bare],
        }
    ]


async def _recorded(house: House, count: int) -> list[CollectionCase]:
    plan = house.means.plans["standard"]
    due = date.today() + timedelta(days=DELAY_DAYS)  # noqa: DTZ011
    return await put_on_record(house, await openings(house, plan, due, count))


async def _start(house: House, cases: list[CollectionCase]) -> float:
    began = time.perf_counter()
    with house.skipper.with_time_skipping_disabled():
        started = await house.cases.start(cases)
    if started != len(cases):
        raise RuntimeError(f"{started} of {len(cases)} {ATELIER} cases started")
    return time.perf_counter() - began


async def _bare(house: House, cases: list[CollectionCase]) -> float:
    client, batch = house.means.client, uuid.uuid4().hex[:6]
    payload = "x" * (len(cases[0].model_dump_json()) - 2)

    async def start(number: int) -> None:
        await client.start_workflow(
            Idle.run,
            payload,
            id=f"idle-{batch}-{number}",
            task_queue="nobody",
            start_delay=timedelta(days=DELAY_DAYS),
        )

    began = time.perf_counter()
    await at_once([start(number) for number in range(len(cases))])
    return time.perf_counter() - began
