"""The quick way to make room: seat the new stay, reseat whom it puts out, and so on, with few moves.

Stays that were reseated stay where they were put, so for a given number of moves the search is complete: the first
number that succeeds is the fewest.
"""

from collections.abc import Sequence

from booking.rooms.rules.assignment.board import Item, Nodes, OutOfNodes, Seating
from booking.rooms.rules.assignment.fit import choose

GREEDY_NODES = 150
"""Positions that chains and swaps may look at, each."""
LONGEST_CHAIN = 4


def fewest_moves(seating: Seating, pending: Sequence[Item], least: int, longest: int, nodes: int) -> Seating | None:
    """A seating with all pending items that puts out as few as it can, `least` to `longest`; None if none was found."""
    budget = Nodes(nodes)
    try:
        for most in range(least, longest + 1):
            found = Chains(seating, budget).find(pending, most)
            if found is not None:
                return found
    except OutOfNodes:
        pass
    return None


class Chains:
    """Searches for a seating that puts at most a given number of stays out of their rooms."""

    def __init__(self, seating: Seating, nodes: Nodes) -> None:
        self.seating = seating.copy()
        self.nodes = nodes
        self.settled = [0] * len(seating.rows)

    def find(self, pending: Sequence[Item], most: int) -> Seating | None:
        """A seating with all pending items and all whom they put out, at most `most`; None if there is none.

        Raises:
            OutOfNodes: the budget ended first.
        """
        return self.seating if self._seat(tuple(pending), most) else None

    def _seat(self, pending: Sequence[Item], most: int) -> bool:
        if not pending:
            return True
        self.nodes.spend()
        item = min(pending, key=lambda one: (not self._beside_someone(one), len(one.rooms), one.id))
        rest = tuple(other for other in pending if other is not item)
        for room, out in self._options(item, most):
            for other in out:
                self.seating.lift(other)
            self.seating.put(item, room)
            self.settled[room] |= item.nights
            if self._seat((*rest, *out), most - len(out)):
                return True
            self.settled[room] &= ~item.nights
            self.seating.lift(item)
            for other in out:
                self.seating.put(other, room)
        return False

    def _beside_someone(self, item: Item) -> bool:
        return any(partner in self.seating.room_of for partner in item.must)

    def _options(self, item: Item, most: int) -> list[tuple[int, list[Item]]]:
        """Rooms that only movable stays keep from the item, with those; fewest first, best fitting first."""
        seating = self.seating
        shut, settled = seating.still, self.settled
        open_to = [room for room in seating.rooms_for(item) if not (shut[room] | settled[room]) & item.nights]
        free = [room for room in open_to if not seating.rows[room] & item.nights]
        found: list[tuple[int, list[Item]]] = [(room, []) for room in free]
        if len(free) > 1:
            best = choose(seating, item, free)
            found.sort(key=lambda option: option[0] != best)
        if most:
            taken = [room for room in open_to if seating.rows[room] & item.nights]
            put_out = [(room, seating.within(room, item.nights)) for room in taken]
            found += sorted((option for option in put_out if len(option[1]) <= most), key=_upset)
        return found


def _upset(option: tuple[int, list[Item]]) -> tuple[int, int]:
    """How many are put out, and how many of them may lose a neighbour."""
    out = option[1]
    return len(out), sum(bool(item.likes) for item in out)
