"""The loop that answers pending bookings: lease, solve on a snapshot outside the writer, do it if that still holds."""

import asyncio

from booking.db import Database, Lane
from booking.venues.rules.assignment import Outcome, OutOfTime
from booking.venues.service import pending
from booking.venues.service.pending import Leased
from booking.venues.solver import Question, solve

AT_ONCE = 2
"""Searches that one process works on side by side."""
UNSOLVED = OutOfTime(nodes=0)


async def turn(database: Database) -> int:
    """Work on the oldest searches, and answer those that have no time left; how many got their answer."""
    now = database.clock()
    if not await database.read(pending.is_due, now):
        return 0
    late = await database.read(pending.late, now)
    answered = [await database.write_in(Lane.BULK, pending.answer, search, None, UNSOLVED) for search in late]
    leased = await database.write_in(Lane.BULK, pending.lease, AT_ONCE)
    answered += await asyncio.gather(*(_work_on(database, search) for search in leased))
    return sum(answered)


async def _work_on(database: Database, search: Leased) -> bool:
    asked = await database.read(pending.problem, database.clock(), search)
    outcome: Outcome = UNSOLVED if asked is None else await solve(Question(asked.day, asked.wish))
    return await database.write_in(Lane.BULK, pending.answer, search, asked, outcome)
