"""The pools of nights: opened as the horizon moves on, counted by conditional updates alone.

Whoever changes claims or counters first updates the versions of the room types in question, smallest id first
(`lock_types`): concurrent commands wait for each other there, in one order, and never in a ring.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Update, func, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from booking.clock import local_date
from booking.db import ReadSession, WriteSession, insert, prepared
from booking.rooms.catalogue import House, houses
from booking.rooms.models import AllotmentNight, RoomNight, RoomType
from booking.rooms.rules.nights import Nights, night_of
from booking.rooms.service import boards

ROWS_AT_ONCE = 1000


def tonight(now: datetime) -> int:
    """The night that begins on the local date of an instant."""
    return night_of(local_date(now))


def horizon(house: House, now: datetime) -> Nights:
    """The nights that are on sale: from tonight, for as many as the policy says."""
    first = tonight(now)
    return Nights(first, first + house.policy.horizon_days)


def lock_types(tx: WriteSession, place_id: int, types: Iterable[int]) -> dict[int, int]:
    """Give some room types a new version, and so hold them until this transaction ends; answers the versions before."""
    ids = sorted(set(types))
    if not ids:
        return {}
    before = {row.id: int(row.version) for row in tx.execute(_versions(tx, place_id, *ids))}
    version = tx.ids.next()
    tx.execute(_versioned(tx, place_id, version, *ids))
    boards.locked(tx, place_id, before, version)
    return before


@prepared
def _versions(_: ReadSession, place: int, *ids: int) -> Select[int, int]:
    row = RoomType
    return select(row.id, row.version).where(row.place_id == place, row.id.in_(ids)).order_by(row.id).with_for_update()


@prepared
def _versioned(_: ReadSession, place: int, version: int, *ids: int) -> Update:
    return update(RoomType).where(RoomType.place_id == place, RoomType.id.in_(ids)).values(version=version)


def open_nights(tx: WriteSession, now: datetime, place_id: int) -> int:
    """Put the nights of the horizon on sale that are not yet; answers how many rows were written.

    Of the rooms of a type that are not out of order, each pool gets its part and the public the rest.
    """
    house = houses(tx).house(place_id)
    lock_types(tx, place_id, house.types)
    opened = 0
    for type_id in house.types:
        nights = _unopened(tx, house, type_id, horizon(house, now))
        shut = _out_of_order(tx, house, type_id, nights)
        rows = [
            {
                "place_id": place_id,
                "type_id": type_id,
                "night": night,
                "allotment_id": pool,
                "capacity": capacity,
                "taken": 0,
                "over_limit": 0,
                "over_taken": 0,
            }
            for night in nights
            for pool, capacity in shares(house, len(house.rooms_of[type_id]) - shut.get(night, 0)).items()
        ]
        for at in range(0, len(rows), ROWS_AT_ONCE):
            tx.execute(insert(tx, AllotmentNight), rows[at : at + ROWS_AT_ONCE])
        opened += len(rows)
    if opened:
        tx.touch(house.topic)
    return opened


def shares(house: House, rooms: int) -> dict[int, int]:
    """How so many rooms are divided among the pools of a house when a night comes on sale."""
    parts = {
        pool.id: rooms * pool.opens_permille // 1000
        for pool in house.allotments.values()
        if pool.kind != "public" and pool.opens_permille
    }
    return parts | {house.public.id: rooms - sum(parts.values())}


def _unopened(tx: ReadSession, house: House, type_id: int, nights: Nights) -> list[int]:
    last = select(func.max(AllotmentNight.night)).where(
        AllotmentNight.place_id == house.id, AllotmentNight.type_id == type_id
    )
    known = tx.scalar(last)
    first = nights.arrival if known is None else max(nights.arrival, known + 1)
    return list(range(first, nights.departure))


def _out_of_order(tx: ReadSession, house: House, type_id: int, nights: list[int]) -> dict[int, int]:
    """How many rooms of a type outages keep, night by night."""
    if not nights:
        return {}
    rooms = [room.id for room in house.rooms_of[type_id]]
    counted = (
        select(RoomNight.night, func.count().label("rooms"))
        .where(RoomNight.place_id == house.id, RoomNight.night.between(nights[0], nights[-1]))
        .where(RoomNight.outage_id.is_not(None), RoomNight.room_id.in_(rooms))
        .group_by(RoomNight.night)
    )
    return {row.night: row.rooms for row in tx.execute(counted)}


def take_nights(tx: WriteSession, place_id: int, allotment_id: int, type_id: int, nights: Nights) -> list[int]:
    """Take one room of a pool for each night; the nights that have none left, in which case nothing was taken."""
    return _take(tx, place_id, allotment_id, type_id, nights, over=False)


def give_back_nights(tx: WriteSession, place_id: int, allotment_id: int, type_id: int, nights: Nights) -> None:
    """Return one room to a pool for each night."""
    tx.execute(_given_back(tx, place_id, allotment_id, type_id, nights.arrival, nights.departure - 1, over=False))


def overbook_nights(tx: WriteSession, place_id: int, allotment_id: int, type_id: int, nights: Nights) -> list[int]:
    """Sell one room more than there are for each night; the nights whose limit is reached, and then nothing was."""
    return _take(tx, place_id, allotment_id, type_id, nights, over=True)


def give_back_overbooked(tx: WriteSession, place_id: int, allotment_id: int, type_id: int, nights: Nights) -> None:
    """Return what `overbook_nights` took."""
    tx.execute(_given_back(tx, place_id, allotment_id, type_id, nights.arrival, nights.departure - 1, over=True))


def _rows(place_id: int, allotment_id: int, type_id: int, nights: Nights) -> list[ColumnElement[bool]]:
    return _between(place_id, allotment_id, type_id, nights.arrival, nights.departure - 1)


def _between(place_id: int, allotment_id: int, type_id: int, first: int, last: int) -> list[ColumnElement[bool]]:
    return [
        AllotmentNight.place_id == place_id,
        AllotmentNight.type_id == type_id,
        AllotmentNight.night.between(first, last),
        AllotmentNight.allotment_id == allotment_id,
    ]


def _take(tx: WriteSession, place_id: int, allotment_id: int, type_id: int, nights: Nights, *, over: bool) -> list[int]:
    """Count one more in every night that has room; if not all have, undo it and answer those that do not."""
    counted = _taken(tx, place_id, allotment_id, type_id, nights.arrival, nights.departure - 1, over=over)
    done = {night for (night,) in tx.execute(counted)}
    lacking = [night for night in nights if night not in done]
    if lacking and done:
        undone = update(AllotmentNight).where(*_rows(place_id, allotment_id, type_id, nights))
        count = AllotmentNight.over_taken if over else AllotmentNight.taken
        tx.execute(undone.where(AllotmentNight.night.in_(sorted(done))).values({count: count - 1}))
    return lacking


@prepared
def _taken(
    _: ReadSession, place: int, allotment: int, kind: int, first: int, last: int, *, over: bool
) -> ReturningUpdate[int]:
    row = AllotmentNight
    count, most = (row.over_taken, row.over_limit) if over else (row.taken, row.capacity)
    counted = update(row).where(*_between(place, allotment, kind, first, last), count < most)
    return counted.values({count: count + 1}).returning(row.night)


@prepared
def _given_back(_: ReadSession, place: int, allotment: int, kind: int, first: int, last: int, *, over: bool) -> Update:
    count = AllotmentNight.over_taken if over else AllotmentNight.taken
    return update(AllotmentNight).where(*_between(place, allotment, kind, first, last)).values({count: count - 1})


def shrink(tx: WriteSession, house: House, type_id: int, nights: Nights, rooms: int = 1) -> list[int]:
    """Take rooms out of the pools, the public's last, as an outage begins; the nights whose pools lack free ones.

    A caller that is answered with nights has to refuse, which undoes the rest.
    """
    lacking = []
    for night in nights:
        left = rooms
        for row in _pools_of(tx, house, type_id, night):
            part = min(left, row.capacity - row.taken)
            if part and _resize(tx, row, -part):
                left -= part
        if left:
            lacking.append(night)
    return lacking


def grow(tx: WriteSession, house: House, type_id: int, nights: Nights, rooms: int = 1) -> None:
    """Give rooms to the public's pool, as an outage ends or a room is added."""
    rows = _rows(house.id, house.public.id, type_id, nights)
    tx.execute(update(AllotmentNight).where(*rows).values(capacity=AllotmentNight.capacity + rooms))


def _pools_of(tx: ReadSession, house: House, type_id: int, night: int) -> list[AllotmentNight]:
    mine = select(AllotmentNight).where(
        AllotmentNight.place_id == house.id, AllotmentNight.type_id == type_id, AllotmentNight.night == night
    )
    public = house.public.id
    return sorted(tx.all(mine), key=lambda row: (row.allotment_id == public, row.allotment_id))


def _resize(tx: WriteSession, row: AllotmentNight, by: int) -> bool:
    mine = _rows(row.place_id, row.allotment_id, row.type_id, Nights(row.night, row.night + 1))
    resized = update(AllotmentNight).where(*mine, AllotmentNight.capacity + by >= AllotmentNight.taken)
    return tx.execute(resized.values(capacity=AllotmentNight.capacity + by)).rowcount == 1
