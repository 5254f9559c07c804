"""The loops of rooms: pending stays get their answer, holds end, lists are served, nights sold, rooms put in order.

A search runs in a process of its own, so that it holds up no request: CP-SAT where OR-Tools is installed, else the
search that requests use too, with a larger budget.
"""

from typing import NamedTuple

import structlog

from booking.apart import apart
from booking.db import Database, Lane
from booking.rooms.rules.assignment import Outcome, OutOfTime, SolverMissing, TooNarrow, rearrange, rearrange_exactly
from booking.rooms.rules.assignment.nightly import Better, improve
from booking.rooms.service import nightly, offering, pending
from booking.rooms.service.allocation import Question
from booking.rooms.service.allotments import keep_up
from booking.rooms.service.expiry import expire_holds
from booking.rooms.service.pending import Leased

log = structlog.get_logger()

AT_ONCE = 1
"""Searches that one process works on at a time."""
NODES = 13_000
"""Positions that the other search may look at for each second that CP-SAT would have."""
NIGHT_SECONDS = 60.0
"""How long the order of one type may be looked at in the night."""


def find(question: Question, seconds: int = pending.SECONDS) -> Outcome:
    """A plan, a proof, or neither, with a large budget."""
    try:
        return rearrange_exactly(question.snapshot, question.stays, float(seconds))
    except SolverMissing:
        return rearrange(question.snapshot, question.stays, NODES * seconds)


async def solve(question: Question, seconds: int) -> Outcome:
    """`find` in a process of its own."""
    return await apart(find, question, seconds)


async def turn(database: Database, *, again: bool = False) -> int:
    """Work on the oldest searches; how many got their answer.

    Those that ran out of time are sought `again` in a loop of their own, so that no first search waits for them.
    """
    if not await database.read(pending.is_due, database.clock(), again=again):
        return 0
    leased = await database.write_in(Lane.BULK, pending.lease, AT_ONCE, again=again)
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


async def optimise(database: Database) -> int:
    """Put houses in better order that nobody has looked at this night; how many stays moved."""
    if not await database.read(nightly.is_due, database.clock()):
        return 0
    houses = await database.write_in(Lane.BULK, nightly.begin)
    done = [one for place in houses for one in await optimise_house(database, place)]
    return sum(len(one.better.moves) for one in done if one.applied)


class Optimised(NamedTuple):
    """What came of looking at a type of a house: `applied` unless a booking came between, or nothing was to do."""

    type: int
    better: Better
    applied: bool


async def optimise_house(
    database: Database, place: int, seconds: float = NIGHT_SECONDS, *, actor: str = nightly.PLANNER, dry: bool = False
) -> list[Optimised]:
    """Look for a better order of each type of a house, and make it where nobody changed anything meanwhile."""
    done = []
    for kind in await database.read(nightly.types_of, place):
        order = await database.read(nightly.order_of, database.clock(), place, kind)
        better = await apart(improve, order.snapshot, order.sections, seconds)
        applied = False
        if better.moves and not dry:
            applied = await database.write_in(Lane.BULK, nightly.apply, order, better, actor)
        known = {"place": place, "type": kind, "moves": len(better.moves), "applied": applied}
        reunited = len(better.after.kept) - len(better.before.kept)
        log.info("rooms put in order", **known, reunited=reunited, solver="CP-SAT" if better.exact else "greedy")
        done.append(Optimised(kind, better, applied))
    return done


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
