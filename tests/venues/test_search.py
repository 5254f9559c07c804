from datetime import date, time, timedelta
from typing import Any

import pytest

from booking.db import Database
from booking.venues.queries.near import LatLon
from booking.venues.queries.places import district_names, facilities_of, places_list
from booking.venues.queries.searching import search, tonight
from booking.venues.views import SearchHit
from tests.databases import SettableClock
from tests.venues.bookings import add_booking
from tests.venues.city import (
    BADMINTON,
    BASKETBALL,
    CENTRE,
    PALACE,
    PALACE_BADMINTON,
    TODAY,
    City,
    at,
    build_city,
)
from tests.venues.counting import statements

TOMORROW = TODAY + timedelta(days=1)
AT_CENTRE, AT_PALACE = LatLon(29.9712, 121.5786), LatLon(29.9210, 121.5760)


@pytest.fixture
async def city(database: Database) -> City:
    return await build_city(database)


class TestSearch:
    async def look(
        self, database: Database, clock: SettableClock, *, sport: str = "badminton", day: date = TODAY, **wish: Any
    ) -> list[SearchHit]:
        return await database.read(search, clock(), sport=sport, day=day, **wish)

    async def full(self, database: Database, facility: int, place: int, starts: float, ends: float) -> None:
        for court in range(1, 5):
            await database.write(add_booking, starts=starts, ends=ends, facility=facility, place=place, court=court)

    async def test_sorts_by_room_then_distance(self, database: Database, clock: SettableClock, city: City) -> None:
        near = await self.look(database, clock, starts=time(18), near=AT_PALACE)
        assert [(hit.place, hit.metres) for hit in near] == [(PALACE, 0), (CENTRE, pytest.approx(5590, abs=30))]
        await self.full(database, PALACE_BADMINTON, PALACE, 18, 19)
        near = await self.look(database, clock, starts=time(18), near=AT_PALACE)
        assert [(hit.place, hit.free, hit.next_free) for hit in near] == [(CENTRE, 4, at(18)), (PALACE, 0, at(19))]

    async def test_without_an_hour_the_first_with_room_counts(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        await self.full(database, BADMINTON, CENTRE, 12, 13.5)
        hits = await self.look(database, clock, near=AT_CENTRE)
        assert [(hit.place, hit.next_free, hit.free) for hit in hits] == [(CENTRE, at(13.5), 4), (PALACE, at(12), 4)]

    async def test_the_price_is_that_of_the_hour_and_the_asker(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        assert (await self.look(database, clock, starts=time(16, 30)))[0].from_fen == 1500
        categories = city.worker.categories
        assert (await self.look(database, clock, starts=time(16, 30), categories=categories))[0].from_fen == 800

    async def test_narrows_to_a_district(self, database: Database, clock: SettableClock, city: City) -> None:
        assert [hit.place for hit in await self.look(database, clock, district="330205")] == [PALACE]
        assert await self.look(database, clock, district="330299") == []

    async def test_a_closed_hour_has_no_room_but_says_the_next(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        hits = await self.look(database, clock, starts=time(6), day=TOMORROW)
        assert {(hit.free, hit.next_free) for hit in hits} == {(0, at(8, TOMORROW))}
        late = await self.look(database, clock, starts=time(21, 30), day=TOMORROW)
        assert {(hit.free, hit.next_free) for hit in late} == {(0, None)}

    async def test_a_day_that_cannot_be_booked_yet_says_when(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        hits = await self.look(database, clock, day=TODAY + timedelta(days=8))
        assert {hit.opens_for_booking for hit in hits} == {at(8, TOMORROW)}

    async def test_a_length_is_rounded_up_to_the_grid_and_bounded_by_the_policy(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        hits = await self.look(database, clock, sport="basketball", starts=time(18), half_hours=3)
        assert [(hit.court_kind, hit.total, hit.from_fen) for hit in hits] == [("full", 2, 4000), ("half", 4, 4000)]
        hits = await self.look(database, clock, sport="gym", starts=time(18), half_hours=20)
        assert [(hit.court_kind, hit.total, hit.from_fen) for hit in hits] == [(None, 10, 4000)]

    async def test_an_unknown_sport_finds_nothing(self, database: Database, clock: SettableClock, city: City) -> None:
        assert await self.look(database, clock, sport="curling") == []

    @pytest.mark.parametrize("sport", ["badminton", "gym"])
    async def test_takes_two_statements_however_many_places(
        self, database: Database, clock: SettableClock, city: City, sport: str
    ) -> None:
        await self.look(database, clock, sport=sport)
        with statements(database) as seen:
            await self.look(database, clock, sport=sport)
        assert len(seen) == 2, seen


class TestTonight:
    async def test_counts_places_by_sport(self, database: Database, clock: SettableClock, city: City) -> None:
        for court in range(1, 5):
            await database.write(add_booking, starts=18, ends=22, court=court)
        shown = await database.read(tonight, clock(), near=AT_PALACE)
        assert (shown.starts, shown.ends) == (at(18), at(22))
        assert [(one.sport, one.places_free, one.places) for one in shown.sports] == [
            ("badminton", 1, 2),
            ("basketball", 1, 1),
            ("gym", 1, 1),
        ]
        assert [(one.place.code, len(one.hits)) for one in shown.places] == [("jiangbei", 1), ("zhenhai", 3)]

    async def test_a_hall_counts_with_whichever_kind_has_room(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        for court, unit in ((3, 1), (5, 3)):
            half: dict[str, Any] = {"court": court, "units": [unit], "kind": "half"}
            await database.write(add_booking, starts=18, ends=22, facility=BASKETBALL, **half)
        shown = await database.read(tonight, clock())
        hit = next(hit for place in shown.places for hit in place.hits if hit.sport == "basketball")
        assert (hit.court_kind, hit.free, hit.next_free) == ("half", 2, at(18))

    async def test_begins_now_when_the_evening_has_begun(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        clock.now = at(19.75)
        shown = await database.read(tonight, clock())
        assert shown.starts == at(19.5)
        assert shown.places[0].hits[0].next_free == at(19.5)

    async def test_is_tomorrow_once_today_is_nearly_over(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        clock.now = at(21)
        assert (await database.read(tonight, clock())).starts == at(18, TOMORROW)

    async def test_takes_three_statements(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.read(tonight, clock())
        with statements(database) as seen:
            await database.read(tonight, clock())
        assert len(seen) == 3, seen


class TestPlaces:
    async def test_nearest_first(self, database: Database, city: City) -> None:
        assert [place.code for place in await database.read(places_list)] == ["zhenhai", "jiangbei"]
        near = await database.read(places_list, AT_PALACE)
        assert [(place.code, place.metres) for place in near] == [
            ("jiangbei", 0),
            ("zhenhai", pytest.approx(5590, abs=30)),
        ]

    async def test_facilities_say_what_they_have(self, database: Database, city: City) -> None:
        listed = await database.read(facilities_of, "zhenhai")
        assert [(one.code, one.pooled, one.court_kinds, one.capacity) for one in listed] == [
            ("badminton", False, {"court": 4}, 0),
            ("basketball", False, {"full": 2, "half": 4}, 0),
            ("gym", True, {}, 10),
        ]

    async def test_districts_have_names(self, database: Database, city: City) -> None:
        named = await database.read(district_names)
        assert {code: district.name_en for code, district in named.items()} == {
            "330205": "Jiangbei District",
            "330211": "Zhenhai District",
        }
