"""The rooms of a type with everybody who lives in them, kept from one booking to the next instead of built for each."""

from collections.abc import Sequence

from booking.rooms.rules.assignment.board import Board, Item, Seating
from booking.rooms.rules.assignment.chains import GREEDY_NODES, LONGEST_CHAIN, fewest_moves
from booking.rooms.rules.assignment.fit import best_fit
from booking.rooms.rules.assignment.hotel import Move, Plan, Snapshot, Stay


class Standing:
    """A snapshot that follows what happens: `enter` and `leave` say who comes, goes, or lives otherwise than before."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.board = Board(snapshot)
        self.seating = Seating(self.board, self.board.items.values())

    def enter(self, stay: Stay) -> None:
        """A stay lives in its room, which is free, from now on."""
        board, seating = self.board, self.seating
        item = board.items[stay.id] = board.item(stay)
        if not item.still:
            seating.put(item, item.held)
            return
        room = item.held
        for taken in (board.shut, seating.rows, seating.still):
            taken[room] |= item.nights
        seating.starts[room] |= item.nights & -item.nights
        seating.room_of[item.id] = room

    def leave(self, stay: int) -> None:
        """A stay lives nowhere any more; nothing happens if it did not before."""
        item = self.board.items.pop(stay, None)
        if item is None:
            return
        if not item.still:
            self.seating.lift(item)
            return
        room = self.seating.room_of.pop(stay)
        for taken in (self.board.shut, self.seating.rows, self.seating.still):
            taken[room] &= ~item.nights
        self.seating.starts[room] &= ~(item.nights & -item.nights)

    def find(self, wish: Stay) -> Plan | None:
        """A room for a stay that chose none and belongs to no group, moving few others; None says nothing.

        The same room as `rearrange` would give it where one is free, and the same moves where few are enough.
        """
        item = self.board.item(wish)
        room = best_fit(self.seating, item)
        if room is not None:
            return Plan((self.board.rooms[room].id,))
        if self._is_full(item):
            return None
        found = fewest_moves(self.seating, [item], 1, LONGEST_CHAIN, GREEDY_NODES)
        return None if found is None else self._plan(item, found)

    def _is_full(self, item: Item) -> bool:
        """Whether every room that would do is taken on some night: then no chain of moves helps."""
        full = item.nights
        for room in item.rooms:
            full &= self.seating.rows[room]
        return bool(full)

    def _plan(self, item: Item, found: Seating) -> Plan:
        rooms, before = self.board.rooms, self.seating.room_of
        moved = sorted(stay for stay, room in found.room_of.items() if before.get(stay, room) != room)
        moves = (Move(stay, rooms[before[stay]].id, rooms[found.room_of[stay]].id) for stay in moved)
        return Plan((rooms[found.room_of[item.id]].id,), tuple(moves))

    def living(self) -> Sequence[tuple[int, int, int, int, bool]]:
        """Who lives where: (stay, room, first night, departure, whether it stays there), for comparison."""
        board = self.board
        return sorted(
            (item.id, board.rooms[self.seating.room_of[item.id]].id, item.arrival, item.departure, item.still)
            for item in board.items.values()
        )
