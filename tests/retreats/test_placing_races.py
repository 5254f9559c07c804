"""Many answers at once: one of each wins, nobody is in two rooms, and no bed is given twice."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from booking.db import Database
from booking.errors import BookingError
from booking.retreats.models import RetreatPlace, SharedRoom
from booking.retreats.service.deadlines import lapse_due, remind_due
from booking.retreats.service.placing import confirm_place, decline_place, restore_place
from booking.rooms.models import Stay
from booking.rooms.rules.nights import night_of
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.retreats.places import Given, bill, drawn, give, guests_in, place_of, shared, taken
from tests.retreats.season import ARRIVALS, CODE
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, TWIN, day

FIRST = night_of(day(ARRIVALS[0]))


@pytest.fixture
async def given(database: Database) -> Given:
    return await database.write(drawn)


async def attempt(database: Database, command: Any, *args: Any) -> str:
    try:
        await database.write(command, *args)
    except BookingError as refused:
        return refused.code
    return "done"


async def test_two_sharers_for_the_last_bed(database: Database, given: Given) -> None:
    """Both are alike: one takes the bed of the half-taken room, the other opens a room; never three in one."""
    first, second, third = (given.town.workers[at] for at in (1, 3, 6))
    for one in (first, second, third):
        await database.write(give, [one], (1, TWIN))
    await database.write(confirm_place, first, CODE)
    done = await asyncio.gather(*(attempt(database, confirm_place, one, CODE) for one in (second, third)))
    assert done == ["done", "done"]
    rooms = await database.read(lambda tx: tx.all(select(SharedRoom).order_by(SharedRoom.stay_id)))
    assert sum(room.taken for room in rooms) == 3
    assert all(room.taken <= room.beds for room in rooms)
    for room in rooms:
        assert len((await guests_in(database, room.stay_id))[0]) == room.taken
    await database.read(check)


async def test_all_sharers_at_once_need_no_more_rooms_than_the_draw_counts(database: Database, given: Given) -> None:
    sharers = [one for one in given.town.workers if is_man(given, one)][:8]
    for one in sharers:
        await database.write(give, [one], (1, TWIN))
    done = await asyncio.gather(*(attempt(database, confirm_place, one, CODE) for one in sharers))
    assert done == ["done"] * 8
    assert [beds for _, beds in await shared(database)] == [2, 2, 2, 2]
    assert await taken(database, FIRST) == 4
    await database.read(check)


def is_man(given: Given, one: Principal) -> bool:
    number = given.town.workers.index(one)
    return (number + number // 5 % 2) % 2 == 1


async def test_members_of_one_application_make_one_stay(database: Database, given: Given) -> None:
    couple = given.town.workers[:2]
    application = await database.write(give, couple, (1, DOUBLE), rooms=1)
    done = await asyncio.gather(*(attempt(database, confirm_place, one, CODE) for one in couple * 3))
    assert set(done) == {"done"}
    assert len(await database.read(lambda tx: tx.all(select(Stay)))) == 1
    found = await bill(database, application)
    assert found is not None
    assert found.charged == 2 * 120000


async def test_one_confirms_while_the_other_declines(database: Database, given: Given) -> None:
    couple = given.town.workers[:2]
    application = await database.write(give, couple, (1, DOUBLE), rooms=1)
    await asyncio.gather(
        attempt(database, confirm_place, couple[0], CODE), attempt(database, decline_place, couple[1], CODE)
    )
    place = await place_of(database, application)
    stays = await database.read(lambda tx: tx.all(select(Stay).where(Stay.status == "confirmed")))
    assert place.status in ("declined", "declined_late")
    assert stays == []
    assert await taken(database, FIRST, DOUBLE) == 0
    found = await bill(database, application)
    assert found is None or found.owed == 0
    await database.read(check)


async def test_confirming_against_the_deadline(database: Database, given: Given, clock: SettableClock) -> None:
    """Whichever comes first decides alone: a place that lapsed has no stay, one with a stay did not lapse."""
    winners = [one for at, one in enumerate(given.town.workers) if at % 5 == 0]
    applications = [await database.write(give, [one], (1 + at % 3, TWIN)) for at, one in enumerate(winners)]
    clock.now = given.season.confirm_by - timedelta(milliseconds=1)

    async def later() -> None:
        await asyncio.sleep(0)
        clock.now = given.season.confirm_by

    turns = [attempt(database, lapse_due) for _ in range(3)]
    confirming = [attempt(database, confirm_place, one, CODE) for one in winners]
    await asyncio.gather(*confirming[:4], later(), *turns, *confirming[4:])
    await database.write(lapse_due)
    for application in applications:
        place = await place_of(database, application)
        assert place.status in ("confirmed", "lapsed")
        assert (place.stay_id is None) == (place.status == "lapsed")
    await database.read(check)


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_at_once(database: Database, given: Given, seed: int) -> None:
    """Sharers and couples answer, think better of it and answer again: no deadlock, and the books agree."""
    dice, outcomes = Random(seed), Counter[str]()
    workers = list(given.town.workers)
    parties = [workers[at : at + 1] for at in range(16)] + [workers[at : at + 2] for at in range(16, 24, 2)]
    for party in parties:
        choice = (dice.randint(1, 3), TWIN)
        await database.write(give, party, choice, rooms=0 if len(party) == 1 else 1)

    async def live(party: list[Principal]) -> None:
        for _ in range(4):
            command = dice.choice([confirm_place, confirm_place, decline_place, restore_place])
            outcomes[await attempt(database, command, dice.choice(party), CODE)] += 1

    await asyncio.gather(*(live(party) for party in parties), attempt(database, remind_due))
    assert outcomes["done"] > len(parties)
    assert "busy" not in outcomes
    await database.read(check)
    await agree(database)


async def agree(database: Database) -> None:
    """Every confirmed place has its bed or its stay, and nobody else has one."""
    places = await database.read(lambda tx: tx.all(select(RetreatPlace)))
    living = {one.stay_id for one in places if one.status == "confirmed"}
    stays = await database.read(lambda tx: tx.all(select(Stay).where(Stay.status == "confirmed")))
    assert living == {stay.id for stay in stays}
    beds = await database.read(lambda tx: tx.all(select(SharedRoom)))
    for room in beds:
        assert 0 < room.taken <= room.beds
        assert len((await guests_in(database, room.stay_id))[0]) == room.taken
    halves = Counter((room.batch, room.sex) for room in beds if room.taken < room.beds)
    assert all(count == 1 for count in halves.values()), "those left over have moved together"
