"""Rooms become clean and dirty, the floor plan shows it, and the day is closed."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from booking.audit.models import AuditEntry
from booking.db import Database, ReadSession, WriteSession
from booking.rooms import errors, errors_desk
from booking.rooms.catalogue import RoomNotFound
from booking.rooms.models import BusinessDay, Room, StayRoom
from booking.rooms.queries.housekeeping import floor_plan
from booking.rooms.rules.housekeeping import NEXT, Door, in_order, priority
from booking.rooms.schemas_desk import ArriveRequest, CloseDayRequest, DepartRequest, Document, FloorPlan
from booking.rooms.service.day_close import close_day
from booking.rooms.service.desk import arrive, depart
from booking.rooms.service.housekeeping import set_state
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.rooms.counting import check
from tests.rooms.house import HOUSE, TONIGHT, People, day, populate, room, wish

SEEN = ArriveRequest(documents=[Document("id", "1234")])


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def booked(tx: WriteSession, now: datetime, who: Principal, first: int, until: int, *rooms: Any) -> StayRoom:
    stay = hold_stay(tx, now, who, wish(first, until, *rooms))
    confirm_stay(tx, now, who, HOUSE, stay.id)
    return tx.all(select(StayRoom).where(StayRoom.stay_id == stay.id))[0]


def states(tx: ReadSession) -> dict[int, str]:
    return {row.id: row.housekeeping for row in tx.execute(select(Room.id, Room.housekeeping))}


def make(tx: WriteSession, now: datetime, state: str, *rooms: int) -> None:
    tx.execute(update(Room).where(Room.id.in_(rooms)).values(housekeeping=state))


class TestRules:
    def test_a_room_is_inspected_only_once_it_is_clean(self) -> None:
        assert [state for state, after in NEXT.items() if "inspected" in after] == ["clean"]

    def test_empty_rooms_that_guests_come_into_go_first(self) -> None:
        def door(number: int, **facts: bool) -> Door:
            known = {"occupied": False, "leaving": False, "arriving": False, "out_of_order": False} | facts
            return Door(number, "dirty", **known)

        doors = [
            door(1, occupied=True),
            door(2),
            door(3, arriving=True, occupied=True, leaving=True),
            door(4, arriving=True),
            door(5, out_of_order=True),
            door(6)._replace(state="clean", arriving=True),
        ]
        assert [one.room for one in in_order(doors)] == [4, 3, 2, 1]
        assert priority(doors[4]) is None


class TestSetState:
    async def test_step_by_step_with_who(self, database: Database, people: People) -> None:
        await database.write(make, "dirty", 3)
        for step in ("cleaning", "clean", "inspected", "inspected"):
            view = await database.write(set_state, people.desk, HOUSE, 3, step)
            assert view.state == step
        noted = select(AuditEntry).where(AuditEntry.action == "room.housekeeping")
        rows = await database.read(lambda tx: tx.all(noted))
        assert [row.detail["after"] for row in rows] == ["cleaning", "clean", "inspected"]
        assert rows[0].actor == people.desk.actor

    async def test_refuses_to_skip_a_step(self, database: Database, people: People) -> None:
        await database.write(make, "dirty", 3)
        with pytest.raises(errors_desk.WrongStep) as refused:
            await database.write(set_state, people.desk, HOUSE, 3, "inspected")
        assert refused.value.params["allowed"] == ["打扫中", "已打扫"]
        with pytest.raises(errors.NotStaff):
            await database.write(set_state, people.worker, HOUSE, 3, "clean")
        with pytest.raises(RoomNotFound):
            await database.write(set_state, people.desk, HOUSE, 99, "clean")


class TestFloorPlan:
    async def test_shows_who_is_where(self, database: Database, people: People, clock: SettableClock) -> None:
        first = await database.write(booked, people.worker, 0, 1, room(room=3))
        await database.write(booked, people.worker, 1, 2, room(room=3))
        await database.write(booked, people.worker, 1, 2, room(room=4))
        await database.write(arrive, people.desk, HOUSE, first.id, SEEN)
        clock.advance(days=1)
        await database.write(make, "dirty", 3, 4, 7)
        plan = await database.read(floor_plan, HOUSE, TONIGHT + 1)
        assert [(one.wing, one.floor, len(one.rooms)) for one in plan.floors] == [("A", 1, 12), ("B", 1, 4)]
        third, fourth = _room(plan, 3), _room(plan, 4)
        assert (third.guest, third.leaving, third.arriving, third.priority) == ("王大海", True, "王大海", 2)
        assert (fourth.guest, fourth.arriving, fourth.priority) == ("", "王大海", 1)
        assert plan.cleaning == [4, 3, 7]


def _room(plan: FloorPlan, number: int) -> Any:
    return next(one for floor in plan.floors for one in floor.rooms if one.id == number)


class TestCloseDay:
    async def test_names_whoever_is_unresolved(self, database: Database, people: People, clock: SettableClock) -> None:
        await database.write(booked, people.worker, 0, 2)
        with pytest.raises(errors_desk.DayNotOver):
            await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0)))
        clock.advance(days=1)
        with pytest.raises(errors_desk.ArrivalsUnresolved) as refused:
            await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0)))
        assert refused.value.params["guests"] == ["王大海"]
        view = await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0), no_shows=True))
        assert (len(view.no_shows), view.sold, view.in_house) == (1, 0, 0)
        await database.read(check)

    async def test_once_and_in_order(self, database: Database, people: People, clock: SettableClock) -> None:
        clock.advance(days=3)
        await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0)))
        for again in (day(0), day(2)):
            with pytest.raises(errors_desk.CloseInOrder) as refused:
                await database.write(close_day, people.desk, HOUSE, CloseDayRequest(again))
            assert refused.value.params["next"].day == day(1)
        await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(1)))
        with pytest.raises(errors.NotStaff):
            await database.write(close_day, people.worker, HOUSE, CloseDayRequest(day(2)))

    async def test_freezes_the_figures_and_sends_the_cleaners(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        staying = await database.write(booked, people.worker, 0, 3)
        leaving = await database.write(booked, people.model, 0, 1)
        for one in (staying, leaving):
            await database.write(arrive, people.desk, HOUSE, one.id, SEEN)
        clock.advance(days=1)
        view = await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0)))
        assert (view.sold, view.fen, view.arrived, view.heads, view.uncharged) == (2, 30000, 2, 2, [])
        found = await database.read(states)
        assert [number for number, state in found.items() if state == "dirty"] == sorted(
            [staying.room_id or 0, leaving.room_id or 0]
        )
        frozen = await database.read(lambda tx: tx.get(BusinessDay, place_id=HOUSE, night=TONIGHT))
        assert frozen
        assert frozen.figures["fen"] == 30000

    async def test_names_whoever_stays_too_long(self, database: Database, people: People, clock: SettableClock) -> None:
        mine = await database.write(booked, people.worker, 0, 1)
        await database.write(arrive, people.desk, HOUSE, mine.id, SEEN)
        clock.advance(days=2)
        await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0)))
        with pytest.raises(errors_desk.DeparturesUnresolved):
            await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(1)))
        await database.write(depart, people.desk, HOUSE, mine.id, DepartRequest(pay="cash"))
        view = await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(1)))
        assert view.departed == 1

    async def test_finds_a_night_that_the_folio_does_not_bear(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        mine = await database.write(booked, people.worker, 0, 2)
        await database.write(arrive, people.desk, HOUSE, mine.id, SEEN)
        dearer = update(StayRoom).where(StayRoom.id == mine.id).values(night_fen=[1, 1])
        await database.write(lambda tx, now: tx.execute(dearer).rowcount)
        clock.advance(days=1)
        view = await database.write(close_day, people.desk, HOUSE, CloseDayRequest(day(0)))
        assert view.uncharged == [mine.stay_id]
