"""No query of the pages reads a table that grows from beginning to end."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import event

from booking.db import Database, ReadSession
from booking.venues.catalogue import venues
from booking.venues.queries.alternatives import nearest
from booking.venues.queries.availability import day_view
from booking.venues.queries.board import day_board
from booking.venues.queries.bookings import Cursor, booking_view, bookings_of, companions_of
from booking.venues.queries.searching import search, tonight
from tests.databases import SettableClock, sqlite_only
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, CENTRE, GYM, TODAY, City, at, half_hour

GROWING = ("claims", "pool_counters", "bookings", "partners", "members", "blocks")
TOO_LITTLE = ("(place_id=?)", "(place_id=? AND facility_id=?)")
"""Keys that lead to all that ever was at a place or a facility."""
Query = Callable[[ReadSession, datetime, City], Any]


def _nearest(tx: ReadSession, now: datetime, city: City) -> Any:
    facts = venues(tx).facility(CENTRE, BADMINTON)
    return nearest(tx, now, facts, court_kind="court", starts=at(18), ends=at(19))


QUERIES: dict[str, Query] = {
    "tonight": lambda tx, now, city: tonight(tx, now),
    "search everything": lambda tx, now, city: search(tx, now, day=TODAY),
    "search a sport": lambda tx, now, city: search(tx, now, day=TODAY, sport="badminton"),
    "search a place": lambda tx, now, city: search(tx, now, day=date(2026, 11, 26), place=CENTRE),
    "nearest": _nearest,
    "day of courts": lambda tx, now, city: day_view(tx, now, CENTRE, BADMINTON, TODAY),
    "day of a pool": lambda tx, now, city: day_view(tx, now, CENTRE, GYM, TODAY),
    "board": lambda tx, now, city: day_board(tx, now, CENTRE, BADMINTON, TODAY, city.worker),
    "upcoming": lambda tx, now, city: bookings_of(tx, now, city.worker, upcoming=True),
    "past": lambda tx, now, city: bookings_of(
        tx, now, city.worker, upcoming=False, after=Cursor(half_hour(18), CENTRE, 1)
    ),
    "companions": lambda tx, now, city: companions_of(tx, city.worker.member_id),
}


def reads_a_history(step: str) -> bool:
    """Whether a step of a plan costs more the longer the service has run."""
    words = step.split()
    if words[0] not in ("SCAN", "SEARCH") or words[1] not in GROWING:
        return False
    return words[0] == "SCAN" or step.removesuffix(" LEFT-JOIN").endswith(TOO_LITTLE)


@sqlite_only
@pytest.mark.parametrize("name", QUERIES)
async def test_it_reads_no_growing_table_as_a_whole(
    database: Database, clock: SettableClock, city: City, name: str
) -> None:
    booking = await database.write(add_booking, starts=18, ends=19, by=city.worker, partners=[city.partner])
    query = QUERIES[name]

    def explained(tx: ReadSession) -> list[str]:
        booking_view(tx, clock(), CENTRE, booking, city.worker)
        ran: list[tuple[str, Any]] = []

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            ran.append((statement, parameters))

        event.listen(tx.connection, "before_cursor_execute", note)
        query(tx, clock(), city)
        event.remove(tx.connection, "before_cursor_execute", note)
        asked = [(statement, values) for statement, values in ran if statement.startswith("SELECT")]
        assert asked
        plans = [tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values).all() for one, values in asked]
        return [str(step[3]) for plan in plans for step in plan]

    steps = await database.read(explained)
    assert not [step for step in steps if reads_a_history(step)], steps
