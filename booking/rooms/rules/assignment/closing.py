"""What taking rooms offline does to everyone: the plan that displaces the fewest, and of those the cheapest.

Whoever was to live in a room that closes gets another one that would do, also when that room had been chosen: it is
gone. Others move only if they may, and nobody is displaced whose own room stays open. Guests in the house stay put.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from booking.rooms.rules.assignment.board import Board, Item, Seating
from booking.rooms.rules.assignment.greedy import Greedy, make_room
from booking.rooms.rules.assignment.hotel import Block, ClosingPlan, Fate, Snapshot, Stay

SWAPPED = 60
"""How often it is tried to displace a cheaper stay instead of a dearer one."""

Cost = Callable[[Stay], int]
"""What displacing a stay costs, in fen or in any other unit."""


def plan_closing(snapshot: Snapshot, closing: Sequence[Block], cost: Cost = lambda _: 0) -> ClosingPlan:
    """What happens to the stays of a snapshot when rooms go out of order for ranges of nights.

    `snapshot.blocks` are what is out of order already; `closing` comes on top, and stays may lie under it.

    Raises:
        ValueError: a stay under the closing reaches beyond the snapshot, where other rooms may be taken.
    """
    case = Closing(snapshot, closing, cost)
    seating, bound = case.greedy()
    return case.told(seating.room_of, fewest=len(case.displaced(seating.room_of)) == bound)


class Closing:
    """One closure.

    Attributes:
        affected: those whose room closes, as items without a home; guests in the house are not among them.
        loose: those who may move to make room.
    """

    def __init__(self, snapshot: Snapshot, closing: Sequence[Block], cost: Cost) -> None:
        housed = {stay.id: stay for stay in snapshot.stays if stay.room is not None}
        self.origin = {stay.id: stay.room for stay in snapshot.stays if stay.room is not None}
        hit = [stay for stay in housed.values() if any(_touches(stay, block) for block in closing)]
        self.in_house = [stay for stay in hit if stay.arrived]
        leaving = {stay.id: replace(stay, room=None, chosen=False) for stay in hit if not stay.arrived}
        if any(stay.arrival < snapshot.first or stay.departure > snapshot.last for stay in leaving.values()):
            raise ValueError("a stay under the closing reaches beyond the snapshot")
        self.costs = {stay: cost(housed[stay]) for stay in leaving}
        stays = tuple(leaving.get(stay, housed[stay]) for stay in housed)
        after = replace(snapshot, stays=stays, blocks=(*snapshot.blocks, *closing))
        self.board = Board(after, upgrades=bool(snapshot.upgrades))
        self.affected = [self.board.items[stay] for stay in leaving]
        self.loose = [item for item in self.board.items.values() if not item.still and item.home is not None]

    def greedy(self) -> tuple[Seating, int]:
        """A seating of all but some of the affected, and the fewest that any seating displaces."""
        seating = Seating(self.board, self.loose)
        dropped = self._surplus()
        out = {item.id for item in dropped}
        left = [*Greedy(seating, [item for item in self.affected if item.id not in out]).run(), *dropped]
        for item in sorted(left, key=lambda item: (-self.costs[item.id], item.id)):
            if all(other in seating.room_of for other in item.must):
                make_room(seating, item)
        self._displace_cheaper(seating)
        return seating, len(dropped)

    def displaced(self, rooms: Mapping[int, int]) -> list[Item]:
        """Those of the affected who have no room, the dearest first."""
        gone = [item for item in self.affected if item.id not in rooms]
        return sorted(gone, key=lambda item: (-self.costs[item.id], item.id))

    def told(self, rooms: Mapping[int, int], *, fewest: bool) -> ClosingPlan:
        """The plan that leaves everyone in these rooms, by position."""
        return ClosingPlan(tuple(sorted(self._fates(rooms), key=lambda fate: fate.stay)), fewest)

    def _fates(self, rooms: Mapping[int, int]) -> Iterator[Fate]:
        for stay in self.in_house:
            yield Fate(stay.id, "stays", self.origin[stay.id], stay.room)
        for item in (*self.affected, *self.loose):
            origin = self.origin[item.id]
            room = self.board.rooms[rooms[item.id]].id if item.id in rooms else None
            if room != origin:
                yield Fate(item.id, "displaced" if room is None else "moves", origin, room)

    def _surplus(self) -> list[Item]:
        """The fewest of the affected without whom no night has more stays than rooms.

        Night by night, who stays on for longest goes first, the cheapest of these: no other choice displaces fewer
        intervals.
        """
        dropped: list[Item] = []
        for family in sorted(set(self.board.family)):
            rooms = [room for room, number in enumerate(self.board.family) if number == family]
            here = [item for item in self.loose if item.home in rooms]
            able = [item for item in self.affected if item.rooms and item.rooms[0] in rooms]
            for night in sorted({night for item in able for night in range(item.arrival, item.departure)}):
                bit = self.board.bits(night, night + 1)
                open_rooms = sum(not self.board.shut[room] & bit for room in rooms)
                wanting = sorted(
                    (item for item in able if item.nights & bit),
                    key=lambda item: (-item.departure, self.costs[item.id], item.id),
                )
                most = max(0, open_rooms - sum(1 for item in here if item.nights & bit))
                dropped += wanting[: max(0, len(wanting) - most)]
                able = [item for item in able if item not in dropped]
        return dropped + [item for item in self.affected if not item.rooms]

    def _displace_cheaper(self, seating: Seating) -> None:
        """As many displaced, but cheaper ones, where that is quickly found."""
        tries = SWAPPED
        for item in self.displaced(seating.room_of):
            rivals = [
                other
                for other in self.affected
                if other.nights & item.nights and other.id in seating.room_of and not other.must and not item.must
            ]
            for other in sorted(rivals, key=lambda other: (self.costs[other.id], other.id)):
                if self.costs[other.id] >= self.costs[item.id] or not tries:
                    break
                tries -= 1
                tried = seating.copy()
                tried.lift(other)
                if make_room(tried, item):
                    make_room(tried, other)
                    seating.take(tried)
                    break


def _touches(stay: Stay, block: Block) -> bool:
    return stay.room == block.room and stay.arrival < block.last and block.first < stay.departure
