"""Once a hotel night the coming weeks are put in better order, while nobody waits for the house.

What is solved outside is done only if no claim of the type has changed since: a booking that came between wins.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.audit.service import record
from booking.clock import SHANGHAI
from booking.db import ReadSession, WriteSession, insert
from booking.rooms.catalogue import houses
from booking.rooms.models import HotelPolicy, RoomType
from booking.rooms.queries.assigning import snapshot
from booking.rooms.rules.assignment import Snapshot
from booking.rooms.rules.assignment.nightly import Better, Section
from booking.rooms.rules.desk import hotel_night
from booking.rooms.rules.nights import Nights
from booking.rooms.service import allocation, boards
from booking.rooms.service.inventory import lock_types
from booking.web.models import Counter

HOURS = range(1, 5)
"""When on the clock of the house it is done: after the last guests came, before the first leave."""
AHEAD = 30
"""Nights that are looked at; who reaches beyond them stays where they are."""
PLANNER = "system"


class Order(NamedTuple):
    """The rooms of a type as they are, and the version for which that holds."""

    place: int
    type: int
    snapshot: Snapshot
    sections: Mapping[int, Section]
    version: int


def is_due(tx: ReadSession, now: datetime) -> bool:
    """Whether a house has not been looked at this night: asked of a reader, so that idle turns disturb nobody."""
    return now.astimezone(SHANGHAI).hour in HOURS and bool(_due(tx, hotel_night(now)))


def begin(tx: WriteSession, now: datetime) -> list[int]:
    """Take the houses that have not been looked at this night; nobody else does so then."""
    night = hotel_night(now)
    taken = []
    for place in _due(tx, night):
        row = insert(tx, Counter).values(name=_name(place), value=night)
        mine = row.on_conflict_do_update(index_elements=["name"], set_={"value": night}, where=Counter.value < night)
        if tx.execute(mine.returning(Counter.value)).first() is not None:
            taken.append(place)
    return taken


def _due(tx: ReadSession, night: int) -> list[int]:
    places = [place for (place,) in tx.execute(select(HotelPolicy.place_id).order_by(HotelPolicy.place_id))]
    done = {name: value for name, value in tx.execute(select(Counter.name, Counter.value)) if value >= night}
    return [place for place in places if _name(place) not in done]


def _name(place: int) -> str:
    return f"rooms.nightly:{place}"


def types_of(tx: ReadSession, place_id: int) -> list[int]:
    """The room types of a house."""
    return list(houses(tx).house(place_id).types)


def order_of(tx: ReadSession, now: datetime, place_id: int, type_id: int) -> Order:
    """How the rooms of a type are taken in the coming weeks, from tonight on."""
    house = houses(tx).house(place_id)
    tonight = hotel_night(now)
    shot = snapshot(tx, house, [type_id], Nights(tonight, tonight + AHEAD))
    sections = {room.id: (house.rooms[room.id].wing, house.rooms[room.id].floor) for room in shot.rooms}
    version = tx.scalar(select(RoomType.version).where(RoomType.place_id == place_id, RoomType.id == type_id))
    return Order(place_id, type_id, shot, sections, int(version or 0))


def apply(tx: WriteSession, now: datetime, order: Order, better: Better, actor: str = PLANNER) -> bool:
    """Make the moves of a better order; False, and nothing is done, if anybody changed a claim since."""
    house = houses(tx).house(order.place)
    if lock_types(tx, order.place, [order.type])[order.type] != order.version:
        boards.keep(tx)
        return False
    moved = allocation.move(tx, now, house, better.moves)
    claims = [(one.id, one.room_id or 0, Nights(one.arrival, one.departure)) for one in moved]
    allocation.claim(tx, house, claims)
    boards.keep(tx)
    detail = {
        "moves": [[move.stay, move.origin, move.target] for move in better.moves],
        "reunited": len(better.after.kept) - len(better.before.kept),
        "uneven": [better.load_before, better.load_after],
        "solver": better.exact,
    }
    subject = f"room_type:{order.place}:{order.type}"
    record(tx, now, actor=actor, place_id=order.place, action="rooms.optimised", subject=subject, detail=detail)
    tx.touch(house.topic)
    return True
