"""What is free and what it costs: in two statements, whatever is asked."""

import time
from datetime import date
from statistics import median
from typing import Any

import pytest
from sqlalchemy import event, update

from booking.db import Database, ReadSession, WriteSession
from booking.places.catalogue import catalogue_changed
from booking.rooms import errors
from booking.rooms.catalogue import NoRoomsHere
from booking.rooms.models import HotelPolicy
from booking.rooms.queries.offering import offers
from booking.rooms.queries.searching import calendar
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import NightView, RestrictionRequest
from booking.rooms.service.allotments import set_restrictions
from booking.rooms.service.stays import confirm_stay, hold_stay
from tests.databases import sqlite_only
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOUSE, TONIGHT, TWIN, People, day, populate, room, wish


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


class TestCalendar:
    async def test_a_night_says_its_price_what_is_free_and_its_limits(self, database: Database, people: People) -> None:
        await database.write(hold_stay, people.worker, wish(3, 4))
        limits = RestrictionRequest(first=day(3), until=day(4), least_nights=2, closed_to_departure=True)
        await database.write(set_restrictions, people.desk, HOUSE, limits)
        found = await database.read(calendar, HOUSE, day(2), 3, people.model)
        twin = found.items[0]
        assert twin.nights == [
            NightView(day(2), 10000, 9),
            NightView(day(3), 10000, 8, least_nights=2, leave=False),
            NightView(day(4), 10000, 9),
        ]

    async def test_only_nights_on_sale_are_shown(self, database: Database, people: People) -> None:
        found = await database.read(calendar, HOUSE, day(58), 30, None)
        assert [night.night for night in found.items[0].nights] == [day(58), day(59)]
        assert (await database.read(calendar, HOUSE, date(9999, 12, 31), 30, None)).items[0].nights == []

    async def test_a_place_without_rooms(self, database: Database, people: People) -> None:
        with pytest.raises(NoRoomsHere):
            await database.read(calendar, 1, day(0), 30, None)

    async def test_takes_few_statements_however_many_nights(self, database: Database, people: People) -> None:
        counted: list[str] = []

        def count(tx: ReadSession, days: int) -> int:
            def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
                counted.append(statement)

            event.listen(tx.connection.engine, "before_cursor_execute", note)
            try:
                calendar(tx, HOUSE, day(0), days, None)
            finally:
                event.remove(tx.connection.engine, "before_cursor_execute", note)
            return len(counted)

        await database.read(calendar, HOUSE, day(0), 3, None)
        assert await database.read(count, 60) == 3, "the version of the catalogue, nights, restrictions"


@pytest.mark.drill
@sqlite_only
async def test_two_months_of_all_types_take_less_than_15_milliseconds(database: Database) -> None:
    await database.write(populate, 300, 365)
    taken = []
    for _ in range(50):
        began = time.perf_counter()
        await database.read(calendar, HOUSE, day(1), 61, None)
        taken.append(time.perf_counter() - began)
    assert median(taken) < 0.015


class TestOffers:
    async def test_say_why_a_type_cannot_be_had_and_what_is_nearest(self, database: Database, people: People) -> None:
        nights = Nights(TONIGHT + 3, TONIGHT + 5)
        closed = RestrictionRequest(first=day(3), until=day(4), closed_to_arrival=True)
        await database.write(set_restrictions, people.desk, HOUSE, closed)
        found = await database.read(offers, database.clock(), HOUSE, nights, 2, None)
        assert {offer.refusal for offer in found.items} == {"closed_to_arrival"}
        assert (found.nearest[0].type, found.nearest[0].arrival) == (TWIN, day(4))

    async def test_of_dates_that_are_not_sold(self, database: Database, people: People) -> None:
        with pytest.raises(errors.NotOnSale):
            await database.read(offers, database.clock(), HOUSE, Nights(TONIGHT - 2, TONIGHT), 2, None)


class TestUpgrades:
    async def test_a_full_type_is_given_the_better_one_where_the_policy_says_so(
        self, database: Database, people: People
    ) -> None:
        def allow(tx: WriteSession, now: object) -> None:
            tx.execute(update(HotelPolicy).values(upgrades=[[TWIN, [DOUBLE]]]))
            catalogue_changed(tx)

        for _ in range(9):
            await database.write(hold_stay, people.worker, wish(3, 5))
        with pytest.raises(errors.RoomsFull):
            await database.write(hold_stay, people.worker, wish(3, 5))
        await database.write(allow)
        held = await database.write(hold_stay, people.worker, wish(3, 5, room(room=None)))
        assert (held.rooms[0].type, held.price_fen) == (TWIN, 45000)
        stay = await database.write(confirm_stay, people.worker, HOUSE, held.id)
        assert stay.status == "confirmed"
        twice = await database.read(calendar, HOUSE, day(3), 1, None)
        assert [kind.nights[0].free for kind in twice.items] == [0, 3, 2]
        await database.read(check)
