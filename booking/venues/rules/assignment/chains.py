"""The quick way to make room: seat the wish, reseat whom it ejects, and so on, with few moves.

Bookings that were reseated stay where they were put, so for a given number of moves the search is complete:
the first number that succeeds is the fewest.
"""

from collections.abc import Iterator, Mapping, Sequence

from booking.venues.rules.assignment.board import Board, Item, Nodes

Seats = Mapping[Item, int]
"""The court, by position, of every item that was seated."""


class Chains:
    """Searches for a seating that ejects at most a given number of bookings from their courts."""

    def __init__(self, board: Board, loose: Sequence[Item], nodes: Nodes) -> None:
        self.board = board
        self.nodes = nodes
        self.loose = [(item, board.home_mask(item)) for item in loose]

    def find(self, pending: Sequence[Item], fixed: int, most: int) -> Seats | None:
        """Seats for all pending items and all whom they eject, at most `most` ejected; None if there are none.

        Raises:
            OutOfNodes: the budget ended first.
        """
        return self._seat(list(pending), fixed, most, {})

    def _seat(self, pending: list[Item], hard: int, most: int, seated: dict[Item, int]) -> Seats | None:
        if not pending:
            return seated
        self.nodes.spend()
        item = min(pending, key=lambda other: (self._freedom(other, hard), other.booking))
        rest = [other for other in pending if other is not item]
        gone = {*seated, *pending}
        for court, mask, ejected in self._seats(item, hard, gone):
            if len(ejected) > most:
                break
            found = self._seat([*rest, *ejected], hard | mask, most - len(ejected), {**seated, item: court})
            if found is not None:
                return found
        return None

    def _freedom(self, item: Item, hard: int) -> int:
        return sum(1 for _, mask in self.board.choices(item) if not mask & hard)

    def _seats(self, item: Item, hard: int, gone: set[Item]) -> Iterator[tuple[int, int, list[Item]]]:
        """Courts that only movable bookings keep from the item, those that eject fewest first."""
        near = [
            (other, mask)
            for other, mask in self.loose
            if other.starts < item.ends and item.starts < other.ends and other not in gone
        ]
        options = [
            (court, mask, [other for other, held in near if held & mask])
            for court, mask in self.board.choices(item)
            if not mask & hard
        ]
        return iter(sorted(options, key=lambda option: len(option[2])))
