"""What fits on each night alone: the cheap proof that a wish cannot be met, and one that a clerk understands.

On one night seating is matching stays with rooms. By Hall's theorem it fails exactly when some stays together have
fewer rooms that would do for them than they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from booking.rooms.rules.assignment.board import Board, Item
from booking.rooms.rules.assignment.hotel import Overfull


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Stays of one night that have too few rooms."""

    night: int
    stays: int
    rooms: frozenset[int]
    excess: int


def overfull(board: Board, wishes: Sequence[Item], loose: Sequence[Item], shut: Sequence[int]) -> Overfull | None:
    """The nights of the wishes on which more is wanted than fits, or None if each night alone has room.

    Only nights of a wish can be too full, since before it everybody had a room. `shut` are the nights of each room
    that nobody may have.
    """
    nights = sorted({night for wish in wishes for night in range(wish.arrival, wish.departure)})
    found = (_crowd(board, night, wishes, loose, shut) for night in nights)
    crowds = [crowd for crowd in found if crowd is not None]
    if not crowds:
        return None
    worst = max(crowds, key=lambda crowd: (crowd.excess, -crowd.night))
    alike = tuple(crowd.night for crowd in crowds if crowd.rooms & worst.rooms or not worst.rooms)
    return _told(board, worst, alike, shut)


def _told(board: Board, worst: _Crowd, nights: tuple[int, ...], shut: Sequence[int]) -> Overfull:
    """A crowd with the rooms that its stays would have if nothing was pinned or out of order."""
    bit = board.bits(worst.night, worst.night + 1)
    rooms = worst.rooms
    blocks = tuple(
        block
        for block in board.snapshot.blocks
        if board.position[block.room] in rooms and block.first <= worst.night < block.last
    )
    settled = sum(1 for room in rooms if shut[room] & bit) - len(blocks)
    ids = tuple(sorted(board.rooms[room].id for room in rooms))
    return Overfull(nights, ids, worst.stays + settled, blocks)


def _crowd(
    board: Board, night: int, wishes: Sequence[Item], loose: Sequence[Item], shut: Sequence[int]
) -> _Crowd | None:
    bit = board.bits(night, night + 1)
    guests = {item.home: item for item in loose if item.nights & bit and item.home is not None}
    for wish in wishes:
        if wish.nights & bit:
            stays = _augment(wish, guests, bit, shut)
            if stays:
                rooms = frozenset(room for item in stays for room in item.rooms)
                return _Crowd(night, len(stays), rooms, len(stays) - sum(1 for room in rooms if not shut[room] & bit))
    return None


def _augment(wish: Item, guests: dict[int, Item], bit: int, shut: Sequence[int]) -> list[Item]:
    """Matches a wish with a room by moving guests of this night; if that fails, those who share too few rooms."""
    via: dict[int, Item] = {}
    reached = [wish]
    for item in reached:
        for room in item.rooms:
            if room in via or shut[room] & bit:
                continue
            via[room] = item
            if room not in guests:
                _settle(room, via, guests, wish)
                return []
            reached.append(guests[room])
    return reached


def _settle(room: int, via: Mapping[int, Item], guests: dict[int, Item], wish: Item) -> None:
    """Moves along the path that has been found, from the free room back to the wish."""
    left = {item.id: at for at, item in guests.items()}
    while True:
        item = via[room]
        guests[room] = item
        if item is wish:
            return
        room = left[item.id]
