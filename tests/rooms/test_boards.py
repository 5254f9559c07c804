"""The hotel in memory is the hotel in the database, or is not believed."""

from datetime import datetime

import pytest
from sqlalchemy import update

from booking.db import Database, WriteSession
from booking.errors import Conflict
from booking.rooms.catalogue import houses
from booking.rooms.models import StayRoom
from booking.rooms.rules.assignment import Standing
from booking.rooms.schemas import CancelRequest, DatesRequest
from booking.rooms.service import boards
from booking.rooms.service.changing import change_dates
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.inventory import lock_types
from booking.rooms.service.stays import confirm_stay, hold_stay
from tests.rooms.counting import check_boards
from tests.rooms.house import HOUSE, TWIN, People, day, populate, room, wish


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def board(tx: WriteSession, now: datetime) -> Standing | None:
    """What a booking of a twin would find, its type locked."""
    version = lock_types(tx, HOUSE, [TWIN])[TWIN]
    known = boards.boards_of(tx).known[HOUSE, TWIN]
    return known.standing if version in known.versions else None


async def warm(database: Database, people: People) -> None:
    """Two bookings one after the other are enough for a board."""
    for _ in range(2):
        await database.write(hold_stay, people.worker, wish(1, 3))


class TestBoards:
    async def test_a_second_booking_leaves_one_behind_that_is_true(self, database: Database, people: People) -> None:
        await warm(database, people)
        found = await database.write(board)
        assert found is not None
        assert len(found.living()) == 1, "the second booking is read before the next question"
        await database.write(hold_stay, people.worker, wish(2, 4))
        await database.write(check_boards)

    async def test_it_follows_cancellations_and_changes(self, database: Database, people: People) -> None:
        await warm(database, people)
        held = await database.write(hold_stay, people.worker, wish(2, 4))
        await database.write(confirm_stay, people.worker, HOUSE, held.id)
        await database.write(change_dates, people.worker, HOUSE, held.id, DatesRequest(day(4), day(6)))
        assert await database.write(board) is not None
        await database.write(check_boards)
        await database.write(hold_stay, people.worker, wish(4, 5))
        await database.write(cancel_stay, people.worker, HOUSE, held.id, CancelRequest())
        await database.write(hold_stay, people.worker, wish(4, 6))
        await database.write(check_boards)

    async def test_what_is_rolled_back_leaves_none_that_is_believed(self, database: Database, people: People) -> None:
        await warm(database, people)

        def fail(tx: WriteSession, now: datetime) -> None:
            hold_stay(tx, now, people.worker, wish(1, 3))
            raise Conflict

        with pytest.raises(Conflict):
            await database.write(fail)
        assert await database.write(board) is None

    async def test_whoever_changes_rooms_without_a_word_makes_it_worthless(
        self, database: Database, people: People
    ) -> None:
        await warm(database, people)

        def silently(tx: WriteSession, now: datetime) -> None:
            lock_types(tx, HOUSE, [TWIN])
            tx.execute(update(StayRoom).values(pinned="chosen"))

        await database.write(silently)
        assert await database.write(board) is None

    async def test_rooms_that_go_together_are_looked_up_anew(self, database: Database, people: People) -> None:
        await warm(database, people)
        await database.write(hold_stay, people.worker, wish(1, 3, room(), room(), together="adjacent"))
        await database.write(hold_stay, people.worker, wish(1, 3))
        await database.write(hold_stay, people.worker, wish(1, 3))
        await database.write(check_boards)

    async def test_moves_are_followed(self, database: Database, people: People) -> None:
        twins = len(await database.read(lambda tx: houses(tx).house(HOUSE).rooms_of[TWIN]))
        for first, last in ((1, 3), (3, 5)) * twins:
            try:
                await database.write(hold_stay, people.desk, wish(first, last, room(heads=2)))
            except Conflict:
                continue
        await database.write(check_boards)
