"""The exact search: seats everyone in order of start, and never looks at one situation twice.

Interval colouring around pre-coloured pins, for courts of one or several units, by depth-first search with memory
(looks.py) and a bound (waste.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from booking.venues.rules.assignment.board import Board, Item, Nodes
from booking.venues.rules.assignment.looks import Looks, Seat
from booking.venues.rules.assignment.waste import Waste

NOWHERE = -1
"""The court of someone who is displaced."""

State = tuple[int, tuple[int, ...]]
"""Whose turn it is, and how the halls look, in no order."""


@dataclass(slots=True)
class _Turn:
    """One item's turn: what is occupied, how many more may be displaced, and the seats left to try."""

    occupied: int
    spare: int
    slack: int
    state: State
    seats: Iterator[Seat]


class Sweep:
    """Seats all items around what is fixed, or proves that nobody can."""

    def __init__(self, board: Board, items: Sequence[Item], fixed: int, nodes: Nodes) -> None:
        self.board = board
        self.fixed = fixed
        self.nodes = nodes
        self.order = sorted(items, key=lambda item: (item.starts, -board.size_of(item.kind), -item.ends, item.booking))
        self.looks = Looks(board, fixed)
        self.waste = Waste(board, items, fixed)
        self._later_homes = self._homes_after()

    def _homes_after(self) -> list[int]:
        later = [0]
        for item in reversed(self.order[1:]):
            later.append(later[-1] | self.board.home_mask(item))
        return later[::-1]

    def find(self, optional: frozenset[Item] = frozenset(), spare: int = 0) -> dict[Item, int] | None:
        """The court, by position, of every item, with at most `spare` of the optional ones `NOWHERE`.

        None if there is no such seating: a proof.

        Raises:
            OutOfNodes: the budget ended first.
        """
        if not self.order:
            return {}
        failed: dict[State, int] = {}
        chosen: list[int] = []
        turns = [self._turn(0, self.fixed, spare, self.waste.slack, optional)]
        while turns:
            turn = turns[-1]
            seat = next(turn.seats, None)
            if seat is None:
                failed[turn.state] = max(failed.get(turn.state, -1), turn.spare)
                turns.pop()
                del chosen[-1:]
                continue
            chosen.append(seat[0])
            if len(chosen) == len(self.order):
                return dict(zip(self.order, chosen, strict=True))
            following = self._after(turn, seat, optional, len(chosen))
            if failed.get(following.state, -1) >= following.spare:
                chosen.pop()
            else:
                turns.append(following)
        return None

    def _after(self, turn: _Turn, seat: Seat, optional: frozenset[Item], number: int) -> _Turn:
        court, mask = seat
        if court != NOWHERE:
            return self._turn(number, turn.occupied | mask, turn.spare, turn.slack, optional)
        regained = self.waste.demand(self.order[number - 1])
        return self._turn(number, turn.occupied, turn.spare - 1, turn.slack + regained, optional)

    def _turn(self, number: int, occupied: int, spare: int, slack: int, optional: frozenset[Item]) -> _Turn:
        self.nodes.spend()
        item = self.order[number]
        looks = self.looks.of(item.starts, occupied)
        state = (number, tuple(sorted(looks)))
        seats: list[Seat] = []
        if not self.waste.hopeless(item.starts, occupied, slack + spare * self.waste.relief):
            seats = self.looks.distinct(self._ranked(number, occupied), item.starts, occupied, looks)
            if spare and item in optional:
                seats.append((NOWHERE, 0))
        return _Turn(occupied, spare, slack, state, iter(seats))

    def _ranked(self, number: int, occupied: int) -> list[Seat]:
        """The free courts of an item: its home, then where later ones are not at home, then the tightest gap."""
        item, later = self.order[number], self._later_homes[number]
        free = [seat for seat in self.board.choices(item) if not seat[1] & occupied]
        return sorted(
            free,
            key=lambda seat: (
                seat[0] != item.home,
                (seat[1] & later).bit_count(),
                self._gap(seat[0], item.ends, occupied),
            ),
        )

    def _gap(self, court: int, ends: int, occupied: int) -> int:
        """Half hours free after an end on a court."""
        ahead = self.board.busy(occupied, court) >> ends - self.board.base
        return (ahead & -ahead).bit_length() - 1 if ahead else self.board.width


def ask(
    board: Board,
    items: Sequence[Item],
    fixed: int,
    nodes: Nodes,
    effort: int,
    optional: frozenset[Item] = frozenset(),
    spare: int = 0,
) -> dict[Item, int] | None:
    """`Sweep.find` with a part of the budget, of at most `effort`.

    Raises:
        OutOfNodes: the part was not enough.
    """
    share = nodes.part(effort)
    try:
        return Sweep(board, items, fixed, share).find(optional, spare)
    finally:
        nodes.settle(share)
