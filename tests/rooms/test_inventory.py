"""Pools of nights: opened, counted, moved, released."""

import pytest
from sqlalchemy import func, select

from booking.db import Database, ReadSession, WriteSession
from booking.rooms.catalogue import houses
from booking.rooms.errors import LimitsCross, NotStaff, OverLimitBelow, PoolShort, SamePool
from booking.rooms.models import AllotmentNight, NightRestriction
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import MoveRequest, RestrictionRequest
from booking.rooms.service import allotments, inventory
from tests.databases import SettableClock
from tests.rooms.house import DOUBLE, HOLD_BACK, HOUSE, PUBLIC, TONIGHT, TWIN, People, day, populate

THREE = Nights(TONIGHT + 4, TONIGHT + 7)


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def pools(tx: ReadSession, type_id: int = TWIN) -> dict[int, dict[int, tuple[int, int]]]:
    """Night from tonight → pool → (capacity, taken)."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for row in tx.all(select(AllotmentNight).where(AllotmentNight.type_id == type_id)):
        found.setdefault(row.night - TONIGHT, {})[row.allotment_id] = (row.capacity, row.taken)
    return found


def move(rooms: int, origin: int = PUBLIC, target: int = HOLD_BACK) -> MoveRequest:
    return MoveRequest(first=day(4), until=day(7), type=TWIN, rooms=rooms, origin=origin, target=target)


class TestOpenNights:
    async def test_divides_every_night_of_the_horizon(self, database: Database, people: People) -> None:
        found = await database.read(pools)
        assert sorted(found) == list(range(60))
        assert all(night == {PUBLIC: (9, 0), HOLD_BACK: (1, 0)} for night in found.values())
        assert (await database.read(pools, DOUBLE))[0] == {PUBLIC: (4, 0), HOLD_BACK: (0, 0)}

    async def test_twice_a_day_opens_nothing_more(self, database: Database, people: People) -> None:
        assert await database.write(inventory.open_nights, HOUSE) == 0

    async def test_the_next_day_opens_one_night(self, database: Database, people: People, clock: SettableClock) -> None:
        clock.advance(days=1)
        assert await database.write(inventory.open_nights, HOUSE) == 6
        assert max(await database.read(pools)) == 60


class TestTakeNights:
    async def test_takes_all_nights_or_none(self, database: Database, people: People) -> None:
        async def take(first: int, last: int) -> list[int]:
            nights = Nights(TONIGHT + first, TONIGHT + last)
            return await database.write(lambda tx, now: inventory.take_nights(tx, HOUSE, PUBLIC, TWIN, nights))

        for _ in range(9):
            assert await take(2, 3) == []
        assert await take(0, 4) == [TONIGHT + 2]
        found = await database.read(pools)
        assert [found[night][PUBLIC][1] for night in range(4)] == [0, 0, 9, 0]

    async def test_overbooking_is_off_until_a_manager_sets_a_limit(self, database: Database, people: People) -> None:
        def over(tx: WriteSession, now: object) -> list[int]:
            return inventory.overbook_nights(tx, HOUSE, PUBLIC, TWIN, THREE)

        assert await database.write(over) == list(THREE)
        await database.write(allotments.set_over_limit, people.desk, HOUSE, TWIN, THREE, 1)
        assert await database.write(over) == []
        assert await database.write(over) == list(THREE)
        with pytest.raises(OverLimitBelow):
            await database.write(allotments.set_over_limit, people.desk, HOUSE, TWIN, THREE, 0)


class TestMoveAllotment:
    async def test_moves_rooms_there_and_back(self, database: Database, people: People) -> None:
        await database.write(allotments.move_allotment, people.desk, HOUSE, move(5))
        found = await database.read(pools)
        assert found[3] == {PUBLIC: (9, 0), HOLD_BACK: (1, 0)}
        assert [found[night] for night in (4, 5, 6)] == [{PUBLIC: (4, 0), HOLD_BACK: (6, 0)}] * 3
        assert found[7] == found[3]
        await database.write(allotments.move_allotment, people.desk, HOUSE, move(5, HOLD_BACK, PUBLIC))
        assert (await database.read(pools))[5] == found[3]

    async def test_never_below_what_is_sold(self, database: Database, people: People) -> None:
        nights = Nights(TONIGHT + 5, TONIGHT + 6)
        await database.write(lambda tx, now: inventory.take_nights(tx, HOUSE, PUBLIC, TWIN, nights))
        with pytest.raises(PoolShort) as refused:
            await database.write(allotments.move_allotment, people.desk, HOUSE, move(9))
        assert (refused.value.params["free"], refused.value.params["asked"]) == (8, 9)
        assert (await database.read(pools))[4] == {PUBLIC: (9, 0), HOLD_BACK: (1, 0)}
        await database.write(allotments.move_allotment, people.desk, HOUSE, move(8))

    async def test_is_the_staffs_alone_and_from_one_pool_to_another(self, database: Database, people: People) -> None:
        with pytest.raises(NotStaff):
            await database.write(allotments.move_allotment, people.worker, HOUSE, move(1))
        with pytest.raises(SamePool):
            await database.write(allotments.move_allotment, people.desk, HOUSE, move(1, PUBLIC, PUBLIC))


class TestRelease:
    async def test_gives_the_public_what_is_unsold(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        sold = Nights(TONIGHT + 1, TONIGHT + 2)
        await database.write(lambda tx, now: inventory.take_nights(tx, HOUSE, HOLD_BACK, TWIN, sold))
        assert await database.write(allotments.release_due, HOUSE) == 3
        found = await database.read(pools)
        assert found[0] == {PUBLIC: (10, 0), HOLD_BACK: (0, 0)}
        assert found[1] == {PUBLIC: (9, 0), HOLD_BACK: (1, 1)}
        assert found[3] == found[0]
        assert found[4] == {PUBLIC: (9, 0), HOLD_BACK: (1, 0)}
        assert await database.write(allotments.release_due, HOUSE) == 0
        clock.advance(days=1)
        assert await database.write(allotments.keep_up) == 6 + 1


class TestShrink:
    async def test_an_outage_takes_from_the_pools_and_gives_back(self, database: Database, people: People) -> None:
        def shrink(tx: WriteSession, now: object) -> list[int]:
            return inventory.shrink(tx, houses(tx).house(HOUSE), TWIN, THREE, 2)

        assert await database.write(shrink) == []
        found = await database.read(pools)
        assert found[4] == {PUBLIC: (8, 0), HOLD_BACK: (0, 0)}
        await database.write(lambda tx, now: inventory.grow(tx, houses(tx).house(HOUSE), TWIN, THREE, 2))
        assert (await database.read(pools))[4] == {PUBLIC: (10, 0), HOLD_BACK: (0, 0)}


class TestRestrictions:
    async def test_are_set_again_and_lifted(self, database: Database, people: People) -> None:
        for least in (2, 3, None):
            request = RestrictionRequest(first=day(1), until=day(3), type=TWIN, least_nights=least)
            await database.write(allotments.set_restrictions, people.desk, HOUSE, request)
            rows = await database.read(lambda tx: tx.all(select(NightRestriction)))
            assert [(row.night - TONIGHT, row.least_nights) for row in rows] == [(1, least), (2, least)]

    async def test_the_shortest_stay_is_not_longer_than_the_longest(self, database: Database, people: People) -> None:
        request = RestrictionRequest(first=day(1), until=day(3), least_nights=5, most_nights=4)
        with pytest.raises(LimitsCross):
            await database.write(allotments.set_restrictions, people.desk, HOUSE, request)


async def test_a_friday_night_costs_the_weekends_price(database: Database, people: People) -> None:
    def kinds(tx: ReadSession) -> list[str]:
        house = houses(tx).house(HOUSE)
        return [house.kind_of_night(TONIGHT + n) for n in range(6)]

    wednesday_to_monday = ["weekday", "weekday", "weekend", "weekend", "weekday", "weekday"]
    assert await database.read(kinds) == wednesday_to_monday


async def test_all_pools_add_up_to_the_rooms(database: Database, people: People) -> None:
    summed = select(AllotmentNight.type_id, func.sum(AllotmentNight.capacity)).group_by(AllotmentNight.type_id)
    rows = await database.read(lambda tx: tx.execute(summed).all())
    assert {kind: total // 60 for kind, total in rows} == {1: 10, 2: 4, 3: 2}
