"""What a season was for each member, from which the next one's tickets are counted."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from booking.db import Database, WriteSession
from booking.retreats.models import RetreatPast, Season
from booking.retreats.queries.pasts import tickets_of
from booking.retreats.rules.pasts import Past, past, stayed
from booking.retreats.service.deadlines import lapse_due
from booking.retreats.service.pasts import close_season_past, note_absences
from booking.retreats.service.placing import confirm_place, decline_place
from booking.rooms.models import Stay, StayRoom
from booking.rooms.schemas_desk import ArriveRequest, DepartRequest, Document
from booking.rooms.service.desk import arrive, depart, mark_no_show, take_back_no_show
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.retreats.places import Given, drawn, freeze_applications, give, place_of
from tests.retreats.season import ARRIVALS, CODE, enter
from tests.rooms.house import DOUBLE, HOUSE, TWIN, day

LATE_EVENING = 10
"""Hours from noon to ten in the evening."""


@pytest.fixture
async def given(database: Database) -> Given:
    return await database.write(drawn)


async def pasts(database: Database) -> dict[int, Past]:
    rows = await database.read(lambda tx: tx.all(select(RetreatPast)))
    return {
        row.member_id: Past(row.won, row.declined, row.declined_late, row.did_not_come, row.retreat_on) for row in rows
    }


async def close(database: Database, given: Given, clock: SettableClock) -> None:
    def settled(tx: WriteSession, now: datetime) -> None:
        tx.execute(update(Season).values(status="settled"))

    await database.write(settled)
    clock.now = given.season.last_confirm_by
    await database.write(lapse_due)
    while await database.write(close_season_past, given.season, 3):
        pass


async def confirmed(database: Database, who: Principal, *, shares: bool = False) -> int:
    choice = (1, TWIN) if shares else (1, DOUBLE)
    application = await database.write(give, [who], choice, rooms=0 if shares else 1)
    await database.write(confirm_place, who, CODE)
    return application


async def rooms(database: Database, application: int) -> tuple[int, int]:
    """The stay of a place and its room."""
    place = await place_of(database, application)
    (room,) = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == place.stay_id)))
    return place.stay_id or 0, room.id


class TestRules:
    WHEN = date(2026, 12, 17)

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (None, Past()),
            ("declined", Past(declined=True)),
            ("lapsed", Past(declined=True)),
            ("declined_late", Past(declined_late=True)),
            ("confirmed", Past(won=True, retreat_on=WHEN)),
        ],
    )
    def test_of_a_place(self, status: str | None, expected: Past) -> None:
        assert past(status, self.WHEN) == expected

    def test_who_did_not_come_had_no_retreat(self) -> None:
        missed = stayed("no_show", identified=False, strangers=False)
        assert past("confirmed", self.WHEN, missed) == Past(won=True, did_not_come=True)

    @pytest.mark.parametrize("room", ["cancelled", "displaced"])
    def test_whom_the_house_could_not_keep_has_lost_by_nobodys_doing(self, room: str) -> None:
        assert past("confirmed", self.WHEN, stayed(room, identified=False, strangers=False)) == Past()

    def test_of_strangers_in_a_room_each_comes_by_themselves(self) -> None:
        assert stayed("departed", identified=False, strangers=True).came is False
        assert stayed("departed", identified=False, strangers=False).came is True
        assert stayed("in_house", identified=False, strangers=True).came is None
        assert stayed("expected", identified=False, strangers=True).came is None


class TestClosing:
    async def test_everybody_who_was_drawn_for_has_a_row(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        loser, winner, silent, late, early, *more = given.town.workers[::5]
        await confirmed(database, winner)
        await confirmed(database, late)
        await database.write(decline_place, late, CODE)
        await database.write(give, [silent], (2, TWIN))
        await database.write(give, [early], (2, TWIN))
        await database.write(decline_place, early, CODE)

        def apply(tx: WriteSession, now: datetime) -> None:
            enter(tx, now, given.season, [loser, more[0]], [(1, TWIN), (2, TWIN), (3, TWIN)], rooms=1)
            freeze_applications(tx, given.season)
            enter(tx, now, given.season, [more[1]], [(1, TWIN)])  # without a position: it was not drawn for

        await database.write(apply)
        await close(database, given, clock)
        assert await pasts(database) == {
            loser.member_id: Past(),
            more[0].member_id: Past(),
            winner.member_id: Past(won=True, retreat_on=day(ARRIVALS[0])),
            silent.member_id: Past(declined=True),
            early.member_id: Past(declined=True),
            late.member_id: Past(declined_late=True),
        }
        tickets = await database.read(tickets_of, [loser.member_id, winner.member_id, silent.member_id])
        assert [tickets[one.member_id].weight for one in (loser, winner, silent)] == [2, 1, 1]

    async def test_once(self, database: Database, given: Given, clock: SettableClock) -> None:
        await confirmed(database, given.town.workers[0])
        await close(database, given, clock)
        before = await pasts(database)
        clock.advance(days=1)
        assert await database.write(close_season_past, given.season) == 0
        assert await pasts(database) == before

    async def test_whoever_thinks_better_of_it_afterwards_is_late(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await confirmed(database, mine)
        await close(database, given, clock)
        await database.write(decline_place, mine, CODE)
        assert await pasts(database) == {mine.member_id: Past(declined_late=True)}


class TestAbsences:
    async def test_nobody_came_to_the_room(self, database: Database, given: Given, clock: SettableClock) -> None:
        mine, desk = given.town.workers[0], given.town.house.desk
        stay, _ = await rooms(database, await confirmed(database, mine))
        await close(database, given, clock)
        clock.advance(days=ARRIVALS[0] + 1 - 18, hours=LATE_EVENING)
        await database.write(mark_no_show, desk, HOUSE, stay)
        assert await database.write(note_absences) == 1
        assert await database.write(note_absences) == 0
        assert await pasts(database) == {mine.member_id: Past(won=True, did_not_come=True)}
        await database.write(take_back_no_show, desk, HOUSE, stay)
        assert await database.write(note_absences) == 1
        assert await pasts(database) == {mine.member_id: Past(won=True, retreat_on=day(ARRIVALS[0]))}

    async def test_one_of_two_who_shared_did_not_come(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        here, missing = given.town.workers[1], given.town.workers[3]
        applications = [await confirmed(database, one, shares=True) for one in (here, missing)]
        assert (await rooms(database, applications[0])) == (await rooms(database, applications[1]))
        _, room = await rooms(database, applications[0])
        await close(database, given, clock)
        clock.now += day(ARRIVALS[0]) - clock.now.date()
        clock.advance(hours=4)
        desk = given.town.house.desk
        documents = ArriveRequest(documents=[Document("id", "1234", 0)])
        await database.write(arrive, desk, HOUSE, room, documents)
        clock.advance(days=1)
        assert await database.write(note_absences) == 0, "the other one may come yet"
        clock.advance(days=2)
        await database.write(depart, desk, HOUSE, room, DepartRequest())
        assert await database.write(note_absences) == 1
        assert await pasts(database) == {
            here.member_id: Past(won=True, retreat_on=day(ARRIVALS[0])),
            missing.member_id: Past(won=True, did_not_come=True),
        }

    async def test_a_stay_that_the_house_gave_up_is_no_win(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await confirmed(database, mine)

        def displace(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(StayRoom).values(status="displaced"))
            tx.execute(update(Stay).values(status="displaced"))

        await database.write(displace)
        await close(database, given, clock)
        assert await pasts(database) == {mine.member_id: Past()}
