"""The past of one hotel from its first booking to its last departure, in a database, and the report of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

import msgspec

from booking.db import Database, Lane, WriteSession
from booking.rooms.replay.acting import Refusal, Solve, Stage
from booking.rooms.replay.bookings import Booking, Event, timeline
from booking.rooms.replay.checking import Checks, Month, checks, months
from booking.rooms.replay.house import move_house
from booking.rooms.rules.nights import date_of

AT_ONCE = 20
"""Events of one transaction: bookings that were taken together are on disk together.

Not more: SQLite walks through all that it keeps for a savepoint whenever a statement ends, so that with 500 events an
UPDATE of one row took 230 µs instead of 90.
"""

Told = Callable[[int], None]
"""Hears how many events are done."""


class HotelReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one hotel's bookings.

    Attributes:
        rooms: of each type.
        empty: bookings without a night, which nobody has to take.
        accepted: bookings that got a room at once or from the planner, of `bookings`.
        sought: those of them that asked the planner.
        moves: stays that changed rooms, unknown to their guests, to make room; `moving`: bookings that needed it.
        months: how full it was.
    """

    hotel: str
    first: date
    last: date
    rooms: dict[str, int]
    bookings: int
    empty: int
    events: int
    accepted: int
    refusals: list[Refusal]
    sought: int
    moves: int
    moving: int
    months: list[Month]
    checks: Checks


async def replay(
    database: Database, bookings: Sequence[Booking], rooms: Mapping[str, int], solve: Solve, told: Told = lambda _: None
) -> HotelReport:
    """Let one hotel's bookings happen in a database that does not hold it yet.

    Raises:
        ReplayedBefore: it does.
    """
    hotel = bookings[0].hotel
    place, types = await database.write_in(Lane.BULK, move_house, hotel, bookings, rooms)
    stage = Stage(place, types, bookings, solve)
    events = timeline(bookings)
    done = 0
    for part in _parts(events):
        await database.write_in(Lane.BULK, _live, stage, part)
        done += len(part)
        told(done)
    first, last = min(one.arrival for one in bookings), max(one.departure for one in bookings)
    empty = sum(not one.nights for one in bookings)
    return HotelReport(
        hotel=hotel,
        first=date_of(first),
        last=date_of(last),
        rooms=dict(rooms),
        bookings=len(bookings) - empty,
        empty=empty,
        events=len(events),
        accepted=len(stage.taken),
        refusals=stage.refusals,
        sought=stage.sought,
        moves=stage.moves,
        moving=stage.moving,
        months=await database.read(months, place, first, last),
        checks=await database.read(checks, place),
    )


def _parts(events: Sequence[Event]) -> Iterator[list[Event]]:
    left = iter(events)
    while part := list(islice(left, AT_ONCE)):
        yield part


def _live(tx: WriteSession, now: datetime, stage: Stage, events: Sequence[Event]) -> None:
    """Some events, one after the other, at the instants at which they happened."""
    for event in events:
        stage.act(tx, event)
