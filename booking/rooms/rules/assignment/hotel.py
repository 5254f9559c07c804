"""What the assignment of rooms takes and what it answers.

Nights are numbers of local dates (`date.toordinal()`): a stay that arrives on the 3rd and departs on the 5th takes the
nights of the 3rd and the 4th. All ranges are half open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a type. `neighbours` are rooms that count as next to it, by id; the relation goes both ways."""

    id: int
    type: int
    neighbours: frozenset[int] = frozenset()
    features: frozenset[str] = frozenset()
    accessible: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """One room for the nights `[arrival, departure)`.

    Attributes:
        type: the room type that was booked.
        room: the room that it holds, None while it has none.
        chosen: its guest chose `room`.
        arrived: its guest is in the house.
        accessible: needs an accessible room.
        features: needs a room with all of these.
    """

    id: int
    type: int
    arrival: int
    departure: int
    room: int | None = None
    chosen: bool = False
    arrived: bool = False
    accessible: bool = False
    features: frozenset[str] = frozenset()

    @property
    def pinned(self) -> bool:
        """Whether it never moves."""
        return self.room is not None and (self.chosen or self.arrived)


@dataclass(frozen=True, slots=True)
class Group:
    """Stays that want to live in a row: each next to the one before. With `must` they take nothing else."""

    stays: tuple[int, ...]
    must: bool = False

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Those who want to be next to each other."""
        return tuple(zip(self.stays, self.stays[1:], strict=False))


@dataclass(frozen=True, slots=True)
class Block:
    """A room kept from guests: out of order, held back. `owner` says by whom."""

    room: int
    first: int
    last: int
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The hotel on the nights `[first, last)`.

    Promised by the caller, since the database's primary key enforces it: no two stays or blocks share a room-night.
    Every stay and block that touches the range is here. A stay that reaches beyond it is left where it is, for
    nobody here knows what lies there.

    Attributes:
        upgrades: by room type, the types that may be given in its place, in order; only when its own type fails.
    """

    first: int
    last: int
    rooms: tuple[Room, ...]
    stays: tuple[Stay, ...] = ()
    groups: tuple[Group, ...] = ()
    blocks: tuple[Block, ...] = ()
    upgrades: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """A stay goes from one room to another for all its nights."""

    stay: int
    origin: int
    target: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything fits: the room of each new stay, in the order asked, once all moves are made.

    Moves may form rings, so the claims of all moved stays are deleted before the first is written again.
    """

    rooms: tuple[int, ...]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Overfull:
    """On these nights more stays need one of some rooms than there are such rooms, however everyone is seated.

    Attributes:
        nights: those of the new stays on which it is so.
        rooms: the rooms in question, on the worst of these nights: those that would do for the new stay, and those
            that would do for the stays that keep it out.
        wanted: stays that need one of them on that night, the new one and pinned ones too.
        blocks: what keeps some of them out of order on that night; `wanted` is more than `rooms` without these.
    """

    nights: tuple[int, ...]
    rooms: tuple[int, ...]
    wanted: int
    blocks: tuple[Block, ...] = ()

    @property
    def possible(self) -> int:
        """How many of the rooms are in order."""
        return len(self.rooms) - len(self.blocks)


@dataclass(frozen=True, slots=True)
class Taken:
    """The chosen room is held by these pinned stays and blocks, none of which may move.

    Neither stays nor blocks: another new stay chose it too, or it is not what its guest needs.
    """

    room: int
    stays: tuple[int, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class CutUp:
    """Each night has rooms enough, but pins and blocks cut them up, or nobody can live as close as they must.

    Proved by search over the stays of the nights `[first, last)`.

    Attributes:
        stays: pinned stays that are to blame.
        blocks: blocks that are to blame.
        apart: everything would fit if no group had to live in a row.
        least: nothing can be left out of `stays` and `blocks`: were one of them to go, everything would fit.
    """

    first: int
    last: int
    stays: tuple[int, ...]
    blocks: tuple[Block, ...]
    apart: bool = False
    least: bool = False


Reason = Overfull | Taken | CutUp


@dataclass(frozen=True, slots=True)
class Impossible:
    """Proved: no assignment of the stays that may move makes room."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """Neither a plan nor a proof within the budget: the answer is pending, not no."""


@dataclass(frozen=True, slots=True)
class TooNarrow:
    """No plan leaves those alone who reach beyond the snapshot; a snapshot of `[first, last)` may allow one."""

    first: int
    last: int


Outcome = Plan | Impossible | OutOfTime | TooNarrow


@dataclass(frozen=True, slots=True)
class Assignment:
    """A room for every stay of a snapshot, as far as there is one.

    Attributes:
        rooms: by stay.
        moves: of stays that held another room.
        unplaced: stays without a room.
        kept: pairs that live next to each other.
        parted: pairs that do not.
        proved: no assignment that leaves a room to all who hold one places more.
    """

    rooms: Mapping[int, int]
    moves: tuple[Move, ...]
    unplaced: tuple[int, ...]
    kept: tuple[tuple[int, int], ...]
    parted: tuple[tuple[int, int], ...]
    proved: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """What a closure does to one stay.

    Attributes:
        outcome: `moves` to `room`; is `displaced`, no room is left; `stays`, for its guest is in the house and has
            to be asked.
        room: where it lives afterwards, None when displaced.
    """

    stay: int
    outcome: Literal["moves", "displaced", "stays"]
    origin: int
    room: int | None


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What a closure does to the stays that it touches, in order of stay; who is not listed keeps the room.

    `fewest` says that no assignment displaces fewer.
    """

    fates: tuple[Fate, ...]
    fewest: bool

    @property
    def displaced(self) -> tuple[int, ...]:
        """The stays that no room is left for."""
        return tuple(fate.stay for fate in self.fates if fate.outcome == "displaced")

    @property
    def in_house(self) -> tuple[int, ...]:
        """Guests in the house whose room closes on them."""
        return tuple(fate.stay for fate in self.fates if fate.outcome == "stays")
