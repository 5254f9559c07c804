"""The tape chart: rooms × nights, with a bar for every stay and outage."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, select

from booking.db import ReadSession
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Guest, Outage, RoomNight, StayRoom
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas_figures import Tape, TapeBar, TapeRoom

MOST_NIGHTS = 62


def tape(tx: ReadSession, place_id: int, nights: Nights) -> Tape:
    """Every room with what takes its nights: one statement. Bars end where the chart does.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    taken: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in _claims(tx, house, nights):
        taken[row.room_id].append(row)
    rooms = sorted(house.rooms.values(), key=lambda room: (room.wing, room.floor, room.number))
    lines = [TapeRoom(room.id, room.number, room.type_id, list(_bars(taken[room.id]))) for room in rooms]
    return Tape(date_of(nights.arrival), date_of(nights.departure), lines)


def _claims(tx: ReadSession, house: House, nights: Nights) -> Sequence[Row[Any]]:
    row = RoomNight
    stay = and_(StayRoom.place_id == row.place_id, StayRoom.id == row.stay_room_id)
    first = and_(Guest.place_id == row.place_id, Guest.stay_room_id == row.stay_room_id, Guest.number == 0)
    outage = and_(Outage.place_id == row.place_id, Outage.id == row.outage_id)
    columns = (row.room_id, row.night, row.stay_room_id, row.outage_id)
    shown = (StayRoom.stay_id, StayRoom.status, StayRoom.pinned, Guest.name, Outage.reason)
    joined = select(*columns, *shown).outerjoin(StayRoom, stay).outerjoin(Guest, first).outerjoin(Outage, outage)
    within = row.night.between(nights.arrival, nights.departure - 1)
    return tx.execute(joined.where(row.place_id == house.id, within).order_by(row.room_id, row.night)).all()


def _bars(claims: Iterable[Row[Any]]) -> Iterator[TapeBar]:
    """Runs of nights that belong to the same owner."""
    numbered = enumerate(claims)
    for _, run in groupby(numbered, key=lambda one: (one[1].stay_room_id, one[1].outage_id, one[1].night - one[0])):
        rows = [row for _, row in run]
        yield _bar(rows[0], rows[-1].night + 1)


def _bar(row: Row[Any], until: int) -> TapeBar:
    return TapeBar(
        first=date_of(row.night),
        until=date_of(until),
        stay=row.stay_id,
        stay_room=row.stay_room_id,
        outage=row.outage_id,
        status=row.status or "out_of_order",
        name=row.name or row.reason or "",
        movable=row.status == "expected" and not row.pinned,
    )
