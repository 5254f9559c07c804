"""Which room each stay holds: the best fit as everybody lives, else room made by moving those who may move.

The rules of assignment see one or more room types as a snapshot. An upgraded stay counts as of the type that it
was given; whoever must stay next to a room outside of the snapshot is left where they are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, update

from booking.db import ReadSession, WriteSession, insert
from booking.rooms.catalogue import House
from booking.rooms.errors import StayChanged
from booking.rooms.models import LONGEST_STAY, Outage, RoomNight, StayRoom
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import Block, Group, Impossible, Move, OutOfTime, Plan, Snapshot, TooNarrow
from booking.rooms.rules.nights import Nights
from booking.rooms.service.guests import reschedule_passes

AROUND = 5
"""Nights before and after a stay that are looked at first; more where those at the edge have to move too.

Enough for the best fit, which counts gaps of a night or two; three weeks take more than twice the time."""
QUICK_NODES = 2000
"""Positions that the exact search may look at within a request: about 100 ms at the worst."""
ROWS_AT_ONCE = 1000

Wish = tuple[StayRoom, int | None]
"""A room of a stay, and the room that it chose."""


class Question(NamedTuple):
    """The hotel around some wishes, and the wishes."""

    snapshot: Snapshot
    stays: tuple[assignment.Stay, ...]

    def wider(self, found: TooNarrow) -> Nights:
        """The nights to look at next."""
        return Nights(min(self.snapshot.first, found.first), max(self.snapshot.last, found.last))


def seat(
    tx: WriteSession, now: datetime, house: House, wishes: Sequence[Wish], nodes: int = QUICK_NODES
) -> dict[int, int] | Impossible | OutOfTime:
    """Claim a room for each room of a stay; the rooms by stay room, or why not all have one, and then none has.

    The types in question are locked already. Others may move to equal rooms; guests in the house and chosen rooms
    stay where they are.
    """
    outcome = seek(tx, house, wishes, nodes)
    if isinstance(outcome, Plan):
        return carry_out(tx, now, house, wishes, outcome)
    return outcome


def seek(tx: ReadSession, house: House, wishes: Sequence[Wish], nodes: int) -> Plan | Impossible | OutOfTime:
    """How the wishes would be met, looking at as many nights as it takes."""
    window: Nights | None = None
    while True:
        asked = question(tx, house, wishes, window)
        outcome = assignment.rearrange(asked.snapshot, asked.stays, nodes)
        if not isinstance(outcome, TooNarrow):
            return outcome
        window = asked.wider(outcome)


def question(tx: ReadSession, house: House, wishes: Sequence[Wish], window: Nights | None = None) -> Question:
    """What the rules of assignment are asked, about some nights around the wishes or the ones given."""
    nights = Nights(min(room.arrival for room, _ in wishes), max(room.departure for room, _ in wishes))
    seen = window or Nights(nights.arrival - AROUND, nights.departure + AROUND)
    shot = snapshot(tx, house, types_of(wishes), seen, [room for room, _ in wishes])
    return Question(shot, tuple(as_stay(room, chosen) for room, chosen in wishes))


def types_of(wishes: Iterable[Wish]) -> list[int]:
    """The types of the rooms that are wished for."""
    return sorted({room.given_type_id for room, _ in wishes})


def snapshot(
    tx: ReadSession, house: House, types: Collection[int], nights: Nights, asked: Sequence[StayRoom] = ()
) -> Snapshot:
    """The rooms of some types on some nights, and who lives in them; `asked` are those about to."""
    rooms = {room.id: room for room in house.rooms.values() if room.type_id in types}
    living = _living(tx, house, nights)
    here = [one for one in living if one.room_id in rooms]
    bound = _bound_elsewhere(living, rooms)
    return Snapshot(
        first=nights.arrival,
        last=nights.departure,
        rooms=tuple(
            assignment.Room(
                room.id,
                room.type_id,
                frozenset(room.neighbours) & rooms.keys(),
                frozenset(room.features),
                room.accessible,
            )
            for room in rooms.values()
        ),
        stays=tuple(as_stay(one, one.room_id if one.stay_id in bound else None) for one in here),
        groups=tuple(groups([*here, *asked])),
        blocks=tuple(_blocks(tx, house, rooms, nights)),
    )


def as_stay(room: StayRoom, chosen: int | None = None) -> assignment.Stay:
    """A room of a stay as the rules of assignment see it."""
    held = room.room_id if chosen is None else chosen
    return assignment.Stay(
        id=room.id,
        type=room.given_type_id,
        arrival=room.arrival,
        departure=room.departure,
        room=held,
        chosen=chosen is not None or room.pinned == "chosen",
        arrived=room.status == "in_house",
        accessible="accessible" in room.needs,
        features=frozenset(room.needs) - {"accessible"},
    )


def groups(rooms: Iterable[StayRoom]) -> Iterable[Group]:
    """The rooms of one stay that want to be next to each other, in their order."""
    together: dict[int, list[StayRoom]] = defaultdict(list)
    for room in rooms:
        if room.together:
            together[room.stay_id].append(room)
    for of_stay in together.values():
        if len(of_stay) > 1:
            of_stay.sort(key=lambda room: room.number)
            yield Group(tuple(room.id for room in of_stay), must=of_stay[0].together == "adjacent")


def _living(tx: ReadSession, house: House, nights: Nights) -> list[StayRoom]:
    """Every room of a stay that has a room on some of these nights."""
    row = StayRoom
    arrivals = row.arrival.between(nights.arrival - LONGEST_STAY, nights.departure - 1)
    there = select(row).where(row.place_id == house.id, arrivals, row.departure > nights.arrival)
    living = there.where(row.status.in_(("expected", "in_house")), row.room_id.is_not(None))
    return tx.all(living.order_by(row.id))


def _bound_elsewhere(living: Iterable[StayRoom], rooms: Collection[int]) -> set[int]:
    """Stays that must live in a row of which a part is in rooms outside of these."""
    return {one.stay_id for one in living if one.together == "adjacent" and one.room_id not in rooms}


def _blocks(tx: ReadSession, house: House, rooms: Collection[int], nights: Nights) -> Iterable[Block]:
    standing = select(Outage).where(Outage.place_id == house.id, Outage.lifted_at.is_(None))
    within = standing.where(Outage.from_night < nights.departure, Outage.until_night > nights.arrival)
    for outage in tx.all(within.order_by(Outage.id)):
        for room in outage.rooms:
            if room in rooms:
                yield Block(room, outage.from_night, outage.until_night, f"outage:{outage.id}")


def carry_out(tx: WriteSession, now: datetime, house: House, wishes: Sequence[Wish], plan: Plan) -> dict[int, int]:
    """Make the moves of a plan and claim the rooms of its wishes; the rooms by stay room."""
    given = {room.id: target for (room, _), target in zip(wishes, plan.rooms, strict=True)}
    moved = move(tx, now, house, plan.moves)
    ranges = {room.id: Nights(room.arrival, room.departure) for room in (*moved, *(room for room, _ in wishes))}
    targets = given | {one.stay: one.target for one in plan.moves}
    claim(tx, house, [(stay_room, targets[stay_room], ranges[stay_room]) for stay_room in targets])
    for stay_room, target in given.items():
        tx.execute(update(StayRoom).where(*_is(house, stay_room)).values(room_id=target))
    return given


def move(tx: WriteSession, now: datetime, house: House, moves: Sequence[Move]) -> list[StayRoom]:
    """Take those who move out of their rooms and write down their new ones, as yet unclaimed; answers them."""
    if not moves:
        return []
    ids = sorted(one.stay for one in moves)
    tx.execute(delete(RoomNight).where(RoomNight.place_id == house.id, RoomNight.stay_room_id.in_(ids)))
    for one in sorted(moves, key=lambda one: one.stay):
        tx.execute(update(StayRoom).where(*_is(house, one.stay)).values(room_id=one.target))
    moved = tx.all(select(StayRoom).where(StayRoom.place_id == house.id, StayRoom.id.in_(ids)).order_by(StayRoom.id))
    origins = {one.stay: one.origin for one in moves}
    for room in moved:
        if house.rooms[origins[room.id]].zone_id != house.rooms[room.room_id or 0].zone_id:
            reschedule_passes(tx, now, house, room)
    return moved


def claim(tx: WriteSession, house: House, claims: Iterable[tuple[int, int, Nights]]) -> None:
    """Claim rooms for stay rooms, in the order of the claims' keys.

    Raises:
        StayChanged: one is taken after all; with the types locked, nobody can have come between.
    """
    rows: list[dict[str, int | None]] = [
        {"place_id": house.id, "night": night, "room_id": room, "stay_room_id": stay_room, "outage_id": None}
        for stay_room, room, nights in claims
        for night in nights
    ]
    if not write_claims(tx, rows):
        raise StayChanged


def write_claims(tx: WriteSession, rows: list[dict[str, int | None]]) -> bool:
    """Write rows of `room_nights` in the order of their keys; False if one was taken, and then the caller refuses."""
    rows.sort(key=lambda row: (row["night"] or 0, row["room_id"] or 0))
    for at in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[at : at + ROWS_AT_ONCE]
        written = insert(tx, RoomNight).values(part).on_conflict_do_nothing().returning(RoomNight.night)
        if len(tx.execute(written).all()) != len(part):
            return False
    return True


def release(tx: WriteSession, house: House, stay_rooms: Iterable[int], nights: Nights | None = None) -> None:
    """Give up the claims of some stay rooms: all of them, or those of some nights."""
    mine = [RoomNight.place_id == house.id, RoomNight.stay_room_id.in_(sorted(stay_rooms))]
    if nights is not None:
        mine.append(RoomNight.night.between(nights.arrival, nights.departure - 1))
    tx.execute(delete(RoomNight).where(*mine))


def is_free(tx: ReadSession, house: House, room_id: int, nights: Nights) -> bool:
    """Whether nobody has a room on any of these nights."""
    taken = select(RoomNight.night).where(
        RoomNight.place_id == house.id,
        RoomNight.night.between(nights.arrival, nights.departure - 1),
        RoomNight.room_id == room_id,
    )
    return tx.execute(taken.limit(1)).first() is None


def keep(tx: WriteSession, house: House, rooms: Sequence[StayRoom], before: Mapping[int, int]) -> list[StayRoom]:
    """Claim for each room of a stay the one that it had before, if it is free; those that could not be kept.

    Rooms that must be next to each other are kept all or none.
    """
    kept = [room for room in rooms if _may_keep(tx, house, room, before.get(room.id))]
    if len(kept) < len(rooms) and any(room.together == "adjacent" for room in rooms):
        return list(rooms)
    claim(tx, house, [(room.id, before[room.id], Nights(room.arrival, room.departure)) for room in kept])
    for room in kept:
        tx.execute(update(StayRoom).where(*_is(house, room.id)).values(room_id=before[room.id]))
    return [room for room in rooms if room not in kept]


def _may_keep(tx: ReadSession, house: House, room: StayRoom, before: int | None) -> bool:
    """Whether the room that a stay had is of the type that it is given now, and free."""
    if before is None or before not in house.rooms or house.rooms[before].type_id != room.given_type_id:
        return False
    return is_free(tx, house, before, Nights(room.arrival, room.departure))


def _is(house: House, stay_room: int) -> list[ColumnElement[bool]]:
    return [StayRoom.place_id == house.id, StayRoom.id == stay_room]
