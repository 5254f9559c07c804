"""Stays that stand again: no-shows who came after all, and chosen rooms that were given up by mistake."""

from typing import Any

import pytest
from sqlalchemy import func, select

from booking.db import Database, ReadSession, WriteSession
from booking.members.models import StandingEntry
from booking.rooms import errors
from booking.rooms.models import RoomNight, StayRoom
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import CancelRequest, StayView
from booking.rooms.schemas_desk import ArriveRequest, Document
from booking.rooms.service import desk
from booking.rooms.service.allotments import set_over_limit
from booking.rooms.service.ending import cancel_stay, restore_stay
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.rooms.counting import check
from tests.rooms.house import HOUSE, TONIGHT, TWIN, People, populate, room, wish

TWINS = 9
"""Twins that the public has: one of ten is held back."""


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def booked(tx: WriteSession, now: Any, who: Principal, arrival: int, departure: int, *rooms: Any) -> StayView:
    stay = hold_stay(tx, now, who, wish(arrival, departure, *rooms))
    return confirm_stay(tx, now, who, HOUSE, stay.id)


def room_of(tx: ReadSession, stay_id: int) -> StayRoom:
    found = tx.get(StayRoom, place_id=HOUSE, stay_id=stay_id, number=1)
    assert found
    return found


def points(tx: ReadSession) -> int:
    return int(tx.scalar(select(func.sum(StandingEntry.points))) or 0)


async def missed(database: Database, people: People, clock: SettableClock, *rooms: Any) -> StayView:
    """A stay of three nights whose guests did not come in the first, marked the morning after."""
    stay = await database.write(booked, people.worker, 0, 3, *rooms)
    clock.advance(hours=19)
    return await database.write(desk.mark_no_show, people.desk, HOUSE, stay.id)


class TestNoShowTakenBack:
    async def test_keeps_the_nights_ahead_and_takes_fee_and_points_back(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        stay = await missed(database, people, clock)
        assert (stay.price_fen, await database.read(points)) == (65000, 2)
        back = await database.write(desk.take_back_no_show, people.desk, HOUSE, stay.id)
        mine = await database.read(room_of, stay.id)
        assert (back.status, mine.status, mine.arrival, mine.departure) == (
            "confirmed",
            "expected",
            TONIGHT + 1,
            TONIGHT + 3,
        )
        assert (mine.price_fen, mine.fee_fen, back.price_fen) == (45000, 20000, 65000), (
            "the night that was kept is owed"
        )
        assert await database.read(points) == 0
        await database.read(check)
        seen = ArriveRequest(documents=[Document("id", "123X")])
        await database.write(desk.arrive, people.desk, HOUSE, mine.id, seen)

    async def test_others_make_room(self, database: Database, people: People, clock: SettableClock) -> None:
        stay = await missed(database, people, clock, room(room=3))
        await database.write(booked, people.desk, 1, 3, *[room() for _ in range(TWINS - 1)])
        assert await database.read(lambda tx: tx.get(RoomNight, place_id=HOUSE, room_id=3, night=TONIGHT + 1))
        await database.write(desk.take_back_no_show, people.desk, HOUSE, stay.id)
        mine = await database.read(room_of, stay.id)
        assert (mine.room_id, mine.pinned) == (3, "chosen"), "who had come into the chosen room moved"
        await database.read(check)

    async def test_refused_with_the_numbers_once_others_have_the_rooms(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        stay = await missed(database, people, clock)
        await database.write(booked, people.desk, 2, 3, *[room() for _ in range(TWINS)])
        with pytest.raises(errors.RoomsFull) as refused:
            await database.write(desk.take_back_no_show, people.desk, HOUSE, stay.id)
        assert (refused.value.params["wanted"], refused.value.params["possible"]) == (10, 9)
        assert refused.value.params["alternatives"]
        assert await database.read(points) == 2
        await database.read(check)

    async def test_not_once_its_nights_are_over(self, database: Database, people: People, clock: SettableClock) -> None:
        stay = await missed(database, people, clock)
        clock.advance(days=2)
        with pytest.raises(errors.NightsOver):
            await database.write(desk.take_back_no_show, people.desk, HOUSE, stay.id)

    async def test_is_the_desks_and_only_for_no_shows(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 0, 3)
        with pytest.raises(errors.NotStaff):
            await database.write(desk.take_back_no_show, people.worker, HOUSE, stay.id)
        with pytest.raises(errors.WrongStayStatus):
            await database.write(desk.take_back_no_show, people.desk, HOUSE, stay.id)


async def test_who_had_no_room_pays_nothing_for_not_coming(
    database: Database, people: People, clock: SettableClock
) -> None:
    await database.write(booked, people.desk, 0, 1, *[room() for _ in range(TWINS)])
    await database.write(set_over_limit, people.desk, HOUSE, TWIN, Nights(TONIGHT, TONIGHT + 1), 1)
    stay = await database.write(booked, people.worker, 0, 1)
    assert (await database.read(room_of, stay.id)).status == "overbooked"
    clock.advance(hours=19)
    view = await database.write(desk.mark_no_show, people.desk, HOUSE, stay.id)
    assert (view.status, view.price_fen, await database.read(points)) == ("no_show", 0, 0)
    await database.read(check)


class TestRestored:
    async def test_a_chosen_room_is_theirs_again(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 2, 4, room(room=7))
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        await database.write(restore_stay, people.worker, HOUSE, stay.id)
        mine = await database.read(room_of, stay.id)
        assert (mine.room_id, mine.pinned) == (7, "chosen")
        await database.read(check)

    async def test_or_an_equal_one_if_others_have_chosen_it(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 2, 4, room(room=7))
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        await database.write(booked, people.model, 3, 4, room(room=7))
        await database.write(restore_stay, people.worker, HOUSE, stay.id)
        mine = await database.read(room_of, stay.id)
        assert (mine.room_id != 7, mine.pinned) == (True, "")
        await database.read(check)
