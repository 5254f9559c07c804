"""Draw day from beginning to end: each step is read at one instant, computed in a thread, and stored if nothing moved.

A process may die anywhere: what it stored is whole, and whoever runs the step again gets the same bytes and writes
nothing twice.
"""

import asyncio
from collections.abc import Callable

from booking.db import Database, Lane, ReadSession
from booking.draws.verifying import Report, verify
from booking.retreats.errors import SeasonChanged
from booking.retreats.errors_draw import StageChanged
from booking.retreats.queries.drawn import Drawn, memory, version_of
from booking.retreats.rules.freezing import Frozen, frozen
from booking.retreats.service.deadlines import lapse_due
from booking.retreats.service.drawing import drawing, freezing, rerunning
from booking.retreats.service.drawing.drawing import Computed, Ready, compute
from booking.retreats.service.drawing.steps import season_for
from booking.web.principal import Principal

TRIES = 3
Hear = Callable[[str, int, int], None]
"""Hears which part is at how many of how many."""


def unheard(part: str, done: int, of: int, /) -> None:
    """Say nothing."""


async def freeze(database: Database, by: Principal, code: str, hear: Hear = unheard) -> Frozen:
    """Freeze a season whose time has come, and publish its commitment.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, FreezeTooEarly: see `service.drawing.freezing`.
        SeasonChanged, ApplicationsMoved: something changed meanwhile, and nothing was stored.
        BadRules: the season contradicts itself.
    """
    now = database.clock()
    season, found = await database.read(freezing.ready_to_freeze, now, by, code)
    hear("read", len(found.entries), len(found.entries))
    made = await asyncio.to_thread(frozen, found, freezing.published_instant(now))
    hear("computed", len(made.entries), len(made.entries))
    await database.write_in(Lane.BULK, freezing.store_freeze, by, season, made)
    hear("stored", len(made.entries), len(made.entries))
    return made


async def draw(database: Database, by: Principal, code: str, hear: Hear = unheard) -> Computed:
    """Run the first stage and publish it.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, ResultsMissing: see `service.drawing.drawing`.
        DrawDiffers: it was run before, and gave something else.
        SeasonChanged: somebody else published it first.
    """
    ready = await database.read(drawing.ready_to_draw, by, code)
    computed = await asyncio.to_thread(compute, ready)
    hear("computed", len(computed.positions), len(computed.positions))
    await database.write_in(Lane.BULK, drawing.store_drawn, by, ready, computed)
    done = 0
    for part in drawing.position_parts(computed):
        await database.write_in(Lane.BULK, drawing.store_positions, ready.season.id, part)
        done += len(part)
        hear("positions", done, len(computed.positions))
    await database.write_in(Lane.BULK, drawing.publish, by, ready, computed)
    hear("offered", len(computed.won), len(computed.won))
    await _remember(database, ready, computed)
    return computed


async def next_stage(database: Database, by: Principal, code: str, hear: Hear = unheard) -> Computed:
    """Give out what was released, once everybody has answered or had the time to.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, OffersOpen: see `service.drawing.drawing`.
        SeasonChanged, StageChanged: something changed meanwhile, several times, and nothing was stored.
    """
    season = await database.read(season_for, by, code)
    while await database.write_in(Lane.BULK, lapse_due, season.id):
        pass
    for left in reversed(range(TRIES)):
        ready = await database.read(drawing.ready_for_stage, database.clock(), by, code)
        computed = await asyncio.to_thread(compute, ready)
        hear("computed", len(computed.positions), len(computed.positions))
        try:
            await database.write_in(Lane.BULK, drawing.store_stage, by, ready, computed)
        except (SeasonChanged, StageChanged):
            if not left:
                raise
        else:
            hear("offered", len(computed.won), len(computed.won))
            await _remember(database, ready, computed)
            return computed
    raise AssertionError("unreachable")


async def rerun(database: Database, by: Principal, code: str, reason: str) -> Report:
    """Run a published draw again, write down why, and answer what differs: nothing, if all is well.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, SeasonChanged: see `service.drawing.rerunning`.
    """
    files = await database.read(rerunning.ready_to_rerun, by, code)
    report = await asyncio.to_thread(verify, files)
    await database.write(rerunning.store_rerun, by, code, reason, report)
    return report


async def _remember(database: Database, ready: Ready, computed: Computed) -> None:
    """Spare the next reader the run."""
    drawn = Drawn(ready.draw, computed.draw, computed.stages)

    def keep(tx: ReadSession) -> None:
        version = version_of(tx, ready.season.id)
        if version == int(computed.manifest[:15], 16):
            tx.remembered(memory(ready.season.id), version, lambda: drawn)

    await database.read(keep)
