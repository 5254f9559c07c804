"""Which room: a full hotel assigned at once by the greedy rule, and exactly by CP-SAT, side by side.

Each hotel is drawn with a plan that fits everyone, then the rooms of all who are not pinned are forgotten; so whoever
stays unplaced could have been placed. Greedy begins with the pins alone, CP-SAT with what greedy found.
"""

import time
from collections.abc import Callable, Iterator, Mapping

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.hotels import Size, hotel
from booking.rooms.rules.assignment import Assignment, assign_all, assign_exactly

SIZES = tuple(
    Size(nights, full, pinned) for nights in (30, 365) for full in (0.91, 0.97) for pinned in (0.0, 0.05, 0.15)
)
LIMIT = 120.0
"""Seconds that CP-SAT may take for one hotel."""

Say = Callable[[str], None]


class Row(msgspec.Struct, kw_only=True):
    """One hotel, assigned one way.

    Attributes:
        path: the way.
        full: the share of all room-nights that is taken, as drawn.
        pinned: the share of stays that hold a room and keep it.
        unplaced: stays left without a room, of `stays`.
        kept: pairs that live next to each other, of `pairs`.
        moves: stays that live elsewhere than in the plan that this one began with.
        seconds: CP-SAT's are on top of greedy's.
        proved: no assignment places more.
    """

    path: str
    rooms: int
    nights: int
    full: float
    pinned: float
    stays: int
    unplaced: int
    pairs: int
    kept: int
    moves: int
    seconds: float
    proved: bool


class Report(msgspec.Struct, kw_only=True):
    """A run, in the shape of the other benchmarks."""

    bench: str
    machine: str
    database: str
    limit_seconds: float
    rows: list[Row]


def run(say: Say) -> Report:
    """Assigns every hotel; `say` is told what is being done."""
    rows = [row for size in SIZES for row in _rows(size, say)]
    return Report(
        bench="assign", machine=report.machine(), database="none: rules alone", limit_seconds=LIMIT, rows=rows
    )


def _rows(size: Size, say: Say) -> Iterator[Row]:
    shot = hotel(size)
    taken = sum(stay.departure - stay.arrival for stay in shot.stays) / (len(shot.rooms) * size.nights)
    held = {stay.id: stay.room for stay in shot.stays if stay.room is not None}

    def row(path: str, found: Assignment, before: Mapping[int, int], seconds: float) -> Row:
        return Row(
            path=path,
            rooms=len(shot.rooms),
            nights=size.nights,
            full=round(taken, 3),
            pinned=size.pinned,
            stays=len(shot.stays),
            unplaced=len(found.unplaced),
            pairs=len(shot.groups),
            kept=len(found.kept),
            moves=sum(found.rooms.get(stay) != room for stay, room in before.items()),
            seconds=round(seconds, 2),
            proved=found.proved,
        )

    what = f"{len(shot.rooms)} rooms × {size.nights} nights, {taken:.0%} full, {size.pinned:.0%} pinned"
    say(f"assign: {what}: greedy")
    begun = time.monotonic()
    greedy = assign_all(shot)
    yield row("greedy", greedy, held, time.monotonic() - begun)
    say(f"assign: {what}: CP-SAT, {len(greedy.unplaced)} stays and {len(greedy.parted)} pairs to go")
    begun = time.monotonic()
    exact = assign_exactly(shot, LIMIT, greedy)
    yield row("CP-SAT", exact, greedy.rooms, time.monotonic() - begun)


def show(found: Report, console: Console) -> None:
    """Print a report as a table."""
    table = Table(title="booking bench assign", caption=found.machine)
    for name in ("way", "nights", "full", "pinned", "stays", "unplaced", "pairs kept", "moves", "seconds"):
        table.add_column(name, justify="left" if name == "way" else "right")
    for one in found.rows:
        table.add_row(
            one.path,
            str(one.nights),
            f"{one.full:.1%}",
            f"{one.pinned:.0%}",
            f"{one.stays:,}",
            str(one.unplaced),
            f"{one.kept} of {one.pairs}",
            str(one.moves),
            f"{one.seconds:.2f}",
        )
    console.print(table)
