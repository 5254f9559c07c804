"""A manager's move: guests who are to come get the room that is named for them, and may be put back."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import Row, and_, select, update

from booking.db import ReadSession, WriteSession
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.rooms.catalogue import House, RoomNotFound
from booking.rooms.errors import StayChanged, WrongStayStatus
from booking.rooms.errors_desk import SameRoom
from booking.rooms.errors_manage import GuestsHere, RoomHeld, RoomLacks, RoomOut, RoomsParted, RoomTooSmall
from booking.rooms.models import Guest, Outage, RoomNight, StayRoom
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.settling import STANDING
from booking.rooms.schemas import Id
from booking.rooms.service import guests, terms
from booking.rooms.service.desk.finding import At, door_number, expect, found, stay_room_of
from booking.rooms.service.desk.seating import put, recount
from booking.rooms.service.stays import STATUS_NAMES, again, note, turn
from booking.rooms.service.taking import nights_of, rooms_of
from booking.web.facts import Day, Named, Params
from booking.web.locale import N_
from booking.web.principal import Principal

Pinned = Literal["", "chosen"]
HELD_BECAUSE = {"chosen": N_("选定了这间"), "in_house": N_("在住"), "departed": N_("已离店")}
"""Why somebody has a room that nobody else can be given."""

register(
    "rooms.moved_by_house",
    MessageText(
        N_("您选的房换了一间"),
        N_("{house}，{arrival} 到 {departure}：您选的 {room} 房换成了 {other} 房，日期和价格不变。"),
    ),
)


class MoveRoomRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The room that guests are to have, by its id."""

    room: Id


class MoveBackRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Where guests had been before a move, and the stay's version after it."""

    room: Id
    seen: Annotated[int, Meta(ge=0, lt=2**31)]
    pinned: Pinned = ""


class MadeRoom(NamedTuple):
    """Somebody who was moved on, and the number of the room that they have now."""

    name: str
    room: str


class RoomMove(NamedTuple):
    """What a move did.

    Attributes:
        name: of the guest who answers for the room.
        origin, target: numbers on the doors.
        made_room: those who had the room and could be moved on.
        back: what takes the move back as long as nothing else changes the stay.
    """

    name: str
    origin: str
    target: str
    made_room: list[MadeRoom]
    back: MoveBackRequest


def move_to_room(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, request: MoveRoomRequest
) -> RoomMove:
    """Give guests who are to come the room that is named; they keep it from now on, and others make room.

    Whoever had been told the number of their room is told the new one. The agreed price stays.

    Raises:
        NotStaff, StayRoomNotFound, RoomNotFound: not theirs to do, or not there.
        GuestsHere: they live in the house already.
        WrongRoomStatus, WrongStayStatus: they have left, have no room, or have not confirmed yet.
        SameRoom: it is theirs.
        RoomTooSmall, RoomLacks: it would not do for them.
        RoomHeld, RoomOut: it is taken by someone who may not move, or out of order.
        RoomsParted: it is not next to the rooms that it was promised to be next to.
        RoomTaken, RoomsCutUp, RoomsFull, StillSeeking: those who have it find no other.
    """
    at = found(tx, actor, place_id, stay_room_id, also=[request.room])
    made_room = _move(tx, now, at, request.room, "chosen")
    moved = again(tx, at.stay)
    doors = {"from_room": door_number(at.house, at.room.room_id), "to_room": door_number(at.house, request.room)}
    note(tx, now, actor.actor, at.house, moved, "stay.room_moved", room=at.room.number, **doors)
    if at.room.pinned == "chosen":
        _tell(tx, now, at, "rooms.moved_by_house", {"room": doors["from_room"], "other": doors["to_room"]})
    back = MoveBackRequest(at.room.room_id or 0, moved.sequence, "chosen" if at.room.pinned == "chosen" else "")
    return RoomMove(_name(tx, at), doors["from_room"], doors["to_room"], made_room, back)


def move_back(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_room_id: int, request: MoveBackRequest
) -> RoomMove:
    """Undo a move: the guests have their room of before, movable again if they had been.

    Raises:
        StayChanged: something else changed the stay since.
        BookingError: one of `move_to_room`: the room is no longer to be had.
    """
    at = found(tx, actor, place_id, stay_room_id, also=[request.room])
    if at.stay.sequence != request.seen:
        raise StayChanged
    made_room = _move(tx, now, at, request.room, request.pinned)
    doors = {"from_room": door_number(at.house, at.room.room_id), "to_room": door_number(at.house, request.room)}
    note(tx, now, actor.actor, at.house, again(tx, at.stay), "stay.room_moved_back", room=at.room.number, **doors)
    if request.pinned == "chosen":
        _tell(tx, now, at, "rooms.moved_back", {"room": doors["to_room"]})
    return RoomMove(_name(tx, at), doors["from_room"], doors["to_room"], made_room, request)


def _move(tx: WriteSession, now: datetime, at: At, target: int, pinned: Pinned) -> list[MadeRoom]:
    _check(tx, at, target)
    nights = nights_of(at.room)
    others = _movable(_owners(tx, at, target, nights))
    turn(tx, now, at.stay)
    kind = at.house.rooms[target].type_id
    if kind != at.room.given_type_id:
        recount(tx, now, at.house, at.stay.allotment_id, at.room, kind)
    put(tx, now, at.house, stay_room_of(tx, at.house.id, at.room.id), target, nights)
    mine = (StayRoom.place_id == at.house.id, StayRoom.id == at.room.id)
    tx.execute(update(StayRoom).where(*mine).values(pinned=pinned))
    _check_together(tx, at, target)
    guests.reschedule_passes(tx, now, at.house, stay_room_of(tx, at.house.id, at.room.id))
    return [
        MadeRoom(other.name or "", door_number(at.house, stay_room_of(tx, at.house.id, other.stay_room_id).room_id))
        for other in others
    ]


def _check(tx: ReadSession, at: At, target: int) -> None:
    house, room = at.house, at.room
    if target not in house.rooms:
        raise RoomNotFound
    if room.status == "in_house":
        raise GuestsHere(name=_name(tx, at), room=door_number(house, room.room_id))
    if at.stay.status != "confirmed" and room.status == "expected":
        raise WrongStayStatus(status=STATUS_NAMES[at.stay.status], action=N_("换房"))
    expect(room, at.stay, "expected", N_("换房"))
    if target == room.room_id:
        raise SameRoom(room=door_number(house, target))
    door, kind = house.rooms[target], house.type(house.rooms[target].type_id)
    if room.heads > kind.sleeps + kind.extra_beds:
        most = kind.sleeps + kind.extra_beds
        raise RoomTooSmall(room=door.number, type=terms.named(kind), most=most, heads=room.heads)
    if set(room.needs) - {"accessible", *door.features} or ("accessible" in room.needs and not door.accessible):
        raise RoomLacks(room=door.number)
    for owner in _owners(tx, at, target, nights_of(room)):
        _check_owner(door.number, owner)


def _check_owner(number: str, owner: Row[Any]) -> None:
    if owner.outage_id is not None:
        first, until = Day(date_of(owner.from_night)), Day(date_of(owner.until_night))
        raise RoomOut(room=number, first=first, until=until, reason=owner.reason)
    if owner.pinned or owner.status != "expected":
        arrival, departure = Day(date_of(owner.arrival)), Day(date_of(owner.departure))
        why = HELD_BECAUSE.get(owner.status, HELD_BECAUSE["chosen"])
        raise RoomHeld(room=number, arrival=arrival, departure=departure, by=owner.name or "", state=why)


def _owners(tx: ReadSession, at: At, target: int, nights: Nights) -> Sequence[Row[Any]]:
    """Who has a room on some nights: rooms of other stays, and outages."""
    row = RoomNight
    stay = and_(StayRoom.place_id == row.place_id, StayRoom.id == row.stay_room_id)
    first = and_(Guest.place_id == row.place_id, Guest.stay_room_id == row.stay_room_id, Guest.number == 0)
    outage = and_(Outage.place_id == row.place_id, Outage.id == row.outage_id)
    columns = (row.stay_room_id, row.outage_id, StayRoom.status, StayRoom.pinned, StayRoom.arrival, StayRoom.departure)
    said = (Guest.name, Outage.reason, Outage.from_night, Outage.until_night)
    joined = select(*columns, *said).outerjoin(StayRoom, stay).outerjoin(Guest, first).outerjoin(Outage, outage)
    within = row.night.between(nights.arrival, nights.departure - 1)
    others = joined.where(row.place_id == at.house.id, row.room_id == target, within).order_by(row.night)
    return tx.execute(others).all()


def _movable(owners: Sequence[Row[Any]]) -> list[Row[Any]]:
    return list({owner.stay_room_id: owner for owner in owners if owner.stay_room_id is not None}.values())


def _check_together(tx: ReadSession, at: At, target: int) -> None:
    """Rooms of a stay that were promised to be in a row still are."""
    together = [room for room in rooms_of(tx, at.house.id, at.stay.id) if room.status in STANDING]
    if len(together) > 1 and at.room.together == "adjacent" and not _in_a_row(at.house, together):
        raise RoomsParted(count=len(together), room=door_number(at.house, target))


def _in_a_row(house: House, rooms: Sequence[StayRoom]) -> bool:
    doors = [house.rooms[room.room_id] for room in rooms if room.room_id is not None]
    return all(other.id in door.neighbours for door, other in pairwise(doors))


def _name(tx: ReadSession, at: At) -> str:
    people = guests.guests_of(tx, at.house.id, [at.room])
    return people[0].name if people else at.stay.contact_name


def _tell(tx: WriteSession, now: datetime, at: At, message: str, doors: dict[str, str]) -> None:
    named = {name: Named(number, number) for name, number in doors.items()}
    dates = {"arrival": Day(date_of(at.room.arrival)), "departure": Day(date_of(at.room.departure))}
    params: Params = {"house": at.house.name, **dates, **named}
    readers = {guest.member_id for guest in guests.guests_of(tx, at.house.id, [at.room])} | {at.stay.member_id}
    for member_id in sorted(reader for reader in readers if reader is not None):
        tell(tx, now, member_id, message, params, link=f"/stays/{at.house.id}/{at.stay.id}")
