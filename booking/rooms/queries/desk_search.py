"""Finding guests at the front desk by whatever they can say: a name, a room, a phone, a member number, a code."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from booking.checkin.codes import read_manual_code
from booking.checkin.models import Pass
from booking.db import ReadSession
from booking.members.models import Member
from booking.members.queries.lookup import member_id_of
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Guest, Room, Stay, StayRoom
from booking.rooms.queries.desk import rooms_shown
from booking.rooms.rules.desk import hotel_night
from booking.rooms.schemas_desk import DeskRoom
from booking.rooms.service.guests import ISSUER

BEHIND = 14
"""Nights after their departure that guests are still found by: somebody forgot an umbrella, or wants a receipt."""
MOST_FOUND = 20
LEAST_DIGITS = 3
"""Digits of the end of a phone number that are enough to look for."""


def find_rooms(tx: ReadSession, now: datetime, place_id: int, text: str) -> list[DeskRoom]:
    """Rooms of stays whose guest, room, phone, member, pass code or number this may be, the nearest to today first.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    said = text.strip()
    if not said:
        return []
    tonight = hotel_night(now)
    known = and_(Stay.place_id == StayRoom.place_id, Stay.id == StayRoom.stay_id)
    wanted = (
        select(StayRoom.id)
        .join(Stay, known)
        .where(StayRoom.place_id == house.id, StayRoom.departure >= tonight - BEHIND)
        .where(StayRoom.status.in_(("expected", "pending", "overbooked", "in_house", "departed", "no_show")))
        .where(_meant(tx, house, said))
        .order_by(func.abs(StayRoom.arrival - tonight), StayRoom.id)
    )
    ids = [row.id for row in tx.execute(wanted.limit(MOST_FOUND))]
    shown = {room.id: room for room in rooms_shown(tx, now, house, StayRoom.id.in_(ids))} if ids else {}
    return [shown[one] for one in ids if one in shown]


def _meant(tx: ReadSession, house: House, said: str) -> ColumnElement[bool]:
    ways = [
        Stay.contact_name.contains(said, autoescape=True),
        _sleeps(house, Guest.name.contains(said, autoescape=True)),
    ]
    rooms = select(Room.id).where(Room.place_id == house.id, func.lower(Room.number) == said.lower())
    ways.append(and_(StayRoom.status == "in_house", StayRoom.room_id.in_(rooms)))
    member = member_id_of(tx, said, cards=True)
    if member is not None:
        ways += [Stay.member_id == member, _sleeps(house, Guest.member_id == member)]
    digits = said.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdecimal() and LEAST_DIGITS <= len(digits) <= 16:
        ways += [Stay.contact_phone.endswith(digits, autoescape=True), _has_phone(digits)]
        ways.append(Stay.id == int(digits))
        if read_manual_code(digits) is not None:
            ways.append(_holds_code(house, digits))
    return or_(*ways)


def _sleeps(house: House, who: ColumnElement[bool]) -> ColumnElement[bool]:
    return StayRoom.id.in_(select(Guest.stay_room_id).where(Guest.place_id == house.id, who))


def _has_phone(digits: str) -> ColumnElement[bool]:
    """A guest who is a member and whose own number ends so; asked room by room, not of all members of the city."""
    here = (Guest.place_id == StayRoom.place_id, Guest.stay_room_id == StayRoom.id, Member.id == Guest.member_id)
    return exists().where(*here, Member.phone.endswith(digits, autoescape=True)).correlate(StayRoom)


def _holds_code(house: House, digits: str) -> ColumnElement[bool]:
    """The digits below the code of a pass."""
    mine = (Pass.place_id == house.id, Pass.manual_code == digits, Pass.issuer == ISSUER)
    return StayRoom.id.in_(select(Pass.subject_id).where(*mine))
