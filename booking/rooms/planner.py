"""The loops of rooms: pending stays get their answer, holds end, nights come on sale and pools are released.

A search runs in a process of its own, so that it holds up no request: CP-SAT where OR-Tools is installed, else the
search that requests use too, with a larger budget.
"""

import asyncio
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from booking.db import Database, Lane
from booking.rooms.rules.assignment import Outcome, OutOfTime, SolverMissing, TooNarrow, rearrange, rearrange_exactly
from booking.rooms.service import pending
from booking.rooms.service.allocation import Question
from booking.rooms.service.allotments import keep_up
from booking.rooms.service.expiry import expire_holds
from booking.rooms.service.pending import Leased

AT_ONCE = 1
"""Searches that one process works on at a time."""
SECONDS = 30.0
"""How long CP-SAT may look at one question."""
NODES = 400_000
"""Positions that the other search may look at: about as long."""
_GENTLY = 10


def find(question: Question) -> Outcome:
    """A plan, a proof, or neither, with a large budget."""
    try:
        return rearrange_exactly(question.snapshot, question.stays, SECONDS)
    except SolverMissing:
        return rearrange(question.snapshot, question.stays, NODES)


async def solve(question: Question) -> Outcome:
    """`find` in a process of its own, behind everybody else who wants the processor."""
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=apart, initializer=os.nice, initargs=(_GENTLY,)) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, find, question)


async def turn(database: Database) -> int:
    """Work on the oldest searches; how many got their answer."""
    if not await database.read(pending.is_due, database.clock()):
        return 0
    leased = await database.write_in(Lane.BULK, pending.lease, AT_ONCE)
    return sum([await _work_on(database, search) for search in leased])


async def _work_on(database: Database, search: Leased) -> bool:
    """Look for the rooms of one stay on as many nights as it takes, and give it its answer."""
    asked = await database.read(pending.problem, search)
    outcome: Outcome = OutOfTime()
    while asked is not None:
        outcome = await solve(asked.question)
        if not isinstance(outcome, TooNarrow):
            break
        asked = await database.read(pending.problem, search, asked.question.wider(outcome))
    return await database.write_in(Lane.BULK, pending.answer, search, asked, outcome)


async def expire(database: Database) -> int:
    """End the holds whose time is over."""
    return await database.write_in(Lane.BULK, expire_holds)


async def keep_nights(database: Database) -> int:
    """Open the nights that have come into the horizon, and release what is due."""
    return await database.write_in(Lane.BULK, keep_up)
