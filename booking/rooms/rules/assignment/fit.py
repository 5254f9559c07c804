"""Which free room a stay gets: the one that is missed least."""

from collections.abc import Iterable

from booking.rooms.rules.assignment.board import Board, Item, Look, Seating
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
    board, kind, rows = seating.board, item.kind, seating.rows
    first, last = item.arrival - board.base, item.departure - board.base
    until = (1 << first) - 1
    beyond = max(0, board.snapshot.last - board.base - last)
    beside = [board.near[seating.room_of[other]] for other in item.likes if other in seating.room_of]
    seen: set[tuple[int, Look]] = set()
    best: tuple[tuple[int, int, bool, int, int, int], int] | None = None
    for at in free:
        row, look = rows[at], board.look(at, kind)
        if not beside:  # rooms that are alike and as empty are missed alike, and the first of them is as good as any
            if (row, look) in seen:
                continue
            seen.add((row, look))
        before = first - (row & until).bit_length()
        ahead = row >> last
        after = (ahead & -ahead).bit_length() - 1 if ahead else beyond
        crumbs = (before if before < SHORTEST else 0) + (after if after < SHORTEST else 0)
        rank, accessible, spare = look
        cost = (-sum(at in near for near in beside), rank, accessible, crumbs, spare, after + before)
        if best is None or cost < best[0] or (cost == best[0] and at < best[1]):
            best = cost, at
    if best is None:
        raise LookupError("no free room to choose from")
    return best[1]
