"""Waiting lists: what comes free goes to whoever waited first, by whatever way it came free."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from booking.clock import local_instant
from booking.db import Database, ReadSession, WriteSession, insert
from booking.members.models import Member
from booking.notices.models import InboxMessage
from booking.rooms import errors, planner
from booking.rooms.models import RoomWait, StayRoom
from booking.rooms.queries.waiting import my_waits
from booking.rooms.rules.assignment import OutOfTime
from booking.rooms.rules.nights import Nights
from booking.rooms.rules.waiting import offered_until
from booking.rooms.schemas import CancelRequest, DatesRequest, MoveRequest, OutageRequest, StayRequest, StayView
from booking.rooms.schemas_desk import ArriveRequest, DepartRequest, Document
from booking.rooms.schemas_waiting import WaitRequest, WaitView
from booking.rooms.service import desk, offering, waiting
from booking.rooms.service.allotments import keep_up, move_allotment, set_over_limit
from booking.rooms.service.changing import change_dates
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.outages import lift_outage, take_out
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import Driver, SettableClock, sqlite_only
from tests.rooms.counting import check, check_lists
from tests.rooms.house import HOLD_BACK, HOUSE, PUBLIC, TONIGHT, TWIN, People, day, populate, room, wish

TWINS = 9
"""Twins that the public has: one of ten is held back."""


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def asked(arrival: int = 2, departure: int = 4, **more: Any) -> WaitRequest:
    return WaitRequest(place=HOUSE, type=TWIN, arrival=day(arrival), departure=day(departure), **more)


def booked(tx: WriteSession, now: Any, who: Principal, request: StayRequest) -> StayView:
    stay = hold_stay(tx, now, who, request)
    return confirm_stay(tx, now, who, HOUSE, stay.id)


async def full(database: Database, people: People, arrival: int = 2, departure: int = 4) -> StayView:
    """A stay by the desk that takes every twin of the public."""
    return await database.write(booked, people.desk, wish(arrival, departure, *[room() for _ in range(TWINS)]))


def give_up(tx: WriteSession, now: Any, people: People, stay: StayView, *rooms: int) -> StayView:
    """Cancel some rooms of a stay."""
    return cancel_stay(tx, now, people.desk, HOUSE, stay.id, CancelRequest(list(rooms)))


async def waits(database: Database, member: Principal) -> list[WaitView]:
    return (await database.read(my_waits, database.clock(), member)).items


def told(tx: ReadSession, member: Principal) -> list[str]:
    kinds = select(InboxMessage.kind).where(InboxMessage.member_id == member.member_id).order_by(InboxMessage.id)
    return [kind for (kind,) in tx.execute(kinds) if kind.startswith("wait.")]


@sqlite_only
class TestJoining:
    async def test_only_where_no_room_is_left(self, database: Database, people: People) -> None:
        with pytest.raises(errors.RoomsLeft):
            await database.write(waiting.join, people.worker, asked())
        await full(database, people)
        wait = await database.write(waiting.join, people.worker, asked(heads=2))
        assert (wait.status, wait.ahead, wait.heads) == ("waiting", 0, 2)
        assert (await database.write(waiting.join, people.model, asked(3, 5))).ahead == 1

    async def test_once_for_the_same_dates(self, database: Database, people: People) -> None:
        await full(database, people)
        wait = await database.write(waiting.join, people.worker, asked())
        with pytest.raises(errors.AlreadyWaiting):
            await database.write(waiting.join, people.worker, asked(rooms=2))
        await database.write(waiting.leave, people.worker, HOUSE, wait.id)
        assert await waits(database, people.worker) == []
        await database.write(waiting.join, people.worker, asked())

    async def test_nobody_joins_too_many(self, database: Database, people: People) -> None:
        await full(database, people, 2, 10)
        for at in range(waiting.MOST):
            await database.write(waiting.join, people.worker, asked(2 + at, 4 + at))
        with pytest.raises(errors.TooManyWaits):
            await database.write(waiting.join, people.worker, asked(3, 10))

    async def test_by_the_terms_of_a_stay(self, database: Database, people: People) -> None:
        for request, refusal in (
            (asked(2, 40), errors.TooManyNights),
            (asked(heads=9), errors.TooManyHeads),
            (asked(rooms=5), errors.TooManyRooms),
        ):
            with pytest.raises(refusal):
                await database.write(waiting.join, people.worker, request)

    async def test_a_place_is_its_members(self, database: Database, people: People) -> None:
        await full(database, people)
        wait = await database.write(waiting.join, people.worker, asked())
        for command in (waiting.leave, waiting.accept):
            with pytest.raises(errors.WaitNotFound):
                await database.write(command, people.model, HOUSE, wait.id)


class TestOffering:
    async def test_the_first_is_held_what_came_free_and_takes_it(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        for who in (people.worker, people.model):
            await database.write(waiting.join, who, asked())
        assert (
            not await database.read(offering.is_due, database.clock()) or await database.write(offering.offer_due) == 0
        )
        await database.write(give_up, people, taken, 1)
        assert await database.read(offering.is_due, database.clock())
        assert await database.write(offering.offer_due) == 1
        assert not await database.read(offering.is_due, database.clock())
        (offered,) = await waits(database, people.worker)
        assert (offered.status, offered.until) == (
            "offered",
            local_instant(day(0), datetime.min.time().replace(hour=16)),
        )
        assert (await waits(database, people.model))[0].status == "waiting"
        assert await database.read(told, people.worker) == ["wait.offered"]
        view = await database.write(waiting.accept, people.worker, HOUSE, offered.id)
        assert (view.status, view.id) == ("confirmed", offered.stay)
        assert await waits(database, people.worker) == []
        assert (await database.write(waiting.accept, people.worker, HOUSE, offered.id)).status == "confirmed"
        await database.read(check)

    async def test_unanswered_it_goes_to_the_next(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        taken = await full(database, people)
        for who in (people.worker, people.model):
            await database.write(waiting.join, who, asked())
        await database.write(give_up, people, taken, 1)
        await database.write(offering.offer_due)
        (offered,) = await waits(database, people.worker)
        clock.advance(hours=4)
        assert await waits(database, people.worker) == []
        await planner.expire(database)
        assert await planner.offer(database) == 1
        assert await database.read(told, people.worker) == ["wait.offered", "wait.expired"]
        assert (await waits(database, people.model))[0].status == "offered"
        with pytest.raises(errors.WaitOver):
            await database.write(waiting.accept, people.worker, HOUSE, offered.id)
        await database.read(check)

    async def test_whoever_leaves_gives_the_offer_to_the_next(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        for who in (people.worker, people.model):
            await database.write(waiting.join, who, asked())
        await database.write(give_up, people, taken, 1)
        await database.write(offering.offer_due)
        (offered,) = await waits(database, people.worker)
        left = await database.write(waiting.leave, people.worker, HOUSE, offered.id)
        assert left.status == "left"
        assert await database.write(offering.offer_due) == 1
        assert (await waits(database, people.model))[0].status == "offered"
        await database.read(check)

    async def test_nobody_books_past_those_who_wait(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        await database.write(give_up, people, taken, 1)
        with pytest.raises(errors.RoomsFull):
            await database.write(hold_stay, people.model, wish(3, 4))
        other = await database.write(hold_stay, people.model, wish(5, 6))
        with pytest.raises(errors.RoomsFull):
            await database.write(change_dates, people.model, HOUSE, other.id, DatesRequest(day(3), day(4)))
        await database.write(offering.offer_due)
        assert (await waits(database, people.worker))[0].status == "offered"

    async def test_whoever_waits_may_book_it_themselves(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        await database.write(give_up, people, taken, 1)
        held = await database.write(hold_stay, people.worker, wish(2, 4))
        assert [wait.stay for wait in await waits(database, people.worker)] == [held.id]
        await database.write(confirm_stay, people.worker, HOUSE, held.id)
        assert await database.write(offering.offer_due) == 0
        assert await waits(database, people.worker) == []

    async def test_for_several_rooms_all_at_once_or_not(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        await database.write(waiting.join, people.worker, asked(rooms=2, heads=3))
        await database.write(waiting.join, people.model, asked(2, 3))
        await database.write(give_up, people, taken, 1)
        assert await database.write(offering.offer_due) == 1
        assert [(await waits(database, who))[0].status for who in people[:2]] == ["waiting", "offered"]
        await database.write(give_up, people, taken, 2, 3)
        assert await database.write(offering.offer_due) == 1
        (offered,) = await waits(database, people.worker)
        rooms = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == offered.stay)))
        assert sorted(one.heads for one in rooms) == [1, 2]
        await database.read(check)

    async def test_who_was_sold_above_the_rooms_comes_first(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        await database.write(set_over_limit, people.desk, HOUSE, TWIN, Nights(TONIGHT + 2, TONIGHT + 4), 1)
        above = await database.write(booked, people.model, wish(2, 4))
        await database.write(waiting.join, people.worker, asked())
        await database.write(give_up, people, taken, 1)
        assert await database.write(offering.offer_due) == 0
        seated = await database.read(lambda tx: tx.get(StayRoom, place_id=HOUSE, stay_id=above.id, number=1))
        assert seated is not None
        assert seated.status == "expected"

    async def test_the_day_of_arrival_ends_it(self, database: Database, people: People, clock: SettableClock) -> None:
        await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        clock.advance(days=3)
        assert await database.read(offering.is_due, clock())
        await database.write(offering.offer_due)
        assert await database.read(told, people.worker) == ["wait.ended"]

    async def test_without_an_answer_in_time_the_planner_gives_it(
        self, database: Database, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken = await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        await database.write(give_up, people, taken, 1)
        with monkeypatch.context() as slow:
            slow.setattr("booking.rooms.rules.assignment.rearrange", lambda *_: OutOfTime())
            assert await database.write(offering.offer_due) == 1
        (sought,) = await waits(database, people.worker)
        assert (sought.status, sought.until) == ("offered", None)
        await database.read(check)

        async def solve(question: Any, seconds: int) -> Any:
            return planner.find(question, seconds)

        monkeypatch.setattr(planner, "solve", solve)
        assert await planner.turn(database) == 1
        (offered,) = await waits(database, people.worker)
        assert offered.until == local_instant(day(0), datetime.min.time().replace(hour=16))
        assert await database.read(told, people.worker) == ["wait.offered"]


@sqlite_only
class TestComingFree:
    """By whatever way nights come back, whoever waits for them is held them."""

    async def offered(self, database: Database, people: People) -> None:
        assert await database.write(offering.offer_due) == 1
        assert (await waits(database, people.worker))[0].status == "offered"
        await database.read(check)

    async def test_by_an_early_departure(self, database: Database, people: People, clock: SettableClock) -> None:
        taken = await full(database, people, 0, 3)
        await database.write(waiting.join, people.worker, asked(1, 3))
        at = taken.rooms[0].id
        seen = ArriveRequest(documents=[Document("id", "123X")])
        await database.write(desk.arrive, people.desk, HOUSE, at, seen)
        clock.advance(hours=19)
        await database.write(desk.depart, people.desk, HOUSE, at, DepartRequest(leave_open="挂账"))
        await self.offered(database, people)

    async def test_by_a_release(self, database: Database, people: People, clock: SettableClock) -> None:
        await full(database, people, 4, 6)
        await database.write(waiting.join, people.worker, asked(4, 6))
        clock.advance(days=3)
        await database.write(keep_up)
        await self.offered(database, people)

    async def test_by_more_rooms_for_the_public(self, database: Database, people: People) -> None:
        await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        moved = MoveRequest(first=day(2), until=day(4), type=TWIN, rooms=1, origin=HOLD_BACK, target=PUBLIC)
        await database.write(move_allotment, people.desk, HOUSE, moved)
        await self.offered(database, people)

    async def test_by_the_end_of_an_outage(self, database: Database, people: People) -> None:
        moved = MoveRequest(first=day(2), until=day(4), type=TWIN, rooms=1, origin=HOLD_BACK, target=PUBLIC)
        await database.write(move_allotment, people.desk, HOUSE, moved)
        request = OutageRequest(first=day(2), until=day(4), rooms=[1], reason="检修")
        outage = await database.write(take_out, people.desk, HOUSE, request)
        await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        await database.write(lift_outage, people.desk, HOUSE, outage)
        await self.offered(database, people)

    async def test_by_other_dates(self, database: Database, people: People) -> None:
        taken = await full(database, people)
        await database.write(waiting.join, people.worker, asked())
        await database.write(change_dates, people.desk, HOUSE, taken.id, DatesRequest(day(8), day(10)))
        await self.offered(database, people)

    async def test_by_a_no_show(self, database: Database, people: People, clock: SettableClock) -> None:
        taken = await full(database, people, 0, 3)
        await database.write(waiting.join, people.worker, asked(1, 3))
        clock.advance(hours=19)
        await database.write(desk.mark_no_show, people.desk, HOUSE, taken.id)
        await self.offered(database, people)


def test_an_offer_lasts_so_many_hours_of_the_day() -> None:
    def at(hour: int, minute: int = 0, ahead: int = 0) -> datetime:
        return local_instant(day(ahead), datetime.min.time().replace(hour=hour, minute=minute))

    far = TONIGHT + 20
    assert offered_until(at(12), 240, far) == at(16)
    assert offered_until(at(20), 240, far) == at(10, ahead=1)
    assert offered_until(at(23), 240, far) == at(12, ahead=1)
    assert offered_until(at(3), 60, far) == at(9)
    assert offered_until(at(12), 240, TONIGHT) == at(16)
    assert offered_until(at(20), 240, TONIGHT) == at(22)
    assert offered_until(at(23), 240, TONIGHT) == at(23, 15)
    assert offered_until(at(12).astimezone(UTC), 14 * 60, far) == at(12, ahead=1)


WAITS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=6)


@sqlite_only
class TestOrder:
    def test_nobody_is_passed_over(self, driver: Driver) -> None:
        """Offers are those of the list in order, each to the first whose nights are there, counted night by night."""

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        @given(lines=WAITS, freed=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=4))
        def listed(lines: list[tuple[int, int, int]], freed: list[tuple[int, int]]) -> None:
            driver.wipe()
            people = driver.run(populate, 5, 30)
            nights = range(1, 10)
            five = [room() for _ in range(5)]
            taken = {night: driver.run(booked, people.desk, wish(night, night + 1, *five)) for night in nights}
            for at, (arrival, length, rooms) in enumerate(lines):
                driver.run(put_in_line, at, 1 + arrival, 1 + arrival + length, rooms)
            free = dict.fromkeys(nights, 0)
            for first, length in freed:
                for night in range(1 + first, min(10, 1 + first + length)):
                    free[night] += 1
                    driver.run(give_up, people, taken[night], free[night])
            driver.run(offering.offer_due)
            expected = []
            for at, (arrival, length, rooms) in enumerate(lines):
                wanted = range(1 + arrival, 1 + arrival + length)
                if all(free[night] >= rooms for night in wanted):
                    expected.append(at)
                    for night in wanted:
                        free[night] -= rooms
            offered = driver.read(lambda tx: tx.all(select(RoomWait).where(RoomWait.status == "offered")))
            assert sorted(wait.id - 1 for wait in offered) == expected
            driver.read(check_lists)
            driver.read(check)

        listed()


def put_in_line(tx: WriteSession, now: datetime, at: int, arrival: int, departure: int, rooms: int) -> None:
    """Somebody new on the list, whether there are rooms or not."""
    member = {"id": 1000 + at, "number": f"w{at}", "name": f"候{at}", "sex": "female", "organisation_id": 1}
    tx.execute(insert(tx, Member), member)
    row = {
        "place_id": HOUSE,
        "id": at + 1,
        "type_id": TWIN,
        "member_id": 1000 + at,
        "status": "waiting",
        "arrival": TONIGHT + arrival,
        "departure": TONIGHT + departure,
        "rooms": rooms,
        "heads": rooms,
        "needs": [],
        "stay_id": None,
        "instead_of": None,
        "joined_at": now,
        "offered_at": None,
    }
    tx.execute(insert(tx, RoomWait), row)
