"""The front desk: in, out, elsewhere, longer, and not at all."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from booking.checkin.models import Pass
from booking.db import Database, ReadSession, WriteSession
from booking.members.models import StandingEntry
from booking.notices.models import OutboxEntry
from booking.payments.queries import balance
from booking.rooms import errors, errors_desk
from booking.rooms.catalogue import House, houses
from booking.rooms.models import AllotmentNight, Guest, Room, RoomNight, Stay, StayRoom
from booking.rooms.queries.desk import desk_lists, desk_room
from booking.rooms.schemas_desk import (
    ArriveRequest,
    DepartRequest,
    DeskRoom,
    Document,
    ExtendRequest,
    RoomChangeRequest,
    WalkInRequest,
)
from booking.rooms.service import desk
from booking.rooms.service.desk.finding import ready_rooms
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOUSE, PUBLIC, TONIGHT, TWIN, People, day, populate, room, wish

SEEN = [Document("id", "123X")]


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def booked(
    tx: WriteSession, now: Any, who: Principal, arrival: int = 0, departure: int = 3, *rooms: Any, **more: Any
) -> list[StayRoom]:
    """A confirmed stay's rooms."""
    stay = hold_stay(tx, now, who, wish(arrival, departure, *rooms, **more))
    confirm_stay(tx, now, who, HOUSE, stay.id)
    return rooms_of(tx, stay.id)


def rooms_of(tx: ReadSession, stay_id: int) -> list[StayRoom]:
    return tx.all(select(StayRoom).where(StayRoom.stay_id == stay_id).order_by(StayRoom.number))


def shown(tx: ReadSession, room_id: int) -> StayRoom:
    found = tx.get(StayRoom, place_id=HOUSE, id=room_id)
    assert found
    return found


def claims(tx: ReadSession, stay_room: int) -> list[tuple[int, int]]:
    rows = select(RoomNight.night, RoomNight.room_id).where(RoomNight.stay_room_id == stay_room)
    return [(night - TONIGHT, number) for night, number in tx.execute(rows.order_by(RoomNight.night))]


def taken(tx: ReadSession, kind: int = TWIN) -> list[int]:
    rows = select(AllotmentNight.taken).where(AllotmentNight.type_id == kind, AllotmentNight.allotment_id == PUBLIC)
    return [count for (count,) in tx.execute(rows.order_by(AllotmentNight.night).limit(8))]


def state(tx: ReadSession, number: int) -> str:
    return str(tx.scalar(select(Room.housekeeping).where(Room.id == number)))


def make(tx: WriteSession, now: Any, how: str, *rooms: int | None) -> None:
    changed = update(Room).values(housekeeping=how)
    tx.execute(changed.where(Room.id.in_(rooms)) if rooms else changed)


def sent(tx: ReadSession, topic: str) -> list[Any]:
    return [one.payload for one in tx.all(select(OutboxEntry).where(OutboxEntry.topic == topic))]


async def arrived(database: Database, people: People, arrival: int = 0, departure: int = 3, **more: Any) -> DeskRoom:
    mine = await database.write(booked, people.worker, arrival, departure)
    request = ArriveRequest(documents=SEEN, **more)
    return await database.write(desk.arrive, people.desk, HOUSE, mine[0].id, request)


class TestArrive:
    async def test_gives_the_room_a_pass_and_a_key_card(self, database: Database, people: People) -> None:
        view = await arrived(database, people, card="A1", deposit="cash")
        assert (view.state, view.housekeeping, view.deposit_due_fen) == ("in_house", "inspected", 0)
        assert view.deposit_fen == 13000  # a fifth of two weekday nights and one weekend night
        row = await database.read(shown, view.id)
        assert (row.status, row.pinned) == ("in_house", "in_house")
        guest = await database.read(lambda tx: tx.get(Guest, place_id=HOUSE, stay_room_id=view.id, number=0))
        assert guest
        assert guest.identity == "id:123X"
        assert guest.pass_id
        known = await database.read(lambda tx: tx.get(Pass, place_id=HOUSE, id=guest.pass_id))
        assert known
        assert known.valid_from == database.clock()
        assert known.zones == [1, 3]
        (card,) = await database.read(sent, "keycard.encode")
        assert (card["card"], card["door"], card["stay_room"]) == ("A1", view.room, view.id)

    async def test_is_the_staffs_alone(self, database: Database, people: People) -> None:
        (mine,) = await database.write(booked, people.worker)
        with pytest.raises(errors.NotStaff):
            await database.write(desk.arrive, people.worker, HOUSE, mine.id, ArriveRequest(documents=SEEN))
        with pytest.raises(errors_desk.StayRoomNotFound):
            await database.write(desk.arrive, people.desk, HOUSE, 99, ArriveRequest(documents=SEEN))

    async def test_wants_the_document_of_whoever_answers_for_the_room(self, database: Database, people: People) -> None:
        (mine,) = await database.write(booked, people.worker)
        with pytest.raises(errors_desk.DocumentMissing):
            await database.write(desk.arrive, people.desk, HOUSE, mine.id, ArriveRequest(documents=[]))
        wrong = [Document("id", "1234", 4)]
        with pytest.raises(errors_desk.NoSuchGuest):
            await database.write(desk.arrive, people.desk, HOUSE, mine.id, ArriveRequest(documents=wrong))

    async def test_not_before_its_day_and_late_until_morning(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        (mine,) = await database.write(booked, people.worker, 1, 2)
        with pytest.raises(errors_desk.ArrivesAnotherDay):
            await database.write(desk.arrive, people.desk, HOUSE, mine.id, ArriveRequest(documents=SEEN))
        clock.advance(days=1, hours=14)  # two in the morning: still the night that was booked
        view = await database.write(desk.arrive, people.desk, HOUSE, mine.id, ArriveRequest(documents=SEEN))
        assert view.state == "in_house"

    async def test_twice_is_refused(self, database: Database, people: People) -> None:
        view = await arrived(database, people)
        with pytest.raises(errors_desk.WrongRoomStatus):
            await database.write(desk.arrive, people.desk, HOUSE, view.id, ArriveRequest(documents=SEEN))

    async def test_a_dirty_room_names_those_that_are_ready(self, database: Database, people: People) -> None:
        (mine,) = await database.write(booked, people.worker)
        await database.write(make, "dirty")
        with pytest.raises(errors_desk.NoRoomReady):
            await database.write(desk.arrive, people.desk, HOUSE, mine.id, ArriveRequest(documents=SEEN))
        other = next(one for one in range(1, 11) if one != mine.room_id)
        await database.write(make, "clean", other)
        with pytest.raises(errors_desk.RoomNotReady) as refused:
            await database.write(desk.arrive, people.desk, HOUSE, mine.id, ArriveRequest(documents=SEEN))
        assert [one.id for one in refused.value.params["alternatives"]] == [other]
        request = ArriveRequest(documents=SEEN, room=other)
        view = await database.write(desk.arrive, people.desk, HOUSE, mine.id, request)
        assert view.room_id == other
        assert await database.read(claims, mine.id) == [(0, other), (1, other), (2, other)]
        await database.read(check)

    async def test_a_ready_room_of_others_is_swapped_only_if_they_fit_elsewhere(
        self, database: Database, people: People
    ) -> None:
        (mine,) = await database.write(booked, people.worker)
        (theirs,) = await database.write(booked, people.model)
        (fixed,) = await database.write(booked, people.desk, 0, 3, room(room=9))
        await database.write(make, "dirty")
        await database.write(make, "clean", theirs.room_id, fixed.room_id)
        offered = await database.write(lambda tx, now: ready_rooms(tx, now, house_of(tx), mine))
        assert [(one.id, one.swap) for one in offered] == [(theirs.room_id, True)]
        request = ArriveRequest(documents=SEEN, room=theirs.room_id)
        await database.write(desk.arrive, people.desk, HOUSE, mine.id, request)
        moved = await database.read(shown, theirs.id)
        assert moved.room_id not in (theirs.room_id, fixed.room_id)
        blocked = ArriveRequest(documents=SEEN, room=fixed.room_id)
        with pytest.raises(errors.RoomTaken):
            await database.write(desk.arrive, people.desk, HOUSE, theirs.id, blocked)


def house_of(tx: ReadSession) -> House:
    return houses(tx).house(HOUSE)


class TestDepart:
    async def test_wants_the_folio_settled(self, database: Database, people: People, clock: SettableClock) -> None:
        view = await arrived(database, people)
        clock.advance(days=3)
        with pytest.raises(errors_desk.FolioOpen):
            await database.write(desk.depart, people.desk, HOUSE, view.id, DepartRequest())
        gone = await database.write(desk.depart, people.desk, HOUSE, view.id, DepartRequest(pay="wechat"))
        assert (gone.status, gone.owed_fen) == ("departed", 0)
        assert await database.read(state, view.room_id or 0) == "dirty"
        stay = await database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=view.stay))
        assert stay
        assert stay.status == "stayed"
        ended = await database.read(lambda tx: tx.scalar(select(Pass.status).where(Pass.subject_id == view.id)))
        assert ended == "canceled"
        assert len(await database.read(sent, "keycard.cancel")) == 1

    async def test_or_left_open_with_a_reason(self, database: Database, people: People, clock: SettableClock) -> None:
        view = await arrived(database, people)
        clock.advance(days=3)
        request = DepartRequest(leave_open="单位月底统一结账")
        gone = await database.write(desk.depart, people.desk, HOUSE, view.id, request)
        assert gone.owed_fen == 65000

    async def test_early_gives_nights_back_for_the_policys_fee(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        view = await arrived(database, people, 0, 3, deposit="cash")
        clock.advance(days=1)
        assert (await database.read(taken))[:4] == [1, 1, 1, 0]
        gone = await database.write(desk.depart, people.desk, HOUSE, view.id, DepartRequest(pay="cash"))
        assert gone.departure == day(1)
        assert (await database.read(taken))[:4] == [1, 0, 0, 0]
        assert [night for night, _ in await database.read(claims, view.id)] == [0]
        stay = await database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=view.stay))
        assert stay
        # ¥200 slept; ¥200 the same day and ¥250 a day ahead, of which the ladder keeps half each
        assert stay.price_fen == 20000 + 10000 + 12500
        standing = await database.read(balance, HOUSE, stay.folio_id or 0)
        assert (standing.owed, standing.deposit, standing.paid_in_all) == (0, 0, 42500)
        assert standing.charged == stay.price_fen

    async def test_on_the_day_of_arrival_the_first_night_stays(self, database: Database, people: People) -> None:
        view = await arrived(database, people)
        gone = await database.write(desk.depart, people.desk, HOUSE, view.id, DepartRequest(pay="card"))
        assert gone.departure == day(1)

    async def test_a_credit_goes_back_the_way_it_came(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        rooms = await database.write(booked, people.worker, 0, 2, room(), room())
        for one in rooms:
            request = ArriveRequest(documents=SEEN, deposit="cash")
            await database.write(desk.arrive, people.desk, HOUSE, one.id, request)
        clock.advance(days=2)
        first = await database.write(desk.depart, people.desk, HOUSE, rooms[0].id, DepartRequest())
        assert first.owed_fen == 80000  # asked for with the last room
        last = await database.write(desk.depart, people.desk, HOUSE, rooms[1].id, DepartRequest(pay="card"))
        assert (last.owed_fen, last.deposit_fen) == (0, 0)


class TestChangeRoom:
    async def test_in_the_house_the_nights_from_today_move(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        view = await arrived(database, people)
        clock.advance(days=1)
        other = 10 if view.room_id != 10 else 9
        request = RoomChangeRequest(other, "空调不制冷")
        moved = await database.write(desk.change_room, people.desk, HOUSE, view.id, request)
        assert moved.room_id == other
        origin = view.room_id
        assert await database.read(claims, view.id) == [(0, origin), (1, other), (2, other)]
        assert await database.read(state, origin or 0) == "dirty"
        assert len(await database.read(sent, "keycard.encode")) == 2
        with pytest.raises(errors_desk.SameRoom):
            await database.write(desk.change_room, people.desk, HOUSE, view.id, request)
        with pytest.raises(errors_desk.OtherType):
            await database.write(desk.change_room, people.desk, HOUSE, view.id, RoomChangeRequest(21, "升级"))

    async def test_another_type_before_anybody_slept(self, database: Database, people: People) -> None:
        view = await arrived(database, people)
        moved = await database.write(desk.change_room, people.desk, HOUSE, view.id, RoomChangeRequest(21, "升级"))
        assert moved.room == "B021"
        assert (await database.read(taken))[:3] == [0, 0, 0]
        assert (await database.read(taken, DOUBLE))[:3] == [1, 1, 1]
        held = await database.read(lambda tx: tx.scalar(select(Pass.zones).where(Pass.subject_id == view.id)))
        assert held == [2, 3]
        await database.read(check)

    async def test_expected_guests_keep_what_was_chosen_for_them(self, database: Database, people: People) -> None:
        (mine,) = await database.write(booked, people.worker, 2, 5)
        (theirs,) = await database.write(booked, people.model, 2, 5)
        request = RoomChangeRequest(theirs.room_id or 0, "靠近电梯")
        moved = await database.write(desk.change_room, people.desk, HOUSE, mine.id, request)
        assert moved.room_id == theirs.room_id
        assert (await database.read(shown, mine.id)).pinned == "chosen"
        assert (await database.read(shown, theirs.id)).room_id != theirs.room_id

    async def test_guests_do_not_move_into_a_dirty_room(self, database: Database, people: People) -> None:
        view = await arrived(database, people)
        await database.write(make, "dirty", 8)
        with pytest.raises(errors_desk.NoRoomReady):
            await database.write(desk.change_room, people.desk, HOUSE, view.id, RoomChangeRequest(8, "换"))


class TestExtend:
    async def test_takes_and_charges_more_nights(self, database: Database, people: People) -> None:
        view = await arrived(database, people, 0, 2)
        longer = await database.write(desk.extend, people.desk, HOUSE, view.id, ExtendRequest(day(4)))
        assert longer.departure == day(4)
        assert (await database.read(taken))[:5] == [1, 1, 1, 1, 0]
        assert await database.read(claims, view.id) == [(night, view.room_id) for night in range(4)]
        assert longer.owed_fen == 20000 + 20000 + 25000 + 25000
        await database.read(check)
        with pytest.raises(errors.DatesCross):
            await database.write(desk.extend, people.desk, HOUSE, view.id, ExtendRequest(day(4)))

    async def test_pays_for_nights_that_were_slept_beyond_the_date(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        view = await arrived(database, people, 0, 1)
        clock.advance(days=3)
        longer = await database.write(desk.extend, people.desk, HOUSE, view.id, ExtendRequest(day(3)))
        assert longer.owed_fen == 20000 + 20000 + 25000
        assert await database.read(claims, view.id) == [(night, view.room_id) for night in range(3)]
        await database.read(check)

    async def test_moves_others_but_not_those_who_chose(self, database: Database, people: People) -> None:
        view = await arrived(database, people, 0, 2)
        (next_one,) = await database.write(booked, people.desk, 2, 4, room(room=view.room_id))
        with pytest.raises(errors.RoomTaken):
            await database.write(desk.extend, people.desk, HOUSE, view.id, ExtendRequest(day(3)))
        assert (await database.read(taken))[:4] == [1, 1, 1, 1]
        assert next_one.room_id == view.room_id


class TestNoShow:
    async def test_after_the_hour_with_fee_and_points(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        (mine,) = await database.write(booked, people.worker, 0, 2)
        clock.advance(hours=17)
        with pytest.raises(errors_desk.StillKept):
            await database.write(desk.mark_no_show, people.desk, HOUSE, mine.stay_id)
        clock.advance(hours=2)
        view = await database.write(desk.mark_no_show, people.desk, HOUSE, mine.stay_id)
        assert (view.status, view.price_fen) == ("no_show", 40000)
        points = await database.read(lambda tx: tx.scalar(select(func.sum(StandingEntry.points))))
        assert points == 2
        assert (await database.read(taken))[:2] == [0, 0]
        await database.read(check)


class TestWalkIn:
    async def test_books_and_lets_in_at_once(self, database: Database, people: People) -> None:
        await database.write(make, "dirty")
        await database.write(make, "inspected", 7)
        request = WalkInRequest(stay=wish(0, 1), documents=[SEEN], deposit="cash")
        (view,) = await database.write(desk.walk_in, people.desk, HOUSE, request)
        assert (view.state, view.room_id, view.deposit_fen) == ("in_house", 7, 6400)
        stay = await database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=view.stay))
        assert stay
        assert stay.source == "desk"
        later = WalkInRequest(stay=wish(1, 2), documents=[SEEN])
        with pytest.raises(errors_desk.ArrivesAnotherDay):
            await database.write(desk.walk_in, people.desk, HOUSE, later)


class TestLists:
    async def test_say_who_comes_who_leaves_and_who_is_here(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        first = await arrived(database, people, 0, 2)
        (late,) = await database.write(booked, people.model, 0, 3)
        (gone,) = await database.write(booked, people.worker, 0, 1)
        await database.write(desk.arrive, people.desk, HOUSE, gone.id, ArriveRequest(documents=SEEN))
        clock.advance(days=1)
        await database.write(desk.depart, people.desk, HOUSE, gone.id, DepartRequest(pay="cash"))
        clock.advance(days=1, hours=1)
        (coming,) = await database.write(booked, people.worker, 2, 4)
        lists = await database.read(desk_lists, clock(), HOUSE, TONIGHT + 2)
        assert [(one.id, one.state) for one in lists.arrivals] == [(late.id, "late"), (coming.id, "expected")]
        assert [(one.id, one.state) for one in lists.departures] == [(first.id, "overdue")]
        assert [one.id for one in lists.in_house] == [first.id]
        assert lists.in_house[0].guests[0].identified
        before = await database.read(desk_lists, clock(), HOUSE, TONIGHT + 1)
        assert [(one.id, one.state) for one in before.departures] == [(gone.id, "left")]

    async def test_a_room_by_itself(self, database: Database, people: People) -> None:
        view = await arrived(database, people)
        assert await database.read(desk_room, database.clock(), HOUSE, view.id) == view
        assert view.departure - view.arrival == timedelta(3)
        assert isinstance(view.arrival, date)
