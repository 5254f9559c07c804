"""A manager's moves of guests who are to come, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import select

from booking.db import Database, WriteSession
from booking.rooms.errors import NotStaff, StayChanged, WrongStayStatus
from booking.rooms.errors_manage import RoomHeld, RoomOut
from booking.rooms.models import StayRoom
from booking.rooms.schemas import OutageRequest
from booking.rooms.service.moving import MoveBackRequest, MoveRoomRequest, move_back, move_to_room
from booking.rooms.service.outages import take_out
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.rooms.counting import check
from tests.rooms.house import HOUSE, People, day, populate, room, wish


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def booked(tx: WriteSession, now: datetime, who: Principal, first: int, until: int, door: int | None = None) -> int:
    stay = hold_stay(tx, now, who, wish(first, until, room(room=door)))
    confirm_stay(tx, now, who, HOUSE, stay.id)
    return int(tx.scalar(select(StayRoom.id).where(StayRoom.stay_id == stay.id)))


class TestMoveToRoom:
    async def test_moves_there_and_back(self, database: Database, people: People) -> None:
        one = await database.write(booked, people.worker, 1, 4)
        moved = await database.write(move_to_room, people.desk, HOUSE, one, MoveRoomRequest(9))
        assert (moved.target, moved.made_room) == ("A009", [])
        later = MoveBackRequest(moved.back.room, moved.back.seen + 1)
        with pytest.raises(StayChanged):
            await database.write(move_back, people.desk, HOUSE, one, later)
        back = await database.write(move_back, people.desk, HOUSE, one, moved.back)
        assert back.target == moved.origin
        await database.read(check)

    async def test_says_by_whom_a_room_is_taken(self, database: Database, people: People) -> None:
        one = await database.write(booked, people.worker, 1, 4)
        await database.write(booked, people.model, 2, 3, 9)
        out = OutageRequest(first=day(2), until=day(3), rooms=[10], reason="x")
        await database.write(take_out, people.desk, HOUSE, out)
        with pytest.raises(RoomHeld) as held:
            await database.write(move_to_room, people.desk, HOUSE, one, MoveRoomRequest(9))
        assert held.value.params["by"] == "王大海"
        with pytest.raises(RoomOut):
            await database.write(move_to_room, people.desk, HOUSE, one, MoveRoomRequest(10))
        with pytest.raises(NotStaff):
            await database.write(move_to_room, people.worker, HOUSE, one, MoveRoomRequest(8))
        await database.read(check)

    async def test_a_hold_stays_where_it_is(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(1, 3))
        (one,) = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == held.id)))
        with pytest.raises(WrongStayStatus):
            await database.write(move_to_room, people.desk, HOUSE, one.id, MoveRoomRequest(9))
