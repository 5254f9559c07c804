"""The loops of retreats: reminders, deadlines, what a season came to, and how fair its draw was.

Each turn asks a reader first, writes in short transactions, and may be cut short anywhere: what it did not do is due
again.
"""

import structlog

from booking.apart import apart
from booking.db import Database, Lane
from booking.retreats.queries import fairness as queries
from booking.retreats.rules.fairness import REDRAWS
from booking.retreats.rules.fairness_groups import measure_files
from booking.retreats.service import closing, deadlines, pasts
from booking.retreats.service.applying import reminding
from booking.retreats.service.measuring import keep_fairness

log = structlog.get_logger()

MOST_TURNS = 200
"""Transactions of one turn, so that stopping does not wait for a whole city."""


async def answer_deadlines(database: Database) -> int:
    """Remind whoever has not answered, and let lapse whose time is over; how many places."""
    done = 0
    for _ in range(MOST_TURNS):
        if not await database.read(deadlines.is_due, database.clock()):
            break
        lapsed = await database.write_in(Lane.BULK, deadlines.lapse_due)
        reminded = await database.write_in(Lane.BULK, deadlines.remind_due)
        if lapsed + reminded == 0:
            break
        done += lapsed + reminded
    return done


async def remind_applicants(database: Database) -> int:
    """Remind whoever was asked along and has not answered before applications close; how many applications."""
    done = 0
    for _ in range(MOST_TURNS):
        if not await database.read(reminding.reminders_are_due, database.clock()):
            break
        reminded = await database.write_in(Lane.BULK, reminding.remind_unanswered)
        if reminded == 0:
            break
        done += reminded
    return done


async def close_seasons(database: Database) -> int:
    """Write down what seasons that are over came to, and who did not come; how many rows."""
    done = 0
    for _ in range(MOST_TURNS):
        due = await database.read(closing.season_to_close, database.clock())
        if due is None:
            break
        written = await database.write_in(Lane.BULK, pasts.close_season_past, due)
        if not written:
            break
        done += written
    if done:
        log.info("seasons closed", members=done)
    return done + await database.write_in(Lane.BULK, pasts.note_absences)


async def measure_fairness(database: Database, redraws: int = REDRAWS) -> int:
    """Draw the seasons again that were published and not measured yet, in a process of its own; how many."""
    measured = 0
    for season in await database.read(queries.seasons_to_measure):
        asked = await database.read(queries.material_of, season.id)
        try:
            found = await apart(measure_files, *asked, redraws)
        except Exception as error:
            log.error("fairness not measured", season=season.code, exc_info=error)
            continue
        measured += await database.write_in(Lane.BULK, keep_fairness, season, redraws, found)
        log.info("fairness measured", season=season.code, redraws=redraws, alarms=sum(one.alarms for one in found))
    return measured
