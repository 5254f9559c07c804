"""A place from the offer to the stay, or back into the next stage."""

import itertools
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from booking.db import Database, ReadSession, WriteSession
from booking.draws.engine import LAST, draw, next_stage
from booking.draws.rules import SECOND, Choice, Rules
from booking.draws.units import Kind, Need, Unit, Units
from booking.errors import BookingError
from booking.members.models import Member
from booking.retreats import errors_places as errors
from booking.retreats.models import Applicant, RetreatPlace, Season
from booking.retreats.rules.places import STAGES, Person, deadline, rooms_for
from booking.retreats.service.placing import confirm_place, decline_place, offer_places, restore_place, seat_again
from booking.rooms.models import AllotmentNight, Stay, StayRoom
from booking.rooms.rules.nights import night_of
from booking.rooms.schemas import CancelRequest
from booking.rooms.schemas_desk import ArriveRequest, Document
from booking.rooms.service.desk import arrive
from booking.rooms.service.ending import cancel_stay
from booking.web.principal import Principal
from tests.databases import NOON, SettableClock, sqlite_only
from tests.retreats.places import (
    Given,
    drawn,
    freeze_applications,
    give,
    guests_in,
    inbox,
    passes,
    place_of,
    shared,
    stay_of,
    taken,
)
from tests.retreats.season import ARRIVALS, CODE, POOL, enter, found_season
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOUSE, TWIN, day

FIRST = night_of(day(ARRIVALS[0]))


@pytest.fixture
async def given(database: Database) -> Given:
    return await database.write(drawn)


def men(given: Given) -> list[Principal]:
    """Workers, one of each enterprise, all of one sex (`tests.retreats.season._worker`)."""
    return [given.town.workers[number] for number in (1, 6 + 2, 11, 16 + 2, 21, 26 + 2, 31, 36 + 2)]


class TestDeadline:
    def season(self) -> Season:
        return Season(confirm_by=NOON, second_confirm_by=NOON, last_confirm_by=NOON)

    def test_is_the_planned_one_of_the_stage(self) -> None:
        season = self.season()
        season.second_confirm_by = NOON + timedelta(days=3)
        assert deadline(season, 1, NOON - timedelta(days=4)) == NOON
        assert deadline(season, 2, NOON - timedelta(days=4)) == NOON + timedelta(days=3)

    def test_leaves_a_day_to_answer_however_late_a_stage_is_published(self) -> None:
        assert deadline(self.season(), 3, NOON + timedelta(days=2)) == NOON + timedelta(days=3)


class TestRooming:
    def people(self, members: int, companions: int) -> list[Person]:
        return [Person(at, f"m{at}") for at in range(members)] + [Person(None, f"c{at}") for at in range(companions)]

    def names(self, members: int, companions: int, rooms: int) -> list[str]:
        return ["".join(one.name for one in room) for room in rooms_for(self.people(members, companions), rooms)]

    def test_keeps_members_in_their_order_and_gives_companions_to_whoever_has_fewest(self) -> None:
        assert self.names(2, 0, 1) == ["m0m1"]
        assert self.names(4, 0, 2) == ["m0m1", "m2m3"]
        assert self.names(2, 2, 2) == ["m0c0", "m1c1"]
        assert self.names(1, 3, 2) == ["m0c1", "c0c2"]
        assert self.names(1, 0, 0) == ["m0"]

    @pytest.mark.parametrize(("members", "companions", "rooms"), [*itertools.product(range(1, 5), range(4), range(5))])
    def test_everybody_sleeps_once_and_no_room_is_empty(self, members: int, companions: int, rooms: int) -> None:
        found = rooms_for(self.people(members, companions), rooms)
        assert sorted(one.name for room in found for one in room) == sorted(
            one.name for one in self.people(members, companions)
        )
        assert all(found)
        assert len(found) <= max(1, rooms)


class TestOffering:
    async def test_tells_every_member_of_the_winners_once(self, database: Database, given: Given) -> None:
        couple, other = given.town.workers[:2], given.town.workers[5]
        await database.write(give, couple, (1, DOUBLE), rooms=1)
        assert [await inbox(database, one) for one in (*couple, other)] == [["place.offered"], ["place.offered"], []]

    async def test_a_second_live_place_is_refused_by_the_table(self, database: Database, given: Given) -> None:
        application = await database.write(give, given.town.workers[:1], (1, TWIN))

        def again(tx: WriteSession, now: datetime) -> None:
            offer_places(tx, now, found_season(tx), 2, [(application, 2, TWIN)])

        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            await database.write(again)

    async def test_many_at_once(self, database: Database, given: Given) -> None:
        def many(tx: WriteSession, now: datetime) -> int:
            season = found_season(tx)
            won = [(enter(tx, now, season, [one], [(1, TWIN)]), 1, TWIN) for one in given.town.workers]
            return offer_places(tx, now, season, 1, won)

        assert await database.write(many) == 40
        places = await database.read(lambda tx: tx.all(select(RetreatPlace)))
        assert {(one.status, one.stage, one.confirm_by) for one in places} == {("offered", 1, given.season.confirm_by)}
        assert [await inbox(database, one) for one in given.town.workers] == [["place.offered"]] * 40
        assert await database.write(lambda tx, now: offer_places(tx, now, found_season(tx), 2, [])) == 0


class TestConfirming:
    async def test_makes_the_stay_its_nights_rooms_guests_and_passes_at_once(
        self, database: Database, given: Given
    ) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=2, companions=["小明", "小红"])
        assert await database.write(confirm_place, couple[1], CODE) == application
        stay = await stay_of(database, application)
        assert stay is not None
        assert (stay.status, stay.arrival, stay.departure, stay.allotment_id) == ("confirmed", FIRST, FIRST + 3, POOL)
        assert stay.member_id == couple[0].member_id
        assert await guests_in(database, stay.id) == [[couple[0].name, "小明"], [couple[1].name, "小红"]]
        rooms = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == stay.id)))
        assert {room.together for room in rooms} == {"near"}
        assert abs((rooms[0].room_id or 0) - (rooms[1].room_id or 0)) == 1
        assert await passes(database) == {name: ["issued"] for name in (couple[0].name, couple[1].name, "小明", "小红")}
        assert await taken(database, FIRST, DOUBLE) == 2
        assert [await inbox(database, one) for one in couple] == [["place.offered", "place.confirmed"]] * 2
        await database.read(check)

    async def test_twice_changes_nothing(self, database: Database, given: Given) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=1)
        await database.write(confirm_place, couple[0], CODE)
        before = await place_of(database, application)
        await database.write(confirm_place, couple[1], CODE)
        assert (await place_of(database, application)).stay_id == before.stay_id
        assert await taken(database, FIRST, DOUBLE) == 1

    async def test_only_of_ones_own_place_and_in_time(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine, other = given.town.workers[:2]
        await database.write(give, [mine], (1, TWIN))
        with pytest.raises(errors.PlaceNotFound):
            await database.write(confirm_place, other, CODE)
        clock.now = given.season.confirm_by
        with pytest.raises(errors.ConfirmTimeOver):
            await database.write(confirm_place, mine, CODE)

    async def test_a_house_without_a_room_leaves_the_place_as_it_is(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, TWIN))

        def close(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(AllotmentNight).where(AllotmentNight.allotment_id == POOL).values(capacity=0))

        await database.write(close)
        with pytest.raises(errors.NoRoomForPlace):
            await database.write(confirm_place, mine, CODE)
        assert (await place_of(database, application)).status == "offered"

    async def test_a_place_whose_stay_the_house_could_not_keep_is_seated_again(
        self, database: Database, given: Given
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        with pytest.raises(errors.PlaceOver):
            await database.write(seat_again, given.town.officer, given.season, application)

        def displace(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Stay).values(status="refused"))

        before = (await place_of(database, application)).stay_id
        await database.write(displace)
        after = await database.write(seat_again, given.town.officer, given.season, application)
        assert after != before
        assert (await place_of(database, application)).stay_id == after
        assert (await inbox(database, mine))[-1] == "place.seated"


class TestSharing:
    async def test_the_second_of_a_sex_takes_the_other_bed(self, database: Database, given: Given) -> None:
        sharers = men(given)[:3]
        assert len({self.sex(given, one) for one in sharers}) == 1
        for one in sharers:
            await database.write(give, [one], (1, TWIN))
            await database.write(confirm_place, one, CODE)
        assert [beds for _, beds in await shared(database)] == [2, 1]
        assert await taken(database, FIRST) == 2
        stays = await database.read(lambda tx: tx.all(select(Stay).order_by(Stay.id)))
        assert [stay.member_id for stay in stays] == [None, None]
        assert await guests_in(database, stays[0].id) == [[sharers[0].name, sharers[1].name]]
        await database.read(check)

    def sex(self, given: Given, one: Principal) -> str:
        number = given.town.workers.index(one)
        return "male" if (number + number // 5 % 2) % 2 else "female"

    async def test_never_with_the_other_sex_or_another_batch(self, database: Database, given: Given) -> None:
        man, woman, later = given.town.workers[1], given.town.workers[0], given.town.workers[3]
        assert self.sex(given, man) == self.sex(given, later) != self.sex(given, woman)
        for one, batch in ((man, 1), (woman, 1), (later, 2)):
            await database.write(give, [one], (batch, TWIN))
            await database.write(confirm_place, one, CODE)
        assert [beds for _, beds in await shared(database)] == [1, 1, 1]

    async def test_where_nobody_shares_whoever_is_alone_has_a_room(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE))
        await database.write(confirm_place, mine, CODE)
        stay = await stay_of(database, application)
        assert stay is not None
        assert stay.member_id == mine.member_id
        assert await shared(database) == []

    async def test_whoever_leaves_leaves_the_other_in_peace(self, database: Database, given: Given) -> None:
        first, second = men(given)[:2]
        applications = [await database.write(give, [one], (1, TWIN)) for one in (first, second)]
        for one in (first, second):
            await database.write(confirm_place, one, CODE)
        await database.write(decline_place, first, CODE)
        assert [beds for _, beds in await shared(database)] == [1]
        stay = await stay_of(database, applications[1])
        assert stay is not None
        assert await guests_in(database, stay.id) == [[second.name]]
        assert await passes(database) == {first.name: ["canceled"], second.name: ["issued"]}
        assert await inbox(database, second) == ["place.offered", "place.confirmed"]
        await database.write(decline_place, second, CODE)
        assert await shared(database) == []
        assert await taken(database, FIRST) == 0
        await database.read(check)

    async def test_those_left_over_move_together_so_that_rooms_are_as_few_as_the_draw_counts(
        self, database: Database, given: Given
    ) -> None:
        sharers = men(given)[:4]
        applications = [await database.write(give, [one], (1, TWIN)) for one in sharers]
        for one in sharers:
            await database.write(confirm_place, one, CODE)
        await database.write(decline_place, sharers[0], CODE)
        await database.write(decline_place, sharers[2], CODE)
        assert [beds for _, beds in await shared(database)] == [2]
        assert await taken(database, FIRST) == 1
        stays = {(await place_of(database, applications[at])).stay_id for at in (1, 3)}
        assert len(stays) == 1
        assert sorted((await guests_in(database, stays.pop()))[0]) == sorted([sharers[1].name, sharers[3].name])
        moved = [one for one in (sharers[1], sharers[3]) if "place.moved" in await inbox(database, one)]
        assert len(moved) == 1
        assert sorted(map(tuple, (await passes(database)).values())) == [
            ("canceled",),
            ("canceled",),
            ("canceled", "issued"),
            ("issued",),
        ]
        await database.read(check)

    async def test_a_room_that_the_house_could_not_keep_is_not_joined(self, database: Database, given: Given) -> None:
        first, second = men(given)[:2]
        applications = [await database.write(give, [one], (1, TWIN)) for one in (first, second)]
        await database.write(confirm_place, first, CODE)

        def displace(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Stay).values(status="displaced"))

        await database.write(displace)
        await database.write(confirm_place, second, CODE)
        await database.write(seat_again, given.town.officer, given.season, applications[0])
        assert [beds for _, beds in await shared(database)] == [2]
        stays = {(await place_of(database, application)).stay_id for application in applications}
        assert len(stays) == 1


class TestDeclining:
    async def test_in_time_gives_it_to_the_next_stage(self, database: Database, given: Given) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=1)
        await database.write(decline_place, couple[1], CODE)
        await database.write(decline_place, couple[0], CODE)
        assert (await place_of(database, application)).status == "declined"
        assert await inbox(database, couple[0]) == ["place.offered", "place.declined"]
        with pytest.raises(errors.PlaceOver):
            await database.write(confirm_place, couple[0], CODE)

    async def test_after_the_confirmation_is_late_and_gives_everything_back(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=1)
        await database.write(confirm_place, couple[0], CODE)
        clock.now = given.season.confirm_by + timedelta(days=1)
        await database.write(decline_place, couple[1], CODE)
        place = await place_of(database, application)
        assert (place.status, place.stay_id) == ("declined_late", None)
        assert await taken(database, FIRST, DOUBLE) == 0
        assert {status for statuses in (await passes(database)).values() for status in statuses} == {"canceled"}
        assert (await inbox(database, couple[0]))[-1] == "place.declined_late"
        await database.read(check)

    async def test_not_by_cancelling_the_stay(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        place = await place_of(database, application)
        for who in (mine, given.town.house.desk):
            with pytest.raises(BookingError, match="stay_granted"):
                await database.write(cancel_stay, who, HOUSE, place.stay_id or 0, CancelRequest())
        assert (await place_of(database, application)).status == "confirmed"

    async def test_not_once_somebody_has_come(self, database: Database, given: Given, clock: SettableClock) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        place = await place_of(database, application)
        clock.advance(days=ARRIVALS[0], hours=4)
        (room,) = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == place.stay_id)))
        request = ArriveRequest(documents=[Document("id", "1234", 0)])
        await database.write(arrive, given.town.house.desk, HOUSE, room.id, request)
        with pytest.raises(errors.GuestsCame):
            await database.write(decline_place, mine, CODE)

    async def test_not_after_the_deadline_where_nobody_confirmed(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        clock.now = given.season.confirm_by
        with pytest.raises(errors.ConfirmTimeOver):
            await database.write(decline_place, mine, CODE)


class TestTakingBack:
    async def test_until_the_deadline_the_place_waits_for_an_answer_again(
        self, database: Database, given: Given
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, TWIN))
        await database.write(decline_place, mine, CODE)
        await database.write(restore_place, mine, CODE)
        await database.write(restore_place, mine, CODE)
        assert (await place_of(database, application)).status == "offered"
        await database.write(confirm_place, mine, CODE)
        assert (await place_of(database, application)).status == "confirmed"

    async def test_what_was_confirmed_before_has_to_be_confirmed_again(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        await database.write(decline_place, mine, CODE)
        await database.write(restore_place, mine, CODE)
        assert (await place_of(database, application)).status == "offered"
        await database.write(confirm_place, mine, CODE)
        stay = await stay_of(database, application)
        assert stay is not None
        assert stay.status == "confirmed"
        assert await taken(database, FIRST, DOUBLE) == 1
        await database.read(check)

    async def test_makes_a_stage_that_is_being_computed_start_again(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        await database.write(decline_place, mine, CODE)
        before = await database.read(lambda tx: found_season(tx).version)
        await database.write(restore_place, mine, CODE)
        assert await database.read(lambda tx: found_season(tx).version) == before + 1

    async def test_not_after_the_deadline_nor_the_next_stage(
        self, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        await database.write(decline_place, mine, CODE)

        def second(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Season).values(status="second"))

        await database.write(second)
        with pytest.raises(errors.UndoOver):
            await database.write(restore_place, mine, CODE)
        await database.write(lambda tx, now: tx.execute(update(Season).values(status="drawn")).rowcount)
        clock.now = given.season.confirm_by
        with pytest.raises(errors.UndoOver):
            await database.write(restore_place, mine, CODE)

    async def test_only_what_was_given_up(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        await database.write(confirm_place, mine, CODE)
        with pytest.raises(errors.PlaceOver):
            await database.write(restore_place, mine, CODE)


def random_units(rules: Rules, town_sexes: dict[int, str], dice: Random, applications: dict[int, list[int]]) -> Units:
    choices = len(rules.choices)
    made = []
    for application, members in applications.items():
        need = Need(rooms=1) if len(members) > 1 else Need(men=1) if town_sexes[members[0]] == "male" else Need(women=1)
        wishes = tuple(dice.sample(range(choices), dice.randint(1, choices)))
        made.append(Unit(application, 1, Kind(need), wishes))
    return Units.of(rules, made)


def sexes(tx: ReadSession) -> list[tuple[int, str]]:
    return [(one.id, one.sex) for one in tx.all(select(Member).join(Applicant, Applicant.member_id == Member.id))]


@sqlite_only
@pytest.mark.parametrize("seed", [0, 1, 31, 38])
async def test_every_winner_of_a_draw_gets_a_room_in_whatever_order_they_answer(
    database: Database, given: Given, seed: int
) -> None:
    """The draw counts rooms + ⌈men ÷ 2⌉ + ⌈women ÷ 2⌉, in each stage anew: the house must keep what that promises.

    In the last two, there would be no room if those who share did not move together when others leave.
    """
    dice = Random(seed)
    choices = [(batch, kind) for batch in ((1, 2, 3) if seed < 2 else (1,)) for kind in (TWIN, DOUBLE)]
    rooms = {TWIN: (4, 2), DOUBLE: (2, 1)}
    rules = Rules("", tuple(Choice(str(batch), str(kind), *rooms[kind]) for batch, kind in choices))
    workers = list(given.town.workers)
    dice.shuffle(workers)

    def apply(tx: WriteSession, now: datetime) -> dict[int, list[int]]:
        found, at = {}, 0
        while at < len(workers):
            party = workers[at : at + dice.choice([1, 1, 1, 2])]
            made = enter(tx, now, given.season, party, [], rooms=0 if len(party) == 1 else 1)
            found[made] = [one.member_id for one in party]
            at += len(party)
        freeze_applications(tx, given.season)
        return found

    applications = await database.write(apply)
    units = random_units(rules, dict(await database.read(sexes)), dice, applications)
    done = draw(rules, units, dice.randbytes(32))
    by_id = {one.member_id: one for one in workers}
    stages, kept = [done.first], set[int]()
    for stage, status in STAGES.items():
        if stage > 1:
            stages.append(next_stage(done, stages[-1], kept, LAST if stage == 3 else SECOND))
        won = [
            (units.ids[at], *choices[place])
            for at, place in enumerate(stages[-1].places)
            if place >= 0 and units.ids[at] not in kept
        ]
        await database.write(offer, stage, status, won)
        dice.shuffle(won)
        for application, _, _ in won:
            who, what = by_id[applications[application][0]], dice.random()
            if what < 0.15:
                await database.write(decline_place, who, CODE)
                continue
            await database.write(confirm_place, who, CODE)
            kept.add(application)
            if what < 0.4:  # somebody thinks better of it: their bed is free, whoever else is left moves together
                gone = dice.choice(sorted(kept))
                await database.write(decline_place, by_id[applications[gone][0]], CODE)
                kept.remove(gone)
                if gone == application and dice.random() < 0.5:
                    await database.write(restore_place, who, CODE)
                    await database.write(confirm_place, who, CODE)
                    kept.add(gone)
    every = await database.read(lambda tx: tx.all(select(RetreatPlace)))
    places = [place for place in every if place.status == "confirmed"]
    assert {place.application_id for place in places} == kept
    assert len({place.stage for place in every}) > 1
    stays = await database.read(lambda tx: tx.all(select(Stay).where(Stay.status == "confirmed")))
    assert {place.stay_id for place in places} == {stay.id for stay in stays}
    await database.read(check)


def offer(tx: WriteSession, now: datetime, stage: int, status: str, won: list[tuple[int, int, int]]) -> None:
    """Publish a stage: its places are offered, and the season is in the state after it."""
    tx.execute(update(Season).values(status=status))
    offer_places(tx, now, found_season(tx), stage, won)
