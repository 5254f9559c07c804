"""What happens by itself: reminders, lapses, and the end of a season; done once, however often it is run."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from booking.db import Database, WriteSession
from booking.retreats import turns
from booking.retreats.errors_places import NothingToRemind
from booking.retreats.models import RetreatPast, Season
from booking.retreats.service import deadlines
from booking.retreats.service.deadlines import lapse_due, remind_due, remind_now
from booking.retreats.service.placing import confirm_place, decline_place
from tests.databases import SettableClock
from tests.retreats.places import Given, drawn, give, inbox, place_of
from tests.retreats.season import CODE
from tests.rooms.house import DOUBLE, TWIN


@pytest.fixture
async def given(database: Database) -> Given:
    return await database.write(drawn)


async def settle(database: Database) -> None:
    def settled(tx: WriteSession, now: datetime) -> None:
        tx.execute(update(Season).values(status="settled"))

    await database.write(settled)


class TestReminding:
    async def test_each_who_has_not_answered_once_and_not_too_early(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        silent, gone, coming = given.town.workers[0], given.town.workers[5], given.town.workers[10]
        for one in (silent, gone, coming):
            await database.write(give, [one], (1, DOUBLE), rooms=1)
        await database.write(decline_place, gone, CODE)
        await database.write(confirm_place, coming, CODE)
        clock.now = given.season.confirm_by - timedelta(hours=given.season.remind_hours, seconds=1)
        assert not await database.read(deadlines.is_due, clock.now)
        assert await database.write(remind_due) == 0
        clock.advance(seconds=1)
        assert await database.read(deadlines.is_due, clock.now)
        assert await database.write(remind_due) == 1
        assert await database.write(remind_due) == 0
        assert not await database.read(deadlines.is_due, clock.now)
        assert await inbox(database, silent) == ["place.offered", "place.reminded"]
        assert "place.reminded" not in await inbox(database, gone) + await inbox(database, coming)

    async def test_an_officer_may_remind_at_once_but_nobody_twice_a_day(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        couple = given.town.workers[:2]
        await database.write(give, couple, (1, DOUBLE), rooms=1)
        assert await database.write(remind_now, given.town.officer, given.season) == 1
        assert await inbox(database, couple[1]) == ["place.offered", "place.reminded"]
        with pytest.raises(NothingToRemind, match="nothing_to_remind"):
            await database.write(remind_now, given.town.officer, given.season)
        clock.advance(hours=13)
        assert await database.write(remind_now, given.town.officer, given.season) == 1


class TestLapsing:
    async def test_only_places_whose_time_is_over(self, database: Database, given: Given, clock: SettableClock) -> None:
        silent, coming = given.town.workers[0], given.town.workers[5]
        lapsing = await database.write(give, [silent], (1, TWIN))
        staying = await database.write(give, [coming], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, coming, CODE)
        clock.now = given.season.confirm_by - timedelta(seconds=1)
        assert await database.write(lapse_due) == 0
        clock.advance(seconds=1)
        assert await database.write(lapse_due, 12345) == 0
        assert await database.write(lapse_due, given.season.id) == 1
        assert await database.write(lapse_due) == 0
        assert [(await place_of(database, one)).status for one in (lapsing, staying)] == ["lapsed", "confirmed"]
        assert await inbox(database, silent) == ["place.offered", "place.lapsed"]

    async def test_a_turn_that_is_cut_short_goes_on_where_it_was(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        for one in given.town.workers[:7]:
            await database.write(give, [one], (1, TWIN))
        clock.now = given.season.confirm_by
        assert await database.write(lapse_due, None, 3) == 3
        assert await turns.answer_deadlines(database) == 4
        assert [await inbox(database, one) for one in given.town.workers[:7]] == [["place.offered", "place.lapsed"]] * 7

    async def test_two_turns_at_once_tell_nobody_twice(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        for one in given.town.workers[:6]:
            await database.write(give, [one], (1, TWIN))
        clock.now = given.season.confirm_by
        done = await asyncio.gather(*(database.write(lapse_due) for _ in range(4)))
        assert sum(done) == 6
        assert [await inbox(database, one) for one in given.town.workers[:6]] == [["place.offered", "place.lapsed"]] * 6


class TestTheEndOfASeason:
    async def test_is_written_down_once_it_is_settled_and_answered(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await settle(database)
        clock.now = given.season.last_confirm_by
        assert await turns.close_seasons(database) == 0, "somebody may still answer"
        assert await database.write(lapse_due) == 1
        assert await turns.close_seasons(database) == 1
        assert await turns.close_seasons(database) == 0
        assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(RetreatPast))) == 1

    async def test_of_one_whose_later_stages_never_came_once_its_batches_are_over(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        clock.advance(days=30)
        assert await turns.close_seasons(database) == 0
        clock.advance(days=11)
        assert await turns.close_seasons(database) == 1
