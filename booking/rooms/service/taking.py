"""Taking rooms for a stay: nights of the pool, then a room of its own for each; a refusal brings what would fit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, update

from booking.db import ReadSession, WriteSession, insert, prepared
from booking.errors import BookingError
from booking.rooms.catalogue import House
from booking.rooms.errors import RoomsCutUp, RoomsFull, RoomTaken
from booking.rooms.models import AllotmentNight, RoomSearch, Stay, StayRoom
from booking.rooms.queries.searching import nearest
from booking.rooms.rules.assignment import CutUp, Impossible, OutOfTime, Overfull, Reason
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import Nearest
from booking.rooms.service import inventory
from booking.rooms.service.allocation import Wish, carry_out, keep, plan, seat
from booking.rooms.service.terms import named
from booking.web.facts import Day, Named


class Taken(NamedTuple):
    """What came of taking rooms: whether all have one now, or a planner has to look; how many stays moved for it."""

    seated: bool
    moves: int = 0


def rooms_of(tx: ReadSession, place_id: int, stay_id: int) -> list[StayRoom]:
    """The rooms of a stay, in their order."""
    return tx.all(_rooms_of(tx, place_id, stay_id))


@prepared
def _rooms_of(_: ReadSession, place: int, stay: int) -> Select[StayRoom]:
    return select(StayRoom).where(StayRoom.place_id == place, StayRoom.stay_id == stay).order_by(StayRoom.number)


def nights_of(room: StayRoom) -> Nights:
    """The nights of a room of a stay."""
    return Nights(room.arrival, room.departure)


def take_rooms(
    tx: WriteSession,
    now: datetime,
    house: House,
    allotment_id: int,
    wishes: Sequence[Wish],
    *,
    before: dict[int, int] | None = None,
) -> Taken:
    """Take the nights and the rooms of a stay whose types are locked; `before` are rooms that it would rather keep.

    A room that the pool has no night for is sold upwards where the policy has it so, else above the rooms that there
    are where a manager lets the pool do so.

    Raises:
        RoomsFull, RoomsCutUp, RoomTaken: proved that there is no room, with what would fit instead.
    """
    counted = [_take_nights(tx, now, house, allotment_id, wish) for wish in wishes]
    wanted = [(room, chosen) for room, chosen in counted if room.status != "overbooked"]
    left = keep(tx, house, [room for room, chosen in wanted if chosen is None], before or {})
    seeking = [(room, chosen) for room, chosen in wanted if chosen is not None or room in left]
    if not seeking:
        return Taken(seated=True)
    found = plan(tx, now, house, seeking)
    if isinstance(found, Impossible):
        raise refusal(tx, now, house, seeking, found.reason)
    if isinstance(found, OutOfTime):
        return Taken(seated=False)
    carry_out(tx, now, house, seeking, found)
    return Taken(seated=True, moves=len(found.moves))


def _take_nights(tx: WriteSession, now: datetime, house: House, allotment_id: int, wish: Wish) -> Wish:
    """Count a room in its pool; the wish, for another type where it was upgraded, or as overbooked."""
    room, chosen = wish
    nights = nights_of(room)
    lacking = inventory.take_nights(tx, house.id, allotment_id, room.type_id, nights)
    if not lacking:
        return wish
    for better in house.upgrades.get(room.type_id, ()) if chosen is None else ():
        if not inventory.take_nights(tx, house.id, allotment_id, better, nights):
            return _change(tx, room, given_type_id=better), None
    if chosen is None and not inventory.overbook_nights(tx, house.id, allotment_id, room.type_id, nights):
        return _change(tx, room, status="overbooked"), None
    raise full(tx, now, house, allotment_id, wish, lacking)


def _change(tx: WriteSession, room: StayRoom, **values: Any) -> StayRoom:
    mine = (StayRoom.place_id == room.place_id, StayRoom.id == room.id)
    tx.execute(update(StayRoom).where(*mine).values(**values))
    return tx.all(select(StayRoom).where(*mine))[0]


def seat_overbooked(tx: WriteSession, now: datetime, house: House, types: Collection[int]) -> int:
    """Give rooms of some types that have come free to those who were sold above them, first booked first.

    The types are locked already. Answers how many got one.
    """
    row = StayRoom
    waiting = select(row).where(row.place_id == house.id, row.status == "overbooked", row.type_id.in_(list(types)))
    ahead = waiting.where(row.arrival >= inventory.tonight(now)).order_by(row.id)
    return sum(_seat_one(tx, now, house, room) for room in tx.all(ahead))


def _seat_one(tx: WriteSession, now: datetime, house: House, room: StayRoom) -> bool:
    stay = tx.get(Stay, place_id=house.id, id=room.stay_id)
    pool = stay.allotment_id if stay else house.public.id
    if inventory.take_nights(tx, house.id, pool, room.type_id, nights_of(room)):
        return False
    if not isinstance(seat(tx, now, house, [(room, None)]), dict):
        inventory.give_back_nights(tx, house.id, pool, room.type_id, nights_of(room))
        return False
    give_back(tx, house, pool, room)
    _change(tx, room, status="expected")
    return True


def give_back(tx: WriteSession, house: House, allotment_id: int, room: StayRoom) -> None:
    """Return the nights of a room to its pool; its claims are released by `allocation.release`."""
    if room.status == "overbooked":
        inventory.give_back_overbooked(tx, house.id, allotment_id, room.type_id, nights_of(room))
    else:
        inventory.give_back_nights(tx, house.id, allotment_id, room.given_type_id, nights_of(room))


def store_search(tx: WriteSession, now: datetime, stay: Stay, wishes: Sequence[Wish], *, confirms: bool) -> None:
    """Hand a pending stay to the planner."""
    chosen = [(room.id, target) for room, target in wishes if target is not None]
    tx.execute(
        insert(tx, RoomSearch).values(
            place_id=stay.place_id,
            stay_id=stay.id,
            confirms=confirms,
            chosen=chosen,
            asked_at=now,
            available_at=now,
        )
    )


def full(
    tx: ReadSession, now: datetime, house: House, allotment_id: int, wish: Wish, lacking: Sequence[int]
) -> RoomsFull:
    """The refusal of a pool that has no room on some nights."""
    room, _ = wish
    row = AllotmentNight
    mine = (row.place_id == house.id, row.allotment_id == allotment_id, row.type_id == room.type_id)
    least = select(func.min(row.capacity)).where(*mine, row.night.in_(list(lacking)))
    sold = int(tx.scalar(least) or 0)
    return RoomsFull(
        type=named(house.type(room.type_id)),
        nights=[Day(date_of(night)) for night in lacking],
        wanted=sold + 1,
        possible=sold,
        alternatives=alternatives(tx, now, house, wish),
    )


def refusal(tx: ReadSession, now: datetime, house: House, wishes: Sequence[Wish], reason: Reason) -> BookingError:
    """Why no arrangement gives every wish its room, with what would fit instead."""
    room, _ = wishes[0]
    others = alternatives(tx, now, house, wishes[0])
    kind = named(house.type(room.type_id))
    dates = {"arrival": Day(date_of(room.arrival)), "departure": Day(date_of(room.departure)), "alternatives": others}
    if isinstance(reason, Overfull):
        nights = [Day(date_of(night)) for night in reason.nights]
        return RoomsFull(type=kind, nights=nights, wanted=reason.wanted, possible=reason.possible, alternatives=others)
    if isinstance(reason, CutUp):
        return RoomsCutUp(type=kind, fixed=len(reason.stays) + len(reason.blocks), **dates)
    number = house.rooms[reason.room].number
    return RoomTaken(room=Named(number, number), **dates)


def alternatives(tx: ReadSession, now: datetime, house: House, wish: Wish) -> list[Nearest]:
    """The nearest dates and types that would fit one such room."""
    room, _ = wish
    return nearest(tx, now, house, room.type_id, nights_of(room), room.heads)


def of(stay: Stay) -> list[ColumnElement[bool]]:
    """The row of a stay."""
    return [Stay.place_id == stay.place_id, Stay.id == stay.id]
