"""Why nothing fits although every half hour has room: which pins and blocks are to blame."""

from collections.abc import Sequence

from booking.venues.rules.assignment.board import Board, Item, Nodes, OutOfNodes
from booking.venues.rules.assignment.day import Block, Day, Held
from booking.venues.rules.assignment.sweep import Sweep

EXPLAIN_NODES = 1000
"""Positions that shortening the list may look at."""

Obstacle = tuple[Item | Block, int]
"""A pinned booking or a block, with its bits."""


def held(day: Day, board: Board, concerned: Sequence[Item], chosen: int) -> Held:
    """The pins and blocks that keep these items, already proved to have no seating, from being seated.

    Each is left out in turn, and stays out if the rest still forbids everything: what remains is a least set.
    `chosen` are the bits of courts that wishes insist on.
    """
    starts = min(item.starts for item in concerned)
    ends = max(item.ends for item in concerned)
    guilty = _obstacles(day, board, starts, ends)
    nodes = Nodes(EXPLAIN_NODES)
    least = True
    try:
        for obstacle in list(guilty):
            others = [other for other in guilty if other is not obstacle]
            fixed = chosen
            for _, mask in others:
                fixed |= mask
            if Sweep(board, concerned, fixed, nodes).find() is None:
                guilty = others
    except OutOfNodes:
        least = False
    bookings = tuple(sorted(cause.booking for cause, _ in guilty if isinstance(cause, Item)))
    blocks = tuple(cause for cause, _ in guilty if isinstance(cause, Block))
    return Held(starts, ends, bookings, blocks, least)


def _obstacles(day: Day, board: Board, starts: int, ends: int) -> list[Obstacle]:
    window = sum(board.span(starts, ends) << row * board.width for row in board.row.values())
    pins: list[Obstacle] = [(pin, board.home_mask(pin)) for pin in board.pins]
    blocks: list[Obstacle] = [(block, board.block_mask(block)) for block in day.blocks]
    return [obstacle for obstacle in [*pins, *blocks] if obstacle[1] & window]
