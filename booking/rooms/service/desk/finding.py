"""What the desk's commands begin with: who asks, which room of which stay, and which rooms are ready."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.db import ReadSession, WriteSession
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import NotStaff, StayChanged
from booking.rooms.errors_desk import StayRoomNotFound, WrongRoomStatus
from booking.rooms.models import RoomNight, Stay, StayRoom
from booking.rooms.queries import assigning
from booking.rooms.queries.housekeeping import ready_states
from booking.rooms.queries.stays import is_staff
from booking.rooms.rules import assignment
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas_desk import ReadyRoom
from booking.rooms.service import allocation
from booking.rooms.service.inventory import lock_types
from booking.web.locale import N_
from booking.web.principal import Principal

STATUS_NAMES = {
    "expected": N_("未到店"),
    "in_house": N_("在住"),
    "departed": N_("已离店"),
    "cancelled": N_("已取消"),
    "no_show": N_("没有到店"),
    "displaced": N_("因房间停用取消"),
    "pending": N_("正在排房"),
    "overbooked": N_("超订，还没有房间"),
}
MOST_OFFERED = 8
TRIED = 24
"""Rooms that are held by others and could be swapped: of so many it is tried."""


class At(NamedTuple):
    """A room of a stay, as it is once its types are locked."""

    house: House
    stay: Stay
    room: StayRoom


def found(tx: WriteSession, actor: Principal, place_id: int, stay_room_id: int, *, also: Iterable[int] = ()) -> At:
    """The room of a stay, its type and those of `also` rooms locked, for someone on the staff.

    Raises:
        NotStaff: the actor is none.
        NoRoomsHere, StayRoomNotFound: there is no such thing.
    """
    if not is_staff(actor, place_id):
        raise NotStaff
    house = houses(tx).house(place_id)
    seen = stay_room_of(tx, place_id, stay_room_id)
    lock_types(tx, place_id, {seen.given_type_id, *(house.rooms[one].type_id for one in also if one in house.rooms)})
    room = stay_room_of(tx, place_id, stay_room_id)
    if room.given_type_id != seen.given_type_id:
        raise StayChanged
    stay = tx.get(Stay, place_id=place_id, id=room.stay_id)
    if stay is None:
        raise StayRoomNotFound
    return At(house, stay, room)


def stay_room_of(tx: ReadSession, place_id: int, stay_room_id: int) -> StayRoom:
    """A room of a stay by its id.

    Raises:
        StayRoomNotFound: there is none at this place.
    """
    room = tx.get(StayRoom, place_id=place_id, id=stay_room_id)
    if room is None:
        raise StayRoomNotFound
    return room


def expect(room: StayRoom, stay: Stay, status: str, action: str) -> None:
    """The room is in the state that an action needs, and its stay is agreed.

    Raises:
        WrongRoomStatus: otherwise.
    """
    if room.status != status or stay.status != "confirmed":
        raise WrongRoomStatus(status=STATUS_NAMES.get(room.status, room.status), action=action)


def door_number(house: House, room_id: int | None) -> str:
    """The number on the door; empty for none."""
    return house.rooms[room_id].number if room_id is not None and room_id in house.rooms else ""


def ready_rooms(tx: ReadSession, now: datetime, house: House, room: StayRoom) -> list[ReadyRoom]:
    """Rooms of the type that are clean and could be had for all of a stay's nights, those that nobody has first.

    A room that others are to come into is among them only if they would fit elsewhere: that is tried, not guessed.
    """
    nights = Nights(room.arrival, room.departure)
    candidates = [one for one in house.rooms_of[room.given_type_id] if one.id != room.room_id]
    states = ready_states(tx, house, [one.id for one in candidates])
    clean = [one for one in candidates if states.get(one.id) in READY]
    taken = _taken(tx, house, nights)
    free = [one for one in clean if one.id not in taken]
    held = [one for one in clean if one.id in taken][:TRIED]
    shot = _without(tx, house, room)
    offered = [ReadyRoom(one.id, one.number, one.id in taken) for one in (*free, *held) if _fits(shot, room, one.id)]
    return offered[:MOST_OFFERED]


def _taken(tx: ReadSession, house: House, nights: Nights) -> set[int]:
    within = RoomNight.night.between(nights.arrival, nights.departure - 1)
    claims = select(RoomNight.room_id).where(RoomNight.place_id == house.id, within).distinct()
    return {row.room_id for row in tx.execute(claims)}


def _without(tx: ReadSession, house: House, room: StayRoom) -> assignment.Snapshot:
    around = Nights(room.arrival - allocation.AROUND, room.departure + allocation.AROUND)
    shot = assigning.snapshot(tx, house, [room.given_type_id], around)
    return replace(
        shot,
        stays=tuple(stay for stay in shot.stays if stay.id != room.id),
        groups=tuple(group for group in shot.groups if room.id not in group.stays),
    )


def _fits(shot: assignment.Snapshot, room: StayRoom, target: int) -> bool:
    wish = assigning.as_stay(room, target)
    needs = next(one for one in shot.rooms if one.id == target)
    if wish.features - needs.features or (wish.accessible and not needs.accessible):
        return False
    return isinstance(assignment.rearrange(shot, [wish], allocation.QUICK_NODES), assignment.Plan)
