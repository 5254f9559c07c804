"""Giving a stay a certain room: others who may still move make room for it."""

from datetime import datetime

from sqlalchemy import delete, update

from booking.db import WriteSession
from booking.rooms.catalogue import House
from booking.rooms.errors import StillSeeking
from booking.rooms.models import RoomNight, StayRoom
from booking.rooms.rules.assignment import Impossible, OutOfTime
from booking.rooms.rules.nights import Nights
from booking.rooms.service import allocation
from booking.rooms.service.inventory import give_back_nights, take_nights
from booking.rooms.service.taking import full, refusal


def put(tx: WriteSession, now: datetime, house: House, room: StayRoom, target: int, nights: Nights) -> None:
    """Let a room of a stay have `target` for some nights, the last it has; the nights before stay where they are.

    The types in question are locked, and `room.given_type_id` is the target's.

    Raises:
        RoomTaken, RoomsCutUp, RoomsFull: others are there who cannot move.
        StillSeeking: whether they can takes longer to find out than a request.
    """
    mine = (StayRoom.place_id == house.id, StayRoom.id == room.id)
    later = (RoomNight.place_id == house.id, RoomNight.stay_room_id == room.id, RoomNight.night >= nights.arrival)
    tx.execute(delete(RoomNight).where(*later))
    tx.execute(update(StayRoom).where(*mine).values(room_id=None))
    wish = (_for_nights(room, nights), target)
    outcome = allocation.seat(tx, now, house, [wish])
    if isinstance(outcome, Impossible):
        raise refusal(tx, now, house, [wish], outcome.reason)
    if isinstance(outcome, OutOfTime):
        raise StillSeeking


def recount(tx: WriteSession, now: datetime, house: House, allotment_id: int, room: StayRoom, type_id: int) -> None:
    """Count a stay that nobody has slept in yet under another type, in the same pool.

    Raises:
        RoomsFull: the pool has no room of that type on some night.
    """
    nights = Nights(room.arrival, room.departure)
    give_back_nights(tx, house.id, allotment_id, room.given_type_id, nights)
    lacking = take_nights(tx, house.id, allotment_id, type_id, nights)
    if lacking:
        wanted = _for_nights(room, nights)
        wanted.type_id = type_id
        raise full(tx, now, house, allotment_id, (wanted, None), lacking)
    mine = (StayRoom.place_id == house.id, StayRoom.id == room.id)
    tx.execute(update(StayRoom).where(*mine).values(given_type_id=type_id))


def stand_alone(tx: WriteSession, house: House, room: StayRoom) -> None:
    """Rooms that had to be next to each other only wish to, once the desk has put one of them elsewhere."""
    together = (StayRoom.place_id == house.id, StayRoom.stay_id == room.stay_id, StayRoom.together == "adjacent")
    tx.execute(update(StayRoom).where(*together).values(together="near"))


def _for_nights(room: StayRoom, nights: Nights) -> StayRoom:
    """The same room of a stay for other nights, asked for by itself."""
    names = [column.key for column in StayRoom.__table__.columns]
    values = {name: getattr(room, name) for name in names}
    asked = {"arrival": nights.arrival, "departure": nights.departure, "room_id": None, "together": ""}
    return StayRoom(**(values | asked))
