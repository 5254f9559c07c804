"""Making room by swapping what lives in two rooms between two nights at which both change guests.

A new stay is laid into a room; at the first night on which it meets someone, that room swaps the stretch around the
night with a room that is free then. Such a stretch ends where both rooms change guests or stand empty: a Kempe chain
of graph colouring, which in intervals is a range of nights. Among rooms that are all alike and without pins a swap is
possible at every such night (whoever begins there begins a stretch), so that whenever the count of each night fits,
the stay gets its room: this is the proof that interval graphs are perfect, step by step.
"""

from collections.abc import Iterator
from typing import NamedTuple

from booking.rooms.rules.assignment.board import Item, Nodes, OutOfNodes, Seating

WIDTH = 4
"""Swaps that are tried at each night, those that move fewest first."""


class Swap(NamedTuple):
    """Two rooms exchange those who live there in some nights."""

    one: int
    other: int
    there: tuple[Item, ...]
    back: tuple[Item, ...]


class Swaps:
    """The search for the swaps that move fewest for one item."""

    def __init__(self, seating: Seating, item: Item, nodes: Nodes) -> None:
        self.seating = seating
        self.item = item
        self.nodes = nodes
        self.most = sum(len(guests) for guests in seating.who)
        self.found: tuple[int, list[Swap]] | None = None
        self.done: list[Swap] = []

    def find(self) -> tuple[int, list[Swap]] | None:
        """A room for the item, and the swaps that free it; None if none were found."""
        seating, item = self.seating, self.item
        rooms = [room for room in seating.rooms_for(item) if not seating.still[room] & item.nights]
        first = item.nights & -item.nights

        def ease(room: int) -> tuple[bool, int]:
            meets = seating.rows[room] & item.nights
            return bool(meets & first), meets.bit_count()

        try:
            for room in sorted(rooms, key=ease):
                self._clear(room, frozenset())
        except OutOfNodes:
            self._back()
        return self.found

    def _back(self) -> None:
        while self.done:
            apply(self.seating, self.done.pop())

    def _clear(self, room: int, moved: frozenset[Item]) -> None:
        """Looks at the ways to empty a room of what the item meets there, and keeps what moves fewest."""
        if len(moved) > self.most:
            return
        meets = self.seating.rows[room] & self.item.nights
        if not meets:
            self.found = (room, list(self.done))
            self.most = len(moved) - 1
            return
        self.nodes.spend()
        swaps = sorted(self._swaps(room, meets), key=_upset)
        for swap in swaps[:WIDTH]:
            apply(self.seating, swap)
            self.done.append(swap)
            self._clear(room, moved.union(swap.there, swap.back))
            apply(self.seating, self.done.pop())

    def _swaps(self, room: int, meets: int) -> Iterator[Swap]:
        seating, board = self.seating, self.seating.board
        night = meets & -meets
        upto = (night << 1) - 1
        wanted = self.item.nights
        here = ~seating.rows[room] | seating.starts[room]
        for other, row in enumerate(seating.rows):
            if row & night or other == room or board.family[other] != board.family[room]:
                continue
            common = here & (~row | seating.starts[other])
            ahead = common & ~upto
            stretch = (ahead & -ahead) - (1 << (common & upto).bit_length() - 1)
            if (seating.still[room] | seating.still[other]) & stretch or row & stretch & upto & wanted:
                continue
            there, back = seating.within(room, stretch), seating.within(other, stretch)
            if all(other in item.rooms for item in there) and all(room in item.rooms for item in back):
                yield Swap(room, other, tuple(there), tuple(back))


def _upset(swap: Swap) -> tuple[int, int]:
    """How many move, and how many of them may lose a neighbour."""
    moving = (*swap.there, *swap.back)
    return len(moving), sum(bool(item.likes) for item in moving)


def apply(seating: Seating, swap: Swap) -> None:
    """Makes a swap; making it again undoes it."""
    one, other = swap.one, swap.other
    if seating.room_of[swap.there[0].id] == other:
        one, other = other, one
    for item in (*swap.there, *swap.back):
        seating.lift(item)
    for item in swap.there:
        seating.put(item, other)
    for item in swap.back:
        seating.put(item, one)


def swap_in(seating: Seating, item: Item, nodes: int) -> bool:
    """Seats an item by swaps, few of them if it can; whether that was possible."""
    found = Swaps(seating, item, Nodes(nodes)).find()
    if found is None:
        return False
    room, swaps = found
    for swap in swaps:
        apply(seating, swap)
    seating.put(item, room)
    return True
