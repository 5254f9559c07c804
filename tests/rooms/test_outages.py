"""Rooms offline: rehearsed, applied as shown, undone in one step."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from booking.db import Database, ReadSession, WriteSession
from booking.notices.models import InboxMessage
from booking.payments.queries import balance
from booking.payments.service import take_payment
from booking.rehearsal import kinds, service
from booking.rehearsal.errors import PlanChanged, TakenMeanwhile
from booking.rehearsal.rules import Plan, headline
from booking.rooms import errors_desk
from booking.rooms.catalogue import RoomNotFound
from booking.rooms.models import AllotmentNight, Outage, RoomNight, Stay, StayRoom
from booking.rooms.schemas import CancelRequest
from booking.rooms.schemas_desk import ArriveRequest, Document
from booking.rooms.service.desk import arrive
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.offline import TAKE_OFFLINE
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOLD_BACK, HOUSE, PUBLIC, TONIGHT, TWIN, People, day, populate, room, wish

kinds.register(TAKE_OFFLINE)


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def request(first: int, until: int, *rooms: int) -> dict[str, Any]:
    return {"rooms": list(rooms), "first": str(day(first)), "until": str(day(until)), "reason": "换热水器"}


def booked(tx: WriteSession, now: datetime, who: Principal, first: int, until: int, *rooms: Any) -> list[StayRoom]:
    stay = hold_stay(tx, now, who, wish(first, until, *rooms))
    confirm_stay(tx, now, who, HOUSE, stay.id)
    return tx.all(select(StayRoom).where(StayRoom.stay_id == stay.id).order_by(StayRoom.number))


def again(tx: ReadSession, stay_room: int) -> StayRoom:
    found = tx.get(StayRoom, place_id=HOUSE, id=stay_room)
    assert found
    return found


def pools(tx: ReadSession, night: int, kind: int = TWIN) -> dict[int, tuple[int, int]]:
    mine = select(AllotmentNight).where(AllotmentNight.night == TONIGHT + night, AllotmentNight.type_id == kind)
    return {row.allotment_id: (row.capacity, row.taken) for row in tx.all(mine)}


async def rehearsed(database: Database, asked: dict[str, Any]) -> Plan:
    return await database.read(service.rehearse, database.clock(), HOUSE, "rooms.take_offline", asked)


async def applied(database: Database, asked: dict[str, Any]) -> int:
    change = await database.write(service.draft, place_id=HOUSE, kind="rooms.take_offline", request=asked, by=103)
    await database.write(service.apply, place_id=HOUSE, change_id=change, by=103)
    return change


async def undone(database: Database, change: int) -> None:
    await database.write(service.undo, place_id=HOUSE, change_id=change, by=103)


def messages(tx: ReadSession, member: int) -> list[str]:
    mine = select(InboxMessage.kind).where(InboxMessage.member_id == member).order_by(InboxMessage.id)
    return [kind for (kind,) in tx.execute(mine)]


class TestPlan:
    async def test_an_empty_room_affects_nobody_and_names_who_gives(self, database: Database, people: People) -> None:
        plan = await rehearsed(database, request(2, 4, 1, 2))
        assert (plan.effects, plan.search) == ((), "unneeded")
        gives = [(one["night"] - TONIGHT, one["pool"], one["rooms"]) for one in plan.steps["gives"]]
        assert gives == [(2, HOLD_BACK, 1), (2, PUBLIC, 1), (3, HOLD_BACK, 1), (3, PUBLIC, 1)]

    async def test_refuses_what_cannot_be(self, database: Database, people: People) -> None:
        with pytest.raises(RoomNotFound):
            await rehearsed(database, request(2, 4, 99))
        with pytest.raises(errors_desk.OutageOver):
            await rehearsed(database, request(-1, 4, 1))
        with pytest.raises(errors_desk.OutageTooLong):
            await rehearsed(database, request(4, 4, 1))
        await applied(database, request(2, 4, 1))
        with pytest.raises(errors_desk.AlreadyOut):
            await rehearsed(database, request(3, 5, 1, 2))

    async def test_the_cheapest_are_displaced_when_some_must_be(self, database: Database, people: People) -> None:
        for _ in range(2):
            await database.write(booked, people.worker, 2, 4, room(DOUBLE))
        await database.write(booked, people.desk, 2, 3, room(DOUBLE))
        await database.write(booked, people.desk, 2, 4, room(DOUBLE))
        plan = await rehearsed(database, request(2, 4, 21))
        counts = headline(plan)
        assert (counts.displaced, counts.refund_fen) == (1, 0)
        (lost,) = [effect for effect in plan.effects if effect.outcome == "refunded"]
        assert plan.search == "optimal"
        assert lost.params["offer"] is not None
        assert lost.message == "rooms.displaced_nearby"


class TestApply:
    async def test_moves_everyone_who_fits(self, database: Database, people: People) -> None:
        (chosen,) = await database.write(booked, people.worker, 2, 5, room(room=4))
        (other,) = await database.write(booked, people.model, 2, 5)
        asked = request(3, 6, 4, other.room_id or 0)
        change = await applied(database, asked)
        moved = await database.read(again, chosen.id)
        assert moved.room_id not in (4, other.room_id)
        assert moved.pinned == "chosen"
        assert (await database.read(messages, people.worker.member_id))[-1] == "rooms.moved"
        assert (await database.read(messages, people.model.member_id))[-1] == "stay.confirmed"
        assert await database.read(pools, 3) == {PUBLIC: (8, 2), HOLD_BACK: (0, 0)}
        await database.read(check)
        await undone(database, change)
        assert (await database.read(again, chosen.id)).room_id == 4
        assert (await database.read(again, other.id)).room_id == other.room_id
        assert (await database.read(messages, people.worker.member_id))[-1] == "rooms.moved_back"
        assert await database.read(pools, 3) == {PUBLIC: (9, 2), HOLD_BACK: (1, 0)}
        await database.read(check)

    async def test_displaces_with_all_money_back_and_brings_back(self, database: Database, people: People) -> None:
        rooms = [(await database.write(booked, people.worker, 2, 4, room(DOUBLE)))[0] for _ in range(4)]
        for one in rooms:
            await database.write(pay, one.stay_id, 60000)
        change = await applied(database, request(2, 4, 21, 22))
        now = [await database.read(again, one.id) for one in rooms]
        lost = [one for one in now if one.status == "displaced"]
        assert len(lost) == 2
        for one in lost:
            stay = await database.read(stay_of, one)
            assert (stay.status, stay.price_fen) == ("displaced", 0)
            assert (await database.read(balance, HOUSE, stay.folio_id or 0)).paid_in_all == 0
        told = await database.read(messages, people.worker.member_id)
        assert told.count("rooms.displaced_nearby") == 2
        await undone(database, change)
        for one, was in zip([await database.read(again, one.id) for one in rooms], rooms, strict=True):
            assert (one.status, one.room_id) == ("expected", was.room_id)
        stay = await database.read(stay_of, lost[0])
        assert (stay.status, stay.price_fen) == ("confirmed", 60000)
        assert (await database.read(messages, people.worker.member_id)).count("rooms.brought_back") == 2
        assert await database.read(pools, 2, DOUBLE) == {PUBLIC: (4, 4), HOLD_BACK: (0, 0)}

    async def test_guests_in_the_house_stay_and_their_room_closes_after_them(
        self, database: Database, people: People
    ) -> None:
        (here,) = await database.write(booked, people.worker, 0, 3)
        seen = ArriveRequest(documents=[Document("id", "1234")])
        await database.write(arrive, people.desk, HOUSE, here.id, seen)
        number = here.room_id or 0
        plan = await rehearsed(database, request(1, 5, number, 10))
        assert [effect.outcome for effect in plan.effects] == ["kept"]
        await applied(database, request(1, 5, number, 10))
        outages = await database.read(lambda tx: tx.all(select(Outage).order_by(Outage.from_night)))
        assert [(one.from_night - TONIGHT, one.rooms) for one in outages] == [(1, [10]), (3, [number])]
        assert await database.read(pools, 1) == {PUBLIC: (9, 1), HOLD_BACK: (0, 0)}
        assert await database.read(pools, 3) == {PUBLIC: (8, 0), HOLD_BACK: (0, 0)}
        await database.read(check)

    async def test_what_changed_since_is_shown_again(self, database: Database, people: People) -> None:
        asked = request(2, 4, 21)
        change = await database.write(service.draft, place_id=HOUSE, kind="rooms.take_offline", request=asked, by=103)
        await database.write(booked, people.worker, 2, 4, room(DOUBLE, room=21))
        with pytest.raises(PlanChanged):
            await database.write(service.apply, place_id=HOUSE, change_id=change, by=103)
        assert await database.read(lambda tx: tx.all(select(Outage))) == []


class TestUndo:
    async def test_whoever_cancelled_meanwhile_stays_away(self, database: Database, people: People) -> None:
        (chosen,) = await database.write(booked, people.worker, 2, 5, room(room=4))
        change = await applied(database, request(3, 6, 4))
        await database.write(cancel_stay, people.worker, HOUSE, chosen.stay_id, CancelRequest())
        await undone(database, change)
        assert (await database.read(again, chosen.id)).status == "cancelled"
        await database.read(check)

    async def test_refuses_where_others_took_the_place(self, database: Database, people: People) -> None:
        (chosen,) = await database.write(booked, people.worker, 2, 5, room(room=4))
        change = await applied(database, request(3, 6, 4))
        # the night before the outage is open to others, and belongs to the room that was chosen
        await database.write(booked, people.model, 2, 3, room(room=4))
        with pytest.raises(TakenMeanwhile):
            await undone(database, change)
        assert (await database.read(again, chosen.id)).room_id != 4
        await database.read(check)

    async def test_leaves_no_claim(self, database: Database, people: People) -> None:
        change = await applied(database, request(0, 30, *range(1, 11)))
        assert await database.read(pools, 5) == {PUBLIC: (0, 0), HOLD_BACK: (0, 0)}
        await undone(database, change)
        assert await database.read(lambda tx: tx.all(select(RoomNight))) == []
        assert await database.read(pools, 5) == {PUBLIC: (9, 0), HOLD_BACK: (1, 0)}


def stay_of(tx: ReadSession, one: StayRoom) -> Stay:
    found = tx.get(Stay, place_id=HOUSE, id=one.stay_id)
    assert found
    return found


def pay(tx: WriteSession, now: datetime, stay_id: int, fen: int) -> None:
    stay = tx.get(Stay, place_id=HOUSE, id=stay_id)
    assert stay
    take_payment(tx, now, place_id=HOUSE, folio_id=stay.folio_id or 0, method="cash", fen=fen, actor="test")
