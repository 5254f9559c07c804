"""Guests displaced by a closure: what they are told is free is kept for them while they decide."""

import pytest
from sqlalchemy import select

from booking.db import Database
from booking.rehearsal import kinds
from booking.rooms import errors
from booking.rooms.models import RoomWait, Stay
from booking.rooms.queries.waiting import my_waits
from booking.rooms.schemas import StayRequest
from booking.rooms.schemas_waiting import WaitView
from booking.rooms.service import offering, waiting
from booking.rooms.service.offline import TAKE_OFFLINE
from booking.rooms.service.stays import hold_stay
from tests.databases import SettableClock
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOUSE, TONIGHT, People, populate, room, wish
from tests.rooms.test_outages import applied, booked, messages, request, undone

kinds.register(TAKE_OFFLINE)


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


async def kept(database: Database, people: People) -> list[WaitView]:
    return (await database.read(my_waits, database.clock(), people.worker)).items


async def displaced(database: Database, people: People) -> int:
    """All doubles are given, one of them to the worker, whose room closes; the change."""
    await database.write(booked, people.desk, 2, 4, *[room(DOUBLE) for _ in range(3)])
    (mine,) = await database.write(booked, people.worker, 2, 4, room(DOUBLE))
    assert mine.room_id is not None
    return await applied(database, request(2, 4, mine.room_id))


async def test_it_is_theirs_for_a_day(database: Database, people: People, clock: SettableClock) -> None:
    await displaced(database, people)
    (wait,) = await kept(database, people)
    assert (wait.status, wait.rooms, wait.heads) == ("waiting", 1, 1)
    while True:  # whoever books meanwhile serves those who come first
        try:
            await database.write(hold_stay, people.model, await again(database))
        except errors.RoomsFull:
            break
    await database.write(offering.offer_due)
    (offered,) = await kept(database, people)
    assert offered.status == "offered"
    assert offered.until is not None
    assert (offered.until - clock()).total_seconds() == 24 * 3600
    assert (await database.read(messages, 101))[-1] == "wait.alternative"
    view = await database.write(waiting.accept, people.worker, HOUSE, offered.id)
    assert (view.status, view.arrival) == ("confirmed", offered.arrival)
    await database.read(check)


async def again(database: Database) -> StayRequest:
    """A room like the one that is kept."""
    (wait,) = await database.read(lambda tx: tx.all(select(RoomWait)))
    return wish(wait.arrival - TONIGHT, wait.departure - TONIGHT, room(wait.type_id))


async def test_undone_it_goes_back_on_sale(database: Database, people: People) -> None:
    change = await displaced(database, people)
    await database.write(offering.offer_due)
    (offered,) = await kept(database, people)
    await undone(database, change)
    assert await kept(database, people) == []
    await database.write(offering.offer_due)
    await database.write(hold_stay, people.model, wish(8, 9))
    held = await database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=offered.stay))
    assert held is not None
    assert held.hold_expires_at == database.clock()
    await database.read(check)
