"""The hotel as bits: one integer a room, one bit a night. "Is it free" is then one AND."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from booking.rooms.rules.assignment.hotel import Block, Room, Snapshot, Stay


class OutOfNodes(Exception):
    """The search has used up its budget."""


class Nodes:
    """How many more positions a search may look at. Counted, not timed, so that every run answers alike."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self, count: int = 1) -> None:
        """Looks at some more positions.

        Raises:
            OutOfNodes: not so many are left.
        """
        self.left -= count
        if self.left < 0:
            raise OutOfNodes


class Kind(NamedTuple):
    """What a stay needs; stays of one kind can live in the same rooms. `types` are those it may be given, in order."""

    types: tuple[int, ...]
    accessible: bool
    features: frozenset[str]


Look = tuple[int, bool, int]
"""How late a room's type comes in a kind's order, whether it is accessible for nothing, features nobody asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A stay to be seated.

    Attributes:
        nights: its bits.
        rooms: those that would do, by position.
        home: the room that it holds, by position.
        must: ids of stays that it has to be next to.
        likes: ids of stays that it wants to be next to.
        still: it stays where it is.
    """

    id: int
    kind: Kind
    arrival: int
    departure: int
    nights: int
    rooms: tuple[int, ...]
    home: int | None
    must: tuple[int, ...] = ()
    likes: tuple[int, ...] = ()
    still: bool = False

    @property
    def held(self) -> int:
        """Its home, if it is known to have one.

        Raises:
            LookupError: it has none.
        """
        if self.home is None:
            raise LookupError(f"stay {self.id} holds no room")
        return self.home


@dataclass(slots=True)
class Board:
    """A snapshot, compiled. `shut` are the nights of each room that blocks and immovable stays take.

    With `upgrades`, stays may be given the better types of the snapshot's policy. With `reaching`, those who reach
    beyond the snapshot may move as well: what is impossible even then is impossible.
    """

    snapshot: Snapshot
    upgrades: bool = False
    reaching: bool = False
    base: int = 0
    position: dict[int, int] = field(default_factory=dict)
    rooms: tuple[Room, ...] = ()
    near: list[frozenset[int]] = field(default_factory=list)
    family: list[int] = field(default_factory=list)
    shut: list[int] = field(default_factory=list)
    items: dict[int, Item] = field(default_factory=dict)
    _choices: dict[Kind, tuple[int, ...]] = field(default_factory=dict)
    _looks: dict[Kind, list[Look]] = field(default_factory=dict)
    _kinds: dict[tuple[int, int | None, bool, frozenset[str]], tuple[Kind, tuple[int, ...], frozenset[int]]] = field(
        default_factory=dict
    )
    _seating: "Seating | None" = None
    _must: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    _likes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compiles the snapshot."""
        shot = self.snapshot
        self.base = min([shot.first, *(stay.arrival for stay in shot.stays), *(block.first for block in shot.blocks)])
        self.rooms = shot.rooms
        self.position = {room.id: at for at, room in enumerate(shot.rooms)}
        self.near = _neighbours(shot.rooms, self.position)
        self.family = self._families()
        self.shut = [0] * len(shot.rooms)
        self._must = _partners(shot, must=True)
        self._likes = _partners(shot, must=False)
        for block in shot.blocks:
            self.shut[self.position[block.room]] |= self.bits(block.first, block.last)
        for stay in shot.stays:
            self.items[stay.id] = self.item(stay)
        for item in self.items.values():
            if item.still and item.home is not None:
                self.shut[item.home] |= item.nights

    def bits(self, arrival: int, departure: int) -> int:
        """The bits of a range of nights."""
        base = self.base
        return (1 << departure - base) - (1 << arrival - base)

    def block_bits(self, block: Block) -> int:
        """The bits of a block."""
        return self.bits(block.first, block.last)

    def item(self, stay: Stay) -> Item:
        """A stay as an item; it may be one that is not of the snapshot."""
        home = None if stay.room is None else self.position[stay.room]
        kind, rooms, fitting = self._kind(stay, home)
        nights = self.bits(max(stay.arrival, self.base), stay.departure)
        still = home is not None and (stay.pinned or self._reaches_beyond(stay))
        if home is not None and (still or home not in fitting):
            rooms = (home,) if still else (home, *rooms)
        must, likes = self._must.get(stay.id, ()), self._likes.get(stay.id, ())
        return Item(stay.id, kind, stay.arrival, stay.departure, nights, rooms, home, must, likes, still)

    def seating(self) -> "Seating":
        """Everybody where they live; not to be changed."""
        if self._seating is None:
            self._seating = Seating(self, self.items.values())
        return self._seating

    def choices(self, kind: Kind) -> tuple[int, ...]:
        """The rooms that would do for a kind, by position: plainer ones first."""
        if kind not in self._choices:
            fitting = [
                (kind.types.index(room.type), room.accessible, len(room.features), at)
                for at, room in enumerate(self.rooms)
                if room.type in kind.types and room.features >= kind.features and room.accessible >= kind.accessible
            ]
            self._choices[kind] = tuple(at for _, _, _, at in sorted(fitting))
        return self._choices[kind]

    def look(self, at: int, kind: Kind) -> Look:
        """What a room is to a kind, at any time."""
        looks = self._looks.get(kind)
        if looks is None:
            looks = self._looks[kind] = [
                (
                    kind.types.index(room.type) if room.type in kind.types else len(kind.types),
                    room.accessible and not kind.accessible,
                    len(room.features) - len(kind.features),
                )
                for room in self.rooms
            ]
        return looks[at]

    def _kind(self, stay: Stay, home: int | None) -> tuple[Kind, tuple[int, ...], frozenset[int]]:
        """What a stay needs, and the rooms that would do; the type that it lives in already is one of them."""
        held = None if home is None else self.rooms[home].type
        key = (stay.type, held, stay.accessible, stay.features)
        if key not in self._kinds:
            types = (stay.type, *self.snapshot.upgrades.get(stay.type, ())) if self.upgrades else (stay.type,)
            kind = Kind(types if held is None or held in types else (*types, held), stay.accessible, stay.features)
            rooms = self.choices(kind)
            self._kinds[key] = (kind, rooms, frozenset(rooms))
        return self._kinds[key]

    def _reaches_beyond(self, stay: Stay) -> bool:
        beyond = stay.arrival < self.snapshot.first or stay.departure > self.snapshot.last
        return beyond and not self.reaching

    def _families(self) -> list[int]:
        """A number per room, the same for rooms whose guests could ever compete."""
        number = {room.type: room.type for room in self.rooms}
        housed = [(stay.type, stay.room) for stay in self.snapshot.stays if stay.room is not None]
        linked = [(booked, self.rooms[self.position[room]].type) for booked, room in housed]
        if self.upgrades:
            linked += [(low, high) for low, better in self.snapshot.upgrades.items() for high in better]
        for low, high in {link for link in linked if link[0] != link[1]}:
            joined = {number.get(low, low), number.get(high, high)}
            number = {kind: min(joined) if at in joined else at for kind, at in number.items()}
        return [number[room.type] for room in self.rooms]


class Seating:
    """Who lives where. `rows` are the nights taken of each room, `still` those that may not be touched."""

    def __init__(self, board: Board, items: Iterable[Item] = ()) -> None:
        self.board = board
        self.rows = list(board.shut)
        self.still = list(board.shut)
        self.starts = [row & ~(row << 1) for row in board.shut]
        self.who: list[dict[int, Item]] = [{} for _ in board.rooms]
        self.room_of: dict[int, int] = {}
        for item in board.items.values():
            if item.still and item.home is not None:
                self.room_of[item.id] = item.home
        for item in items:
            if item.home is not None and not item.still:
                self.put(item, item.home)

    def copy(self) -> "Seating":
        """Another one with the same guests."""
        other = Seating(self.board)
        other.take(self)
        return other

    def take(self, other: "Seating") -> None:
        """Becomes like another one."""
        self.rows, self.still, self.starts = list(other.rows), list(other.still), list(other.starts)
        self.who = [dict(guests) for guests in other.who]
        self.room_of = dict(other.room_of)

    def put(self, item: Item, room: int) -> None:
        """Seats an item in a room that is free."""
        self.rows[room] |= item.nights
        first = item.nights & -item.nights
        self.starts[room] |= first
        self.who[room][first.bit_length() - 1] = item
        self.room_of[item.id] = room
        if item.must:
            self.still[room] |= item.nights

    def lift(self, item: Item) -> int:
        """Takes an item out, and returns the room that it had."""
        room = self.room_of.pop(item.id)
        self.rows[room] &= ~item.nights
        first = item.nights & -item.nights
        self.starts[room] &= ~first
        del self.who[room][first.bit_length() - 1]
        if item.must:
            self.still[room] &= ~item.nights
        return room

    def rooms_for(self, item: Item) -> Iterable[int]:
        """The rooms that would do for an item, taken or not, as those live whom it must be next to."""
        rooms: Iterable[int] = item.rooms
        for partner in item.must:
            beside = self.room_of.get(partner)
            if beside is not None:
                rooms = [room for room in rooms if room in self.board.near[beside]]
        return rooms

    def within(self, room: int, nights: int) -> list[Item]:
        """Those in a room who may move and take any of these nights, in order of arrival."""
        taken = self.rows[room] & ~self.still[room] & nights
        found = []
        while taken:
            item = self.who[room][(self.starts[room] & (taken & -taken) * 2 - 1).bit_length() - 1]
            found.append(item)
            taken &= ~item.nights
        return found


def _neighbours(rooms: Iterable[Room], position: Mapping[int, int]) -> list[frozenset[int]]:
    near: list[set[int]] = [set() for _ in position]
    for at, room in enumerate(rooms):
        for other in room.neighbours & position.keys():
            near[at].add(position[other])
            near[position[other]].add(at)
    return [frozenset(beside) for beside in near]


def _partners(snapshot: Snapshot, *, must: bool) -> dict[int, tuple[int, ...]]:
    partners: dict[int, tuple[int, ...]] = {}
    for group in snapshot.groups:
        if group.must == must:
            for one, other in group.pairs:
                partners[one] = (*partners.get(one, ()), other)
                partners[other] = (*partners.get(other, ()), one)
    return partners
