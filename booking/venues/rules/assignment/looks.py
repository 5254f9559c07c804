"""When two situations are the same: what the past of a search means for its future.

Only what is still occupied matters. A hall is looked at from the present hour up to the next half hour at which
pins and blocks cover all its units: nobody plays across that, and what comes after it does not depend on the past.
So two halls of equal shape that look alike are interchangeable, and so are the units of a hall whose units are all
alike (two halves).
"""

from collections.abc import Sequence

from booking.venues.rules.assignment.board import Board

Seat = tuple[int, int]
"""A court, by position, and the bits that it takes."""


class Looks:
    """How halls look from an hour on, around what is fixed."""

    def __init__(self, board: Board, fixed: int) -> None:
        self.board = board
        self.fixed = fixed
        self._windows: dict[int, tuple[int, ...]] = {}

    def of(self, hour: int, occupied: int) -> list[int]:
        """One number a hall: equal numbers, equal futures. The courts of equal halls may be swapped."""
        board, width = self.board, self.board.width
        looks = []
        for hall, window in zip(board.halls, self._windows_at(hour), strict=True):
            bits = occupied >> hall.first * width & window
            if hall.uniform:
                bits = _in_order(bits, hall.size, width, board.full_row)
            looks.append(bits * len(board.halls) + hall.shape)
        return looks

    def distinct(self, seats: Sequence[Seat], hour: int, occupied: int, looks: Sequence[int]) -> list[Seat]:
        """The seats without those equal to an earlier one."""
        found: dict[object, Seat] = {}
        windows = self._windows_at(hour)
        for seat in seats:
            court, at = seat[0], self.board.hall_of[seat[0]]
            hall, rows = self.board.halls[at], self.board.outline[seat[0]]
            place: object = rows
            if hall.uniform:
                bits = occupied >> hall.first * self.board.width & windows[at]
                place = tuple(sorted(bits >> row * self.board.width & self.board.full_row for row in rows))
            found.setdefault((looks[at], self.board.courts[court].kind, place), seat)
        return list(found.values())

    def _windows_at(self, hour: int) -> tuple[int, ...]:
        if hour not in self._windows:
            self._windows[hour] = tuple(self._window(at, hour) for at in range(len(self.board.halls)))
        return self._windows[hour]

    def _window(self, at: int, hour: int) -> int:
        """The bits of a hall from an hour up to and with the next one at which all its units are fixed.

        That last one is kept, so that halls which close at different hours never look alike.
        """
        hall, width = self.board.halls[at], self.board.width
        closed = self.board.full_row
        for row in range(hall.first, hall.first + hall.size):
            closed &= self.fixed >> row * width
        since = hour - self.board.base
        ahead = closed >> since << since
        until = (ahead & -ahead).bit_length() if ahead else width
        return sum((1 << until) - (1 << since) << row * width for row in range(hall.size))


def _in_order(bits: int, size: int, width: int, full_row: int) -> int:
    """The rows of a hall of like units, sorted."""
    rows = sorted(bits >> row * width & full_row for row in range(size))
    return sum(row << at * width for at, row in enumerate(rows))
