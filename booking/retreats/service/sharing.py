"""Beds in rooms that strangers of one sex share: the next one who shares takes the bed that is free.

A draw counts ⌈men ÷ beds⌉ + ⌈women ÷ beds⌉ rooms for those who share, so there are never more: whoever comes goes to
a half-taken room, and when somebody leaves, those who are left over move together. All of it with the rooms of the
type locked.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update

from booking.db import ReadSession, WriteSession, insert
from booking.retreats.models import Applicant, RetreatPlace, SharedRoom
from booking.retreats.queries.placed import Placed, placed
from booking.retreats.service.telling_places import tell_place
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.service.granting import Grant, add_guest, grant_stay, take_out_guest
from booking.rooms.service.guests import Sleeper
from booking.rooms.service.inventory import tonight
from booking.web.principal import Principal


def take_bed(tx: WriteSession, now: datetime, by: Principal, one: Placed) -> int:
    """A bed for the member of a place: in a half-taken room, else in a new one; answers the stay.

    Raises:
        RoomsFull, RoomsCutUp: there is no room for a new one.
    """
    (person,) = one.people
    who = Sleeper(person.member_id, person.name, pays=False)
    for room in _with_a_bed(tx, one, person.sex):
        if _count(tx, room, 1):
            add_guest(tx, now, by, room.place_id, room.stay_id, who)
            return room.stay_id
    pool = one.season.allotment_id or 0
    grant = Grant(one.season.place_id, pool, one.place.type_id, one.nights, [[who]], None, person.phone)
    stay = grant_stay(tx, now, by, grant).stay
    row: dict[str, Any] = {"place_id": one.season.place_id, "stay_id": stay.id, "season_id": one.season.id}
    row |= {"batch": one.place.batch, "type_id": one.place.type_id, "sex": person.sex}
    tx.execute(insert(tx, SharedRoom), row | {"beds": one.rooms.beds, "taken": 1})
    return stay.id


def leave_bed(tx: WriteSession, now: datetime, by: Principal, one: Placed) -> None:
    """Give up the bed of a place; others whose rooms are half-taken then move together.

    Raises:
        WrongStayStatus: somebody of the room has moved in.
    """
    (person,) = one.people
    place_id, stay_id = one.season.place_id, one.place.stay_id or 0
    room = tx.get(SharedRoom, place_id=place_id, stay_id=stay_id)
    if room is None:
        return
    take_out_guest(tx, now, by, place_id, stay_id, person.member_id or 0)
    _leave(tx, room)
    if one.batch.arrival > tonight(now):
        _move_together(tx, now, by, one, person.sex)


def forget_room(tx: WriteSession, one: Placed) -> None:
    """Nobody shares the room of a place any more: the house could not keep it."""
    mine = (SharedRoom.place_id == one.season.place_id, SharedRoom.stay_id == one.place.stay_id)
    tx.execute(delete(SharedRoom).where(*mine))


def _with_a_bed(tx: ReadSession, one: Placed, sex: str) -> list[SharedRoom]:
    """The rooms of a batch with a free bed for this sex, the fullest first."""
    found = select(SharedRoom).where(*_alike(one, sex), SharedRoom.taken < SharedRoom.beds)
    return tx.all(_standing(found).order_by(SharedRoom.taken.desc(), SharedRoom.stay_id))


def _alike(one: Placed, sex: str) -> list[ColumnElement[bool]]:
    row = SharedRoom
    here = [row.place_id == one.season.place_id, row.season_id == one.season.id, row.batch == one.place.batch]
    return [*here, row.type_id == one.place.type_id, row.sex == sex]


def _standing(found: Any) -> Any:
    """Only rooms whose guests are still to come."""
    stay = and_(Stay.place_id == SharedRoom.place_id, Stay.id == SharedRoom.stay_id)
    room = and_(StayRoom.place_id == SharedRoom.place_id, StayRoom.stay_id == SharedRoom.stay_id)
    to_come = and_(Stay.status.in_(("pending", "confirmed")), StayRoom.status.in_(("expected", "pending")))
    return found.join(Stay, stay).join(StayRoom, room).where(to_come)


def _count(tx: WriteSession, room: SharedRoom, by: int) -> bool:
    """Count people in or out of a room; False if it has no bed for them any more."""
    mine = (SharedRoom.place_id == room.place_id, SharedRoom.stay_id == room.stay_id)
    counted = update(SharedRoom).where(*mine, (SharedRoom.taken + by).between(0, SharedRoom.beds))
    return tx.execute(counted.values(taken=SharedRoom.taken + by)).rowcount == 1


def _leave(tx: WriteSession, room: SharedRoom) -> None:
    """One person less in a room; nobody left, it is none any more."""
    _count(tx, room, -1)
    mine = (SharedRoom.place_id == room.place_id, SharedRoom.stay_id == room.stay_id)
    tx.execute(delete(SharedRoom).where(*mine, SharedRoom.taken == 0))


def _move_together(tx: WriteSession, now: datetime, by: Principal, one: Placed, sex: str) -> None:
    """Empty the rooms that are more than those who share need, the emptiest first."""
    standing = _standing(select(SharedRoom).where(*_alike(one, sex)))
    rooms = tx.all(standing.order_by(SharedRoom.taken, SharedRoom.stay_id))
    needed = -(-sum(room.taken for room in rooms) // one.rooms.beds)
    for room in rooms[: len(rooms) - needed]:
        for guest in _guests(tx, room):
            target = next(other for other in _with_a_bed(tx, one, sex) if other.stay_id != room.stay_id)
            take_out_guest(tx, now, by, room.place_id, room.stay_id, guest.member_id or 0)
            _leave(tx, room)
            _count(tx, target, 1)
            who = Sleeper(guest.member_id, guest.name, guest.pays)
            add_guest(tx, now, by, target.place_id, target.stay_id, who)
            _follow(tx, now, one, guest.member_id or 0, target.stay_id)


def _guests(tx: ReadSession, room: SharedRoom) -> list[Guest]:
    here = and_(StayRoom.place_id == Guest.place_id, StayRoom.id == Guest.stay_room_id)
    mine = (StayRoom.place_id == room.place_id, StayRoom.stay_id == room.stay_id)
    return tx.all(select(Guest).join(StayRoom, here).where(*mine).order_by(Guest.number))


def _follow(tx: WriteSession, now: datetime, one: Placed, member_id: int, stay_id: int) -> None:
    """The place of somebody who moved to another room leads there, and they are told."""
    mine = tx.get(Applicant, member_id=member_id, season_id=one.season.id)
    if mine is None:
        return
    row = RetreatPlace
    live = (row.season_id == one.season.id, row.application_id == mine.application_id, row.status == "confirmed")
    tx.execute(update(row).where(*live).values(stay_id=stay_id))
    tell_place(tx, now, placed(tx, one.season, mine.application_id), "place.moved")
