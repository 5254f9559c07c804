"""One turn of the loop that seals what was recorded."""

from booking.audit.queries import waiting
from booking.audit.service import seal
from booking.db import Database, Lane

BATCH = 1000


async def turn(database: Database) -> int:
    """Seal one batch of every place that has unsealed entries, and answer how many entries that were.

    Every process may run it: a seal has one number, and who comes second does nothing.
    """
    places = await database.read(waiting)
    return sum([await database.write_in(Lane.BULK, seal, place_id, BATCH) for place_id in places])
