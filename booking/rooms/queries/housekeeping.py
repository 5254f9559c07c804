"""The floor plan: every room with its state, who lives in it, who leaves and who comes."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, select

from booking.db import ReadSession
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Guest, Outage, Room, RoomNight, StayRoom
from booking.rooms.rules.housekeeping import Door, in_order, priority
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas_desk import Floor, FloorPlan, FloorRoom


class _Living(NamedTuple):
    """Who has a room today: in the house, and to come."""

    guest: str = ""
    leaving: bool = False
    arriving: str = ""


def floor_plan(tx: ReadSession, place_id: int, night: int) -> FloorPlan:
    """Wings, floors and rooms on a hotel day: two statements.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    states = _states(tx, house, night)
    living = _living(tx, house, night)
    doors = {room: _door(states[room], living.get(room, _Living())) for room in states}
    rooms = [house.rooms[room] for room in states if room in house.rooms]
    rooms.sort(key=lambda room: (room.wing, room.floor, room.number))
    floors = [
        Floor(
            wing, floor, [_shown(room, states[room.id], living.get(room.id, _Living()), doors[room.id]) for room in on]
        )
        for (wing, floor), on in groupby(rooms, key=lambda room: (room.wing, room.floor))
    ]
    return FloorPlan(date_of(night), floors, [door.room for door in in_order(doors[room.id] for room in rooms)])


def _states(tx: ReadSession, house: House, night: int) -> Mapping[int, Row[Any]]:
    """Housekeeping of every room, and the outage that takes it that night."""
    taken = and_(
        RoomNight.place_id == Room.place_id,
        RoomNight.room_id == Room.id,
        RoomNight.night == night,
        RoomNight.outage_id.is_not(None),
    )
    why = and_(Outage.place_id == RoomNight.place_id, Outage.id == RoomNight.outage_id)
    columns = select(Room.id, Room.housekeeping, Room.housekeeping_at, RoomNight.outage_id, Outage.reason)
    found = columns.outerjoin(RoomNight, taken).outerjoin(Outage, why)
    return {row.id: row for row in tx.execute(found.where(Room.place_id == house.id, Room.retired_at.is_(None)))}


def _living(tx: ReadSession, house: House, night: int) -> Mapping[int, _Living]:
    """Who is in each room, and who is to come into it today."""
    first = and_(Guest.place_id == StayRoom.place_id, Guest.stay_room_id == StayRoom.id, Guest.number == 0)
    columns = select(StayRoom.room_id, StayRoom.status, StayRoom.arrival, StayRoom.departure, Guest.name)
    here = columns.outerjoin(Guest, first).where(
        StayRoom.place_id == house.id,
        StayRoom.room_id.is_not(None),
        StayRoom.status.in_(("in_house", "expected")),
        StayRoom.arrival <= night,
        (StayRoom.status == "in_house") | (StayRoom.departure > night),
    )
    found: dict[int, _Living] = {}
    for row in tx.execute(here.order_by(StayRoom.id)):
        known = found.get(row.room_id, _Living())
        name = row.name or ""
        if row.status == "in_house":
            known = known._replace(guest=name, leaving=row.departure <= night)
        else:
            known = known._replace(arriving=name)
        found[row.room_id] = known
    return found


def _door(state: Row[Any], living: _Living) -> Door:
    return Door(
        room=state.id,
        state=state.housekeeping,
        occupied=bool(living.guest),
        leaving=living.leaving,
        arriving=bool(living.arriving),
        out_of_order=state.outage_id is not None,
    )


def _shown(room: Room, state: Row[Any], living: _Living, door: Door) -> FloorRoom:
    return FloorRoom(
        id=room.id,
        number=room.number,
        type=room.type_id,
        accessible=room.accessible,
        housekeeping=state.housekeeping,
        housekeeping_at=state.housekeeping_at,
        out_of_order=door.out_of_order,
        outage_reason=state.reason or "",
        guest=living.guest,
        leaving=living.leaving,
        arriving=living.arriving,
        priority=priority(door),
    )


def ready_states(tx: ReadSession, house: House, rooms: Iterable[int]) -> dict[int, str]:
    """The housekeeping state of some rooms."""
    wanted = select(Room.id, Room.housekeeping).where(Room.place_id == house.id, Room.id.in_(sorted(rooms)))
    return {row.id: row.housekeeping for row in tx.execute(wanted)}
