"""The loops of rooms: pending stays get their answer, holds end, waiting lists are served, nights come on sale.

A search runs in a process of its own, so that it holds up no request: CP-SAT where OR-Tools is installed, else the
search that requests use too, with a larger budget.
"""

import asyncio
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from booking.db import Database, Lane
from booking.rooms.rules.assignment import Outcome, OutOfTime, SolverMissing, TooNarrow, rearrange, rearrange_exactly
from booking.rooms.service import offering, pending
from booking.rooms.service.allocation import Question
from booking.rooms.service.allotments import keep_up
from booking.rooms.service.expiry import expire_holds
from booking.rooms.service.pending import Leased

AT_ONCE = 1
"""Searches that one process works on at a time."""
NODES = 13_000
"""Positions that the other search may look at for each second that CP-SAT would have."""
_GENTLY = 10


def find(question: Question, seconds: int = pending.SECONDS) -> Outcome:
    """A plan, a proof, or neither, with a large budget."""
    try:
        return rearrange_exactly(question.snapshot, question.stays, float(seconds))
    except SolverMissing:
        return rearrange(question.snapshot, question.stays, NODES * seconds)


async def solve(question: Question, seconds: int) -> Outcome:
    """`find` in a process of its own, behind everybody else who wants the processor."""
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=apart, initializer=os.nice, initargs=(_GENTLY,)) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, find, question, seconds)


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
        outcome = await solve(asked.question, search.seconds)
        if not isinstance(outcome, TooNarrow):
            break
        asked = await database.read(pending.problem, search, asked.question.wider(outcome))
    return await database.write_in(Lane.BULK, pending.answer, search, asked, outcome)


async def expire(database: Database) -> int:
    """End the holds whose time is over."""
    return await database.write_in(Lane.BULK, expire_holds)


async def offer(database: Database) -> int:
    """Offer rooms that came free to those who wait for them; how many were offered some."""
    if not await database.read(offering.is_due, database.clock()):
        return 0
    return await database.write_in(Lane.BULK, offering.offer_due)


async def keep_nights(database: Database) -> int:
    """Open the nights that have come into the horizon, and release what is due."""
    return await database.write_in(Lane.BULK, keep_up)
