"""The tape chart as lines of cells: a bar some nights wide, or a night that nobody has."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from booking.rooms.catalogue import House
from booking.rooms.models import Room, RoomType
from booking.rooms.schemas_figures import Tape, TapeBar
from booking.web.locale import N_

STATES = {
    "m": (N_("订"), N_("已订，可以换房")),
    "p": (N_("定"), N_("已订，选定了这间")),
    "h": (N_("住"), N_("已入住")),
    "d": (N_("离"), N_("已退房")),
    "o": (N_("停"), N_("停用中")),
}
"""By the class of a bar: the word on it, and what that means."""


class Cell(NamedTuple):
    """Nights of a room; without a bar, one that nobody has."""

    nights: int
    bar: TapeBar | None = None
    state: str = ""


class Line(NamedTuple):
    """A room with all of its nights."""

    room: Room
    kind: RoomType
    cells: list[Cell]


class Floor(NamedTuple):
    """A floor of a wing."""

    wing: str
    floor: int
    lines: list[Line]


class Where(NamedTuple):
    """Which rooms are shown; empty or 0 for all of them."""

    wing: str = ""
    floor: int | None = None
    type: int = 0

    def shows(self, room: Room) -> bool:
        """Whether a room is among them."""
        return self.wing in ("", room.wing) and self.floor in (None, room.floor) and self.type in (0, room.type_id)


def floors(house: House, tape: Tape, where: Where) -> list[Floor]:
    """The rooms that are shown, floor by floor."""
    shown = [line for line in tape.rooms if line.id in house.rooms and where.shows(house.rooms[line.id])]
    lines = [
        Line(house.rooms[line.id], house.types[line.type], list(_cells(line.bars, tape.first, tape.until)))
        for line in shown
    ]
    grouped = groupby(lines, key=lambda line: (line.room.wing, line.room.floor))
    return [Floor(wing, floor, list(on)) for (wing, floor), on in grouped]


def _cells(bars: Iterable[TapeBar], first: date, until: date) -> Iterator[Cell]:
    at = first
    for bar in bars:
        yield from [Cell(1)] * (bar.first - at).days
        yield Cell((bar.until - bar.first).days, bar, state_of(bar.status, movable=bar.movable))
        at = bar.until
    yield from [Cell(1)] * (until - at).days


def state_of(status: str, *, movable: bool) -> str:
    """The class of a bar."""
    if status == "expected":
        return "m" if movable else "p"
    return {"in_house": "h", "departed": "d"}.get(status, "o")


def free(shown: Sequence[Floor], tape: Tape) -> list[int]:
    """How many of the shown rooms nobody has, night by night."""
    taken: Counter[int] = Counter()
    lines = [line for floor in shown for line in floor.lines]
    for line in lines:
        at = 0
        for cell in line.cells:
            if cell.bar is not None:
                taken.update(range(at, at + cell.nights))
            at += cell.nights
    return [len(lines) - taken[night] for night in range((tape.until - tape.first).days)]


def wings(house: House) -> list[tuple[str, list[int]]]:
    """The wings of a house with their floors."""
    known = sorted({(room.wing, room.floor) for room in house.rooms.values()})
    return [(wing, [floor for _, floor in on]) for wing, on in groupby(known, key=lambda one: one[0])]
