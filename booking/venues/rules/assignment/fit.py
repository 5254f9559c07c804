"""Which free court a new booking gets, when it may be any of its kind.

Best fit, measured by what is left for others: a court costs as many two-hour starts as its hall loses, over all
courts of all kinds (half a basketball court beside a taken half costs no full one). Ties: fewer half hours left
in gaps too short to book, then the smaller gap that the booking is cut from, then the order of the courts.
"""

from booking.venues.rules.assignment.board import Board, Item
from booking.venues.rules.assignment.day import Day, Wish

START = 4
"""Half hours of the booking whose free starts are counted: two hours, the usual game."""
SHORTEST = 2
"""A gap below this many half hours is useless: an hour is the shortest usual booking."""


def choose_court(day: Day, wish: Wish) -> int | None:
    """The id of the court that suits a wish best as everybody sits now, or None if none is free."""
    board = Board(day)
    if not day.opens <= wish.starts < wish.ends <= day.closes or wish.kind not in board.by_kind:
        return None
    occupied = board.fixed | board.homes(board.items)
    if wish.court is not None:
        taken = board.mask(board.position[wish.court], wish.starts, wish.ends) & occupied
        return None if taken else wish.court
    at = best_fit(board, occupied, Item(0, wish.kind, wish.starts, wish.ends, None))
    return None if at is None else board.courts[at].id


def best_fit(board: Board, occupied: int, item: Item) -> int | None:
    """The position of the free court that costs others least, or None if none is free."""
    free = [(court, mask) for court, mask in board.choices(item) if not mask & occupied]
    if not free:
        return None
    if len(free) == 1:
        return free[0][0]
    measure = _Measure(board, occupied)
    return min(free, key=lambda seat: (*measure.cost(seat[0], seat[1], item), seat[0]))[0]


class _Measure:
    """Counts what halls have to offer, each once for the occupancy before."""

    def __init__(self, board: Board, occupied: int) -> None:
        self.board = board
        self.occupied = occupied
        self._before: dict[int, tuple[int, int]] = {}

    def cost(self, court: int, mask: int, item: Item) -> tuple[int, int, int]:
        hall = self.board.hall_of[court]
        if hall not in self._before:
            self._before[hall] = self._worth(hall, self.occupied)
        starts, crumbs = self._before[hall]
        starts_after, crumbs_after = self._worth(hall, self.occupied | mask)
        return starts - starts_after, crumbs_after - crumbs, self._gap(court, item)

    def _worth(self, hall: int, occupied: int) -> tuple[int, int]:
        """The two-hour starts of a hall, and its half hours in useless gaps."""
        starts = crumbs = 0
        for court in self.board.halls[hall].courts:
            free = self.board.open_row & ~self.board.busy(occupied, court)
            starts += free_starts(free, START).bit_count()
            crumbs += free.bit_count() - _reachable(free, SHORTEST).bit_count()
        return starts, crumbs

    def _gap(self, court: int, item: Item) -> int:
        """Half hours of the free run around a place."""
        busy = self.board.busy(self.occupied, court) | ~self.board.open_row
        before = busy & (1 << item.starts - self.board.base) - 1
        ahead = busy >> item.ends - self.board.base
        return (ahead & -ahead).bit_length() - before.bit_length()


def free_starts(free: int, length: int) -> int:
    """The bits at which `length` free half hours begin."""
    starts = free
    for step in range(1, length):
        starts &= free >> step
    return starts


def _reachable(free: int, length: int) -> int:
    """The free bits that lie in a run of at least `length`."""
    starts = free_starts(free, length)
    covered = 0
    for step in range(length):
        covered |= starts << step
    return covered
