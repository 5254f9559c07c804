from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.clock import first_half_hour
from booking.db import Database, ReadSession, WriteSession
from booking.venues.catalogue import CourtNotFound, FacilityNotFound, venues
from booking.venues.models import Block, PoolCounter
from booking.venues.queries.availability import day_view
from booking.venues.queries.board import day_board
from booking.venues.queries.near import LatLon
from booking.venues.queries.occupancy import Occupancy, occupancy
from booking.venues.views import DayBoard, DayView
from tests.databases import Driver, SettableClock
from tests.venues.bookings import add_booking, take
from tests.venues.city import (
    BADMINTON,
    BASKETBALL,
    CENTRE,
    GYM,
    TODAY,
    City,
    add,
    at,
    build_city,
    half_hour,
    populate,
)
from tests.venues.counting import statements

TOMORROW = TODAY + timedelta(days=1)
AT_CENTRE, AT_PALACE = LatLon(29.9712, 121.5786), LatLon(29.9210, 121.5760)


@pytest.fixture
async def city(database: Database) -> City:
    return await build_city(database)


def block(tx: WriteSession, now: datetime, *, starts: float, ends: float, unit: int, kind: str = "league") -> None:
    key = tx.ids.next()
    first, last = half_hour(starts), half_hour(ends)
    row = {"place_id": CENTRE, "id": key, "facility_id": BADMINTON, "kind": kind, "title": "周三联赛", "units": [unit]}
    add(tx, Block, [row | {"starts": first, "ends": last, "created_by": 104, "created_at": now}])
    take(tx, now, place=CENTRE, facility=BADMINTON, units=[unit], first=first, last=last, block=key)


class TestDayView:
    async def view(self, database: Database, clock: SettableClock, facility: int, **given: Any) -> DayView:
        return await database.read(day_view, clock(), CENTRE, facility, given.pop("day", TODAY), **given)

    async def test_counts_free_courts_slot_by_slot(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.write(add_booking, starts=18, ends=19.5, court=1)
        await database.write(add_booking, starts=19, ends=20, court=2)
        view = await self.view(database, clock, BADMINTON)
        free = {slot.starts: slot.free for slot in view.slots}
        assert [free[at(hour)] for hour in (17.5, 18, 18.5, 19, 19.5, 20)] == [4, 3, 3, 2, 3, 4]
        assert (view.slots[0].starts, view.slots[-1].ends, view.slots[0].total) == (at(8), at(22), 4)

    async def test_a_hold_counts_until_its_time_is_over(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        until = clock() + timedelta(minutes=10)
        await database.write(add_booking, starts=18, ends=19, court=1, status="held", hold_expires_at=until)
        assert (await self.view(database, clock, BADMINTON)).slots[20].free == 3
        clock.advance(minutes=10)
        assert (await self.view(database, clock, BADMINTON)).slots[20].free == 4

    async def test_a_block_takes_courts(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.write(block, starts=18, ends=20, unit=3)
        assert (await self.view(database, clock, BADMINTON)).slots[20].free == 3

    async def test_a_half_takes_its_full_court_and_the_other_way_round(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        half: dict[str, Any] = {"court": 3, "units": [1], "kind": "half"}
        full: dict[str, Any] = {"court": 2, "units": [3, 4], "kind": "full"}
        await database.write(add_booking, starts=18, ends=20, facility=BASKETBALL, **half)
        await database.write(add_booking, starts=19, ends=20, facility=BASKETBALL, **full)
        by_kind = {
            kind: (await self.view(database, clock, BASKETBALL, court_kind=kind)).slots for kind in ("full", "half")
        }
        assert [(slot.free, slot.total) for slot in by_kind["full"][9:13]] == [(2, 2), (1, 2), (0, 2), (2, 2)]
        assert [(slot.free, slot.total) for slot in by_kind["half"][9:13]] == [(4, 4), (3, 4), (1, 4), (4, 4)]

    async def test_a_pool_counts_heads_without_lapsed_holds(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        until = clock() + timedelta(minutes=10)
        held: dict[str, Any] = {"status": "held", "hold_expires_at": until}
        await database.write(add_booking, starts=18, ends=20, facility=GYM, court=None, party=3)
        await database.write(add_booking, starts=17, ends=19, facility=GYM, court=None, party=5, **held)
        counts = [(slot.free, slot.total) for slot in (await self.view(database, clock, GYM)).slots[9:12]]
        assert counts == [(5, 10), (2, 10), (7, 10)]
        clock.advance(minutes=10)
        assert [slot.free for slot in (await self.view(database, clock, GYM)).slots[9:12]] == [10, 7, 7]

    async def test_a_lowered_pool_has_fewer(self, database: Database, clock: SettableClock, city: City) -> None:
        def lower(tx: WriteSession, now: datetime) -> None:
            row = {"place_id": CENTRE, "facility_id": GYM, "half_hour": half_hour(18), "taken": 1, "capacity": 4}
            add(tx, PoolCounter, [row])

        await database.write(lower)
        assert [slot.free for slot in (await self.view(database, clock, GYM)).slots[9:12]] == [10, 3, 10]

    async def test_prices_are_those_of_the_asker(self, database: Database, clock: SettableClock, city: City) -> None:
        everyone = await self.view(database, clock, BADMINTON)
        frontline = await self.view(database, clock, BADMINTON, categories=city.worker.categories)
        assert [slot.fen for slot in everyone.slots[17:19]] == [500, 1000]
        assert [slot.fen for slot in frontline.slots[17:19]] == [400, 400]

    async def test_the_half_hour_under_way_can_be_taken_and_the_one_before_not(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        clock.advance(minutes=20)
        bookable = {slot.starts: slot.bookable for slot in (await self.view(database, clock, BADMINTON)).slots}
        assert [bookable[at(hour)] for hour in (11.5, 12, 12.5)] == [False, True, True]

    async def test_a_day_opens_at_its_hour(self, database: Database, clock: SettableClock, city: City) -> None:
        eighth = TODAY + timedelta(days=8)
        view = await self.view(database, clock, BADMINTON, day=eighth)
        assert view.opens_for_booking == at(8, TOMORROW)
        assert not any(slot.bookable for slot in view.slots)
        clock.now = at(8, TOMORROW)
        assert all(slot.bookable for slot in (await self.view(database, clock, BADMINTON, day=eighth)).slots)

    async def test_asks_for_what_exists(self, database: Database, clock: SettableClock, city: City) -> None:
        with pytest.raises(FacilityNotFound):
            await self.view(database, clock, 999)
        with pytest.raises(CourtNotFound):
            await self.view(database, clock, BADMINTON, court_kind="full")

    @pytest.mark.parametrize("facility", [BADMINTON, GYM])
    async def test_takes_two_statements(
        self, database: Database, clock: SettableClock, city: City, facility: int
    ) -> None:
        await self.view(database, clock, facility)
        with statements(database) as seen:
            await self.view(database, clock, facility)
        assert len(seen) == 2, seen


class TestOccupancy:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        taken=st.sets(st.tuples(st.integers(0, 15), st.integers(1, 4))),
        span=st.tuples(st.integers(0, 14), st.integers(1, 4)).map(lambda one: (one[0], min(one[0] + one[1], 16))),
    )
    def test_agrees_with_counting_cell_by_cell(
        self, driver: Driver, taken: set[tuple[int, int]], span: tuple[int, int]
    ) -> None:
        driver.wipe()
        driver.run(populate)
        first = half_hour(14)
        for hour, unit in taken:
            cell: dict[str, Any] = {"first": first + hour, "last": first + hour + 1, "units": [unit], "block": 1}
            driver.run(take, place=CENTRE, facility=BASKETBALL, **cell)
        read = driver.read(look, driver.clock(), BASKETBALL, first, first + 16)
        facts = driver.read(venues).facility(CENTRE, BASKETBALL)
        starts, ends = (first + edge for edge in span)
        for kind, courts in facts.kinds.items():
            units = [set(facts.court(court).units) for court in courts]
            free_at = [sum(not any((hour, unit) in taken for unit in one) for one in units) for hour in range(*span)]
            whole = sum(not any((hour, unit) in taken for unit in one for hour in range(*span)) for one in units)
            assert read.free(facts, kind, starts, ends) == min(free_at)
            assert read.whole(facts, kind, starts, ends) == whole

    async def test_a_window_beyond_64_bits_is_a_mistake(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        first = first_half_hour(TODAY)
        with pytest.raises(ValueError, match="63 half hours"):
            await database.read(look, clock(), BADMINTON, first, first + 63)
        assert (await database.read(look, clock(), BADMINTON, first, first + 62)).last == first + 62


def look(tx: ReadSession, now: datetime, facility: int, first: int, last: int) -> Occupancy:
    facts = venues(tx).facility(CENTRE, facility)
    return occupancy(tx, now, [facts], first, last, place=CENTRE, facility=facility)


class TestDayBoard:
    async def board(self, database: Database, clock: SettableClock, viewer: Any = None, **given: Any) -> DayBoard:
        return await database.read(day_board, clock(), CENTRE, given.pop("facility", BADMINTON), TODAY, viewer, **given)

    def row(self, board: DayBoard, hour: float) -> list[str]:
        return next([cell.state for cell in row.cells] for row in board.rows if row.starts == at(hour))

    async def test_tells_states_apart(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.write(add_booking, starts=18, ends=19, court=1, by=city.worker)
        await database.write(add_booking, starts=18, ends=19, court=2, by=city.rival, partners=[city.worker])
        await database.write(add_booking, starts=18, ends=19, court=3, by=city.rival)
        await database.write(block, starts=18, ends=19, unit=4)
        await database.write(block, starts=19, ends=20, unit=4, kind="maintenance")
        await database.write(add_booking, starts=19, ends=20, court=1, by=city.rival, status="cancelled")
        board = await self.board(database, clock, city.worker)
        assert self.row(board, 18) == ["yours", "yours", "taken", "league"]
        assert self.row(board, 19) == ["released", "free", "free", "closed"]
        assert self.row(board, 8) == ["past"] * 4
        nobody = await self.board(database, clock)
        assert self.row(nobody, 18) == ["taken", "taken", "taken", "league"]
        assert [row.free for row in board.rows if row.starts in (at(18), at(19))] == [0, 3]

    async def test_released_is_said_for_a_quarter_of_an_hour(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        until = clock() + timedelta(minutes=10)
        await database.write(add_booking, starts=18, ends=19, court=1, status="held", hold_expires_at=until)
        assert self.row(await self.board(database, clock), 18)[0] == "taken"
        clock.advance(minutes=10)
        assert self.row(await self.board(database, clock), 18)[0] == "released"
        clock.advance(minutes=15)
        assert self.row(await self.board(database, clock), 18)[0] == "free"

    async def test_names_are_for_the_staff(self, database: Database, clock: SettableClock, city: City) -> None:
        booking = await database.write(add_booking, starts=18, ends=19, court=2, by=city.rival)
        for viewer, shown in ((city.manager, (booking, "王强")), (city.worker, (None, "")), (None, (None, ""))):
            board = await self.board(database, clock, viewer)
            cell = board.rows[20].cells[1]
            assert (cell.state, cell.booking, cell.label) == ("taken", *shown)

    async def test_shows_one_kind_of_a_divisible_hall(
        self, database: Database, clock: SettableClock, city: City
    ) -> None:
        half: dict[str, Any] = {"court": 3, "units": [1], "kind": "half"}
        await database.write(add_booking, starts=18, ends=20, facility=BASKETBALL, by=city.worker, **half)
        whole = await self.board(database, clock, city.worker, facility=BASKETBALL)
        assert self.row(whole, 18) == ["yours", "free", "yours", "free", "free", "free"]
        full = await self.board(database, clock, city.worker, facility=BASKETBALL, court_kind="full")
        assert [court.kind for court in full.courts] == ["full", "full"]
        assert self.row(full, 19) == ["yours", "free"]

    async def test_takes_three_statements(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.write(add_booking, starts=18, ends=19, court=1, by=city.worker)
        await self.board(database, clock)
        with statements(database) as seen:
            await self.board(database, clock, city.manager)
        assert len(seen) == 3, seen
