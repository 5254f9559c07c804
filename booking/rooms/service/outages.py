"""Rooms out of order for some nights: who may move does, and nobody is displaced; for that there is the rehearsal."""

from collections import Counter
from datetime import datetime

from sqlalchemy import delete, update

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.rooms.catalogue import House, RoomNotFound, houses
from booking.rooms.errors import NoNightsLeft, OutageNotFound, RoomsInUse
from booking.rooms.errors_manage import OutageByChange
from booking.rooms.models import LONGEST_STAY, Outage, RoomNight
from booking.rooms.queries import assigning
from booking.rooms.rules.assignment import Block, Move, plan_closing
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import OutageRequest
from booking.rooms.service import allocation, inventory, terms
from booking.rooms.service.allotments import check_staff
from booking.web.facts import Day
from booking.web.principal import Principal


def take_out(tx: WriteSession, now: datetime, actor: Principal, place_id: int, request: OutageRequest) -> int:
    """Put rooms out of order; whoever may move gets an equal room. Answers the id of the outage.

    Raises:
        NotStaff: the actor is none.
        RoomNotFound: there is no such room.
        NotOnSale: the nights are over, or beyond the horizon.
        RoomsInUse: a room is lived in, chosen, out of order already, or no other is left for its guests.
        NoNightsLeft: the pools have sold more rooms of a type than would be left.
    """
    check_staff(actor, place_id)
    house = houses(tx).house(place_id)
    nights = request.nights
    terms.check_nights(house, now, nights, staff=True)
    if any(room not in house.rooms for room in request.rooms):
        raise RoomNotFound
    rooms = sorted(set(request.rooms))
    counted = Counter(house.rooms[room].type_id for room in rooms)
    inventory.lock_types(tx, place_id, counted)
    _make_way(tx, now, house, rooms, nights)
    outage = _store(tx, now, actor, house, rooms, request)
    _claim(tx, house, rooms, nights, outage)
    for kind, count in sorted(counted.items()):
        lacking = inventory.shrink(tx, house, kind, nights, count)
        if lacking:
            raise NoNightsLeft(type=terms.named(house.type(kind)), night=Day(date_of(lacking[0])))
    subject = f"outage:{place_id}:{outage}"
    detail = {"rooms": rooms, "first": request.first.isoformat(), "until": request.until.isoformat()}
    record(tx, now, actor=actor.actor, place_id=place_id, action="rooms.taken_out", subject=subject, detail=detail)
    tx.touch(house.topic)
    return outage


def _make_way(tx: WriteSession, now: datetime, house: House, rooms: list[int], nights: Nights) -> None:
    """Move whoever lives in these rooms."""
    kinds = {house.rooms[room].type_id for room in rooms}
    window = Nights(nights.arrival - LONGEST_STAY, nights.departure + LONGEST_STAY)
    shot = assigning.snapshot(tx, house, kinds, window)
    closing = [Block(room, nights.arrival, nights.departure) for room in rooms]
    plan = plan_closing(shot, closing)
    pinned = {stay.id for stay in shot.stays if stay.pinned}
    stuck = {*plan.displaced, *plan.in_house, *(fate.stay for fate in plan.fates if fate.stay in pinned)}
    if stuck:
        raise RoomsInUse(night=Day(date_of(nights.arrival)), count=len(stuck))
    moves = [Move(fate.stay, fate.origin, fate.room) for fate in plan.fates if fate.room is not None]
    moved = allocation.move(tx, now, house, moves)
    allocation.claim(tx, house, [(one.id, one.room_id or 0, Nights(one.arrival, one.departure)) for one in moved])


def _claim(tx: WriteSession, house: House, rooms: list[int], nights: Nights, outage: int) -> None:
    rows: list[dict[str, int | None]] = [
        {"place_id": house.id, "night": night, "room_id": room, "stay_room_id": None, "outage_id": outage}
        for room in rooms
        for night in nights
    ]
    if not allocation.write_claims(tx, rows):
        raise RoomsInUse(night=Day(date_of(nights.arrival)), count=1)


def _store(
    tx: WriteSession, now: datetime, actor: Principal, house: House, rooms: list[int], request: OutageRequest
) -> int:
    outage = tx.ids.next()
    row = {
        "place_id": house.id,
        "id": outage,
        "reason": request.reason,
        "rooms": rooms,
        "from_night": request.nights.arrival,
        "until_night": request.nights.departure,
        "change_id": None,
        "created_by": actor.member_id,
        "created_at": now,
        "lifted_at": None,
    }
    tx.execute(insert(tx, Outage), row)
    return outage


def lift_outage(tx: WriteSession, now: datetime, actor: Principal, place_id: int, outage_id: int) -> None:
    """Give the rooms of an outage back to the public.

    Raises:
        NotStaff: the actor is none.
        OutageNotFound: there is none, or it was lifted.
        OutageByChange: a rehearsed change made it: that is undone as a whole, with those whom it moved.
    """
    check_staff(actor, place_id)
    house = houses(tx).house(place_id)
    found = tx.get(Outage, place_id=place_id, id=outage_id)
    if found is None or found.lifted_at is not None:
        raise OutageNotFound
    if found.change_id is not None:
        raise OutageByChange(reason=found.reason, change=found.change_id)
    counted = Counter(house.rooms[room].type_id for room in found.rooms if room in house.rooms)
    inventory.lock_types(tx, place_id, counted)
    mine = update(Outage).where(Outage.place_id == place_id, Outage.id == outage_id, Outage.lifted_at.is_(None))
    if tx.execute(mine.values(lifted_at=now)).rowcount != 1:
        raise OutageNotFound
    tx.execute(delete(RoomNight).where(RoomNight.place_id == place_id, RoomNight.outage_id == outage_id))
    for kind, count in sorted(counted.items()):
        inventory.grow(tx, house, kind, Nights(found.from_night, found.until_night), count)
    subject = f"outage:{place_id}:{outage_id}"
    record(tx, now, actor=actor.actor, place_id=place_id, action="rooms.given_back", subject=subject)
    tx.touch(house.topic)
