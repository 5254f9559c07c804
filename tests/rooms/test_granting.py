"""Stays that were granted: free, from a pool of their own, and not for their guests to cancel or to move."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from booking.checkin.models import Pass
from booking.db import Database, WriteSession
from booking.rooms import errors, planner
from booking.rooms.models import AllotmentNight, Guest, Stay, StayRoom
from booking.rooms.queries.stays import stay_view, stays_of
from booking.rooms.rules.assignment import Impossible, Outcome, OutOfTime, Overfull
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import CancelRequest, DatesRequest, MoveRequest
from booking.rooms.schemas_desk import ArriveRequest, Document
from booking.rooms.service.allotments import move_allotment
from booking.rooms.service.changing import change_dates
from booking.rooms.service.desk import arrive, see_documents
from booking.rooms.service.ending import cancel_stay, restore_stay
from booking.rooms.service.granting import Grant, add_guest, end_grant, grant_stay, lock, take_out_guest
from booking.rooms.service.guests import Sleeper
from booking.rooms.service.stays import Written
from tests.databases import NOON, SettableClock
from tests.rooms.counting import check
from tests.rooms.house import HOLD_BACK, HOUSE, PUBLIC, TONIGHT, TWIN, People, day, populate

NO_ROOM = Overfull((TONIGHT + 5,), (1,), 2, ())
FIRST, LATER = Sleeper(101, "王大海", pays=False), Sleeper(102, "林模范", pays=False)
COMPANION = Sleeper(None, "王小海", pays=True)


@pytest.fixture
async def people(database: Database) -> People:
    """The house, with three twins in a pool apart."""
    people = await database.write(populate)
    wanted = MoveRequest(first=day(5), until=day(8), type=TWIN, rooms=2, origin=PUBLIC, target=HOLD_BACK)
    await database.write(move_allotment, people.desk, HOUSE, wanted)
    return people


def grant(*rooms: list[Sleeper], lead: int | None = 101) -> Grant:
    return Grant(HOUSE, HOLD_BACK, TWIN, Nights(TONIGHT + 5, TONIGHT + 8), list(rooms) or [[FIRST]], lead)


def locked(command: Any) -> Any:
    """A command as its callers run it."""

    def run(tx: WriteSession, now: datetime, *args: Any) -> Any:
        lock(tx, now, HOUSE, TWIN)
        return command(tx, now, *args)

    return run


async def granted(database: Database, people: People, *rooms: list[Sleeper], **more: Any) -> Written:
    return await database.write(locked(grant_stay), people.worker, grant(*rooms, **more))


async def guests(database: Database) -> list[tuple[int, str, bool, bool]]:
    found = await database.read(lambda tx: tx.all(select(Guest).order_by(Guest.stay_room_id, Guest.number)))
    return [(one.number, one.name, one.pays, one.pass_id is not None) for one in found]


async def passes(database: Database) -> list[tuple[str, str, int]]:
    found = await database.read(lambda tx: tx.all(select(Pass).order_by(Pass.id)))
    return [(one.holder, one.status, one.party) for one in found]


async def taken(database: Database) -> set[int]:
    mine = select(AllotmentNight).where(AllotmentNight.allotment_id == HOLD_BACK, AllotmentNight.type_id == TWIN)
    within = mine.where(AllotmentNight.night.between(TONIGHT + 5, TONIGHT + 7))
    return {one.taken for one in await database.read(lambda tx: tx.all(within))}


class TestGranting:
    async def test_is_a_stay_with_rooms_and_passes_and_without_a_bill(self, database: Database, people: People) -> None:
        made = await granted(database, people, [FIRST, COMPANION], [LATER])
        view = await database.read(stay_view, NOON, HOUSE, made.stay.id, people.worker)
        assert (view.status, view.price_fen, view.deposit_fen) == ("confirmed", 0, 0)
        stay = await database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=made.stay.id))
        assert stay is not None
        assert (stay.folio_id, stay.allotment_id, stay.member_id) == (None, HOLD_BACK, 101)
        assert await guests(database) == [
            (0, "王大海", False, True),
            (1, "王小海", True, True),
            (0, "林模范", False, True),
        ]
        assert await passes(database) == [("王大海", "issued", 1), ("王小海", "issued", 1), ("林模范", "issued", 1)]
        assert await taken(database) == {2}
        await database.read(check)

    async def test_rooms_of_a_group_are_next_to_each_other_where_that_is_possible(
        self, database: Database, people: People
    ) -> None:
        made = await granted(database, people, [FIRST], [LATER])
        rooms = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == made.stay.id)))
        assert {room.together for room in rooms} == {"near"}
        assert abs((rooms[0].room_id or 0) - (rooms[1].room_id or 0)) == 1

    async def test_the_pool_is_the_limit(self, database: Database, people: People) -> None:
        await granted(database, people, [FIRST], [LATER])
        await granted(database, people, [COMPANION])
        with pytest.raises(errors.RoomsFull):
            await granted(database, people, [COMPANION])
        assert await taken(database) == {3}
        await database.read(check)

    async def test_more_than_a_room_sleeps_are_refused(self, database: Database, people: People) -> None:
        with pytest.raises(errors.TooManyHeads):
            await granted(database, people, [FIRST, LATER, COMPANION, COMPANION])

    async def test_one_whose_room_takes_longer_is_pending_and_then_has_its_passes(
        self, database: Database, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = await pending(database, people, monkeypatch)
        await planned(database, monkeypatch)
        view = await database.read(stay_view, NOON, HOUSE, made.stay.id, people.worker)
        assert view.status == "confirmed"
        assert await passes(database) == [("王大海", "issued", 1), ("林模范", "issued", 1)]
        await database.read(check)

    async def test_one_for_which_there_is_no_room_says_that_it_is_not_over(
        self, database: Database, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = await pending(database, people, monkeypatch)
        await planned(database, monkeypatch, Impossible(NO_ROOM))
        view = await database.read(stay_view, NOON, HOUSE, made.stay.id, people.worker)
        assert view.status == "refused"
        assert await taken(database) == {0}


async def pending(database: Database, people: People, monkeypatch: pytest.MonkeyPatch) -> Written:
    with monkeypatch.context() as slow:
        slow.setattr("booking.rooms.rules.assignment.rearrange", lambda *args: OutOfTime())
        made = await granted(database, people, [FIRST], [LATER])
    assert not made.taken.seated
    assert await passes(database) == []
    return made


async def planned(database: Database, monkeypatch: pytest.MonkeyPatch, outcome: Outcome | None = None) -> None:
    async def solve(question: Any, seconds: int) -> Outcome:
        return outcome or planner.find(question, seconds)

    monkeypatch.setattr(planner, "solve", solve)
    assert await planner.turn(database) == 1


class TestTheOrdinaryWays:
    async def test_lead_to_where_it_was_granted(self, database: Database, people: People) -> None:
        made = await granted(database, people)
        with pytest.raises(errors.StayGranted):
            await database.write(cancel_stay, people.worker, HOUSE, made.stay.id, CancelRequest())
        with pytest.raises(errors.StayGranted):
            await database.write(change_dates, people.desk, HOUSE, made.stay.id, DatesRequest(day(6), day(8)))
        view = await database.read(stay_view, NOON, HOUSE, made.stay.id, people.worker)
        assert (view.can_cancel, view.can_change, view.can_restore) == (False, False, False)

    async def test_an_end_cannot_be_taken_back_by_itself(self, database: Database, people: People) -> None:
        made = await granted(database, people)
        await database.write(locked(end_grant), people.worker.actor, HOUSE, made.stay.id)
        with pytest.raises(errors.WrongStayStatus):
            await database.write(restore_stay, people.worker, HOUSE, made.stay.id)


class TestEnding:
    async def test_gives_everything_back(self, database: Database, people: People) -> None:
        made = await granted(database, people, [FIRST, COMPANION], [LATER])
        ended = await database.write(locked(end_grant), people.worker.actor, HOUSE, made.stay.id)
        assert (ended.status, ended.price_fen) == ("cancelled", 0)
        assert await taken(database) == {0}
        assert {status for _, status, _ in await passes(database)} == {"canceled"}
        assert (
            await database.write(locked(end_grant), people.worker.actor, HOUSE, made.stay.id)
        ).sequence == ended.sequence
        await database.read(check)

    async def test_not_once_somebody_has_moved_in(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        made = await granted(database, people)
        clock.advance(days=5, hours=4)
        room = made.rooms[0].id
        await database.write(arrive, people.desk, HOUSE, room, ArriveRequest(documents=[Document("id", "1234", 0)]))
        with pytest.raises(errors.WrongStayStatus):
            await database.write(locked(end_grant), people.worker.actor, HOUSE, made.stay.id)


class TestStrangersWhoShare:
    async def test_each_has_a_pass_and_sees_the_stay(self, database: Database, people: People) -> None:
        made = await granted(database, people, [FIRST], lead=None)
        await database.write(locked(add_guest), people.model, HOUSE, made.stay.id, LATER)
        assert await passes(database) == [("王大海", "issued", 1), ("林模范", "issued", 1)]
        for member in (people.worker, people.model):
            mine = await database.read(stays_of, NOON, member, upcoming=True, after=None, limit=5)
            assert [one.id for one in mine.items] == [made.stay.id]
        assert await taken(database) == {1}
        await database.read(check)

    async def test_the_room_is_the_limit(self, database: Database, people: People) -> None:
        made = await granted(database, people, [FIRST, COMPANION], lead=None)
        await database.write(locked(add_guest), people.model, HOUSE, made.stay.id, LATER)
        with pytest.raises(errors.TooManyHeads):
            await database.write(
                locked(add_guest), people.desk, HOUSE, made.stay.id, Sleeper(103, "胡前台", pays=False)
            )

    async def test_whoever_leaves_takes_nothing_from_the_other(self, database: Database, people: People) -> None:
        made = await granted(database, people, [FIRST], lead=None)
        await database.write(locked(add_guest), people.model, HOUSE, made.stay.id, LATER)
        assert await database.write(locked(take_out_guest), people.worker, HOUSE, made.stay.id, 101) == 1
        assert await guests(database) == [(0, "林模范", False, True)]
        assert await passes(database) == [("王大海", "canceled", 1), ("林模范", "issued", 1)]
        assert await taken(database) == {1}
        assert await database.write(locked(take_out_guest), people.model, HOUSE, made.stay.id, 102) == 0
        assert await taken(database) == {0}
        await database.read(check)

    async def test_either_may_come_first_with_their_own_document(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        made = await granted(database, people, [FIRST], lead=None)
        await database.write(locked(add_guest), people.model, HOUSE, made.stay.id, LATER)
        clock.advance(days=5, hours=4)
        room = made.rooms[0].id
        await database.write(arrive, people.desk, HOUSE, room, ArriveRequest(documents=[Document("id", "4321", 1)]))
        await database.write(see_documents, people.desk, HOUSE, room, [Document("id", "1234", 0)])
        await database.read(check)
