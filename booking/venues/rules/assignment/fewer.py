"""Fewer moves: those of a seating that turn out to be needless."""

from collections.abc import Iterable, Mapping, Sequence

from booking.venues.rules.assignment.board import Board, Item, Nodes, OutOfNodes
from booking.venues.rules.assignment.sweep import ask

FEWER_NODES = 400
"""Positions that leaving out moves may look at in all."""
EFFORT = 100


def fewer_moves(
    board: Board, must: Sequence[Item], loose: Sequence[Item], hard: int, seats: Mapping[Item, int]
) -> dict[Item, int]:
    """A seating of the same items that moves no more of the loose ones, and fewer where that is quickly found.

    Each move is left out in turn; it stays out if the others, seated anew, can do without it.

    Args:
        board: the day.
        must: those who need a seat, wherever it is.
        loose: those who sit at home and may move.
        hard: what never moves.
        seats: a seating that works.
    """
    nodes = Nodes(FEWER_NODES)
    movers = _movers(loose, seats)
    kept = {item: seats[item] for item in [*must, *movers]}
    for item in movers:
        if item not in kept or kept[item] == item.home:
            continue
        left = [mover for mover in _movers(movers, kept) if mover is not item]
        moving = set(left)
        around = hard | board.homes(other for other in loose if other not in moving)
        try:
            found = ask(board, [*must, *left], around, nodes, EFFORT)
        except OutOfNodes:
            continue
        kept = kept if found is None else found
    return kept


def _movers(items: Iterable[Item], seats: Mapping[Item, int]) -> list[Item]:
    return [item for item in items if seats.get(item, item.home) != item.home]
