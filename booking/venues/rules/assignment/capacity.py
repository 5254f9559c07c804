"""What fits at one half hour: the cheap proof that a wish cannot be met.

At a single half hour seating is packing: halls are independent, and each offers a set of best mixtures (a hall of
two halves: one full court, or two half courts). Mixtures are counts of courts in a fixed order of kinds.
"""

from collections.abc import Sequence

from booking.venues.rules.assignment.board import Board, Hall, Item
from booking.venues.rules.assignment.day import Overfull

Mixture = tuple[int, ...]


def overfull(board: Board, wishes: Sequence[Item], fixed: int) -> Overfull | None:
    """The half hours of the wishes at which more is wanted than fits, or None if each hour alone has room.

    Wishes with a home chose their court, which is part of `fixed`. Only hours of a wish can be too full, since
    before it everybody had a court.
    """
    packing = _Packing(board)
    loose = [*board.items, *(wish for wish in wishes if wish.home is None)]
    hours = sorted({hour for wish in wishes for hour in range(wish.starts, wish.ends)})
    demands = {hour: packing.demand(hour, loose) for hour in hours}
    full = {hour: demand for hour, demand in demands.items() if not packing.fits(hour, fixed, demand)}
    if not full:
        return None
    first = min(full)
    asked = [wish.kind for wish in wishes if wish.starts <= first < wish.ends]
    at = next(at for kind in [*asked, *packing.kinds] if full[first][at := packing.kinds.index(kind)])
    full = {hour: demand for hour, demand in full.items() if demand[at]}
    room = {hour: packing.most(hour, fixed, demand, at) for hour, demand in full.items()}
    worst = min(full, key=lambda hour: (room[hour] - full[hour][at], hour))
    settled = [*board.pins, *(wish for wish in wishes if wish.home is not None)]
    pinned = packing.demand(worst, settled)[at]
    return Overfull(packing.kinds[at], tuple(full), full[worst][at] + pinned, room[worst] + pinned)


class _Packing:
    """Best mixtures of a whole facility, hall by hall; halls of one shape share what was found."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.kinds = tuple(board.by_kind)
        self._best: dict[tuple[int, int], frozenset[Mixture]] = {}

    def demand(self, hour: int, items: Sequence[Item]) -> Mixture:
        playing = [item.kind for item in items if item.starts <= hour < item.ends]
        return tuple(playing.count(kind) for kind in self.kinds)

    def fits(self, hour: int, fixed: int, demand: Mixture) -> bool:
        return any(_covers(mixture, demand) for mixture in self._mixtures(hour, fixed))

    def most(self, hour: int, fixed: int, demand: Mixture, kind: int) -> int:
        """How many courts of one kind are possible beside the demand for the others; 0 if those do not fit."""
        others = tuple(0 if at == kind else count for at, count in enumerate(demand))
        return max((mixture[kind] for mixture in self._mixtures(hour, fixed) if _covers(mixture, others)), default=0)

    def _mixtures(self, hour: int, fixed: int) -> frozenset[Mixture]:
        total = frozenset({(0,) * len(self.kinds)})
        for hall in self.board.halls:
            free = self._free(hall, hour, fixed)
            total = _undominated({_sum(one, other) for one in total for other in self._hall(hall, free)})
        return total

    def _free(self, hall: Hall, hour: int, fixed: int) -> int:
        bits = fixed >> hall.first * self.board.width + hour - self.board.base
        return sum(1 << row for row in range(hall.size) if not bits >> row * self.board.width & 1)

    def _hall(self, hall: Hall, free: int) -> frozenset[Mixture]:
        """The best mixtures of one hall whose free rows are given as bits, deciding its lowest free row first."""
        key = (hall.shape, free)
        if key not in self._best:
            self._best[key] = self._decide(hall, free)
        return self._best[key]

    def _decide(self, hall: Hall, free: int) -> frozenset[Mixture]:
        if not free:
            return frozenset({(0,) * len(self.kinds)})
        lowest = free & -free
        found = set(self._hall(hall, free ^ lowest))
        for court in hall.courts:
            rows = sum(1 << row for row in self.board.outline[court])
            if rows & lowest and rows & free == rows:
                kind = self.board.courts[court].kind
                one = tuple(int(other == kind) for other in self.kinds)
                found |= {_sum(one, mixture) for mixture in self._hall(hall, free ^ rows)}
        return _undominated(found)


def _sum(one: Mixture, other: Mixture) -> Mixture:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _covers(one: Mixture, other: Mixture) -> bool:
    return all(a >= b for a, b in zip(one, other, strict=True))


def _undominated(mixtures: set[Mixture]) -> frozenset[Mixture]:
    return frozenset(one for one in mixtures if not any(other != one and _covers(other, one) for other in mixtures))
