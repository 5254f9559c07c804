"""The half hours that nobody can use any more, counted against those that may stay empty.

With everyone seated, each half hour leaves as many units empty as there are units beyond the demand: its slack.
A gap before a pin that is too short for anyone still waiting wastes slack. Once a half hour has wasted more than it
has, no seating follows, however the rest are placed. Counts of all half hours are kept side by side in one integer.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from booking.venues.rules.assignment.board import Board, Item

FIELD = 12
"""Bits a half hour: the upper one says that the count is not negative, so up to 2,047 units."""


class Waste:
    """What the gaps of one problem are good for. Gaps are judged by all items, since who starts later still waits."""

    def __init__(self, board: Board, items: Sequence[Item], fixed: int) -> None:
        self.board = board
        self.guards = _spread(board.full_row) << FIELD - 1
        self.slack = self.guards + sum(
            _spread(board.full_row & ~(fixed >> row * board.width)) for row in board.row.values()
        )
        self.slack -= sum(self.demand(item) for item in items)
        self.relief = max((board.size_of(item.kind) for item in items), default=0) * _spread(board.full_row)
        """The most that one displaced item could give back."""
        self._wasted = [self._row(items, fixed, row) for row in board.row.values()]

    def demand(self, item: Item) -> int:
        """The units that an item takes, by half hour."""
        return _spread(self.board.span(item.starts, item.ends)) * self.board.size_of(item.kind)

    def hopeless(self, hour: int, occupied: int, slack: int) -> bool:
        """Whether the gaps from an hour on waste more than the slack, when all who start earlier are seated."""
        width, since = self.board.width, hour - self.board.base
        ahead = (1 << width - since) - 1
        for row, wasted in enumerate(self._wasted):
            free = ~(occupied >> row * width + since) & ahead
            slack -= wasted[since + (free & -free).bit_length() - 1 if free else width]
        return slack & self.guards != self.guards

    def displaced_at_least(self, optional: Iterable[Item]) -> int:
        """How many of these must go at the very least, so that no half hour wants more units than it has.

        Covers what each half hour lacks from the earliest on, each time with whoever plays furthest beyond it.
        """
        able = sorted(optional, key=lambda item: -item.ends)
        size = max((self.board.size_of(item.kind) for item in able), default=1)
        slack = self.slack - sum(wasted[0] for wasted in self._wasted)
        gone: list[Item] = []
        for at in range(self.board.width):
            hour = self.board.base + at
            lacking = (1 << FIELD - 1) - (slack >> FIELD * at & (1 << FIELD) - 1)
            lacking -= size * sum(item.starts <= hour < item.ends for item in gone)
            here = [item for item in able if item.starts <= hour < item.ends and item not in gone]
            gone += here[: -(-lacking // size)] if lacking > 0 else []
        return len(gone)

    def _row(self, items: Sequence[Item], fixed: int, row: int) -> list[int]:
        """For a unit that becomes free at each half hour: what it wastes from there to the end of the day."""
        board = self.board
        waiting = self._by_start(items, row)
        wasted = [0] * (board.width + 1)
        usable = gap = after = ends = 0
        for at in reversed(range(board.width)):
            if fixed >> row * board.width + at & 1:
                wasted[at] = after = wasted[at + 1]
                usable = gap = 0
                continue
            ends = at + 1 if not gap else ends
            gap |= 1 << at
            for item in waiting.get(at + board.base, ()):
                if item.ends - board.base <= ends:
                    usable |= board.span(item.starts, item.ends)
            wasted[at] = after + _spread(gap & ~usable)
        return wasted

    def _by_start(self, items: Sequence[Item], row: int) -> dict[int, list[Item]]:
        kinds = {court.kind for court in self.board.courts if any(self.board.row[unit] == row for unit in court.units)}
        found: dict[int, list[Item]] = {}
        for item in items:
            if item.kind in kinds:
                found.setdefault(item.starts, []).append(item)
        return found


@lru_cache(maxsize=4096)
def _spread(bits: int) -> int:
    """A row of bits with each bit in a field of its own."""
    fields = 0
    while bits:
        lowest = bits & -bits
        fields |= 1 << FIELD * (lowest.bit_length() - 1)
        bits ^= lowest
    return fields
