"""The whole hotel anew, at once: pairs first, each room by best fit, then room made for those who are left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from booking.rooms.rules.assignment.board import Board, Item, Nodes, OutOfNodes, Seating
from booking.rooms.rules.assignment.chains import Chains
from booking.rooms.rules.assignment.fit import best_fit, choose
from booking.rooms.rules.assignment.hotel import Assignment, Move, Snapshot
from booking.rooms.rules.assignment.swaps import swap_in

CHAIN_NODES = 100
"""Positions that chains may look at for each stay that found no free room."""
SWAP_NODES = 300
"""Positions that swaps may look at for it."""
LONGEST_CHAIN = 3


def assign_all(snapshot: Snapshot) -> Assignment:
    """A room for every stay; who holds one keeps it unless someone else finds none otherwise.

    In order of arrival, those who want to live together before others. 2,000 stays in 300 rooms take a third of a
    second. A stay that finds no room may still have one in another plan: `proved` says when that is impossible.
    """
    board = Board(snapshot)
    seating = Seating(board)
    waiting = _seat_homes(seating)
    left = Greedy(seating, waiting).run()
    if snapshot.upgrades and left:
        left = _upgraded(seating, left)
    join(seating)
    return report(snapshot, {stay: board.rooms[room].id for stay, room in seating.room_of.items()}, proved=not left)


def _seat_homes(seating: Seating) -> list[Item]:
    """Leaves everyone where they are; returns those who have no room, or none that they can keep."""
    waiting = []
    for item in seating.board.items.values():
        if item.still:
            continue
        near = seating.rooms_for(item)
        if item.home is not None and item.home in near and not seating.rows[item.home] & item.nights:
            seating.put(item, item.home)
        else:
            waiting.append(item)
    return waiting


def _upgraded(seating: Seating, left: Sequence[Item]) -> list[Item]:
    """Gives better types to those for whom their own has nothing left."""
    better = Board(seating.board.snapshot, upgrades=True)
    return Greedy(seating, [replace(better.items[item.id], home=None) for item in left]).run()


class Greedy:
    """Seats those who wait among those who live somewhere."""

    def __init__(self, seating: Seating, waiting: Sequence[Item]) -> None:
        self.seating = seating
        self.waiting = {
            item.id: item
            for item in sorted(
                waiting,
                key=lambda item: (
                    item.arrival,
                    not (item.must or item.likes),
                    len(item.rooms),
                    -item.departure,
                    item.id,
                ),
            )
        }

    def run(self) -> list[Item]:
        """Seats whom it can; returns those for whom it found nothing."""
        everyone = list(self.waiting.values())
        for item in everyone:
            if item.id in self.waiting:
                self._seat(item)
        for item in [item for item in everyone if item.id in self.waiting]:
            if self._make_room(item):
                del self.waiting[item.id]
        return list(self.waiting.values())

    def _seat(self, item: Item) -> None:
        for other in (*item.must, *item.likes):
            partner = self.waiting.get(other)
            if partner is not None and self._seat_both(item, partner):
                return
        if any(other in self.waiting for other in item.must):
            return
        room = best_fit(self.seating, item)
        if room is not None:
            self._settle(item, room)

    def _settle(self, item: Item, room: int) -> None:
        self.seating.put(item, room)
        del self.waiting[item.id]

    def _seat_both(self, item: Item, partner: Item) -> bool:
        """Two rooms next to each other, the first of which is missed least."""
        seating, near = self.seating, self.seating.board.near
        beside = {room for room in seating.rooms_for(partner) if not seating.rows[room] & partner.nights}
        free = [room for room in seating.rooms_for(item) if not seating.rows[room] & item.nights]
        free = [room for room in free if near[room] & beside]
        if not free:
            return False
        room = choose(seating, item, free)
        self._settle(item, room)
        self._settle(partner, choose(seating, partner, sorted(near[room] & beside)))
        return True

    def _make_room(self, item: Item) -> bool:
        """Seats an item by moving others."""
        return all(other not in self.waiting for other in item.must) and make_room(self.seating, item)


def make_room(seating: Seating, item: Item) -> bool:
    """Seats an item, by moving others where that helps; whether that was possible."""
    nodes = Nodes(CHAIN_NODES)
    try:
        for most in range(LONGEST_CHAIN + 1):
            found = Chains(seating, nodes).find([item], most)
            if found is not None:
                seating.take(found)
                return True
    except OutOfNodes:
        pass
    return swap_in(seating, item, SWAP_NODES)


def join(seating: Seating) -> None:
    """Brings pairs together that live apart, where nobody has to leave the room that they hold for it."""
    items = seating.board.items
    pairs = [(items[one], items[other]) for one in items for other in items[one].likes if other in items]
    for item, partner in pairs:
        if partner.id not in seating.room_of or item.id not in seating.room_of or item.home is not None:
            continue
        near = seating.board.near[seating.room_of[partner.id]]
        if seating.room_of[item.id] in near:
            continue
        tried = seating.copy()
        tried.lift(item)
        wanted = replace(item, rooms=tuple(room for room in item.rooms if room in near))
        if make_room(tried, wanted) and _quality(tried, pairs) > _quality(seating, pairs):
            seating.take(tried)


def _quality(seating: Seating, pairs: Sequence[tuple[Item, Item]]) -> tuple[int, int]:
    """Stays that keep the room they hold, then pairs that live next to each other."""
    room, near = seating.room_of, seating.board.near
    keeping = sum(room.get(item.id) == item.home for item in seating.board.items.values())
    together = sum(room[other.id] in near[room[one.id]] for one, other in pairs if {one.id, other.id} <= room.keys())
    return keeping, together


def report(snapshot: Snapshot, rooms: Mapping[int, int], *, proved: bool) -> Assignment:
    """What an assignment means: who moved, who has no room, who lives beside whom."""
    near = {room.id: set(room.neighbours) for room in snapshot.rooms}
    for room in snapshot.rooms:
        for other in room.neighbours:
            near.setdefault(other, set()).add(room.id)
    pairs = [pair for group in snapshot.groups for pair in group.pairs]
    kept = {(one, other) for one, other in pairs if one in rooms and rooms.get(other) in near[rooms[one]]}
    moves = [
        Move(stay.id, stay.room, rooms[stay.id])
        for stay in snapshot.stays
        if stay.room is not None and rooms.get(stay.id, stay.room) != stay.room
    ]
    return Assignment(
        rooms=rooms,
        moves=tuple(moves),
        unplaced=tuple(stay.id for stay in snapshot.stays if stay.id not in rooms),
        kept=tuple(pair for pair in pairs if pair in kept),
        parted=tuple(pair for pair in pairs if pair not in kept),
        proved=proved,
    )
