"""Rooms become clean, and dirty again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from booking.audit.service import record
from booking.db import WriteSession
from booking.rooms.catalogue import House, RoomNotFound, houses
from booking.rooms.errors import NotStaff
from booking.rooms.errors_desk import HousekeepingChanged, WrongStep
from booking.rooms.models import Room
from booking.rooms.queries.housekeeping import ready_states
from booking.rooms.queries.stays import is_staff
from booking.rooms.rules.housekeeping import NEXT, State
from booking.rooms.schemas_desk import HousekeepingView
from booking.web.locale import N_
from booking.web.principal import Principal

STATE_NAMES = {
    "dirty": N_("待打扫"),
    "cleaning": N_("打扫中"),
    "clean": N_("已打扫"),
    "inspected": N_("已检查"),
}


def set_state(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, room_id: int, state: State
) -> HousekeepingView:
    """Write down the next step of a room; the same state again changes nothing.

    Raises:
        NotStaff: the actor is none.
        NoRoomsHere, RoomNotFound: there is no such room.
        WrongStep: the state does not follow the one that the room is in.
        HousekeepingChanged: a concurrent request changed it first.
    """
    if not is_staff(actor, place_id):
        raise NotStaff
    house = houses(tx).house(place_id)
    if room_id not in house.rooms:
        raise RoomNotFound
    number = house.rooms[room_id].number
    known = ready_states(tx, house, [room_id])[room_id]
    if state == known:
        return HousekeepingView(room_id, number, state, now)
    if state not in NEXT[known]:
        allowed = [STATE_NAMES[one] for one in NEXT[known]]
        raise WrongStep(room=number, state=STATE_NAMES[known], asked=STATE_NAMES[state], allowed=allowed)
    mine = (Room.place_id == place_id, Room.id == room_id, Room.housekeeping == known)
    if tx.execute(update(Room).where(*mine).values(housekeeping=state, housekeeping_at=now)).rowcount != 1:
        raise HousekeepingChanged(room=number)
    _note(tx, now, house, actor.actor, room_id, known, state)
    return HousekeepingView(room_id, number, state, now)


def make_dirty(tx: WriteSession, now: datetime, house: House, rooms: Iterable[int]) -> int:
    """Rooms that have to be cleaned, for someone left or slept there; answers how many were not dirty before."""
    used = (Room.place_id == house.id, Room.id.in_(sorted(rooms)), Room.housekeeping != "dirty")
    changed = update(Room).where(*used).values(housekeeping="dirty", housekeeping_at=now).returning(Room.id)
    count = len(tx.execute(changed).all())
    if count:
        tx.touch(_topic(house))
    return count


def _note(tx: WriteSession, now: datetime, house: House, actor: str, room_id: int, before: str, after: str) -> None:
    detail = {"before": before, "after": after}
    subject = f"room:{house.id}:{room_id}"
    record(tx, now, actor=actor, place_id=house.id, action="room.housekeeping", subject=subject, detail=detail)
    tx.touch(_topic(house))


def _topic(house: House) -> str:
    """What is touched when a room becomes clean or dirty."""
    return f"housekeeping:{house.id}"
