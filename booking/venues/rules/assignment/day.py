"""What the assignment of courts takes and what it answers.

Times are half hours (`epoch seconds // 1800`), ranges are half open. The same structs serve nights and rooms: a
room is a court of one unit, a night a time.
"""

from typing import Literal

import msgspec


class Court(msgspec.Struct, frozen=True):
    """What can be booked: the units that it occupies, all at once. Courts of one kind stand for each other."""

    id: int
    kind: str
    units: tuple[int, ...]


class Holding(msgspec.Struct, frozen=True):
    """A booking and the court that it holds now. A pinned one never moves: it chose, or it has arrived."""

    booking: int
    court: int
    starts: int
    ends: int
    pinned: bool = False


class Block(msgspec.Struct, frozen=True):
    """Units kept from booking: a league, maintenance, a closure. Never moves."""

    units: tuple[int, ...]
    starts: int
    ends: int


class Day(msgspec.Struct, frozen=True):
    """One facility as it stands: `[opens, closes)`, its courts, who holds what, and what is kept back.

    Promised by the caller, since the database's primary key enforces it: no two holdings or blocks share a unit
    at the same time, and every holding names a court of this day.
    """

    opens: int
    closes: int
    courts: tuple[Court, ...]
    holdings: tuple[Holding, ...] = ()
    blocks: tuple[Block, ...] = ()


class Wish(msgspec.Struct, frozen=True):
    """A court of a kind, or one chosen court (whose own kind then counts), for consecutive half hours."""

    kind: str
    starts: int
    ends: int
    court: int | None = None


class Move(msgspec.Struct, frozen=True):
    """A booking goes from one court to an equal one at the same time."""

    booking: int
    origin: int
    target: int


class Plan(msgspec.Struct, frozen=True, tag="plan"):
    """Everything fits: the court of each wish, in the order asked, once all moves are made.

    Moves may form rings, so the moved bookings' claims are all deleted before the first is written again.
    `fewest` says that no plan with fewer moves exists; otherwise none was looked for long enough.
    """

    courts: tuple[int, ...]
    moves: tuple[Move, ...] = ()
    fewest: bool = False


class NotOpen(msgspec.Struct, frozen=True, tag="not_open"):
    """A wish reaches outside `[opens, closes)`."""

    opens: int
    closes: int


class Overfull(msgspec.Struct, frozen=True, tag="overfull"):
    """At these half hours more courts of the kind are wanted than fit, however everyone is seated.

    `wanted` counts bookings and wishes of the kind at the worst of them, pinned ones too; `possible` is how many
    can be seated beside the bookings of other kinds.
    """

    kind: str
    half_hours: tuple[int, ...]
    wanted: int
    possible: int


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """The chosen court is held by these pinned bookings and blocks, none of which may move."""

    court: int
    bookings: tuple[int, ...]
    blocks: tuple[Block, ...]


class Held(msgspec.Struct, frozen=True, tag="held"):
    """Every half hour has room enough, but pinned bookings and blocks cut it up: no seating exists in the range.

    If `least`, the list cannot be shortened: were any one of them to go, everything would fit.
    """

    starts: int
    ends: int
    bookings: tuple[int, ...]
    blocks: tuple[Block, ...]
    least: bool


Reason = NotOpen | Overfull | Taken | Held


class Impossible(msgspec.Struct, frozen=True, tag="impossible"):
    """Proved: no seating of the movable bookings makes room."""

    reason: Reason


class OutOfTime(msgspec.Struct, frozen=True, tag="out_of_time"):
    """Neither a plan nor a proof within the budget: the answer is pending, not no."""

    nodes: int


Outcome = Plan | Impossible | OutOfTime


class Fate(msgspec.Struct, frozen=True):
    """What a closure does to one booking; `court` is where it plays afterwards, None when displaced."""

    booking: int
    outcome: Literal["keeps", "moves", "displaced"]
    origin: int
    court: int | None


class ClosingPlan(msgspec.Struct, frozen=True):
    """What a closure does to every booking of the day, in order of booking.

    `fewest` says that no seating displaces fewer.
    """

    fates: tuple[Fate, ...]
    fewest: bool

    @property
    def displaced(self) -> tuple[int, ...]:
        """The bookings that no court is left for."""
        return tuple(fate.booking for fate in self.fates if fate.outcome == "displaced")
