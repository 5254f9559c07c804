"""The hotel of the coming weeks put in better order overnight: who can be reunited, and floors that are cleaned evenly.

Nobody who is pinned or in the house moves, nobody loses a room, and no pair that lives next to each other is parted;
within that pairs that live apart are brought together, and single stays go where they spread the work of
housekeeping. A move that does not save more than it costs is not made.
"""

import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from booking.rooms.rules.assignment.board import Board
from booking.rooms.rules.assignment.exact import assign_exactly
from booking.rooms.rules.assignment.greedy import assign_all, report
from booking.rooms.rules.assignment.hotel import Assignment, Move, Room, Snapshot, Stay
from booking.rooms.rules.assignment.solver import SolverMissing

MOVE = 3
"""Turnovers beyond the mean, squared, that one move has to save."""

Section = tuple[str, int]
"""A wing and a floor: where one housekeeper works."""


@dataclass(frozen=True, slots=True)
class Load:
    """Turnovers (arrivals and departures) by night and section: what housekeeping has to do."""

    counts: Mapping[tuple[int, Section], int]

    @property
    def uneven(self) -> int:
        """The sum of squares: the lower, the more evenly the same work is spread."""
        return sum(count * count for count in self.counts.values())


@dataclass(frozen=True, slots=True)
class Better:
    """A plan for the night.

    Attributes:
        moves: to be made together; none if nothing is better.
        before, after: assignments, and `load_before`, `load_after` the evenness of the work, lower is better.
        exact: whether CP-SAT was there to look.
    """

    moves: tuple[Move, ...]
    before: Assignment
    after: Assignment
    load_before: int
    load_after: int
    exact: bool


def load_of(rooms: Mapping[int, int], stays: Iterable[Stay], sections: Mapping[int, Section]) -> Load:
    """What housekeeping has to do when everybody lives in these rooms."""
    counts: Counter[tuple[int, Section]] = Counter()
    for stay in stays:
        room = rooms.get(stay.id)
        if room is not None and room in sections:
            counts[stay.arrival, sections[room]] += 1
            counts[stay.departure, sections[room]] += 1
    return Load(counts)


def improve(snapshot: Snapshot, sections: Mapping[int, Section], seconds: float) -> Better:
    """A better plan for a snapshot in which everybody lives somewhere; at most about so many seconds."""
    before = report(snapshot, {stay.id: stay.room for stay in snapshot.stays if stay.room is not None}, proved=False)
    rooms, exact = _reunited(snapshot, before, seconds)
    rooms = _spread(snapshot, rooms, sections)
    after = report(snapshot, rooms, proved=False)
    return Better(
        moves=after.moves,
        before=before,
        after=after,
        load_before=load_of(before.rooms, snapshot.stays, sections).uneven,
        load_after=load_of(rooms, snapshot.stays, sections).uneven,
        exact=exact,
    )


def _reunited(snapshot: Snapshot, before: Assignment, seconds: float) -> tuple[dict[int, int], bool]:
    """The rooms once pairs that live apart are brought together, where all others keep a room and their neighbours.

    All of them at once, by CP-SAT where OR-Tools is installed; one after the other where that helps nobody.
    """
    parted = [pair for pair in before.parted if set(pair) <= before.rooms.keys()]
    rooms, exact = dict(before.rooms), True
    ends = time.monotonic() + seconds
    tries = [parted, *([pair] for pair in parted)] if len(parted) > 1 else [parted] if parted else []
    for pairs in tries:
        left = ends - time.monotonic()
        if left <= 0 or all(_beside(snapshot, rooms, pair) for pair in pairs):
            continue
        loose = {stay for pair in pairs for stay in pair}
        asked = replace(snapshot, stays=tuple(_freed(stay, rooms, loose) for stay in snapshot.stays))
        try:
            found = assign_exactly(asked, left)
        except SolverMissing:
            exact, found = False, assign_all(asked)
        tried = report(snapshot, found.rooms, proved=False)
        now = report(snapshot, rooms, proved=False)
        if not tried.unplaced and set(now.kept) < set(tried.kept):
            rooms = dict(tried.rooms)
    return rooms, exact


def _freed(stay: Stay, rooms: Mapping[int, int], loose: Container[int]) -> Stay:
    return replace(stay, room=None if stay.id in loose and not stay.pinned else rooms[stay.id])


def _beside(snapshot: Snapshot, rooms: Mapping[int, int], pair: tuple[int, int]) -> bool:
    one, other = (rooms[stay] for stay in pair)
    return any(room.id == one and other in room.neighbours for room in snapshot.rooms)


class _Work:
    """Turnovers that change as stays move."""

    def __init__(self, load: Load, sections: Mapping[int, Section]) -> None:
        self.counts = Counter(load.counts)
        self.sections = sections

    def saved(self, stay: Stay, origin: int, target: int) -> int:
        """By how much the sum of squares falls when a stay moves."""
        here, there = self.sections[origin], self.sections[target]
        if here == there:
            return 0
        days = (stay.arrival, stay.departure)
        return sum(2 * (self.counts[day, here] - self.counts[day, there] - 1) for day in days)

    def move(self, stay: Stay, origin: int, target: int) -> None:
        """A stay moved."""
        for day in (stay.arrival, stay.departure):
            self.counts[day, self.sections[origin]] -= 1
            self.counts[day, self.sections[target]] += 1


def _spread(snapshot: Snapshot, rooms: dict[int, int], sections: Mapping[int, Section]) -> dict[int, int]:
    """Single stays into equal rooms that are free, where floors are cleaned more evenly for it."""
    board = Board(replace(snapshot, stays=tuple(replace(stay, room=rooms.get(stay.id)) for stay in snapshot.stays)))
    taken = [0] * len(board.rooms)
    for room, nights in enumerate(board.shut):
        taken[room] |= nights
    for item in board.items.values():
        if item.home is not None:
            taken[item.home] |= item.nights
    work = _Work(load_of(rooms, snapshot.stays, sections), sections)
    for stay in snapshot.stays:
        item = board.items[stay.id]
        if item.still or item.must or item.likes or item.home is None:
            continue
        origin = board.rooms[item.home].id
        best, gain = None, MOVE
        for room in item.rooms:
            if taken[room] & item.nights or not _alike(board.rooms[room], board.rooms[item.home]):
                continue
            saved = work.saved(stay, origin, board.rooms[room].id)
            if saved > gain:
                best, gain = room, saved
        if best is not None:
            taken[item.home] &= ~item.nights
            taken[best] |= item.nights
            work.move(stay, origin, board.rooms[best].id)
            rooms[stay.id] = board.rooms[best].id
    return rooms


def _alike(room: Room, other: Room) -> bool:
    """Whether two rooms differ only in where they are."""
    return (room.type, room.accessible, room.features) == (other.type, other.accessible, other.features)
