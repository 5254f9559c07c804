"""Finding a stay on the tape chart: by a guest's name, or by a number on a door."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select

from booking.db import ReadSession
from booking.rooms.catalogue import House
from booking.rooms.models import LONGEST_STAY, Guest, Stay, StayRoom

MOST_FOUND = 20


def find_stays(tx: ReadSession, house: House, text: str, night: int) -> Sequence[Row[Any]]:
    """Rooms of stays of this night and later that bear a name, or have a room of this number: the next first.

    Rows of `id, room_id, status, pinned, arrival, departure, name`.
    """
    known = and_(Stay.place_id == StayRoom.place_id, Stay.id == StayRoom.stay_id)
    guest = and_(Guest.place_id == StayRoom.place_id, Guest.stay_room_id == StayRoom.id)
    doors = [room.id for room in house.rooms.values() if room.number.lower() == text.lower()]
    bears = or_(Guest.name.contains(text, autoescape=True), Stay.contact_name.contains(text, autoescape=True))
    columns = (StayRoom.id, StayRoom.room_id, StayRoom.status, StayRoom.pinned, StayRoom.arrival, StayRoom.departure)
    joined = select(*columns, Stay.contact_name.label("name")).join(Stay, known).outerjoin(Guest, guest)
    standing = StayRoom.status.in_(("expected", "in_house")), StayRoom.room_id.is_not(None)
    ahead = StayRoom.arrival >= night - LONGEST_STAY, StayRoom.departure > night
    wanted = joined.where(StayRoom.place_id == house.id, *ahead, *standing, or_(bears, StayRoom.room_id.in_(doors)))
    return tx.execute(wanted.order_by(StayRoom.arrival, StayRoom.id).distinct().limit(MOST_FOUND)).all()
