"""Why nothing fits although every night has room: which pins and blocks are to blame."""

from collections.abc import Sequence

from booking.rooms.rules.assignment.board import Board, Item, Nodes, OutOfNodes
from booking.rooms.rules.assignment.hotel import Block, CutUp
from booking.rooms.rules.assignment.search import Search

EXPLAIN_NODES = 1500
"""Positions that shortening the list may look at."""

_Obstacle = tuple[Item | Block, int, int]
"""A pinned stay or a block, its room, and its bits."""


def cut_up(board: Board, concerned: Sequence[Item], chosen: Sequence[Item]) -> CutUp:
    """The pins and blocks that keep these items, already proved to have no seating, from being seated.

    Each is left out in turn, and stays out if the rest still forbids everything: what remains is a least set.
    `chosen` are wishes that insist on a room.
    """
    guilty = _obstacles(board, concerned)
    nodes = Nodes(EXPLAIN_NODES)
    least, apart = True, False
    try:
        if any(item.must for item in concerned):
            apart = _seatable(board, concerned, chosen, guilty, nodes, rows=False)
        for obstacle in list(guilty):
            others = [other for other in guilty if other is not obstacle]
            if not _seatable(board, concerned, chosen, others, nodes, rows=True):
                guilty = others
    except OutOfNodes:
        least = False
    stays = tuple(sorted(cause.id for cause, _, _ in guilty if isinstance(cause, Item)))
    blocks = tuple(cause for cause, _, _ in guilty if isinstance(cause, Block))
    first, last = min(item.arrival for item in concerned), max(item.departure for item in concerned)
    return CutUp(first, last, stays, blocks, apart, least)


def _seatable(
    board: Board,
    items: Sequence[Item],
    chosen: Sequence[Item],
    obstacles: Sequence[_Obstacle],
    nodes: Nodes,
    *,
    rows: bool,
) -> bool:
    taken = [0] * len(board.rooms)
    beside = {item.id: item.home for item in (*board.items.values(), *chosen) if item.home is not None}
    for wish in chosen:
        if wish.home is not None:
            taken[wish.home] |= wish.nights
    for _, room, bits in obstacles:
        taken[room] |= bits
    moving = {item.id for item in board.items.values() if not item.still}
    fixed = {stay: room for stay, room in beside.items() if stay not in moving}
    return Search(board, items, taken, fixed, nodes, rows=rows).find() is not None


def _obstacles(board: Board, concerned: Sequence[Item]) -> list[_Obstacle]:
    nights = 0
    for item in concerned:
        nights |= item.nights
    rooms = {room for item in concerned for room in item.rooms}
    pins: list[_Obstacle] = [
        (item, item.home, item.nights) for item in board.items.values() if item.still and item.home is not None
    ]
    blocks: list[_Obstacle] = [
        (block, board.position[block.room], board.block_bits(block)) for block in board.snapshot.blocks
    ]
    return [one for one in (*pins, *blocks) if one[1] in rooms and one[2] & nights]
