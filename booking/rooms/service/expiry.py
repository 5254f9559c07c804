"""Holds whose time is over let go of their rooms: by the command that needs the place, and by the background."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, literal_column, select, update

from booking.db import ReadSession, WriteSession, prepared
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Stay, StayRoom
from booking.rooms.service import allocation, boards
from booking.rooms.service.inventory import lock_types
from booking.rooms.service.taking import give_back, of, rooms_of

AT_ONCE = 50


def expire_due(tx: WriteSession, now: datetime, house: House, types: Collection[int]) -> int:
    """Lock some types, and end the holds with rooms of them whose time is over; answers how many.

    A hold may have rooms of other types too: all are locked together, in their order.
    """
    due = _due(tx, now, house, types)
    others = {room.given_type_id for stay in due for room in rooms_of(tx, house.id, stay.id)}
    lock_types(tx, house.id, {*types, *others})
    return sum(_expire(tx, now, house, stay) for stay in due)


def expire_holds(tx: WriteSession, now: datetime) -> int:
    """A turn of the background: end holds whose time is over; answers how many."""
    places = select(Stay.place_id).where(Stay.status == "held", Stay.hold_expires_at <= now).distinct()
    found = [houses(tx).by_id.get(place) for (place,) in tx.execute(places.order_by(Stay.place_id))]
    ended = sum(expire_due(tx, now, house, house.types.keys()) for house in found if house is not None)
    boards.keep(tx)
    return ended


def _due(tx: ReadSession, now: datetime, house: House, types: Collection[int]) -> list[Stay]:
    """Holds that are over, with rooms of some types."""
    found = sorted(tx.all(_over(tx, now, house.id)), key=lambda stay: stay.id)
    return [stay for stay in found if any(room.given_type_id in types for room in rooms_of(tx, house.id, stay.id))]


@prepared
def _over(_: ReadSession, now: datetime, place: int) -> Select[Stay]:
    # written as the index of holds has it, and so that SQLite does not walk through all stays of the place instead
    held = (Stay.status == literal_column("'held'"), Stay.hold_expires_at <= now, Stay.place_id + 0 == place)
    return select(Stay).where(*held).order_by(Stay.hold_expires_at).limit(AT_ONCE)


def _expire(tx: WriteSession, now: datetime, house: House, stay: Stay) -> bool:
    """End a hold, unless it was confirmed or ended meanwhile."""
    mine = update(Stay).where(*of(stay), Stay.status == "held", Stay.hold_expires_at <= now)
    ended = mine.values(status="expired", changed_at=now, sequence=Stay.sequence + 1)
    if tx.execute(ended).rowcount != 1:
        return False
    for room in rooms_of(tx, house.id, stay.id):
        if room.status in ("expected", "overbooked"):
            give_back(tx, house, stay.allotment_id, room)
            allocation.release(tx, house, [room.id])
    of_stay = update(StayRoom).where(StayRoom.place_id == house.id, StayRoom.stay_id == stay.id)
    tx.execute(of_stay.where(StayRoom.status.in_(("expected", "overbooked"))).values(status="cancelled", room_id=None))
    tx.touch(house.topic)
    return True
