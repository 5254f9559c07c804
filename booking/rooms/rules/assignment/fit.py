"""Which free room a stay gets: the one that is missed least."""

from collections.abc import Iterable

from booking.rooms.rules.assignment.board import Board, Item, Seating
from booking.rooms.rules.assignment.hotel import Stay

SHORTEST = 2
"""A gap below this many nights is hard to sell."""


def seat(board: Board, stay: Stay) -> int | None:
    """The id of the room that suits a stay best as everybody lives now, or None if none is free.

    Promised by the caller: its nights lie within the snapshot.

    In order: next to its group; a type of its own before an upgrade; no accessible room for those who do not need
    one; fewest nights left in gaps below `SHORTEST`; fewest features that nobody asked for; the smallest gap.
    """
    at = best_fit(board.seating(), board.item(stay))
    return None if at is None else board.rooms[at].id


def best_fit(seating: Seating, item: Item) -> int | None:
    """The position of the free room that is missed least, or None if none is free."""
    free = [room for room in seating.rooms_for(item) if not seating.rows[room] & item.nights]
    if len(free) <= 1:
        return free[0] if free else None
    return choose(seating, item, free)


def choose(seating: Seating, item: Item, free: Iterable[int]) -> int:
    """Of some free rooms, the one that is missed least."""
    board, kind = seating.board, item.kind
    horizon = board.snapshot.last - board.base
    first, last = item.arrival - board.base, item.departure - board.base
    beside = [board.near[seating.room_of[other]] for other in item.likes if other in seating.room_of]

    def cost(at: int) -> tuple[int, int, bool, int, int, int, int]:
        room, row = board.rooms[at], seating.rows[at]
        before = first - (row & (1 << first) - 1).bit_length()
        ahead = row >> last
        after = (ahead & -ahead).bit_length() - 1 if ahead else max(0, horizon - last)
        crumbs = (before if before < SHORTEST else 0) + (after if after < SHORTEST else 0)
        return (
            -sum(at in near for near in beside),
            kind.types.index(room.type) if room.type in kind.types else len(kind.types),
            room.accessible and not kind.accessible,
            crumbs,
            len(room.features) - len(kind.features),
            after + before,
            at,
        )

    return min(free, key=cost)
