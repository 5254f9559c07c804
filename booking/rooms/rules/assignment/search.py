"""The exact search: seats everyone in order of arrival, and never looks at one situation twice.

Interval colouring around what is fixed, by depth-first search with memory. Only what is ahead matters: a room is the
night from which it is free and the night up to which it stays so, and two rooms that would do for the same stays and
look alike in this way are interchangeable.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from booking.rooms.rules.assignment.board import Board, Item, Nodes

Seats = Mapping[Item, int]
"""The room, by position, of every item."""


class _Turn(NamedTuple):
    """One item's turn: from which night each room is free, and the rooms left to try."""

    free: tuple[int, ...]
    state: object
    rooms: Iterator[int]


class Search:
    """Seats all items around what is fixed, or proves that nobody can.

    Args:
        board: the hotel.
        items: those to be seated.
        around: the nights of each room that are taken by others.
        beside: rooms of those who are not among the items, by stay.
        nodes: the budget.
        rows: whether groups that must live in a row do so.
    """

    def __init__(
        self,
        board: Board,
        items: Sequence[Item],
        around: Sequence[int],
        beside: Mapping[int, int],
        nodes: Nodes,
        *,
        rows: bool = True,
    ) -> None:
        self.board = board
        self.nodes = nodes
        self.order = sorted(items, key=lambda item: (item.arrival, len(item.rooms), -item.departure, item.id))
        used = sorted({room for item in items for room in item.rooms})
        self.rooms = used
        self.at = {room: at for at, room in enumerate(used)}
        self.around = [around[room] for room in used]
        inside = {item.id for item in items}
        self.must = {item: item.must for item in items if item.must} if rows else {}
        self.beside = {stay: room for stay, room in beside.items() if stay not in inside}
        self.exact = any(partner in inside for partners in self.must.values() for partner in partners)
        self.shape = self._shapes()
        self.until = [self._ends(row) for row in self.around]
        self.later = self._later_homes()

    def find(self) -> dict[Item, int] | None:
        """The room of every item, or None if there is no such seating: a proof.

        Raises:
            OutOfNodes: the budget ended first.
        """
        failed: set[object] = set()
        chosen: list[int] = []
        turns = [self._turn((0,) * len(self.rooms), chosen)] if self.order else []
        while turns:
            room = next(turns[-1].rooms, None)
            if room is None:
                failed.add(turns.pop().state)
                del chosen[-1:]
                continue
            chosen.append(room)
            if len(chosen) == len(self.order):
                break
            free = list(turns[-1].free)
            free[self.at[room]] = self.order[len(chosen) - 1].nights.bit_length()
            following = self._turn(tuple(free), chosen)
            if following.state in failed:
                chosen.pop()
            else:
                turns.append(following)
        return dict(zip(self.order, chosen, strict=True)) if len(chosen) == len(self.order) else None

    def _turn(self, free: tuple[int, ...], chosen: Sequence[int]) -> _Turn:
        self.nodes.spend()
        item = self.order[len(chosen)]
        night = item.arrival - self.board.base
        looks = [self._look(at, since, night) for at, since in enumerate(free)]
        state = (len(chosen), tuple(sorted(look for look in looks if look is not None)), self._open_rows(chosen))
        return _Turn(free, state, iter(self._distinct(item, night, looks, chosen)))

    def _look(self, at: int, since: int, night: int) -> tuple[int, int, int] | None:
        since = max(since, night)
        until = self.until[at][since]
        return (self.shape[at], since, until) if until > since else None

    def _distinct(
        self, item: Item, night: int, looks: Sequence[tuple[int, int, int] | None], chosen: Sequence[int]
    ) -> list[int]:
        """The rooms that an item may have, one of each look, in the order in which they are tried."""
        last = item.nights.bit_length()
        later = self.later[len(chosen)]
        found: dict[tuple[int, int, int], tuple[tuple[bool, int, int], int]] = {}
        for room in self._beside(item, chosen):
            look = looks[self.at[room]]
            if look is None or look[1] > night or look[2] < last:
                continue
            rank = (room != item.home, (later.get(room, 0) & item.nights).bit_count(), look[2])
            if look not in found or rank < found[look][0]:
                found[look] = (rank, room)
        return [room for _, room in sorted(found.values())]

    def _beside(self, item: Item, chosen: Sequence[int]) -> Sequence[int]:
        rooms: Sequence[int] = item.rooms
        for partner in self.must.get(item, ()):
            near = self._room_of(partner, chosen)
            if near is not None:
                rooms = [room for room in rooms if room in self.board.near[near]]
        return rooms

    def _room_of(self, stay: int, chosen: Sequence[int]) -> int | None:
        if stay in self.beside:
            return self.beside[stay]
        seated = zip(self.order, chosen, strict=False)
        return next((room for item, room in seated if item.id == stay), None)

    def _open_rows(self, chosen: Sequence[int]) -> object:
        """Where those live whom somebody who is still to be seated must be next to."""
        if not self.exact:
            return None
        waiting = {partner for item in self.order[len(chosen) :] for partner in self.must.get(item, ())}
        seated = zip(self.order, chosen, strict=False)
        return tuple((item.id, room) for item, room in seated if item.id in waiting)

    def _shapes(self) -> list[int]:
        """A number per room, the same for rooms that would do for the same stays."""
        if self.exact or self.must:
            return list(self.rooms)
        uses: dict[int, set[object]] = {room: set() for room in self.rooms}
        for item in self.order:
            for room in item.rooms:
                uses[room].add(item.rooms)
        numbers: dict[frozenset[object], int] = {}
        return [numbers.setdefault(frozenset(uses[room]), len(numbers)) for room in self.rooms]

    def _ends(self, row: int) -> list[int]:
        """For each night of a room, the first one from there that is not free."""
        width = max(item.nights.bit_length() for item in self.order) + 1
        ends = [width] * (width + 1)
        for night in reversed(range(width)):
            ends[night] = night if row >> night & 1 else ends[night + 1]
        return ends

    def _later_homes(self) -> list[dict[int, int]]:
        """After each turn, the nights of each room that those still to be seated hold now."""
        later: list[dict[int, int]] = [{}]
        for item in reversed(self.order[1:]):
            homes = later[-1]
            if item.home is not None:
                homes = {**homes, item.home: homes.get(item.home, 0) | item.nights}
            later.append(homes)
        return later[::-1]
