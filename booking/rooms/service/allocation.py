"""Which room each stay holds: the best fit as everybody lives, else room made by moving those who may move.

The rules of assignment see one or more room types as a snapshot. An upgraded stay counts as of the type that it
was given; whoever must stay next to a room outside of the snapshot is left where they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Delete, Update, delete, select, tuple_, update
from sqlalchemy.sql.dml import ReturningInsert

from booking.db import ReadSession, WriteSession, insert, prepared
from booking.rooms.catalogue import House
from booking.rooms.errors import StayChanged
from booking.rooms.models import RoomNight, StayRoom
from booking.rooms.queries.assigning import as_stay, snapshot
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import Impossible, Move, OutOfTime, Plan, Snapshot, TooNarrow
from booking.rooms.rules.nights import Nights
from booking.rooms.service import boards
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
    outcome = plan(tx, now, house, wishes, nodes)
    if isinstance(outcome, Plan):
        return carry_out(tx, now, house, wishes, outcome)
    return outcome


def plan(
    tx: WriteSession, now: datetime, house: House, wishes: Sequence[Wish], nodes: int = QUICK_NODES
) -> Plan | Impossible | OutOfTime:
    """As `seek`, for types that are locked: what the board in memory knows is not asked of the database."""
    found = boards.find(tx, now, house, wishes[0][0]) if len(wishes) == 1 and wishes[0][1] is None else None
    return found or seek(tx, house, wishes, nodes)


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


def carry_out(tx: WriteSession, now: datetime, house: House, wishes: Sequence[Wish], plan: Plan) -> dict[int, int]:
    """Make the moves of a plan and claim the rooms of its wishes; the rooms by stay room."""
    given = {room.id: target for (room, _), target in zip(wishes, plan.rooms, strict=True)}
    moved = move(tx, now, house, plan.moves)
    ranges = {room.id: Nights(room.arrival, room.departure) for room in (*moved, *(room for room, _ in wishes))}
    targets = given | {one.stay: one.target for one in plan.moves}
    claim(tx, house, [(stay_room, targets[stay_room], ranges[stay_room]) for stay_room in targets])
    for stay_room, target in given.items():
        tx.execute(_put(tx, house.id, stay_room, target))
    return given


def move(tx: WriteSession, now: datetime, house: House, moves: Sequence[Move]) -> list[StayRoom]:
    """Take those who move out of their rooms and write down their new ones, as yet unclaimed; answers them."""
    if not moves:
        return []
    ids = sorted(one.stay for one in moves)
    tx.execute(_released(tx, house.id, *ids))
    for one in sorted(moves, key=lambda one: one.stay):
        tx.execute(_put(tx, house.id, one.stay, one.target))
    boards.note(tx, house, ids)
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
    wanted = list(claims)
    rows: list[dict[str, int | None]] = [
        {"place_id": house.id, "night": night, "room_id": room, "stay_room_id": stay_room, "outage_id": None}
        for stay_room, room, nights in wanted
        for night in nights
    ]
    boards.note(tx, house, [stay_room for stay_room, _, _ in wanted], [room for _, room, _ in wanted])
    if not write_claims(tx, rows):
        raise StayChanged


def write_claims(tx: WriteSession, rows: list[dict[str, int | None]]) -> bool:
    """Write rows of `room_nights` in the order of their keys; False if one was taken, and then the caller refuses."""
    rows.sort(key=lambda row: (row["night"] or 0, row["room_id"] or 0))
    for at in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[at : at + ROWS_AT_ONCE]
        if len(tx.execute(_claimed(tx), part).all()) != len(part):
            return False
    return True


@prepared
def _claimed(tx: ReadSession) -> ReturningInsert[int]:
    return insert(tx, RoomNight).on_conflict_do_nothing().returning(RoomNight.night)


def release(tx: WriteSession, house: House, stay_rooms: Iterable[int], nights: Nights | None = None) -> None:
    """Give up the claims of some stay rooms: all of them, or those of some nights."""
    ids = sorted(stay_rooms)
    boards.note(tx, house, ids)
    if nights is None:
        tx.execute(_released(tx, house.id, *ids))
        return
    mine = (RoomNight.place_id == house.id, RoomNight.stay_room_id.in_(ids))
    tx.execute(delete(RoomNight).where(*mine, RoomNight.night.between(nights.arrival, nights.departure - 1)))


@prepared
def _released(_: ReadSession, place: int, *ids: int) -> Delete:
    row = RoomNight
    # by their keys, found through the index: left to itself, SQLite walks through all nights of the place
    key = (row.place_id, row.night, row.room_id)
    mine = select(*key).where(row.place_id == place, row.stay_room_id.in_(ids))
    return delete(row).where(tuple_(*key).in_(mine))


def is_free(tx: ReadSession, house: House, room_id: int, nights: Nights) -> bool:
    """Whether nobody has a room on any of these nights."""
    taken = select(RoomNight.night).where(
        RoomNight.place_id == house.id,
        RoomNight.night.between(nights.arrival, nights.departure - 1),
        RoomNight.room_id == room_id,
    )
    return tx.execute(taken.limit(1)).first() is None


def still_holds(tx: ReadSession, house: House, wishes: Sequence[Wish], asked: Question, plan: Plan) -> bool:
    """Whether a plan can be carried out although claims have changed since it was made.

    Everybody in it is as they were, nobody is bound to others, and nobody else has come into the rooms.
    """
    movers = {one.stay: one.target for one in plan.moves}
    before = {stay.id: stay for stay in (*asked.snapshot.stays, *asked.stays)}
    chosen = {room.id: target for room, target in wishes}
    targets = movers | {room.id: target for (room, _), target in zip(wishes, plan.rooms, strict=True)}
    here = tx.all(select(StayRoom).where(StayRoom.place_id == house.id, StayRoom.id.in_(list(targets))))
    same = [
        one.status in ("expected", "pending")
        and one.together != "adjacent"
        and as_stay(one, chosen.get(one.id)) == before[one.id]
        for one in here
    ]
    return len(here) == len(targets) and all(same) and all(_is_open(tx, house, one, targets, movers) for one in here)


def _is_open(
    tx: ReadSession, house: House, room: StayRoom, targets: Mapping[int, int], movers: Mapping[int, int]
) -> bool:
    """Whether nobody but those who leave it has the room that is planned for a stay."""
    taken = select(RoomNight.stay_room_id).where(
        RoomNight.place_id == house.id,
        RoomNight.night.between(room.arrival, room.departure - 1),
        RoomNight.room_id == targets[room.id],
    )
    return all(owner in movers for (owner,) in tx.execute(taken.distinct()))


def keep(tx: WriteSession, house: House, rooms: Sequence[StayRoom], before: Mapping[int, int]) -> list[StayRoom]:
    """Claim for each room of a stay the one that it had before, if it is free; those that could not be kept.

    Rooms that must be next to each other are kept all or none.
    """
    if not before:
        return list(rooms)
    kept = [room for room in rooms if _may_keep(tx, house, room, before.get(room.id))]
    if len(kept) < len(rooms) and any(room.together == "adjacent" for room in rooms):
        return list(rooms)
    claim(tx, house, [(room.id, before[room.id], Nights(room.arrival, room.departure)) for room in kept])
    for room in kept:
        tx.execute(_put(tx, house.id, room.id, before[room.id]))
    return [room for room in rooms if room not in kept]


def _may_keep(tx: ReadSession, house: House, room: StayRoom, before: int | None) -> bool:
    """Whether the room that a stay had is of the type that it is given now, and free."""
    if before is None or before not in house.rooms or house.rooms[before].type_id != room.given_type_id:
        return False
    return is_free(tx, house, before, Nights(room.arrival, room.departure))


@prepared
def _put(_: ReadSession, place: int, stay_room: int, room: int) -> Update:
    return update(StayRoom).where(StayRoom.place_id == place, StayRoom.id == stay_room).values(room_id=room)
