"""What the console reads and does, on both databases."""

from datetime import timedelta

import pytest

from booking.checkin.models import PassUse
from booking.clock import local_date
from booking.db import Database, insert
from booking.places.catalogue import places
from booking.portal.manage import service
from booking.portal.manage.errors import MemberUnknown, NameNeeded, NothingOwed
from booking.portal.manage.queries.blocks import blocks_ahead
from booking.portal.manage.queries.board import Board, desk_board
from booking.portal.manage.queries.console import overview
from booking.portal.manage.queries.desk import booking_at_desk
from booking.portal.manage.queries.openings import lengths_from, starts_on
from booking.portal.manage.queries.takings import actor_names, money_of_day
from booking.venues.catalogue import venues
from booking.venues.schemas import BlockRequest, BookingView, WalkInRequest
from booking.venues.service.counter import block_courts
from tests.databases import SettableClock
from tests.venues.bookings import add_booking
from tests.venues.city import BADMINTON, CENTRE, GYM, TODAY, City, at, build_city, half_hour
from tests.venues.counting import statements


@pytest.fixture
async def city(database: Database) -> City:
    return await build_city(database)


async def walk_in(database: Database, city: City, **fields: object) -> BookingView:
    """The guest 赵师傅 on court 1 from 18:00 to 19:00, or otherwise."""
    method = fields.pop("method", None)
    who = str(fields.pop("who", ""))
    wanted = {
        "facility": BADMINTON, "starts": at(18), "ends": at(19), "court": 1, "contact_name": "赵师傅",
        "contact_phone": "13912345678", "heads": 4,
    }  # fmt: skip
    request = WalkInRequest(**wanted | fields)  # type: ignore[arg-type]
    made: BookingView = await database.write(
        service.walk_in, city.manager, CENTRE, request, who=who, method=method  # type: ignore[arg-type]
    )  # fmt: skip
    return made


async def board_of(database: Database, clock: SettableClock, facility: int = BADMINTON) -> Board:
    found: Board = await database.read(desk_board, clock(), CENTRE, facility, TODAY)
    return found


class TestBoard:
    async def test_knows_who_came_and_what_they_owe(self, database: Database, clock: SettableClock, city: City) -> None:
        made = await walk_in(database, city, method="cash")
        await database.write(add_booking, starts=18, ends=19, court=2, by=city.worker)
        pass_id = made.partners[0].pass_id
        use = {"place_id": CENTRE, "pass_id": pass_id, "zone_id": 1, "admitted": 3, "inside": 3}
        since = {"hours_from": at(0), "admitted_in_hours": 3, "service_day": TODAY}
        await database.write(lambda tx, now: tx.execute(insert(tx, PassUse).values(use | since)))
        clock.now = at(18.2)
        with statements(database) as seen:
            board = await board_of(database, clock)
        assert len(seen) <= 7, seen
        [first] = [booking for booking in board.bookings if booking.name == "赵师傅"]
        assert (first.arrived, first.late, first.money.owed, first.phone) == (3, False, 0, "139****5678")
        assert (board.heads, board.arrived) == (5, 3)
        row = next(row for row in board.rows if row.starts == half_hour(18))
        assert (row.state, row.free, row.taken) == ("now", 2, 2)
        assert [cell.state for cell in row.cells] == ["taken", "taken", "free", "free"]

    async def test_an_expired_hold_is_not_there(self, database: Database, clock: SettableClock, city: City) -> None:
        await database.write(add_booking, starts=18, ends=19, status="held", hold_expires_at=clock() + timedelta(1))
        await database.write(add_booking, starts=19, ends=20, status="held", hold_expires_at=clock())
        board = await board_of(database, clock)
        assert [booking.starts for booking in board.bookings] == [half_hour(18)]
        states = {row.starts: row.cells[0].state for row in board.rows}
        assert (states[half_hour(18)], states[half_hour(19)]) == ("taken", "free")

    async def test_a_block_has_its_name_and_number(self, database: Database, clock: SettableClock, city: City) -> None:
        league = BlockRequest(facility=BADMINTON, title="联赛", courts=[3, 4], starts=at(18), ends=at(20))
        [block] = await database.write(block_courts, city.manager, CENTRE, league)
        row = next(row for row in (await board_of(database, clock)).rows if row.starts == half_hour(18))
        assert [cell.block.title if cell.block else None for cell in row.cells] == [None, None, "联赛", "联赛"]
        [ahead] = await database.read(blocks_ahead, clock(), CENTRE)
        assert (ahead.block.id, [court.id for court in ahead.courts]) == (block.id, [3, 4])

    async def test_a_pool_has_room(self, database: Database, clock: SettableClock, city: City) -> None:
        await walk_in(database, city, facility=GYM, court=None, heads=4, ends=at(20))
        rows = {row.starts: (row.taken, row.free) for row in (await board_of(database, clock, GYM)).rows}
        assert [rows[half_hour(hour)] for hour in (17, 18, 19, 20)] == [(0, 10), (4, 6), (4, 6), (0, 10)]


class TestOpenings:
    async def test_what_fits_for_how_long(self, database: Database, clock: SettableClock, city: City) -> None:
        made = await walk_in(database, city, starts=at(19), ends=at(20))
        facts = (await database.read(venues)).facility(CENTRE, BADMINTON)
        lengths = await database.read(lengths_from, clock(), facts, half_hour(18), 1)
        assert [(one.half_hours, one.fen) for one in lengths] == [(1, 1000), (2, 2000)]
        anywhere = await database.read(lengths_from, clock(), facts, half_hour(18), None)
        assert len(anywhere) == 8
        own = await database.read(starts_on, clock(), facts, TODAY, 2, 4, made.id, "court")
        assert {one.half_hour: len(one.courts) for one in own}[half_hour(19)] == 4
        others = await database.read(starts_on, clock(), facts, TODAY, 2, 4, 0, "court")
        assert {one.half_hour: len(one.courts) for one in others}[half_hour(18.5)] == 3


class TestDesk:
    async def test_the_day_of_the_till(self, database: Database, clock: SettableClock, city: City) -> None:
        made = await walk_in(database, city, method="wechat")
        [moved] = await database.read(money_of_day, CENTRE, local_date(clock()))
        assert (moved.fen, moved.method, moved.kind, moved.booking) == (2000, "wechat", "payment", made.id)
        assert await database.read(actor_names, {moved.actor, "cli", "member:0"}) == {"member:104": "陈镇"}
        place = (await database.read(places)).by_id[CENTRE]
        seen = await database.read(overview, clock(), place)
        assert (seen.taken, [one.heads for one in seen.facilities]) == (2000, [4, 0, 0])

    async def test_refusals_leave_nothing_behind(self, database: Database, clock: SettableClock, city: City) -> None:
        with pytest.raises(NameNeeded):
            await walk_in(database, city, contact_name="")
        with pytest.raises(MemberUnknown):
            await walk_in(database, city, who="m999")
        made = await walk_in(database, city, method="cash")
        with pytest.raises(NothingOwed):
            await database.write(service.take_payment, city.manager, CENTRE, made.id, method="cash")
        with pytest.raises(NothingOwed):
            await database.write(service.refund_due, city.manager, CENTRE, made.id)
        assert len((await board_of(database, clock)).bookings) == 1
        assert await database.write(service.reveal_phone, city.manager, CENTRE, made.id) == "13912345678"

    async def test_no_such_booking_is_none(self, database: Database, clock: SettableClock, city: City) -> None:
        assert await database.read(booking_at_desk, clock(), CENTRE, 7) is None


async def test_a_series_is_lifted_and_put_back(database: Database, clock: SettableClock, city: City) -> None:
    until = TODAY + timedelta(days=14)
    league = BlockRequest(
        facility=BADMINTON, title="联赛", courts=[3], starts=at(18), ends=at(20), weekly_until=until
    )  # fmt: skip
    blocks = await database.write(block_courts, city.manager, CENTRE, league)
    clock.advance(days=7)
    assert await database.write(service.lift, city.manager, CENTRE, blocks[1].id, whole=True) == 2
    assert await database.write(service.put_back, city.manager, CENTRE, blocks[1].id, whole=True) == 2
    assert await database.write(service.lift, city.manager, CENTRE, blocks[2].id, whole=False) == 1
    assert len(await database.read(blocks_ahead, clock(), CENTRE)) == 1
